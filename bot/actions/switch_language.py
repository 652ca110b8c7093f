"""Another language from now on."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import languages


class SwitchLanguage(HelpdeskAction):
    title = "action_switch_language"
    reply = staticmethod(languages.switch)
