"""Who may apply to a call."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import call_details


class TellApplicants(HelpdeskAction):
    title = "action_call_applicants"
    reply = staticmethod(call_details.tell_applicants)
