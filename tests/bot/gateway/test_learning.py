"""The learning loop by forms alone: from an open question to an answer of the bot; and changing the library."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from bot.gateway.application import create_app
from bot.helpdesk import Helpdesk, Knowledge
from bot.learning.grouping import group_new, pack
from bot.learning.publishing import NOTHING
from bot.settings import Settings
from handoff import audit, drafts, gaps, question_groups
from handoff.coordinators import add_coordinator
from handoff.models.coordinator import Coordinator
from handoff.models.learning import GroupedQuestion
from handoff.views import Actor
from knowledge.catalogue import Catalogue
from retrieval.building import build_index
from retrieval.encoder import load_encoder
from retrieval.retriever import Retriever
from tests.bot.gateway.test_desk import OWN, csrf_of
from tests.everywhere import find_everywhere
from tests.serving import choose_materials, open_helpdesk
from tests.visiting import Visitor

QUESTION = "Vai kompetences centrs aizdod projektoru semināram?"
ANSWER = "Projektoru semināram aizdod bez maksas. Piesakieties piecas darba dienas iepriekš."
SHIPPED = "lv/kas-ir-sociala-inovacija"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [path for path in choose_materials() if path.name.startswith("kas-")]


@pytest.fixture
def helpdesk(tmp_path: Path, few: list[Path], few_knowledge: Knowledge) -> Iterator[Helpdesk]:
    settings = Settings(_env_file=None, data=tmp_path / "data", materials=few)
    with open_helpdesk(settings, few_knowledge) as helpdesk:
        yield helpdesk
        for thread in threading.enumerate():
            if thread.name.startswith("check-"):
                thread.join(60)


@pytest.fixture(scope="module")
def few_knowledge(few: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    encoder, folder = load_encoder("packaged"), tmp_path_factory.mktemp("few")
    catalogue = Catalogue.read(few)
    build_index(catalogue, encoder, folder, lambda _: None)
    return Knowledge(catalogue, Retriever.load(catalogue, encoder, folder))


class Window:
    """A signed-in browser without JavaScript."""

    def __init__(self, browser: TestClient, actor: Actor) -> None:
        self.browser, self.actor = browser, actor
        self.csrf = csrf_of(browser.get("/inbox/password").text)

    def get(self, path: str) -> str:
        page = self.browser.get(path)
        assert page.status_code == 200, page.text
        return str(page.text)

    def post(self, path: str, status: int = 200, **data: object) -> str:
        page = self.browser.post(path, data={"csrf": self.csrf, **data})
        assert page.status_code == status, page.text
        self.path = page.url.path
        return str(page.text)

    def form(self, path: str) -> dict[str, object]:
        """What the form of a document holds as it is shown."""
        page = self.get(path)
        found: dict[str, object] = {}
        for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', page):
            if "checkbox" not in name:
                found.setdefault(name, value)
        for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
            found[name] = value
        for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
            chosen = re.findall(r'value="([^"]*)" selected', options)
            found[name] = chosen[0] if chosen else ""
        checked = re.findall(r'type="checkbox"[^>]* name="(\w+)" value="([^"]+)" checked', page)
        boxes = re.findall(r'type="checkbox"[^>]* name="(\w+)" value', page)
        for name in set(boxes):
            found[name] = [value for one, value in checked if one == name]
        return {name: unescape(told) if isinstance(told, str) else told for name, told in found.items()}


SignIn = Callable[..., Window]


@pytest.fixture
def sign_in(helpdesk: Helpdesk) -> Iterator[SignIn]:
    app = create_app(helpdesk)
    with ExitStack() as stack:

        def enter(name: str, role: str) -> Window:
            with helpdesk.database.transaction() as session:
                made = add_coordinator(
                    session, email=f"{name.lower()}@example.org", name=name, role=role, with_token=False
                )
            browser = stack.enter_context(TestClient(app, follow_redirects=True))
            page = browser.post("/inbox/sign-in", data={"email": made.email, "password": made.password})
            changed = {"csrf": csrf_of(page.text), "old": made.password, "new": OWN}
            browser.post("/inbox/password", data=changed)
            with helpdesk.database.reading() as session:
                row = session.scalars(select(Coordinator).where(Coordinator.email == made.email)).one()
            return Window(browser, Actor(row.id, row.email, name, role))

        yield enter


def wait_for_check(window: Window) -> str:
    """The check runs in a thread of this process."""
    for thread in threading.enumerate():
        if thread.name.startswith("check-"):
            thread.join(60)
    return window.get(window.path)


def ask(helpdesk_client: TestClient, question: str) -> dict[str, object]:
    told = helpdesk_client.post("/api/v1/ask", json={"question": question, "locale": "lv"}).json()
    assert isinstance(told, dict)
    return told


def test_what_a_person_answered_once_the_bot_answers_from_then_on(helpdesk: Helpdesk, sign_in: SignIn) -> None:
    anna, ieva = sign_in("Anna", "coordinator"), sign_in("Ieva", "editor")
    visitor = Visitor.begin(anna.browser)
    visitor.say(f"Labdien! Mani sauc Zane Kalniņa, zane@inbox.lv. {QUESTION}")
    assert visitor.wait_for_answer(1)["kind"] in ("unanswered", "choice")
    visitor.say("Gribu runāt ar cilvēku")
    number = visitor.wait_for_answer(visitor.read()[-1]["seq"] - 1)["data"]["request"]["number"]
    anna.post(f"/inbox/{number}/claim")
    reply = f"Labdien, Zane!\n\n{ANSWER} Zanei zvanīs rīt.\n\nAr cieņu\nAnna"
    anna.post(f"/inbox/{number}/reply", id=str(uuid4()), text=reply)
    page = anna.post(f"/inbox/{number}/close", outcome="answered")
    assert "Sagatavot jautājumu un atbildi" in page
    assert ask(anna.browser, QUESTION)["answered"] is False

    page = anna.post(f"/inbox/{number}/draft")
    draft = anna.path
    assert QUESTION in page
    assert ANSWER.split(".", maxsplit=1)[0] in page
    assert "zane@inbox.lv" not in page
    assert "Kalniņa" not in page
    assert "Šeit bija personas dati" in page
    ieva.post(f"{draft}/review", 409, edition=1)

    mended = {
        "title_lv": QUESTION,
        "body_lv": ANSWER,
        "summary_lv": "",
        "kind": "faq",
        "source": "Koordinators, 2026",
    }
    assert "Uzmetumu pārskata redaktors" in anna.post(draft, edition=1, **mended)
    anna.post(f"{draft}/review", 403, edition=2)
    ieva.post(f"{draft}/review", edition=2)
    ieva.post(f"{draft}/publish", edition=3)
    page = wait_for_check(ieva)
    assert "Agrāk neatbildēja, tagad atbild" in page
    answer = ask(anna.browser, "Vai centrs var aizdot projektoru mūsu semināram?")
    assert answer["answered"] is True
    assert "bez maksas" in str(answer["text"])
    assert answer["sources"][0]["title"] == QUESTION  # type: ignore[index]
    assert QUESTION in ieva.get("/inbox/learning/controls")

    ieva.post(f"{ieva.path}/undo")
    assert "Izmaiņas ir atsauktas" in wait_for_check(ieva)
    assert ask(anna.browser, QUESTION)["answered"] is False
    with helpdesk.database.reading() as session:
        assert drafts.get_draft(session, anna.actor, 1).state == "draft"
        acts = [entry.action for entry in audit.list_entries(session, actor=ieva.actor.id)]
    wanted = {"material.published", "material.rolled_back", "draft.reviewed", "draft.published", "control.added"}
    assert wanted <= set(acts)


def test_open_questions_are_grouped_by_meaning_and_masked(helpdesk: Helpdesk, sign_in: SignIn) -> None:
    anna = sign_in("Anna", "coordinator")
    for said in (
        "Vai jūs aizdodat projektoru pasākumam, mans tālrunis 29123456",
        "vai var aiznemties projektoru pasakumam",
        "Kur Liepājā var nopirkt zirgu?",
    ):
        visitor = Visitor.begin(anna.browser)
        visitor.say(said)
        visitor.wait_for_answer(1)
    with helpdesk.database.reading() as session:
        open_questions = {gap.text for gap in gaps.find_gaps(session)}
    grouped = group_new(helpdesk)
    assert grouped == len(open_questions) >= 2
    assert group_new(helpdesk) == 0
    page = anna.get("/inbox/learning")
    assert "29123456" not in page
    with helpdesk.database.reading() as session:
        groups, _ = question_groups.list_groups(session, anna.actor)
    projector = next(group for group in groups if "projektor" in group.sample)
    assert projector.count == len([said for said in open_questions if "projektor" in said])
    shown = anna.get(f"/inbox/learning/groups/{projector.id}")
    assert "projektoru" in shown
    assert "29123456" not in shown
    anna.post(f"/inbox/learning/groups/{projector.id}/draft")
    assert "projektoru" in anna.get(anna.path)
    kept = find_everywhere(helpdesk.database, "29123456")
    assert not any(
        place.startswith(("answer_drafts.", "question_groups.", "grouped_questions.")) for place in kept
    )
    anna.post(f"/inbox/learning/groups/{projector.id}/ignored")
    assert "projektor" not in anna.get("/inbox/learning")
    assert "projektor" in anna.get("/inbox/learning?state=ignored")


def test_after_an_upgrade_open_questions_are_grouped_by_the_new_encoder(
    helpdesk: Helpdesk, sign_in: SignIn
) -> None:
    anna = sign_in("Anna", "coordinator")

    def leave_open(said: str) -> None:
        visitor = Visitor.begin(anna.browser)
        visitor.say(said)
        visitor.wait_for_answer(1)
        group_new(helpdesk)

    def read_rows() -> list[GroupedQuestion]:
        with helpdesk.database.reading() as session:
            return list(session.scalars(select(GroupedQuestion).order_by(GroupedQuestion.id)))

    leave_open("Kur Liepājā var nopirkt zirgu?")
    (before,) = read_rows()
    with helpdesk.database.transaction() as session:
        session.execute(update(GroupedQuestion).values(vector=pack(np.ones(384)), encoder="an older one"))
    leave_open("Kur Liepājā nopirkt zirgu?")
    first, second = read_rows()
    assert (first.vector, first.encoder) == (before.vector, before.encoder)
    assert second.group_id == first.group_id


def test_changing_a_shipped_document_makes_a_copy_that_can_be_taken_back(
    helpdesk: Helpdesk, sign_in: SignIn, few: list[Path]
) -> None:
    ieva = sign_in("Ieva", "editor")
    shipped = next(path for path in few if path.name == "kas-ir-sociala-inovacija.lv.md")
    before = shipped.read_text("utf-8")
    path = f"/inbox/materials/{SHIPPED}"
    form = ieva.form(path)
    form["body"] = f"{form['body']}\n\n## Vai purpura krāsa ir svarīga?\n\nPurpura krāsa nav svarīga."
    assert "Purpura krāsa nav svarīga" in ieva.post(path, **form, action="preview")
    assert helpdesk.knowledge.catalogue.document(SHIPPED).path == shipped.name  # type: ignore[union-attr]
    ieva.post(path, **form, action="save")
    assert "Izmaiņas ir spēkā" in wait_for_check(ieva)
    assert shipped.read_text("utf-8") == before
    assert "Purpura" in str(helpdesk.knowledge.catalogue.document(SHIPPED))
    assert "Purpura" in ieva.get(f"{path}/history")
    ieva.post(f"{path}/remove", base=ieva.form(path)["base"])
    wait_for_check(ieva)
    assert "Purpura" not in str(helpdesk.knowledge.catalogue.document(SHIPPED))
    ieva.post(f"{path}/restore", base=ieva.form(path)["base"], version=2)
    wait_for_check(ieva)
    assert "Purpura" in str(helpdesk.knowledge.catalogue.document(SHIPPED))


def test_a_form_that_is_saved_untouched_changes_nothing(helpdesk: Helpdesk, sign_in: SignIn) -> None:
    ieva = sign_in("Ieva", "editor")
    path = "/inbox/materials/lv/demo-x"
    new = {
        "kind": "call", "locale": "lv", "id": "demo-x", "title": "[Demo] X", "summary": "Īsi.", "body": "Teksts.",
        "source": "Demo", "reviewed_on": "2026-11-24", "demo": "1", "deadlines_day_0": "2026-12-01",
        "deadlines_time_0": "17:00", "deadlines_day_1": "2027-01-15", "own_share": "0", "budget": "50 000",
        "call_timezone": "Europe/Brussels", "themes": ["ageing"], "base": NOTHING,
    }  # fmt: skip
    ieva.post("/inbox/materials/new", **new)
    wait_for_check(ieva)
    (call,) = [one for one in helpdesk.knowledge.catalogue.calls if one.id == "demo-x"]
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in call.deadlines] == ["2026-12-01T15:00", "2027-01-15T22:59"]
    assert (call.budget, call.own_share, call.themes) == (50000, 0, ("ageing",))
    ieva.post(path, **ieva.form(path))
    assert ieva.path == path
    moved = ieva.form(path) | {"deadlines_time_0": "18:00"}
    ieva.post(path, **moved)
    wait_for_check(ieva)
    told = helpdesk.knowledge.catalogue.document("lv/demo-x")
    assert told is not None
    assert [one["field"] for one in told.fields["changes"]] == ["deadlines"]


def test_mistakes_are_told_at_their_fields_and_nothing_is_lost(helpdesk: Helpdesk, sign_in: SignIn) -> None:
    ieva = sign_in("Ieva", "editor")
    wrong = {"kind": "call", "locale": "lv", "title": "Bez zīmes", "demo": "1", "budget": "daudz",
             "own_share": "150",
             "deadlines_day_0": "rīt", "body": "Mans teksts", "base": NOTHING}  # fmt: skip
    page = ieva.post("/inbox/materials/new", 422, **wrong)
    for said in ("jāsākas ar „[Demo]”", "summu eiro", "procentus", "datumu un laiku", "tas ir obligāts"):
        assert said in page
    assert "Mans teksts" in page
    assert 'value="rīt"' in page
    assert not (helpdesk.settings.data / "materials").exists()


def test_a_change_that_breaks_an_answer_is_told_of(helpdesk: Helpdesk, sign_in: SignIn) -> None:
    ieva = sign_in("Ieva", "administrator")
    path = f"/inbox/materials/{SHIPPED}"
    asked = "kas ir sociālā inovācija?"
    ieva.post(path, **(ieva.form(path) | {"title": "Makšķerēšana", "summary": "Zivis.", "body": "Zivis ezerā."}))
    page = wait_for_check(ieva)
    assert "Kļuva sliktāk" in page
    assert asked in page
    ieva.post(f"{ieva.path}/undo")
    assert "Kļuva sliktāk" not in wait_for_check(ieva)
    assert ask(ieva.browser, asked)["answered"] is True


def test_two_editors_do_not_overwrite_each_other(helpdesk: Helpdesk, sign_in: SignIn) -> None:
    ieva, zane = sign_in("Ieva", "editor"), sign_in("Zane", "administrator")
    path = f"/inbox/materials/{SHIPPED}"
    first, second = ieva.form(path), zane.form(path)
    ieva.post(path, **(first | {"title": "Kas tā ir?"}))
    wait_for_check(ieva)
    page = zane.post(path, 409, **(second | {"summary": "Zanes teksts."}))
    assert "Kāds cits to pa to laiku ir mainījis" in page
    assert "Zanes teksts." in page
    assert "Kas tā ir?" in page
    again = re.search(r'name="base" value="(\w+)"', page)
    assert again
    zane.post(path, **(second | {"summary": "Zanes teksts.", "base": again[1]}))
    wait_for_check(zane)
    assert helpdesk.knowledge.catalogue.document(SHIPPED).summary == "Zanes teksts."  # type: ignore[union-attr]


@pytest.mark.parametrize(("role", "status"), [("coordinator", 403), ("viewer", 403)])
def test_only_editors_change_the_library(sign_in: SignIn, role: str, status: int) -> None:
    window = sign_in("Vera", role)
    paths = [f"/inbox/materials/{SHIPPED}", "/inbox/materials/new", f"/inbox/materials/{SHIPPED}/remove",
             f"/inbox/materials/{SHIPPED}/restore", "/inbox/learning/controls", "/inbox/learning/checks/1/undo",
             "/inbox/learning/checks/1/again", "/inbox/learning/drafts/1/publish"]  # fmt: skip
    for path in paths:
        assert window.browser.post(path, data={"csrf": window.csrf}).status_code == status, path
    seen = 200 if role == "coordinator" else 403
    for path in ("/inbox/materials", "/inbox/learning", "/inbox/learning/drafts", "/inbox/learning/controls"):
        assert window.browser.get(path).status_code == seen


def test_a_change_needs_the_proof_that_the_form_is_ours(sign_in: SignIn) -> None:
    ieva = sign_in("Ieva", "editor")
    path = f"/inbox/materials/{SHIPPED}"
    refused = ieva.browser.post(path, data=ieva.form(path) | {"csrf": "x", "title": "Cits"})
    assert refused.status_code == 403
