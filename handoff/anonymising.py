"""Taking out of a text what tells who somebody is, before it may become a public answer.

What is taken out leaves a mark in square brackets, so that whoever reads the draft sees that something was there
and mends the sentence. This is a help for people, not a promise: a second person reads every draft.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from handoff.folding import fold
from handoff.masking import CODE, EMAIL, MASK, PHONE

MARKS = {"email": "[e-pasts]", "phone": "[tālrunis]", "code": "[personas kods]", "name": "[vārds]"}
MARK = re.compile(r"\[(?:e-pasts|tālrunis|personas kods|vārds)\]")
GREETING = re.compile(
    r"^\s*(?:lab(?:dien|rīt|vakar)\w*|lab(?:a|u) dienu|sveik[ai]\w*|čau|hei|cien(?:ījam|īt)\w*|god\w+|hello|hi|"
    r"dear|good (?:morning|day|afternoon|evening)|здравствуйте|добрый (?:день|вечер)|привет)\b"
    r"(?:[, ]{1,2}(?:(?-i:[^\W\d_a-zāčēģīķļņšūž]\w+)|\[vārds\])){0,3}[!.,;:]*\s*",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"^\s*(?:ar (?:cieņu|sveicieniem|labāk\w+|pateicību)|jauku (?:dienu|vakaru)|lai (?:jauka|labi|izdodas)|"
    r"visu labu|paldies(?: par \w+){0,2}|best regards|kind regards|regards|sincerely|thank you|thanks|cheers|"
    r"с уважением|спасибо|всего доброго)\b",
    re.IGNORECASE,
)
INTRODUCED = re.compile(
    r"\b(?:mani sauc|mans vārds ir|es esmu|šeit|my name is|i am|i'm|меня зовут)\s+"
    r"((?-i:[^\W\d_a-zāčēģīķļņšūž]\w+)(?:\s+(?-i:[^\W\d_a-zāčēģīķļņšūž]\w+))?)",
    re.IGNORECASE,
)
NAME = re.compile(r"\b[^\W\d_a-z]\w{2,}")
SHORTEST_STEM = 3


def anonymise(text: str, *, names: Collection[str] = (), public: Iterable[str] = ()) -> str:
    """`names` are those of the people who spoke; `public` addresses and numbers (of institutions) may stay."""
    kept = {_plain(one) for one in public}
    made = EMAIL.sub(lambda found: found[0] if _plain(found[0]) in kept else MARKS["email"], text)
    made = CODE.sub(MARKS["code"], made).replace(MASK, MARKS["code"])
    made = PHONE.sub(lambda found: found[0] if _is_public(found[0], kept) else MARKS["phone"], made)
    return _take_out_names(made, [*names, *find_names(text)])


def find_names(text: str) -> list[str]:
    """Names by which people introduced themselves."""
    return [word for found in INTRODUCED.finditer(text) for word in found[1].split()]


def names_in(text: str) -> list[str]:
    """Words that look like names in what somebody gave as their contact."""
    return NAME.findall(EMAIL.sub(" ", text))


def strip_courtesies(text: str) -> str:
    """Without the greeting it begins with and the lines of farewell and signature it ends with."""
    lines = text.strip().splitlines()
    for place, line in enumerate(lines):
        if place and CLOSING.match(line) and len(lines) - place <= 5:
            lines = lines[:place]
            break
    if lines:
        lines[0] = GREETING.sub("", lines[0], count=1)
    made = "\n".join(lines).strip()
    return made[:1].upper() + made[1:]


def find_marks(text: str) -> list[str]:
    """Marks that are still to be mended."""
    return MARK.findall(text)


def _take_out_names(text: str, names: Iterable[str]) -> str:
    """In any case ending: what begins as the name does, with a capital."""
    stems = {stem for name in names for word in name.split() if len(stem := _stem(word)) >= SHORTEST_STEM}
    if not stems:
        return text

    def change(found: re.Match[str]) -> str:
        return MARKS["name"] if _stem(found[0]) in stems else found[0]

    made = NAME.sub(change, text)
    return re.sub(rf"{re.escape(MARKS['name'])}(?:\s+{re.escape(MARKS['name'])})+", MARKS["name"], made)


ENDING = re.compile(r"(?:iem|ajam|ajai|am|ai|as|es|is|us|ei|im|um|os|a|e|s|š|u|i|o|ā|ē|ī|ū)$")


def _stem(word: str) -> str:
    plain = word.casefold()
    cut = ENDING.sub("", plain)
    return fold(cut if len(cut) >= SHORTEST_STEM else plain)


def _plain(text: str) -> str:
    return re.sub(r"[\s()-]", "", text.casefold())


def _is_public(number: str, kept: Collection[str]) -> bool:
    digits = _plain(number)
    return any(digits in one or one in digits for one in kept if one.lstrip("+").isdigit() and len(one) >= 7)
