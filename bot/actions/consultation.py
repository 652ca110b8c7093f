"""Opens the consultation form."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import consultation


class BeginConsultation(HelpdeskAction):
    title = "action_consultation"
    reply = staticmethod(consultation.begin)
