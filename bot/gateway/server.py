"""The web server, which lets go of whoever listens before it waits for requests to finish."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI


class PublicServer(uvicorn.Server):
    """Without this a stop would wait for every open stream until the time for finishing is over."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.stopping = True
            app.state.streams.close()
        await super().shutdown(sockets)
