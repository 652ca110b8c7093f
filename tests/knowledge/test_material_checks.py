"""A broken material is refused with file, line, field and what to write; whatever it says, nothing falls over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.catalogue import Catalogue
from knowledge.material_checks import COMMON, OWN

GOOD = """---
id: konkurss
kind: call
locale: lv
title: Konkurss
summary: Par konkursu.
source: Avots
reviewed_on: 2026-11-24
deadlines:
- 2026-12-01
{line}
---

Teksts.
"""


def read(folder: Path, text: str) -> Catalogue:
    (folder / "konkurss.lv.md").write_text(text, "utf-8")
    return Catalogue.read([folder])


@pytest.mark.parametrize(
    ("line", "field", "advice"),
    [
        ("budget: daudz", "budget", "50000"),
        ("own_share: 150", "own_share", "100"),
        ("grant_min: 5\ngrant_max: 1", "grant_min", "exchange"),
        ("call_timezone: Europe/Riiga", "call_timezone", "Europe/Riga"),
        ("call_stages: divas", "call_stages", "`1` or `2`"),
        ("links: https://a.lv", "links", "url: https://"),
        ("links: [{title: a, url: 'javascript:x'}]", "links", "url: https://"),
        ("countries: [Latvija]", "countries", "two-letter"),
        ("opens_at: rīt", "opens_at", "2026-11-30"),
        ("opens_at: +3d", "opens_at", "2026-11-30"),
        ("rolling: true", "rolling", "deadlines"),
        ("cancelled: jā", "cancelled", "`true`"),
        ("themes: ageing", "themes", "list"),
        ("themes: [vecums]", "themes", "ageing"),
        ("temas: [ageing]", "temas", "not a field"),
        ("title: Cits", None, "twice"),
        ("supporter: a: b", None, "quotation marks"),
    ],
)
def test_the_message_names_line_field_and_what_to_write(
    tmp_path: Path, line: str, field: str | None, advice: str
) -> None:
    catalogue = read(tmp_path, GOOD.replace("{line}", line))
    assert catalogue.documents == ()
    problem = catalogue.problems[0]
    assert (problem.path, problem.field, problem.line) == ("konkurss.lv.md", field, 11)
    assert advice in problem.message


def test_every_missing_field_is_named_at_once(tmp_path: Path) -> None:
    catalogue = read(tmp_path, "---\nid: a\n---\nTeksts.\n")
    assert {problem.field for problem in catalogue.problems} == {
        "kind", "locale", "title", "summary", "source", "reviewed_on",
    }  # fmt: skip


def test_a_document_told_twice_is_refused_and_named(tmp_path: Path) -> None:
    text = GOOD.replace("{line}", "")
    (tmp_path / "a.md").write_text(text)
    (tmp_path / "b.md").write_text(text)
    catalogue = Catalogue.read([tmp_path])
    assert len(catalogue.documents) == 1
    assert [(one.path, one.field) for one in catalogue.problems] == [("b.md", "id")]


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=12) | st.just("+5d"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(sorted(COMMON.union(*OWN.values())))
BASE: dict[str, Any] = {"id": "a", "locale": "lv", "title": "A", "summary": "B", "source": "C"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.sampled_from(["call", "event", "innovation", "organisation"]), st.dictionaries(FIELDS, VALUES))
def test_no_field_whatever_it_holds_breaks_the_rest(tmp_path: Path, kind: str, fields: dict[str, Any]) -> None:
    matter = BASE | {"kind": kind, "reviewed_on": "2026-11-24"} | fields
    catalogue = read(tmp_path, f"---\n{yaml.safe_dump(matter, allow_unicode=True)}---\n\nTeksts.\n")
    assert bool(catalogue.documents) != bool(catalogue.problems)
