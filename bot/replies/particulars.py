"""Who somebody is and what they want to do, told without a question: remembered, and answered with what fits."""

from __future__ import annotations

from bot.helpdesk import Helpdesk
from bot.replies import buttons, call_details, calls, questions
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Draft, MessageKind

NARROWING = ("theme", "target_group", "applicant", "region", "amount", "deadline", "status")


def take(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Un Latgalē?" narrows the calls shown; an address is kept for when it is needed."""
    if any(situation.entities.get(name) for name in NARROWING):
        return calls.list_calls(helpdesk, situation, memory)
    if situation.first("call"):
        return call_details.describe_call(helpdesk, situation, memory)
    if situation.first("email") or situation.first("phone"):
        return [_draft_contact(situation, memory)]
    if situation.first("ordinal"):
        return choose(helpdesk, situation, memory)
    return questions.answer(helpdesk, situation, memory)


def describe_situation(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """What fits of the calls; a consultation is offered, for a situation is more than its keywords."""
    if not any(situation.entities.get(name) for name in NARROWING):
        drafts = questions.answer(helpdesk, situation, memory)
        if drafts[0].kind is MessageKind.ANSWER:
            return drafts
    else:
        drafts = calls.list_calls(helpdesk, situation, memory)
        if drafts[0].data.get("calls"):
            return [*drafts, _offer_consultation(situation, memory)]
    memory.misses = 0
    return [_offer_consultation(situation, memory)]


def _offer_consultation(situation: Situation, memory: Memory) -> Draft:
    locale = situation.locale
    memory.offer = "consultation"
    return Draft(
        MessageKind.CHOICE,
        say(locale, "bot.particulars.offer_consultation"),
        locale,
        buttons=(buttons.consultation(locale), buttons.person(locale)),
        data={"offer": memory.offer},
    )


def _draft_contact(situation: Situation, memory: Memory) -> Draft:
    locale = situation.locale
    memory.offer = "consultation"
    return Draft(
        MessageKind.CHOICE,
        say(locale, "bot.particulars.contact_kept"),
        locale,
        buttons=(buttons.consultation(locale), buttons.person(locale)),
        data={"offer": memory.offer},
    )


def choose(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """One of the calls or of the passages shown last, by its place."""
    passage = call_details.pick(memory.passages, situation.first("ordinal"))
    if passage:
        return questions.show_passage(helpdesk, situation, memory, passage)
    if call_details.is_beyond(memory.shown, situation.first("ordinal")):
        return call_details.describe_call(helpdesk, situation, memory)
    if call_details.find_call(helpdesk, situation, memory):
        return call_details.describe_call(helpdesk, situation, memory)
    locale = situation.locale
    text = say(locale, "bot.particulars.nothing_to_choose")
    return [
        Draft(MessageKind.SMALLTALK, text, locale, buttons=(buttons.open_calls(locale), buttons.person(locale)))
    ]


def more(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """The next of the list, or the list itself if there was none; other words than "more" may be a question."""
    if memory.shown or memory.filters:
        return calls.more_calls(helpdesk, situation, memory)
    if situation.entities:
        return take(helpdesk, situation, memory)
    return calls.list_calls(helpdesk, situation, memory)
