"""Hello, thanks, what this is and can do."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import smalltalk


class Manners(HelpdeskAction):
    title = "action_manners"
    reply = staticmethod(smalltalk.reply)
