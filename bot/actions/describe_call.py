"""One call, whole."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import call_details


class DescribeCall(HelpdeskAction):
    title = "action_describe_call"
    reply = staticmethod(call_details.describe_call)
