"""Files in a conversation: checked, kept under a name of ours, and deleted with the message they belong to.

What is accepted is a list of harmless document, picture and sound types, known by their ending, which their first
bytes must bear out; a file is never opened here, and whoever serves it says "download", so that a browser does not
open it either.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.database import now
from handoff.errors import Invalid, NotFound
from handoff.file_signs import is_what_it_says
from handoff.masking import mask_personal_codes
from handoff.models.attachment import Attachment
from handoff.models.base import clean_text
from handoff.models.message import MessageRow

LARGEST = 20 * 1024 * 1024
TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
}
"""By ending: what is accepted, and as what it is served."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the folder of uploads that no message refers to yet."""

    id: str
    name: str
    media_type: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class AttachmentView:
    id: str
    message_id: str
    name: str
    media_type: str
    size: int
    path: str


def check_name(name: str, size: int) -> tuple[str, str]:
    """A name fit to be shown and the type its ending stands for. Raises Invalid (reason `type` or `size`)."""
    if size > LARGEST:
        raise Invalid("the file is too large", field="file", reason="size", most=LARGEST)
    shown = re.sub(r"[\\/:*?\"<>|\s]+", " ", mask_personal_codes(clean_text(name))).strip(" .")[-120:]
    ending = shown.rpartition(".")[2].lower()
    if ending not in TYPES or shown.lower() == ending:
        raise Invalid("a file of this type is not accepted", field="file", reason="type")
    return shown, TYPES[ending]


def keep_file(folder: Path, name: str, body: bytes) -> StoredFile:
    """Write it below `folder` under a name of ours. Raises Invalid."""
    shown, media_type = check_name(name, len(body))
    if not is_what_it_says(shown.rpartition(".")[2].lower(), body):
        raise Invalid("the file is not what its name says", field="file", reason="type")
    file_id = str(uuid4())
    path = f"{file_id[:2]}/{file_id}"
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        target.write_bytes(body)
        target.chmod(0o600)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return StoredFile(file_id, shown, media_type, len(body), path)


def drop_file(folder: Path, stored: StoredFile) -> None:
    """For one whose message was not recorded after all."""
    (folder / stored.path).unlink(missing_ok=True)


def describe(stored: StoredFile) -> dict[str, object]:
    """As `data.attachments` of a message shows it."""
    return {"id": stored.id, "name": stored.name, "media_type": stored.media_type, "size": stored.size}


def attach(session: Session, message_id: str, files: Iterable[StoredFile]) -> None:
    session.add_all(
        Attachment(
            id=stored.id,
            message_id=message_id,
            name=stored.name,
            media_type=stored.media_type,
            size=stored.size,
            path=stored.path,
            created_at=now(session),
        )
        for stored in files
    )


def get_attachment(session: Session, attachment_id: str) -> AttachmentView:
    """Raises NotFound. Whether the one who asks may have it, the caller decides by the message."""
    row = session.get(Attachment, attachment_id)
    if row is None:
        raise NotFound("no such file")
    return AttachmentView(row.id, row.message_id, row.name, row.media_type, row.size, row.path)


def get_sent(session: Session, attachment_id: str) -> AttachmentView:
    """One that a coordinator sent; raises NotFound for every other."""
    found = get_attachment(session, attachment_id)
    if session.scalar(select(MessageRow.author).where(MessageRow.id == found.message_id)) != "coordinator":
        raise NotFound("no such file")
    return found


def sweep_files(session: Session, folder: Path) -> int:
    """Delete files that no message refers to any longer, erased ones among them. Gives how many.

    Files of the last hour are left alone: their message may be about to be recorded. The disk's own clock counts,
    since a helpdesk whose clock is set ahead would take every file for an old one.
    """
    known = set(session.scalars(select(Attachment.path)))
    youngest = time.time() - 3600
    gone = [
        path
        for path in folder.glob("??/*")
        if f"{path.parent.name}/{path.name}" not in known and path.stat().st_mtime < youngest
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
