"""`helpdesk backup`, `restore` and `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import AsJson, fail, print_json

SIGNS = {"ok": "  ok ", "warning": " warn", "error": "ERROR"}


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
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

    try:
        manifest = put_back(read_settings(), source)
    except BackupError as error:
        fail(str(error))
        return
    open_database().close()
    if json:
        print_json(manifest)
    else:
        print(f"restored what was saved at {manifest.made_at}; the next start makes the index anew")


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
