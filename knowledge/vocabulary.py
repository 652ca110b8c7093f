"""The controlled words of the helpdesk, in one place: NLU, filters, forms and reports all use these codes."""

from __future__ import annotations

from dataclasses import dataclass


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


def load_vocabularies() -> dict[str, Vocabulary]:
    """`theme`, `target_group`, `region`, `applicant`, `stage`, read once from knowledge/vocabularies/*.yml."""
    raise NotImplementedError
