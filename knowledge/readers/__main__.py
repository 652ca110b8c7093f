"""Reads one file and prints what it found as JSON; started by knowledge.readers.isolation."""

import sys
from pathlib import Path

from knowledge.readers.isolation import tell

if __name__ == "__main__":
    path, suffix = sys.argv[1:]
    sys.stdout.write(tell(Path(path), suffix))
