"""The application served for real on loopback, in a thread of the test's own process, started at will."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from bot.gateway.application import create_app
from bot.gateway.connections import watch_connections
from bot.gateway.server import PublicServer
from bot.helpdesk import Helpdesk, Knowledge, open_database
from bot.settings import ROOT, Settings
from knowledge.catalogue import Catalogue
from retrieval.building import build_index
from retrieval.encoder import load_encoder
from retrieval.retriever import Retriever

MATERIALS = ROOT / "knowledge" / "materials"
FEW = ("kas-ir-sociala-inovacija", "kas-man-atbild")
"""Real documents that the visitors' tests need: few, since every new one takes time to encode."""


def choose_materials() -> list[Path]:
    return [
        path for path in sorted(MATERIALS.rglob("*.md")) if path.parent.name == "call" or path.name.startswith(FEW)
    ]


def index_materials(folder: Path) -> Knowledge:
    encoder = load_encoder("packaged")
    catalogue = Catalogue.read(choose_materials())
    build_index(catalogue, encoder, folder, lambda _: None)
    return Knowledge(catalogue, Retriever.load(catalogue, encoder, folder))


@contextmanager
def open_helpdesk(settings: Settings, knowledge: Knowledge) -> Iterator[Helpdesk]:
    database = open_database(settings)
    helpdesk = Helpdesk(settings, settings.clock, database, load_encoder("packaged"), knowledge)
    try:
        yield helpdesk
    finally:
        helpdesk.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Served:
    """`stop` and `start` again keep the port, as a restart of the product does."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk
        self.port = helpdesk.settings.port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        config = uvicorn.Config(
            create_app(self.helpdesk),
            host="127.0.0.1",
            port=self.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            http=watch_connections(),
        )
        self.server = PublicServer(config)
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()
        while not self.server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            self._thread.join(0.02)

    def stop(self) -> None:
        self.server.should_exit = True
        if self._thread:
            self._thread.join(20)
            assert not self._thread.is_alive(), "the server did not stop"


@contextmanager
def serve(helpdesk: Helpdesk) -> Iterator[Served]:
    served = Served(helpdesk)
    served.start()
    try:
        yield served
    finally:
        served.stop()
