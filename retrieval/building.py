"""Building the index: only what is new is encoded, and a finished index takes the place of the one before whole.

A folder holds finished indexes as `index-<digest>/` and the name of the one in use in the file `current`, which is
replaced in one step: whoever is killed at any moment leaves the one before in use. Vectors are kept by the text
they stand for, in the folder and, for the materials that are shipped, beside the materials.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

import knowledge
from knowledge.catalogue import Catalogue
from knowledge.passage import Passage
from retrieval.analysis import find_grams, find_terms
from retrieval.checksums import is_whole, note_checksums
from retrieval.concepts import find_concepts, lexicon_digest
from retrieval.diacritics import Diacritics
from retrieval.encoder import Encoder, Matrix
from retrieval.expectations import find_told
from retrieval.lexical import LexicalIndex
from retrieval.nearest import make_index
from retrieval.phrasings import list_phrasings, write_phrasings
from retrieval.spelling import Spelling
from retrieval.text import strip_markdown
from retrieval.unanswered import find_means, list_unanswered, unanswered_digest, write_unanswered
from retrieval.vectors import VectorStore, centre_by_language, encode_missing, file_name
from retrieval.windows import heading, windows

Progress = Callable[[str], None]
FORMAT = 14
APART_FROM = 2000
"""Passages whose words are indexed by another process; for fewer it would only take longer to start."""
CURRENT, PREVIOUS = "current", "previous"
FIELDS = ("terms", "context", "grams", "concepts", "meant_above", "asked")
"""Lexical indexes: what a passage says with its context, the context alone, both as character n-grams, the
concepts (retrieval.concepts) of the first and of the second, and character n-grams of how it is asked for."""
LANGUAGES = ("lv", "en", "ru")
FITTED_MEANS = Path(__file__).parent / "means"
SHIPPED = Path(knowledge.__file__).parent / "materials"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from and how; another encoder or other passages make another index."""

    format: int
    encoder: str
    dimensions: int
    digest: str
    passages: int
    vectors: int


def digest_of(passages: Sequence[Passage], encoder: Encoder) -> str:
    made = hashlib.sha256("\0".join([str(FORMAT), encoder.name, lexicon_digest(), unanswered_digest()]).encode())
    for passage in passages:
        made.update(f"\0{passage.id}\0{passage.content_hash}".encode())
    return made.hexdigest()[:24]


def current_folder(folder: Path) -> Path | None:
    return follow(folder, CURRENT)


def previous_folder(folder: Path) -> Path | None:
    return follow(folder, PREVIOUS)


def follow(folder: Path, pointer: str) -> Path | None:
    try:
        return folder / (folder / pointer).read_text().strip()
    except OSError:
        return None


def read_manifest(built: Path) -> Manifest | None:
    """None for an index of another format, or none at all."""
    try:
        told = json.loads((built / "manifest.json").read_text())
        return Manifest(**told) if told.get("format") == FORMAT else None
    except (OSError, ValueError, TypeError):
        return None


def build_index(catalogue: Catalogue, encoder: Encoder, folder: Path, progress: Progress) -> None:
    """Nothing is built if the index in use, or the one before it, is of these passages and encoder, and whole."""
    digest = digest_of(catalogue.passages, encoder)
    if is_of(current_folder(folder), digest, progress):
        return
    if is_of(previous_folder(folder), digest, progress):
        roll_back(folder)
        return
    folder.mkdir(parents=True, exist_ok=True)
    texts = [windows(passage) for passage in catalogue.passages]
    above = [heading(passage) for passage in catalogue.passages]
    asked = [one for passage in catalogue.passages for one in list_phrasings(passage)]
    vectors = find_vectors(
        [*(text for several in texts for text in several), *above, *asked, *list_unanswered()],
        encoder,
        folder,
        progress,
    )
    write_index(catalogue.passages, texts, vectors, encoder, folder, digest)


def is_of(built: Path | None, digest: str, progress: Progress) -> bool:
    known = read_manifest(built) if built else None
    if built is None or known is None or known.digest != digest:
        return False
    if not is_whole(built):
        progress(f"The index in {built} is damaged; building it anew.")
        return False
    return True


def find_vectors(texts: Sequence[str], encoder: Encoder, folder: Path, progress: Progress) -> Matrix:
    """One row a text: shipped, kept from before, or encoded now and kept."""
    store = VectorStore()
    kept = folder / file_name(encoder)
    parts = sorted(folder.glob("part-*.npz"))
    for path in (SHIPPED / file_name(encoder), kept, *parts):
        store.read(path)
    if encode_missing(store, texts, encoder, folder, progress):
        store.write(kept, texts)
        for part in folder.glob("part-*.npz"):
            part.unlink(missing_ok=True)
    return store.take(texts, encoder.dimensions)


def write_index(
    passages: Sequence[Passage],
    texts: Sequence[Sequence[str]],
    vectors: Matrix,
    encoder: Encoder,
    folder: Path,
    digest: str,
) -> None:
    """`vectors`: a row for each of `texts`, then one for each passage's heading, then one for each phrasing, then
    one for each question that has no answer here."""
    # Of our own: what another process, killed or not, still writes shall not get into it.
    fresh = folder / f"new-{digest}-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    count = sum(len(several) for several in texts)
    ends = [count, count + len(passages), len(vectors) - len(list_unanswered())]
    vectors, headings, asked, unanswered = np.split(vectors, ends)
    locales = np.array([passage.locale for passage in passages], dtype="U2")
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(encoder.dimensions, np.float32)
    vectors = centre_by_language(vectors, np.repeat(locales, [len(several) for several in texts]))
    np.save(fresh / "vectors.npy", vectors)
    np.save(fresh / "headings.npy", centre_by_language(headings, locales))
    write_phrasings(passages, asked, find_means(unanswered), fresh)
    write_unanswered(unanswered, fresh)
    np.savez(fresh / "query_means.npz", **find_query_means(encoder, mean))  # type: ignore[arg-type]
    np.save(
        fresh / "firsts.npy",
        np.cumsum([0, *(len(several) for several in texts)]).astype(np.int64),
    )
    faiss.write_index(make_index(vectors, encoder.dimensions), str(fresh / "vectors.faiss"))
    if len(passages) > APART_FROM:
        from retrieval.apart import write_words_apart

        write_words_apart(passages, fresh)
    else:
        write_words(passages, fresh)
    manifest = Manifest(FORMAT, encoder.name, encoder.dimensions, digest, len(passages), len(vectors))
    (fresh / "manifest.json").write_text(json.dumps(asdict(manifest)))
    note_checksums(fresh)
    put_in_use(fresh, folder, f"index-{digest}")


def find_query_means(encoder: Encoder, passage_mean: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """By language: the mean of many questions' vectors where known for this encoder, else that of the passages."""
    known = FITTED_MEANS / file_name(encoder)
    if not known.exists():
        return dict.fromkeys(LANGUAGES, passage_mean)
    with np.load(known) as saved:
        return {language: np.asarray(saved[language], dtype=np.float32) for language in LANGUAGES}


def write_words(passages: Sequence[Passage], fresh: Path) -> None:
    """All that is made of texts and needs no encoder."""
    write_lexical(passages, fresh)
    texts = {passage.id: " ".join([passage.context, passage.text, *passage.asked]) for passage in passages}
    Diacritics.learn([texts[passage.id] for passage in passages if passage.locale == "lv"]).save(fresh)
    Spelling.learn(texts.values()).save(fresh)


def write_lexical(passages: Sequence[Passage], fresh: Path) -> None:
    """The FIELDS, and what kinds of thing each passage tells."""
    if not passages:
        return
    whole = [strip_markdown(f"{passage.context}\n{passage.text}") for passage in passages]
    terms = [find_terms(text) for text in whole]
    above = [find_terms(passage.context) for passage in passages]
    told = (
        terms,
        above,
        map(find_grams, whole),
        map(find_concepts, terms),
        map(find_concepts, above),
        (find_grams("\n".join(list_phrasings(passage))) for passage in passages),
    )
    for name, words in zip(FIELDS, told, strict=True):
        LexicalIndex.build(list(words)).save(fresh / name)
    np.save(fresh / "told.npy", find_told(whole))


def put_in_use(fresh: Path, folder: Path, name: str) -> None:
    """The index before is kept, so that `roll_back` can take it up again; older ones are removed."""
    before = current_folder(folder)
    shutil.rmtree(folder / name, ignore_errors=True)
    fresh.replace(folder / name)
    point_to(folder, CURRENT, name)
    if before is not None and before.name != name and before.is_dir():
        point_to(folder, PREVIOUS, before.name)
    kept = {path.name for path in (current_folder(folder), previous_folder(folder)) if path}
    for old in [*folder.glob("index-*"), *folder.glob("new-*")]:
        if old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def point_to(folder: Path, pointer: str, name: str) -> None:
    fresh = folder / f"{pointer}.new"
    fresh.write_text(name)
    fresh.replace(folder / pointer)


def roll_back(folder: Path) -> Path | None:
    """Take the index before into use again, and keep the one now in use as the one before. None if there is no
    other. An index answers only for the materials it was built from: roll the materials back with it."""
    now, before = current_folder(folder), previous_folder(folder)
    if now is None or before is None or not before.is_dir():
        return None
    point_to(folder, CURRENT, before.name)
    point_to(folder, PREVIOUS, now.name)
    return before


def ship_vectors(catalogue: Catalogue, encoder: Encoder, folder: Path, progress: Progress) -> Path:
    """Renew the vectors that are kept beside the shipped materials; a fresh clone then encodes nothing."""
    texts = find_shipped_texts(catalogue)
    store = VectorStore()
    store.read(SHIPPED / file_name(encoder))
    encode_missing(store, texts, encoder, folder, progress)
    store.write(SHIPPED / file_name(encoder), texts)
    return SHIPPED / file_name(encoder)


def find_unshipped(catalogue: Catalogue, encoder: Encoder) -> list[str]:
    """Texts of shipped materials whose vectors are not shipped: there should be none."""
    store = VectorStore()
    store.read(SHIPPED / file_name(encoder))
    return [text for text in find_shipped_texts(catalogue) if text not in store]


def find_shipped_texts(catalogue: Catalogue) -> list[str]:
    """All that is encoded of the shipped materials, and of what they cannot answer."""
    told = [
        text
        for passage in catalogue.passages
        for text in (*windows(passage), heading(passage), *list_phrasings(passage))
    ]
    return [*told, *list_unanswered()]
