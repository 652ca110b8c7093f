"""The answer was beside the point, said in words."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import feedback


class Regret(HelpdeskAction):
    title = "action_not_helpful"
    reply = staticmethod(feedback.regret)
