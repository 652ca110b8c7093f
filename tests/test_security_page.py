"""Every test and file that docs/security.md and docs/processing.md name as evidence is there."""

from __future__ import annotations

import re

import pytest

from bot.settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
PROCESSING = (ROOT / "docs" / "processing.md").read_text("utf-8")
NAMED = sorted(
    set(
        re.findall(
            r"`((?:tests|bot|handoff|knowledge|retrieval|docs|tools|requirements)/[^`]+)`", PAGE + PROCESSING
        )
    )
)


def test_the_page_names_its_evidence() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    file = ROOT / path
    assert file.exists()
    assert not test or re.search(rf"^(async )?def {test}\(", file.read_text("utf-8"), re.MULTILINE)


def test_no_line_of_a_table_is_without_evidence() -> None:
    body = PAGE.split("## What was tried")[0]
    rows = [line for line in body.splitlines() if line.startswith("| ") and not line.startswith("| who |")]
    assert [row for row in rows if "`" not in row.rstrip("| ").rsplit("|", 1)[-1]] == []
