"""The server itself, in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.telegram_api.chats import TOKEN, Failure
from tests.telegram_api.methods import Methods
from tests.telegram_api.people import People
from tests.telegram_api.strictness import Refused


class TelegramApi(Methods, People):
    def __init__(self) -> None:
        super().__init__()
        self._app = self._make_app()
        self._server: uvicorn.Server | None = None

    def start(self) -> str:
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        started = threading.Event()

        def run() -> None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._serve(started))
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        started.wait(10)
        return self.url

    async def _serve(self, started: threading.Event) -> None:
        assert self._server is not None
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.005)
        started.set()
        await serving

    @property
    def url(self) -> str:
        assert self._server is not None
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join(10)

    def _make_app(self) -> FastAPI:
        app = FastAPI(docs_url=None, openapi_url=None)

        @app.api_route("/bot{token}/{method}", methods=["GET", "POST"])
        async def call(token: str, method: str, request: Request) -> Response:
            if token != TOKEN:
                return failed(Refused(401, "Unauthorized"))
            return await self._call(method, await read_parameters(request))

        @app.get("/file/bot{token}/{path:path}")
        async def download(token: str, path: str) -> Response:
            found = next((body for name, body in self.files.values() if name == path), None)
            if token != TOKEN or found is None:
                return Response(status_code=404)
            return Response(found)

        return app

    async def _call(self, method: str, parameters: dict[str, Any]) -> Response:
        handler = getattr(self, f"_do_{snake(method)}", None)
        if handler is None:
            return failed(Refused(404, "Not Found: method not found"))
        failure = self._take_failure(method, parameters)
        try:
            if failure and failure.refused and not failure.after_effect:
                raise failure.refused
            result = await handler(parameters)
        except Refused as refused:
            return failed(refused)
        finally:
            with self._moved:
                self.calls.append((method, parameters))
                self._moved.notify_all()
        if failure and failure.after_effect:
            return Response("gateway", status_code=502)
        return JSONResponse({"ok": True, "result": result})

    def _take_failure(self, method: str, parameters: dict[str, Any]) -> Failure | None:
        chat = parameters.get("chat_id")
        for failure in self._failures:
            if failure.method == method and failure.chat_id in (None, chat) and failure.can_befall(parameters):
                if failure.passes:
                    failure.passes -= 1
                    return None
                self._failures.remove(failure)
                return failure
        return None


async def read_parameters(request: Request) -> dict[str, Any]:
    """JSON, a form or a query, as the Bot API takes them; values of forms that are JSON are read as such."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(await request.json())
    fields = {**request.query_params, **(await request.form())}
    return {name: read_value(name, value) for name, value in fields.items()}


def read_value(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in {
        "text",
        "caption",
        "url",
        "file_id",
        "secret_token",
        "language_code",
    }:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def snake(method: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", method).lower()


def failed(refused: Refused) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return JSONResponse(body, refused.status)
