"""What the library tells of a question: alone, leaning on the one before, or of each of two asked at once."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies.double_question import split_question
from bot.replies.follow_up import is_follow_up, join, points, strip_lead_in
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from retrieval.encoder import Vector
from retrieval.retriever import Decision, Finding


def find(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> Finding:
    """A follow-up is searched for together with the question before it, in several ways; the best finding counts.

    `memory.question` is then what was searched for, so that the next follow-up leans on the same subject.
    """
    asked = strip_lead_in(situation.text)
    vector = situation.vector if asked == situation.text else None
    return _find(helpdesk, memory, asked, situation.locale, vector)


def find_parts(helpdesk: Helpdesk, situation: Situation, memory: Memory, whole: Finding) -> list[Finding]:
    """Of two questions in one message what is found of each, if that tells more than `whole`, found by all of it;
    else nothing, and `memory` stays."""
    parts, before = split_question(strip_lead_in(situation.text)), memory.question
    found = [_find(helpdesk, memory, part, situation.locale, None) for part in parts or ()]
    if _tell_more(whole, found):
        return found
    memory.question = before
    return []


def _tell_more(whole: Finding, found: list[Finding]) -> bool:
    """Two answers by different passages before any, and one before none."""
    answered = [finding for finding in found if finding.decision is Decision.ANSWER]
    told = {finding.excerpts[0].hit.passage.id for finding in answered}
    return len(told) == 2 or (len(answered) == 1 and whole.decision is not Decision.ANSWER)


def _find(helpdesk: Helpdesk, memory: Memory, asked: str, locale: str, vector: Vector | None) -> Finding:
    retriever, before = helpdesk.knowledge.retriever, memory.question
    memory.question = asked
    alone = retriever.ask(asked, locale=locale, vector=vector)
    if not before or not is_follow_up(asked):
        return alone
    found = {asked: alone}
    for together in dict.fromkeys((join(before, asked), join(before, asked, words=2), f"{before} {asked}")):
        found[together] = retriever.ask(together, locale=locale)
    leaning = {text for text in found if text != asked} if points(asked) else set(found)
    memory.question = max(found, key=lambda text: _worth(found[text], memory.answered, text in leaning))
    return found[memory.question]


def _worth(finding: Finding, answered: str | None, leans: bool) -> tuple[bool, bool, bool, float]:
    """An answer before none, one that was not just given before the same again, for a question that points at what
    was said before one that was found with it, then the surer one."""
    first = finding.excerpts[0].hit.passage.id if finding.excerpts else None
    return finding.decision is Decision.ANSWER, first != answered, leans, finding.confidence
