"""Errors as people and programs read them: RFC 9457 problem documents with a stable `code`.

{"type": "urn:problem:rate_limited", "code": "rate_limited", "status": 429, "title": "…", "detail": "…", …}
`title` and `detail` are in the person's language (`?lang=`, else Accept-Language). A browser that asks for a page
gets the same words as a page. What was sent is never repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.gateway.languages import preferred_locale
from bot.gateway.templating import render
from bot.log import request_id
from bot.wording import UnknownSentence, say
from handoff.errors import (
    AlreadyClaimed,
    HandoffError,
    IllegalMove,
    Invalid,
    Locked,
    NotAllowed,
    NotFound,
    StaleEpoch,
)
from handoff.failures import UNAVAILABLE, WORDS, Cause, find_cause

MEDIA_TYPE = "application/problem+json"
STATUS_CODES = {
    400: "malformed_json",
    401: "unauthorized",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "rate_limited",
    503: "busy",
}
HANDOFF_STATUSES: Sequence[tuple[type[HandoffError], int]] = (
    (AlreadyClaimed, 409),
    (IllegalMove, 409),
    (StaleEpoch, 409),
    (NotFound, 404),
    (NotAllowed, 403),
    (Invalid, 422),
    (Locked, 429),
)
FIELD_CODES = {
    "missing": "required",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "string_unicode": "not_text",
    "string_type": "not_text",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
    "uuid_parsing": "not_a_uuid",
    "uuid_type": "not_a_uuid",
    "extra_forbidden": "unknown_field",
}

log = logging.getLogger(__name__)


class Problem(Exception):
    """Raise it anywhere in a request. `facts` fill the words in and travel in the document as members."""

    def __init__(self, status: int, code: str, *, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.headers, self.facts = status, code, dict(headers or {}), facts


def describe(locale: str, code: str, part: str, **facts: Any) -> str:
    """The words for a code; the general ones where it has none of its own."""
    try:
        return say(locale, f"gateway.problems.{code}.{part}", **facts)
    except (UnknownSentence, KeyError):
        return say(locale, f"gateway.problems.other.{part}")


def write_problem(locale: str, problem: Problem) -> dict[str, Any]:
    facts = problem.facts
    return {
        "type": f"urn:problem:{problem.code}",
        "code": problem.code,
        "status": problem.status,
        "title": describe(locale, problem.code, "title", **facts),
        "detail": describe(locale, problem.code, "detail", **facts),
        **facts,
    }


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        ("/api/", "/static/")
    )


def respond(request: Request, problem: Problem) -> Response:
    locale = preferred_locale(request)
    told = write_problem(locale, problem)
    if wants_page(request):
        return render(
            request, "problem.html", locale=locale, status=problem.status, headers=problem.headers, problem=told
        )
    headers = {"Cache-Control": "no-store", "Content-Language": locale, **problem.headers}
    return JSONResponse(told, problem.status, headers, media_type=MEDIA_TYPE)


def from_handoff(error: HandoffError) -> Problem:
    status = next((status for kind, status in HANDOFF_STATUSES if isinstance(error, kind)), 400)
    facts = {name: fact for name, fact in error.facts.items() if isinstance(fact, str | int | float | bool)}
    if isinstance(error, Invalid):
        field, code = str(facts.pop("field", "")), str(facts.pop("reason", "invalid"))
        return Problem(status, "invalid", errors=[{"field": field, "code": code, **facts}])
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Locked) else {}
    return Problem(status, error.code, headers=headers, **facts)


def from_cause(cause: Cause) -> Problem:
    """Nothing was done, and the same may be sent again: as soon as there is room, where there is none."""
    if cause is Cause.FULL:
        return Problem(503, "storage_full", headers={"Retry-After": "60"})
    return Problem(503, "busy", headers={"Retry-After": "2"})


def from_validation(request: Request, error: RequestValidationError) -> Problem:
    """Which field and what is wrong with it, as a code and in words; never the value itself."""
    locale, errors = preferred_locale(request), []
    for found in error.errors():
        if found["type"] == "json_invalid":
            return Problem(400, "malformed_json")
        if found["type"].startswith("uuid") and found["loc"][0] == "path":
            return Problem(404, "not_found")
        told = found.get("ctx", {}).get("error")
        code = FIELD_CODES.get(found["type"]) or (str(told) if isinstance(told, FieldError) else "invalid")
        limits = {name: limit for name, limit in found.get("ctx", {}).items() if name.endswith("length")}
        field = ".".join(str(part) for part in found["loc"][1:])
        errors.append({"field": field, "code": code, "message": describe_field(locale, code, limits)})
    return Problem(422, "invalid", errors=errors[:20])


class FieldError(ValueError):
    """A validator's verdict; its text is the code that clients read."""


def describe_field(locale: str, code: str, limits: Mapping[str, Any]) -> str:
    limit = limits.get("max_length", limits.get("min_length", ""))
    try:
        return say(locale, f"gateway.fields.{code}", limit=limit)
    except UnknownSentence:
        return say(locale, "gateway.fields.invalid", limit=limit)


def from_http(error: HTTPException) -> Problem:
    code = STATUS_CODES.get(error.status_code, "internal" if error.status_code >= 500 else "bad_request")
    return Problem(error.status_code, code, headers=error.headers or {})


def add_error_handlers(app: FastAPI) -> None:
    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return respond(request, error)

    async def on_handoff(request: Request, error: Exception) -> Response:
        assert isinstance(error, HandoffError)
        return respond(request, from_handoff(error))

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(request, from_validation(request, error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        return respond(request, from_http(error))

    async def on_unavailable(request: Request, error: Exception) -> Response:
        cause = find_cause(error)
        if cause is None:
            return respond_to_failure(request, error)
        log.error("%s %s refused: %s", request.method, route_of(request), WORDS[cause])
        return respond(request, from_cause(cause))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HandoffError, on_handoff)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    for kind in (*UNAVAILABLE, OSError):
        app.add_exception_handler(kind, on_unavailable)


def respond_to_failure(request: Request, error: Exception) -> Response:
    """A mistake of ours: on record by its kind and place, told with the request's id and nothing else."""
    log.error("%s %s failed: %s", request.method, route_of(request), type(error).__name__, exc_info=error)
    return respond(request, Problem(500, "internal", request=request_id.get() or ""))


def route_of(request: Request) -> str:
    """The route's pattern rather than the address, which may name a person or a conversation."""
    return str(getattr(request.scope.get("route"), "path", "unknown"))
