"""A material's fields as a form shows and brings them: which each kind has, in which order, and of what sort."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.gateway.desk.form_data import Given
from knowledge.call import RIGA
from knowledge.document import Kind
from knowledge.material_checks import CONTACTS, FACETS, OFFSET
from knowledge.vocabulary import load_vocabularies

SPARE = 2
"""Empty lines below those that are filled in: more appear after saving."""
MOST_ROWS = 50
ZONES = ("Europe/Riga", "Europe/Brussels")


@dataclass(frozen=True, slots=True)
class Field:
    """`sort` says how it is shown and read: text, long, codes, choice, day, moment, moments, amount, flag, links,
    contact or countries."""

    name: str
    sort: str
    required: bool = False


FIRST = (Field("title", "text", True), Field("summary", "long", True))
FACET_FIELDS = tuple(Field(name, "codes") for name in FACETS)
LAST = (
    Field("supporter", "text"),
    Field("implementer", "text"),
    Field("starts_on", "day"),
    Field("ends_on", "day"),
    Field("links", "links"),
    Field("source", "text", True),
    Field("reviewed_on", "day", True),
    Field("review_first", "flag"),
    Field("demo", "flag"),
)
OWN: dict[Kind, tuple[Field, ...]] = {
    Kind.CALL: (
        Field("programme", "text"),
        Field("opens_at", "moment"),
        Field("deadlines", "moments"),
        Field("rolling", "flag"),
        Field("call_stages", "amount"),
        Field("call_timezone", "choice"),
        Field("budget", "amount"),
        Field("grant_min", "amount"),
        Field("grant_max", "amount"),
        Field("own_share", "amount"),
        Field("countries", "countries"),
        Field("closed_early", "flag"),
        Field("cancelled", "flag"),
    ),
    Kind.ORGANISATION: (Field("contact", "contact"),),
    Kind.EVENT: (
        Field("starts_at", "moment"),
        Field("ends_at", "moment"),
        Field("place", "text"),
        Field("online", "flag"),
    ),
    Kind.INNOVATION: (Field("stage", "choice"), Field("started_on", "day")),
}


def fields_of(kind: Kind) -> list[Field]:
    return [*FIRST, *OWN.get(kind, ()), *FACET_FIELDS, *LAST]


def choices_of(name: str, locale: str, told: Any = None) -> list[tuple[str, str]]:
    """Codes and their words."""
    if name == "call_timezone":
        return [(zone, zone) for zone in dict.fromkeys((*ZONES, *([str(told)] if told else ())))]
    terms = load_vocabularies()[FACETS.get(name, name)].terms
    return [(code, term.label(locale)) for code, term in terms.items()]


def show_moment(value: Any, zone: ZoneInfo) -> tuple[str, str]:
    """Day and time in Riga; no time where only a day is told."""
    if value is None or value == "":
        return "", ""
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) > 10 and not OFFSET.match(value)):
        try:
            told = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            return str(value), ""
        local = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(RIGA)
        return local.date().isoformat(), f"{local:%H:%M}"
    return (value.isoformat() if isinstance(value, date) else str(value)), ""


def read_moment(day: str, clock: str, zone: ZoneInfo) -> Any:
    """What the file says: a date, or a local time of the call's own zone. What cannot be read stays as it was
    typed, so that it is told what is wrong with it."""
    if not day:
        return None
    if not clock:
        return read_day(day)
    try:
        local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=RIGA).astimezone(zone)
    except ValueError:
        return f"{day} {clock}"
    return local.replace(tzinfo=None).isoformat(timespec="minutes")


def read_day(told: str) -> Any:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return told


def read_amount(told: str) -> Any:
    """`50 000,50` is a number too."""
    plain = told.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        amount = float(plain)
    except ValueError:
        return told
    return int(amount) if amount.is_integer() and abs(amount) < 10**15 else amount


def zone_of(told: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(told or "Europe/Riga"))
    except (KeyError, ValueError, OSError):
        return RIGA


def read_fields(given: Given, kind: Kind) -> dict[str, Any]:
    """What a form brought, as a file tells it; fields left empty are left out."""
    zone = zone_of(given.text("call_timezone") if kind is Kind.CALL else None)
    found: dict[str, Any] = {}
    for field in fields_of(kind):
        value = READERS[field.sort](given, field.name, zone)
        if value is not None and value is not False and value not in ("", [], {}):
            found[field.name] = value
    return found


def _read_moments(given: Given, name: str, zone: ZoneInfo) -> list[Any]:
    told = [(given.text(f"{name}_day_{row}"), given.text(f"{name}_time_{row}")) for row in range(MOST_ROWS)]
    return sorted((read_moment(day, clock, zone) for day, clock in told if day), key=str)


def _read_links(given: Given, name: str, zone: ZoneInfo) -> list[dict[str, str]]:  # noqa: ARG001
    rows = range(MOST_ROWS)
    told = [{"title": given.text(f"{name}_title_{row}"), "url": given.text(f"{name}_url_{row}")} for row in rows]
    return [link for link in told if link["title"] or link["url"]]


def _read_contact(given: Given, name: str, zone: ZoneInfo) -> dict[str, str]:  # noqa: ARG001
    return {way: told for way in CONTACTS if (told := given.text(f"{name}_{way}"))}


Reader = Callable[[Given, str, ZoneInfo], Any]
READERS: dict[str, Reader] = {
    "text": lambda given, name, _: given.text(name),
    "choice": lambda given, name, _: given.text(name),
    "long": lambda given, name, _: given.text(name),
    "codes": lambda given, name, _: given.all(name),
    "day": lambda given, name, _: read_day(given.text(name)) if given.text(name) else None,
    "moment": lambda given, name, zone: read_moment(given.text(f"{name}_day"), given.text(f"{name}_time"), zone),
    "moments": _read_moments,
    "amount": lambda given, name, _: read_amount(given.text(name)) if given.text(name) else None,
    "flag": lambda given, name, _: bool(given.one(name)),
    "links": _read_links,
    "contact": _read_contact,
    "countries": lambda given, name, _: given.text(name).upper().replace(",", " ").split(),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A field on the page. `value` is a text, a list of chosen codes, of (day, time) pairs or of links."""

    field: Field
    value: Any
    choices: list[tuple[str, str]]
    offset: bool = False
    """A day told as `+30d`: not for a calendar."""


def show_fields(kind: Kind, fields: dict[str, Any], locale: str) -> list[Shown]:
    zone = zone_of(fields.get("call_timezone"))
    return [_show(field, fields.get(field.name), zone, locale) for field in fields_of(kind)]


def _show(field: Field, told: Any, zone: ZoneInfo, locale: str) -> Shown:
    choices = choices_of(field.name, locale, told) if field.sort in ("codes", "choice") else []
    match field.sort:
        case "moments":
            rows = [show_moment(one, zone) for one in (told if isinstance(told, list) else [])]
            return Shown(field, [*rows, *[("", "")] * SPARE], [], any(OFFSET.match(day) for day, _ in rows))
        case "moment":
            pair = show_moment(told, zone)
            return Shown(field, pair, [], bool(OFFSET.match(pair[0])))
        case "day":
            day = show_moment(told, zone)[0]
            return Shown(field, day, [], bool(OFFSET.match(day)))
        case "links":
            links = [dict(one) for one in (told or [])]
            return Shown(field, [*links, *[{"title": "", "url": ""}] * SPARE], [])
        case "codes":
            return Shown(field, [str(code) for code in (told or [])], choices)
        case "contact":
            return Shown(field, {way: str((told or {}).get(way) or "") for way in CONTACTS}, [])
        case "countries":
            return Shown(field, ", ".join(str(one) for one in (told or [])), [])
        case "flag":
            return Shown(field, bool(told), [])
        case _:
            return Shown(field, "" if told is None else str(told), choices)
