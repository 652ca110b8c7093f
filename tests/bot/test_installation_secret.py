"""The installation's secret: made once, readable by its owner alone, told of when it is missing or wrong."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import update

from bot import doctor
from bot.backup import back_up, restore
from bot.helpdesk import open_database
from bot.installation_secret import SecretUnreadable, known_secrets, secret_path, take_secrets
from bot.settings import Settings
from handoff import second_factor
from handoff.coordinators import add_coordinator, find_coordinator
from handoff.models.coordinator import Coordinator

EMAIL = "anna@example.org"
LONG = "x" * 40


def make(folder: Path, **more: object) -> Settings:
    return Settings(data=folder / "data", _env_file=None, **more)  # type: ignore[arg-type]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make(tmp_path)


def begin_second_factor(settings: Settings) -> None:
    with closing(open_database(settings)) as database, database.transaction() as session:
        add_coordinator(session, email=EMAIL, name=None, role="administrator", with_token=False)
        second_factor.begin(session, find_coordinator(session, EMAIL).id)


def examine(settings: Settings) -> doctor.Diagnosis:
    (found,) = doctor.check_secret(settings)
    return found


def test_it_is_made_once_and_for_its_owner_alone(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = {one for (one,) in pool.map(take_secrets, [settings] * 16)}
    assert len(made) == 1
    assert stat.S_IMODE(secret_path(settings).stat().st_mode) == 0o600
    assert [path.name for path in settings.data.iterdir()] == ["secret"]


def test_a_setting_is_enough_and_the_kept_one_opens_what_it_sealed(tmp_path: Path) -> None:
    assert take_secrets(make(tmp_path, secret=LONG)) == (LONG.encode(),)
    assert not secret_path(make(tmp_path)).exists()
    (kept,) = take_secrets(make(tmp_path))
    assert take_secrets(make(tmp_path, secret=LONG)) == (LONG.encode(), kept)


def test_an_empty_file_is_told_of_and_not_used(settings: Settings) -> None:
    settings.data.mkdir()
    secret_path(settings).touch()
    with pytest.raises(SecretUnreadable, match="empty"):
        open_database(settings)
    assert examine(settings).level == "error"


def test_it_goes_with_the_backup_and_comes_back(settings: Settings, tmp_path: Path) -> None:
    begin_second_factor(settings)
    kept = known_secrets(settings)
    back_up(settings, tmp_path / "saved.tar.gz")
    other = make(tmp_path / "elsewhere")
    restore(other, tmp_path / "saved.tar.gz")
    assert known_secrets(other) == kept
    assert stat.S_IMODE(secret_path(other).stat().st_mode) == 0o600
    assert examine(other).level == "ok"


def test_a_backup_without_one_leaves_the_one_there_is(settings: Settings, tmp_path: Path) -> None:
    given = make(tmp_path / "elsewhere", secret=LONG)
    begin_second_factor(given)
    back_up(given, tmp_path / "saved.tar.gz")
    kept = take_secrets(settings)
    restore(settings, tmp_path / "saved.tar.gz")
    assert known_secrets(settings) == kept


def test_the_doctor_makes_none_and_says_so(settings: Settings) -> None:
    found = examine(settings)
    assert (found.level, found.found) == ("ok", "will be made at the first start")
    assert not settings.data.exists()


def test_the_doctor_finds_a_lost_and_a_wrong_one(settings: Settings) -> None:
    begin_second_factor(settings)
    assert examine(settings).found == "opens every second factor"
    secret_path(settings).rename(settings.data / "moved")
    lost = examine(settings)
    assert (lost.level, lost.found) == ("error", "is missing: 1 coordinators can sign in with recovery codes only")
    assert "backup" in lost.advice
    open_database(settings).close()
    wrong = examine(settings)
    assert wrong.level == "error"
    assert wrong.found.startswith("is not the one")
    (settings.data / "moved").replace(secret_path(settings))
    assert examine(settings).level == "ok"


def test_the_doctor_warns_of_a_short_one_and_of_an_open_file(settings: Settings, tmp_path: Path) -> None:
    take_secrets(settings)
    secret_path(settings).chmod(0o644)
    found = list(doctor.check_secret(make(tmp_path, secret="short")))
    assert [one.level for one in found] == ["ok", "warning", "warning"]


def test_what_was_kept_plainly_is_sealed_when_it_is_met(settings: Settings) -> None:
    begin_second_factor(settings)
    with closing(open_database(settings)) as database:
        with database.transaction() as session:
            session.execute(update(Coordinator).values(totp_secret=f"plain:{pyotp.random_base32()}"))
        with database.transaction() as session:
            row = find_coordinator(session, EMAIL)
            assert not second_factor.take_code(session, row, "000")
        with database.reading() as session:
            kept = str(find_coordinator(session, EMAIL).totp_secret)
    assert not kept.startswith("plain:")
    assert examine(settings).level == "ok"
