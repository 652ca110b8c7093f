"""Learn the adapter and put it in place of the one that is shipped, if it finds better what it has not seen.

    python -m retrieval.tuning QUESTIONS.jsonl ...

QUESTIONS are asked of the documents beside each (NAME.lv.md or the folder NAME), from none of which it learns.
About half an hour on two cores. Afterwards: python -m retrieval.shipping, python -m retrieval.fitting.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from knowledge.catalogue import Catalogue
from retrieval.adapter import SHIPPED, Adapter
from retrieval.evaluation import find_right, read_questions, squeeze_passages
from retrieval.fitting.trial import find_documents
from retrieval.packaged_model import PackagedModel, find_model
from retrieval.tuning.learning import PASSAGE, QUERY, STEPS, learn
from retrieval.tuning.network import Network
from retrieval.tuning.sections import read_sections
from retrieval.vectors import centre
from retrieval.windows import whole

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def measure(paths: Sequence[Path], encode: Encode) -> float:
    """The mean reciprocal rank of the first right passage, by vectors alone."""
    ranks: list[float] = []
    for path in paths:
        passages = Catalogue.read([find_documents(path)]).passages
        texts = squeeze_passages(passages)
        asked = [one for one in read_questions(path) if one.answerable]
        told = encode([PASSAGE + whole(passage) for passage in passages])
        near = encode([QUERY + one.text for one in asked]) @ centre(told, told.mean(axis=0)).T
        for question, row in zip(asked, near, strict=True):
            best = max(row[place] for place in find_right(question, texts))
            ranks.append(1 / (1 + int((row > best).sum())))
    return float(np.mean(ranks))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    paths = [Path(name) for name in sys.argv[1:]]
    if not paths:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    torch.manual_seed(2)
    packaged, network = PackagedModel(find_model()), Network(PackagedModel(find_model()))
    plain = measure(paths, network.encode)
    if SHIPPED.exists():
        Adapter.read(SHIPPED).apply(packaged)
    before = measure(paths, Network(packaged).encode)
    learn(network, read_sections(), STEPS, say)
    after = measure(paths, network.encode)
    say(f"MRR of what was not learned from: plain {plain:.3f}, shipped {before:.3f}, learned {after:.3f}")
    if after <= max(before, plain):
        say("It finds no better: the shipped one stays.")
        return 1
    Adapter(network.read_tensors()).write(SHIPPED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
