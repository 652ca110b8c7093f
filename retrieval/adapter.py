"""What was learned on top of the packaged model: other scales, biases and norms, in the model's own form.

The 4-bit weights stay as they are; each block of 32 has a scale, and to learn those alone is enough (Kim et al.
2023, "Memory-Efficient Fine-Tuning of Compressed Large Language Models via sub-4-bit Integer Quantization"). So
the same engine runs it at the same speed. Made by `python -m retrieval.tuning` (docs/decisions/0016).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import EncoderUnavailable
from retrieval.packaged_model import PackagedModel

SHIPPED = Path(__file__).parent / "adapter.npz"


@dataclass(frozen=True, slots=True)
class Adapter:
    """`tensors`: by the name of the model's tensor, scales in half precision or single floats."""

    tensors: Mapping[str, NDArray[Any]]

    @classmethod
    def read(cls, path: Path) -> Adapter:
        with np.load(path) as saved:
            return cls({name: saved[name] for name in saved.files})

    @property
    def digest(self) -> str:
        """Tells one adapter from another."""
        made = hashlib.sha256()
        for name in sorted(self.tensors):
            made.update(name.encode() + self.tensors[name].tobytes())
        return made.hexdigest()[:10]

    def write(self, path: Path) -> None:
        np.savez_compressed(path, **self.tensors)  # type: ignore[arg-type]

    def apply(self, model: PackagedModel) -> None:
        """Raises EncoderUnavailable, with nothing changed, if it was learned for another model."""
        targets = {name: target_of(model, name) for name in self.tensors}
        for name, learned in self.tensors.items():
            if targets[name] is None or targets[name].shape != learned.shape:
                raise EncoderUnavailable(f"The adapter was learned for another model: {name} does not fit.")
        for name, learned in self.tensors.items():
            targets[name][:] = learned


def target_of(model: PackagedModel, name: str) -> Any:
    if name not in model.tensors:
        return None
    return model.scales(name) if model.tensors[name].in_blocks else model.floats(name)
