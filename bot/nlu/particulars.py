"""Particulars with a form of their own: amounts, dates, places in a list, addresses (see docs/intents.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.text import fold


@dataclass(frozen=True)
class Found:
    """An entity and the half-open span of the text it was read from."""

    entity: str
    value: str
    start: int
    end: int


EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(
    r"(?<![\w.])(?:\+\s?\d{3}[\s-]?)?(?:2|6)\d(?:[\s-]?\d){6}(?![\w])|(?<![\w.])\+\d(?:[\s-]?\d){7,14}(?!\w)"
)
CALL = re.compile(r"\b(?:[a-z]{2,6}-)+(?:[a-z0-9]+-)*\d{1,4}\b|\b\d\.\d\.\d(?:\.\d{1,2})?\b")

_NUMBER = r"\d{1,3}(?:[ \u00a0.,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_SCALES = (
    (re.compile(r"milj\w*|million\w*|mln\b|mio\b|миллион\w*|млн\b"), 1_000_000),
    (re.compile(r"tukst\w*|thousand\w*|k\b|тыс\w*"), 1_000),
)
LONGEST_AMOUNT = 20
"""Letters: more is no sum of money, and a number too long for a computer's own."""
AMOUNT = re.compile(
    rf"(?P<sign>€\s?|eur\s)?(?<![\d.,])(?P<number>{_NUMBER})\s*"
    r"(?P<scale>milj\w*|million\w*|mln\b\.?|mio\b|миллион\w*|млн\b\.?|tukst\w*\.?|thousand\w*|k\b|тыс\w*\.?)?\s*"
    r"(?P<unit>€|eur\w*|eiro\w*|евро)?"
)
_WORD_NUMBERS = {
    "vien": 1, "div": 2, "tris": 3, "trij": 3, "cetr": 4, "piec": 5, "ses": 6, "septin": 7, "aston": 8, "devin": 9,
    "desmit": 10, "divdesmit": 20, "trisdesmit": 30, "cetrdesmit": 40, "piecdesmit": 50, "simt": 100, "simts": 100,
    "pussimt": 50, "one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "twenty": 20,
    "thirty": 30, "fifty": 50, "hundred": 100, "одну": 1, "две": 2, "двух": 2, "два": 2, "три": 3, "пять": 5,
    "десять": 10, "двадцать": 20, "тридцать": 30, "пятьдесят": 50, "сто": 100,
}  # fmt: skip
_WORDS = "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True))
WORD_AMOUNT = re.compile(
    r"\b(?P<word>" + "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True)) + r")(?:i|u|us|as|iem|os|am)?\s+"
    r"(?P<scale>milj\w*|million\w*|tukst\w*|thousand\w*|тысяч\w*|миллион\w*)"
    r"(?:\s+(?:€|eur\w*|eiro\w*|евро))?"
)

_MONTHS = (
    "janvar|january|январ", "februar|february|феврал", "mart|march|март", "april|апрел", "maij|may|ма[йяе]",
    "junij|june|июн", "julij|july|июл", "august|август", "septembr|september|сентябр", "oktobr|october|октябр",
    "novembr|november|ноябр", "decembr|december|декабр",
)  # fmt: skip
_MONTH = "|".join(f"(?P<m{i}>{names})" for i, names in enumerate(_MONTHS, 1))
DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:of\s+)?(?:{_MONTH})\w*(?:\s+(?P<year>20\d\d))?"
)
MONTH_DAY = re.compile(rf"\b(?:{_MONTH})\w*\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>20\d\d))?")
MONTH_ALONE = re.compile(rf"\b(?:{_MONTH})(?:a|i|u|is|im|os|us|s|am|e|ya|я|е|ь|ю|й|ем|er)?\b(?!\s*\d{{1,2}}\b)")
NUMERIC_DATE = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d)?(?![\d])")
ISO_DATE = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d{2})-(?P<day>\d{2})\b")

_PERIODS = (
    ("today", r"sodien|today|сегодня"),
    ("tomorrow", r"\brit\b|ritdien|tomorrow|завтра"),
    ("next_week", r"nakam\w* nedel\w*|nakosnedel|nakamned\w*|next week|следующ\w* недел\w*"),
    ("this_week", r"sonedel|\bsaj[a]? nedel\w*|\bsi[s]? nedel\w*|this week|на этой недел\w*|этой недел\w*"),
    ("next_month", r"nakam\w* menes\w*|nak(?:os|am)menes\w*|next month|следующ\w* месяц\w*"),
    (
        "this_month",
        r"somenes\w*|\bso menes\w*|\bsaj[a]? menes\w*|\bsi menesa|this month|в этом месяце|этого месяца",
    ),
    ("next_year", r"nakam\w* gad\w*|nakamgad|nakosgad|next year|в следующем году|следующ\w* год\w*"),
    (
        "this_year",
        r"sogad|\bsaj[a]? gada|\bsi gada|\bso gad\w*|lidz gada beigam|gada beigas"
        r"|this year|end of the year|year end|в этом году|этого года|до конца года",
    ),
)
_UNITS = (
    (re.compile(r"dien\w*|day\w*|ден\w*|дн\w*"), 1),
    (re.compile(r"nedel\w*|week\w*|недел\w*"), 7),
    (re.compile(r"menes\w*|month\w*|месяц\w*"), 30),
)
_UNIT = r"(?P<unit>dien\w*|nedel\w*|menes\w*|days?|weeks?|months?|дн\w*|ден\w*|недел\w*|месяц\w*)"
WITHIN = re.compile(
    rf"(?P<count>\d{{1,3}}|\b(?:{_WORDS})(?:u|i|as|iem|am)?)\s+{_UNIT}\s+laika"
    rf"|(?:within|in|over)\s+(?:the next\s+)?(?P<count_en>\d{{1,3}}|\w+)\s+(?P<unit_en>days?|weeks?|months?)"
    rf"|(?:в течение|за|через)\s+(?P<count_ru>\d{{1,3}}|\w+)?\s*(?P<unit_ru>дн\w*|недел\w*|месяц\w*)"
    r"|\b(?P<single>nedelas|menesa)\s+laika"
)

_ORDINALS = (
    ("1", r"pirm(?:ais|a|o|aja|ajam|ajai|as)|first|перв\w+"),
    ("2", r"otr(?:ais|a|o|aja|ajam|ajai|as|s|u)|second|втор(?:ой|ая|ое|ую|ом|ого)"),
    ("3", r"tres(?:ais|a|o|aja|ajam|ajai|as)|third|трет\w+"),
    ("4", r"ceturt(?:ais|a|o|aja|ajam|ajai|as)|fourth|четверт\w+"),
    ("5", r"piekt(?:ais|a|o|aja|ajam|ajai|as)|fifth|пят(?:ый|ая|ое|ую|ом|ого)"),
    ("6", r"sest(?:ais|a|o|aja|ajam|ajai|as)|sixth|шест(?:ой|ая|ое|ую|ом|ого)"),
    ("7", r"septit(?:ais|a|o|aja|ajam|ajai|as)|seventh|седьм\w+"),
    ("8", r"astot(?:ais|a|o|aja|ajam|ajai|as)|eighth|восьм(?:ой|ая|ое|ую)"),
    ("9", r"devit(?:ais|a|o|aja|ajam|ajai|as)|ninth|девят(?:ый|ая|ое|ую)"),
    ("10", r"desmit(?:ais|a|o|aja|ajam|ajai|as)|tenth|десят(?:ый|ая|ое|ую)"),
    (
        "last",
        r"pedej(?:ais|a|o|aja|ajam|ajai|as)(?! dien| laik| bridi)"
        r"|last one|the last(?! day| time)|последн\w+(?! день)",
    ),
)
PLACE = re.compile(
    r"^\W*(?:nr\.?|numur[su]?|number|no\.?|номер|#)?\s*(?P<bare>\d{1,2})(?:\.|\)|st|nd|rd|th)?\W*"
    r"(?:ludzu|please|пожалуйста|variants?|konkurs[su]?|one)?\W*$"
    r"|\b(?:nr\.?|numur[su]?|number|номер|#)\s*(?P<named>\d{1,2})\b|\b(?P<short>\d{1,2})(?:st|nd|rd|th)\b(?! of)"
)

_NO_SHARE = re.compile(
    r"\bbez (?:\w+ )?(?:lidzfinansejum|lidzmaksajum|pasu naud|savas naud|sava ieguldijum|pasu ieguldijum)\w*"
    r"|\blidzfinansejum\w* (?:nav|nevajag|neprasa|nebutu)\b"
    r"|\b(?:nav|nevajag|neprasa|nebutu)(?: \w+)? lidzfinansejum\w*"
    r"|\b(?:without|with no|no|zero) (?:any |an )?(?:own (?:share|contribution|money|funds)|co-?\s?financing"
    r"|co-?\s?funding|match(?:ed)? funding)"
    r"|\bnot? (?:need|require|ask for) (?:any |an )?(?:own share|co-?\s?financing|own money)"
    r"|\bбез (?:со-?финансирован|собственн|своих ден|своего вклад)\w*"
)
_MOST_SHARE = re.compile(
    r"(?:lidzfinansejum\w*|own share|co-?financing|софинансирован\w*)\W+(?:\w+\W+){0,3}?"
    r"(?:lidz|ne (?:vairak|lielak\w*) (?:ka|par)|zem|mazak\w* (?:par|ka)|up to|at most|under|below|до|не больше"
    r"|не более)\s+"
    r"(?P<share>\d{1,2})\s?(?:%|proc\w*|per ?cent|проц\w*)"
)

_CALLS = r"konkurs|izsludin|call|funding|grant|конкурс|грант"
"""Only with one of these in the message do "planned" and "over" speak of calls."""
_STATUSES = (
    (
        "forthcoming",
        r"gaidam\w*|tuvakaja laika (?:bus|izsludin)\w*|izsludinas|tiks izsludinat\w*|bus izsludinat\w*"
        r"|upcoming|forthcoming|coming up|предстоящ\w*|будущ\w* конкурс\w*",
    ),
    ("closed", r"slegt(?:s|ie|i|os|as|ais|ajiem)|noslegusies|closed|past calls|закрыт\w*|прошедш\w*"),
    (
        "open",
        r"atvert(?:s|ie|i|os|as|a|ais|ajiem|u)|izsludinat(?:i|s|ie|a|us)|открыт(?:ы|ые|ых|ый|о|а)?"
        r"|open(?= (?:calls?|funding|grants?|now|right|at|for|competitions?)\b|\W*$)",
    ),
)
_STATUSES_OF_CALLS = (
    ("forthcoming", r"planot\w*|planned|планиру\w*|ожида\w*|bus drizuma"),
    ("closed", r"beigusies|expired|завершен\w*|завершил\w*"),
    ("open", r"aktual\w*|pasreiz pieejam\w*|current"),
)  # fmt: skip
_LANGUAGES = (
    ("en", r"angliski|anglu valod\w*|english|по-?\s?английски|на английском|английск\w*"),
    ("lv", r"latviski|latviesu valod\w*|latvian|по-?\s?латышски|на латышском|латышск\w*"),
    ("ru", r"krieviski|krievu valod\w*|russian|по-?\s?русски|на русском"),
)


def find_particulars(text: str) -> list[Found]:
    """In order of their place in the text; no two of one entity overlap."""
    folded = fold(text)
    found = [*_find_addresses(text, folded)]
    taken = [(item.start, item.end) for item in found]
    found += [item for item in _find_dates(folded) if _is_free(item, taken)]
    taken += [(item.start, item.end) for item in found]
    found += [item for item in _find_amounts(folded) if _is_free(item, taken)]
    found += [item for item in _find_ordinals(folded) if _is_free(item, taken)]
    found += _find_own_share(folded)
    found += [*_find_words("status", _STATUSES, folded), *_find_words("language", _LANGUAGES, folded)]
    if re.search(_CALLS, folded):
        found += _find_words("status", _STATUSES_OF_CALLS, folded)
    return sorted(found, key=lambda item: (item.start, item.entity))


def _is_free(item: Found, taken: list[tuple[int, int]]) -> bool:
    return all(item.end <= start or item.start >= end for start, end in taken)


def _find_addresses(text: str, folded: str) -> Iterator[Found]:
    for match in EMAIL.finditer(text):
        yield Found("email", match.group().rstrip("."), match.start(), match.end())
    for match in PHONE.finditer(folded):
        digits = re.sub(r"[^\d+]", "", match.group())
        yield Found("phone", digits, match.start(), match.end())
    for match in CALL.finditer(folded):
        yield Found("call", text[match.start() : match.end()].upper(), match.start(), match.end())


def _find_dates(folded: str) -> Iterator[Found]:
    spans: list[tuple[int, int]] = []
    for pattern, read in (
        (ISO_DATE, _read_date), (NUMERIC_DATE, _read_date), (DAY_MONTH, _read_date), (MONTH_DAY, _read_date),
        (WITHIN, _read_span), (MONTH_ALONE, _read_month),
    ):  # fmt: skip
        for match in pattern.finditer(folded):
            value = read(match)
            if value and all(match.end() <= start or match.start() >= end for start, end in spans):
                spans.append(match.span())
                yield Found("deadline", value, *match.span())
    for value, words in _PERIODS:
        for match in re.finditer(words, folded):
            if all(match.end() <= start or match.start() >= end for start, end in spans):
                spans.append(match.span())
                yield Found("deadline", value, *match.span())


def _month_of(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return int(groups["month"]) if groups.get("month") else next(i for i in range(1, 13) if groups.get(f"m{i}"))


def _read_date(match: re.Match[str]) -> str | None:
    day, month, year = int(match["day"]), _month_of(match), match["year"]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return f"date:{year}-{month:02d}-{day:02d}" if year else f"date:{month:02d}-{day:02d}"


def _read_month(match: re.Match[str]) -> str | None:
    # "may" and "марта"… are months only where nothing else reads them: the English modal verb is not one.
    if match.group() in {"may", "march", "ма", "mart"} and not re.search(
        r"\b(?:in|until|by|before)\s+$", match.string[: match.start()]
    ):
        return None
    return f"month:{_month_of(match):02d}"


def _read_span(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if groups["single"]:
        return "days:7" if groups["single"] == "nedelas" else "days:30"
    count = groups["count"] or groups["count_en"] or groups["count_ru"] or "1"
    unit = groups["unit"] or groups["unit_en"] or groups["unit_ru"]
    number = int(count) if count.isdigit() else _read_number_word(count)
    days = next((days for pattern, days in _UNITS if pattern.fullmatch(unit)), 0)
    return f"days:{number * days}" if number and days else None


def _read_number_word(word: str) -> int | None:
    for length in range(len(word), 0, -1):
        if word[:length] in _WORD_NUMBERS:
            return _WORD_NUMBERS[word[:length]]
    return None


def _find_amounts(folded: str) -> Iterator[Found]:
    for match in WORD_AMOUNT.finditer(folded):
        yield Found("amount", str(_WORD_NUMBERS[match["word"]] * _scale(match["scale"])), *match.span())
    for match in AMOUNT.finditer(folded):
        value = _read_amount(match)
        if value is not None:
            end = match.start() + len(match.group().rstrip())
            yield Found("amount", str(value), match.start(), end)


def _read_amount(match: re.Match[str]) -> int | None:
    if len(match["number"]) > LONGEST_AMOUNT:
        return None
    number, is_money = _read_number(match["number"]), bool(match["sign"] or match["unit"])
    value = round(number * _scale(match["scale"]))
    is_bare_amount = value >= 1000 and not 1900 <= value <= 2100 and len(match["number"]) < 10
    return value if value > 0 and (is_money or match["scale"] or is_bare_amount) else None


def _read_number(text: str) -> float:
    plain = re.sub(r"[ \u00a0]", "", text)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain):
        return float(re.sub(r"[.,]", "", plain))
    plain = re.sub(r"[.,](?=\d{3}\b.*[.,])", "", plain)
    return float(plain.replace(",", "."))


def _scale(word: str | None) -> int:
    return next((factor for pattern, factor in _SCALES if word and pattern.match(word)), 1)


def _find_own_share(folded: str) -> Iterator[Found]:
    """The most somebody would add, in per cent: 0 for "without co-financing"."""
    for match in _NO_SHARE.finditer(folded):
        yield Found("own_share", "0", *match.span())
    for match in _MOST_SHARE.finditer(folded):
        yield Found("own_share", str(int(match["share"])), *match.span())


def _find_ordinals(folded: str) -> Iterator[Found]:
    yield from _find_words("ordinal", _ORDINALS, folded)
    for match in PLACE.finditer(folded):
        number = match["bare"] or match["named"] or match["short"]
        if 1 <= int(number) <= 20:
            yield Found("ordinal", str(int(number)), *match.span())


def _find_words(entity: str, table: tuple[tuple[str, str], ...], folded: str) -> Iterator[Found]:
    for value, words in table:
        for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", folded):
            yield Found(entity, value, *match.span())
