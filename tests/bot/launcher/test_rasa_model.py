"""The model is trained when what it learns from has changed, and an unfinished one never replaces a good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.launcher import rasa


def test_a_model_made_from_the_same_inputs_is_kept(tmp_path: Path) -> None:
    leave_training(tmp_path, b"model")
    rasa.finish_training(tmp_path, 0, rasa.hash_inputs())
    assert rasa.is_trained(tmp_path)
    assert rasa.model_path(tmp_path).read_bytes() == b"model"


def test_a_model_made_from_other_inputs_is_not(tmp_path: Path) -> None:
    leave_training(tmp_path, b"model")
    rasa.finish_training(tmp_path, 0, "other inputs")
    assert not rasa.is_trained(tmp_path)


def test_failed_training_leaves_the_model_before_and_says_why(tmp_path: Path) -> None:
    rasa.model_path(tmp_path).parent.mkdir(parents=True)
    rasa.model_path(tmp_path).write_bytes(b"good")
    leave_training(tmp_path, b"half")
    with pytest.raises(rasa.TrainingFailed, match="no intent"):
        rasa.finish_training(tmp_path, 1, rasa.hash_inputs())
    assert rasa.model_path(tmp_path).read_bytes() == b"good"


def leave_training(data: Path, model: bytes) -> None:
    out = data / "models" / "training"
    out.mkdir(parents=True)
    (out / "helpdesk.tar.gz").write_bytes(model)
    (data / "models" / "training.log").write_text("Traceback\nno intent is named that\n")


def test_a_damaged_model_is_put_aside_and_trained_anew(tmp_path: Path) -> None:
    leave_training(tmp_path, b"model" * 1000)
    rasa.finish_training(tmp_path, 0, rasa.hash_inputs())
    content = bytearray(rasa.model_path(tmp_path).read_bytes())
    content[2000] ^= 1
    rasa.model_path(tmp_path).write_bytes(bytes(content))
    assert rasa.is_damaged(tmp_path)
    assert not rasa.is_trained(tmp_path)
    rasa.put_damaged_aside(tmp_path)
    assert not rasa.model_path(tmp_path).exists()
    assert not rasa.is_trained(tmp_path)


def test_a_model_from_before_checksums_were_kept_is_served(tmp_path: Path) -> None:
    rasa.model_path(tmp_path).parent.mkdir(parents=True)
    rasa.model_path(tmp_path).write_bytes(b"model")
    rasa.model_path(tmp_path).with_suffix(".inputs").write_text(rasa.hash_inputs())
    assert rasa.is_trained(tmp_path)
