"""Search answers in the portal's form, and a portal of our own that gives them on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

OPEN, FORTHCOMING, CLOSED = "31094502", "31094501", "31094503"


def make_result(name: str = "ESF-SI-2027-01", **told: Any) -> dict[str, Any]:
    """Every metadata value is a list. `told` replaces or, with None, removes metadata."""
    metadata: dict[str, Any] = {
        "identifier": [name],
        "title": ["Social innovation for ageing and employment"],
        "type": ["1"],
        "status": [OPEN],
        "startDate": ["2026-09-01T00:00:00.000+0000"],
        "deadlineDate": ["2027-02-10T00:00:00.000+0000"],
        "deadlineModel": ["single-stage"],
        "keywords": ["ageing", "employment"],
        "descriptionByte": ["<p>Expected outcome:</p><ul><li>better care</li></ul>"],
        "budgetOverview": [json.dumps(make_budget(name))],
        "language": ["en"],
    }
    metadata |= {name: value if isinstance(value, list) else [value] for name, value in told.items()}
    metadata = {name: value for name, value in metadata.items() if value != [None]}
    return {"reference": f"ref-{name}", "url": "https://example.europa.eu/x", "metadata": metadata}


def make_budget(identifier: str) -> dict[str, Any]:
    return {
        "budgetYearsColumns": ["2026", "2027"],
        "budgetTopicActionMap": {
            "1": [
                {
                    "action": f"{identifier} - ESF Grants",
                    "minContribution": 500000,
                    "maxContribution": 1500000,
                    "budgetYearMap": {"2026": "4000000", "2027": "2000000"},
                    "plannedOpeningDate": "2026-09-01",
                }
            ],
            "2": [
                {
                    "action": f"{identifier}1 - another topic",
                    "maxContribution": 99000000,
                    "budgetYearMap": {"2026": "70000000"},
                }
            ],
        },
    }


def make_answer(*results: Any, total: int | None = None) -> dict[str, Any]:
    return {"totalResults": len(results) if total is None else total, "results": list(results)}


class Portal(ThreadingHTTPServer):
    """Gives `pages`, one a page number; each status in `failures` goes before an answer."""

    def __init__(self, pages: list[dict[str, Any]], failures: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages, self.failures = pages, failures
        self.asked: list[int] = []
        self.bodies: list[bytes] = []
        self.origin = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Portal

    def do_POST(self) -> None:
        number = int(parse_qs(urlsplit(self.path).query)["pageNumber"][0])
        self.server.asked.append(number)
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.failures:
            self.send_response(self.server.failures.pop(0))
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = json.dumps(self.server.pages[number - 1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve_portal(pages: list[dict[str, Any]], failures: list[int] | None = None) -> Iterator[Portal]:
    portal = Portal(pages, failures or [])
    thread = Thread(target=portal.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        portal.shutdown()
        portal.server_close()
        thread.join(5)
