"""Requests that two servers could read in two ways are refused by the real one, and it goes on serving."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from bot.helpdesk import Knowledge
from bot.settings import Settings
from tests.serving import Served, free_port, open_helpdesk, serve

BODY = b'{"question": "Kas ir sociala inovacija?"}'
JSON = b"Content-Type: application/json\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
ASK = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\n"


def framed(*headers: bytes, body: bytes = BODY) -> bytes:
    return ASK + JSON + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def length(count: int) -> bytes:
    return b"Content-Length: %d" % count


CLOSE = b"Connection: close"
CHUNKED = b"Transfer-Encoding: chunked"
CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

AMBIGUOUS: dict[str, bytes] = {
    "length and chunks": framed(length(6), CHUNKED, body=CHUNK + HIDDEN),
    "chunks and length": framed(CHUNKED, length(len(CHUNK)), body=CHUNK + HIDDEN),
    "two lengths": framed(length(len(BODY)), length(5), body=BODY + HIDDEN),
    "a list of lengths": framed(b"Content-Length: 5, 41", body=BODY),
    "a negative length": framed(b"Content-Length: -1"),
    "a signed length": framed(b"Content-Length: +41"),
    "a length in hex": framed(b"Content-Length: 0x29"),
    "a length without end": framed(b"Content-Length: " + b"9" * 5000),
    "a length of another script": framed("Content-Length: ²".encode("latin-1")),
    "another coding": framed(b"Transfer-Encoding: gzip, identity", body=CHUNK),
    "a coding in disguise": framed(b"Transfer-Encoding: xchunked", body=CHUNK),
    "a broken chunk size": framed(CHUNKED, body=b"zz\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk size without end": framed(CHUNKED, body=b"f" * 40 + b"\r\n" + BODY),
    "a space before the colon": framed(b"Content-Length : 41", body=BODY + HIDDEN),
    "nul in a header": framed(length(len(BODY)), b"X-A: a\x00b"),
    "no version": b"POST /api/v1/ask\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
    "a line break in the address": b"GET /a\rb HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.fixture(scope="module")
def served(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("smuggling")
    with (
        open_helpdesk(Settings(_env_file=None, data=folder, port=free_port()), knowledge) as helpdesk,
        serve(helpdesk) as running,
    ):
        yield running


def talk(served: Served, sent: bytes) -> bytes:
    """All that comes back until the server closes or has said nothing for two seconds."""
    told = b""
    with closing(socket.create_connection(("127.0.0.1", served.port), timeout=10)) as client:
        client.settimeout(2)
        try:
            client.sendall(sent)
            while piece := client.recv(65536):
                told += piece
        except (ConnectionError, TimeoutError):
            return told
    return told


def statuses(told: bytes) -> list[int]:
    return [int(line.split()[1]) for line in told.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_hides_none(served: Served, name: str) -> None:
    told = statuses(talk(served, AMBIGUOUS[name]))
    assert len(told) <= 1, "what was hidden in the body must not be answered as a request"
    assert all(400 <= status < 500 for status in told), told
    assert httpx2.get(f"{served.url}/health", timeout=10, trust_env=False).status_code == 200


def test_a_plain_request_in_chunks_is_answered(served: Served) -> None:
    assert statuses(talk(served, framed(CHUNKED, CLOSE, body=CHUNK))) == [200]
    assert statuses(talk(served, framed(length(len(BODY)), CLOSE))) == [200]


@pytest.mark.parametrize(
    "header", [b"X-A: " + b"a" * 200_000, b"\r\n".join(b"X-%d: a" % number for number in range(20_000))]
)
def test_huge_headers_are_refused(served: Served, header: bytes) -> None:
    told = talk(served, b"GET / HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert all(400 <= status < 500 for status in statuses(told))
    assert httpx2.get(f"{served.url}/health", timeout=10, trust_env=False).status_code == 200


@pytest.mark.parametrize("host", [b"evil.example", b"evil.example\t@x", b"x:99999999999", b""])
def test_the_host_header_leads_nobody_elsewhere(served: Served, host: bytes) -> None:
    """Links and redirects come from the public address that is set, or stay on the page's own host."""
    told = talk(
        served, b"GET /inbox HTTP/1.1\r\nHost: " + host + b"\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )
    head = told.split(b"\r\n\r\n")[0].lower()
    assert b"location: http" not in head
    assert all(status < 500 for status in statuses(told))
