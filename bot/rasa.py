"""Asking Rasa, over loopback, and believing it only so far.

RasaUnavailable is every way it can fail: not up yet, slow, wrong, or just failed (then it is left alone for a
few seconds, so that a dead Rasa costs the visitor no waiting).
"""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass
from typing import Any

import httpx2
import numpy as np

from bot.draft_json import read_draft
from bot.log import request_id
from handoff.messages import Draft
from retrieval.encoder import Vector

RESTS_FOR = 5.0
"""Seconds in which a Rasa that just failed is not asked again."""
LARGEST_ANSWER = 1_000_000


class RasaUnavailable(Exception):
    """Rasa gave no usable answer; `reason` is a short code for logs and the dossier."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RasaAnswer:
    drafts: tuple[Draft, ...]
    intent: str | None
    confidence: float | None


def pack_vector(vector: Vector) -> str:
    """Base64 of little-endian float16: what the tracker stores, at a quarter of the size of JSON numbers."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def unpack_vector(packed: str) -> Vector:
    return np.frombuffer(base64.b64decode(packed), dtype="<f2").astype(np.float32)


class Rasa:
    """One connection pool to one Rasa server. Used from one event loop."""

    def __init__(self, url: str, secret: str, timeout: float) -> None:
        base = f"{url.rstrip('/')}/webhooks/helpdesk"
        self._url, self._conversations = f"{base}/webhook", f"{base}/conversations"
        self._status = f"{url.rstrip('/')}/"
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout, connect=1.0),
            headers={"Authorization": f"Bearer {secret}"},
            trust_env=False,
        )
        self._rests_until = 0.0

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> RasaAnswer:
        """Raises RasaUnavailable. An answer without messages counts as none."""
        if time.monotonic() < self._rests_until:
            raise RasaUnavailable("resting")
        try:
            return await self._ask(sender, message, metadata)
        except RasaUnavailable:
            self._rests_until = time.monotonic() + RESTS_FOR
            raise

    async def _ask(self, sender: str, message: str, metadata: dict[str, Any]) -> RasaAnswer:
        body = {"sender": sender, "message": message, "metadata": metadata}
        headers = {"X-Request-ID": request_id.get() or "unknown"}
        try:
            response = await self._client.post(self._url, json=body, headers=headers)
        except httpx2.TimeoutException as error:
            raise RasaUnavailable("slow") from error
        except httpx2.HTTPError as error:
            raise RasaUnavailable("unreachable") from error
        if response.status_code != 200 or len(response.content) > LARGEST_ANSWER:
            raise RasaUnavailable(f"status_{response.status_code}")
        return read_answer(response)

    async def forget(self, conversation_id: str) -> bool:
        """False where its trackers are kept by a store that cannot be told to forget, and go by their expiry.

        Raises RasaUnavailable.
        """
        try:
            response = await self._client.delete(f"{self._conversations}/{conversation_id}")
        except httpx2.HTTPError as error:
            raise RasaUnavailable("unreachable") from error
        if response.status_code not in (200, 501):
            raise RasaUnavailable(f"status_{response.status_code}")
        return response.status_code == 200

    async def is_up(self) -> bool:
        try:
            response = await self._client.get(self._status, timeout=2.0)
        except (httpx2.HTTPError, asyncio.TimeoutError):
            return False
        return response.status_code == 200

    async def close(self) -> None:
        await self._client.aclose()


def read_answer(response: httpx2.Response) -> RasaAnswer:
    try:
        told = response.json()
        drafts = tuple(read_draft(item) for item in told["messages"])
        intent = told.get("intent") or {}
        answer = RasaAnswer(drafts, intent.get("name"), intent.get("confidence"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RasaUnavailable("garbled") from error
    if not drafts:
        raise RasaUnavailable("silent")
    return answer
