"""One of those shown, by its place."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import particulars


class Choose(HelpdeskAction):
    title = "action_choose"
    reply = staticmethod(particulars.choose)
