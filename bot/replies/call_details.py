"""One call: what it is for, who may apply, how much, what must be added, until when, how to apply."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold, tokenize
from bot.replies import buttons, calls, comparing, deadlines, offers, questions
from bot.replies.call_cards import cite, make_card, tell_budget, tell_codes, tell_grant, tell_share, tell_timing
from bot.replies.call_codes import MARK, find_coded
from bot.replies.figures import tell_amount
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind
from knowledge.call import CallStatus, FundingCall
from knowledge.passage import Passage

Reply = Callable[[Helpdesk, Situation, Memory], list[Draft]]
Aspect = Callable[[Helpdesk, FundingCall, Situation], str]


_ON_APPLYING = re.compile(
    r"^ka (?:pieteik|iesnie)|^how (?:do i|to|can i|do you) (?:apply|submit)|^pieteiksanas|^applying"
)
POINTS = re.compile(r"\b(?:tur|taja|saja|sim|tam|sis|there|this|that|it|там|этот|этом|этого)\b")
"""Words that point at the call shown last."""


def describe_call(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, tell_everything)


def tell_applicants(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    return reply_about_call(helpdesk, situation, memory, applicants)


def tell_money(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Man vajag 5000 eiro" narrows the list; "vai tur var dabūt 5000?" asks of one call."""
    if situation.first("amount") and not is_about_one(situation, memory):
        return calls.list_calls(helpdesk, situation, memory)
    return _tell_extreme(helpdesk, situation, memory, money) or reply_about_call(
        helpdesk, situation, memory, money
    )


def tell_own_share(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Bez līdzfinansējuma" narrows the list; "cik tur jāpieliek?" asks of one call."""
    if situation.first("own_share") and not is_about_one(situation, memory):
        return calls.list_calls(helpdesk, situation, memory)
    return _tell_extreme(helpdesk, situation, memory, own_share) or reply_about_call(
        helpdesk, situation, memory, own_share
    )


def tell_deadline(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """ "Kas beidzas šomēnes?" is a list; "kurš beidzas pirmais?" one of those listed."""
    if (
        situation.first("deadline")
        or deadlines.is_asked(situation)
        or not (memory.shown or memory.call or find_named(helpdesk, situation))
    ):
        return calls.list_calls(helpdesk, situation, memory)
    return _tell_extreme(helpdesk, situation, memory, deadline) or reply_about_call(
        helpdesk, situation, memory, deadline
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
    return reply_about_call(helpdesk, situation, memory, how_to_apply)


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
    guide = find_guide(helpdesk, call) if situation.intent == "call_apply" else []
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


def find_guide(helpdesk: Helpdesk, call: FundingCall) -> list[Passage]:
    """What the call's own page says on how to apply, if it has a section on it."""
    passages = helpdesk.knowledge.catalogue.passages
    return [
        passage
        for passage in passages
        if passage.document == call.document and passage.section and _ON_APPLYING.search(fold(passage.section[-1]))
    ][:1]


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
    if not told:
        return _untold(call, locale)
    return _judge_amount(call, situation) + say(locale, "bot.calls.money", title=call.title, facts=told)


def _judge_amount(call: FundingCall, situation: Situation) -> str:
    """Whether the amount that was named lies within the call's limits, where it has any."""
    named = situation.first("amount")
    if named is None or (call.grant_max is None and call.grant_min is None):
        return ""
    amount, locale = Decimal(named), situation.locale
    verdict = "within"
    if call.grant_max is not None and amount > call.grant_max:
        verdict = "above"
    elif call.grant_min is not None and amount < call.grant_min:
        verdict = "below"
    return say(locale, f"bot.calls.amount.{verdict}", amount=tell_amount(locale, amount)) + " "


def own_share(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    locale, share = situation.locale, tell_share(call, situation.locale)
    return say(locale, "bot.calls.own_share", title=call.title, share=share) if share else _untold(call, locale)


def deadline(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    locale = situation.locale
    return say(locale, "bot.calls.deadline", title=call.title, when=tell_timing(helpdesk, call, locale))


def how_to_apply(helpdesk: Helpdesk, call: FundingCall, situation: Situation) -> str:
    """What the call's own page says on it, and the addresses it names."""
    locale = situation.locale
    told = [passage.text for passage in find_guide(helpdesk, call)]
    key = "how_told" if told else "how"
    lines = [say(locale, f"bot.calls.{key}", title=call.title, when=tell_timing(helpdesk, call, locale)), *told]
    lines += [f"- [{item.title}]({item.url})" for item in call.links]
    return "\n".join([*lines, "", link_to(call, locale)])


def _untold(call: FundingCall, locale: str) -> str:
    return say(locale, "bot.calls.untold", title=call.title) + "\n\n" + link_to(call, locale)
