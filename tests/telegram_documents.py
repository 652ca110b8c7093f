"""Documents that the bot sends: what Telegram insists on, and what then is in the chat."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import UploadFile

LARGEST = 50 * 1024 * 1024
LONGEST_CAPTION = 1024


async def describe_document(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """As a message tells of it, and its content. Raises ValueError with Telegram's words."""
    file = asked.get("document")
    if not isinstance(file, UploadFile):
        raise ValueError("there is no document in the request")
    body = await file.read()
    if not body:
        raise ValueError("file must be non-empty")
    if len(body) > LARGEST:
        raise ValueError("file is too big")
    if not 1 <= len(asked.get("caption", "")) <= LONGEST_CAPTION:
        raise ValueError("message caption is too long")
    shown = {"file_id": file.filename, "file_unique_id": file.filename, "file_name": file.filename}
    return {**shown, "file_size": len(body)}, body
