"""Until when to apply."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import call_details


class TellDeadline(HelpdeskAction):
    title = "action_call_deadline"
    reply = staticmethod(call_details.tell_deadline)
