"""Yes or no to what was offered."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import confirming


class Confirm(HelpdeskAction):
    title = "action_confirm"
    reply = staticmethod(confirming.confirm)
