"""A question: answered from the knowledge library with its sources, or honestly not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.helpdesk import Helpdesk
from bot.replies import buttons, escalation
from bot.replies.ages import tell_dates, tell_disagreement
from bot.replies.memory import Memory
from bot.replies.question_search import find, find_parts
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind, SourceLink
from knowledge.document import DEMO, BlockKind, Kind
from knowledge.passage import Passage
from retrieval.retriever import Decision, Excerpt, Finding

PARTS = "first", "second"


def answer(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    finding = find(helpdesk, situation, memory)
    if parts := find_parts(helpdesk, situation, memory, finding):
        return [_answer_part(helpdesk, situation, memory, *part) for part in zip(PARTS, parts, strict=True)]
    if finding.decision is Decision.ANSWER:
        return [_give_answer(helpdesk, situation, memory, finding)]
    memory.misses += 1
    if finding.decision is Decision.SUGGEST and finding.excerpts:
        return [draft_suggestions(situation, memory, finding)]
    return [draft_unanswered(helpdesk, situation, memory, finding)]


def _answer_part(helpdesk: Helpdesk, situation: Situation, memory: Memory, part: str, finding: Finding) -> Draft:
    """Of two questions the one: answered, or said which it is that has no answer."""
    if finding.decision is Decision.ANSWER:
        return _give_answer(helpdesk, situation, memory, finding)
    unanswered = draft_unanswered(helpdesk, situation, memory, finding)
    if situation.owner == "queue":
        return unanswered
    return replace(unanswered, text=say(situation.locale, f"bot.questions.unanswered_part.{part}"))


def _give_answer(helpdesk: Helpdesk, situation: Situation, memory: Memory, finding: Finding) -> Draft:
    first = finding.excerpts[0].hit.passage
    memory.misses = 0
    memory.answered, memory.programme = first.id, first.kind is Kind.PROGRAMME
    return draft_answer(helpdesk, situation, finding)


def draft_answer(helpdesk: Helpdesk, situation: Situation, finding: Finding) -> Draft:
    locale = situation.locale
    lines = _tell_excerpts(helpdesk, finding.excerpts)
    passages = [excerpt.hit.passage for excerpt in finding.excerpts]
    if finding.disagree:
        lines.insert(0, tell_disagreement(helpdesk, locale, passages[0], passages[1]))
    if finding.locale != locale:
        lines.insert(0, say(locale, f"bot.questions.only_in_{finding.locale}"))
    return Draft(
        MessageKind.ANSWER,
        "\n\n".join(lines),
        locale,
        buttons=(
            buttons.button(say(locale, "bot.buttons.helpful"), "feedback", helpful="yes"),
            buttons.button(say(locale, "bot.buttons.not_helpful"), "feedback", helpful="no"),
            buttons.person(locale),
        ),
        sources=tuple(link_excerpt(excerpt) for excerpt in finding.excerpts),
        data=_tell_about(helpdesk, situation, passages, finding.locale),
        evidence={
            **tell_evidence(finding),
            "review_first": is_reviewed_first(helpdesk, finding),
            "themes": tell_themes(helpdesk, passages),
        },
    )


def _tell_about(
    helpdesk: Helpdesk, situation: Situation, passages: Sequence[Passage], locale: str
) -> dict[str, object]:
    """The language of an answer where it is another, and how old its sources are where that matters."""
    dates = tell_dates(helpdesk, situation.text, passages)
    told: dict[str, object] = {"locale": locale} if locale != situation.locale else {}
    return told | ({"dates": dates} if dates else {})


def _tell_excerpts(helpdesk: Helpdesk, excerpts: Sequence[Excerpt]) -> list[str]:
    """Each said once: two passages of one page may hold the same sentence."""
    told: list[str] = []
    for excerpt in excerpts:
        text = mark_items(helpdesk, excerpt.hit.passage, excerpt.text)
        if not any(text in other or other in text for other in told):
            told.append(text)
    return told


def mark_items(helpdesk: Helpdesk, passage: Passage, text: str) -> str:
    """List items as items again: a passage's text holds their words alone."""
    document = helpdesk.knowledge.catalogue.document(passage.document)
    blocks = document.blocks[passage.blocks[0] : passage.blocks[1] + 1] if document else ()
    items = [block.text for block in blocks if block.kind is BlockKind.ITEM]
    return "\n".join(
        f"- {line}" if any(item.startswith(line) for item in items) else line for line in text.split("\n")
    )


def draft_suggestions(situation: Situation, memory: Memory, finding: Finding) -> Draft:
    locale = situation.locale
    memory.shown, memory.passages = [], [excerpt.hit.passage.id for excerpt in finding.excerpts]
    offered = [
        buttons.button(name_passage(excerpt.hit.passage), "choose", passage=key_of(excerpt.hit.passage.id))
        for excerpt in finding.excerpts
    ]
    return Draft(
        MessageKind.CHOICE,
        say(locale, "bot.questions.suggest"),
        locale,
        buttons=(*offered, buttons.button(say(locale, "bot.buttons.none_of_these"), "not_helpful")),
        sources=tuple(link_excerpt(excerpt) for excerpt in finding.excerpts),
        evidence=tell_evidence(finding),
    )


def key_of(passage_id: str) -> str:
    """A passage as a button can carry it: their names are longer than a button's value may be."""
    return hashlib.blake2b(passage_id.encode(), digest_size=6).hexdigest()


def show_passage(helpdesk: Helpdesk, situation: Situation, memory: Memory, key: str) -> list[Draft]:
    """What was picked from the suggestions, in full."""
    passages = helpdesk.knowledge.catalogue.passages
    passage = next((passage for passage in passages if key_of(passage.id) == key), None)
    if passage is None:
        return [draft_unanswered(helpdesk, situation, memory, None)]
    memory.misses = 0
    return [
        Draft(
            MessageKind.ANSWER,
            mark_items(helpdesk, passage, passage.text),
            situation.locale,
            buttons=tuple(feedback_buttons(situation.locale)),
            sources=(link(passage, passage.text, 1.0),),
            data=_tell_about(helpdesk, situation, [passage], situation.locale),
            evidence={"decision": "picked", "confidence": 1.0, "themes": tell_themes(helpdesk, [passage])},
        )
    ]


def feedback_buttons(locale: str) -> list[Button]:
    return [
        buttons.button(say(locale, "bot.buttons.helpful"), "feedback", helpful="yes"),
        buttons.button(say(locale, "bot.buttons.not_helpful"), "feedback", helpful="no"),
    ]


def draft_unanswered(helpdesk: Helpdesk, situation: Situation, memory: Memory, finding: Finding | None) -> Draft:
    """Never a dead end: a person, a consultation or the open calls are one step away."""
    locale = situation.locale
    if situation.owner == "queue":
        return Draft(
            MessageKind.UNANSWERED,
            say(locale, "bot.questions.unanswered_queue"),
            locale,
            buttons=(buttons.open_calls(locale),),
            evidence=tell_evidence(finding) if finding else {"decision": "none", "confidence": 0.0},
        )
    memory.offer = escalation.offer(escalation.reason_for_miss(situation.text, memory.misses))
    key = "again" if memory.misses >= escalation.MOST_MISSES else "first"
    return Draft(
        MessageKind.UNANSWERED,
        say(locale, f"bot.questions.unanswered_{key}"),
        locale,
        buttons=(buttons.person(locale), buttons.consultation(locale), buttons.open_calls(locale)),
        data={"offer": memory.offer},
        evidence=tell_evidence(finding) if finding else {"decision": "none", "confidence": 0.0},
    )


def name_passage(passage: Passage) -> str:
    """Its own heading first: of several from one page, each is told apart even where a button cuts its name."""
    if not passage.section:
        return passage.title
    mark = f"{DEMO} " if passage.title.startswith(DEMO) else ""
    return f"{mark}{passage.section[-1]} – {passage.title.removeprefix(mark)}"


def link_excerpt(excerpt: Excerpt) -> SourceLink:
    return link(excerpt.hit.passage, excerpt.text, excerpt.hit.score)


def link(passage: Passage, text: str, score: float) -> SourceLink:
    return SourceLink(
        document=passage.document,
        title=passage.title,
        section=" › ".join(passage.section),
        url=passage.url,
        text=text,
        score=float(score),
    )


def is_reviewed_first(helpdesk: Helpdesk, finding: Finding) -> bool:
    """Whether the answer rests on a document on whose matter a person has the last word."""
    catalogue = helpdesk.knowledge.catalogue
    documents = (catalogue.document(excerpt.hit.passage.document) for excerpt in finding.excerpts)
    return any(document is not None and document.review_first for document in documents)


def tell_themes(helpdesk: Helpdesk, passages: Sequence[Passage]) -> list[str]:
    """What the answer is about: handoff.held looks whether a person approves answers on it first."""
    documents = (helpdesk.knowledge.catalogue.document(passage.document) for passage in passages)
    return list(dict.fromkeys(theme for document in documents if document for theme in document.themes))


def tell_evidence(finding: Finding) -> dict[str, object]:
    """For the dossier: what was decided, how surely, and on which passages."""
    return {
        "decision": str(finding.decision),
        "confidence": float(finding.confidence),
        "passages": [
            {"passage": excerpt.hit.passage.id, "score": float(excerpt.hit.score)} for excerpt in finding.excerpts
        ],
    }
