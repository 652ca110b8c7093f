"""Uploads that no message refers to go; what a message holds, and what has just come, stays."""

import os
import time
from pathlib import Path

import pytest

from bot.erasing import sweep_uploads
from bot.helpdesk import open_database
from bot.settings import Settings
from handoff.attachments import StoredFile, attach, keep_file
from handoff.conversations import open_conversation, record_visitor_message
from handoff.erasure import erase_conversation

TWO_HOURS = 7200


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path / "data")


def keep_old(settings: Settings) -> tuple[StoredFile, Path]:
    stored = keep_file(settings.data / "uploads", "tāme.csv", b"1;2")
    path = settings.data / "uploads" / stored.path
    then = time.time() - TWO_HOURS
    os.utime(path, (then, then))
    return stored, path


def test_a_stray_file_is_deleted_and_a_young_one_waits(settings: Settings) -> None:
    database = open_database(settings)
    _, stray = keep_old(settings)
    young = settings.data / "uploads" / keep_file(settings.data / "uploads", "a.csv", b"1").path
    assert sweep_uploads(settings, database) == 1
    assert (stray.exists(), young.exists()) == (False, True)
    database.close()


def test_a_file_goes_once_its_conversation_is_erased(settings: Settings) -> None:
    """Even if the process died between the database and the disk."""
    database = open_database(settings)
    stored, path = keep_old(settings)
    with database.transaction() as session:
        conversation, _ = open_conversation(
            session, channel="web", locale="lv", consent="1", page=None, greeting=[]
        )
        said = record_visitor_message(session, conversation.id, client_id="c-1", text="[Fails]", for_person=True)
        attach(session, said.message.id, [stored])
    assert (sweep_uploads(settings, database), path.exists()) == (0, True)
    with database.transaction() as session:
        erase_conversation(session, conversation.id)
    assert (sweep_uploads(settings, database), path.exists()) == (1, False)
    database.close()


def test_a_clock_set_ahead_does_not_make_a_young_file_old(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data=tmp_path / "data", now="2031-01-01T00:00:00+02:00")
    database = open_database(settings)
    young = settings.data / "uploads" / keep_file(settings.data / "uploads", "a.csv", b"1").path
    assert (sweep_uploads(settings, database), young.exists()) == (0, True)
    database.close()
