"""A coordinator on the other side: words that come late, are mended, wait for the network or go on in Telegram."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pydantic import SecretStr
from sqlalchemy import update

from bot.helpdesk import Helpdesk, Knowledge
from bot.settings import Settings
from handoff import events, requests
from handoff.conversations import get_conversation, list_messages
from handoff.coordinators import add_coordinator, list_coordinators
from handoff.editing import edit_reply
from handoff.messages import Message
from handoff.models.message import MessageRow
from handoff.views import Actor
from tests.e2e.chatting import PATIENCE, Chat
from tests.serving import Served, free_port, open_helpdesk, serve
from tests.telegram_api import TOKEN, USERNAME, TelegramApi

OpenPage = Callable[..., Page]
AWAY = """
Object.defineProperty(document, "hidden", { get: () => Boolean(window.away) });
const start = OscillatorNode.prototype.start;
window.tones = 0;
OscillatorNode.prototype.start = function (...when) { window.tones++; return start.apply(this, when); };
"""
"""A headless page is always in front: `window.away` says that it is not. Tones are counted, not listened to."""


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramApi]:
    api = TelegramApi()
    api.start()
    yield api
    api.stop()


@pytest.fixture(scope="module")
def helpdesk(
    few_materials: Knowledge, tmp_path_factory: pytest.TempPathFactory, telegram: TelegramApi
) -> Iterator[Helpdesk]:
    settings = Settings(
        _env_file=None,
        data=tmp_path_factory.mktemp("data"),
        port=free_port(),
        conversation_rate="6/minute",
        telegram_token=SecretStr(TOKEN),
        telegram_api=telegram.url,
    )
    with open_helpdesk(settings, few_materials) as helpdesk:
        yield helpdesk


@pytest.fixture(scope="module")
def served(helpdesk: Helpdesk) -> Iterator[Served]:
    with serve(helpdesk) as served:
        yield served


@dataclass
class Anna:
    """The coordinator of one visitor's request."""

    helpdesk: Helpdesk
    actor: Actor
    conversation: str
    number: int = 0

    def claim(self) -> Anna:
        with self.helpdesk.database.transaction() as session:
            self.number = get_conversation(session, self.conversation).request_number or 0
            requests.claim(session, self.actor, self.number)
        return self

    def reply(self, text: str) -> Message:
        with self.helpdesk.database.transaction() as session:
            return requests.reply(session, self.actor, self.number, client_id=str(uuid4()), text=text)

    def mend(self, said: Message, text: str) -> None:
        with self.helpdesk.database.transaction() as session:
            edit_reply(session, self.actor, self.number, said.id, text)

    def write(self) -> None:
        with self.helpdesk.database.transaction() as session:
            events.note(session, events.typing_topic(self.conversation))

    def record(self) -> list[str]:
        with self.helpdesk.database.reading() as session:
            return [message.id for message in list_messages(session, self.conversation)]


def ask_person(chat: Chat, helpdesk: Helpdesk) -> Anna:
    chat.root.locator(".person").click()
    expect(chat.root.locator(".request")).to_be_visible(timeout=PATIENCE)
    with helpdesk.database.transaction() as session:
        if not list_coordinators(session):
            add_coordinator(session, email="anna@example.lv", name="Anna", role="coordinator", with_token=False)
    with helpdesk.database.reading() as session:
        [actor] = list_coordinators(session)
    return Anna(helpdesk, actor, json.loads(chat.kept["sic-chat"])["id"])


def shown(chat: Chat) -> list[str]:
    script = "e => [...e.shadowRoot.querySelectorAll('.message')].map(node => node.dataset.id || 'pending')"
    found: list[str] = chat.root.evaluate(script)
    return found


def test_a_coordinator_answers_live_and_after_a_reload(open_page: OpenPage, helpdesk: Helpdesk) -> None:
    chat = Chat(open_page()).begin()
    anna = ask_person(chat, helpdesk)
    expect(chat.root.locator(".owner")).to_contain_text("Gaidām koordinatoru")
    anna.claim()
    expect(chat.root.locator(".owner")).to_contain_text("cilvēks", timeout=PATIENCE)
    expect(chat.messages("system").last).to_contain_text("Anna")
    anna.write()
    expect(chat.root.locator(".status")).to_contain_text("Koordinators raksta", timeout=PATIENCE)
    anna.reply("Labdien! Esmu **Anna**.")
    expect(chat.messages("coordinator")).to_contain_text("Esmu Anna.", timeout=PATIENCE)
    expect(chat.messages("coordinator").locator(".who")).to_contain_text("Anna, koordinators")
    expect(chat.root.locator(".status")).to_have_text("")
    with chat.page.expect_file_chooser() as chooser:
        chat.root.get_by_role("button", name="Pievienot failu").click()
    chooser.value.set_files({"name": "plāns.txt", "mimeType": "text/plain", "buffer": b"Ideja"})
    expect(chat.messages("visitor").last).to_contain_text("plāns.txt", timeout=PATIENCE)
    chat.page.reload()
    expect(chat.messages("coordinator")).to_have_count(1, timeout=PATIENCE)


def test_where_no_stream_gets_through_news_and_mended_words_come_by_asking(
    open_page: OpenPage, helpdesk: Helpdesk
) -> None:
    page = open_page("/chat")
    page.route("**/events*", lambda route: route.abort())
    chat = Chat(page).agree()
    anna = ask_person(chat, helpdesk).claim()
    said = anna.reply("Labdein!")
    expect(chat.messages("coordinator")).to_contain_text("Labdein!", timeout=PATIENCE)
    anna.mend(said, "Labdien!")
    expect(chat.messages("coordinator").locator(".bubble")).to_have_text("Labdien!", timeout=PATIENCE)
    expect(chat.messages("coordinator").locator(".who")).to_contain_text("labots")
    assert shown(chat) == anna.record()


def test_a_cut_and_a_restart_in_the_middle_lose_and_double_no_word(
    open_page: OpenPage, helpdesk: Helpdesk, served: Served
) -> None:
    chat = Chat(open_page("/chat")).agree()
    anna = ask_person(chat, helpdesk).claim()
    said = anna.reply("Klausosa.")
    expect(chat.messages("coordinator")).to_have_count(1, timeout=PATIENCE)
    chat.page.context.set_offline(True)
    chat.say("Pirmais").say("Otrais")
    anna.reply("Vai esat tur?")
    expect(chat.root.locator(".state.waiting").first).to_be_visible(timeout=PATIENCE)
    served.stop()
    chat.page.context.set_offline(False)
    chat.say("Trešais")
    anna.reply("Es pagaidīšu.")
    anna.mend(said, "Klausos.")
    served.start()
    expect(chat.messages("visitor")).to_have_count(4, timeout=40_000)
    expect(chat.messages("coordinator")).to_have_count(3, timeout=PATIENCE)
    expect(chat.messages("coordinator").first.locator(".bubble")).to_have_text("Klausos.", timeout=PATIENCE)
    anna.reply("Sapratu.")
    expect(chat.messages("coordinator")).to_have_count(4, timeout=PATIENCE)
    said = [text.splitlines()[-1] for text in chat.messages("visitor").all_inner_texts()]
    assert said == ["Runāt ar cilvēku", "Pirmais", "Otrais", "Trešais"]
    assert shown(chat) == anna.record()
    chat.page.reload()
    expect(chat.messages("coordinator")).to_have_count(4, timeout=PATIENCE)
    assert shown(chat) == anna.record()


def test_the_next_day_it_goes_on_where_it_was(
    open_page: OpenPage, helpdesk: Helpdesk, new_context: Callable[..., BrowserContext]
) -> None:
    first = Chat(open_page()).begin()
    anna = ask_person(first, helpdesk).claim()
    expect(first.messages("system").last).to_be_visible(timeout=PATIENCE)
    first.field.fill("pusdoma")
    first.wait_until_kept("pusdoma")
    left = first.page.context.storage_state()
    first.page.context.close()
    with helpdesk.database.transaction() as session:
        rows = session.query(MessageRow).filter(MessageRow.conversation_id == anna.conversation).all()
        for row in rows:
            session.execute(
                update(MessageRow)
                .where(MessageRow.id == row.id)
                .values(created_at=row.created_at - timedelta(days=1))
            )
    anna.reply("Labrīt!")
    chat = Chat(open_page(context=new_context(storage_state=left)))
    expect(chat.messages("coordinator")).to_contain_text("Labrīt!", timeout=PATIENCE)
    assert chat.root.locator(".day").all_inner_texts() == ["Vakar", "Šodien"]
    expect(chat.field).to_have_value("pusdoma")
    assert shown(chat) == anna.record()


def test_news_are_counted_said_and_sounded_while_nobody_looks(
    open_page: OpenPage, helpdesk: Helpdesk, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.add_init_script(AWAY)
    chat = Chat(open_page(context=context)).begin()
    anna = ask_person(chat, helpdesk).claim()
    expect(chat.messages("system").last).to_be_visible(timeout=PATIENCE)
    chat.choose("Skaņa, kad pienāk ziņa")
    expect(chat.root.locator(".status")).to_contain_text("Skaņa ieslēgta")
    before = chat.page.evaluate("window.tones")
    title = chat.page.title()
    chat.root.get_by_role("button", name="Aizvērt tērzēšanu").click()
    look(chat, away=True)
    anna.reply("Labdien!")
    expect(chat.root.locator(".badge")).to_have_text("1", timeout=PATIENCE)
    expect(chat.launcher).to_have_accessible_name("Uzdot jautājumu, 1 nelasīta ziņa")
    expect(chat.page).to_have_title(f"(1) {title}")
    assert chat.page.evaluate("window.tones") == before + 1
    look(chat, away=False)
    expect(chat.page).to_have_title(title)
    expect(chat.root.locator(".badge")).to_have_text("1")
    chat.open()
    expect(chat.root.locator(".badge")).to_be_hidden()


def look(chat: Chat, *, away: bool) -> None:
    chat.page.evaluate(
        "away => { window.away = away; document.dispatchEvent(new Event('visibilitychange')); }", away
    )


def test_the_transcript_can_be_copied_and_mailed(
    open_page: OpenPage, new_context: Callable[..., BrowserContext]
) -> None:
    chat = Chat(open_page(context=new_context(permissions=["clipboard-read", "clipboard-write"]))).begin()
    chat.ask("Kas ir sociālā inovācija?")
    chat.choose("Kopēt sarunu")
    expect(chat.root.locator(".status")).to_contain_text("Saruna ir nokopēta")
    text = chat.page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"\[\d{4}\. gada .* \d\d:\d\d\] Jūs:\nKas ir sociālā inovācija\?", text)
    assert "Virtuālais asistents:" in text
    assert "/library/lv/kas-ir-sociala-inovacija" in text
    chat.root.locator(".more").click()
    mail = str(chat.root.get_by_role("link", name="Nosūtīt sarunu e-pastā").get_attribute("href"))
    assert mail.startswith("mailto:?subject=")
    assert "Kas ir sociālā inovācija?" in unquote(mail)


def test_too_many_messages_wait_and_are_told_how_long(open_page: OpenPage) -> None:
    chat = Chat(open_page()).begin()
    for number in range(7):
        chat.say(f"Ziņa {number}")
    waiting = chat.root.locator(".state.waiting")
    expect(waiting).to_have_count(1, timeout=PATIENCE)
    expect(waiting).to_contain_text(re.compile(r"mēģiniet vēlreiz pēc \d+ (sekund|minūt)"))
    expect(chat.messages("visitor")).to_have_count(6, timeout=PATIENCE)


def test_it_goes_on_in_telegram(open_page: OpenPage, telegram: TelegramApi, helpdesk: Helpdesk) -> None:
    chat = Chat(open_page()).begin().ask("Kas ir sociālā inovācija?")
    chat.choose("Turpināt Telegram")
    link = chat.root.get_by_role("link", name=re.compile("Atvērt Telegram"))
    address = str(link.get_attribute("href"))
    assert address.startswith(f"https://t.me/{USERNAME}?start=r_")
    chat.page.keyboard.press("Escape")
    telegram.say(7, f"/start {address.partition('start=')[2]}")
    telegram.wait_for(lambda: any("turpinās šeit" in text for text in telegram.chat(7).texts))
    telegram.say(7, "Paldies, tagad rakstu no tālruņa")
    expect(chat.messages("visitor").last).to_contain_text("no tālruņa", timeout=PATIENCE)
