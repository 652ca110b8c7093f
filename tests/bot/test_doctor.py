"""The doctor finds what is wrong by looking, and says what to do."""

from __future__ import annotations

import socket
from datetime import datetime
from pathlib import Path

import pytest

from bot import doctor
from bot.doctor import Diagnosis, diagnose
from bot.settings import Settings
from tests.identity_provider import CLIENT, run_provider


def find(settings: Settings, check: doctor.Check) -> list[Diagnosis]:
    return list(check(settings))


def make(tmp_path: Path, **more: object) -> Settings:
    return Settings(data=tmp_path / "data", _env_file=None, **more)  # type: ignore[arg-type]


def test_a_taken_port_is_found(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        (found,) = find(make(tmp_path, port=listener.getsockname()[1]), doctor.check_port)
    assert found.level == "error"
    assert "HELPDESK_PORT" in found.advice


def test_a_data_folder_that_is_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    (found,) = find(make(tmp_path), doctor.check_data_folder)
    assert found.level == "error"


def test_a_nearly_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_DISK", 10**18)
    (found,) = find(make(tmp_path), doctor.check_data_folder)
    assert found.level == "warning"


def test_rasa_elsewhere_without_a_secret_is_found(tmp_path: Path) -> None:
    found = find(make(tmp_path, rasa_url="http://127.0.0.1:5005"), doctor.check_rasa)
    assert [item.level for item in found] == ["ok", "error"]


def test_a_missing_model_is_found(tmp_path: Path) -> None:
    (found,) = find(make(tmp_path), doctor.check_rasa)
    assert found.level == "warning"


def test_an_unreachable_database_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/no/such/folder/db.sqlite3"
    (found,) = find(make(tmp_path, database_url=url), doctor.check_database)
    assert found.level == "error"


def test_that_nobody_can_answer_is_found(tmp_path: Path) -> None:
    found = find(make(tmp_path), doctor.check_database)
    assert [(item.check, item.level) for item in found] == [("database", "ok"), ("coordinators", "warning")]


def test_missing_and_broken_materials_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "materials"
    folder.mkdir()
    (folder / "broken.md").write_text("---\nid: broken\n---\n\nText.\n")
    found = find(make(tmp_path, materials=[folder, tmp_path / "none"]), doctor.check_materials)
    levels = [item.level for item in found]
    assert (levels[0], set(levels[1:-1]), levels[-1]) == ("error", {"warning"}, "error")


@pytest.mark.parametrize("more", [{"public_url": "http://helpdesk.example.org"}, {"host": "0.0.0.0"}])
def test_an_unsafe_public_face_is_found(tmp_path: Path, more: dict[str, str]) -> None:
    (found,) = find(make(tmp_path, **more), doctor.check_public_face)
    assert found.level == "warning"


def test_a_clock_that_stands_still_in_public_is_found(tmp_path: Path) -> None:
    settings = make(tmp_path, now="2026-11-24T09:00:00+02:00", public_url="https://helpdesk.example.org")
    assert [item.level for item in find(settings, doctor.check_production)] == ["error", "warning"]


def test_spinning_threads_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    (found,) = find(make(tmp_path), doctor.check_encoding)
    assert found.level == "warning"


def test_a_check_that_fails_is_a_finding_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_nothing(settings: Settings) -> list[Diagnosis]:
        raise RuntimeError("broken")

    monkeypatch.setattr(doctor, "CHECKS", (check_nothing,))
    (found,) = diagnose(make(tmp_path))
    assert (found.check, found.level) == ("nothing", "error")


def test_an_identity_provider_is_asked_who_it_is(tmp_path: Path) -> None:
    assert find(make(tmp_path), doctor.check_provider) == []
    with run_provider(datetime.now().astimezone()) as provider:
        settings = make(tmp_path, oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret="told")
        (well,) = find(settings, doctor.check_provider)
        assert well.level == "ok"
        assert "/inbox/sign-in/provider/callback" in well.found
        provider.wrong = "mix_up"
        (other,) = find(settings, doctor.check_provider)
        assert (other.level, "another name" in other.found) == ("error", True)
    (gone,) = find(settings, doctor.check_provider)
    assert gone.level == "error"
