"""What must be added."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import call_details


class TellOwnShare(HelpdeskAction):
    title = "action_call_own_share"
    reply = staticmethod(call_details.tell_own_share)
