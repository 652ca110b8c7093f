"""Files that browsers fetch: ours, the widget, and the few of others that npm brought."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response as StarletteResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.gateway.widget_bundle import read_style, write_bundles
from bot.helpdesk import Helpdesk
from bot.settings import ROOT

FOLDER = Path(__file__).parent / "static"
HTMX = ROOT / "node_modules" / "htmx.org" / "dist"
VENDOR = {"htmx.js": HTMX / "htmx.min.js"} | {
    path.name.replace(".min.js", ".js"): path for path in (HTMX / "ext").glob("hx-*.min.js")
}
ASK_AGAIN = "public, max-age=0, must-revalidate"
"""A browser keeps the file and asks whether it changed: an update is seen at the next page."""
ANYBODY = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A script made when the server started, and the tag by which a browser asks whether it is still the same."""

    content: bytes
    tag: str

    @classmethod
    def of(cls, text: str) -> Bundle:
        content = text.encode()
        return cls(content, f'"{hashlib.sha256(content).hexdigest()[:20]}"')

    def send(self, request: Request) -> Response:
        headers = {**ANYBODY, "Cache-Control": ASK_AGAIN, "ETag": self.tag}
        if request.headers.get("if-none-match", "").removeprefix("W/") == self.tag:
            return Response(status_code=304, headers=headers)
        return Response(self.content, media_type="text/javascript", headers=headers)


class OwnFiles(StaticFiles):
    def file_response(self, *args: object, **facts: object) -> StarletteResponse:
        response = super().file_response(*args, **facts)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = ASK_AGAIN
        return response

    async def get_response(self, path: str, scope: Scope) -> StarletteResponse:
        if "\0" in path:
            raise HTTPException(404)
        return await super().get_response(path, scope)


def add_files(app: FastAPI) -> None:
    """Mounted last: what has a route of its own below /static goes there."""
    app.mount("/static", OwnFiles(directory=FOLDER), name="static")


def make_router(helpdesk: Helpdesk) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    bundles = {name: Bundle.of(text) for name, text in write_bundles(helpdesk).items()}
    styles = {"widget.css": read_style().encode(), "widget-more.css": read_style("more").encode()}

    def make_route(name: str, bundle: Bundle) -> None:
        @router.get(f"/{name}", name=name)
        def send(request: Request) -> Response:
            return bundle.send(request)

    for name, bundle in bundles.items():
        make_route(name, bundle)

    @router.get("/static/widget.css")
    @router.get("/static/widget-more.css")
    def widget_style(request: Request) -> Response:
        style = styles[request.url.path.rpartition("/")[2]]
        return Response(style, media_type="text/css", headers={**ANYBODY, "Cache-Control": ASK_AGAIN})

    @router.get("/static/vendor/{name}")
    def vendor(name: str) -> Response:
        if name not in VENDOR:
            raise HTTPException(404)
        return FileResponse(VENDOR[name], media_type="text/javascript", headers={"Cache-Control": ASK_AGAIN})

    return router
