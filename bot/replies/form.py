"""The consultation form as a machine of steps: what is asked, what counts as an answer, what comes next.

A form is a plain dict, so that it survives in a slot and in a message: `{"step", "answers", "skipped"}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.nlu.text import fold
from bot.replies.call_search import THEME_OF_GROUP
from bot.replies.situation import Situation

STEPS = ("applicant", "region", "stage", "theme", "matter", "contact", "consent", "confirm")
CODED = ("applicant", "region", "stage", "theme")
"""Steps whose answer is a code of the vocabulary of the same name."""
REQUIRED = {"contact", "consent", "confirm"}
LONGEST_ANSWER = 2000
SHORTEST_MATTER = 10
LONGEST_WORDS = 200
MOST_TRIES = 2
FEW_WORDS = 5
PUZZLED = re.compile(
    r"^\W*(?:es |mes |i |we |я )?(?:nezin\w*|neesmu dross|neesam drosi|nav ne jausmas|nesaprotu"
    r"|don'?t know|do not know|not sure|no idea|не знаю|не понимаю)\b"
    r"|\b(?:ko|kas) (?:tas )?nozime\b|\bwhat does (?:that|it|this|\w+) mean\b|\bчто (?:это )?значит\b"
    r"|^\W*(?:un |bet )?(?:kapec|kam|kalab|prieks kam)\b.{0,25}\b(?:vajag|vajadzigs|jautaj\w*|prasat|prasi|jums)\b"
    r"|^\W*(?:and |but )?why (?:do|would|are) you\b|^\W*what(?:'s| is) (?:that|it|this) for\b|^\W*зачем\b"
)
"""Neither an answer nor another matter: the question of the form is to be explained."""
LONG_STORY = 40
"""Letters from which an answer to another question is the matter itself."""
HERE = re.compile(
    r"\b(?:seit|saja\s+cata|cata|sarakste|tepat|te\s+pat|here|this chat|in chat|chat|здесь|тут|в\s+чате"
    r"|telegram\w*)\b"
)


@dataclass
class Form:
    """`answers` holds codes where a step has a vocabulary and the answer was recognised, else the person's words.

    `tries` counts answers to the question asked now that were not understood.
    """

    step: str = STEPS[0]
    answers: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    editing: bool = False
    tries: int = 0

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Form:
        step = kept.get("step")
        return cls(
            step=step if step in STEPS else STEPS[0],
            answers={str(name): str(value) for name, value in dict(kept.get("answers") or {}).items()},
            skipped=[str(name) for name in kept.get("skipped") or ()],
            editing=bool(kept.get("editing")),
            tries=int(kept.get("tries") or 0),
        )

    @classmethod
    def start(cls, told: Mapping[str, str]) -> Form:
        """What was said before is filled in already."""
        answers = {name: told[name] for name in CODED if told.get(name)}
        contact = told.get("email") or told.get("phone")
        if contact:
            answers["contact"] = contact
        form = cls(answers=answers)
        form.step = form.next_open()
        return form

    def write(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "answers": dict(self.answers),
            "skipped": list(self.skipped),
            "editing": self.editing,
            "tries": self.tries,
        }

    @property
    def place(self) -> int:
        """Counted from 1, of len(STEPS)."""
        return STEPS.index(self.step) + 1

    def next_open(self) -> str:
        return next((step for step in STEPS if step not in self.answers and step not in self.skipped), "confirm")

    def put(self, step: str, value: str) -> None:
        self.answers[step] = value
        if step in self.skipped:
            self.skipped.remove(step)
        if step == self.step:
            self.tries = 0
        self.editing, self.step = False, self.next_open()

    def skip(self) -> bool:
        """False if this step cannot be left out."""
        if self.step in REQUIRED:
            return False
        self.answers.pop(self.step, None)
        self.skipped.append(self.step)
        self.tries = 0
        self.step = self.next_open()
        return True

    def back(self) -> bool:
        """To the question before; False at the first one. Its answer is asked for anew."""
        index = STEPS.index(self.step)
        if index == 0:
            return False
        self.edit(STEPS[index - 1])
        return True

    def edit(self, step: str) -> None:
        self.answers.pop(step, None)
        if step in self.skipped:
            self.skipped.remove(step)
        self.step, self.editing, self.tries = step, True, 0


@dataclass(frozen=True)
class Reading:
    """What a message is to the step asked: a `value`, or a `problem` (a key of the wording), or neither."""

    value: str | None = None
    problem: str | None = None


def read_answer(step: str, situation: Situation) -> Reading:
    if step in CODED:
        return _read_code(step, situation)
    readers = {"matter": _read_matter, "contact": _read_contact, "consent": _read_consent}
    return readers[step](situation) if step in readers else Reading()


def _read_code(step: str, situation: Situation) -> Reading:
    said = situation.entities.get(step) or read_theme(step, situation)
    return Reading(said[0]) if said else Reading(problem=f"unknown_{step}")


def read_theme(step: str, situation: Situation) -> list[str]:
    """The theme that whom one wants to help makes it; nothing for other steps."""
    theme = THEME_OF_GROUP.get(situation.first("target_group") or "") if step == "theme" else None
    return [theme] if theme else []


def looks_like_address(text: str) -> bool:
    return "@" in text or sum(character.isdigit() for character in text) >= 5


def take_words(form: Form, situation: Situation) -> str | None:
    """The second answer that no vocabulary knows is taken as it was said: a person will read it.
    What tells of another step is not: "jaunieši" is no region."""
    form.tries += 1
    text = situation.text.strip()
    known = (
        form.step in CODED and situation.value is None and not looks_like_address(text) and not situation.entities
    )
    return text[:LONGEST_WORDS] if known and form.tries >= MOST_TRIES and len(text) > 2 else None


def is_only_address(situation: Situation) -> bool:
    """An address with hardly a word around it tells how to answer, not what the matter is."""
    if not (situation.first("email") or situation.first("phone")):
        return False
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\S+@\S+", " ", situation.text))
    return len(words) <= FEW_WORDS


def _read_matter(situation: Situation) -> Reading:
    text = situation.text.strip()
    if is_only_address(situation):
        return Reading(problem="address_first")
    if len(text) < SHORTEST_MATTER:
        return Reading(problem="short_matter")
    return Reading(text[:LONGEST_ANSWER])


def _read_contact(situation: Situation) -> Reading:
    """An address of either kind, or this chat; a slip in it is said in words rather than taken."""
    if situation.first("contact"):
        return Reading(situation.first("contact"))
    text = situation.text
    email, phone = situation.first("email"), situation.first("phone")
    if email or phone:
        return Reading(", ".join(value for value in (email, phone) if value))
    if "@" in text or re.search(r"\bwww\.|\.lv\b", text):
        return Reading(problem="bad_email")
    if sum(character.isdigit() for character in text) >= 5:
        return Reading(problem="bad_phone")
    if HERE.search(fold(text)):
        return Reading("chat")
    return Reading(problem="no_contact")


def _read_consent(situation: Situation) -> Reading:
    if situation.intent == "affirm" or re.search(
        r"\b(?:piekritu|agree|consent|согласен|согласна)\b", fold(situation.text)
    ):
        return Reading("yes")
    return Reading(problem="no_consent")
