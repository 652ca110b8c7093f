"""`helpdesk export`, `erase` and `retention`: what is kept about people, given out or taken away."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.output import AsJson, fail, print_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.settings import Settings
    from handoff.database import Database

Whose = Annotated[
    str, typer.Argument(help="A conversation's id, a request's number, or an e-mail or phone given.")
]
BY = "cli"


def register(app: typer.Typer) -> None:
    app.command()(export)
    app.command()(erase)
    app.command()(retention)
    app.command()(hold)


def find_conversations(session: Session, whose: str) -> list[str]:
    """All of one person's conversations, as far as they are known to be theirs."""
    from handoff.erasure import find_by_contact, find_same_person
    from handoff.models.request import Request

    if whose.isascii() and whose.isdigit() and len(whose) < 8:
        request = session.get(Request, int(whose))
        return find_same_person(session, request.conversation_id) if request else []
    if len(whose) == 36 and whose.count("-") == 4:
        return find_same_person(session, whose)
    return find_by_contact(session, whose)


def export(
    whose: Whose,
    target: Annotated[Path | None, typer.Option("--to", help="Write to this file instead.")] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Also coordinators' internal notes.")] = False,
) -> None:
    """Everything that is held about one person, as JSON."""
    from bot.cli.output import plain
    from bot.cli.parts import open_database
    from handoff.by_address import export_address
    from handoff.errors import NotFound
    from handoff.exporting import export_conversation

    try:
        with open_database().transaction() as session:
            found = find_conversations(session, whose)
            conversations = [export_conversation(session, one, by=BY, notes=notes) for one in found]
            subscriber = export_address(session, whose, by=BY)
    except NotFound:
        conversations, subscriber = [], None
    if not conversations and subscriber is None:
        fail("Nothing is held about that person, or it has been erased.")
    told = {"conversations": conversations, "subscriptions_by_email": subscriber}
    if target is None:
        print_json(told)
        return
    import json

    target.write_text(json.dumps(told, ensure_ascii=False, indent=2, default=plain), "utf-8")
    target.chmod(0o600)
    also = " and subscriptions by e-mail" if subscriber else ""
    print(f"{len(conversations)} conversations{also} written to {target}")


def erase(
    whose: Whose,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it only tells what would go.")] = False,
    json: AsJson = False,
) -> None:
    """Erase one person everywhere. The content goes; counts stay."""
    from bot.cli.parts import open_database, read_settings
    from bot.erased_list import complete_list
    from bot.erasing import erase_files
    from handoff.by_address import count_address, forget_address
    from handoff.erasure import erase_conversation

    database, settings = open_database(), read_settings()
    with database.reading() as session:
        found = find_conversations(session, whose)
        subscribed = count_address(session, whose)
    if not found and not subscribed:
        fail("Nothing is held about that person, or it has been erased already.")
    files = 0
    if yes:
        for conversation in found:
            with database.transaction() as session:
                erased = erase_conversation(session, conversation, by=BY)
            erase_files(settings, erased)
            files += len(erased.files)
        with database.transaction() as session:
            forget_address(session, whose, by=BY)
        complete_list(settings, database)
    also = " and subscriptions by e-mail" if subscribed else ""
    if json:
        print_json({"conversations": found, "subscriptions": bool(subscribed), "erased": yes, "files": files})
    elif yes:
        print(f"erased {len(found)} conversations{also} and {files} files")
    else:
        print(f"{len(found)} conversations{also} would be erased; say --yes to do it")


def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without it only tells what is due.")] = False,
    json: AsJson = False,
) -> None:
    """What has been kept long enough, and with --apply its end. Requests on hold and open ones stay."""
    from bot.cli.parts import open_database, read_settings

    database, settings = open_database(), read_settings()
    told = apply_retention(settings, database) if apply else preview_retention(settings, database)
    if json:
        print_json(told)
        return
    for kind in told["kinds"]:
        held = f", {kind['held']} on hold" if kind["held"] else ""
        print(f"{kind['name']:14} kept {kind['days']:4} days: {kind['due']} due{held}")
    if told["last"]:
        print(f"last run: {told['last']['at']:%Y-%m-%d %H:%M} UTC by {told['last']['by']}")
    print("done" if apply else "nothing was changed; say --apply to do it")


def preview_retention(settings: Settings, database: Database) -> dict[str, Any]:
    """Kinds of rows and of files alike; `last` is the run before, as the audit trail has it."""
    from bot import old_files
    from handoff import retention as keeping

    with database.reading() as session:
        kinds = [asdict(kind) for kind in keeping.preview(session)]
        run = keeping.last_run(session)
        last = {"at": run.at, "by": run.actor, "due": run.details} if run else None
    files = [
        {"name": kind.name, "days": kind.days, "due": len(kind.due), "held": 0}
        for kind in old_files.list_kinds(settings)
    ]
    return {"applied": False, "kinds": [*kinds, *files], "deleted": {}, "erased": 0, "last": last}


def apply_retention(settings: Settings, database: Database) -> dict[str, Any]:
    from bot.erasing import run_retention

    told = preview_retention(settings, database)
    report = run_retention(settings, database, by=BY)
    return {**told, "applied": True, "deleted": report.deleted, "erased": len(report.erased)}


def hold(
    number: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="The request's number.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; seen at the desk in the request's history.")],
    off: Annotated[bool, typer.Option("--off", help="It may go again when its time is over.")] = False,
) -> None:
    """Keep a request and its conversation from retention, for a dispute or a complaint; put on record.

    Administrators can do so at the desk.
    """
    from bot.cli.parts import open_database
    from handoff.errors import Invalid, NotFound
    from handoff.holding import hold_request

    try:
        with open_database().transaction() as session:
            hold_request(session, number, hold=not off, reason=reason, by=BY)
    except NotFound:
        fail(f"There is no request {number}.")
    except Invalid as error:
        fail(f"The reason: {error}.")
    print(f"request {number} is {'no longer ' if off else ''}on hold")
