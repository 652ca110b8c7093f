"""What is said of one call: everything, or one aspect of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies.call_cards import tell_budget, tell_codes, tell_grant, tell_share, tell_timing
from bot.replies.figures import tell_amount
from bot.replies.situation import Situation
from bot.wording import say
from knowledge.call import CallStatus, FundingCall
from knowledge.passage import Passage

Aspect = Callable[[Helpdesk, FundingCall, Situation], str]

_ON_APPLYING = re.compile(
    r"^ka (?:pieteik|iesnie)|^how (?:do i|to|can i|do you) (?:apply|submit)|^pieteiksanas|^applying"
)


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


def find_guide(helpdesk: Helpdesk, call: FundingCall) -> list[Passage]:
    """What the call's own page says on how to apply, if it has a section on it."""
    passages = helpdesk.knowledge.catalogue.passages
    return [
        passage
        for passage in passages
        if passage.document == call.document and passage.section and _ON_APPLYING.search(fold(passage.section[-1]))
    ][:1]


def warn(helpdesk: Helpdesk, call: FundingCall, text: str, locale: str) -> str:
    """Nobody should prepare an application for a call that is over, whatever they asked of it."""
    status = call.status(helpdesk.clock())
    if status is CallStatus.CANCELLED:
        return f"{text} {say(locale, 'bot.calls.is_cancelled')}"
    return f"{text} {say(locale, 'bot.calls.over')}" if status is CallStatus.CLOSED else text
