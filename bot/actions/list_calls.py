"""The funding calls that fit."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import calls


class ListCalls(HelpdeskAction):
    title = "action_list_calls"
    reply = staticmethod(calls.list_calls)
