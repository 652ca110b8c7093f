"""Questions the bot left open, kept in groups of one meaning, decided on by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.database import now
from handoff.errors import Invalid, NotFound
from handoff.gaps import Gap
from handoff.models.learning import GroupedQuestion, QuestionGroup
from handoff.models.message import Feedback, MessageRow
from handoff.permissions import require_answering
from handoff.views import Actor

STATES = ("open", "done", "ignored")
PERIOD = timedelta(days=30)
"""What a trend compares: the last period with the one before."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a gap belongs: `group` is a group's id, or None for one of its own that the next may join."""

    gap: Gap
    group: int | None
    joins: int | None
    language: str
    vector: str
    encoder: str
    digest: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """`recent` of `count` were asked in the last 30 days, `before` in the 30 days before those. `sample` is the
    newest question as it was asked: mask it before anybody sees it."""

    id: int
    state: str
    count: int
    recent: int
    before: int
    languages: tuple[str, ...]
    whys: tuple[str, ...]
    last_at: datetime
    sample: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberView:
    message_id: str
    conversation_id: str
    text: str
    language: str
    why: str
    asked_at: datetime
    reason: str | None


def keep_grouped(session: Session, placed: Sequence[Placed]) -> None:
    """In order: `joins` is the place in `placed` of the question whose new group this one shares. A group that was
    done is open again when somebody still asks."""
    made: dict[int, int] = {}
    for place, one in enumerate(placed):
        group = one.group if one.group is not None else made.get(place if one.joins is None else one.joins)
        if group is None:
            row = QuestionGroup(state="open", created_at=now(session))
            session.add(row)
            session.flush()
            group = row.id
        made[place] = group
        session.add(
            GroupedQuestion(
                group_id=group,
                message_id=one.gap.message_id,
                why=one.gap.why,
                cause=one.gap.cause,
                language=one.language,
                asked_at=one.gap.asked_at,
                vector=one.vector,
                encoder=one.encoder,
                digest=one.digest,
            )
        )
        session.execute(
            update(QuestionGroup)
            .where(
                QuestionGroup.id == group,
                QuestionGroup.state == "done",
                QuestionGroup.decided_at < one.gap.asked_at,
            )
            .values(state="open")
        )


def drop_taken_back(session: Session) -> None:
    """Whoever found an answer unhelpful and then helpful after all is not counted."""
    kept = select(Feedback.message_id).where(Feedback.helpful.is_(False), Feedback.message_id.is_not(None))
    session.execute(
        delete(GroupedQuestion).where(GroupedQuestion.why == "unhelpful", GroupedQuestion.cause.not_in(kept))
    )


def list_groups(
    session: Session, actor: Actor, *, state: str = "open", limit: int = 50, offset: int = 0
) -> tuple[list[GroupView], int]:
    """Most asked lately first. Groups whose words have all been erased are left out."""
    require_answering(actor)
    found = _view_groups(session, QuestionGroup.state == state)
    found.sort(key=lambda group: (-group.recent, -group.count, -group.last_at.timestamp()))
    return found[offset : offset + limit], len(found)


def count_groups(session: Session) -> dict[str, int]:
    told = (
        select(QuestionGroup.state, func.count(func.distinct(QuestionGroup.id)))
        .join(GroupedQuestion, GroupedQuestion.group_id == QuestionGroup.id)
        .where(GroupedQuestion.digest.is_not(None))
        .group_by(QuestionGroup.state)
    )
    counted = dict.fromkeys(STATES, 0)
    counted.update({state: int(count) for state, count in session.execute(told)})
    return counted


def get_group(session: Session, actor: Actor, group_id: int) -> tuple[GroupView, list[MemberView]]:
    """With its newest fifty questions. Reading is put on record. Raises NotFound."""
    require_answering(actor)
    views = _view_groups(session, QuestionGroup.id == group_id)
    if not views:
        raise NotFound("no such group")
    audit.record_reading(session, actor.id, "group.read", f"group:{group_id}")
    rows = session.execute(
        select(GroupedQuestion, MessageRow, Feedback.reason)
        .join(MessageRow, MessageRow.id == GroupedQuestion.message_id)
        .join(
            Feedback,
            and_(GroupedQuestion.why == "unhelpful", Feedback.message_id == GroupedQuestion.cause),
            isouter=True,
        )
        .where(GroupedQuestion.group_id == group_id, MessageRow.text != "")
        .order_by(GroupedQuestion.asked_at.desc(), GroupedQuestion.id.desc())
        .limit(50)
    )
    members = [
        MemberView(message.id, message.conversation_id, message.text, one.language, one.why, one.asked_at, reason)
        for one, message, reason in rows
    ]
    return views[0], members


def _view_groups(session: Session, condition: Any) -> list[GroupView]:
    rows = session.execute(
        select(
            QuestionGroup, GroupedQuestion.message_id, GroupedQuestion.language, GroupedQuestion.why,
            GroupedQuestion.asked_at, GroupedQuestion.digest,
        )
        .join(GroupedQuestion, GroupedQuestion.group_id == QuestionGroup.id)
        .where(condition)
        .order_by(GroupedQuestion.asked_at, GroupedQuestion.id)
    ).all()  # fmt: skip
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(row[0].id, []).append(row)
    newest = {group: next((row[1] for row in reversed(told) if row[5]), None) for group, told in held.items()}
    wanted = [message for message in newest.values() if message]
    texts: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        query = select(MessageRow.id, MessageRow.text).where(MessageRow.id.in_(wanted[start : start + 500]))
        texts |= {row.id: row.text for row in session.execute(query)}
    since = now(session) - PERIOD
    return [
        _view_group(told, texts[message], since)
        for group, told in held.items()
        if (message := newest[group]) and texts.get(message)
    ]


def _view_group(told: Sequence[Any], sample: str, since: datetime) -> GroupView:
    group, asked = told[0][0], {row[1]: row[4] for row in told}
    return GroupView(
        id=group.id,
        state=group.state,
        count=len(asked),
        recent=sum(at >= since for at in asked.values()),
        before=sum(since - PERIOD <= at < since for at in asked.values()),
        languages=tuple(sorted({row[2] for row in told}, key=("lv", "en", "ru").index)),
        whys=tuple(why for why in ("unanswered", "unhelpful", "handover") if any(row[3] == why for row in told)),
        last_at=max(asked.values()),
        sample=sample,
        decided_at=group.decided_at,
    )


def decide_group(session: Session, actor: Actor, group_id: int, state: str) -> None:
    """Done, ignored, or open again. Raises NotFound, Invalid."""
    require_answering(actor)
    if state not in STATES:
        raise Invalid("no such state", field="state", reason="unknown")
    group = session.get(QuestionGroup, group_id)
    if group is None:
        raise NotFound("no such group")
    group.state, group.decided_by, group.decided_at = state, actor.id, now(session)
    audit.record(session, actor.id, f"group.{state}", f"group:{group_id}")


def find_replies(session: Session, message_id: str) -> list[str]:
    """What coordinators wrote after that message, on the same matter; for a draft."""
    asked = session.get(MessageRow, message_id)
    if asked is None:
        return []
    query = (
        select(MessageRow.text)
        .where(
            MessageRow.conversation_id == asked.conversation_id,
            MessageRow.session_no == asked.session_no,
            MessageRow.seq > asked.seq,
            MessageRow.author == "coordinator",
            MessageRow.text != "",
        )
        .order_by(MessageRow.seq)
        .limit(20)
    )
    return list(session.scalars(query))


def forget_questions(session: Session, conversation_id: str) -> None:
    """The words are gone with the messages; what was computed from them goes too, that they were asked stays."""
    theirs = select(MessageRow.id).where(MessageRow.conversation_id == conversation_id)
    session.execute(
        update(GroupedQuestion)
        .where(GroupedQuestion.message_id.in_(theirs))
        .values(vector=None, digest=None)
        .execution_options(synchronize_session=False)
    )
