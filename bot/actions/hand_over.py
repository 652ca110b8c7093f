"""To a person, at once."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import person


class HandOver(HelpdeskAction):
    title = "action_hand_over"
    reply = staticmethod(person.hand_over)
