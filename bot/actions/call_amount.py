"""How much a call gives."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import call_details


class TellMoney(HelpdeskAction):
    title = "action_call_amount"
    reply = staticmethod(call_details.tell_money)
