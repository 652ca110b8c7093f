"""`helpdesk telegram …`: the webhook, set and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from bot.channels.telegram.checking import Finding

telegram = typer.Typer(help="The Telegram bot's connection.", no_args_is_help=True)
SIGNS = {"ok": "  ok ", "warning": " warn", "error": "ERROR"}


def register(app: typer.Typer) -> None:
    app.add_typer(telegram, name="telegram")


@telegram.command("set-webhook")
def set_up(json: AsJson = False) -> None:
    """Have Telegram send messages to this helpdesk's public address, and publish the menus."""
    import asyncio

    from bot.channels.telegram.checking import set_webhook
    from bot.cli.parts import read_settings

    tell(asyncio.run(set_webhook(read_settings())), json)


@telegram.command("check")
def check(json: AsJson = False) -> None:
    """Find out why messages do not come."""
    import asyncio

    from bot.channels.telegram.checking import check as look
    from bot.cli.parts import read_settings

    tell(asyncio.run(look(read_settings())), json)


def tell(found: list[Finding], json: bool) -> None:
    """Exit status 1 if anything is wrong."""
    if json:
        print_json(found)
    else:
        for item in found:
            print(f"{SIGNS[item.level]}  {item.found}")
            if item.advice:
                print(f"       → {item.advice}")
    if any(item.level == "error" for item in found):
        raise typer.Exit(1)
