"""A person talks to the bot in Telegram: what is said is in the record, what is recorded is in the chat."""

from tests.bot.channels.telegram.rig import Rig
from tests.telegram_api import TelegramApi

ANNA = 7001


def begin(rig: Rig, api: TelegramApi, chat: int = ANNA) -> None:
    api.say(chat, "/start")
    rig.await_texts(chat, 1)


def test_start_greets_once_and_opens_a_conversation(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    conversation = rig.conversation(ANNA)
    assert conversation
    assert (conversation.channel, conversation.locale) == ("telegram", "lv")
    assert rig.record(ANNA)[0].text.split()[0] in api.chat(ANNA).texts[0]


def test_a_question_is_answered_with_its_source(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "Kas ir sociālā inovācija?")
    told = rig.await_text(ANNA, "jaunas sadarbības formas")
    assert "Kas ir sociālā inovācija" in told
    assert [message.author for message in rig.record(ANNA)][-2:] == ["visitor", "bot"]
    assert "typing" in api.chat(ANNA).actions


def test_words_without_start_are_not_lost(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/konkursi")
    rig.await_text(ANNA, "Konkurss Nr. 1")
    assert len(rig.record(ANNA)) == 3


def test_a_list_is_narrowed_by_a_button(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "/calls")
    rig.await_text(ANNA, "Konkurss Nr. 1")
    api.press(ANNA, "Konkurss Nr. 2")
    told = rig.await_text(ANNA, "Atbalsts biedrībām")
    assert "Konkurss Nr. 2" in told
    assert len(api.answered) == 1


def test_deadlines_come_by_month_with_the_days_left(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "/termini")
    told = rig.await_text(ANNA, "2026. gada decembrī")
    assert "pa mēnešiem" in told
    assert "7. Konkurss Nr. 7" in told, "all of them, not a first page"
    assert "(atlikušas 17 dienas)" in told
    assert told.index("Konkurss Nr. 1") < told.index("Konkurss Nr. 7")
    api.press(ANNA, "3. Konkurss Nr. 3")
    assert "Konkurss Nr. 3" in rig.await_text(ANNA, "Atbalsts biedrībām")
    api.say(ANNA, "/konkursi")
    assert "pa mēnešiem" not in rig.await_text(ANNA, "Šobrīd atvērti 7")


def test_more_turns_the_page_of_the_same_message(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "/konkursi")
    rig.await_text(ANNA, "Konkurss Nr. 5")
    messages = len(api.chat(ANNA).messages)
    assert "Konkurss Nr. 6" not in api.chat(ANNA).texts[-1]
    api.press(ANNA, "Rādīt vēl")
    rig.await_text(ANNA, "Konkurss Nr. 6")
    assert len(api.chat(ANNA).messages) == messages
    api.press(ANNA, "Iepriekšējie")
    rig.await_text(ANNA, "Konkurss Nr. 1")
    api.press(ANNA, "Nākamie")
    rig.await_text(ANNA, "Konkurss Nr. 7")
    assert len(api.chat(ANNA).messages) == messages


def test_a_button_means_the_list_it_stands_below(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "/konkursi")
    rig.await_text(ANNA, "Konkurss Nr. 5")
    api.press(ANNA, "Rādīt vēl")
    rig.await_text(ANNA, "Konkurss Nr. 6")
    api.press(ANNA, "Iepriekšējie")
    rig.await_text(ANNA, "Konkurss Nr. 1")
    api.press(ANNA, "2. Konkurss Nr. 2")
    assert "Konkurss Nr. 2" in rig.await_text(ANNA, "Atbalsts biedrībām")


def test_a_deep_link_opens_one_call(rig: Rig, api: TelegramApi) -> None:
    api.say(ANNA, "/start call_konkurss-3")
    assert "Konkurss Nr. 3" in rig.await_text(ANNA, "Atbalsts biedrībām")


def test_the_same_update_twice_counts_once(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    update = api.say(ANNA, "Kas ir sociālā inovācija?")
    api.deliver(update)
    api.deliver(update)
    rig.await_text(ANNA, "jaunas sadarbības formas")
    api.say(ANNA, "paldies")
    rig.await_texts(ANNA, 3)
    said = [message.text for message in rig.record(ANNA) if message.author == "visitor"]
    assert said == ["Kas ir sociālā inovācija?", "paldies"]


def test_an_edit_changes_the_record_and_asks_nobody(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    said = api.say(ANNA, "Kas ir sociālā inovācija?")
    rig.await_text(ANNA, "jaunas sadarbības formas")
    api.edit(said, "Kas ir sociālais uzņēmums?")
    api.wait_for(lambda: "Kas ir sociālais uzņēmums?" in [message.text for message in rig.record(ANNA)])
    assert len(rig.record(ANNA)) == 3
    assert len(api.chat(ANNA).messages) == 2


def test_an_edit_that_comes_before_its_message_stands_for_it(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    first = api.update(message=api.message(ANNA, text="konkursi jauniesiem"))
    second = api.update(
        edited_message={**first["message"], "text": "paldies", "edit_date": first["message"]["date"]}
    )
    api.deliver(second)
    rig.await_texts(ANNA, 2)
    api.deliver(first)
    api.say(ANNA, "/valoda")
    rig.await_texts(ANNA, 3)
    assert [message.text for message in rig.record(ANNA) if message.author == "visitor"] == ["paldies"]


def test_a_pressed_button_that_was_never_offered_is_refused(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.press_data(ANNA, api.chat(ANNA).messages[0], "handoff:reason=asked")
    api.wait_for(lambda: api.answered)
    assert "neder" in api.answered[0]["text"]
    assert len(rig.record(ANNA)) == 1


def test_the_language_is_changed_by_a_button(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "/valoda")
    rig.await_texts(ANNA, 2)
    api.press(ANNA, "English")
    rig.await_text(ANNA, "From now on")
    conversation = rig.conversation(ANNA)
    assert conversation
    assert conversation.locale == "en"


def test_menus_are_published_in_both_languages(rig: Rig, api: TelegramApi) -> None:
    api.wait_for(lambda: len(api.commands) == 6)
    names = {language: commands[0]["command"] for (scope, language), commands in api.commands.items()}
    assert names == {"": "konkursi", "lv": "konkursi", "en": "calls"}


def test_a_message_too_long_is_said_to_be_so(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, "ā" * 4050)
    rig.await_text(ANNA, "pārāk gara")
    assert len(rig.record(ANNA)) == 1


def test_typed_intents_are_only_words(rig: Rig, api: TelegramApi) -> None:
    begin(rig, api)
    api.say(ANNA, '/feedback{"helpful": "yes"}')
    rig.await_texts(ANNA, 2)
    assert rig.record(ANNA)[-1].kind != "feedback"
