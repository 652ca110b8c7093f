"""How to apply to a call."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import call_details


class TellHowToApply(HelpdeskAction):
    title = "action_call_apply"
    reply = staticmethod(call_details.tell_how_to_apply)
