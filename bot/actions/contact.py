"""How the helpdesk is reached, and when people answer."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import contact


class TellContact(HelpdeskAction):
    title = "action_contact"
    reply = staticmethod(contact.tell_contact)
