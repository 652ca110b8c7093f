"""Learn on from the adapter that is shipped, and put what is learned in its place, if it finds better what it
has not seen.

    python -m retrieval.tuning QUESTIONS.jsonl ...

QUESTIONS are asked of the documents beside each (NAME.lv.md or the folder NAME), from none of which it learns.
About half an hour on two cores. Afterwards: python -m retrieval.shipping, python -m retrieval.fitting.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from retrieval.adapter import SHIPPED, Adapter
from retrieval.encoder import PackagedEncoder
from retrieval.fitting.trial import find_documents
from retrieval.packaged_model import PackagedModel, find_model
from retrieval.plain_search import measure_plainly
from retrieval.tuning.learning import STEPS, learn
from retrieval.tuning.network import Network
from retrieval.tuning.sections import read_libraries


def measure(paths: Sequence[Path], adapter: Adapter | None) -> float:
    """The mean reciprocal rank of the first right passage, by vectors alone, as the engine makes them."""
    encoder = PackagedEncoder(adapter)
    return float(
        np.mean([rank for path in paths for rank in measure_plainly(encoder, path, find_documents(path))])
    )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    paths = [Path(name) for name in sys.argv[1:]]
    if not paths:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    torch.manual_seed(2)
    model, shipped = PackagedModel(find_model()), Adapter.read(SHIPPED) if SHIPPED.exists() else None
    if shipped:
        shipped.apply(model)
    network = Network(model)
    learn(network, read_libraries(), STEPS, say)
    learned = Adapter(network.read_tensors())
    before, after = measure(paths, shipped), measure(paths, learned)
    say(f"MRR of what was not learned from: shipped {before:.3f}, learned {after:.3f}")
    if after <= before:
        say("It finds no better: the shipped one stays.")
        return 1
    learned.write(SHIPPED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
