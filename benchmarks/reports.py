"""Reports over a year with 10 000 requests and three times as many talks: counted for the first time, and kept.

python -m benchmarks reports       REQUESTS=10000 TIMES=30
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import update

from benchmarks.desk import REQUESTS, measure
from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk
from bot.settings import Settings
from handoff.coordinators import NewAccount, add_coordinator, list_coordinators
from handoff.models.coordinator import Coordinator
from tests.seeding import seed_year
from tests.serving import index_materials, open_helpdesk

PAGES = (
    "/inbox/reports?period=week",
    "/inbox/reports?period=last_month",
    "/inbox/reports?period=quarter",
    "/inbox/reports?period=year",
    "/inbox/reports/year",
)
FILES = ("/inbox/reports/rows.csv?period=last_month", "/inbox/reports/rows.xlsx?period=year")


def fill(helpdesk: Helpdesk) -> NewAccount:
    with helpdesk.database.transaction() as session:
        account = add_coordinator(
            session, email="bench@example.org", name="B", role="coordinator", with_token=False
        )
        session.execute(update(Coordinator).values(must_change_password=False))
        people = [one.id for one in list_coordinators(session)]
        seed_year(session, until=helpdesk.clock(), requests=REQUESTS, people=people)
    return account


def time_once(browser: TestClient, path: str) -> None:
    began = time.perf_counter()
    answer = browser.get(path)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, path
    print(f"{path:45} once {took:7.1f} ms   {len(answer.content) / 1000:7.1f} kB", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-reports-") as folder:
        knowledge = index_materials(Path(folder) / "index")
        settings = Settings(_env_file=None, data=Path(folder) / "data", demo=False)
        with open_helpdesk(settings, knowledge) as helpdesk:
            account = fill(helpdesk)
            with TestClient(create_app(helpdesk)) as browser:
                browser.post("/inbox/sign-in", data={"email": account.email, "password": account.password})
                for path in PAGES:
                    time_once(browser, path)
                    measure(browser, path)
                for path in FILES:
                    time_once(browser, path)


if __name__ == "__main__":
    main()
