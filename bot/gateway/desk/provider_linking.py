"""Linking one's account to who one is at the identity provider: the way back from there."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse

from bot.gateway.desk.authentication import find_caller
from bot.gateway.desk.provider_note import Note
from bot.gateway.desk.wanted_pages import in_language
from bot.gateway.errors import Problem
from bot.helpdesk import Helpdesk
from bot.identity import Identity
from handoff.errors import HandoffError
from handoff.identities import link_own_identity

SECURITY = "/inbox/account/security"


def link_who_came_back(request: Request, helpdesk: Helpdesk, note: Note, identity: Identity) -> RedirectResponse:
    """Only into the account that asked, and only while it is signed in here: its password was asked on the way
    there."""
    try:
        actor = find_caller(request, helpdesk).actor
    except Problem:
        return lead_back(note, problem="session")
    if actor.id != note.links:
        return lead_back(note, problem="session")
    try:
        with helpdesk.database.transaction() as session:
            link_own_identity(session, actor, issuer=identity.issuer, subject=identity.subject)
    except HandoffError as error:
        return lead_back(note, problem=str(error.facts.get("reason") or "state"))
    return lead_back(note, saved="linked")


def lead_back(note: Note, **told: str) -> RedirectResponse:
    return RedirectResponse(in_language(SECURITY, note.lang, **told), 303)
