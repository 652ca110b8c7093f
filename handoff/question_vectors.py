"""Vectors of the questions that were left open. They compare within one encoder alone, so each tells its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from handoff.models.learning import GroupedQuestion, QuestionGroup
from handoff.models.message import MessageRow

MOST_GROUPS = 2000


def known_vectors(session: Session, encoder: str, digests: Iterable[str]) -> dict[str, str]:
    """By digest of the words: what was computed once need not be computed again."""
    query = select(GroupedQuestion.digest, GroupedQuestion.vector).where(
        GroupedQuestion.digest.in_(list(digests)), GroupedQuestion.encoder == encoder
    )
    return {str(digest): str(vector) for digest, vector in session.execute(query)}


def group_vectors(session: Session, encoder: str) -> list[tuple[int, str]]:
    """Each question's vector with its group's id; of the newest groups."""
    query = select(GroupedQuestion.group_id, GroupedQuestion.vector).where(
        GroupedQuestion.group_id.in_(_newest()),
        GroupedQuestion.vector.is_not(None),
        GroupedQuestion.encoder == encoder,
    )
    return [(group, str(vector)) for group, vector in session.execute(query.order_by(GroupedQuestion.id))]


def outdated_questions(session: Session, encoder: str, most: int) -> list[tuple[int, str, str]]:
    """Id, words and language of at most so many whose vector is another encoder's; of the newest groups."""
    query = (
        select(GroupedQuestion.id, MessageRow.text, GroupedQuestion.language)
        .join(MessageRow, MessageRow.id == GroupedQuestion.message_id)
        .where(
            GroupedQuestion.group_id.in_(_newest()),
            GroupedQuestion.vector.is_not(None),
            GroupedQuestion.encoder.is_distinct_from(encoder),
        )
    )
    found = session.execute(query.order_by(GroupedQuestion.id.desc()).limit(most))
    return [(number, text, language) for number, text, language in found]


def renew_vectors(session: Session, encoder: str, vectors: Mapping[int, str]) -> None:
    """By question's id. What was forgotten meanwhile stays forgotten."""
    for number, vector in vectors.items():
        session.execute(
            update(GroupedQuestion)
            .where(GroupedQuestion.id == number, GroupedQuestion.vector.is_not(None))
            .values(vector=vector, encoder=encoder)
        )


def _newest() -> Select[int]:
    return select(QuestionGroup.id).order_by(QuestionGroup.id.desc()).limit(MOST_GROUPS)
