"""The audit page: found by person, act, request and day; paged by key; taken away as a table that runs nothing."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator

import pytest
import yaml

from bot import wording
from bot.gateway.desk.audit import neutralise
from bot.gateway.desk.audit_acts import KINDS, KNOWN
from bot.helpdesk import Helpdesk
from bot.settings import ROOT
from bot.wording import say
from handoff import audit
from handoff.coordinators import add_coordinator
from tests.bot.gateway.signing_in import Signed, administrator

PAGE = "/inbox/administration/audit"


@pytest.fixture
def boss(helpdesk: Helpdesk) -> Iterator[Signed]:
    with administrator(helpdesk) as signed:
        yield signed


def write(helpdesk: Helpdesk, *entries: tuple[str, str, str]) -> None:
    with helpdesk.database.transaction() as session:
        for actor, action, subject in entries:
            audit.record(session, actor, action, subject)


def acts_on(page: str) -> list[str]:
    label = re.escape(say("lv", "audit.columns.what"))
    return re.findall(rf'<td role="cell" data-label="{label}">([^<]+)</td>', page)


def test_filters_narrow_and_unknown_ones_ask_about_nothing(helpdesk: Helpdesk, boss: Signed) -> None:
    write(
        helpdesk,
        ("visitor", "conversation.resumed", "conversation:1"),
        (boss.id, "request.read", "request:7"),
        ("system", "request.taken_back", "request:7"),
    )
    assert acts_on(boss.get(PAGE, number="7").text) == ["atgrieza rindā, jo nebija atbildes", "lasīja pieteikumu"]
    assert acts_on(boss.get(PAGE, who="visitor").text) == ["turpināja sarunu ar saiti"]
    assert "lasīja pieteikumu" in acts_on(boss.get(PAGE, act="kind:reading").text)
    assert acts_on(boss.get(PAGE, act="request.taken_back", who="system").text) == [
        "atgrieza rindā, jo nebija atbildes"
    ]
    assert acts_on(boss.get(PAGE, last="2020-01-01").text) == []
    assert len(acts_on(boss.get(PAGE, act="kind:nonsense").text)) >= 3
    wrong = boss.get(PAGE, number="divi", first="vakar", last="2020-02-30")
    assert wrong.status_code == 200
    assert wrong.text.count('aria-invalid="true"') == 3


def test_pages_follow_each_other_without_gap_or_repeat(helpdesk: Helpdesk, boss: Signed) -> None:
    write(helpdesk, *[("bot", "request.opened", f"request:{number}") for number in range(1, 121)])
    page, seen = boss.get(PAGE, who="bot"), []
    while True:
        seen += re.findall(r"Pieteikums Nr\. (\d+)<", page.text)
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        if older is None:
            break
        page = boss.get(older.group(1).replace("&amp;", "&"))
    assert [int(number) for number in seen] == list(range(120, 0, -1))
    newer = re.search(r'rel="prev" href="([^"]+)"', page.text)
    assert newer
    before = boss.get(newer.group(1).replace("&amp;", "&"))
    assert re.findall(r"Pieteikums Nr\. (\d+)<", before.text) == [str(number) for number in range(70, 20, -1)]


def test_an_export_is_a_whole_table_that_runs_nothing_and_is_on_record(helpdesk: Helpdesk, boss: Signed) -> None:
    with helpdesk.database.transaction() as session:
        add_coordinator(session, email="x@example.org", name="=1+1", role="viewer", with_token=False)
        row = add_coordinator(session, email="y@example.org", name="Y", role="viewer", with_token=False)
    assert row
    write(helpdesk, *[("bot", "request.opened", f"request:{number}") for number in range(1, 2401)])
    write(helpdesk, ("-evil", "request.opened", "@SUM(A1)"))
    taken = boss.get(f"{PAGE}.csv", act="request.opened")
    assert taken.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in taken.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(taken.text.removeprefix("\ufeff"))))
    assert rows[0] == ["id", "at", "actor", "name", "action", "subject", "details"]
    assert len(rows) == 1 + 2401
    assert rows[1][2:6] == ["'-evil", "", "request.opened", "'@SUM(A1)"]
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    told = boss.get(PAGE, act="audit.exported").text
    assert acts_on(told) == ["eksportēja žurnālu"]
    assert "meklēts pēc: darbības" in told


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_begins_like_a_formula_is_text(cell: str) -> None:
    assert neutralise(cell) == f"'{cell}"


def test_looking_into_the_trail_is_on_record_once(helpdesk: Helpdesk, boss: Signed) -> None:
    for _ in range(3):
        boss.get(PAGE)
    with helpdesk.database.reading() as session:
        assert len(audit.list_entries(session, action="audit.read")) == 1


def find_acts() -> set[str]:
    """Every act that the code puts on record under a name written there."""
    found: set[str] = set()
    for path in [*(ROOT / "handoff").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            place = {"audit.record": 2, "audit.record_reading": 2, "history.write": 2, "history.move": 3}.get(
                called
            )
            if place is None or len(node.args) <= place:
                continue
            told = [one.value for one in ast.walk(node.args[place]) if isinstance(one, ast.Constant)]
            prefix = "request." if called.startswith("history.") else ""
            found |= {f"{prefix}{one}" for one in told if isinstance(one, str) and not one.endswith(".")}
    return found


def find_details() -> set[str]:
    """The facts that acts are recorded with, by the names written in the code."""
    return {
        word.arg
        for path in [*(ROOT / "handoff").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
        for word in node.keywords
        if word.arg
    }


def test_every_detail_has_words() -> None:
    told = yaml.safe_load((ROOT / "bot" / "wording" / "lv" / "audit.yml").read_text("utf-8"))["details"]
    assert find_details() >= {"before", "after", "role"}
    assert find_details() - set(told) == set()


def test_every_act_has_a_kind_and_words() -> None:
    acts = find_acts()
    assert len(acts) > 40
    assert acts - KNOWN == set()
    for locale in ("lv", "en"):
        told = yaml.safe_load((ROOT / "bot" / "wording" / locale / "audit.yml").read_text("utf-8"))
        assert {act.replace(".", "__") for act in KNOWN} == set(told["acts"])
        assert set(KINDS) == set(told["kinds"])
    assert wording.LOCALES == ("lv", "en")
