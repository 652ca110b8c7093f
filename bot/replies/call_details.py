"""One call: what it is for, who may apply, how much, what must be added, until when, how to apply."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold, tokenize
from bot.replies import buttons, calls, questions
from bot.replies.call_cards import cite, make_card, tell_budget, tell_codes, tell_grant, tell_share, tell_timing
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind, SourceLink
from knowledge.call import CallStatus, FundingCall

Reply = Callable[[Helpdesk, Situation, Memory], list[Draft]]
Aspect = Callable[[Helpdesk, FundingCall, Situation], str]


def describe_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, tell_everything)


def tell_applicants(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, applicants)


def tell_money(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, money)


def tell_own_share(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, own_share)


def tell_deadline(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Kas beidzas šomēnes?" is a list; "kurš beidzas pirmais?" the first of one, which is in order of time."""
    if situation.first("deadline") or not (memory.shown or memory.call or find_named(helpdesk, situation)):
        return calls.list_calls(helpdesk, situation, memory)
    return reply_about_call(helpdesk, situation, memory, deadline)


def tell_how_to_apply(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, how_to_apply)


def reply_about_call(helpdesk: Helpdesk, situation: Situation, memory: Memory, aspect: Aspect) -> list[Draft]:
    """About the call that was named, picked or spoken of; asks which one if that is open."""
    if is_beyond(memory.shown, situation.first("ordinal")):
        return [ask_which(helpdesk, situation, memory, "bot.calls.not_that_many")]
    call = find_call(helpdesk, situation, memory)
    if call is not None:
        memory.call = call.id
        text = aspect(helpdesk, call, situation)
        if aspect is not tell_everything:
            text = warn(helpdesk, call, text, situation.locale)
        return [draft_call(helpdesk, situation, call, text)]
    if len(memory.shown) > 1:
        return [ask_which(helpdesk, situation, memory)]
    return questions.answer(helpdesk, situation, memory)


def warn(helpdesk: Helpdesk, call: FundingCall, text: str, locale: str) -> str:
    """Nobody should prepare an application for a call that is over, whatever they asked of it."""
    status = call.status(helpdesk.clock())
    if status is CallStatus.CANCELLED:
        return f"{text} {say(locale, 'bot.calls.is_cancelled')}"
    return f"{text} {say(locale, 'bot.calls.over')}" if status is CallStatus.CLOSED else text


def find_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> FundingCall | None:
    named = find_named(helpdesk, situation)
    if named is not None:
        return named
    picked = pick(memory.shown, situation.first("ordinal"))
    return get_call(helpdesk, picked or memory.call, situation.locale)


def pick(shown: list[str], place: str | None) -> str | None:
    """The one at a place counted from 1, or the `last`."""
    if not place or not shown:
        return None
    index = len(shown) if place == "last" else int(place)
    return shown[index - 1] if 1 <= index <= len(shown) else None


def is_beyond(shown: list[str], place: str | None) -> bool:
    return bool(shown) and place is not None and pick(shown, place) is None


def get_call(helpdesk: Helpdesk, call_id: str | None, locale: str) -> FundingCall | None:
    known = all_calls(helpdesk, locale)
    return next((call for call in known if call.id == call_id), None) if call_id else None


def all_calls(helpdesk: Helpdesk, locale: str) -> list[FundingCall]:
    return helpdesk.knowledge.catalogue.find_calls(locale=locale, now=helpdesk.clock())


def find_named(helpdesk: Helpdesk, situation: Situation) -> FundingCall | None:
    """The call whose identifier, or most of whose title, was said."""
    known = all_calls(helpdesk, situation.locale)
    identifier = situation.first("call")
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
    sources = (cite(call), *_guide(helpdesk, call, situation))
    return Draft(
        MessageKind.CALL,
        text,
        situation.locale,
        buttons=tuple(call_buttons(helpdesk, call, situation.locale)),
        sources=sources,
        data={"call": card, "calls": [card]},
        evidence={"decision": "call", "confidence": situation.confidence},
    )


def _guide(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> list[SourceLink]:
    """The passage on how to apply, where the call's own page has one."""
    if situation.intent != "call_apply" or not situation.text.strip():
        return []
    hits = helpdesk.knowledge.retriever.search(
        situation.text, locale=situation.locale, k=1, vector=situation.vector, documents=[call.document]
    )
    return [questions.link(hit.passage, hit.passage.text, hit.score) for hit in hits]


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
    found = [call for call_id in memory.shown if (call := get_call(helpdesk, call_id, locale))]
    offered = [
        buttons.button(
            say(locale, "bot.buttons.about", place=place, title=calls.bare_title(call.title)),
            situation.intent,
            call=call.id,
        )
        for place, call in enumerate(found, 1)
    ]
    return Draft(MessageKind.CHOICE, say(locale, why, count=len(found)), locale, buttons=tuple(offered))


def tell_everything(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    locale = situation.locale
    lines = [f"**{call.title}**", call.summary, ""]
    facts = [
        ("when", tell_timing(helpdesk, call, locale)),
        ("who", tell_codes("applicant", call.applicants, locale)),
        ("grant", tell_grant(call, locale)),
        ("share", tell_share(call, locale)),
        ("region", tell_codes("region", call.regions, locale)),
        ("programme", call.programme),
    ]
    lines += [f"- {say(locale, f'bot.calls.fact.{name}')}: {fact}" for name, fact in facts if fact]
    return "\n".join([*lines, "", link_to(call, locale)])


def link_to(call: FundingCall, locale: str) -> str:
    return f"[{say(locale, 'bot.calls.open_page')}]({call.url})"


def applicants(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    """Yes or no where the kind of applicant was named; always the whole list; never a ruling on the case."""
    locale, asked = situation.locale, situation.first("applicant")
    if not call.applicants:
        return say(locale, "bot.calls.applicants_unknown", title=call.title)
    told = say(
        locale, "bot.calls.applicants", title=call.title, who=tell_codes("applicant", call.applicants, locale)
    )
    if asked is None:
        return told
    verdict = "may" if asked in call.applicants else "may_not"
    return say(locale, f"bot.calls.{verdict}", who=tell_codes("applicant", [asked], locale)) + " " + told


def money(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    locale = situation.locale
    facts = [tell_grant(call, locale), tell_share(call, locale), tell_budget(call, locale)]
    told = "; ".join(fact for fact in facts if fact)
    return say(locale, "bot.calls.money", title=call.title, facts=told) if told else _untold(call, locale)


def own_share(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    locale, share = situation.locale, tell_share(call, situation.locale)
    return say(locale, "bot.calls.own_share", title=call.title, share=share) if share else _untold(call, locale)


def deadline(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    locale = situation.locale
    return say(locale, "bot.calls.deadline", title=call.title, when=tell_timing(helpdesk, call, locale))


def how_to_apply(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    """What the call's own page says on it, and the addresses it names."""
    locale = situation.locale
    lines = [say(locale, "bot.calls.how", title=call.title, when=tell_timing(helpdesk, call, locale))]
    lines += [f"- [{item.title}]({item.url})" for item in call.links]
    return "\n".join([*lines, "", link_to(call, locale)])


def _untold(call: FundingCall, locale: str) -> str:
    return say(locale, "bot.calls.untold", title=call.title) + "\n\n" + link_to(call, locale)
