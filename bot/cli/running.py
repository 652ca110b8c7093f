"""`helpdesk run` and `helpdesk chat`."""

from __future__ import annotations

import typer

from bot.cli.output import fail


def register(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(chat)


def run() -> None:
    """Serve everything until Ctrl-C: the application, and Rasa beside it."""
    from bot.launcher.launch import PortTaken, launch
    from bot.settings import Settings

    settings = Settings()
    try:
        status = launch(settings)
    except PortTaken:
        fail(
            f"Port {settings.port} on {settings.host} is taken: something else (perhaps another helpdesk) listens "
            "there.\nStop it, or choose another port: HELPDESK_PORT=8001 make run"
        )
    else:
        raise typer.Exit(status)


def chat() -> None:
    """Talk to the helpdesk in the terminal (the running one, else its replies without Rasa)."""
    from bot.cli.terminal import talk
    from bot.settings import Settings

    talk(Settings())
