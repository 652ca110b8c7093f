"""Which request is being worked on: one id that follows a message from the browser to Rasa and its actions."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""At most 64 letters, digits, dots, hyphens and underscores. Copied into threads and tasks begun meanwhile."""
