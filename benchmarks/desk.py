"""The desk's pages over 10 000 requests, as a signed-in coordinator gets them.

python -m benchmarks desk          REQUESTS=10000 TIMES=30
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from bot.settings import Settings
from handoff.coordinators import NewAccount, add_coordinator, find_coordinator
from handoff.models.conversation import Conversation
from handoff.models.coordinator import Coordinator
from handoff.models.message import MessageRow
from handoff.models.request import Request
from tests.serving import index_materials, open_helpdesk

REQUESTS = int(os.environ.get("REQUESTS", "10000"))
TIMES = int(os.environ.get("TIMES", "30"))
MESSAGES = 6
PAGES = (
    "/inbox",
    "/inbox?view=all",
    "/inbox?view=all&page=100",
    "/inbox?view=all&q=aprupi",
    "/inbox?view=open&unread=1",
    "/inbox?view=all&theme=health&sort=oldest",
    f"/inbox/{max(REQUESTS // 2, 1)}",
    "/inbox/canned",
)


def make_rows(helpdesk: Helpdesk, holder: str) -> Iterator[dict[str, dict[str, Any]]]:
    """A request every twenty minutes, most of them closed."""
    chance = random.Random(1)
    for place in range(REQUESTS):
        at, here = helpdesk.clock() - timedelta(minutes=20 * place), str(uuid4())
        state = chance.choices(["closed", "new", "claimed", "waiting"], [85, 5, 6, 4])[0]
        times = {"created_at": at, "updated_at": at, "queued_at": at}
        yield {
            "conversation": {
                "id": here, "channel": "web", "locale": "lv", "consent": "bench", "consented_at": at,
                "last_seq": MESSAGES, "created_at": at, "active_at": at,
            },
            "request": {
                "conversation_id": here, "session_no": 1, "opened_seq": 3, "state": state, "reason": "asked",
                "closed_seq": MESSAGES if state == "closed" else None, "form": {}, "locale": "lv",
                "channel": "web", "topic": chance.choice(["health", "education", None]),
                "summary": f"Jautājums {place} par aprūpi",
                "searched": f"jautajums {place} par aprupi senioru " * 8,
                "assignee_id": holder if state in ("claimed", "waiting") else None,
                "due_at": at + timedelta(hours=2) if state != "closed" else None, **times,
            },
        }  # fmt: skip


def make_messages(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(uuid4()), "conversation_id": conversation["id"], "seq": seq, "session_no": 1,
            "author": ("visitor", "bot")[seq % 2], "kind": "text", "text": "Kā pieteikties konkursam? " * 5,
            "locale": "lv", "buttons": [], "sources": [], "data": {}, "evidence": {},
            "created_at": conversation["created_at"],
        }
        for seq in range(1, MESSAGES + 1)
    ]  # fmt: skip


def fill(helpdesk: Helpdesk, session: Session) -> NewAccount:
    account = add_coordinator(session, email="bench@example.org", name="B", role="coordinator", with_token=False)
    session.execute(update(Coordinator).values(must_change_password=False))
    rows = list(make_rows(helpdesk, find_coordinator(session, account.email).id))
    session.execute(insert(Conversation), [row["conversation"] for row in rows])
    session.execute(insert(MessageRow), [said for row in rows for said in make_messages(row["conversation"])])
    session.execute(insert(Request), [row["request"] for row in rows])
    return account


def measure(browser: TestClient, path: str) -> None:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = browser.get(path)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, path
    took.sort()
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(f"{path:45} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {len(answer.content) / 1000:5.1f} kB", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as folder:
        knowledge = index_materials(Path(folder) / "index")
        settings = Settings(_env_file=None, data=Path(folder) / "data", demo=False)
        with open_helpdesk(settings, knowledge) as helpdesk:
            with helpdesk.database.transaction() as session:
                account = fill(helpdesk, session)
            with TestClient(create_app(helpdesk)) as browser:
                browser.post("/inbox/sign-in", data={"email": account.email, "password": account.password})
                for path in PAGES:
                    measure(browser, path)


if __name__ == "__main__":
    main()
