"""Coming events: which there are and when, by day; where no day is known, says so and offers a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.helpdesk import Helpdesk
from bot.replies import buttons, escalation, questions
from bot.replies.event_search import asks_for_events, asks_when, find_named, narrow, narrows
from bot.replies.figures import tell_days
from bot.replies.follow_up import is_follow_up
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, MessageKind, SourceLink
from knowledge.event import Event, list_events
from knowledge.passage import Passage

AT_ONCE = 5
ASKING = {
    "question", "inform", "more", "list_calls", "call_deadline", "call_details", "describe_situation",
    "out_of_scope", "request_status",
}  # fmt: skip
"""What a question for events may be understood as; whatever is surer than its words is left alone."""
ORGANISERS = ("macibas-un-pasakumi", "sabiedribas-integracijas-fonds")
"""Documents on how often events are held, and on who holds them."""


def is_asked(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> bool:
    """ "Kādi pasākumi ir tuvākajā laikā?", "un Rīgā?" after it, and "kad ir …?" with an event's own name."""
    if situation.value is not None or situation.intent not in ASKING or situation.first("call"):
        return False
    if asks_for_events(situation.text) or _leans_on_events(situation, memory):
        return True
    return asks_when(situation.text) and _find_named(helpdesk, situation) is not None


def _find_named(helpdesk: Helpdesk, situation: Situation) -> Event | None:
    catalogue = helpdesk.knowledge.catalogue
    return find_named(catalogue, list_events(catalogue, situation.locale), situation.text)


def _leans_on_events(situation: Situation, memory: Memory) -> bool:
    before = memory.question is not None and not memory.shown and asks_for_events(memory.question)
    return before and is_follow_up(situation.text) and narrows(situation)


def tell_events(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """The one that was named, be it over or not; else those to come, narrowed by what was told."""
    if asks_for_events(situation.text) or memory.question is None:
        memory.question = situation.text
    known = list_events(helpdesk.knowledge.catalogue, situation.locale)
    named, today = _find_named(helpdesk, situation), find_today(helpdesk)
    coming = [named] if named else [event for event in known if not event.is_over(today)]
    if not coming:
        return [_draft_none(helpdesk, situation, memory)]
    memory.misses = 0
    if named:
        return [_draft(helpdesk, situation, memory, [tell_event(named, situation.locale, today)], coming)]
    return [_draft_coming(helpdesk, situation, memory, coming, today)]


def find_today(helpdesk: Helpdesk) -> date:
    return helpdesk.clock().astimezone(helpdesk.settings.zone).date()


def _draft_coming(
    helpdesk: Helpdesk, situation: Situation, memory: Memory, coming: Sequence[Event], today: date
) -> Draft:
    """Those that fit; if none does, says so and shows the nearest all the same."""
    locale = situation.locale
    fitting = narrow(coming, situation, memory.question or situation.text, today)
    told = fitting or coming
    lines = [] if fitting else [say(locale, "bot.events.none_such")]
    lines.append(say(locale, "bot.events.intro", count=len(told)))
    lines += [f"{place}. {tell_event(event, locale, today)}" for place, event in enumerate(told[:AT_ONCE], 1)]
    if len(told) > AT_ONCE:
        lines.append(say(locale, "bot.events.left", count=len(told) - AT_ONCE))
    return _draft(helpdesk, situation, memory, lines, told[:AT_ONCE])


def tell_event(event: Event, locale: str, today: date) -> str:
    """Title, day, hour and place, as far as they are told."""
    document = event.document
    place = str(document.fields.get("place") or "")
    if not place and document.fields.get("online"):
        place = say(locale, "bot.events.online")
    hour = say(locale, "bot.events.at", hour=event.hour) if event.hour else ""
    over = say(locale, "bot.events.over") if event.is_over(today) else ""
    facts = [tell_days(locale, event.starts_on, event.ends_on), hour, place, over]
    return f"**{document.title}** – " + "; ".join(fact for fact in facts if fact)


def _draft(
    helpdesk: Helpdesk, situation: Situation, memory: Memory, lines: Sequence[str], events: Sequence[Event]
) -> Draft:
    """An answer with the events as its sources, to be picked from by their place."""
    locale = situation.locale
    passages = [passage for event in events if (passage := _first_passage(helpdesk, event.document.key))]
    memory.shown, memory.passages = [], [passage.id for passage in passages]
    memory.answered = memory.passages[0] if passages else None
    demo = [say(locale, "bot.events.demo")] if any(event.document.demo for event in events) else []
    return Draft(
        MessageKind.ANSWER,
        "\n".join([*lines, "", *demo, say(locale, "bot.events.all")]),
        locale,
        buttons=(*questions.feedback_buttons(locale), buttons.person(locale)),
        sources=tuple(_cite(event) for event in events),
        evidence={
            "decision": "events",
            "confidence": 1.0,
            "themes": questions.tell_themes(helpdesk, passages),
        },
    )


def _first_passage(helpdesk: Helpdesk, document: str) -> Passage | None:
    passages = helpdesk.knowledge.catalogue.passages
    return next((passage for passage in passages if passage.document == document), None)


def _cite(event: Event) -> SourceLink:
    document = event.document
    return SourceLink(
        document=document.key, title=document.title, section="", url=document.url, text=document.summary, score=1.0
    )


def _draft_none(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> Draft:
    """No day is known of any: what is known of who holds them, and a person."""
    locale, waits = situation.locale, situation.owner == "queue"
    memory.misses += 1
    found = (_first_passage(helpdesk, f"{locale}/{organiser}") for organiser in ORGANISERS)
    offered = [buttons.consultation(locale), buttons.button(say(locale, "bot.buttons.news"), "subscribe")]
    if not waits:
        reason = escalation.reason_for_miss(situation.text, memory.misses)
        memory.offer, offered = escalation.offer(reason), [buttons.person(locale), *offered]
    return Draft(
        MessageKind.UNANSWERED,
        say(locale, "bot.events.none_queue" if waits else "bot.events.none"),
        locale,
        buttons=tuple(offered),
        sources=tuple(questions.link(passage, passage.text, 1.0) for passage in found if passage),
        data={} if waits else {"offer": memory.offer},
        evidence={"decision": "none", "confidence": 0.0},
    )
