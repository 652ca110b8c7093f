"""Entries of the audit trail as people read them: names for ids, words for codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.gateway.desk.administration_pages import HOME
from bot.gateway.desk.audit_acts import sentence_key
from bot.gateway.desk.describing import describe_theme
from bot.wording import UnknownSentence, say

CODES = {
    "before": ("desk.states", "administration.roles"),
    "after": ("desk.states", "administration.roles"),
    "role": ("administration.roles",),
    "reason": ("desk.reasons",),
    "outcome": ("desk.outcomes",),
    "promise": ("desk_request.promises",),
    "fields": ("administration.fields",),
    "sought": ("audit.sought",),
    "way": ("audit.ways",),
    "by": ("audit.ways",),
}
"""Where the words for the codes of a detail are."""


@dataclass(frozen=True, slots=True)
class Words:
    """`people`: names by account id."""

    locale: str
    people: Mapping[str, str]

    def say_or(self, key: str, otherwise: str, **facts: object) -> str:
        try:
            return say(self.locale, key, **facts)
        except UnknownSentence:
            return otherwise

    def actor(self, actor: str) -> str:
        return self.people.get(actor) or self.say_or(f"audit.actors.{actor}", actor)

    def act(self, act: str) -> str:
        return self.say_or(sentence_key(act), act)

    def subject(self, subject: str) -> tuple[str, str | None]:
        """What it was done to, and the address of its page."""
        kind, _, told = subject.partition(":")
        if kind == "coordinator" and told in self.people:
            return self.people[told], f"{HOME}/people/{told}"
        path = {
            "request": f"/inbox/{told}",
            "material": f"/inbox/materials/{told}/history",
            "draft": f"/inbox/learning/drafts/{told}",
            "group": f"/inbox/learning/groups/{told}",
        }.get(kind)
        short = told[:8] if len(told) == 36 and told.count("-") == 4 else told
        return self.say_or(f"audit.subjects.{kind}", subject, told=short), path

    def details(self, details: Mapping[str, Any]) -> str:
        return "; ".join(self._tell_details(details))

    def _tell_details(self, details: Mapping[str, Any]) -> Iterator[str]:
        told = dict(details)
        if "before" in told and "after" in told:
            before, after = self._word("before", told.pop("before")), self._word("after", told.pop("after"))
            if before != after:
                yield f"{before} → {after}"
        for name, value in told.items():
            yield f"{self.say_or(f'audit.details.{name}', name)}: {self._word(name, value)}"

    def _word(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(self._word(name, one) for one in value)
        told = str(value)
        if name in ("theme", "themes"):
            return describe_theme(told, self.locale) or told
        for area in CODES.get(name, ()):
            if worded := self.say_or(f"{area}.{told}", ""):
                return worded
        return self.people.get(told, told)
