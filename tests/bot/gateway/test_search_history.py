"""There is no search history: what is looked for is answered and forgotten."""

from __future__ import annotations

from fastapi.testclient import TestClient

from bot.helpdesk import Helpdesk
from tests.bot.gateway.signing_in import administrator
from tests.everywhere import find_everywhere

WORDS = "vardotava anna.berzina@inbox.lv"


def test_what_was_searched_for_is_kept_nowhere(client: TestClient, helpdesk: Helpdesk) -> None:
    """Questions without a conversation, the library's search, the desk's own."""
    assert client.post("/api/v1/ask", json={"question": f"Kas ir {WORDS}?"}).status_code == 200
    assert client.post("/api/v1/search", json={"query": WORDS}).status_code == 200
    assert client.get("/library", params={"q": WORDS}).status_code == 200
    with administrator(helpdesk) as boss:
        assert boss.get("/inbox", q=WORDS).status_code == 200
        assert boss.get("/inbox/materials", q=WORDS).status_code == 200
    written = [path for path in helpdesk.settings.data.rglob("*") if path.is_file()]
    for word in WORDS.split():
        assert find_everywhere(helpdesk.database, word) == set()
        assert not [path for path in written if word.encode() in path.read_bytes()]
