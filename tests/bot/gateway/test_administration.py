"""Administrators' pages by their forms: accounts, days off, settings that keep secrets, the state in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.gateway.desk.administration_settings import GROUPS, group_settings, mask
from bot.gateway.desk.administration_state import Teller
from bot.gateway.health import DATABASE_SILENT
from bot.helpdesk import Helpdesk
from bot.settings import Settings
from bot.wording import find_sentence, load_area
from handoff.coordinators import find_coordinator
from tests.bot.gateway.signing_in import Signed, administrator

PEOPLE = "/inbox/administration/people"
ZANE = {"email": "zane@example.org", "name": "Zane", "role": "coordinator", "locale": "en", "most_open": "4"}


@pytest.fixture
def boss(helpdesk: Helpdesk) -> Iterator[Signed]:
    with administrator(helpdesk) as signed:
        yield signed


def password_on(page: str) -> str:
    found = re.search(r'<code class="password">([^<]+)</code>', page)
    assert found
    return found.group(1)


def id_of(helpdesk: Helpdesk, email: str) -> str:
    with helpdesk.database.reading() as session:
        return find_coordinator(session, email).id


def enter(boss: Signed, email: str, password: str) -> int:
    return TestClient(boss.browser.app).post(
        "/api/v1/login", json={"email": email, "password": password}
    ).status_code  # fmt: skip


def test_a_one_time_password_is_shown_once_and_kept_by_no_browser(helpdesk: Helpdesk, boss: Signed) -> None:
    made = boss.post(PEOPLE, **ZANE, skills=["health"])
    password = password_on(made.text)
    assert made.headers["cache-control"] == "no-store"
    address = f"{PEOPLE}/{id_of(helpdesk, 'zane@example.org')}"
    again = boss.get(address)
    assert password not in again.text
    assert 'value="health" checked' in again.text
    assert enter(boss, "zane@example.org", password) == 200
    renewed = boss.post(f"{address}/reset-password")
    assert enter(boss, "zane@example.org", password) == 403
    assert enter(boss, "zane@example.org", password_on(renewed.text)) == 200


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"email": "vija@example.org"}, "jau ir"), ({"email": "zane"}, "nav derīga"),
     ({"role": "king"}, "Izvēlieties"),
     ({"most_open": "0"}, "no 1 līdz 500"), ({"most_open": "daudz"}, "no 1 līdz 500")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_written_stays(boss: Signed, wrong: dict[str, str], told: str) -> None:
    refused = boss.post(PEOPLE, **{**ZANE, **wrong})
    assert refused.status_code == 422
    assert told in refused.text
    assert 'value="Zane"' in refused.text
    assert "zane@example.org" not in boss.get("/inbox/administration").text


def test_a_colleague_is_changed_helped_and_deactivated(helpdesk: Helpdesk, boss: Signed) -> None:
    boss.post(PEOPLE, **ZANE)
    address = f"{PEOPLE}/{id_of(helpdesk, 'zane@example.org')}"
    changed = boss.post(address, **{**ZANE, "role": "editor", "name": "Zane K."})
    assert "Izmaiņas ir saglabātas" in changed.text
    assert 'value="en" checked' in changed.text, "the language of the desk, until another is ticked"
    assert 'value="ru" checked' in boss.post(address, **ZANE, languages=["ru"]).text
    assert "Redaktors" in changed.text
    for act, told in (("end-sessions", "sesijas ir izbeigtas"), ("unlock", "atbrīvota")):
        assert told in boss.post(f"{address}/{act}").text
    assert boss.post(f"{address}/explode").status_code == 404
    assert "Deaktivizēts" in boss.post(f"{address}/deactivate").text
    assert password_on(boss.post(f"{address}/activate").text)
    unknown = boss.post(f"{PEOPLE}/00000000-0000-0000-0000-000000000000/unlock")
    assert unknown.status_code == 404


def test_the_last_administrator_stays_one(boss: Signed) -> None:
    own = f"{PEOPLE}/{boss.id}"
    for act in ("deactivate", "reset-password", "reset-second-factor", "end-sessions"):
        refused = boss.post(f"{own}/{act}")
        assert (refused.status_code, "Ar savu kontu" in refused.text) == (403, True)
    assert boss.post(own, **{**ZANE, "name": "Vija", "role": "viewer"}).status_code == 403
    assert boss.get("/inbox/administration").status_code == 200


def test_days_off_are_added_told_and_removed(boss: Signed) -> None:
    page = "/inbox/administration/hours"
    told = boss.post(page, first="2026-11-26", last="", reason_lv="Kolektīva mācības", reason_en="Training")
    assert told.text.count("Kolektīva mācības") == 2
    assert "Slēgtās dienas ir pievienotas" in told.text
    for wrong in ({"first": "rīt"}, {"first": "2026-11-20"}, {"first": "2026-11-30", "last": "2026-11-28"}):
        refused = boss.post(page, **wrong)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
    number = re.search(r"/hours/(\d+)/remove", boss.get(page).text)
    assert number
    gone = boss.post(f"{page}/{number.group(1)}/remove")
    assert "Kolektīva mācības" not in gone.text


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        data=tmp_path,
        secret="s3cret-seal-" + "x" * 32,
        smtp_password="s3cret-mail",
        telegram_token="1:s3cret-token",
        telegram_webhook_secret="s3cret-hook",
        rasa_secret="s3cret-rasa",
        database_url="postgresql+psycopg://helpdesk:s3cret-db@db.example.org/helpdesk?password=s3cret-query",
        rates_storage="redis://:s3cret-redis@127.0.0.1:6379/0",
        rasa_url="http://me:s3cret-url@127.0.0.1:5005/?token=s3cret-arg",
    )
    shown = {one.name: one for _, group in group_settings(settings, "lv") for one in group}
    assert "s3cret" not in str(shown)
    assert {f"HELPDESK_{name.upper()}" for name in Settings.model_fields} == set(shown)
    assert shown["HELPDESK_SECRET"].hidden
    assert shown["HELPDESK_RATES_STORAGE"].value == "redis://…@127.0.0.1:6379/0"
    assert mask("postgresql://db/x?a=1&password=y&b=2") == "postgresql://db/x?a=1&password=…&b=2"


def test_every_setting_has_words_and_every_word_a_setting() -> None:
    for locale in ("lv", "en"):
        assert set(load_area(locale, "settings")) == set(Settings.model_fields)
        groups = find_sentence(locale, "administration.settings.groups")
        assert set(groups) == {*GROUPS, "others"}


def test_the_settings_and_the_state_are_told_in_words(boss: Signed) -> None:
    settings = boss.get("/inbox/administration/settings").text
    assert "HELPDESK_HOURS" in settings
    assert "Mon-Fri 09:00-17:00" in settings
    state = boss.get("/inbox/administration/state").text
    for told in ("SQLite atbild", "Neviens negaida", "Izslēgts: nav iestatīts HELPDESK_SMTP_HOST", "Brīvi"):
        assert told in state


STATES = {
    "database": {"state": "up", "ms": 1.5},
    "queue": {"state": "up", "states": {"new": 2, "claimed": 1, "waiting": 0}, "oldest_wait_seconds": 7200.0},
    "turns": {"state": "up", "waiting": 1},
    "index": {"state": "up", "documents": 3, "passages": 9, "problems": 2},
    "rasa": {"state": "down"},
    "model": {"state": "up"},
    "telegram": {"state": "up", "late": 1, "failures": {"blocked": 2}, "last_update": None},
    "mail": {"state": "up", "late": 0, "failures": {}},
    "outbox": {"state": "up", "waiting": 0, "late": 21, "failed": 0},
    "disk": {"state": "nearly_full", "free_bytes": 150_000_000},
    "processes": {"rasa": {"state": "restarting"}},
}


def test_what_is_wrong_is_told_with_what_to_do(helpdesk: Helpdesk) -> None:
    told = {one.name: one for one in Teller(helpdesk, "lv").tell(STATES, None)}
    assert {name: one.mood for name, one in told.items() if one.mood in ("bad", "warn")} == {
        "index": "warn", "rasa": "bad", "telegram": "warn", "outbox": "bad", "retention": "warn", "disk": "bad",
        "process": "bad",
    }  # fmt: skip
    assert told["queue"].told == "Gaida 2 pieteikumi; vecākais – 2 stundas."
    assert told["outbox"].told.startswith("21 ziņu jau vajadzēja")
    assert "0,2 GB" in told["disk"].told


@pytest.mark.parametrize("locale", ["lv", "en"])
def test_a_silent_database_is_told_and_the_page_still_opens(helpdesk: Helpdesk, locale: str) -> None:
    parts = {**STATES, **DATABASE_SILENT, "model": {"state": "missing"}}
    told = {one.name: one for one in Teller(helpdesk, locale).tell(parts, None)}
    for name in ("database", "queue", "turns", "outbox", "telegram", "mail", "rasa"):
        assert told[name].mood == "bad"
