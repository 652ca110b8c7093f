"""Asking the portal's search, page by page: politely, from its own host alone, and never without end."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2

ADDRESS = "https://api.tech.ec.europa.eu/search-api/prod/rest/search?apiKey=SEDIA&text=***"
HOSTS = frozenset({"https://api.tech.ec.europa.eu"})
"""Where calls may be fetched from: an address of another host could reach into the network we run in."""
QUERY = {"bool": {"must": [{"terms": {"type": ["1", "8"]}}, {"terms": {"status": ["31094501", "31094502"]}}]}}
PAGE_SIZE = 100
MOST_PAGES = 60
LARGEST_ANSWER = 30 * 1024 * 1024
SECONDS = 30.0
PAUSE = 1.0
"""Seconds between two pages."""
TRIES = 4
LONGEST_WAIT = 60.0
TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}

log = logging.getLogger(__name__)


class FetchError(OSError):
    """The portal could not be asked, with the reason in plain English."""


def check_address(address: str, hosts: frozenset[str] = HOSTS) -> None:
    """Raises FetchError unless the address is of one of `hosts` (scheme, host and port)."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" not in hosts:
        raise FetchError(f"Calls are fetched from {', '.join(sorted(hosts))} only, not from {parts.netloc!r}.")


def fetch_answers(
    address: str = ADDRESS,
    *,
    hosts: frozenset[str] = HOSTS,
    sleep: Callable[[float], None] = time.sleep,
    transport: httpx2.BaseTransport | None = None,
) -> Iterator[Any]:
    """The pages of the answer as parsed JSON, one after the other. Raises FetchError."""
    check_address(address, hosts)
    seen = 0
    with httpx2.Client(timeout=SECONDS, follow_redirects=False, transport=transport, trust_env=True) as client:
        for number in range(1, MOST_PAGES + 1):
            if number > 1:
                sleep(PAUSE)
            answer = _ask(client, address, number, sleep)
            yield answer
            results = answer.get("results") if isinstance(answer, dict) else None
            seen += len(results or ())
            if not results or seen >= int(answer.get("totalResults") or 0):
                return
    log.warning("the portal has more than %d pages; the rest was left", MOST_PAGES)


def _ask(client: httpx2.Client, address: str, page: int, sleep: Callable[[float], None]) -> Any:
    wait = 2.0
    for attempt in range(1, TRIES + 1):
        told = 0.0
        try:
            status, content, told = _post(client, address, page)
        except httpx2.HTTPError as error:
            reason = f"it does not answer ({type(error).__name__})"
        else:
            if status == 200:
                return _parse(content)
            reason = f"it answers {status}"
            if status not in TRY_AGAIN:
                break
        if attempt < TRIES:
            sleep(min(LONGEST_WAIT, max(wait, told)))
            wait *= 2
    raise FetchError(f"The portal could not be asked for page {page}: {reason}. Try again later.")


def _post(client: httpx2.Client, address: str, page: int) -> tuple[int, bytes, float]:
    """Status, content and the seconds it asks us to wait. Never more content than is bounded."""
    joint = "&" if urlsplit(address).query else "?"
    parts = {"query": QUERY, "languages": ["en", "lv"], "sort": {"field": "sortStatus", "order": "ASC"}}
    files = {name: ("blob", json.dumps(part), "application/json") for name, part in parts.items()}
    url = f"{address}{joint}pageSize={PAGE_SIZE}&pageNumber={page}"
    with client.stream("POST", url, files=files, headers={"Accept": "application/json"}) as answer:
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > LARGEST_ANSWER:
                raise FetchError(
                    f"The portal's answer is larger than {LARGEST_ANSWER // 1024**2} MB; it was left."
                )
        wait = answer.headers.get("retry-after", "")
        return (
            answer.status_code,
            bytes(content),
            float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else 0.0,
        )


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FetchError("The portal's answer is not JSON; it may have changed.") from error
