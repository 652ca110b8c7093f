"""`helpdesk backup`, `restore` and `doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import AsJson, fail, print_json

if TYPE_CHECKING:
    from bot.settings import Settings

SIGNS = {"ok": "  ok ", "warning": " warn", "error": "ERROR"}


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
    app.command()(migrate)
    app.command()(doctor)


def backup(
    target: Annotated[Path | None, typer.Argument(help="The file to write; else a dated one here.")] = None,
    json: AsJson = False,
) -> None:
    """Save database, added documents and uploads in one file, while the helpdesk runs."""
    from bot.backup import BackupError, back_up
    from bot.cli.parts import read_settings

    settings = read_settings()
    file = target or Path(f"helpdesk-{settings.clock():%Y%m%d-%H%M%S}.tar.gz")
    try:
        manifest = back_up(settings, file)
    except BackupError as error:
        fail(str(error))
        return
    if json:
        print_json({"file": file, **{name: getattr(manifest, name) for name in manifest.__slots__}})
    else:
        print(f"saved in {file}")


def restore(source: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], json: AsJson = False) -> None:
    """Put a backup back. The helpdesk must be stopped; what was there is kept beside it."""
    from bot.backup import BackupError
    from bot.backup import restore as put_back
    from bot.cli.parts import open_database, read_settings
    from bot.erasing import erase_again, remember_erased

    settings = read_settings()
    before = remember_erased(settings)
    try:
        manifest = put_back(settings, source)
    except BackupError as error:
        fail(str(error))
        return
    database = open_database()
    again = erase_again(settings, database, before, by="restore")
    database.close()
    if json:
        print_json({**asdict(manifest), "erased_again": again if before.whole else None})
        return
    print(f"restored what was saved at {manifest.made_at}; the next start makes the index anew")
    if again:
        print(f"{again} conversations and subscriptions that were erased since then were erased again")
    for warning in warn_of_erased(settings, before.whole, manifest.made_at):
        print(warning)


def warn_of_erased(settings: Settings, whole: bool, made_at: str) -> Iterator[str]:
    """What is left to the operator, since it is remembered nowhere."""
    from datetime import datetime

    if not whole:
        yield (
            f"Neither the database before nor {settings.data / 'erased'} could be read: whoever asked to be "
            "erased since then has to be erased again."
        )
    if (settings.clock() - datetime.fromisoformat(made_at)).days >= settings.keep_audit_days:
        yield (
            f"The backup is older than {settings.keep_audit_days} days (HELPDESK_KEEP_AUDIT_DAYS): which "
            "addresses were erased before that is not remembered."
        )


def migrate(
    to: Annotated[str, typer.Option(help="A version as `helpdesk migrate` prints it.")] = "head",
    json: AsJson = False,
) -> None:
    """Bring the database's schema to its newest version, or back to an earlier one before an earlier release.

    The helpdesk does the first by itself at a start. Going back loses only what the later version alone knows.
    """
    from bot.backup import is_running
    from bot.cli.parts import read_settings
    from handoff import schema
    from handoff.database import make_engine, normalise_url

    settings = read_settings()
    if to != "head" and is_running(settings):
        fail("The helpdesk is running on this data; stop it first.")
    engine = make_engine(normalise_url(settings.database))
    try:
        before = schema.current_version(engine)
        schema.go_to(engine, to)
        now = schema.current_version(engine)
    except schema.UnknownVersion as error:
        fail(str(error))
        return
    finally:
        engine.dispose()
    known = schema.list_versions()
    if json:
        print_json({"before": before, "now": now, "versions": known})
    else:
        print(f"{before or 'empty'} → {now}; known: {', '.join(known)}")


def doctor(json: AsJson = False) -> None:
    """Find what is set up wrong, and say what to do."""
    from bot.cli.parts import read_settings
    from bot.doctor import diagnose

    found = diagnose(read_settings())
    if json:
        print_json(found)
    else:
        for item in found:
            print(f"{SIGNS[item.level]}  {item.check}: {item.found}")
            if item.advice:
                print(f"       → {item.advice}")
    if any(item.level == "error" for item in found):
        raise typer.Exit(1)
