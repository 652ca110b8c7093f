"""Setting up a checkout leaves others alone."""

from __future__ import annotations

from pathlib import Path

from tools.setup import disown


def test_a_link_to_anothers_environment_is_taken_away_and_the_environment_kept(tmp_path: Path) -> None:
    (tmp_path / "theirs" / "bin").mkdir(parents=True)
    link = tmp_path / ".venv"
    link.symlink_to(tmp_path / "theirs")
    disown(link)
    assert not link.exists()
    assert (tmp_path / "theirs" / "bin").is_dir()


def test_ones_own_environment_and_none_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    disown(tmp_path / ".venv")
    disown(tmp_path / "none")
    assert (tmp_path / ".venv").is_dir()
