"""The last answer, once more."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import smalltalk


class Repeat(HelpdeskAction):
    title = "action_repeat"
    reply = staticmethod(smalltalk.repeat)
