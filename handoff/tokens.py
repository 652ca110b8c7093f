"""What opens a conversation for its visitor: tokens, kept as hashes, and one-time codes for another device."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import count_changed, now, settings_of
from handoff.errors import NotFound
from handoff.models.conversation import Conversation, Person, ResumeCode, VisitorToken
from handoff.records import find_conversation, lock_conversation, view_conversation
from handoff.views import ConversationView


def digest(token: str) -> str:
    """Tokens have 256 bits of chance in them: a plain hash is enough, and nothing can be guessed from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(session: Session, conversation_id: str) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        VisitorToken(
            digest=digest(token),
            conversation_id=conversation_id,
            created_at=now(session),
            expires_at=now(session) + timedelta(days=settings_of(session).token_days),
        )
    )
    session.flush()
    return token


def check(session: Session, conversation_id: str, token: str) -> None:
    """Raises NotFound for a wrong token, an expired or revoked one and an unknown conversation alike."""
    row = session.get(VisitorToken, digest(token[:200]))
    valid = (
        row is not None
        and row.conversation_id == conversation_id
        and row.revoked_at is None
        and now(session) < row.expires_at
    )
    if not valid:
        raise NotFound("no such conversation")


def revoke(session: Session, conversation_id: str, *, but: str | None = None) -> int:
    """End every token of a conversation, except perhaps the one in hand."""
    query = update(VisitorToken).where(
        VisitorToken.conversation_id == conversation_id, VisitorToken.revoked_at.is_(None)
    )
    if but is not None:
        query = query.where(VisitorToken.digest != digest(but))
    return count_changed(session, query.values(revoked_at=now(session)))


def make_resume_code(session: Session, conversation_id: str) -> str:
    """A one-time code that opens this conversation elsewhere. Earlier unused ones end with it.

    At most 43 letters of A-Z a-z 0-9 _ -, so that it fits a link and Telegram's start parameter.
    """
    find_conversation(session, conversation_id)
    session.execute(
        update(ResumeCode)
        .where(ResumeCode.conversation_id == conversation_id, ResumeCode.used_at.is_(None))
        .values(used_at=now(session))
    )
    code = secrets.token_urlsafe(24)
    session.add(
        ResumeCode(
            digest=digest(code),
            conversation_id=conversation_id,
            created_at=now(session),
            expires_at=now(session) + timedelta(minutes=settings_of(session).resume_minutes),
        )
    )
    session.flush()
    return code


def redeem(session: Session, code: str) -> tuple[ConversationView, str]:
    """Open the conversation of a one-time code: a new token for the other device. Raises NotFound."""
    conversation = use(session, code)
    audit.record(session, audit.VISITOR, "conversation.resumed", f"conversation:{conversation.id}")
    return view_conversation(session, conversation), issue(session, conversation.id)


def link(session: Session, code: str, conversation_id: str) -> ConversationView:
    """Whoever holds the code of one conversation has proved that it and this one are the same person's.

    Gives the conversation of the code. The person's earlier requests are then seen together; nothing else moves.
    """
    other = use(session, code)
    mine = lock_conversation(session, conversation_id)
    if other.id != mine.id:
        join(session, mine, other)
        audit.record(session, audit.VISITOR, "conversation.linked", f"conversation:{mine.id}")
    return view_conversation(session, other)


def use(session: Session, code: str) -> Conversation:
    """Once: the update that finds it unused is the one that uses it."""
    moment = now(session)
    used = session.scalar(
        update(ResumeCode)
        .where(
            ResumeCode.digest == digest(code[:200]), ResumeCode.used_at.is_(None), ResumeCode.expires_at > moment
        )
        .values(used_at=moment)
        .returning(ResumeCode.conversation_id)
    )
    if used is None:
        raise NotFound("this link has been used or has expired")
    return lock_conversation(session, used)


def join(session: Session, mine: Conversation, other: Conversation) -> None:
    person = mine.person_id or other.person_id
    if person is None:
        person = str(uuid4())
        session.add(Person(id=person, created_at=now(session)))
        session.flush()
    for left in {mine.person_id, other.person_id} - {None, person}:
        session.execute(update(Conversation).where(Conversation.person_id == left).values(person_id=person))
    mine.person_id = other.person_id = person
