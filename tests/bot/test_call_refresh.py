"""Calls are refreshed when it is due, once, and a source that fails changes nothing."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.call_refresh import is_due, refresh_calls, stamp_path
from bot.helpdesk import own_materials
from bot.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)
TABLE = "title,deadline,programme\nKaimiņu virtuve,2027-01-01,Kopienu fonds\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "calls.csv").write_text(TABLE, "utf-8")
    return Settings(
        _env_file=None, data=tmp_path / "data", materials=[], now=NOW, calls_source=str(tmp_path / "calls.csv")
    )


def age_stamp(settings: Settings, hours: float) -> None:
    moment = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(stamp_path(settings), (moment, moment))


def test_calls_are_taken_in_and_not_again_before_their_time(settings: Settings) -> None:
    assert refresh_calls(settings)
    assert len(list(own_materials(settings).rglob("*.md"))) == 1
    age_stamp(settings, 23)
    assert not refresh_calls(settings)
    age_stamp(settings, 25)
    assert refresh_calls(settings)


def test_without_a_source_nothing_is_ever_due(settings: Settings) -> None:
    assert not is_due(settings.model_copy(update={"calls_source": None}))


def test_a_source_that_fails_is_left_alone_until_it_is_due_again(settings: Settings) -> None:
    broken = settings.model_copy(update={"calls_source": "/no/such/file.csv"})
    assert refresh_calls(broken)
    assert not own_materials(broken).exists()
    age_stamp(broken, 1)
    assert not is_due(broken)


def test_one_replica_refreshes_at_a_time(settings: Settings) -> None:
    settings.data.mkdir(parents=True)
    with (settings.data / "calls-refresh.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not refresh_calls(settings)
