"""One call: what it is for, who may apply, how much, what must be added, until when, how to apply."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold, tokenize
from bot.replies import buttons, call_aspects, calls, comparing, deadlines, offers, questions
from bot.replies.call_aspects import Aspect
from bot.replies.call_cards import cite, make_card
from bot.replies.call_codes import MARK, find_coded
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind
from knowledge.call import CallStatus, FundingCall

Reply = Callable[[Helpdesk, Situation, Memory], list[Draft]]


POINTS = re.compile(r"\b(?:tur|taja|saja|sim|tam|sis|there|this|that|it|там|этот|этом|этого)\b")
"""Words that point at the call shown last."""


def describe_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, call_aspects.tell_everything)


def tell_applicants(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, call_aspects.applicants)


def tell_money(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Man vajag 5000 eiro" narrows the list; "vai tur var dabūt 5000?" asks of one call."""
    if situation.first("amount") and not is_about_one(situation, memory):
        return calls.list_calls(helpdesk, situation, memory)
    return _tell_extreme(helpdesk, situation, memory, call_aspects.money) or reply_about_call(
        helpdesk, situation, memory, call_aspects.money
    )


def tell_own_share(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Bez līdzfinansējuma" narrows the list; "cik tur jāpieliek?" asks of one call, or of all that are open."""
    if situation.first("own_share") and not is_about_one(situation, memory):
        return calls.list_calls(helpdesk, situation, memory)
    of_none = not (memory.shown or memory.call or memory.programme)
    drafts = _tell_extreme(helpdesk, situation, memory, call_aspects.own_share) or reply_about_call(
        helpdesk, situation, memory, call_aspects.own_share
    )
    if of_none and drafts[0].kind in (MessageKind.UNANSWERED, MessageKind.CHOICE):
        memory.misses, memory.offer, memory.passages = 0, None, []
        return calls.list_calls(helpdesk, situation, memory)
    return drafts


def tell_deadline(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Kas beidzas šomēnes?" is a list; "kurš beidzas pirmais?" one of those listed."""
    if (
        situation.first("deadline")
        or deadlines.is_asked(situation)
        or not (memory.shown or memory.call or find_named(helpdesk, situation))
    ):
        return calls.list_calls(helpdesk, situation, memory)
    return _tell_extreme(helpdesk, situation, memory, call_aspects.deadline) or reply_about_call(
        helpdesk, situation, memory, call_aspects.deadline
    )


def means_programme(situation: Situation, memory: Memory) -> bool:
    """A programme of the library was told of last, and nothing says that a call of the list is meant."""
    return memory.programme and situation.value is None and not situation.first("ordinal")


def is_about_one(situation: Situation, memory: Memory) -> bool:
    """Whether one call is spoken of: pointed at, or asked about where one was shown."""
    if memory.call is None and not situation.first("ordinal"):
        return False
    return situation.text.rstrip().endswith("?") or POINTS.search(fold(situation.text)) is not None


def _tell_extreme(helpdesk: Helpdesk, situation: Situation, memory: Memory, aspect: Aspect) -> list[Draft]:
    found = comparing.find_extreme(helpdesk, situation, memory)
    if found is None:
        return []
    call, end = found
    memory.call, memory.programme = call.id, False
    told = say(situation.locale, f"bot.calls.extreme.{situation.intent}.{end}")
    return [draft_call(helpdesk, situation, call, f"{told} {aspect(helpdesk, call, situation)}")]


def tell_how_to_apply(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, call_aspects.how_to_apply)


def reply_about_call(helpdesk: Helpdesk, situation: Situation, memory: Memory, aspect: Aspect) -> list[Draft]:
    """About the call that was named, picked or spoken of; asks which one if that is open."""
    if memory.is_beyond(situation.first("ordinal")):
        memory.offer = offers.ONLY_CALL if len(memory.shown) == 1 else None
        return [ask_which(helpdesk, situation, memory, "bot.calls.not_that_many")]
    call = find_call(helpdesk, situation, memory)
    if means_programme(situation, memory) and not find_named(helpdesk, situation):
        return questions.answer(helpdesk, situation, memory)
    if call is not None:
        memory.call, memory.programme = call.id, False
        text = aspect(helpdesk, call, situation)
        if aspect is not call_aspects.tell_everything:
            text = call_aspects.warn(helpdesk, call, text, situation.locale)
        return [draft_call(helpdesk, situation, call, text)]
    if len(memory.shown) > 1:
        return [ask_which(helpdesk, situation, memory)]
    return questions.answer(helpdesk, situation, memory)


def find_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> FundingCall | None:
    named = find_named(helpdesk, situation)
    if named is not None:
        return named
    picked = memory.pick(situation.first("ordinal"))
    return get_call(helpdesk, picked or memory.call, situation.locale)


def get_call(helpdesk: Helpdesk, call_id: str | None, locale: str) -> FundingCall | None:
    known = all_calls(helpdesk, locale)
    return next((call for call in known if call.id == call_id), None) if call_id else None


def all_calls(helpdesk: Helpdesk, locale: str) -> list[FundingCall]:
    return helpdesk.knowledge.catalogue.find_calls(locale=locale, now=helpdesk.clock())


def find_named(helpdesk: Helpdesk, situation: Situation) -> FundingCall | None:
    """The call whose identifier, or most of whose title, was said."""
    known = all_calls(helpdesk, situation.locale)
    identifier = situation.first("call")
    if identifier and identifier.startswith(MARK):
        return find_coded(known, identifier)
    if identifier:
        wanted = fold(identifier)
        return next((call for call in known if wanted == fold(call.id) or wanted in fold(call.title)), None)
    said = {token.text for token in tokenize(situation.text)}
    scored = [(_overlap(said, call.title), call) for call in known]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= 0.75 else None


def _overlap(said: set[str], title: str) -> float:
    """The share of a title's telling words that were said, in whatever ending; too short a title tells nothing."""
    words = [token.text for token in tokenize(re.sub(r"^\[Demo\]\s*", "", title)) if len(token.text) > 3]
    if len(words) < 2:
        return 0.0
    return sum(any(_is_same_word(word, other) for other in said) for word in words) / len(words)


def _is_same_word(word: str, other: str) -> bool:
    stem = word[: max(4, len(word) - 3)]
    return other.startswith(stem)


def draft_call(helpdesk: Helpdesk, situation: Situation, call: FundingCall, text: str) -> Draft:
    card = make_card(helpdesk, call)
    guide = call_aspects.find_guide(helpdesk, call) if situation.intent == "call_apply" else []
    sources = (cite(call), *(questions.link(passage, passage.text, 1.0) for passage in guide))
    return Draft(
        MessageKind.CALL,
        text,
        situation.locale,
        buttons=tuple(call_buttons(helpdesk, call, situation.locale)),
        sources=sources,
        data={"call": card, "calls": [card]},
        evidence={"decision": "call", "confidence": situation.confidence},
    )


def call_buttons(helpdesk: Helpdesk, call: FundingCall, locale: str) -> list[Button]:
    aspects = [("call_applicants", "who"), ("call_apply", "how")]
    offered = [buttons.button(say(locale, f"bot.buttons.{key}"), intent, call=call.id) for intent, key in aspects]
    if call.status(helpdesk.clock()) in (CallStatus.OPEN, CallStatus.FORTHCOMING) and call.next_deadline(
        helpdesk.clock()
    ):
        offered.append(buttons.button(say(locale, "bot.buttons.remind"), "subscribe", call=call.id))
    return [*offered, buttons.person(locale)]


def ask_which(helpdesk: Helpdesk, situation: Situation, memory: Memory, why: str = "bot.calls.which") -> Draft:
    locale = situation.locale
    known = enumerate(memory.shown, 1)
    found = [(place, call) for place, one in known if (call := get_call(helpdesk, one, locale))]
    offered = [
        buttons.button(
            say(locale, "bot.buttons.about", place=place, title=calls.bare_title(call.title)),
            situation.intent,
            call=call.id,
        )
        for place, call in found
    ]
    count = len(memory.shown) + len(memory.rest)
    return Draft(MessageKind.CHOICE, say(locale, why, count=count), locale, buttons=tuple(offered))
