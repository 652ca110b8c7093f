"""No more notices."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import reminders


class Unsubscribe(HelpdeskAction):
    title = "action_unsubscribe"
    reply = staticmethod(reminders.unsubscribe)
