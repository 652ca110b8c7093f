"""A particular on its own: narrows, corrects, answers."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import particulars


class TakeParticulars(HelpdeskAction):
    title = "action_take_particulars"
    reply = staticmethod(particulars.take)
