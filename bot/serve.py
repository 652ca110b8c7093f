"""The application's process: what faces the public on one port, Rasa's actions on another, on loopback only."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn

from bot.gateway.application import create_app
from bot.gateway.connections import watch_connections
from bot.gateway.server import PublicServer
from bot.helpdesk import Helpdesk
from bot.log import set_up_logging
from bot.settings import Settings
from bot.starting import CannotStart, open_patiently
from handoff.coordinators import list_coordinators
from handoff.sealing import Seal, list_seals

LOOKS_EVERY = 0.05
LETS_FINISH = 5
"""Seconds a request may still take once we have been asked to stop."""


class Companion(uvicorn.Server):
    """A second server in the same loop, which leaves the signals to the first."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def say(text: str) -> None:
    print(f"[helpdesk] {text}", flush=True)


def public_server(helpdesk: Helpdesk) -> uvicorn.Server:
    settings = helpdesk.settings
    return PublicServer(
        uvicorn.Config(
            create_app(helpdesk),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            timeout_graceful_shutdown=LETS_FINISH,
            http=watch_connections(),
        )
    )


def actions_server(helpdesk: Helpdesk) -> Companion | None:
    """None where Rasa does not run: without a port and a secret nobody could call."""
    secret, port = helpdesk.settings.rasa_secret, os.environ.get("HELPDESK_ACTIONS_PORT")
    if secret is None or port is None:
        return None
    from bot.actions import context
    from bot.gateway.actions import make_actions_app

    context.set_helpdesk(helpdesk)
    app = make_actions_app(secret.get_secret_value())
    return Companion(
        uvicorn.Config(app, host="127.0.0.1", port=int(port), log_config=None, access_log=False, lifespan="off")
    )


async def serve(helpdesk: Helpdesk) -> None:
    public = public_server(helpdesk)
    actions = Actions(helpdesk, public)
    beside = asyncio.create_task(actions.serve())
    welcome = asyncio.create_task(greet_operator(helpdesk, public))
    await public.serve()
    welcome.cancel()
    actions.stop()
    await beside


class Actions:
    """Rasa's actions, once the public port is open: Rasa needs longer than that, and its SDK is slow to import."""

    def __init__(self, helpdesk: Helpdesk, public: uvicorn.Server) -> None:
        self._helpdesk = helpdesk
        self._public = public
        self._server: Companion | None = None

    async def serve(self) -> None:
        if not await opens(self._public):
            return
        self._server = await asyncio.to_thread(actions_server, self._helpdesk)
        if self._server and not self._public.should_exit:
            await self._server.serve()

    def stop(self) -> None:
        if self._server:
            self._server.should_exit = True


async def opens(server: uvicorn.Server) -> bool:
    """True once its port is open; False if it is to stop before that."""
    while not (server.started or server.should_exit):
        await asyncio.sleep(LOOKS_EVERY)
    return server.started


async def greet_operator(helpdesk: Helpdesk, server: uvicorn.Server) -> None:
    if not await opens(server):
        return
    base = helpdesk.settings.base_url
    say(f"serving {base}  (inbox: {base}/inbox, library: {base}/library, stop: Ctrl-C)")
    with helpdesk.database.reading() as session:
        if Seal.UNREADABLE in list_seals(session):
            say("the secret is not the one that second factors were sealed with; see `helpdesk doctor`")
        if not list_coordinators(session):
            say("no coordinator yet; make the first one with:")
            say("    .venv/bin/helpdesk coordinator add you@example.org --role administrator")


def main() -> int:
    settings = Settings()
    set_up_logging(settings.log_format)
    try:
        helpdesk = open_patiently(settings, progress=say)
    except CannotStart as error:
        say(f"cannot start: {error}")
        return 1
    catalogue = helpdesk.knowledge.catalogue
    for problem in catalogue.problems:
        say(f"left out: {problem.path}: {problem.message}")
    say(f"{len(catalogue.documents)} documents, {len(catalogue.passages)} passages, {len(catalogue.calls)} calls")
    try:
        asyncio.run(serve(helpdesk))
    finally:
        helpdesk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
