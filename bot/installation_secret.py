"""The installation's secret, which seals what is to be read again: second factors, a sign-in under way.

HELPDESK_SECRET, or one made at the first start and kept in the data folder, readable by its owner only. Both may
be there: what was sealed with the kept one can still be read once a setting has taken its place.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

NAME = "secret"
SHORTEST = 32
"""Characters below which a secret chosen by a person may be guessed."""


class SecretUnreadable(Exception):
    """The file is there and cannot be used; the text says what to do."""


def secret_path(settings: Settings) -> Path:
    return settings.data / NAME


def read_secret(path: Path) -> bytes | None:
    """None if there is none. Raises SecretUnreadable."""
    try:
        kept = path.read_bytes().strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SecretUnreadable(
            f"{path} cannot be read ({error.strerror}): give it to the user the helpdesk runs as."
        ) from error
    if not kept:
        raise SecretUnreadable(f"{path} is empty: put it back from a backup, or delete it to have a new one made.")
    return kept


def make_secret(path: Path) -> bytes:
    """A new one, written whole before it appears: of two processes that make one, both go on with the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{NAME}-{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_urlsafe(48).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    kept = read_secret(path)
    assert kept is not None
    return kept


def known_secrets(settings: Settings) -> tuple[bytes, ...]:
    """Those there are, the one that seals first. Raises SecretUnreadable."""
    given = settings.secret.get_secret_value().encode() if settings.secret else b""
    kept = read_secret(secret_path(settings)) or b""
    return tuple(dict.fromkeys(secret for secret in (given, kept) if secret))


def take_secrets(settings: Settings) -> tuple[bytes, ...]:
    """The same; made if there is none yet."""
    return known_secrets(settings) or (make_secret(secret_path(settings)),)
