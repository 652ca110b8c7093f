"""The chat's scripts as terser shortens them, put where the server looks for them.

python -m tools.widget    part of tools/setup; the sources work as they are where this was not done
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bot.gateway.widget_bundle import SCRIPTS, SHORTENED, join_parts, shortened_path
from bot.settings import ROOT

TERSER = ROOT / "node_modules" / "terser" / "bin" / "terser"
NEWEST = "ecma=2020"
"""The language of ten-year-old phones: what they can read is the newest that may be written."""


def find_node() -> str:
    return shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")


def shorten(source: str) -> str:
    options = ["--module", "--compress", f"{NEWEST},passes=2", "--mangle", "--format", NEWEST]
    said = subprocess.run(
        [find_node(), str(TERSER), *options], input=source, capture_output=True, text=True, check=True
    )
    return said.stdout


def write_shortened() -> list[Path]:
    """Each under a name made from its source, so that no old one is ever taken for a new one."""
    shutil.rmtree(SHORTENED, ignore_errors=True)
    SHORTENED.mkdir(parents=True)
    written = []
    for names in SCRIPTS.values():
        source = join_parts(names)
        written.append(shortened_path(source))
        written[-1].write_text(shorten(source), "utf-8")
    return written


if __name__ == "__main__":
    write_shortened()
