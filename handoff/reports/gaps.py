"""What could not be answered, grouped by meaning (handoff.question_groups), with nothing that tells who asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.anonymising import anonymise
from handoff.database import settings_of
from handoff.folding import fold
from handoff.models.figures import GroupWords, TurnFact
from handoff.models.learning import GroupedQuestion
from handoff.models.message import MessageRow
from handoff.reports.periods import Period

SEVERAL = 3
"""What so many people asked, and words that so many questions have in common, tell of none of them."""
SHORTEST = 3
LONGEST = 160
MOST = 20
MOST_TEXTS = 200


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions of one meaning: `asked` so many times by `askers` conversations.

    `sample` is one of them without personal data, empty once all are erased; `words` what several had in common.
    """

    id: int
    asked: int
    askers: int
    languages: tuple[str, ...]
    theme: str | None
    sample: str
    words: str


def find_gaps(session: Session, period: Period) -> tuple[list[GapGroup], int]:
    """The groups asked most in the period, of those that SEVERAL people asked, and how many groups there are."""
    begin, end = period.instants(ZoneInfo(settings_of(session).timezone))
    rows = session.execute(
        select(
            GroupedQuestion.group_id,
            GroupedQuestion.message_id,
            GroupedQuestion.language,
            TurnFact.conversation_id,
            TurnFact.theme,
        )
        .join(TurnFact, TurnFact.message_id == GroupedQuestion.message_id, isouter=True)
        .where(GroupedQuestion.asked_at >= begin, GroupedQuestion.asked_at < end)
        .order_by(GroupedQuestion.asked_at.desc())
    ).all()
    held: dict[int, dict[str, tuple[str, str | None, str | None]]] = defaultdict(dict)
    for group, message, language, conversation, theme in rows:
        held[group][message] = (language, conversation, theme)
    several = [group for group in held if _count_askers(held[group]) >= SEVERAL]
    largest = sorted(several, key=lambda group: (-len(held[group]), -group))[:MOST]
    texts = _read_texts(session, {group: _one_an_asker(held[group])[:MOST_TEXTS] for group in largest})
    kept = {
        row.group_id: row.words
        for row in session.scalars(select(GroupWords).where(GroupWords.group_id.in_(largest)))
    }
    return [_tell(group, held[group], texts[group], kept.get(group, "")) for group in largest], len(held)


def _count_askers(asked: Mapping[str, tuple[str, str | None, str | None]]) -> int:
    return len({conversation or message for message, (_, conversation, _) in asked.items()})


def _one_an_asker(asked: Mapping[str, tuple[str, str | None, str | None]]) -> list[str]:
    """The newest message of each conversation."""
    return list(
        {
            conversation or message: message for message, (_, conversation, _) in reversed(list(asked.items()))
        }.values()
    )[::-1]


def _read_texts(session: Session, wanted: Mapping[int, Sequence[str]]) -> dict[int, list[str]]:
    """Those that are not erased, newest first."""
    ids = [message for messages in wanted.values() for message in messages]
    found = {
        row.id: row.text
        for row in session.execute(
            select(MessageRow.id, MessageRow.text).where(MessageRow.id.in_(ids), MessageRow.text != "")
        )
    }
    return {group: [found[one] for one in messages if one in found] for group, messages in wanted.items()}


def _tell(
    group: int, asked: Mapping[str, tuple[str, str | None, str | None]], texts: Sequence[str], kept: str
) -> GapGroup:
    themes = Counter(theme for _, _, theme in asked.values() if theme)
    return GapGroup(
        id=group,
        asked=len(asked),
        askers=_count_askers(asked),
        languages=tuple(sorted({language for language, _, _ in asked.values()})),
        theme=themes.most_common(1)[0][0] if themes else None,
        sample=shorten(anonymise(texts[0])) if texts else "",
        words=find_common(texts) or kept,
    )


def shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[:LONGEST].rsplit(' ', 1)[0]}…"


def find_common(texts: Iterable[str]) -> str:
    """The words of the question most like the others that SEVERAL of them share, in its own order; empty if there
    are too few questions, or too few such words to make sense."""
    cleaned = [anonymise(text).split() for text in texts]
    if len(cleaned) < SEVERAL:
        return ""
    stems = [[_stem(word) for word in words] for words in cleaned]
    frequent = Counter(stem for told in stems for stem in set(told) if stem)
    scores = [sum(frequent[stem] >= SEVERAL for stem in set(told)) / (len(told) + 3) for told in stems]
    best = scores.index(max(scores))
    shared = [frequent[stem] >= SEVERAL and bool(stem) for stem in stems[best]]
    if sum(len(stem) > SHORTEST for stem, is_shared in zip(stems[best], shared, strict=True) if is_shared) < 2:
        return ""
    return shorten(_join(cleaned[best], shared))


def _stem(word: str) -> str:
    """The first letters, so that endings do not matter; nothing for marks of what was taken out."""
    letters = "".join(letter for letter in fold(word) if letter.isalnum())
    return "" if word.startswith("[") or letters.isdigit() else letters[:5]


def _join(words: Sequence[str], shared: Sequence[bool]) -> str:
    told: list[str] = []
    for word, is_shared in zip(words, shared, strict=True):
        if is_shared:
            told.append(word)
        elif told and told[-1] != "…":
            told.append("…")
    return " ".join(told).strip(" …,.;:?!")


def keep_common_words(session: Session, before: datetime) -> None:
    """Of every group that was asked before then, while the words are still there: retention is about to erase
    them."""
    rows = session.execute(
        select(GroupedQuestion.group_id, TurnFact.conversation_id, MessageRow.text)
        .join(MessageRow, MessageRow.id == GroupedQuestion.message_id)
        .join(TurnFact, TurnFact.message_id == GroupedQuestion.message_id)
        .where(
            MessageRow.text != "",
            GroupedQuestion.group_id.in_(
                select(GroupedQuestion.group_id).where(GroupedQuestion.asked_at < before)
            ),
        )
        .order_by(GroupedQuestion.asked_at)
    )
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for group, conversation, text in rows:
        texts[group].setdefault(conversation, text)
    for group, told in texts.items():
        if words := find_common(told.values()):
            session.merge(GroupWords(group_id=group, words=words))
