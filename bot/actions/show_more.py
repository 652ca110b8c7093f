"""The next of a list."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import particulars


class ShowMore(HelpdeskAction):
    title = "action_show_more"
    reply = staticmethod(particulars.more)
