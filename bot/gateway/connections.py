"""Connections that do nothing, or too little, are let go: a request's head must come whole and soon, a silent
peer is looked for, and there are never more connections than the process has room for."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import sys
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot import metrics

HEAD_WITHIN = 10.0
"""Seconds from the first moment, or the end of the request before, to the end of a request's head."""
LONGEST_HEAD = 32 * 1024
UNHEARD = 60
"""Seconds after which a peer that acknowledges nothing, or takes nothing, counts as gone."""
KEPT_BACK = 128
"""File descriptors that connections leave for the database, the index and the logs."""
WANTED_FILES = 65_536

log = logging.getLogger(__name__)


class WatchedConnection(HttpToolsProtocol):
    """uvicorn's own waits for a head for ever, and takes one of any length."""

    head_within = HEAD_WITHIN
    most = 4096
    _watch: asyncio.TimerHandle | None = None
    _head = 0
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        if len(self.connections) >= self.most:
            metrics.refused.labels("connections").inc()
            super().connection_made(transport)
            transport.abort()
            return
        super().connection_made(transport)
        look_for_silent_peer(transport.get_extra_info("socket"))
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD and self._is_long(data):
                metrics.refused.labels("long_head").inc()
                self.send_400_response("The head of the request is too long.")
                return
        super().data_received(data)

    def _is_long(self, data: bytes) -> bool:
        """A body that came in one piece with the head does not count."""
        end = data.find(b"\r\n\r\n")
        return end < 0 or self._head - len(data) + end > LONGEST_HEAD

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._watch is None:
            self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def _begin_head(self) -> None:
        self._in_head, self._head = True, 0
        self._watch = self.loop.call_later(self.head_within, self._give_up)

    def _end_head(self) -> None:
        self._in_head = False
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _give_up(self) -> None:
        metrics.refused.labels("slow_head").inc()
        self.transport.abort()


def look_for_silent_peer(connection: Any) -> None:
    """Ask the kernel to find out whether the other side is still there; without this a half-open connection is
    held for hours."""
    if connection is None or connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, UNHEARD // 2)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, UNHEARD // 6)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD * 1000)


def make_room() -> int:
    """Raise the number of files this process may open as far as it is let; how many connections that bears."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    open_files = wanted if soft == resource.RLIM_INFINITY else soft
    return max(open_files - KEPT_BACK, 64)


def watch_connections() -> type[WatchedConnection]:
    """The protocol for a server, with room for as many connections as this process may have."""
    return type("Connection", (WatchedConnection,), {"most": make_room()})
