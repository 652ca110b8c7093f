"""`helpdesk ask`, `search` and `evaluate`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import AsJson, fail, print_json, refuse

InLocale = Annotated[str | None, typer.Option("--locale", help="lv or en; else the question's own language.")]


def register(app: typer.Typer) -> None:
    app.command()(ask)
    app.command()(search)
    app.command()(evaluate)


def ask(question: str, locale: InLocale = None, json: AsJson = False) -> None:
    """Ask one question, without a conversation."""
    from bot.cli.parts import open_helpdesk
    from bot.replies.ages import tell_checked
    from bot.replies.once import answer_once

    helpdesk = open_helpdesk()
    draft = answer_once(helpdesk, question, locale)
    if json:
        from bot.gateway.questions import describe_answer

        print_json(describe_answer(draft).model_dump(mode="json"))
        return
    print(draft.text)
    for number, source in enumerate(draft.sources, 1):
        age = tell_checked(draft.locale, draft.data.get("dates"), source.document)
        named = " — ".join(part for part in (source.title, source.section, age) if part)
        print(f"[{number}] {named}\n    {helpdesk.settings.base_url}{source.url}")


def search(
    query: str,
    locale: InLocale = None,
    k: Annotated[int, typer.Option("--k", min=1, max=50, help="How many passages.")] = 5,
    json: AsJson = False,
) -> None:
    """Find passages."""
    from bot.cli.parts import open_helpdesk

    hits = open_helpdesk().knowledge.retriever.search(query, locale=locale, k=k)
    if json:
        print_json({"hits": [{**asdict(hit.passage), "url": hit.passage.url, "score": hit.score} for hit in hits]})
        return
    for hit in hits:
        print(
            f"{hit.score:6.3f}  {hit.passage.title} — {' › '.join(hit.passage.section)}\n        {hit.passage.url}"
        )


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines: id, question, locale, evidence or answerable.")],
    documents: Annotated[
        Path | None, typer.Option("--documents", help="Index these documents alone, in a scratch place.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Measure finding and abstaining on labelled questions: bm25, dense and the product side by side."""
    if not file.is_file():
        refuse(f"{file} is not a file.")
    if documents is not None and not documents.exists():
        refuse(f"{documents} does not exist.")
    from bot.cli.parts import read_catalogue, read_settings
    from retrieval.encoder import load_encoder
    from retrieval.evaluation import evaluate as measure

    settings = read_settings()
    try:
        report = measure(file, read_catalogue(settings, documents), load_encoder(settings.encoder))
    except ValueError as error:
        fail(str(error))
        return
    if json:
        print_json(report.as_dict())
    else:
        print(report.as_table())
