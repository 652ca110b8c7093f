"""A log line is one line, and an error in it is told without its words."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.log import JsonFormatter, TextFormatter, request_id
from handoff.database import Database
from knowledge.clock import system_clock

WORDS = "vardotava@example.org"


def make_record(
    message: str, *arguments: object, name: str = "bot.gateway", failed: bool = False
) -> logging.LogRecord:
    information = sys.exc_info() if failed else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, information)


def fail() -> logging.LogRecord:
    try:
        try:
            raise ValueError(WORDS)
        except ValueError as error:
            raise RuntimeError(f"could not do it for {WORDS}") from error
    except RuntimeError:
        return make_record("it failed", failed=True)


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_an_error_is_told_by_its_kind_and_place_alone(formatter: logging.Formatter) -> None:
    line = formatter.format(fail())
    assert WORDS not in line
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_log.py" in line


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_nobody_writes_a_line_of_their_own_into_the_log(formatter: logging.Formatter) -> None:
    line = formatter.format(make_record("route %s", "a\r\n12:00:00 INFO bot: all is well\x1b[2J\u2028x"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_asyncio_repeats_no_errors_words() -> None:
    record = make_record(f"Task exception was never retrieved\nfuture: ValueError({WORDS!r})", name="asyncio")
    assert json.loads(JsonFormatter().format(record))["message"] == "Task exception was never retrieved"


def test_the_request_stands_in_the_line() -> None:
    token = request_id.set("abc-1")
    try:
        assert json.loads(JsonFormatter().format(make_record("x")))["request"] == "abc-1"
        assert TextFormatter().format(make_record("x")).endswith("[abc-1]")
    finally:
        request_id.reset(token)


def test_the_database_repeats_no_values_in_its_errors(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.sqlite3", system_clock)
    try:
        with pytest.raises(Exception, match="hide_parameters") as raised, database.engine.connect() as connection:
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", (WORDS,))
        assert WORDS not in str(raised.value)
    finally:
        database.close()
