"""Where the request for a person is."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import person


class TellRequestStatus(HelpdeskAction):
    title = "action_request_status"
    reply = staticmethod(person.tell_request_status)
