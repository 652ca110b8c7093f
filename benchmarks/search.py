"""The product's search without encoding, beside plain FAISS and bm25s over the same passages in the same run.

    python -m benchmarks search          PASSAGES=10000 VECTORS=0 ROUNDS=300

PASSAGES may be several sizes, 10000,100000. VECTORS measures the vector index alone, for a size whose texts would
take too long to index. Ratios matter, not the numbers. The library is made by benchmarks.synthetic.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import bm25s
import faiss
import numpy as np
import psutil

from benchmarks.synthetic import ShapedEncoder, make_catalogue
from knowledge.catalogue import Catalogue
from retrieval.analysis import find_terms
from retrieval.building import build_index, current_folder
from retrieval.candidates import NEIGHBOURS
from retrieval.encoder import Matrix, Vector, load_encoder
from retrieval.language import detect_language
from retrieval.nearest import Nearest, make_index
from retrieval.retriever import Retriever
from retrieval.text import strip_markdown
from retrieval.vectors import centre, map_array

PASSAGES = [int(size) for size in os.environ.get("PASSAGES", "10000").split(",")]
VECTORS = int(os.environ.get("VECTORS", "0"))
ROUNDS = int(os.environ.get("ROUNDS", "300"))
NEAREST = 10
ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "tests" / "retrieval" / "questions" / "tune.jsonl"


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    locale: str
    vector: Vector


def read_questions(encoder: ShapedEncoder, count: int = 100) -> list[Question]:
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    return [Question(row["question"], row["locale"], encoder.encode_query(row["question"])) for row in chosen]


Ask = Callable[[Question], object]
Times = list[tuple[float, float]]
"""Milliseconds by the clock and of the processor: a busy machine changes the first, hardly the second."""


def measure(questions: Sequence[Question], ask: Ask, rounds: int = ROUNDS) -> Times:
    """After each question was asked once."""
    for question in questions:
        ask(question)
    times = []
    for i in range(rounds):
        began, worked = time.perf_counter(), time.thread_time()
        ask(questions[i % len(questions)])
        times.append(((time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000))
    return times


def tell(name: str, times: Times) -> tuple[float, float]:
    (p50, p95), (own_p50, own_p95) = (cut(side) for side in zip(*times, strict=True))
    print(
        f"{name:44} p50 {p50:7.2f}   p95 {p95:7.2f} ms   CPU p50 {own_p50:7.2f}   p95 {own_p95:7.2f} ms",
        flush=True,
    )
    return p50, p95


def cut(times: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return cuts[9], cuts[18]


def state(name: str, value: str) -> None:
    print(f"{name:44} {value}", flush=True)


def megabytes() -> tuple[float, float]:
    """Held by this process alone, and mapped from files: the system takes the second back where it is short."""
    told = psutil.Process().memory_info()
    return (told.rss - told.shared) / 1e6, told.shared / 1e6


def tell_growth(before: tuple[float, float]) -> str:
    held, mapped = (now - then for now, then in zip(megabytes(), before, strict=True))
    return f"memory +{held:.0f} MB, and {mapped:.0f} MB mapped from files"


def open_timed(catalogue: Catalogue, encoder: ShapedEncoder, folder: Path) -> Retriever:
    before, began = megabytes(), time.perf_counter()
    retriever = Retriever.load(catalogue, encoder, folder)
    state("opening the index", f"{time.perf_counter() - began:.2f} s, {tell_growth(before)}")
    return retriever


def measure_product(catalogue: Catalogue, encoder: ShapedEncoder, folder: Path) -> None:
    questions = read_questions(encoder)
    before = megabytes()
    retriever = open_timed(catalogue, encoder, folder)

    def search(question: Question) -> object:
        return retriever.search(question.text, locale=question.locale, vector=question.vector)

    def answer(question: Question) -> object:
        return retriever.ask(question.text, locale=question.locale, vector=question.vector)

    ours = tell("product, search", measure(questions, search))
    tell("product, answer with confidence", measure(questions, answer))
    state("after searching", tell_growth(before))
    compare(questions, catalogue, folder, ours)
    search_at_once(questions, search)
    search_while_building(questions, search, catalogue, encoder, folder)


def compare(questions: Sequence[Question], catalogue: Catalogue, folder: Path, ours: tuple[float, float]) -> None:
    """With what anybody would write first: a flat index of all vectors, and bm25s over the product's terms."""
    built = current_folder(folder)
    assert built is not None
    flat = plain_flat(np.load(built / "vectors.npy", mmap_mode="r"))
    dense = tell("plain FAISS flat", measure(questions, lambda one: flat.search(one.vector[None], NEAREST)))
    bm25 = bm25s.BM25()
    bm25.index([find_terms(strip_markdown(one.text)) or ["-"] for one in catalogue.passages], show_progress=False)
    asked = {one.text: [find_terms(one.text) or ["-"]] for one in questions}
    words = tell("plain bm25s", measure(questions, lambda one: retrieve(bm25, asked[one.text])))
    for name, theirs in (("flat", dense), ("bm25s", words)):
        state(f"product / {name}", f"p50 {ours[0] / theirs[0]:8.2f}      p95 {ours[1] / theirs[1]:8.2f}")
    state("product / both", f"p50 {ours[0] / (dense[0] + words[0]):8.2f}")
    vectors = map_array(built / "vectors.npy")
    tell_recall(centre_questions(questions), open_nearest(built, vectors), vectors, flat)


def retrieve(bm25: bm25s.BM25, terms: list[list[str]]) -> object:
    return bm25.retrieve(terms, k=NEAREST, show_progress=False)


def plain_flat(vectors: Matrix) -> faiss.Index:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return flat


def open_nearest(folder: Path, vectors: Matrix) -> Nearest:
    """Each vector its own owner, so that vectors are found and not passages."""
    return Nearest.load(folder, vectors, np.arange(len(vectors)))


def tell_recall(asked: Matrix, nearest: Nearest, vectors: Matrix, flat: faiss.Index) -> None:
    """Of the exact nearest, how many the product finds; of several as near, any is right."""
    allowed = np.ones(flat.ntotal, bool)
    exact, _ = flat.search(asked, NEAREST)
    found = [nearest.find(vector, NEIGHBOURS, allowed)[:NEAREST] for vector in asked]
    near = [
        vectors[rows] @ vector >= least - 1e-5
        for rows, vector, least in zip(found, asked, exact[:, -1], strict=True)
    ]
    state(f"recall@{NEAREST} of {flat.ntotal} vectors", f"{float(np.mean(near)):.4f}")


def centre_questions(questions: Sequence[Question]) -> Matrix:
    """As the product does, by the mean of the questions in each language."""
    languages = np.array([detect_language(one.text, one.locale) for one in questions])
    vectors = np.stack([one.vector for one in questions])
    made = vectors.copy()
    for language in np.unique(languages):
        rows = languages == language
        made[rows] = centre(vectors[rows], vectors[rows].mean(axis=0))
    return made


def search_at_once(questions: Sequence[Question], search: Ask) -> None:
    for threads in (1, 2, 4):
        with ThreadPoolExecutor(threads) as pool:
            began = time.perf_counter()
            runs = list(pool.map(lambda _: measure(questions, search, ROUNDS // 2), range(threads)))
            rate = threads * (len(questions) + ROUNDS // 2) / (time.perf_counter() - began)
        tell(f"product, {threads} threads, {rate:.0f} searches/s", [one for run in runs for one in run])


def search_while_building(
    questions: Sequence[Question], search: Ask, catalogue: Catalogue, encoder: ShapedEncoder, folder: Path
) -> None:
    """Another index of the same passages is built meanwhile, as the product does it: by a thread."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as other:
        building = threading.Thread(target=build_index, args=(catalogue, encoder, Path(other), lambda _: None))
        building.start()
        times: Times = []
        while building.is_alive():
            times += measure(questions[:10], search, 20)
        tell(f"product, during a rebuild ({len(times)} searches)", times)


def measure_vectors(encoder: ShapedEncoder, size: int) -> None:
    """The vector index alone: as the product makes it, against exact search."""
    print(f"\n-- {size} vectors", flush=True)
    random = np.random.default_rng(11)
    vectors = np.concatenate([encoder.make(min(10_000, size - i), random) for i in range(0, size, 10_000)])
    mean = vectors.mean(axis=0)
    for i in range(0, size, 10_000):
        vectors[i : i + 10_000] = centre(vectors[i : i + 10_000], mean)
    asked = centre_questions(read_questions(encoder))
    questions = [Question("", "", vector) for vector in asked]
    with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
        folder = Path(name)
        began = time.perf_counter()
        faiss.write_index(make_index(vectors, encoder.dimensions), str(folder / "vectors.faiss"))
        state("building", f"{time.perf_counter() - began:.0f} s")
        np.save(folder / "vectors.npy", vectors)
        flat = plain_flat(vectors)
        del vectors
        before = megabytes()
        nearest = open_nearest(folder, map_array(folder / "vectors.npy"))
        allowed = np.ones(size, bool)
        ours = tell(
            f"product, {NEIGHBOURS} nearest",
            measure(questions, lambda one: nearest.find(one.vector, NEIGHBOURS, allowed)),
        )
        half = np.random.default_rng(1).random(size) < 0.5
        tell(
            "product, half of them filtered out",
            measure(questions, lambda one: nearest.find(one.vector, NEIGHBOURS, half)),
        )
        theirs = tell(
            "plain FAISS flat", measure(questions, lambda one: flat.search(one.vector[None], NEAREST), 50)
        )
        held = (folder / "vectors.faiss").stat().st_size / 1e6, flat.ntotal * encoder.dimensions * 4 / 1e6
        state("memory, product and flat", f"{held[0]:.0f} MB, {tell_growth(before)}; {held[1]:.0f} MB")
        state("product / flat", f"p50 {ours[0] / theirs[0]:8.3f}      p95 {ours[1] / theirs[1]:8.3f}")
        tell_recall(asked, nearest, map_array(folder / "vectors.npy"), flat)


def measure_size(size: int) -> None:
    """A build in this process; the searches in a fresh one, whose memory is the index's."""
    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        print(f"\n-- {size} passages", flush=True)
        encoder, catalogue = ShapedEncoder(load_encoder("packaged")), make_catalogue(size)
        began = time.perf_counter()
        build_index(catalogue, encoder, Path(folder) / "index", lambda _: None)
        built = [file.stat().st_size for file in (Path(folder) / "index").rglob("index-*/**/*") if file.is_file()]
        took = time.perf_counter() - began
        state(
            "building, vectors given",
            f"{took:.0f} s, {sum(built) / 1e6:.0f} MB of files, memory {megabytes()[0]:.0f} MB",
        )
        run = [sys.executable, "-m", "benchmarks.search", "--open", folder, str(size)]
        subprocess.run(run, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)


def main() -> None:
    for size in PASSAGES:
        measure_size(size)
    if VECTORS:
        measure_vectors(ShapedEncoder(load_encoder("packaged")), VECTORS)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--open"]:
        measure_product(
            make_catalogue(int(sys.argv[3])), ShapedEncoder(load_encoder("packaged")), Path(sys.argv[2]) / "index"
        )
    else:
        main()
