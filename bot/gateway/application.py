"""The application: every door of the helpdesk on one port, and what all of them share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from bot.gateway import (
    assets,
    attachments,
    calls,
    conversations,
    desk,
    keeping,
    library,
    operations,
    pages,
    questions,
    sent_files,
    sitemap,
    subscribing,
    subscription_pages,
    telegram,
    uploads,
    writing,
)
from bot.gateway.admission import THREADS, BoundedWork, default_bounds
from bot.gateway.assets import add_files
from bot.gateway.bodies import LARGEST_UPLOAD, BoundedBodies
from bot.gateway.errors import add_error_handlers
from bot.gateway.rates import Rates
from bot.gateway.security import SecurityHeaders
from bot.gateway.streams import Streams
from bot.gateway.workers import run_workers
from bot.helpdesk import Helpdesk
from bot.identity import make_provider
from handoff.passwords import dummy_hash

API = "/api/v1"
UPLOADS = {
    rf"{API}/conversations/[^/]+/files$": LARGEST_UPLOAD,
    rf"(/inbox|{API}/materials)": LARGEST_UPLOAD,
    "/telegram/": 1024 * 1024,
}
DESCRIPTION = (
    "Conversations of visitors, questions without a conversation, funding calls, the knowledge library, and the "
    "work of coordinators. Errors are RFC 9457 problem documents; `code` is stable, `title` and `detail` are in "
    "the language of `?lang=` or Accept-Language."
)


def create_app(helpdesk: Helpdesk) -> FastAPI:
    app = FastAPI(
        title="Social innovation helpdesk",
        version="1",
        description=DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=make_lifespan(helpdesk),
    )
    app.state.helpdesk = helpdesk
    app.state.rates = Rates(helpdesk.settings)
    app.state.provider = make_provider(helpdesk.settings)
    app.state.streams = Streams()
    for router in make_routers(helpdesk):
        app.include_router(router)
    add_files(app)
    add_error_handlers(app)
    add_middleware(app, helpdesk)
    return app


def make_routers(helpdesk: Helpdesk) -> list[APIRouter]:
    """In the order in which a request is looked up in them."""
    return [
        conversations.router,
        uploads.router,
        keeping.router,
        questions.router,
        pages.make_router(helpdesk),
        assets.make_router(helpdesk),
        library.router,
        calls.router,
        subscribing.router,
        subscription_pages.router,
        sitemap.router,
        desk.router,
        attachments.router,
        sent_files.router,
        writing.router,
        telegram.make_router(helpdesk),
        operations.make_router(helpdesk),
    ]


def add_middleware(app: FastAPI, helpdesk: Helpdesk) -> None:
    """Outermost last: headers go on everything, refusals of bodies too large included."""
    settings = helpdesk.settings
    app.add_middleware(BoundedWork, bounds=default_bounds())
    app.add_middleware(BoundedBodies, limits=UPLOADS)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.embed_origins,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID", "X-Request-ID"],
        expose_headers=["Retry-After", "X-Request-ID"],
    )
    app.add_middleware(SecurityHeaders, embedders=settings.embed_origins, base_url=settings.base_url)


def make_lifespan(helpdesk: Helpdesk):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(dummy_hash)
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        async with run_workers(helpdesk) as rasa:
            app.state.rasa = rasa
            yield
        app.state.streams.close()

    return lifespan
