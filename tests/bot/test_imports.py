"""What a start loads: each of these costs a tenth of a second or more, and most starts need none of them."""

import subprocess
import sys

import pytest

SELDOM = (
    "alembic",
    "authlib",
    "holidays",
    "openpyxl",
    "psycopg",
    "rasa_sdk",
    "telegram",
    "torch",
    "sentence_transformers",
)
SETTINGS_NEED_NOT = (*SELDOM, "sqlalchemy", "fastapi", "numpy", "faiss")


@pytest.mark.parametrize(
    "module, unwanted",
    [
        ("bot.settings", SETTINGS_NEED_NOT),
        ("bot.cli.main", SETTINGS_NEED_NOT),
        ("bot.launcher.launch", SETTINGS_NEED_NOT),
        ("bot.serve", SELDOM),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(loaded) & set(unwanted)
