"""When coming events are asked for, and which of them fit what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.nlu.text import fold, tokenize
from bot.replies.call_search import THEME_OF_GROUP, reaches, read_window
from bot.replies.situation import Situation
from knowledge.catalogue import Catalogue
from knowledge.document import DEMO, Kind
from knowledge.event import Event

SORTS = tuple(
    re.compile(rf"\b(?:{words})")
    for words in (
        r"tiklosan|networking|нетворкинг",
        r"apmacib|macib(?:as|am|u)\b|training|(?<!of )course|обучени|тренинг|курсы",
        r"diskusij|discussion|дискусси",
        r"seminar|darbnic|workshop|семинар|мастерск",
        r"vebinar|webinar|вебинар",
        r"hakaton|maraton|hackathon|marathon|хакатон|марафон",
        r"brauciens|braucien|study visit|trip\b|поездк",
        r"konferenc|conference|конференци",
    )
)
"""Sorts of events, as they are called in a question and in a title alike."""
_EVENTS = re.compile(r"\bpasakum\w*|\bevents?\b|\bмероприяти\w*|" + "|".join(sort.pattern for sort in SORTS))
_COMING = re.compile(
    r"\b(?:kad|tuvak\w*|nakam\w*|nakos\w*|gaidam\w*|driz\w*|planot\w*|plano\w*|bus|notiks|notiek|kalendar\w*"
    r"|somenes|sonedel|sogad|vai ir|when|next|coming|upcoming|forthcoming|planned|scheduled|soon|calendar"
    r"|are there|this (?:week|month|year)|когда|ближа[йи]ш\w*|следующ\w*|предстоящ\w*|скоро"
    r"|планиру\w*|календар\w*|будут|будет)\b"
)
_MONTHS = re.compile(
    r"\b(?:janvar|februar|marta|april|maija|junij|julij|august|septembr|oktobr|novembr|decembr|january|february"
    r"|in march|in may|june|july|september|october|november|december|январ|феврал|март|апрел|июн|июл|сентябр"
    r"|октябр|ноябр|декабр)"
)
_OTHERWISE = re.compile(
    r"\bcik\b|\bbiez\w*|\bhow (?:often|many|much|long)\b|\bчасто\b|\bсколько\b"
    r"|\b(?:notika|bija|pagajus\w*|was|were|took|last|прошл\w*|были?)\b|\b(?:kas|ka|ko) noti\w*"
    r"|\b(?:atbalst|finans|attiecinam|projekt|iesnie|termin|maks|budzet|material)\w*"
    r"|\b(?:call|fund|grant|deadline|eligible|activit|cost|budget|project|submit|material)\w*"
    r"|konkurs|\bконкурс|\bгрант|\bфинанс|\bпроект|\d\.\d"
)
"""How often, what was, what happens there, what is paid for, calls: not which are to come."""
_WHEN = re.compile(r"\b(?:kad|cikos|kura diena|kura datuma|when|what (?:time|day|date)|когда)\b")
_DEADLINE = re.compile(r"\b(?:iesnie|termin|pieteikties|deadline|submit|apply|подать|подач)\w*|konkurs|\bcalls?\b")
LEAST_WORDS = 2


def asks_for_events(text: str) -> bool:
    """For events as such and for those to come: "kad ir nākamais pasākums?", not "cik bieži ir mācības?"."""
    folded = fold(text)
    if not _EVENTS.search(folded) or _OTHERWISE.search(folded):
        return False
    return _COMING.search(folded) is not None or _MONTHS.search(folded) is not None


def asks_when(text: str) -> bool:
    folded = fold(text)
    return _WHEN.search(folded) is not None and _DEADLINE.search(folded) is None


def narrows(situation: Situation) -> bool:
    return any(situation.entities.get(name) for name in ("theme", "target_group", "region", "deadline"))


def narrow(events: Sequence[Event], situation: Situation, asked: str, today: date) -> list[Event]:
    """Of the sort that was asked for, where, when and for whom it was said."""
    sorts = [sort for sort in SORTS if sort.search(fold(asked))]
    return [
        event
        for event in events
        if (not sorts or any(sort.search(fold(event.document.title)) for sort in sorts))
        and _is_where(event, situation)
        and _is_for(event, situation)
        and _is_then(event, situation.first("deadline"), today)
    ]


def _is_where(event: Event, situation: Situation) -> bool:
    regions = situation.entities.get("region") or []
    return not regions or any(reaches(event.document.regions, region) for region in regions)


def _is_for(event: Event, situation: Situation) -> bool:
    document = event.document
    groups, themes = situation.entities.get("target_group") or [], situation.entities.get("theme") or []
    wanted = {*themes, *(THEME_OF_GROUP[group] for group in groups if group in THEME_OF_GROUP)}
    return not (groups or themes) or bool(
        wanted & set(document.themes) or set(groups) & set(document.target_groups)
    )


def _is_then(event: Event, said: str | None, today: date) -> bool:
    window = read_window(said, today) if said else None
    return window is None or (event.starts_on <= window[1] and event.ends_on >= window[0])


def find_named(catalogue: Catalogue, events: Sequence[Event], text: str) -> Event | None:
    """The event whose day is asked by words of its title, at least one of which no other kind of title has."""
    if not asks_when(text):
        return None
    said = [token.text for token in tokenize(text)]
    common = {
        _stem(word)
        for document in catalogue.documents
        if document.kind is not Kind.EVENT
        for word in _words(document.title)
    }
    scored = [(_score(event.document.title, said, common), event) for event in events]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= LEAST_WORDS else None


def _score(title: str, said: Sequence[str], common: set[str]) -> int:
    """How many of the title's words were said; none, if they are a part of it that other titles have too."""
    stems = {_stem(word) for word in _words(title)}
    found = {stem for stem in stems if any(word.startswith(stem) for word in said)}
    return len(found) if found - common or found == stems else 0


def _words(title: str) -> list[str]:
    return [token.text for token in tokenize(title.removeprefix(DEMO)) if len(token.text) > 3]


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]
