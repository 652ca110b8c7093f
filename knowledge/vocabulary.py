"""The controlled words of the helpdesk, in one place: NLU, filters, forms and reports all use these codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

NAMES = ("theme", "target_group", "region", "applicant", "stage")
FOLDER = Path(__file__).parent / "vocabularies"


@dataclass(frozen=True, slots=True)
class Term:
    """`forms` are other ways people write it (inflected, colloquial, without diacritics), by locale."""

    code: str
    labels: dict[str, str]
    forms: dict[str, tuple[str, ...]]
    parent: str | None = None

    def label(self, locale: str) -> str:
        return self.labels.get(locale) or self.labels["lv"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    name: str
    terms: dict[str, Term]


@cache
def load_vocabularies() -> dict[str, Vocabulary]:
    """`theme`, `target_group`, `region`, `applicant`, `stage`, read once from knowledge/vocabularies/*.yml."""
    return {name: _read(name) for name in NAMES}


def _read(name: str) -> Vocabulary:
    told = yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
    terms = {
        code: Term(
            code,
            dict(term["labels"]),
            {locale: tuple(forms) for locale, forms in (term.get("forms") or {}).items()},
            term.get("parent"),
        )
        for code, term in told.items()
    }
    return Vocabulary(name, terms)
