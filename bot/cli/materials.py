"""`helpdesk index` and `ingest`: what the helpdesk knows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import AsJson, complain, fail, print_json, refuse


def register(app: typer.Typer) -> None:
    app.command()(index)
    app.command()(ingest)


def index(json: AsJson = False) -> None:
    """Read the materials again and index what is new. A running helpdesk takes it up at its next start."""
    from bot.cli.parts import open_helpdesk

    catalogue = open_helpdesk(progress=None if json else complain).knowledge.catalogue
    told = {
        "documents": len(catalogue.documents),
        "passages": len(catalogue.passages),
        "calls": len(catalogue.calls),
        "problems": catalogue.problems,
    }
    if json:
        print_json(told)
        return
    for problem in catalogue.problems:
        complain(f"left out: {problem.path}:{problem.line or ''} {problem.field or ''} {problem.message}")
    print(f"{told['documents']} documents, {told['passages']} passages, {told['calls']} calls")


def ingest(
    paths: Annotated[
        list[Path], typer.Argument(help="Files or folders: Markdown, HTML, DOCX, PDF, PPTX, XLSX, text.")
    ],
    json: AsJson = False,
) -> None:
    """Take documents in and index them; what cannot be read is named with its reason, and the rest goes on."""
    missing = [path for path in paths if not path.exists()]
    if missing:
        refuse(f"There is no {', '.join(str(path) for path in missing)}.")
    from bot.cli.parts import open_helpdesk, read_catalogue, read_settings
    from bot.helpdesk import own_materials
    from knowledge.ingest import ingest as take_in

    settings = read_settings()
    report = take_in(
        paths,
        own_materials(settings),
        known=read_catalogue(settings),
        cache=settings.data / "cache",
        progress=(lambda _: None) if json else complain,
    )
    if report.taken:
        open_helpdesk(progress=None if json else complain)
    if json:
        print_json(report)
    for taken in report.taken if not json else ():
        print(f"{taken.state}: {taken.title} ({taken.passages} passages)")
    for problem in report.problems if not json else ():
        complain(f"left out: {problem.path}: {problem.message}")
    if not report.taken and report.problems:
        fail("Nothing could be taken in.")
