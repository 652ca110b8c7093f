"""/health and /metrics tell the truth, also about what does not work, and the dashboard shows all of it."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot import metrics
from bot.gateway import health
from bot.gateway.health import judge
from bot.gateway.turns import TurnWorker
from bot.helpdesk import Helpdesk
from bot.settings import ROOT
from handoff.database import Database
from tests.visiting import Visitor

DASHBOARD = json.loads((ROOT / "deploy" / "grafana.json").read_text())
NAME = re.compile(r"\b(?:helpdesk|process)_[a-z_]+")
PARTS = {
    "database", "queue", "turns", "outbox", "telegram", "mail",
    "index", "model", "rasa", "streams", "disk", "processes",
}  # fmt: skip


def test_health_tells_of_each_part(client: TestClient) -> None:
    told = client.get("/health")
    assert told.status_code == 200
    body = told.json()
    assert set(body["parts"]) == PARTS
    assert body["status"] == "ok"
    assert body["parts"]["disk"]["free_bytes"] > 0
    assert body["parts"]["turns"] == {
        "state": "up", "waiting": 0, "oldest_wait_seconds": None, "expected_seconds": 0.2,
    }  # fmt: skip


def test_health_tells_how_long_the_bot_keeps_people_waiting(
    client: TestClient, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TurnWorker, "lease", lambda self: [])
    visitor.say("Kas ir sociālā inovācija?")
    turns = client.get("/health").json()["parts"]["turns"]
    assert turns["waiting"] == 1
    assert turns["oldest_wait_seconds"] == 0.0
    assert "helpdesk_turns_waiting 1.0" in client.get("/metrics").text


def test_a_locked_database_is_still_read(client: TestClient, helpdesk: Helpdesk) -> None:
    with closing(sqlite3.connect(helpdesk.settings.data / "helpdesk.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.get("/health").status_code == 200


def test_a_database_that_does_not_answer_is_told_as_down_and_soon(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(health, "LOOKS_WITHIN", 0.05)
    monkeypatch.setattr(health, "measure_queue", lambda *_: let_go.wait(10))
    told = client.get("/health")
    metered = client.get("/metrics")
    let_go.set()
    assert (told.status_code, told.json()["status"]) == (503, "down")
    assert told.json()["parts"]["database"] == {"state": "down", "error": "no answer"}
    assert 'helpdesk_part_up{part="database"} 0.0' in metered.text


def test_a_damaged_database_is_told_as_such(helpdesk: Helpdesk, tmp_path: Path) -> None:
    (tmp_path / "damaged.sqlite3").write_bytes(b"no database" * 1000)
    damaged = Database(f"sqlite:///{tmp_path / 'damaged.sqlite3'}", helpdesk.clock)
    told = health.look_at_record(replace(helpdesk, database=damaged))
    assert told["database"] == {"state": "down", "error": "damaged"}
    damaged.close()


def make_parts(**changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {name: {"state": "up"} for name in ("database", "rasa", "disk", "index")}
    return {**parts, "processes": {}, **changed}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "ok"),
        ({"rasa": {"state": "off"}}, "ok"),
        ({"rasa": {"state": "down"}}, "degraded"),
        ({"disk": {"state": "nearly_full"}}, "degraded"),
        ({"index": {"state": "empty"}}, "degraded"),
        ({"processes": {"rasa": {"state": "restarting", "deaths": 7}}}, "degraded"),
        ({"database": {"state": "down"}}, "down"),
    ],
)
def test_what_is_wrong_shows_in_the_status(changed: dict[str, Any], status: str) -> None:
    assert judge(make_parts(**changed), stopping=False) == status


def test_one_that_is_asked_to_stop_gets_no_new_visitors(client: TestClient) -> None:
    client.app.state.stopping = True  # type: ignore[attr-defined]
    assert client.get("/health").status_code == 503


def shown() -> set[str]:
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return {name for expression in expressions for name in NAME.findall(expression)}


def exposed(client: TestClient) -> set[str]:
    """Names as Prometheus stores them."""
    lines = client.get("/metrics").text.splitlines()
    return {line.split("{")[0].split(" ")[0] for line in lines if line and not line.startswith("#")}


def test_the_dashboard_shows_every_metric(client: TestClient) -> None:
    families = {family.name for family in metrics.registry.collect() if family.name.startswith("helpdesk_")}
    assert len(families) > 10
    hidden = {name for name in families if not any(one.startswith(name) for one in shown())}
    assert hidden == set()


def test_the_dashboard_asks_for_nothing_that_is_not_there(client: TestClient, visitor: Visitor) -> None:
    metrics.refused.labels("requests").inc(0)
    metrics.rasa_failures.labels("slow").inc(0)
    metrics.deaths.labels("rasa").set(0)
    metrics.channel_failures.labels("telegram", "blocked").set(0)
    visitor.say("Kas ir sociālā inovācija?")
    visitor.wait_for_answer(2)
    assert shown() <= exposed(client)


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert all(place["x"] + place["w"] <= 24 for place in places)
