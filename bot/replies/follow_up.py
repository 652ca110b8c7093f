"""Questions that lean on the one before, and the polite words around a question: what is left to search for."""

from __future__ import annotations

import re

from bot.nlu.text import fold, tokenize

BARE = 2
"""Words up to which a question may be just the end of one: "piemēri?"."""
SHORT = 6
"""Words up to which a question may be the rest of the one before."""
_BEGINS = r"un|bet|and|but|а|и|но|tad|so"
_POINTS = (
    r"tas|ta|to|tam|tai|tie|tos|tiem|tur|taja|tads|tada|tadu|tadi|tadus|tadam|tadai|tadiem|sis|si|so|vins|vina|vini|vinam|vinai|viniem|vinu|it|its|that|this|those|them|they|there"
    r"|это|этот|этого|он|она|они|там|его|их|тут"
)
_NAMED = r"(?!\s+(?:jusu|tavu|musu|pasu|savu|your|our|ваш\w*|наш\w*)\b)"
"""After "to" in "to jūsu centru": what is pointed at is named, and leans on nothing said before."""
_POINTING = re.compile(rf"\b(?:{_POINTS})\b{_NAMED}")
FOLLOW_UP = re.compile(rf"^(?:{_BEGINS})\b|\b(?:{_POINTS})\b{_NAMED}")
_LEANING = re.compile(rf"^(?:{_BEGINS})\s+|\b(?:{_POINTS})\b{_NAMED}\s*")
_ASKING = re.compile(
    r"^(?:(?:kas|ko|kads|kada|kadi|kadas|kur|kad|cik|kapec|ka|vai|what|who|where|when|how|why|что|кто|где|когда|как)\b\s*)"
    r"(?:(?:ir|isti|tas|vada|dara|nozime|liels|daudz|is|are|does|do|mean|такое|такая|делает)\b\s*)*"
)
_LEAD_IN = re.compile(
    r"^(?:(?:labdien|sveiki|hello|hi|здравствуйте)\W+)?(?:es\s+)?"
    r"(?:grib(?:eju|u|etu)\s+(?:zinat|uzzinat|jautat|pajautat|saprast)"
    r"|(?:vai\s+)?(?:vari|varat|varetu)\s+(?:pateikt|pastastit|paskaidrot)|sakiet|pasakiet|ludzu"
    r"|i(?:'d| would)? (?:like|want(?:ed)?) to (?:know|ask)|(?:can|could) you tell me|please tell me"
    r"|скажите|подскажите|хотел\w* (?:бы )?(?:узнать|спросить))"
    r"(?:\s*,\s*|\s+)(?:ludzu\s*,?\s*|пожалуйста\s*,?\s*)?"
)


def is_follow_up(text: str) -> bool:
    """Short, and leaning on what was said before: "un kas to apmaksā?"; a word or two lean on it by themselves."""
    words = len(tokenize(text))
    return words <= BARE or (words <= SHORT and FOLLOW_UP.search(fold(text).strip()) is not None)


def points(text: str) -> bool:
    """Whether it cannot be understood alone: "kas to organizē?"."""
    return _POINTING.search(fold(text)) is not None


def join(question: str, follow_up: str, *, words: int | None = None) -> str:
    """The follow-up with the subject of the question before in place of its pronouns; of a long name only the last
    `words`, for its first ones would find again what was told already."""
    subject = _cut(question, _ASKING).split()[-words if words else None :]
    return f"{_cut(follow_up, _LEANING)} {' '.join(subject)}".strip(" ?!.") + "?"


def strip_lead_in(text: str) -> str:
    """The question without "gribēju zināt, …"; the text itself, to the last sign, if there was no such lead-in or
    nothing much would be left: its vector is known then."""
    stripped = _cut(text, _LEAD_IN)
    return stripped if 2 <= len(tokenize(stripped)) < len(tokenize(text)) else text


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """What the pattern, searched for in the folded text, leaves of the text as it was written."""
    text = text.strip()
    kept, place = [], 0
    for found in pattern.finditer(fold(text)):
        kept.append(text[place : found.start()])
        place = found.end()
    return ("".join(kept) + text[place:]).strip(" ?!.,")
