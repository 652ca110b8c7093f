"""Questions the bot left open, grouped by meaning: each encoded once, never while a person waits."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.helpdesk import Helpdesk
from handoff import gaps, question_groups, question_vectors
from handoff.anonymising import MARK, anonymise, strip_courtesies
from handoff.folding import fold
from handoff.gaps import Gap
from handoff.question_groups import Placed
from retrieval.encoder import Vector
from retrieval.language import detect_language
from retrieval.retriever import Retriever

ALIKE = 0.53
"""Cosine, without what all questions of a language share, from which a question belongs to a group. Of pairs of
the labelled questions, which are all of one field, 0.9 % that ask for different things are nearer, and 32 % that
ask for the same in other words."""
RENEWED = 200
"""Vectors made anew in one go: a second or two."""

NAMED = re.compile(
    rf"(?:[,;]?\s*\b(?:mans|mani sauc|mana|my|mob|tel|tāl|telef|e-?pas|phone|e-?mail)\w*\.?:?\s*)*{MARK.pattern}",
    re.IGNORECASE,
)
"""What was taken out of a text, with the words that announce it."""


def group_new(helpdesk: Helpdesk) -> int:
    """How many were found. Encoding is done outside the transaction that writes."""
    retriever = helpdesk.knowledge.retriever
    encoder = retriever.encoder_name
    renew_outdated(helpdesk, retriever)
    with helpdesk.database.reading() as session:
        found = gaps.find_gaps(session)
        known = question_vectors.known_vectors(session, encoder, {digest_of(gap.text) for gap in found})
        held = question_vectors.group_vectors(session, encoder) if found else []
    placed = place(retriever, found, known, held)
    with helpdesk.database.transaction() as session:
        question_groups.drop_taken_back(session)
        question_groups.keep_grouped(session, placed)
    return len(placed)


def renew_outdated(helpdesk: Helpdesk, retriever: Retriever) -> None:
    """Another encoder has come with an upgrade or a setting: groups go on by its vectors, a few at a time."""
    with helpdesk.database.reading() as session:
        outdated = question_vectors.outdated_questions(session, retriever.encoder_name, RENEWED)
    vectors = {number: encode(retriever, text, language) for number, text, language in outdated}
    if vectors:
        with helpdesk.database.transaction() as session:
            question_vectors.renew_vectors(session, retriever.encoder_name, vectors)


def encode(retriever: Retriever, text: str, language: str) -> str:
    return pack(retriever.centre(retriever.encode(essence(text)), language))


def digest_of(text: str) -> str:
    return hashlib.sha256(fold(text).encode()).hexdigest()


def essence(text: str) -> str:
    """What is asked, without greetings, contacts and names: they say nothing of the matter."""
    return NAMED.sub("", strip_courtesies(anonymise(text))).strip(" ,;:-") or text


def pack(vector: Vector) -> str:
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode()


def unpack(packed: str) -> Vector:
    return np.frombuffer(base64.b64decode(packed), dtype=np.float16).astype(np.float32)


@dataclass
class _Groups:
    """Sums of vectors; `names` are groups' ids, or for a new one -1 minus the place of its first question."""

    names: list[int] = field(default_factory=list)
    sums: list[Vector] = field(default_factory=list)

    def nearest(self, vector: Vector) -> int | None:
        if not self.sums:
            return None
        likeness = np.stack(self.sums) @ vector / np.linalg.norm(np.stack(self.sums), axis=1).clip(1e-9)
        best = int(likeness.argmax())
        return self.names[best] if likeness[best] >= ALIKE else None

    def add(self, name: int, vector: Vector) -> None:
        if name in self.names:
            place = self.names.index(name)
            self.sums[place] = self.sums[place] + vector
        else:
            self.names.append(name)
            self.sums.append(vector)


def place(
    retriever: Retriever,
    found: Sequence[Gap],
    known: dict[str, str],
    held: Sequence[tuple[int, str]],
) -> list[Placed]:
    """Each goes to the nearest group, or begins one. The same words have the same vector, computed once."""
    groups, made = _Groups(), []
    vectors = dict(known)
    for number, packed in held:
        groups.add(number, unpack(packed))
    for number, gap in enumerate(found):
        digest, language = digest_of(gap.text), detect_language(gap.text, gap.locale)
        if digest not in vectors:
            vectors[digest] = encode(retriever, gap.text, language)
        vector = unpack(vectors[digest])
        name = groups.nearest(vector)
        groups.add(-1 - number if name is None else name, vector)
        group = name if name is not None and name >= 0 else None
        joins = -1 - name if name is not None and name < 0 else None
        made.append(Placed(gap, group, joins, language, vectors[digest], retriever.encoder_name, digest))
    return made
