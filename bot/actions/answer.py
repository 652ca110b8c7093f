"""A question, and whatever Rasa has no rule for."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import questions


class AnswerQuestion(HelpdeskAction):
    title = "action_answer"
    reply = staticmethod(questions.answer)
