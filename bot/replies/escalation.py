"""When a person comes in: one table to read, and to test.

`AT_ONCE`: what the person says gives the conversation to the queue. `OFFERED`: the bot says why it should not
answer and offers a person; a yes carries the reason. Besides these: two messages in a row without a good answer
(`low_confidence`), several questions in one message that the library answers poorly (`many_questions`), and an
answer from a document marked to be reviewed by a person first (`theme`).
"""

from __future__ import annotations

import re

AT_ONCE = {
    "ask_person": "asked",
    "complaint": "complaint",
    "distress": "distress",
}
OFFERED = {
    "legal_judgement": "legal",
    "review_application": "review",
}
REASONS = (
    "asked", "complaint", "distress", "legal", "review", "many_questions", "low_confidence", "theme", "failure",
    "offer_accepted",
)  # fmt: skip
MOST_MISSES = 2
"""Unanswered or unhelpful messages in a row after which a person is offered for that reason."""

_QUESTION = re.compile(r"[^.!?\n]{8,}\?")


def offer(reason: str | None) -> str:
    """What a yes to the offer of a person means: the reason it was offered for."""
    return f"person:{reason or 'offer_accepted'}"


def reason_of(offered: str | None) -> str | None:
    """The reason inside an offer of a person; None if the offer was another one."""
    kind, _, reason = (offered or "").partition(":")
    return reason if kind == "person" and reason in REASONS else None


def reason_for_miss(text: str, misses: int) -> str | None:
    """Why a person is offered with an answer that was not found; None: only in case they want one."""
    if misses >= MOST_MISSES:
        return "low_confidence"
    return "many_questions" if asks_many(text) else None


def asks_many(text: str) -> bool:
    """Three questions or more, or two long ones, in one message."""
    asked = _QUESTION.findall(text)
    return len(asked) >= 3 or (len(asked) == 2 and len(text) >= 140)
