"""Stops what is going on."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import person


class Cancel(HelpdeskAction):
    title = "action_cancel"
    reply = staticmethod(person.cancel)
