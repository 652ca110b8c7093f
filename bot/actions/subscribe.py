"""Notices of new calls and deadlines."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import reminders


class Subscribe(HelpdeskAction):
    title = "action_subscribe"
    reply = staticmethod(reminders.subscribe)
