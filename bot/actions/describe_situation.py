"""What fits a situation that was told."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import particulars


class DescribeSituation(HelpdeskAction):
    title = "action_describe_situation"
    reply = staticmethod(particulars.describe_situation)
