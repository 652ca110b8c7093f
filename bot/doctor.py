"""`helpdesk doctor`: the likeliest misconfigurations, each found by looking, with what to do about it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import surroundings
from bot.diagnosis import Check, Diagnosis, Level
from bot.identity import ProviderDown, make_provider
from bot.installation_secret import SHORTEST, SecretUnreadable, known_secrets, secret_path
from bot.launcher import ports, rasa
from bot.settings import ROOT, Settings

if TYPE_CHECKING:
    from handoff.sealing import Seal

LEAST_DISK = 500_000_000


def check_data_folder(settings: Settings) -> Iterator[Diagnosis]:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        yield Diagnosis(
            "data folder",
            "error",
            f"{settings.data} cannot be written: {error.strerror}",
            "Give it to the user the helpdesk runs as, or set HELPDESK_DATA to another folder.",
        )
        return
    free = shutil.disk_usage(settings.data).free
    if free < LEAST_DISK:
        yield Diagnosis(
            "data folder",
            "warning",
            f"only {free // 1_000_000} MB are free at {settings.data}",
            "Make room: a full disk stops the recording of messages.",
        )
    else:
        yield Diagnosis("data folder", "ok", f"{settings.data}, {free // 1_000_000_000} GB free")


def check_port(settings: Settings) -> Iterator[Diagnosis]:
    if ports.is_free(settings.host, settings.port):
        yield Diagnosis("port", "ok", f"{settings.host}:{settings.port} is free")
    elif (settings.data / "parts.json").exists():
        yield Diagnosis("port", "ok", f"this helpdesk serves on {settings.host}:{settings.port}")
    else:
        yield Diagnosis(
            "port",
            "error",
            f"something else listens on {settings.host}:{settings.port}",
            "Stop it, or set HELPDESK_PORT to another number.",
        )


def check_rasa(settings: Settings) -> Iterator[Diagnosis]:
    if settings.rasa_url:
        host = urlsplit(settings.rasa_url).hostname or ""
        yield Diagnosis("Rasa", "ok", f"runs elsewhere, at {host}")
        if settings.rasa_secret is None:
            yield Diagnosis(
                "Rasa",
                "error",
                "HELPDESK_RASA_URL is set without HELPDESK_RASA_SECRET",
                "Set the same secret for Rasa and the helpdesk; without it Rasa is not asked.",
            )
    elif not rasa.BINARY.exists():
        yield Diagnosis("Rasa", "error", "its Python environment is missing", "Run `make run`, which builds it.")
    elif not rasa.is_trained(settings.data):
        yield Diagnosis(
            "Rasa",
            "warning",
            "the model is missing or older than what it learns from",
            "The next start trains it anew (about a minute).",
        )
    else:
        yield Diagnosis("Rasa", "ok", "environment and model are there")


def check_assets(_: Settings) -> Iterator[Diagnosis]:
    htmx = ROOT / "node_modules" / "htmx.org" / "dist" / "htmx.min.js"
    if htmx.exists():
        yield Diagnosis("browser assets", "ok", "htmx is there")
    else:
        yield Diagnosis(
            "browser assets",
            "error",
            "htmx is missing: the inbox would not update itself",
            "Run `make run`, which fetches it from npm.",
        )


def check_secret(settings: Settings) -> Iterator[Diagnosis]:
    """Looked at before the database is opened for good, which would make a secret where there is none."""
    try:
        known = known_secrets(settings)
    except SecretUnreadable as error:
        yield Diagnosis("secret", "error", "is there and cannot be used", str(error))
        return
    yield from check_seals(settings, known)
    if settings.secret and len(settings.secret.get_secret_value()) < SHORTEST:
        advice = "Take a long random one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        yield Diagnosis("secret", "warning", f"HELPDESK_SECRET has fewer than {SHORTEST} characters", advice)
    path = secret_path(settings)
    if path.exists() and path.stat().st_mode & 0o077:
        yield Diagnosis("secret", "warning", f"{path} can be read by others", f"chmod 600 {path}")


def check_seals(settings: Settings, known: tuple[bytes, ...]) -> Iterator[Diagnosis]:
    from handoff.sealing import Seal

    seals = read_seals(settings, known)
    lost = seals.count(Seal.UNREADABLE)
    if lost:
        found = "is not the one the second factors were sealed with" if known else "is missing"
        yield Diagnosis(
            "secret",
            "error",
            f"{found}: {lost} coordinators can sign in with recovery codes only",
            f"Put back HELPDESK_SECRET, or {secret_path(settings)} from a backup. If it is lost for good, an "
            "administrator takes the second factor off these accounts and they set it up anew.",
        )
    elif known:
        yield Diagnosis("secret", "ok", "opens every second factor")
    else:
        yield Diagnosis("secret", "ok", "will be made at the first start")


def read_seals(settings: Settings, known: tuple[bytes, ...]) -> list[Seal]:
    """How each second factor is kept; none where the database is not there yet, or of an older version."""
    from sqlalchemy import inspect

    from bot.backup import sqlite_path
    from handoff.database import Database
    from handoff.models.coordinator import Coordinator
    from handoff.sealing import list_seals

    path = sqlite_path(settings)
    if path is not None and not path.exists():
        return []
    secret, *before = known or (b"",)
    rules = replace(settings.handoff, secret=secret, secrets_before=tuple(before))
    with closing(Database(settings.database, settings.clock, rules)) as database:
        if not inspect(database.engine).has_table(Coordinator.__tablename__):
            return []
        with database.reading() as session:
            return list(list_seals(session))


def check_database(settings: Settings) -> Iterator[Diagnosis]:
    from bot.helpdesk import open_database
    from handoff.coordinators import list_coordinators

    try:
        database = open_database(settings)
        with database.reading() as session:
            people = list_coordinators(session)
    except Exception as error:
        yield surroundings.explain_database(settings, error)
        return
    yield Diagnosis("database", "ok", "opens and has the newest schema")
    if people:
        yield Diagnosis("coordinators", "ok", f"{len(people)} accounts")
    else:
        yield Diagnosis(
            "coordinators",
            "warning",
            "nobody can answer requests yet",
            "helpdesk coordinator add you@example.org --role administrator",
        )


def check_materials(settings: Settings) -> Iterator[Diagnosis]:
    from bot.cli.parts import read_catalogue

    for folder in settings.materials:
        if not folder.exists():
            yield Diagnosis("materials", "error", f"{folder} does not exist", "Correct HELPDESK_MATERIALS.")
    catalogue = read_catalogue(settings)
    for problem in catalogue.problems[:20]:
        where = f"{problem.path}, line {problem.line}" if problem.line else problem.path
        yield Diagnosis("materials", "warning", f"{where} was left out", problem.message)
    level: Level = "ok" if catalogue.passages else "error"
    yield Diagnosis(
        "materials",
        level,
        f"{len(catalogue.documents)} documents, {len(catalogue.passages)} passages",
        "" if catalogue.passages else "Put documents where HELPDESK_MATERIALS says.",
    )


def check_public_face(settings: Settings) -> Iterator[Diagnosis]:
    public = settings.public_url
    exposed = settings.host not in {"127.0.0.1", "localhost", "::1"}
    if public and not public.startswith("https://"):
        yield Diagnosis(
            "public address",
            "warning",
            "HELPDESK_PUBLIC_URL is not https",
            "Put a TLS proxy in front; sign-in cookies are only safe over https.",
        )
    elif exposed and not public:
        yield Diagnosis(
            "public address",
            "warning",
            f"listens on {settings.host} without HELPDESK_PUBLIC_URL",
            "Set it to the address people use: links in messages and e-mails start with it.",
        )
    else:
        yield Diagnosis("public address", "ok", settings.base_url)


def check_production(settings: Settings) -> Iterator[Diagnosis]:
    if settings.now is not None:
        yield Diagnosis(
            "clock",
            "error" if settings.public_url else "warning",
            f"stands still at {settings.now}",
            "Unset HELPDESK_NOW: it is for demonstrations only.",
        )
    if settings.public_url and settings.shows_demo:
        yield Diagnosis("demonstration data", "warning", "is shown to the public", "Set HELPDESK_DEMO=false.")


def check_encoding(_: Settings) -> Iterator[Diagnosis]:
    if os.environ.get("OMP_WAIT_POLICY", "passive").lower() == "active":
        yield Diagnosis(
            "encoder",
            "warning",
            "OMP_WAIT_POLICY is active",
            "Unset it: spinning threads make single questions take seconds on a busy machine.",
        )
    else:
        yield Diagnosis("encoder", "ok", "waits without spinning")


def check_telegram(settings: Settings) -> Iterator[Diagnosis]:
    import asyncio

    from bot.channels.telegram.checking import check

    for finding in asyncio.run(check(settings)):
        yield Diagnosis("Telegram", finding.level, finding.found, finding.advice)


def check_provider(settings: Settings) -> Iterator[Diagnosis]:
    """Asks the identity provider what it says of itself; signs nobody in."""
    provider = make_provider(settings)
    if provider is None:
        return
    try:
        provider.describe()
    except ProviderDown as error:
        advice = "Check HELPDESK_OIDC_ISSUER against the provider's own documentation, and that it can be reached."
        yield Diagnosis("identity provider", "error", f"{provider.issuer}: {error}", advice)
        return
    found = f"{provider.issuer} answers; register {provider.redirect_uri} there as the redirect URI"
    yield Diagnosis("identity provider", "ok", found)


CHECKS: tuple[Check, ...] = (
    *surroundings.CHECKS,
    check_data_folder,
    check_port,
    check_rasa,
    check_assets,
    check_encoding,
    check_secret,
    check_database,
    check_materials,
    check_public_face,
    check_production,
    check_telegram,
    check_provider,
)


def diagnose(settings: Settings) -> list[Diagnosis]:
    """All checks, each on its own: one that raises is a finding itself."""
    found: list[Diagnosis] = []
    for check in CHECKS:
        try:
            found += check(settings)
        except Exception as error:
            name = check.__name__.removeprefix("check_").replace("_", " ")
            found.append(Diagnosis(name, "error", f"the check failed: {type(error).__name__}: {error}"))
    return found
