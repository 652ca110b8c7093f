"""`helpdesk calls import`: calls from the EU Funding & Tenders portal, or from a table."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.output import AsJson, complain, fail, print_json

calls = typer.Typer(help="Funding calls.", no_args_is_help=True)
Source = Annotated[
    str | None,
    typer.Argument(
        help="A saved answer of the portal (JSON), a table (CSV, XLSX), or an address; else the portal."
    ),
]


def register(app: typer.Typer) -> None:
    app.add_typer(calls, name="calls")


@calls.callback()
def about() -> None:
    """Funding calls."""


@calls.command("import")
def take_in(source: Source = None, json: AsJson = False) -> None:
    """Take calls in and index them. Moved deadlines are told; a call told by our own materials is left alone."""
    from bot.cli.parts import open_helpdesk, read_catalogue, read_settings
    from bot.helpdesk import own_materials
    from knowledge.importers.calls import ADDRESS, NotImported, import_calls

    settings = read_settings()
    try:
        report = import_calls(
            source or ADDRESS,
            own_materials(settings),
            today=settings.clock().astimezone(settings.zone).date(),
            known=read_catalogue(settings),
        )
    except NotImported as error:
        fail(f"No calls were taken in: {error}")
        return
    if report.added or report.changed:
        open_helpdesk(progress=None if json else complain)
    if json:
        print_json({**vars(report), "moved_deadlines": report.moved_deadlines})
        return
    for problem in report.problems:
        complain(f"left out: {problem.path}: {problem.message}")
    for change in report.moved_deadlines:
        print(f"deadline moved: {change.document}: {change.before} → {change.after}")
    print(f"{len(report.added)} added, {len(report.changed)} changed, {len(report.unchanged)} unchanged")
