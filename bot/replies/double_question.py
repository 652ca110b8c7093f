"""Two questions in one breath: "kas ir sociālais uzņēmums un kā par tādu kļūt?"."""

from __future__ import annotations

import re

from bot.nlu.text import fold, tokenize

LEAST = 2
"""Words in each part; in the second its asking word is one of them."""
_ASKS = (
    r"kas|ko|ka|kads|kada|kadi|kadas|kadam|kam|kur|kurs|kura|kuri|kad|cik|kapec|vai"
    r"|what|who|where|when|how|why|which|что|кто|кому|где|куда|когда|как|какой|какие|сколько|зачем|почему"
)
_BETWEEN = re.compile(rf"(?:\s*[?.!;]\s+(?:(?:un|and|и|а)\s+)?|\s*,?\s+(?:un|and|и)\s+)(?=(?:{_ASKS})\b)")
_ASKING = re.compile(rf"\b(?:{_ASKS})\b")


def split_question(text: str) -> tuple[str, str] | None:
    """Its two parts as they were written, or None where it does not ask two things, or asks more."""
    folded = fold(text)
    found = list(_BETWEEN.finditer(folded))
    if len(found) != 1 or len(folded) != len(text):
        return None
    first, second = text[: found[0].start()].strip(), text[found[0].end() :].strip()
    if min(len(tokenize(first)), len(tokenize(second))) < LEAST or not _ASKING.search(folded[: found[0].start()]):
        return None
    return first, second
