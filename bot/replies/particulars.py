"""Who somebody is and what they want to do, told without a question: remembered, and answered with what fits."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, call_details, calls, comparing, offers, person, questions
from bot.replies.call_search import FILTERS
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, MessageKind

NARROWING = FILTERS


def take(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Un Latgalē?" narrows the calls shown; an address is kept for when it is needed."""
    if completes_question(situation, memory):
        drafts = questions.answer(helpdesk, situation, memory)
        if drafts[0].kind is MessageKind.ANSWER:
            return drafts
    if any(situation.entities.get(name) for name in NARROWING):
        return calls.list_calls(helpdesk, situation, memory)
    if situation.first("call"):
        return call_details.describe_call(helpdesk, situation, memory)
    if situation.first("email") or situation.first("phone"):
        return [_draft_contact(situation, memory)]
    if situation.first("ordinal"):
        return choose(helpdesk, situation, memory)
    return questions.answer(helpdesk, situation, memory)


def completes_question(situation: Situation, memory: Memory) -> bool:
    """ "Rīgā?" after "kad ir nākamie pasākumi?", where no calls were spoken of."""
    asks = situation.text.rstrip().endswith("?")
    return asks and bool(memory.question) and not memory.shown and not memory.filters


def describe_situation(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """What fits of the calls; a consultation is offered, for a situation is more than its keywords."""
    if not any(situation.entities.get(name) for name in NARROWING):
        drafts = questions.answer(helpdesk, situation, memory)
        if drafts[0].kind is MessageKind.ANSWER and drafts[0].evidence["confidence"] >= person.SURE:
            return drafts
    else:
        drafts = calls.list_calls(helpdesk, situation, memory)
        if drafts[0].data.get("calls"):
            return [*drafts, _offer_consultation(situation, memory)]
    memory.misses = 0
    return [_offer_consultation(situation, memory)]


def _offer_consultation(situation: Situation, memory: Memory) -> Draft:
    locale = situation.locale
    memory.offer = offers.CONSULTATION
    return Draft(
        MessageKind.CHOICE,
        say(locale, "bot.particulars.offer_consultation"),
        locale,
        buttons=(buttons.consultation(locale), buttons.person(locale)),
        data={"offer": memory.offer},
    )


def _draft_contact(situation: Situation, memory: Memory) -> Draft:
    locale = situation.locale
    if situation.owner == "queue":
        return Draft(MessageKind.TEXT, say(locale, "bot.particulars.contact_seen"), locale)
    memory.offer = offers.CONSULTATION
    return Draft(
        MessageKind.CHOICE,
        say(locale, "bot.particulars.contact_kept"),
        locale,
        buttons=(buttons.consultation(locale), buttons.person(locale)),
        data={"offer": memory.offer},
    )


def choose(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """One of the calls or of the passages shown last, by its place."""
    picked = pick_passage(memory, situation.first("ordinal"))
    passage = situation.first("passage") or (questions.key_of(picked) if picked else None)
    if passage:
        return questions.show_passage(helpdesk, situation, memory, passage)
    compared = comparing.pick_several(helpdesk, situation, memory)
    if compared:
        return [comparing.draft_beside(helpdesk, situation, memory, compared)]
    if memory.is_beyond(situation.first("ordinal")):
        return call_details.describe_call(helpdesk, situation, memory)
    if call_details.find_call(helpdesk, situation, memory):
        return call_details.describe_call(helpdesk, situation, memory)
    locale = situation.locale
    memory.offer = offers.OPEN_CALLS
    text = say(locale, "bot.particulars.nothing_to_choose")
    return [
        Draft(
            MessageKind.SMALLTALK,
            text,
            locale,
            buttons=(buttons.open_calls(locale), buttons.person(locale)),
            data={"offer": memory.offer},
        )
    ]


def pick_passage(memory: Memory, place: str | None) -> str | None:
    if not place or not memory.passages:
        return None
    index = len(memory.passages) if place == "last" else int(place)
    return memory.passages[index - 1] if 1 <= index <= len(memory.passages) else None


def more(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """The next of the list, or the list itself if there was none; other words than "more" may be a question."""
    if memory.shown or memory.filters:
        return calls.more_calls(helpdesk, situation, memory)
    if situation.entities:
        return take(helpdesk, situation, memory)
    return calls.list_calls(helpdesk, situation, memory)
