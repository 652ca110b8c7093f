"""Every secret can be given by a file, and what is wrong with one is told without what is in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.launcher.launch import Links, application
from bot.launcher.parts import environment_for
from bot.settings import ROOT, Settings

SECRETS = Settings.secret_names()
TOLD = "redis://:vardotava@example.org/0"
"""Fits every setting."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env and no settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
        monkeypatch.delenv(name)


def name_file(name: str) -> str:
    return f"HELPDESK_{name.upper()}_FILE"


def keep(tmp_path: Path, secret: str = TOLD) -> Path:
    file = tmp_path / "kept"
    file.write_text(f"{secret}\n", "utf-8")
    return file


def read(settings: Settings, name: str) -> object:
    value = getattr(settings, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def test_what_looks_like_a_secret_is_one() -> None:
    named = {
        name for name in Settings.model_fields if any(word in name for word in ("secret", "password", "token"))
    }
    assert set(SECRETS) == named | {"database_url", "rates_storage"}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name_file(name), str(keep(tmp_path)))
    assert read(Settings(), name) == TOLD


@pytest.mark.parametrize("name", SECRETS)
def test_the_file_may_be_named_in_the_env_file(tmp_path: Path, name: str) -> None:
    (tmp_path / ".env").write_text(f"{name_file(name)}={keep(tmp_path)}\n")
    assert read(Settings(), name) == TOLD


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_given_both_ways_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name_file(name), str(keep(tmp_path)))
    monkeypatch.setenv(name_file(name).removesuffix("_FILE"), TOLD)
    with pytest.raises(ValidationError, match="not both") as told:
        Settings()
    assert TOLD not in str(told.value)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), (b" \n", "is empty"), (b"\xff\xfe", "holds no text")]
)
def test_a_file_that_cannot_be_used_stops_the_start_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, why: str
) -> None:
    file = tmp_path / "kept"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("HELPDESK_SMTP_PASSWORD_FILE", str(file))
    with pytest.raises(ValidationError, match=f"HELPDESK_SMTP_PASSWORD_FILE: .*kept {why}"):
        Settings()


def test_a_wrong_setting_does_not_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", TOLD)
    monkeypatch.setenv("HELPDESK_LOCAL_SIGN_IN", "false")
    with pytest.raises(ValidationError) as told:
        Settings()
    assert "vardotava" not in str(told.value)


def test_the_command_line_tells_it_in_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "HELPDESK_SECRET_FILE": str(tmp_path / "none"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot.cli.main", "doctor"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "HELPDESK_SECRET_FILE" in done.stderr


def test_a_process_of_ours_is_not_told_rasas_secret_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_RASA_SECRET_FILE", str(keep(tmp_path)))
    settings = Settings(data=tmp_path)
    for name, value in environment_for(application(settings, Links(settings)).environment).items():
        monkeypatch.setenv(name, value)
    assert read(Settings(), "rasa_secret") == TOLD
