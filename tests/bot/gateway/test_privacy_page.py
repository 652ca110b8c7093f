"""The privacy page tells what is true of this installation: its channels, its times, who answers for it."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from bot.gateway.application import create_app
from bot.helpdesk import Knowledge
from bot.settings import Settings
from bot.wording import say
from tests.serving import open_helpdesk


def read_page(knowledge: Knowledge, data: Path, locale: str, **own: object) -> str:
    with open_helpdesk(Settings(_env_file=None, data=data, **own), knowledge) as helpdesk:  # type: ignore[arg-type]
        page = TestClient(create_app(helpdesk)).get("/privacy", params={"lang": locale})
    assert page.status_code == 200
    return page.text


@pytest.mark.parametrize("locale", ["lv", "en"])
def test_only_channels_that_are_on_are_told_of(knowledge: Knowledge, tmp_path: Path, locale: str) -> None:
    web = read_page(knowledge, tmp_path / "web", locale)
    assert say(locale, "privacy.browser") in web
    assert say(locale, "privacy.telegram") not in web
    assert say(locale, "privacy.mail") not in web
    both = read_page(knowledge, tmp_path / "both", locale, telegram_token=SecretStr("1:a"), smtp_host="127.0.0.1")
    assert say(locale, "privacy.telegram") in both
    assert say(locale, "privacy.mail") in both


def test_the_times_are_those_of_the_settings(knowledge: Knowledge, tmp_path: Path) -> None:
    page = read_page(
        knowledge,
        tmp_path,
        "lv",
        keep_anonymous_days=21,
        keep_requests_days=402,
        keep_copies_days=7,
        controller="Paraugu fonds, Rīga",
        data_protection_contact="das@example.org",
    )
    text = re.sub(r"<[^>]+>", "", page)
    for told in ("21 dienu pēc", "402 dienas pēc", "līdz 7 dienām", "Paraugu fonds, Rīga", "das@example.org"):
        assert told in text
