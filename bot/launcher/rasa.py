"""Rasa's own process: trained only when what it learns from changed, and reachable on loopback alone."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.launcher.parts import die_with_parent, environment_for
from bot.settings import ROOT
from retrieval.checksums import hash_file

BINARY = ROOT / ".venv-rasa" / "bin" / "rasa"
LEARNS_FROM = (
    "config.yml",
    "domain.yml",
    "bot/training",
    "bot/nlu",
    "knowledge/vocabularies",
    "requirements/rasa.txt",
)
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "OMP_WAIT_POLICY": "passive",
    "PYTHONWARNINGS": "ignore",
    "LOG_LEVEL": "WARNING",
}


class TrainingFailed(Exception):
    """Rasa would not learn; `tail` is the end of what it said."""

    def __init__(self, tail: str) -> None:
        super().__init__(tail)
        self.tail = tail


def find_inputs() -> Iterator[Path]:
    for name in LEARNS_FROM:
        path = ROOT / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in {".yml", ".yaml", ".py", ".json", ".npy"})
        elif path.exists():
            yield path


def hash_inputs() -> str:
    digest = hashlib.sha256()
    for path in find_inputs():
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def model_path(data: Path) -> Path:
    return data / "models" / "helpdesk.tar.gz"


def read_stamp(data: Path) -> tuple[str, str]:
    """What the model in place was made from, and its own checksum; empty where that is not known."""
    try:
        inputs, _, checksum = model_path(data).with_suffix(".inputs").read_text().partition("\n")
    except OSError:
        return "", ""
    return inputs, checksum.strip()


def is_trained(data: Path) -> bool:
    """A model made from what is there now, and undamaged."""
    return model_path(data).exists() and read_stamp(data)[0] == hash_inputs() and not is_damaged(data)


def is_damaged(data: Path) -> bool:
    """Not the bytes that were put in place."""
    checksum = read_stamp(data)[1]
    try:
        return bool(checksum) and hash_file(model_path(data)) != checksum
    except OSError:
        return True


def put_damaged_aside(data: Path) -> None:
    """Kept for whoever looks into it, and never served."""
    model_path(data).replace(model_path(data).with_suffix(".damaged"))


def training_command(out: Path) -> list[str]:
    return [
        str(BINARY), "train", "--config", "config.yml", "--domain", "domain.yml", "--data", "bot/training",
        "--out", str(out), "--fixed-model-name", "helpdesk",
    ]  # fmt: skip


def start_training(data: Path) -> subprocess.Popen[bytes]:
    out = data / "models" / "training"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with (data / "models" / "training.log").open("wb") as log:
        return subprocess.Popen(
            training_command(out),
            cwd=ROOT,
            env=environment_for(QUIET),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def finish_training(data: Path, status: int, inputs: str) -> None:
    """Put the new model in place, whole. Raises TrainingFailed; the model before stays as it was."""
    made = data / "models" / "training" / "helpdesk.tar.gz"
    if status or not made.exists():
        said = (data / "models" / "training.log").read_text("utf-8", "replace")
        raise TrainingFailed("\n".join(said.splitlines()[-15:]))
    checksum = hash_file(made)
    made.replace(model_path(data))
    model_path(data).with_suffix(".inputs").write_text(f"{inputs}\n{checksum}\n")


def server_command(data: Path, port: int) -> list[str]:
    return [
        str(BINARY), "run", "--model", str(model_path(data)), "--interface", "127.0.0.1", "--port", str(port),
        "--endpoints", str(ROOT / "endpoints.yml"), "--credentials", str(ROOT / "credentials.yml"),
    ]  # fmt: skip
