"""What the knowledge library offers for an answer: found as for a visitor, put into the reply on a click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.wording import say
from handoff.messages import Author, Message, MessageKind
from knowledge.passage import Passage
from retrieval.retriever import Decision, Retriever

MOST = 4
ASKS_ENOUGH = 3
"""Words from which what a visitor said is worth a search; "paldies" is not."""
LONGEST_QUESTION = 500


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`insert` is what goes into the reply: the passage's own words, then where they stand."""

    title: str
    section: str
    text: str
    url: str
    insert: str
    answers: bool


def find_question(messages: Sequence[Message], otherwise: str) -> str:
    """What the visitor last asked in words of their own, else `otherwise`. The words by which a person was asked
    for, those just before the handoff, say nothing of the matter."""
    following = [*messages, None][1:]
    asked = (
        said.text
        for said, then in reversed(list(zip(messages, following, strict=True)))
        if said.author is Author.VISITOR
        and not said.data.get("attachments")
        and not (then and then.kind is MessageKind.HANDOFF)
    )
    return next((text for text in asked if len(text.split()) >= ASKS_ENOUGH), otherwise)[:LONGEST_QUESTION]


def suggest(retriever: Retriever, question: str, locale: str, base_url: str) -> list[Suggestion]:
    """Best first, at most MOST, one a passage: what the bot would answer with, then what is nearest to it."""
    vector = retriever.encode(question)
    finding = retriever.ask(question, locale=locale, vector=vector)
    sure = finding.decision is Decision.ANSWER
    shown = {one.hit.passage.id: (one.hit.passage, one.text, sure) for one in finding.excerpts}
    for hit in retriever.search(question, locale=locale, vector=vector, k=MOST):
        shown.setdefault(hit.passage.id, (hit.passage, hit.passage.text, False))
    return [describe(*one, locale=locale, base_url=base_url) for one in list(shown.values())[:MOST]]


def describe(passage: Passage, text: str, answers: bool, *, locale: str, base_url: str) -> Suggestion:
    source = say(locale, "desk.suggestions.source", title=passage.title, url=base_url + passage.url)
    return Suggestion(
        title=passage.title,
        section=" › ".join(passage.section),
        text=text,
        url=passage.url,
        insert=f"{text}\n\n{source}",
        answers=answers,
    )
