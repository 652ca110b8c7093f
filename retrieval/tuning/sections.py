"""What is learned from: sections of documents, how people ask for each, and what they ask in vain."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from knowledge.catalogue import Catalogue
from retrieval.building import SHIPPED
from retrieval.filters import matter_of
from retrieval.language import detect_language
from retrieval.text import strip_markdown
from retrieval.unanswered import read_unanswered
from retrieval.windows import whole

DOCUMENTS = Path(__file__).parent / "documents"
MORE_PHRASINGS = DOCUMENTS / "phrasings.tsv"
"""Of the shipped materials' passages, beside those that stand in them."""
A_BATCH, A_SECTION, A_DOCUMENT = 12, 4, 10
"""Sections in a batch, questions to each, and sections of one document that a batch has side by side."""
SHIPPED_SHARE = 0.4
"""Of the shipped materials' questions so many are learned from in one round: they are many about few matters."""


@dataclass(frozen=True, slots=True)
class Section:
    """`questions`: pairs of language and text. `unanswered`: such as are near it and which it does not answer.
    `document`: sections of one, or of its translation, compete."""

    document: str
    text: str
    questions: tuple[tuple[str, str], ...]
    unanswered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A section, those of its questions that are asked this time, and at most one of those it does not answer."""

    section: Section
    questions: tuple[tuple[str, str], ...]
    unanswered: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Sections that are looked through together, and questions that none of them answers."""

    sections: tuple[Section, ...]
    unanswered: tuple[tuple[str, str], ...]


def read_libraries() -> list[Library]:
    return [read_shipped(), *map(read_document, sorted(DOCUMENTS.glob("*.lv.md")))]


def read_document(path: Path) -> Library:
    """The questions stand beside it in NAME.tsv: number of the section, language, text. A number with a minus:
    near that section, but without an answer in the document; 0: near no section in particular."""
    title, *parts = path.read_text("utf-8").split("\n## ")
    asked: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for place, language, question in read_table(path.with_name(path.name.replace(".lv.md", ".tsv"))):
        asked[int(place)].append((language, question))
    name = title.splitlines()[0].removeprefix("# ").strip()
    found = []
    for number, part in enumerate(parts, 1):
        heading, _, text = part.partition("\n")
        told = f"{name}. {heading.strip()}\n{strip_markdown(text.strip())}"
        found.append(Section(path.name, told, tuple(asked[number]), tuple(asked[-number])))
    return Library(tuple(found), tuple(asked[0]))


def read_shipped() -> Library:
    more: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, language, question in read_table(MORE_PHRASINGS):
        more[name].append((language, question))
    found = []
    for passage in Catalogue.read([SHIPPED]).passages:
        told = [(detect_language(question, passage.locale), question) for question in passage.asked]
        if asked := (*told, *more[passage.id]):
            found.append(Section(passage.document, whole(passage), asked))
    return Library(tuple(found), read_unanswered())


def read_table(path: Path) -> list[tuple[str, str, str]]:
    """Raises ValueError, naming the line, if one has not three columns."""
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        columns = line.split("\t")
        if len(columns) != 3:
            raise ValueError(f"{path}, line {number}: three columns with tabs between are needed.")
        rows.append((columns[0], columns[1], columns[2]))
    return rows


def list_batches(sections: Sequence[Section], chance: Random) -> Iterator[list[Chosen]]:
    """Every invented section's every question once, in batches of distinct sections. Up to A_DOCUMENT of one
    document stand side by side, since they are told apart the hardest; a translation never beside its original."""
    batch: list[Chosen] = []
    for run in list_runs(sections, chance):
        own = {(one.section.document, matter_of(one.section.document)) for one in batch}
        document = run[0].section.document
        if any(matter == matter_of(document) and name != document for name, matter in own):
            continue
        batch += [one for one in run if one.section not in [held.section for held in batch]]
        if len(batch) >= A_BATCH:
            yield batch[:A_BATCH]
            batch = []


def list_runs(sections: Sequence[Section], chance: Random) -> list[list[Chosen]]:
    waiting: dict[str, list[Chosen]] = defaultdict(list)
    chosen = [one for section in sections for one in deal_questions(section, chance)]
    chance.shuffle(chosen)
    for one in chosen:
        waiting[one.section.document].append(one)
    runs = []
    for rest in waiting.values():
        while rest:
            run: dict[str, Chosen] = {}
            for one in rest:
                if len(run) < A_DOCUMENT:
                    run.setdefault(one.section.text, one)
            runs.append(list(run.values()))
            rest = [one for one in rest if one is not run.get(one.section.text)]
    chance.shuffle(runs)
    return runs


def deal_questions(section: Section, chance: Random) -> list[Chosen]:
    shuffled = chance.sample(section.questions, len(section.questions))
    dealt = [tuple(shuffled[at : at + A_SECTION]) for at in range(0, len(shuffled), A_SECTION)]
    shipped = "/" in section.document
    near = chance.sample(section.unanswered, len(section.unanswered))
    chosen = [Chosen(section, few, tuple(near[at : at + 1])) for at, few in enumerate(dealt)]
    return [one for one in chosen if not shipped or chance.random() < SHIPPED_SHARE]


def vary(language: str, question: str, chance: Random) -> str:
    """As it might be typed: now and then with a slip, without diacritics, capitals and a question mark."""
    if language == "lv" and chance.random() < 0.2:
        question = "".join(one for one in unicodedata.normalize("NFD", question) if not unicodedata.combining(one))
    if chance.random() < 0.08:
        question = mistype(question, chance)
    if chance.random() < 0.3:
        question = question.lower().rstrip("?.! ")
    return question


def mistype(question: str, chance: Random) -> str:
    """One letter of a longer word left out, or changed places with the next."""
    long = [at for at in range(len(question) - 1) if question[max(at - 2, 0) : at + 3].isalpha() and at > 2]
    if not long:
        return question
    at = chance.choice(long)
    swapped = chance.random() < 0.5
    return question[:at] + (
        question[at + 1] + question[at] + question[at + 2 :] if swapped else question[at + 1 :]
    )
