"""Changing what the library says: file, version and audit together, the index at once, and a way back.

A row of history is written before the file, in one transaction; should that fail after all, the file is put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from bot.helpdesk import Helpdesk, material_folders, own_materials
from handoff import checks, drafts, versions
from handoff.errors import IllegalMove, Invalid
from handoff.permissions import require_editing
from handoff.versions import VersionView
from handoff.views import Actor
from knowledge.document import Document
from knowledge.loose_file import fields_path
from knowledge.writing import digest_text, find_file, find_key, is_loose, place_of, read_text, replace_file

Also = Callable[[Session], None]
NOTHING = digest_text("")
"""What a document that is not there yet says."""


@dataclass(frozen=True, slots=True)
class Material:
    """A document's file as it is now. `own`: in the helpdesk's own folder. `loose`: a file as people have it,
    whose fields stand in `path` beside it.

    `text` is empty, and `path` where it would be written, for none at all.
    """

    key: str
    path: Path
    text: str
    own: bool
    loose: bool = False
    shipped: Path | None = None
    """The file of the same document that ours hides."""

    @property
    def digest(self) -> str:
        return digest_text(self.text)


@dataclass(frozen=True, slots=True)
class Change:
    """`text` None takes our file away. `base` is the digest of the text that the change was made from."""

    key: str
    text: str | None
    base: str
    action: str = "edited"


def find_material(helpdesk: Helpdesk, key: str) -> Material | None:
    """None where no file tells that document."""
    settings = helpdesk.settings
    cache, own = settings.data / "cache", own_materials(settings)
    path = find_key(own, key, cache) if own.exists() else None
    folders = [folder for folder in material_folders(settings) if folder != own]
    shipped = next((found for folder in folders[::-1] if (found := _look(folder, key, helpdesk))), None)
    if path is None and shipped is None:
        return None
    chosen = path or shipped
    assert chosen is not None
    loose = is_loose(chosen)
    told = fields_path(chosen) if loose else chosen
    text = told.read_text("utf-8") if told.exists() else ""
    return Material(key, told, text, path is not None, loose, shipped if path is not None else None)


def _look(folder: Path, key: str, helpdesk: Helpdesk) -> Path | None:
    """By the catalogue where it was read from there, else by looking."""
    document = helpdesk.knowledge.catalogue.document(key)
    cache = helpdesk.settings.data / "cache"
    return (find_file([folder], document, cache) if document else None) or find_key(folder, key, cache)


def publish(helpdesk: Helpdesk, actor: Actor, changes: Sequence[Change], *, draft: tuple[int, int] | None = None,
            also: Also | None = None) -> int:  # fmt: skip
    """Write the changes and open a check of them; its id. The index is renewed by `checking.start`.

    `draft` is the id and edition of the draft that is published by this. Raises IllegalMove `changed` if a file is
    not as it was when the change was begun, `taken` if a new document's id is; nothing is written then.
    """
    require_editing(actor)
    with _all_or_nothing() as put, helpdesk.database.transaction() as session:
        check = checks.open_check(session, actor)
        for change in changes:
            _apply(helpdesk, session, actor, change, check, draft[0] if draft else None, put)
        if draft:
            drafts.mark_published(session, actor, draft[0], edition=draft[1])
        if also:
            also(session)
        put.write()
    return check


def _apply(helpdesk: Helpdesk, session: Session, actor: Actor, change: Change, check: int, draft: int | None,
           put: _Files) -> None:  # fmt: skip
    now = find_material(helpdesk, change.key)
    if change.base != (now.digest if now else NOTHING):
        raise IllegalMove(
            "the file says something else by now", reason="changed" if change.base != NOTHING else "taken"
        )
    text, own, path = _settle(helpdesk, change, now)
    versions.add_version(
        session,
        actor,
        change.key,
        before=now.text if now else "",
        before_own=bool(now and now.own),
        text=text,
        own=own,
        action=change.action,
        check_id=check,
        draft_id=draft,
    )
    put.plan(path, text if own else None)


def _settle(helpdesk: Helpdesk, change: Change, now: Material | None) -> tuple[str, bool, Path]:
    """What is told from then on, whether by a file of ours, and which."""
    if change.text is None:
        if now is None or not now.own or now.loose:
            raise Invalid("only a file of ours can be taken away", field="document", reason="shipped")
        return (now.shipped.read_text("utf-8") if now.shipped else ""), False, now.path
    if now is not None and now.own:
        return change.text, True, now.path
    return change.text, True, place_of(own_materials(helpdesk.settings), _read(change))


def _read(change: Change) -> Document:
    document = read_text(change.text or "", change.key)
    if document.key != change.key:
        raise Invalid("a document keeps its id and language", field="id", reason="changed")
    return document


class _Files:
    """What is to be written, and what stood there before."""

    def __init__(self) -> None:
        self._planned: list[tuple[Path, str | None]] = []
        self._before: list[tuple[Path, str | None]] = []

    def plan(self, path: Path, text: str | None) -> None:
        self._planned.append((path, text))

    def write(self) -> None:
        for path, text in self._planned:
            self._before.append((path, path.read_text("utf-8") if path.exists() else None))
            put(path, text)

    def put_back(self) -> None:
        for path, text in reversed(self._before):
            put(path, text)


def put(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    else:
        replace_file(path, text)


@contextmanager
def _all_or_nothing() -> Iterator[_Files]:
    files = _Files()
    try:
        yield files
    except BaseException:
        files.put_back()
        raise


def roll_back(helpdesk: Helpdesk, actor: Actor, check: int) -> int:
    """Take a whole change back, in one step; the id of the check of that. Raises IllegalMove `changed` if one of
    its documents has been changed again since."""
    with helpdesk.database.reading() as session:
        made = versions.versions_of_check(session, check)
        before = {one.document: _before(session, one) for one in made}
    if not made or any(one.action == "rolled_back" for one in made):
        raise IllegalMove("there is nothing to take back", reason="state")
    changes = [
        Change(one.document, told.text if told and told.own else None, digest_text(one.text), "rolled_back")
        for one in made
        for told in [before[one.document]]
    ]

    def undo(session: Session) -> None:
        for draft in {one.draft_id for one in made if one.draft_id is not None}:
            drafts.mark_unpublished(session, draft)
        for one in made:
            told = before[one.document]
            if told is None or not told.text:
                checks.forget_controls(session, one.document)

    return publish(helpdesk, actor, changes, also=undo)


def _before(session: Session, version: VersionView) -> VersionView | None:
    """None where there was no document."""
    if version.number == 1:
        return None
    return versions.get_version(session, version.document, version.number - 1)


def restore(helpdesk: Helpdesk, actor: Actor, key: str, number: int, base: str) -> int:
    """Let a document say again what it said as of that version; the id of the check of that."""
    with helpdesk.database.reading() as session:
        version = versions.get_version(session, key, number)
    return publish(helpdesk, actor, [Change(key, version.text if version.own else None, base, "rolled_back")])
