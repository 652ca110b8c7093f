"""People who are no organisation, as they say it: "mēs neesam reģistrēti", "we are just two friends"."""

from __future__ import annotations

import re

from bot.nlu.particulars import Found
from bot.nlu.text import fold

_AS = r"(?!\w*\s+(?:ka|pvn|latvij|sabiedrisk|as|for|at|как)\b)"
"""Registered, but not as something: of an organisation all the same."""
_FRIENDS = (
    r"(?:drau[gdz]\w*|kaimin\w*|cilvek\w*|entuziast\w*|domubiedr\w*|vecak\w*|jauniesi|studenti|mammas"
    r"|brivpratig\w*)"
)
_FRIENDS_EN = r"(?:friends|neighbou?rs|people|enthusiasts|parents|students|volunteers|locals|mothers|mums)"
_FRIENDS_RU = r"(?:друз\w*|сосед\w*|людеи|человек\w*|энтузиаст\w*|родител\w*|подруг\w*|студент\w*)"
_INFORMAL = re.compile(
    rf"\bne(?:esam|esmu)\s+(?:\w+\s+){{0,2}}?(?:organizacij\w*|juridisk\w+ person\w*|registret\w*\b{_AS})"
    rf"|\b(?:mums|man)\s+(?:\w+\s+)?nav\s+(?:\w+\s+){{0,2}}?(?:organizacij|juridisk|biedrib|registracij)\w*"
    rf"|\bbez (?:organizacijas|juridisk\w+ (?:person|status)\w*|registracijas)"
    rf"|\b(?:neformal\w+|iniciativ\w*|aktivist\w+|interesent\w+|{_FRIENDS})\s+(?:grup|pulcin|puls|kopa\b|kompanij)\w*"
    rf"|\besam (?:\w+ )?(?:tikai|vienkarsi|vien) (?:\w+ )?{_FRIENDS}"
    rf"|\besam (?:tikai |vienkarsi )?(?:divi|divas|tris|cetri|dazi|pari?s) {_FRIENDS}"
    rf"|\b(?:are|re|am|m|were) not (?:yet |officially )?(?:an? |any )?(?:\w+ )?"
    rf"(?:organi[sz]ations?\b|legal (?:entity|person)|registered\b{_AS})"
    rf"|\b(?:not registered\b{_AS}|unregistered\b|informal (?:group|initiative))"
    rf"|\b(?:no|without|t have) (?:an? |any )?(?:registered )?(?:organi[sz]ation|legal (?:entity|status))\b"
    rf"|\b(?:just|only|simply|merely) (?:an? )?"
    rf"(?:few |some |two |three |group of |bunch of |couple of )?{_FRIENDS_EN}"
    rf"|\b(?:group|bunch|couple) of {_FRIENDS_EN}"
    rf"|\bне (?:\w+ )?(?:организаци\w*|юр\w* лиц\w*|зарегистрирован\w*\b{_AS})"
    rf"|\bнет (?:\w+ )?(?:организаци|юрлиц|юридического лица)\w*|\bбез (?:организации|юрлица|регистрации)"
    rf"|\b(?:неформальн\w+|инициативн\w+) групп\w*|\bгрупп\w+ {_FRIENDS_RU}"
    rf"|\b(?:просто|всего лишь|только) (?:двое |трое |несколько )?{_FRIENDS_RU}|\b(?:двое|трое) {_FRIENDS_RU}"
)
APPLICANT = "individual"
"""As whom they can apply: the vocabulary has no group without a legal form."""


def find_informal(text: str) -> Found | None:
    """Where somebody says that they are people, not an organisation."""
    found = _INFORMAL.search(fold(text))
    return Found("applicant", APPLICANT, *found.span()) if found else None
