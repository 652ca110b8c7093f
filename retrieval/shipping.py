"""Renew or check the vectors that are kept beside the shipped materials.

python -m retrieval.shipping            encode what is new
python -m retrieval.shipping --check    exit 1 if anything is missing
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from knowledge.catalogue import Catalogue
from retrieval.building import SHIPPED, find_unshipped, ship_vectors
from retrieval.encoder import load_encoder


def main() -> int:
    catalogue, encoder = Catalogue.read([SHIPPED]), load_encoder("packaged")
    missing = find_unshipped(catalogue, encoder)
    if "--check" in sys.argv:
        sys.stdout.write(f"{len(missing)} texts of the materials have no vector yet\n")
        return 1 if missing else 0
    with tempfile.TemporaryDirectory() as folder:
        path = ship_vectors(catalogue, encoder, Path(folder), lambda text: print(text, flush=True))  # noqa: T201
    sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
