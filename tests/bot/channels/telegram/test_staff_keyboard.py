from bot.channels.telegram.staff import make_keyboard


def test_the_alert_opens_the_request_in_the_inbox() -> None:
    (row,) = make_keyboard("lv", 7, "https://palidziba.example.org", claimed=False).inline_keyboard
    assert row[-1].url == "https://palidziba.example.org/inbox/7"


def test_there_is_no_button_to_an_address_only_this_machine_knows() -> None:
    (row,) = make_keyboard("lv", 7, "http://127.0.0.1:8000", claimed=False).inline_keyboard
    assert all(button.url is None for button in row)
