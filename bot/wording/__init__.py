"""Every sentence the helpdesk says, in lv and en: bot/wording/<locale>/<area>.yml, one key, both languages.

`say("lv", "calls.days_left", count=2)` looks up `days_left` in lv/calls.yml and fills `{count}` in. A sentence
that depends on a number is a mapping of CLDR plural forms (zero, one, other for lv; one, other for en).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.plural import PluralRule

LOCALES = ("lv", "en")


class UnknownSentence(KeyError):
    """No such key, or not in this language: a mistake of ours, found by tests/bot/test_wording.py."""


@cache
def load_area(locale: str, area: str) -> dict[str, Any]:
    path = Path(__file__).parent / locale / f"{area}.yml"
    return dict(yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


@cache
def plural_rule(locale: str) -> PluralRule:
    return Locale(locale).plural_form


def find_sentence(locale: str, key: str) -> Any:
    area, *path = key.split(".")
    found: Any = load_area(locale, area)
    for part in path:
        if not isinstance(found, dict) or part not in found:
            raise UnknownSentence(f"{locale}: {key}")
        found = found[part]
    return found


def say(locale: str, key: str, **facts: object) -> str:
    """The sentence under `key`, filled in. `count` chooses the plural form. Raises UnknownSentence."""
    found = find_sentence(locale, key)
    if isinstance(found, dict):
        form = plural_rule(locale)(abs(float(str(facts.get("count", 0)))))
        found = found.get(form, found.get("other"))
    if not isinstance(found, str):
        raise UnknownSentence(f"{locale}: {key}")
    return found.format(**facts) if facts else found


def find_words(locale: str, key: str) -> str | None:
    """The same where the key comes from outside: None for one that is not ours."""
    try:
        return say(locale, key)
    except UnknownSentence:
        return None
