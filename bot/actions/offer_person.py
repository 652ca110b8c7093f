"""A person is offered, and why."""

from __future__ import annotations

from bot.actions.base import HelpdeskAction
from bot.replies import person


class OfferPerson(HelpdeskAction):
    title = "action_offer_person"
    reply = staticmethod(person.offer_person)
