"""Words of other systems as codes of our vocabularies."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from knowledge.vocabulary import load_vocabularies


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


@cache
def _written(vocabulary: str) -> dict[str, str]:
    """Every way of writing a term, folded, with its code."""
    found: dict[str, str] = {}
    for code, term in load_vocabularies()[vocabulary].terms.items():
        forms = [code, *term.labels.values(), *(form for told in term.forms.values() for form in told)]
        for form in forms:
            found.setdefault(fold(form), code)
    return found


def find_code(vocabulary: str, text: str) -> str | None:
    """The code that `text` as a whole is a way of writing of."""
    return _written(vocabulary).get(fold(text))


def spot_codes(vocabulary: str, text: str) -> tuple[str, ...]:
    """Codes of the terms that occur in `text` as words; short and general ones do not count."""
    padded = f" {fold(text)} "
    found = (code for form, code in _written(vocabulary).items() if len(form) > 4 and f" {form} " in padded)
    return tuple(code for code in dict.fromkeys(found) if code != "other")
