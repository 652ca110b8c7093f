"""Slow, silent and greedy clients on real sockets: each is let go, and none keeps others out."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from bot.gateway.connections import LONGEST_HEAD, UNHEARD, WatchedConnection, look_for_silent_peer, make_room
from bot.helpdesk import Knowledge
from bot.settings import Settings
from tests.serving import Served, free_port, open_helpdesk, serve

SOON = 0.4


@pytest.fixture(scope="module")
def served(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("served")
    settings = Settings(_env_file=None, data=folder, port=free_port())
    with pytest.MonkeyPatch.context() as patch, open_helpdesk(settings, knowledge) as helpdesk:
        patch.setattr(WatchedConnection, "head_within", SOON)
        with serve(helpdesk) as running:
            yield running


def connect(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=10)


def is_closed(client: socket.socket) -> bool:
    """Within a few seconds; what is said meanwhile is read."""
    client.settimeout(8)
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def answers(served: Served) -> bool:
    return httpx2.get(f"{served.url}/health", timeout=10, trust_env=False).status_code == 200


def test_a_client_that_says_nothing_is_let_go(served: Served) -> None:
    with closing(connect(served)) as client:
        assert is_closed(client)


def test_a_client_that_dribbles_its_head_is_let_go_and_keeps_nobody_out(served: Served) -> None:
    crowd = [connect(served) for _ in range(150)]
    for client in crowd:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
    assert answers(served)
    until = time.monotonic() + SOON + 8
    left = set(crowd)
    while left and time.monotonic() < until:
        for client in list(left):
            try:
                client.sendall(b"X-Slow: 1\r\n")
            except OSError:
                left.discard(client)
        time.sleep(0.02)
    assert not left
    for client in crowd:
        client.close()


def test_a_head_without_end_is_refused(served: Served) -> None:
    with closing(connect(served)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        try:
            for _ in range(LONGEST_HEAD // 1000 + 5):
                client.sendall(b"X-Long: " + b"x" * 990 + b"\r\n")
        except OSError:
            return
        assert b"400" in client.recv(100)
        assert is_closed(client)


def test_a_body_that_comes_with_its_head_is_no_long_head(served: Served) -> None:
    with closing(connect(served)) as client:
        body = b"{" + b" " * (LONGEST_HEAD + 5000)
        client.sendall(
            b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        assert b"malformed_json" in read_some(client)


def test_the_second_request_of_a_connection_has_as_little_time(served: Served) -> None:
    with closing(connect(served)) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in read_some(client)
        client.sendall(b"GET /hea")
        assert is_closed(client)


def test_a_request_may_take_longer_than_its_head(served: Served) -> None:
    """The stream of a conversation stays open although nothing is said in it."""
    with httpx2.Client(base_url=f"{served.url}/api/v1", trust_env=False, timeout=10) as client:
        told = client.post("/conversations", json={"locale": "lv", "consent": True}).json()
        headers = {"Authorization": f"Bearer {told['token']}"}
        with client.stream(
            "GET", f"/conversations/{told['conversation']['id']}/events", headers=headers
        ) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": welcome"
            time.sleep(SOON * 2)
            body = {"id": "0b06c10e-4b5f-4c4f-8a43-0ff0a0a0a0a0", "text": "Sveiki"}
            path = f"/conversations/{told['conversation']['id']}/messages"
            assert client.post(path, json=body, headers=headers).status_code == 202
            assert any("Sveiki" in line for line in lines)


def test_a_peer_that_vanished_is_looked_for() -> None:
    with closing(socket.socket()) as made:
        look_for_silent_peer(made)
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNHEARD * 1000


def test_more_connections_than_there_is_room_for_are_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.server.config.http_protocol_class, "most", 0)
    with closing(connect(served)) as client:
        assert is_closed(client)
    monkeypatch.undo()
    assert answers(served)


def test_clients_that_break_off_harm_nobody(served: Served) -> None:
    for _ in range(50):
        with closing(connect(served)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert answers(served)


def test_there_is_room_for_many_connections() -> None:
    assert make_room() >= 64


def read_some(client: socket.socket) -> bytes:
    client.settimeout(10)
    said = b""
    while b"\r\n\r\n" not in said or not said.partition(b"\r\n\r\n")[2]:
        piece = client.recv(65536)
        if not piece:
            break
        said += piece
    return said
