"""Which language a question is in, as far as ranking must know: lv, en or ru."""

from __future__ import annotations

import re

from retrieval.text import fold

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATVIAN = re.compile(r"[āčēģīķļņšūž]", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")
_ENGLISH = frozenset(
    "the is are was were what which who whom whose how where when why does do did can could may might should "
    "would will shall of to in for on with from by at as and or not be been have has had there this that these "
    "those any some my our your their it its we you they i me us about into than then if get apply".split()
)
_LATVIAN_WORDS = frozenset(
    "ir kas ko kam kur kad ka ja jo un vai par no uz ar bez pie lidz pec pirms kads kada kadi kadas kuri kuram "
    "cik kapec es mes jus vini tas ta tie var varu varam grib gribu vajag nav bet ari lai to sis si mums man "
    "jums".split()
)


def detect_language(text: str, default: str = "lv") -> str:
    """By letters, then by the small words each language cannot do without."""
    if _CYRILLIC.search(text):
        return "ru"
    if _LATVIAN.search(text):
        return "lv"
    words = _WORD.findall(fold(text))
    english = sum(word in _ENGLISH for word in words)
    latvian = sum(word in _LATVIAN_WORDS for word in words)
    if english == latvian:
        return default
    return "en" if english > latvian else "lv"
