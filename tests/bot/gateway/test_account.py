"""One's own account, by its forms: each does what it says, for nobody else, and says what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from bot.gateway.application import create_app
from bot.gateway.desk.account.devices import name_device
from bot.helpdesk import Helpdesk
from handoff.coordinators import NewAccount, describe_coordinator, find_coordinator
from handoff.links import find_linked, redeem_link_code
from tests.bot.gateway.test_desk import OWN, anna, bearer, browser, csrf_of, make_account
from tests.bot.gateway.test_desk_second_factor import codes

__all__ = ["anna", "browser", "codes"]

ACCOUNT = "/inbox/account"


def send(browser: TestClient, path: str = "", /, **fields: object) -> tuple[int, str]:
    csrf = csrf_of(browser.get(ACCOUNT).text)
    answer = browser.post(f"{ACCOUNT}{path}", data={"csrf": csrf, **fields})
    return answer.status_code, answer.text


def told(helpdesk: Helpdesk, account: NewAccount) -> dict[str, object]:
    with helpdesk.database.reading() as session:
        return describe_coordinator(session, find_coordinator(session, account.email).id)


def test_name_and_language_are_ones_own(helpdesk: Helpdesk, browser: TestClient, anna: NewAccount) -> None:
    status, page = send(browser, "/profile", name="Anna Ozola", locale="en")
    assert status == 200
    assert '<html lang="en">' in page
    assert "The profile is saved." in page
    assert told(helpdesk, anna)["name"] == "Anna Ozola"
    status, page = send(browser, "/profile", name="  ", locale="lv")
    assert (status, 'role="alert"' in page) == (422, True)


def test_the_languages_one_answers_in_are_chosen(
    helpdesk: Helpdesk, browser: TestClient, anna: NewAccount
) -> None:
    assert told(helpdesk, anna)["languages"] == ["lv"], "until something is said"
    status, page = send(browser, "/languages", languages=["ru", "lv", "xx"])
    assert (status, "Valodas ir saglabātas." in page) == (200, True)
    assert 'value="ru" checked' in page
    assert 'value="en" checked' not in page
    assert told(helpdesk, anna)["languages"] == ["lv", "ru"]


def test_an_absence_ends_with_its_last_day_and_somebody_stands_in(
    helpdesk: Helpdesk, browser: TestClient, anna: NewAccount
) -> None:
    make_account(helpdesk, "juris@example.org")
    _, page = send(browser, "/absence", first="2026-11-26", last="2026-11-30", cover="juris@example.org")
    assert "Prombūtne ir ieplānota." in page
    assert "Jūs aizvieto juris." in page
    kept = told(helpdesk, anna)
    zone = helpdesk.settings.zone
    assert kept["absent_from"] == datetime(2026, 11, 26, tzinfo=zone)
    assert kept["absent_until"] == datetime(2026, 12, 1, tzinfo=zone)
    _, page = send(browser, "/back")
    assert "Prombūtne ir beigusies" in page
    assert told(helpdesk, anna)["absent_until"] is None


def test_an_absence_that_cannot_be_is_refused_in_words(
    helpdesk: Helpdesk, browser: TestClient, anna: NewAccount
) -> None:
    for fields, words in (
        ({"last": ""}, "Norādiet prombūtnes pēdējo dienu."),
        ({"last": "2026-11-23"}, "šodien vai vēlāk"),
        ({"first": "2026-12-02", "last": "2026-12-01"}, "nevar būt pirms pirmās"),
        ({"last": "2028-01-01"}, "gadu uz priekšu"),
        ({"last": "2026-12-01", "cover": "nobody@example.org"}, "no saraksta"),
        ({"last": "2026-12-01", "cover": "anna@example.org"}, "Sevi aizvietot nevar."),
    ):
        status, page = send(browser, "/absence", **fields)
        assert (status, words in page) == (422, True), words
    assert told(helpdesk, anna)["absent_until"] is None
    send(browser, "/availability", available="no")
    assert told(helpdesk, anna)["available"] is False
    send(browser, "/availability", available="yes")
    assert told(helpdesk, anna)["available"] is True


def test_a_lost_device_is_signed_out(helpdesk: Helpdesk, browser: TestClient, anna: NewAccount) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    account = {"email": anna.email, "password": OWN}
    with TestClient(create_app(helpdesk), headers={"User-Agent": agent}) as lost:
        assert lost.post("/api/v1/login", json=account).status_code == 200
        page = browser.get(f"{ACCOUNT}/security").text
        assert "Firefox, Linux" in page
        (key,) = re.findall(r'name="key" value="([0-9a-f]{64})"', page)
        assert "atvienota" in send(browser, "/security/end", key=key)[1]
        assert lost.get("/api/v1/me").status_code == 401
        assert send(browser, "/security/end", key=key)[0] == 404
        lost.post("/api/v1/login", json=account)
        send(browser, "/security/end-others")
        assert lost.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").status_code == 200


def test_a_token_is_shown_once_used_and_revoked(browser: TestClient, helpdesk: Helpdesk, anna: NewAccount) -> None:
    status, page = send(browser, "/tokens", name="Skripts", days="30")
    assert status == 200
    (token,) = re.findall(r"hd_[\w-]{43}", page)
    listed = browser.get(f"{ACCOUNT}/tokens")
    assert token not in listed.text
    assert listed.headers["Cache-Control"] == "no-store"
    assert listed.text.count("nav lietota") == 2
    with TestClient(create_app(helpdesk)) as program:
        assert program.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        listed = browser.get(f"{ACCOUNT}/tokens")
        assert listed.text.count("nav lietota") == 1
        assert "pēdējoreiz lietota 2026. gada 24. nov., 10:00" in listed.text
        for key in re.findall(r'name="key" value="([0-9a-f]{64})"', listed.text):
            assert "atsaukta" in send(browser, "/tokens/revoke", key=key)[1]
        assert program.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert program.get("/api/v1/me", headers=bearer(anna)).status_code == 401
    assert send(browser, "/tokens", name="x", days="31")[0] == 422
    assert send(browser, "/tokens", name=" ", days="30")[0] == 422


def test_notifications_are_chosen_and_the_chat_stays(
    helpdesk: Helpdesk, browser: TestClient, anna: NewAccount
) -> None:
    assert "nav iestatīts" in send(browser, "/notifications/telegram")[1]
    helpdesk.settings.telegram_token = SecretStr("12:token")
    _, page = send(browser, "/notifications/telegram")
    (code,) = re.findall(r"/start c_([\w-]+)", page)
    with helpdesk.database.transaction() as session:
        redeem_link_code(session, code, "77")
    wishes = {"email": ["breach"], "browser": ["opened", "breach"], "digest": "yes"}
    status, page = send(browser, "/notifications", **wishes)
    assert (status, "iestatījumi ir saglabāti" in page) == (200, True)
    kept = told(helpdesk, anna)["preferences"]
    assert kept == {
        "telegram_chat": "77", "email": ["breach"], "telegram": [], "browser": ["opened", "breach"],
        "quiet": None, "digest": True,
    }  # fmt: skip
    quiet = {"has_quiet": "yes", "quiet_from": "18:30", "quiet_until": ""}
    status, page = send(browser, "/notifications", **quiet)
    assert (status, "sākuma un beigu laiku" in page) == (422, True)
    assert send(browser, "/notifications", email="nonsense")[0] == 422
    assert told(helpdesk, anna)["preferences"] == kept
    send(browser, "/notifications/telegram/unlink")
    with helpdesk.database.reading() as session:
        assert find_linked(session, "77") is None


def test_guessing_the_old_password_on_its_page_is_held_up(browser: TestClient, anna: NewAccount) -> None:
    csrf = csrf_of(browser.get("/inbox/password").text)
    guess = {"csrf": csrf, "old": "wrong", "new": "zilā krūze uz palodzes"}
    answers = [browser.post("/inbox/password", data=guess) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Pārāk daudz" in answers[-1].text
    assert browser.post("/inbox/password", data={**guess, "old": OWN}).status_code == 429


def test_recovery_codes_are_renewed_with_a_code(browser: TestClient, codes: list[str]) -> None:
    csrf = csrf_of(browser.get("/inbox/second-factor").text)
    page = browser.post("/inbox/second-factor/renew", data={"csrf": csrf, "code": codes[0]}).text
    fresh = re.findall(r"<li><code>([^<]+)</code>", page)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    old = browser.post("/inbox/second-factor/renew", data={"csrf": csrf, "code": codes[1]})
    assert old.status_code == 422


def test_news_for_the_screen_comes_by_the_stream(helpdesk: Helpdesk, anna: NewAccount) -> None:
    from bot.gateway.desk.stream import find_newest, read_news
    from handoff.coordinators import Actor
    from handoff.models.coordinator import Coordinator
    from handoff.notifying import notify

    with helpdesk.database.transaction() as session:
        row = find_coordinator(session, anna.email)
        actor = Actor(row.id, row.email, row.name, row.role)
        notify(session, [session.get_one(Coordinator, row.id)], "mention", None, dedupe="x")
    news, newest = read_news(helpdesk, actor, 0)
    assert [one["subject"] for one in news] == ["Jūs pieminēja pieteikumā Nr. "]
    assert newest == find_newest(helpdesk, actor)
    assert read_news(helpdesk, actor, newest) == ([], newest)


@pytest.fixture
def viewer(helpdesk: Helpdesk) -> Iterator[TestClient]:
    account = make_account(helpdesk, "vera@example.org", "viewer")
    with TestClient(create_app(helpdesk), follow_redirects=True) as viewer:
        page = viewer.post("/inbox/sign-in", data={"email": account.email, "password": account.password})
        viewer.post("/inbox/password", data={"csrf": csrf_of(page.text), "old": account.password, "new": OWN})
        yield viewer


def test_who_reads_reports_has_an_account_without_what_is_for_those_who_answer(viewer: TestClient) -> None:
    page = viewer.get(ACCOUNT).text
    assert "Paziņojumi" not in page
    assert "Prombūtne" not in page.replace("Profils un prombūtne", "")
    for path in ("security", "tokens"):
        assert viewer.get(f"{ACCOUNT}/{path}").status_code == 200
    assert viewer.get(f"{ACCOUNT}/notifications").status_code == 403
    assert send(viewer, "/absence", last="2026-12-01")[0] == 403


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit Version/18 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130 Safari/537", "Samsung Internet, Android"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit CriOS/120 Mobile Safari/604", "Chrome, iPad"),
        ("curl/8.5", "Nezināma ierīce"),
        ("", "Nezināma ierīce"),
    ],
)  # fmt: skip
def test_a_device_is_named_as_people_know_it(agent: str, name: str) -> None:
    assert name_device("lv", agent) == name
