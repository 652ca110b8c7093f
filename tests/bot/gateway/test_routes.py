"""Every route against everybody: what tools/routes.py says of it is what the running application does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.helpdesk import Knowledge
from bot.learning import checking
from bot.settings import ROOT, Settings
from tests.bot.gateway.conftest import NOW
from tests.bot.gateway.route_probe import Probe, list_routes, outcome
from tests.serving import open_helpdesk
from tools.routes import ACTORS, KINDS, ROUTES, kinds_of_routes, write_routes


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Probe]:
    many = "100000/second"
    settings = Settings(
        _env_file=None,
        data=tmp_path_factory.mktemp("routes"),
        now=NOW,
        public_url="http://testserver",
        conversation_rate=many,
        address_rate=many,
        sign_up_rate=many,
        telegram_token=SecretStr("12:token"),
        telegram_mode="webhook",
    )
    with open_helpdesk(settings, knowledge) as helpdesk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "start", lambda *_, **__: None)  # minutes of asking, in the background
        yield Probe(helpdesk)


def test_every_route_is_in_the_table_once_and_no_other(probe: Probe) -> None:
    served = [f"{method} {path}" for method, path in list_routes(probe.app)]
    assert sorted(served) == sorted(route for routes in ROUTES.values() for route in routes)
    assert len(served) == len(set(served)) == len(kinds_of_routes())


@pytest.mark.parametrize("kind", KINDS)
def test_each_gets_what_the_table_says(probe: Probe, kind: str) -> None:
    wrong: dict[str, dict[str, str]] = {}
    for route in ROUTES[kind]:
        method, _, path = route.partition(" ")
        got = {actor: outcome(probe.call(method, path, probe.callers[actor])) for actor in ACTORS}
        if got != KINDS[kind].gets:
            wrong[route] = {actor: told for actor, told in got.items() if told != KINDS[kind].gets[actor]}
    assert wrong == {}


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.by_cookie])
def test_a_change_by_cookie_needs_the_token_and_a_page_of_ours(probe: Probe, kind: str) -> None:
    caller = probe.callers["administrator"]
    for route in ROUTES[kind]:
        method, _, path = route.partition(" ")
        if method == "GET":
            continue
        unproved = probe.call(method, path, caller, proof=False)
        elsewhere = probe.call(method, path, caller, Origin="https://elsewhere.example")
        assert (route, unproved.status_code, elsewhere.status_code) == (route, 403, 403)


def test_the_table_is_the_page_that_auditors_read() -> None:
    assert (Path(ROOT) / "docs" / "security-routes.md").read_text("utf-8") == write_routes()
