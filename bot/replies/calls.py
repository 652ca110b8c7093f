"""Funding calls: which are open, narrowed by what a person told; if none fits, the nearest and why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.helpdesk import Helpdesk
from bot.nlu.text import fold
from bot.replies import buttons
from bot.replies.call_cards import make_card, tell_codes, tell_line
from bot.replies.call_search import FILTERS, Match, Search, search_calls
from bot.replies.figures import tell_amount
from bot.replies.memory import Memory
from bot.replies.situation import Situation
from bot.wording import say
from handoff.messages import Button, Draft, MessageKind

AT_ONCE = 5
STARTS_OVER = re.compile(r"\b(?:visi|visus|visas|all|все|no jauna|no sakuma|from scratch|сначала)\b")
KEPT = ("theme", "target_group", "applicant", "region", "amount")
"""What stays true of a person from one list to the next; a time or a state of calls is asked for each time."""


def list_calls(helpdesk: Helpdesk, situation: Situation, memory: Memory) -> list[Draft]:
    """The calls that fit; what was told before still narrows unless the person starts over.

    A call named by its title is what was asked for, whatever the words around it.
    """
    memory.filters = find_filters(situation, memory)
    memory.offset = 0
    return [draft_calls(helpdesk, situation.locale, memory)]


def find_filters(situation: Situation, memory: Memory) -> dict[str, str]:
    if situation.first("reset"):
        return {}
    said = {name: values[-1] for name in FILTERS if (values := situation.entities.get(name))}
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
    page = found.fitting[memory.offset : memory.offset + AT_ONCE]
    memory.show_calls(match.call.id for match in page)
    intro = say(locale, f"bot.calls.intro_{memory.filters.get('status', 'open')}", count=len(found.fitting))
    lines = [_introduce(locale, intro, memory.filters), *_number(helpdesk, locale, page)]
    left = len(found.fitting) - memory.offset - len(page)
    if left > 0:
        lines.append(say(locale, "bot.calls.left", count=left))
    return _draft(helpdesk, locale, lines, page, _list_buttons(locale, page, left))


def _draft_no_more(helpdesk: Helpdesk, locale: str, memory: Memory, found: Search) -> Draft:
    page = found.fitting[memory.offset : memory.offset + AT_ONCE]
    memory.show_calls(match.call.id for match in page)
    lines = [say(locale, "bot.calls.no_more"), *_number(helpdesk, locale, page)]
    return _draft(helpdesk, locale, lines, page, _list_buttons(locale, page, 0))


def _draft_nearest(helpdesk: Helpdesk, locale: str, memory: Memory, found: Search) -> Draft:
    page = found.nearest[:3]
    memory.offset = 0
    memory.show_calls(match.call.id for match in page)
    none = say(locale, f"bot.calls.none_{memory.filters.get('status', 'open')}")
    lines = [_introduce(locale, none, memory.filters)]
    if page:
        lines.append(say(locale, "bot.calls.nearest"))
        lines += _number(helpdesk, locale, page, memory.filters)
    lines.append(say(locale, "bot.calls.ask_person"))
    offered = [*_narrow_buttons(locale, page), *_other_lists(locale, memory), buttons.person(locale)]
    return _draft(helpdesk, locale, lines, page, offered)


def _draft(
    helpdesk: Helpdesk, locale: str, lines: Sequence[str], page: Sequence[Match], offered: Sequence[Button]
) -> Draft:
    cards = [make_card(helpdesk, match.call) for match in page]
    return Draft(
        MessageKind.CALLS,
        "\n".join(lines),
        locale,
        buttons=tuple(offered),
        data={"calls": cards, "as_of": helpdesk.clock().isoformat()},
        evidence={"decision": "calls", "confidence": 1.0},
    )


def _number(
    helpdesk: Helpdesk, locale: str, page: Sequence[Match], filters: Mapping[str, str] | None = None
) -> list[str]:
    lines = []
    for place, match in enumerate(page, 1):
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
    return f"{intro} {say(locale, 'bot.calls.narrowed', filters=told)}" if told else intro


def tell_filters(locale: str, filters: Mapping[str, str]) -> str:
    parts = []
    for name, value in filters.items():
        if name in ("theme", "target_group", "applicant", "region"):
            parts.append(tell_codes(name, [value], locale))
        elif name == "amount":
            parts.append(tell_amount(locale, int(value)))
    return ", ".join(parts)


def _list_buttons(locale: str, page: Sequence[Match], left: int) -> list[Button]:
    offered = _narrow_buttons(locale, page)
    if left > 0:
        offered.append(buttons.button(say(locale, "bot.buttons.more"), "more"))
    return [*offered, buttons.consultation(locale), buttons.person(locale)]


def _narrow_buttons(locale: str, page: Sequence[Match]) -> list[Button]:
    return [
        buttons.button(
            say(locale, "bot.buttons.about", place=place, title=bare_title(match.call.title)),
            "choose",
            ordinal=place,
        )
        for place, match in enumerate(page, 1)
    ]


def bare_title(title: str) -> str:
    """Without the mark of a demonstration: on a button every letter counts, and the message above has it."""
    return title.removeprefix("[Demo]").strip()


def _other_lists(locale: str, memory: Memory) -> list[Button]:
    offered = []
    if memory.filters.get("status", "open") == "open":
        offered.append(buttons.button(say(locale, "bot.buttons.forthcoming"), "list_calls", status="forthcoming"))
    if memory.filters:
        offered.append(buttons.open_calls(locale))
    return offered
