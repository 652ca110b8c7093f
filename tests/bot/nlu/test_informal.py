"""People who are no organisation are told from organisations, in three languages."""

from __future__ import annotations

import pytest

from bot.nlu.lexicon import find_entities


def find_applicants(text: str) -> list[str]:
    return [item.value for item in find_entities(text) if item.entity == "applicant"]


@pytest.mark.parametrize(
    "text",
    [
        "neesam organizācija", "mēs neesam nekāda organizācija", "mēs neesam reģistrēti", "neesam vēl reģistrēti",
        "neesam juridiska persona", "mums nav biedrības", "mums vēl nav savas organizācijas",
        "es esmu bez organizācijas",
        "esam divi draugi", "esam tikai pāris kaimiņi", "mēs esam neformāla grupa", "esam draugu kompānija",
        "neesam biedrība, esam vienkārši draugi", "iniciatīvas grupa",
        "vai varam pieteikties, ja neesam reģistrēti?",
        "we are just two friends", "we're not an organisation", "we are not registered",
        "we're not a legal entity",
        "an informal group", "we don't have an organisation", "a group of neighbours", "just a few friends",
        "can we apply if we are not registered yet?", "мы не организация", "мы не зарегистрированы",
        "мы просто двое друзей", "у нас нет организации", "инициативная группа",
    ],
)  # fmt: skip
def test_no_organisation_is_a_private_person(text: str) -> None:
    assert find_applicants(text) == ["individual"]


@pytest.mark.parametrize(
    ("text", "applicants"),
    [
        ("esam biedrība", ["association"]),
        ("neesam reģistrēti kā sociālais uzņēmums", None),
        ("we are not registered as a social enterprise", None),
        ("esam draudzīga biedrība", ["association"]),
        ("gribam palīdzēt vientuļiem kaimiņiem", []),
        ("we have an organisation", []),
        ("mūsu uzņēmums palīdz draugiem", ["business"]),
        ("we are two organisations", []),
    ],
)
def test_other_words_of_the_kind_make_nobody_private(text: str, applicants: list[str] | None) -> None:
    found = find_applicants(text)
    assert "individual" not in found
    assert applicants is None or found == applicants
