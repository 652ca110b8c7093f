"""Whether what was answered before a change is answered after it: asked as a visitor would, of both indexes."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.helpdesk import Helpdesk, Knowledge
from bot.replies.once import answer_once
from handoff import checks
from handoff.messages import MessageKind
from retrieval.encoder import Vector

SHIPPED = Path(__file__).parent / "control_questions.jsonl"
MOST_VECTORS = 1000
_vectors: dict[tuple[str, str], Vector] = {}
NOT_ANSWERED = (MessageKind.UNANSWERED, MessageKind.CHOICE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A control question. `origin` names it without its words: `shipped:3`, `own:7` or `message:<id>`."""

    origin: str
    question: str
    locale: str
    document: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """How a question is answered: with which documents, none if it is not; which ones are offered if it is asked
    back ("did you mean")."""

    documents: tuple[str, ...]
    answered: bool
    offered: tuple[str, ...] = ()


@cache
def shipped_questions() -> tuple[Asked, ...]:
    lines = SHIPPED.read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines if line.strip()]
    return tuple(
        Asked(f"shipped:{number}", one["question"], one["locale"], one["document"])
        for number, one in enumerate(told, 1)
    )


def gather_questions(helpdesk: Helpdesk) -> list[Asked]:
    """Those shipped, those of editors, and the newest that were answered without complaint; each once."""
    with helpdesk.database.reading() as session:
        own = [
            Asked(f"own:{one.id}", one.question, one.locale, one.document) for one in checks.list_controls(session)
        ]
        recent = [
            Asked(f"message:{one.message_id}", one.text, one.locale, one.document)
            for one in checks.find_answered(session)
        ]
    found: dict[tuple[str, str], Asked] = {}
    for one in (*own, *shipped_questions(), *recent):
        found.setdefault((one.question.casefold(), one.locale), one)
    return list(found.values())


def encode(knowledge: Knowledge, question: str) -> Vector:
    """Kept for the index after this one and for the next check: encoding is nearly all that a check costs.

    By digest: the words may be erased meanwhile.
    """
    key = knowledge.retriever.encoder_name, hashlib.sha256(question.encode()).hexdigest()
    if key not in _vectors:
        if len(_vectors) >= MOST_VECTORS:
            _vectors.clear()
        _vectors[key] = knowledge.retriever.encode(question)
    return _vectors[key]


def ask(helpdesk: Helpdesk, knowledge: Knowledge, one: Asked) -> Told:
    vector = encode(knowledge, one.question)
    draft = answer_once(replace(helpdesk, knowledge=knowledge), one.question, one.locale, vector)
    documents = tuple(source.document for source in draft.sources)
    if draft.kind in NOT_ANSWERED:
        return Told((), False, documents if draft.kind is MessageKind.CHOICE else ())
    return Told(documents, True)


def compare(
    helpdesk: Helpdesk, before: Knowledge | None, after: Knowledge, asked: Iterable[Asked]
) -> list[dict[str, Any]]:
    """What is answered otherwise than before. Without `before`, otherwise than it should be."""
    found = []
    for one in asked:
        then = ask(helpdesk, before, one) if before else Told((one.document,) if one.document else (), True)
        now = ask(helpdesk, after, one)
        state = judge(one, then, now)
        if state is not None:
            first = {"before": list(then.documents[:1]), "after": list(now.documents[:1])}
            found.append({"origin": one.origin, "state": state, **first})
    return found


def judge(one: Asked, then: Told, now: Told) -> str | None:
    """`lost`: rightly answered before, and not now. `doubted`: asked back now, with the right document among those
    offered: certainty lies by the edge there, and any change of the materials moves it a little. `moved`: a
    visitor's question that is answered with another source. `gained`: not rightly answered before. Only its own
    document answers a control question rightly."""
    if one.origin.startswith("message:"):
        return judge_message(then, now)
    before, after = one.document in then.documents, one.document in now.documents
    if before == after:
        return None
    return "gained" if after else "doubted" if one.document in now.offered else "lost"


def judge_message(then: Told, now: Told) -> str | None:
    if not then.answered:
        return "gained" if now.answered else None
    if not now.answered:
        return "doubted" if set(then.documents[:1]) & set(now.offered) else "lost"
    return None if not then.documents or then.documents[0] in now.documents else "moved"


def run(helpdesk: Helpdesk, check: int, before: Knowledge | None) -> None:
    """Renew the index, ask, and write down what came of it."""
    try:
        after = helpdesk.refresh_knowledge()
        asked = gather_questions(helpdesk)
        results = compare(helpdesk, before, after, asked)
        with helpdesk.database.transaction() as session:
            checks.finish_check(session, check, len(asked), results)
    except Exception as error:
        log.error("a check of the materials failed: %s", type(error).__name__)
        with helpdesk.database.transaction() as session:
            checks.fail_check(session, check)


def start(helpdesk: Helpdesk, check: int, *, compared: bool = True) -> threading.Thread:
    """In a thread of its own: whoever published looks on. `compared` with what is in use now."""
    before = helpdesk.knowledge if compared else None
    thread = threading.Thread(target=run, args=(helpdesk, check, before), name=f"check-{check}", daemon=True)
    thread.start()
    return thread


def label_questions(helpdesk: Helpdesk, results: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Words of the questions, by origin; those erased since are missing."""
    shipped = {one.origin: one.question for one in shipped_questions()}
    messages = [one["origin"].partition(":")[2] for one in results if one["origin"].startswith("message:")]
    with helpdesk.database.reading() as session:
        own = {f"own:{one.id}": one.question for one in checks.list_controls(session)}
        said = {f"message:{message}": text for message, text in checks.texts_of(session, messages).items()}
    return shipped | own | said
