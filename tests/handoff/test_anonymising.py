"""What tells who somebody is does not get into a draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.anonymising import anonymise, find_marks, names_in, strip_courtesies


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Uz anna.berzina@inbox.lv vai pa 29 123 456!", "Uz [e-pasts] vai pa [tālrunis]!"),
        ("Tālrunis +371 29123456.", "Tālrunis [tālrunis]."),
        ("Mans kods ir 120380-12345, lūdzu", "Mans kods ir [personas kods], lūdzu"),
        ("Mans kods ir ••••••-•••••", "Mans kods ir [personas kods]"),
        ("Mani sauc Anna Bērziņa. Annai vajag naudu.", "Mani sauc [vārds]. [vārds] vajag naudu."),
        ("My name is John Smith and John asks", "My name is [vārds] and [vārds] asks"),
        ("Grants ir līdz 1 500 000 EUR, 2024.–2026. gadā", "Grants ir līdz 1 500 000 EUR, 2024.–2026. gadā"),
        ("Pasākums 4.4.1.1, Regula 2021/1057", "Pasākums 4.4.1.1, Regula 2021/1057"),
    ],
)  # fmt: skip
def test_contacts_codes_and_names_leave_a_mark(said: str, wanted: str) -> None:
    assert anonymise(said) == wanted


def test_the_name_from_the_form_is_taken_out_in_any_case_ending() -> None:
    made = anonymise("Ziņojiet Jānim Kalniņam par Jāņa ieceri.", names=["Jānis", "Kalniņš"])
    assert "Kalni" not in made
    assert "Jānim" not in made


def test_addresses_of_institutions_may_stay() -> None:
    said = "Rakstiet uz atbalsts@sif.gov.lv vai +371 22811001, ne anna@inbox.lv."
    assert anonymise(said, public=["atbalsts@sif.gov.lv", "+371 22811001"]) == (
        "Rakstiet uz atbalsts@sif.gov.lv vai +371 22811001, ne [e-pasts]."
    )


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Labdien, Anna!\n\nJā, var pieteikties.\n\nAr cieņu\nJuris Ozols", "Jā, var pieteikties."),
        ("Labdien! Vai varat palīdzēt?", "Vai varat palīdzēt?"),
        ("Labdien kolēģi, kā pieteikties?", "Kolēģi, kā pieteikties?"),
        ("Sveiki! vai var pieteikties?", "Vai var pieteikties?"),
        ("Labdien\nJā.", "Jā."),
        ("Hello, yes you can.\nBest regards,\nJuris", "Yes you can."),
        ("Paldies par jautājumu! Jā, var.", "Paldies par jautājumu! Jā, var."),
    ],
)  # fmt: skip
def test_greeting_and_signature_are_cut(said: str, wanted: str) -> None:
    assert strip_courtesies(said) == wanted


def test_marks_are_found_until_they_are_mended() -> None:
    assert find_marks(anonymise("anna@inbox.lv un 29123456")) == ["[e-pasts]", "[tālrunis]"]
    assert find_marks("Rakstiet [šeit](https://example.lv)") == []


def test_names_are_read_from_what_was_given_as_contact() -> None:
    assert names_in("Anna Bērziņa, anna.berzina@inbox.lv, 29123456") == ["Anna", "Bērziņa"]


@given(st.text(max_size=300))
def test_any_text_is_taken(said: str) -> None:
    anonymise(strip_courtesies(said), names=names_in(said))
    assert "@x.lv" not in anonymise(f"{said} kas@x.lv ")
