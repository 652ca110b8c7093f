"""What kind of thing a question asks for, and whether a passage has one: amount, number, date, contact,
person, when one was born, what comes next, who won."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.text import fold

_ASKS = {
    "amount": re.compile(
        r"cik (daudz )?(naud|maks|liel|eiro|izmaks|tere)|summ|budzet|izmaks|alga|procent|how much|amount|cost|"
        r"budget|salary|percent|сколько (стоит|денег|тратит)|сумм|бюджет|зарплат|процент"
    ),
    "number": re.compile(r"\bcik\b|how many|number of|сколько|количеств"),
    "date": re.compile(
        r"\bkad\b|termin|datum|kura gada|lidz kuram|when\b|deadline|what date|which year|когда|срок|дата|"
        r"каком году"
    ),
    "contact": re.compile(
        r"talrun|telefon|e-?past|adres|kur atrodas|birojs|phone|e-?mail|address|office|телефон|адрес|почт|офис"
    ),
    "next": re.compile(r"\bnakam|\bnext\b|следующ"),
    "life": re.compile(r"\bdzim(is|us|san)|\bborn\b|birth|родил|рожден"),
    "winner": re.compile(r"uzvar|laimej|\bwon\b|\bwins?\b|winner|победил|выиграл"),
    "person": re.compile(
        r"\b(kas|kurs|kura|ka sauc|vards)\b.*(direktor|ministrs|ministre\b|vaditaj|prieksniek|prieksedet|mers\b)|"
        r"(who is|name of) the (head|director|minister|manager|chair|mayor|person)|"
        r"(кто|как зовут|имя).*(директор|министр\b|руководител|начальник|мэр|председател)"
    ),
}
_HAS = {
    "amount": re.compile(r"\d[\d ]*\s*(eur|eiro|euro|€|%|milj|million|tukst)|(eur|€)\s*\d"),
    "number": re.compile(
        r"\d|\b(viens|viena|divi|divas|tris|cetr|piec|sesi|one|two|three|four|five|six|both|abi)\b"
    ),
    "date": re.compile(r"\d{1,2}\.\s*\w+|\b(19|20)\d\d\b|janv|febr|mart|apr|maij|jun|jul|aug|sept|okt|nov|dec"),
    "life": re.compile(r"\bdzim(is|us|san)|\bborn\b|birth"),
    "next": re.compile(r"nakam|next|turpm|gaidam|upcoming|forthcoming"),
    "winner": re.compile(r"uzvar|laimej|winn|\bwon\b"),
    "contact": re.compile(r"@|\+\d{6,}|https?://|www\.|tel\.|talr"),
}
_PERSON = re.compile(
    r"(?i:direktor|ministr|vadītāj|priekšniek|priekšsēdētāj|mēr|head|director|minister|chair|mayor)\w*"
    r"[^.\n]{0,60}?\b[A-ZĀČĒĢĪĶĻŅŠŪŽ][a-zāčēģīķļņšūž]+ [A-ZĀČĒĢĪĶĻŅŠŪŽ][a-zāčēģīķļņšūž]{2,}"
)
KINDS = tuple(_ASKS)
Flags = NDArray[np.bool_]


def find_asked(question: str) -> Flags:
    """Shape (len(KINDS),)."""
    asked = fold(question)
    return np.array([bool(_ASKS[kind].search(asked)) for kind in KINDS])


def find_told(passages: Sequence[str]) -> Flags:
    """Shape (passages, len(KINDS)): what of each kind each passage has."""
    told = np.zeros((len(passages), len(KINDS)), dtype=bool)
    for row, passage in zip(told, passages, strict=True):
        folded = fold(passage)
        row[:] = [bool(_HAS[kind].search(folded) if kind in _HAS else _PERSON.search(passage)) for kind in KINDS]
    return told
