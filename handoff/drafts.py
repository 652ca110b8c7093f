"""Answers on their way into the library: drafted by anybody who answers, read by a second person, published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import now
from handoff.errors import IllegalMove, NotAllowed, NotFound
from handoff.models.coordinator import Coordinator
from handoff.models.learning import AnswerDraft, QuestionGroup
from handoff.models.request import Request
from handoff.permissions import EDITS, require_answering, require_editing
from handoff.views import Actor

UNFINISHED = ("draft", "reviewed")
MOST = 200


@dataclass(frozen=True, slots=True)
class DraftView:
    """`fields` are shared by both languages: id, kind, themes, source; `texts`: locale -> title, summary, body."""

    id: int
    state: str
    fields: dict[str, Any]
    texts: dict[str, dict[str, str]]
    edition: int
    author_id: str | None
    author: str
    reviewer: str
    request_number: int | None
    group_id: int | None
    created_at: datetime
    updated_at: datetime
    reviewed_at: datetime | None
    published_at: datetime | None
    source_erased_at: datetime | None

    @property
    def title(self) -> str:
        return next((told["title"] for told in self.texts.values() if told.get("title")), "")


def create_draft(
    session: Session,
    actor: Actor,
    *,
    fields: dict[str, Any],
    texts: dict[str, dict[str, str]],
    request_number: int | None = None,
    group_id: int | None = None,
    conversation_id: str | None = None,
) -> int:
    """An unfinished draft of the same request or group is gone on with instead of a second one."""
    require_answering(actor)
    query = select(AnswerDraft.id).where(AnswerDraft.state.in_(UNFINISHED))
    if request_number is not None:
        found = session.scalar(query.where(AnswerDraft.request_number == request_number))
    else:
        found = session.scalar(query.where(AnswerDraft.group_id == group_id)) if group_id is not None else None
    if found is not None:
        return found
    at = now(session)
    row = AnswerDraft(
        state="draft",
        fields=fields,
        texts=texts,
        author_id=actor.id,
        request_number=request_number,
        group_id=group_id,
        conversation_id=conversation_id,
        created_at=at,
        updated_at=at,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "draft.created", f"draft:{row.id}", request=request_number, group=group_id)
    return row.id


def find_draft_of_request(session: Session, number: int) -> DraftView | None:
    row = session.scalar(
        select(AnswerDraft)
        .where(AnswerDraft.request_number == number, AnswerDraft.state != "discarded")
        .order_by(AnswerDraft.id.desc())
        .limit(1)
    )
    return _view(row, _names(session)) if row else None


def get_draft(session: Session, actor: Actor, draft_id: int) -> DraftView:
    require_answering(actor)
    return _view(_find(session, draft_id), _names(session))


def list_drafts(session: Session, actor: Actor) -> list[DraftView]:
    """Those that wait for somebody first, then the newest."""
    require_answering(actor)
    names = _names(session)
    rows = session.scalars(select(AnswerDraft).order_by(AnswerDraft.id.desc()).limit(MOST)).all()
    views = [_view(row, names) for row in rows if row.texts or row.state == "published"]
    return sorted(views, key=lambda view: (view.state not in UNFINISHED, -view.id))


def count_drafts(session: Session) -> int:
    query = select(func.count()).select_from(AnswerDraft).where(AnswerDraft.state.in_(UNFINISHED))
    return int(session.scalar(query) or 0)


def change_draft(
    session: Session,
    actor: Actor,
    draft_id: int,
    *,
    edition: int,
    fields: dict[str, Any],
    texts: dict[str, dict[str, str]],
) -> None:
    """A changed draft has to be read anew. Raises IllegalMove `changed` if somebody else changed it meanwhile."""
    require_answering(actor)
    row = _lock(session, draft_id, edition, UNFINISHED)
    row.fields, row.texts, row.updated_at = fields, texts, now(session)
    row.state, row.reviewer_id, row.reviewed_at = "draft", None, None
    row.author_id = actor.id
    row.edition += 1
    audit.record(session, actor.id, "draft.changed", f"draft:{draft_id}")


def may_review(session: Session, actor: Actor, author_id: str | None) -> bool:
    """An editor reads what others wrote; an administrator, or who is the only active editor, their own too."""
    if actor.role not in EDITS:
        return False
    if actor.id != author_id or actor.role == "administrator":
        return True
    others = (
        select(func.count())
        .select_from(Coordinator)
        .where(Coordinator.role.in_(EDITS), Coordinator.disabled_at.is_(None), Coordinator.id != actor.id)
    )
    return not session.scalar(others)


def review_draft(session: Session, actor: Actor, draft_id: int, *, edition: int) -> None:
    """Raises NotAllowed `own_draft` for its author while somebody else could read it."""
    require_editing(actor)
    row = _lock(session, draft_id, edition, ("draft",))
    if not may_review(session, actor, row.author_id):
        raise NotAllowed("somebody else reads what you wrote", reason="own_draft")
    row.state, row.reviewer_id, row.reviewed_at = "reviewed", actor.id, now(session)
    row.updated_at = now(session)
    row.edition += 1
    audit.record(session, actor.id, "draft.reviewed", f"draft:{draft_id}")


def discard_draft(session: Session, actor: Actor, draft_id: int) -> None:
    """Its text goes with it. Its author may, and editors."""
    require_answering(actor)
    row = _lock(session, draft_id, None, UNFINISHED)
    if actor.id != row.author_id:
        require_editing(actor)
    row.state, row.texts, row.fields, row.updated_at = "discarded", {}, {}, now(session)
    audit.record(session, actor.id, "draft.discarded", f"draft:{draft_id}")


def mark_published(session: Session, actor: Actor, draft_id: int, *, edition: int) -> None:
    """To be called in the transaction that writes the material; its group is done by that."""
    require_editing(actor)
    row = _lock(session, draft_id, edition, ("reviewed",))
    row.state, row.published_at, row.updated_at = "published", now(session), now(session)
    row.edition += 1
    group = session.get(QuestionGroup, row.group_id) if row.group_id is not None else None
    if group is not None:
        group.state, group.decided_by, group.decided_at = "done", actor.id, now(session)
    audit.record(session, actor.id, "draft.published", f"draft:{draft_id}")


def mark_unpublished(session: Session, draft_id: int) -> None:
    """Its publication was taken back: it may be mended and published again."""
    row = session.get(AnswerDraft, draft_id)
    if row is None or row.state != "published" or not row.texts:
        return
    row.state, row.published_at, row.reviewed_at, row.reviewer_id = "draft", None, None, None
    row.updated_at = now(session)
    row.edition += 1


def forget_drafts(session: Session, conversation_id: str) -> None:
    """Of somebody who is erased: what is not published goes; what is published was read by two people and stays,
    marked to be looked at again, without a way back to where it came from."""
    numbers = select(Request.number).where(Request.conversation_id == conversation_id)
    theirs = (AnswerDraft.conversation_id == conversation_id) | AnswerDraft.request_number.in_(numbers)
    session.execute(
        update(AnswerDraft)
        .where(theirs, AnswerDraft.state.in_((*UNFINISHED, "discarded")))
        .values(state="discarded", fields={}, texts={})
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(AnswerDraft)
        .where(theirs)
        .values(request_number=None, conversation_id=None, group_id=None, source_erased_at=now(session))
        .execution_options(synchronize_session=False)
    )


def _find(session: Session, draft_id: int) -> AnswerDraft:
    row = session.get(AnswerDraft, draft_id)
    if row is None:
        raise NotFound("no such draft")
    return row


def _lock(session: Session, draft_id: int, edition: int | None, states: Sequence[str]) -> AnswerDraft:
    row = session.scalar(
        select(AnswerDraft)
        .where(AnswerDraft.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("no such draft")
    if edition is not None and row.edition != edition:
        raise IllegalMove("somebody else changed it meanwhile", reason="changed")
    if row.state not in states:
        raise IllegalMove(f"it is {row.state}", reason="state")
    return row


def _names(session: Session) -> dict[str, str]:
    return {one.id: one.name for one in session.scalars(select(Coordinator))}


def _view(row: AnswerDraft, names: dict[str, str]) -> DraftView:
    return DraftView(
        id=row.id,
        state=row.state,
        fields=dict(row.fields),
        texts=dict(row.texts),
        edition=row.edition,
        author_id=row.author_id,
        author=names.get(row.author_id or "", ""),
        reviewer=names.get(row.reviewer_id or "", ""),
        request_number=row.request_number,
        group_id=row.group_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        reviewed_at=row.reviewed_at,
        published_at=row.published_at,
        source_erased_at=row.source_erased_at,
    )
