"""Answers of the bot's that a coordinator has to see first: held in the transaction that would have recorded them.

The conversation goes to the queue in the same transaction: the person is told that a person looks first, and what
waits is a request with its promises like any other, so that nothing is left lying.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff import audit, history
from handoff.database import now, word
from handoff.messages import Draft, Effect, MessageKind, SourceLink
from handoff.models.conversation import Conversation
from handoff.models.desk import HeldAnswer, ReviewedTheme
from handoff.models.request import Request
from handoff.views import Held


def list_themes(session: Session) -> set[str]:
    """Codes of the themes whose answers wait for approval."""
    return set(session.scalars(select(ReviewedTheme.theme)))


def find_theme(session: Session, drafts: Iterable[Draft]) -> str | None:
    """The first theme of these answers that has to be approved; themes come in their `evidence`."""
    told = [
        theme for draft in drafts if draft.kind is MessageKind.ANSWER for theme in draft.evidence.get("themes", ())
    ]
    reviewed = list_themes(session) if told else set()
    return next((theme for theme in told if theme in reviewed), None)


def hold_answers(session: Session, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts as they are to be recorded: where a theme wants approval, answers become one word that a person
    looks first, with the handoff as its effect, and an offer of a person said with them falls away."""
    theme = find_theme(session, drafts)
    if theme is None:
        return list(drafts)
    answers = [draft for draft in drafts if draft.kind is MessageKind.ANSWER]
    rest = [draft for draft in drafts if draft not in answers and "offer" not in draft.data]
    return [_announce(session, theme, answers), *rest]


def _announce(session: Session, theme: str, answers: Sequence[Draft]) -> Draft:
    told = [_write_down(answer, theme) for answer in answers]
    also = [answer.effect for answer in answers if answer.effect is not None]
    effect = Effect("approve", {"reason": "theme", "topic": theme, "answers": told, "also": also})
    first = answers[0]
    text = word(session, first.locale, "held")
    evidence = {key: value for key, value in first.evidence.items() if key != "review_first"}
    return replace(
        first,
        kind=MessageKind.HANDOFF,
        text=text,
        buttons=(),
        sources=(),
        data={},
        effect=effect,
        evidence=evidence,
    )


def _write_down(answer: Draft, theme: str) -> dict[str, object]:
    sources = [asdict(source) for source in answer.sources]
    return {"text": answer.text, "sources": sources, "locale": answer.locale, "theme": theme}


def keep_answers(
    session: Session, conversation: Conversation, request: Request, answers: Iterable[dict[str, Any]]
) -> None:
    for answer in answers:
        session.add(
            HeldAnswer(
                conversation_id=conversation.id,
                request_number=request.number,
                question_seq=conversation.last_seq,
                made_at=now(session),
                state="waiting",
                **answer,
            )
        )
    history.write(session, request, "answer_held", audit.BOT, theme=request.topic)


def list_held(session: Session, number: int) -> list[Held]:
    """Those of a request that wait, in order."""
    rows = session.scalars(
        select(HeldAnswer)
        .where(HeldAnswer.request_number == number, HeldAnswer.state == "waiting")
        .order_by(HeldAnswer.id)
    )
    return [view_held(row) for row in rows]


def view_held(row: HeldAnswer) -> Held:
    sources = tuple(SourceLink(**source) for source in row.sources)
    return Held(row.id, row.question_seq, row.theme, row.locale, row.text, sources, row.state, row.made_at)


def drop_held(session: Session, number: int) -> None:
    """Their request has ended: nobody waits for them."""
    session.execute(
        update(HeldAnswer)
        .where(HeldAnswer.request_number == number, HeldAnswer.state == "waiting")
        .values(state="dropped", decided_at=now(session))
    )
