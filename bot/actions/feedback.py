"""A thumb up or down, and why."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import feedback


class TakeFeedback(HelpdeskAction):
    title = "action_feedback"
    reply = staticmethod(feedback.take_verdict)
