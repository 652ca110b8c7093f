"""What kind of thing a question asks for, and whether a passage has one: amount, number, date, contact."""

from __future__ import annotations

import re

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
}
_HAS = {
    "amount": re.compile(r"\d[\d ]*\s*(eur|eiro|euro|€|%|milj|million|tukst)|(eur|€)\s*\d"),
    "number": re.compile(
        r"\d|\b(viens|viena|divi|divas|tris|cetr|piec|sesi|one|two|three|four|five|six|both|abi)\b"
    ),
    "date": re.compile(r"\d{1,2}\.\s*\w+|\b(19|20)\d\d\b|janv|febr|mart|apr|maij|jun|jul|aug|sept|okt|nov|dec"),
    "contact": re.compile(r"@|\+\d{6,}|https?://|www\.|tel\.|talr"),
}


def count_unmet(question: str, passage: str) -> float:
    """How many kinds of thing the question asks for that the passage has nothing of."""
    asked, told = fold(question), fold(passage)
    return float(sum(bool(asks.search(asked)) and not _HAS[kind].search(told) for kind, asks in _ASKS.items()))
