"""The doctor looks around: environment, limits, proxy, mail server, database's place, backups, processes."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import surroundings
from bot.diagnosis import Check, Diagnosis
from bot.doctor import CHECKS, check_database
from bot.launcher import rasa
from bot.settings import Settings
from tests.postgres import run_postgres


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
        monkeypatch.delenv(name)


def make(tmp_path: Path, **more: object) -> Settings:
    return Settings(data=tmp_path / "data", _env_file=None, **more)  # type: ignore[arg-type]


def find(settings: Settings, check: Check) -> list[Diagnosis]:
    return list(check(settings))


def only(settings: Settings, check: Check) -> Diagnosis:
    (found,) = check(settings)
    return found


def test_a_misspelt_setting_is_found_and_the_right_one_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("HELPDESK_PUBLIC_ULR=https://helpdesk.example.org\n")
    settings = make(tmp_path)
    monkeypatch.setenv("HELPDESK_QQQ_ZZZ", "1")
    wrong, strange = find(settings, surroundings.check_names)
    assert (wrong.level, wrong.advice) == ("error", "Did you mean HELPDESK_PUBLIC_URL?")
    assert (strange.level, strange.advice) == ("error", "docs/settings.md names every setting.")


def test_a_file_for_what_is_no_secret_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make(tmp_path)
    for name in ("HELPDESK_HOURS_FILE", "HELPDESK_SMTP_PASSWORT_FILE", "HELPDESK_SMTP_PASSWORD_FILE"):
        monkeypatch.setenv(name, "/none")
    plain, misspelt = find(settings, surroundings.check_names)
    assert (plain.level, plain.advice) == (
        "error",
        "Set HELPDESK_HOURS itself: only secrets are read from files.",
    )
    assert (misspelt.level, misspelt.advice) == ("error", "Did you mean HELPDESK_SMTP_PASSWORD_FILE?")


def test_a_secret_file_that_others_may_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, file = make(tmp_path), tmp_path / "password"
    file.write_text("told")
    monkeypatch.setenv("HELPDESK_SMTP_PASSWORD_FILE", str(file))
    file.chmod(0o644)
    assert only(settings, surroundings.check_secret_files).advice == f"chmod o= {file}"
    file.chmod(0o640)
    assert find(settings, surroundings.check_secret_files) == []


def test_every_setting_that_is_there_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make(tmp_path)
    for name in surroundings.known_names():
        monkeypatch.setenv(name, "1")
    assert only(settings, surroundings.check_names).level == "ok"


def test_settings_that_others_may_read_are_found(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HELPDESK_TELEGRAM_TOKEN=1:a\n")
    (tmp_path / ".env").chmod(0o644)
    assert only(make(tmp_path), surroundings.check_env_file).level == "warning"
    (tmp_path / ".env").chmod(0o600)
    assert find(make(tmp_path), surroundings.check_env_file) == []


def test_too_few_open_files_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings.resource, "getrlimit", lambda _: (1024, 1024))
    found = only(make(tmp_path), surroundings.check_open_files)
    assert found.level == "warning"
    assert "LimitNOFILE" in found.advice


def test_a_proxy_that_is_not_believed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make(tmp_path, host="0.0.0.0", public_url="https://helpdesk.example.org")
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    assert "FORWARDED_ALLOW_IPS" in only(settings, surroundings.check_proxy).advice
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1")
    assert find(settings, surroundings.check_proxy) == []


@contextmanager
def server(greeting: bytes) -> Iterator[int]:
    """One that says so much and no more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            client, _ = listener.accept()
            with client:
                client.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("greeting", "level"), [(b"220 mail.example.org ESMTP\r\n", "ok"), (b"HTTP/1.1", "error")]
)
def test_whether_a_mail_server_is_one_is_looked_at(tmp_path: Path, greeting: bytes, level: str) -> None:
    with server(greeting) as port:
        found = only(make(tmp_path, smtp_host="127.0.0.1", smtp_port=port), surroundings.check_mail)
    assert found.level == level


def test_a_mail_server_that_is_not_there_is_found(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = only(make(tmp_path, smtp_host="127.0.0.1", smtp_port=port), surroundings.check_mail)
    assert (found.level, "refused" in found.found) == ("error", True)


def test_sqlite_over_a_network_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(make(tmp_path), surroundings.check_disk_of_database) == []
    monkeypatch.setattr(surroundings, "file_system", lambda _: "nfs4")
    assert only(make(tmp_path), surroundings.check_disk_of_database).level == "error"


def test_a_backup_program_older_than_the_server_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with run_postgres() as postgres:
        settings = make(tmp_path, database_url=postgres.url(postgres.create()))
        assert only(settings, surroundings.check_postgresql_programs).level == "ok"
        monkeypatch.setattr(surroundings, "program_version", lambda _: 9)
        assert "it will refuse" in only(settings, surroundings.check_postgresql_programs).found
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_dump and pg_restore not found" in only(settings, surroundings.check_postgresql_programs).found


def test_that_no_backup_was_made_lately_is_found(tmp_path: Path) -> None:
    settings = make(tmp_path, public_url="https://helpdesk.example.org")
    assert "none in" in only(settings, surroundings.check_backups).found
    made = tmp_path / "data" / "backups" / "helpdesk-2026-11-20.tar.gz"
    made.parent.mkdir(parents=True)
    made.write_bytes(b"")
    assert only(settings, surroundings.check_backups).level == "ok"
    os.utime(made, (0, made.stat().st_mtime - 5 * 86400))
    assert "the newest is 5 days old" in only(settings, surroundings.check_backups).found
    assert find(make(tmp_path), surroundings.check_backups) == []


def test_a_part_that_dies_again_and_again_is_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    parts = {"rasa": {"deaths": 6, "last_status": -11}, "application": {"deaths": 0}}
    (tmp_path / "data" / "parts.json").write_text(json.dumps(parts))
    found = only(make(tmp_path), surroundings.check_processes)
    assert found.found == "rasa has died 6 times in a row (status -11)"
    assert "rasa.log" in found.advice


def test_a_damaged_model_is_found(tmp_path: Path) -> None:
    model = rasa.model_path(tmp_path / "data")
    model.parent.mkdir(parents=True)
    model.write_bytes(b"cut short")
    model.with_suffix(".inputs").write_text("inputs\nchecksum\n")
    assert only(make(tmp_path), surroundings.check_model).level == "error"


def test_a_wrong_password_for_the_database_is_told_without_it(tmp_path: Path) -> None:
    url = "postgresql+psycopg://helpdesk:hunter2@127.0.0.1:1/helpdesk"
    found = only(make(tmp_path, database_url=url), check_database)
    assert found.level == "error"
    assert "helpdesk@127.0.0.1:1" in found.found
    assert "hunter2" not in f"{found.found} {found.advice}"


def test_a_damaged_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "helpdesk.sqlite3").write_bytes(b"no database " * 1000)
    found = only(make(tmp_path), check_database)
    assert "helpdesk restore" in found.advice


def test_a_healthy_helpdesk_has_nothing_wrong_around_it(tmp_path: Path) -> None:
    for check in surroundings.CHECKS:
        assert check in CHECKS
        assert [item for item in check(make(tmp_path)) if item.level == "error"] == []
