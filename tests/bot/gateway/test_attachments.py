"""Who may have a visitor's file, and how it is handed over."""

from uuid import uuid4

from fastapi.testclient import TestClient

from bot.helpdesk import Helpdesk
from handoff.attachments import StoredFile, attach, keep_file
from handoff.conversations import open_conversation, record_visitor_message
from handoff.coordinators import NewAccount, add_coordinator

HTML = b"<script>alert(1)</script>"


def send_file(helpdesk: Helpdesk) -> StoredFile:
    stored = keep_file(helpdesk.settings.data / "uploads", "tāme.csv", HTML)
    with helpdesk.database.transaction() as session:
        conversation, _ = open_conversation(
            session, channel="web", locale="lv", consent="1", page=None, greeting=[]
        )
        recorded = record_visitor_message(
            session, conversation.id, client_id=str(uuid4()), text="[Fails]", for_person=True
        )
        attach(session, recorded.message.id, [stored])
    return stored


def make_account(helpdesk: Helpdesk, role: str) -> NewAccount:
    with helpdesk.database.transaction() as session:
        return add_coordinator(session, email=f"{role}@example.org", name=role, role=role, with_token=True)


def fetch(client: TestClient, path: str, account: NewAccount | None = None) -> tuple[int, bytes, str]:
    headers = {"Authorization": f"Bearer {account.token}"} if account else {}
    told = client.get(path, headers=headers)
    return told.status_code, told.content, told.headers.get("content-disposition", "")


def test_a_coordinator_gets_it_as_a_download(client: TestClient, helpdesk: Helpdesk) -> None:
    stored, account = send_file(helpdesk), make_account(helpdesk, "coordinator")
    status, body, disposition = fetch(client, f"/api/v1/attachments/{stored.id}", account)
    assert (status, body) == (200, HTML)
    assert disposition.startswith("attachment")


def test_nobody_else_does(client: TestClient, helpdesk: Helpdesk) -> None:
    stored, viewer = send_file(helpdesk), make_account(helpdesk, "viewer")
    assert fetch(client, f"/api/v1/attachments/{stored.id}")[0] == 401
    assert fetch(client, f"/api/v1/attachments/{stored.id}", viewer)[0] == 403


def test_an_unknown_one_is_not_found(client: TestClient, helpdesk: Helpdesk) -> None:
    account = make_account(helpdesk, "coordinator")
    assert fetch(client, f"/api/v1/attachments/{uuid4()}", account)[0] == 404
    assert fetch(client, "/api/v1/attachments/..%2f..%2fhelpdesk.sqlite3", account)[0] in (404, 422)
