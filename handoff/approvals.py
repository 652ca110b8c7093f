"""Approve first: what a coordinator does with an answer that waits (handoff.held), and which themes it is for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from handoff import audit, history
from handoff.database import now
from handoff.errors import IllegalMove, NotFound
from handoff.held import list_themes, view_held
from handoff.messages import Message
from handoff.models.desk import HeldAnswer, ReviewedTheme
from handoff.moves import lock_request, take
from handoff.notes import write_note
from handoff.permissions import require_administrator, require_answering, require_mine
from handoff.replying import reply
from handoff.views import Actor


def set_themes(session: Session, actor: Actor, themes: Collection[str]) -> None:
    """These and no others, from now on; answers that wait already go on waiting. For administrators."""
    require_administrator(actor)
    before, wanted = list_themes(session), {theme[:40] for theme in themes}
    session.execute(delete(ReviewedTheme).where(ReviewedTheme.theme.in_(before - wanted)))
    session.add_all(ReviewedTheme(theme=one, since=now(session), by=actor.id) for one in wanted - before)
    if before != wanted:
        audit.record(session, actor.id, "approval.themes", "settings", themes=sorted(wanted))


def approve(
    session: Session,
    actor: Actor,
    number: int,
    held_id: int,
    *,
    text: str,
    client_id: str,
    then_wait: bool = False,
) -> Message:
    """Send it, as it is or in other words, as the coordinator's own reply with the bot's sources. Once: raises
    IllegalMove for one that was decided on; AlreadyClaimed for a colleague's request."""
    require_answering(actor)
    lock_request(session, number)
    row = _find_waiting(session, number, held_id)
    sources = view_held(row).sources
    message = reply(session, actor, number, client_id=client_id, text=text, then_wait=then_wait, sources=sources)
    _decide(session, actor, row, "sent" if message.text == row.text.strip() else "changed")
    row.message_id = message.id
    return message


def refuse(session: Session, actor: Actor, number: int, held_id: int, note: str = "") -> None:
    """Not to be sent. Whoever refuses it has the request: they answer in its place. Raises as `approve`."""
    require_answering(actor)
    conversation, request = lock_request(session, number)
    row = _find_waiting(session, number, held_id)
    require_mine(session, actor, request)
    if request.state == "new":
        take(session, conversation, request, actor)
    _decide(session, actor, row, "refused")
    if note.strip():
        write_note(session, request, actor.id, note)
    history.write(session, request, "answer_refused", actor.id)


def _find_waiting(session: Session, number: int, held_id: int) -> HeldAnswer:
    row = session.get(HeldAnswer, held_id, populate_existing=True)
    if row is None or row.request_number != number:
        raise NotFound("no such answer")
    if row.state != "waiting":
        raise IllegalMove("this answer was decided on already", state=row.state, reason="decided")
    return row


def _decide(session: Session, actor: Actor, row: HeldAnswer, state: str) -> None:
    row.state, row.decided_at, row.decided_by = state, now(session), actor.id
    audit.record(session, actor.id, f"answer.{state}", f"request:{row.request_number}", theme=row.theme)
