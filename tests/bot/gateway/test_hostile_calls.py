"""Whatever the OpenAPI document allows, and what it forbids, sent to every operation by everyone who could: never
a 500, and each refusal is a problem document with a code.

The examples are derived from the document alone, the same in each run. Streams are left out, since they do not
end; so is erasing, which would take away what the others are tried on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as budget
from schemathesis import APIOperation, Case, GenerationMode

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff.coordinators import add_coordinator
from tests.bot.gateway.conftest import NOW
from tests.serving import open_helpdesk
from tests.visiting import Visitor

EXAMPLES = 12
"""Of each kind, for each operation and each caller."""
SENT = ("method", "url", "headers", "params", "json", "content", "files")


@dataclass
class Target:
    client: TestClient
    callers: dict[str, dict[str, str]]
    """Headers, by who calls."""
    known: dict[str, Any]
    """Path parameters that lead to something."""
    statuses: set[int] = field(default_factory=set)


def make_token(helpdesk: Helpdesk, role: str) -> str:
    with helpdesk.database.transaction() as session:
        made = add_coordinator(session, email=f"{role}@example.org", name=role, role=role, with_token=True)
    assert made.token is not None
    return made.token


def ask_for_a_person(visitor: Visitor) -> int:
    """The number of the request that comes of it."""
    visitor.say("Gribu runāt ar cilvēku")
    return int(visitor.wait_for_answer(1)["data"]["request"]["number"])


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Target]:
    many = "100000/second"
    data: Path = tmp_path_factory.mktemp("hostile")
    settings = Settings(_env_file=None, data=data, now=NOW, conversation_rate=many, address_rate=many)
    with (
        open_helpdesk(settings, knowledge) as helpdesk,
        TestClient(create_app(helpdesk), raise_server_exceptions=False) as client,
    ):
        visitor = Visitor.begin(client)
        number = ask_for_a_person(visitor)
        callers = {
            "stranger": {},
            "visitor": visitor.headers,
            "coordinator": {"Authorization": f"Bearer {make_token(helpdesk, 'coordinator')}"},
        }
        yield Target(client, callers, {"conversation_id": visitor.id, "number": number})


def list_operations(client: TestClient) -> list[APIOperation]:
    document = client.get("/api/v1/openapi.json").json()
    operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
    return [
        operation
        for operation in operations
        if not operation.path.endswith("/events")
        and (operation.method, operation.path) != ("delete", "/api/v1/conversations/{conversation_id}")
    ]


def as_bytes(part: Any) -> bytes | str:
    return part if isinstance(part, bytes | str) else str(part).encode()


def send(target: Target, case: Case, headers: dict[str, str]) -> Response:
    told = case.as_transport_kwargs(base_url=str(target.client.base_url))
    if isinstance(told.get("data"), bytes | str):
        told["content"] = told.pop("data")
    if told.get("files"):
        told["files"] = [(name, (part[0], as_bytes(part[1]), *part[2:])) for name, part in told["files"]]
    made = {name: value for name, value in told.get("headers", {}).items() if name.lower() != "authorization"}
    told["headers"] = {**made, **headers}
    return target.client.request(**{name: told[name] for name in SENT if name in told})


def check(response: Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"].startswith("application/problem+json")
        assert response.json()["code"]


def try_operation(target: Target, operation: APIOperation, mode: GenerationMode, headers: dict[str, str]) -> None:
    @budget(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        if mode == GenerationMode.POSITIVE or operation.body:
            # A wrong body is only looked at where the path leads somewhere.
            known = {name: target.known[name] for name in case.path_parameters if name in target.known}
            case.path_parameters.update(known)
        response = send(target, case, headers)
        target.statuses.add(response.status_code)
        check(response)

    run()


def can_be_wrong(operation: APIOperation) -> bool:
    """An operation without parameters and body takes nothing that could be wrong."""
    return bool(list(operation.iter_parameters()) or operation.body)


@pytest.mark.parametrize("caller", ["stranger", "visitor", "coordinator"])
def test_no_call_makes_it_fail(target: Target, caller: str) -> None:
    headers = target.callers[caller]
    # Signing out ends the session or token of who calls: last.
    for operation in sorted(list_operations(target.client), key=lambda found: found.path.endswith("/logout")):
        try_operation(target, operation, GenerationMode.POSITIVE, headers)
        if can_be_wrong(operation):
            try_operation(target, operation, GenerationMode.NEGATIVE, headers)
    wanted = {"stranger": {200, 401, 422}, "visitor": {200, 202, 401, 422}, "coordinator": {200, 404, 409, 422}}
    assert wanted[caller] <= target.statuses
    target.statuses.clear()
