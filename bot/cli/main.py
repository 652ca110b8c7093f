"""`helpdesk`: the command line. Each command imports what it needs when it runs, so that help is instant."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.cli.output import fail
from bot.installation_secret import SecretUnreadable

app = typer.Typer(
    name="helpdesk",
    help="One door for social innovation in Latvia: a conversational helpdesk with people behind it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

GROUPS = ("running", "asking", "materials", "calls", "coordinators", "privacy", "operations", "telegram")
"""Modules of bot.cli that define commands, each with `register(app)`."""

for group in GROUPS:
    importlib.import_module(f"bot.cli.{group}").register(app)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(installed("helpdesk"))
        raise typer.Exit


def main() -> None:
    """Exit status 0 done, 1 failed, 2 wrong use (a wrong setting counts as wrong use). Whatever is written, by the
    processes it starts too, is for its owner alone."""
    os.umask(0o077)
    try:
        app()
    except SecretUnreadable as error:
        fail(str(error), stop=False)
        sys.exit(1)
    except OSError as error:
        # What is left over of paths: a name too long, a disk that is full, a folder that may not be read.
        fail(f"{error.strerror or type(error).__name__}: {str(error.filename or '')[:80]!r}", stop=False)
        sys.exit(1)
    except ValidationError as error:
        for mistake in error.errors():
            name = "HELPDESK_" + "_".join(str(part) for part in mistake["loc"]).upper() + ": "
            fail(f"{name if mistake['loc'] else ''}{mistake['msg']}", stop=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
