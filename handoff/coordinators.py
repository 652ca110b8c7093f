"""Coordinators: accounts, sign-in, sessions, personal tokens."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from handoff.requests import Actor

ROLES = ("coordinator", "editor", "administrator", "viewer")


@dataclass(frozen=True, slots=True)
class NewAccount:
    email: str
    role: str
    password: str
    token: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`session_token` goes into the cookie and `csrf` into forms and the X-CSRF-Token header."""

    actor: Actor
    session_token: str
    csrf: str
    must_change_password: bool


def add_coordinator(session: Session, *, email: str, name: str | None, role: str, with_token: bool) -> NewAccount:
    """The password is one-time and shown only here. Raises Invalid for a known address or a wrong role."""
    raise NotImplementedError


def reset_password(session: Session, email: str) -> str:
    raise NotImplementedError


def disable_coordinator(session: Session, email: str) -> None:
    """Ends all sessions and tokens; requests in hand go back to the queue."""
    raise NotImplementedError


def list_coordinators(session: Session) -> list[Actor]:
    raise NotImplementedError


def sign_in(session: Session, *, email: str, password: str, code: str | None, address: str) -> SignedIn:
    """Raises NotAllowed (the same for an unknown address and a wrong password) or Locked."""
    raise NotImplementedError


def actor_of_session(session: Session, session_token: str) -> SignedIn:
    raise NotImplementedError


def actor_of_token(session: Session, token: str) -> Actor:
    raise NotImplementedError


def sign_out(session: Session, session_token: str) -> None:
    raise NotImplementedError
