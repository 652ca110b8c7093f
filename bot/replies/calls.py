"""Funding calls: which are open, narrowed by what a person told; if none fits, the nearest and why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies import buttons, deadlines
from bot.replies.call_cards import make_card, tell_codes, tell_line
from bot.replies.call_search import FILTERS, SEVERAL, Match, Search, join_values, search_calls, split_values
from bot.replies.figures import tell_amount, tell_percent
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import find_sentence, say
from handoff.messages import Button, Draft, MessageKind
from knowledge.call import FundingCall
from knowledge.document import DEMO

AT_ONCE = 5
MOST_REMEMBERED = 50
STARTS_OVER = re.compile(r"\b(?:visi|visus|visas|all|все|no jauna|no sakuma|from scratch|сначала)\b")
KEPT = ("theme", "target_group", "applicant", "region", "amount", "own_share")
"""What stays true of a person from one list to the next; a time or a state of calls is asked for each time."""


def list_calls(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """The calls that fit; what was told before still narrows unless the person starts over.

    A call named by its title is what was asked for, whatever the words around it.
    """
    if deadlines.is_asked(situation):
        return [_draft_by_month(helpdesk, situation, memory)]
    memory.filters = find_filters(situation, memory)
    memory.offset = 0
    return [draft_calls(helpdesk, situation.locale, memory)]


def _draft_by_month(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> Draft:
    """A button asks for all of them; who writes it keeps what the list is narrowed by."""
    locale = situation.locale
    memory.filters = {} if situation.value is not None else find_filters(situation, memory)
    memory.offset = 0
    found = search_calls(helpdesk, locale, memory.filters)
    if not found.fitting:
        return _draft_nearest(helpdesk, locale, memory, found)
    page, rest = found.fitting[: deadlines.MOST], found.fitting[deadlines.MOST :]
    memory.show_calls([match.call.id for match in page], rest=[match.call.id for match in rest][:MOST_REMEMBERED])
    memory.offset = max(0, len(page) - AT_ONCE)
    intro = _introduce(locale, say(locale, "bot.calls.deadlines"), memory.filters)
    lines = [intro, *deadlines.tell_by_month(helpdesk, locale, page)]
    if rest:
        lines += ["", say(locale, "bot.calls.left", count=len(rest))]
    return _draft(helpdesk, locale, lines, page, _list_buttons(locale, page, len(rest)))


def find_filters(situation: Situation, memory: Memory) -> dict[str, str]:
    if situation.first("reset"):
        return {}
    said = {name: join_values(name, values) for name in FILTERS if (values := situation.entities.get(name))}
    starts_over = STARTS_OVER.search(fold(situation.text)) is not None
    kept = {name: value for name, value in memory.filters.items() if name in KEPT and not starts_over}
    if "theme" in said:
        kept.pop("target_group", None)
    if "target_group" in said:
        kept.pop("theme", None)
    return _without_doubles({**kept, **said})


def _without_doubles(filters: dict[str, str]) -> dict[str, str]:
    """A country-wide region narrows nothing, and "other" is no theme."""
    dropped = {"region": "latvia", "theme": "other", "target_group": "beneficiaries"}
    return {name: value for name, value in filters.items() if dropped.get(name) != value}


def more_calls(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    memory.offset += AT_ONCE
    return [draft_calls(helpdesk, situation.locale, memory)]


def draft_calls(helpdesk: Helpdesk, locale: str, memory: Memory) -> Draft:
    found = search_calls(helpdesk, locale, memory.filters)
    if memory.offset and memory.offset >= len(found.fitting):
        memory.offset = max(0, len(found.fitting) - AT_ONCE)
        return _draft_no_more(helpdesk, locale, memory, found)
    if found.fitting:
        return _draft_fitting(helpdesk, locale, memory, found)
    return _draft_nearest(helpdesk, locale, memory, found)


def _draft_fitting(helpdesk: Helpdesk, locale: str, memory: Memory, found: Search) -> Draft:
    page = take_page(memory, found)
    intro = say(locale, f"bot.calls.intro_{memory.filters.get('status', 'open')}", count=len(found.fitting))
    lines = [_introduce(locale, intro, memory.filters), *_number(helpdesk, locale, page, memory.offset + 1)]
    left = len(found.fitting) - memory.offset - len(page)
    if left > 0:
        lines.append(say(locale, "bot.calls.left", count=left))
    first = memory.offset + 1
    return _draft(helpdesk, locale, lines, page, _list_buttons(locale, page, left, first), first)


def _draft_no_more(helpdesk: Helpdesk, locale: str, memory: Memory, found: Search) -> Draft:
    page = take_page(memory, found)
    first = memory.offset + 1
    lines = [say(locale, "bot.calls.no_more"), *_number(helpdesk, locale, page, first)]
    return _draft(helpdesk, locale, lines, page, _list_buttons(locale, page, 0, first), first)


def take_page(memory: Memory, found: Search) -> list[Match]:
    page = found.fitting[memory.offset : memory.offset + AT_ONCE]
    following = found.fitting[memory.offset + AT_ONCE :][:MOST_REMEMBERED]
    memory.show_calls(
        [match.call.id for match in page], first=memory.offset + 1, rest=[match.call.id for match in following]
    )
    return page


def _draft_nearest(helpdesk: Helpdesk, locale: str, memory: Memory, found: Search) -> Draft:
    page = found.nearest[:3]
    memory.offset = 0
    memory.show_calls(match.call.id for match in page)
    none = say(locale, f"bot.calls.none_{memory.filters.get('status', 'open')}")
    lines = [_introduce(locale, none, memory.filters)]
    if page:
        lines.append(say(locale, "bot.calls.nearest"))
        lines += _number(helpdesk, locale, page, filters=memory.filters)
    lines.append(say(locale, "bot.calls.ask_person"))
    offered = [*_narrow_buttons(locale, page), *_other_lists(locale, memory), buttons.person(locale)]
    return _draft(helpdesk, locale, lines, page, offered)


def tell_numbered(helpdesk: Helpdesk, locale: str, place: int, call: FundingCall) -> str:
    """As in a list, with who may apply: what one compares by."""
    who = tell_codes("applicant", call.applicants, locale)
    line = f"{place}. {tell_line(helpdesk, call, locale)}"
    return f"{line}; {say(locale, 'bot.calls.for_whom', who=who)}" if who else line


def draft_list(helpdesk: Helpdesk, locale: str, lines: Sequence[str], page: Sequence[Match]) -> Draft:
    return _draft(helpdesk, locale, lines, page, _list_buttons(locale, page, 0))


def _draft(
    helpdesk: Helpdesk,
    locale: str,
    lines: Sequence[str],
    page: Sequence[Match],
    offered: Sequence[Button],
    first: int = 1,
) -> Draft:
    cards = [make_card(helpdesk, match.call) for match in page]
    return Draft(
        MessageKind.CALLS,
        "\n".join(lines),
        locale,
        buttons=tuple(offered),
        data={"calls": cards, "as_of": helpdesk.clock().isoformat(), "first": first},
        evidence={"decision": "calls", "confidence": 1.0},
    )


def _number(
    helpdesk: Helpdesk,
    locale: str,
    page: Sequence[Match],
    first: int = 1,
    filters: Mapping[str, str] | None = None,
) -> list[str]:
    lines = []
    for place, match in enumerate(page, first):
        line = f"{place}. {tell_line(helpdesk, match.call, locale)}"
        if filters and match.unmet:
            line += ". " + explain_unmet(locale, match)
        lines.append(line)
    return lines


def explain_unmet(locale: str, match: Match) -> str:
    """Why a call does not fit, from the call's own side: whom, where or what it is for."""
    return " ".join(_explain(locale, match, name) for name in match.unmet)


def _explain(locale: str, match: Match, name: str) -> str:
    call = match.call
    told = {
        "theme": lambda: tell_codes("theme", call.themes, locale),
        "target_group": lambda: tell_codes("theme", call.themes, locale),
        "applicant": lambda: tell_codes("applicant", call.applicants, locale),
        "region": lambda: tell_codes("region", call.regions, locale),
    }
    return say(locale, f"bot.calls.unmet.{name}", what=told[name]() if name in told else "")


def _introduce(locale: str, intro: str, filters: Mapping[str, str]) -> str:
    told = tell_filters(locale, filters)
    return f"{say(locale, 'bot.calls.narrowed', filters=told)}\n{intro}" if told else intro


def tell_filters(locale: str, filters: Mapping[str, str]) -> str:
    parts = []
    for name, value in filters.items():
        if name in SEVERAL:
            parts.append(tell_codes(name, split_values(name, value), locale))
        elif name == "amount":
            parts.append(tell_amount(locale, int(value)))
        elif name == "own_share":
            parts.append(tell_share_at_most(locale, int(value)))
        elif name == "deadline" and (when := tell_window(locale, value)):
            parts.append(when)
    return ", ".join(parts)


def tell_share_at_most(locale: str, share: int) -> str:
    key = "some" if share else "none"
    return say(locale, f"bot.calls.share_at_most.{key}", share=tell_percent(locale, share))


def tell_window(locale: str, value: str) -> str | None:
    """The time a deadline was asked for, in words; nothing for what is said best by the dates below it."""
    kind, _, rest = value.partition(":")
    if kind == "month":
        return say(
            locale, "bot.calls.window.month", month=find_sentence(locale, "bot.figures.months_at")[int(rest) - 1]
        )
    if kind == "days":
        return say(locale, "bot.calls.window.days", count=int(rest))
    known = find_sentence(locale, "bot.calls.window")
    return str(known[kind]) if kind in known else None


def _list_buttons(locale: str, page: Sequence[Match], left: int, first: int = 1) -> list[Button]:
    offered = _narrow_buttons(locale, page, first)
    if left > 0:
        offered.append(buttons.button(say(locale, "bot.buttons.more"), "more"))
    return [*offered, buttons.consultation(locale), buttons.person(locale)]


def _narrow_buttons(locale: str, page: Sequence[Match], first: int = 1) -> list[Button]:
    return [
        buttons.picking(
            say(locale, "bot.buttons.about", place=place, title=bare_title(match.call.title)),
            place,
            "call_details",
            call=match.call.id,
        )
        for place, match in enumerate(page, first)
    ]


def bare_title(title: str) -> str:
    """Without the mark of a demonstration: on a button every letter counts, and the message above has it."""
    return title.removeprefix(DEMO).strip()


def _other_lists(locale: str, memory: Memory) -> list[Button]:
    offered = []
    if memory.filters.get("status", "open") == "open":
        offered.append(buttons.button(say(locale, "bot.buttons.forthcoming"), "list_calls", status="forthcoming"))
    if memory.filters:
        offered.append(buttons.open_calls(locale))
    return offered
