"""What was measured: the encoder, the fitted files and the questions, by name and by checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.answers.gathering import MEASURED, ROOT, TUNED
from retrieval.adapter import SHIPPED
from retrieval.building import FITTED_MEANS
from retrieval.concepts import lexicon_digest
from retrieval.encoder import load_encoder
from retrieval.evaluation import read_questions
from retrieval.ranking import FITTED
from retrieval.vectors import file_name


@dataclass(frozen=True, slots=True)
class Versions:
    """`files`: checksum by path; `questions`: by path, how many, how many of them can be answered, what for."""

    date: str
    encoder: str
    lexicon: str
    files: dict[str, str]
    questions: dict[str, tuple[int, int, str]]


def tell_versions() -> Versions:
    encoder = load_encoder("packaged")
    files = [SHIPPED, FITTED, FITTED_MEANS / file_name(encoder)]
    asked = [(path, "fitted on") for path in TUNED.values()]
    asked += [(path, "measured only") for path, _ in MEASURED.values()]
    return Versions(
        date=datetime.now(timezone.utc).date().isoformat(),
        encoder=encoder.name,
        lexicon=lexicon_digest()[:12],
        files={name_of(path): digest(path) for path in files},
        questions={name_of(path): (*count(path), use) for path, use in asked},
    )


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def count(path: Path) -> tuple[int, int]:
    questions = read_questions(path)
    return len(questions), sum(question.answerable for question in questions)
