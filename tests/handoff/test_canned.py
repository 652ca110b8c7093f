"""Ready texts: kept by editors, filled in from the request."""

from __future__ import annotations

import pytest

from handoff.canned import Canned, delete_canned, fill, list_canned, save_canned
from handoff.errors import Invalid, NotAllowed, NotFound
from handoff.views import Actor
from tests.handoff.world import World


@pytest.fixture
def editor(world: World) -> Actor:
    return world.coordinator("Edgars", "editor")


def save(world: World, actor: Actor, canned_id: int | None = None, **told: str) -> Canned:
    with world.database.transaction() as session:
        return save_canned(session, actor, canned_id, **{"title": "Sveiciens", "lv": "", "en": "", **told})


def listed(world: World) -> list[Canned]:
    with world.database.reading() as session:
        return list_canned(session)


def test_a_text_is_added_changed_and_deleted(world: World, editor: Actor) -> None:
    kept = save(world, editor, lv="Labdien, {name}!")
    save(world, editor, kept.id, lv="Sveiki, {name}!", en="Hello, {name}!")
    (one,) = listed(world)
    assert one.texts == {"lv": "Sveiki, {name}!", "en": "Hello, {name}!"}
    with world.database.transaction() as session:
        delete_canned(session, editor, kept.id)
    assert listed(world) == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"title": " ", "lv": "Teksts"}, "empty"),
        ({"lv": ""}, "empty"),
        ({"lv": "Labdien, {vards}!"}, "variable"),
        ({"en": "x" * 4001}, "too_long"),
        ({"title": "x" * 121, "lv": "Teksts"}, "too_long"),
    ],
)
def test_what_cannot_be_kept_is_refused(world: World, editor: Actor, told: dict[str, str], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(world, editor, **told)
    assert refused.value.facts["reason"] == reason


def test_two_texts_of_one_title_are_refused(world: World, editor: Actor) -> None:
    save(world, editor, lv="Viens")
    with pytest.raises(Invalid, match="title"):
        save(world, editor, lv="Divi")


@pytest.mark.parametrize("role", ["coordinator", "viewer"])
def test_others_only_use_them(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        save(world, world.coordinator("Anna", role), lv="Teksts")


def test_changing_one_that_is_gone_is_refused(world: World, editor: Actor) -> None:
    with pytest.raises(NotFound):
        save(world, editor, 404, lv="Teksts")


def test_what_is_known_is_filled_in_and_the_rest_stays_to_be_seen() -> None:
    facts = {"name": "Ilze", "number": "7", "call": None}
    assert fill("{name}, Nr. {number}: {call} {cits}", facts) == "Ilze, Nr. 7: {call} {cits}"


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert fill("{name}", {"name": "{number}", "number": "7"}) == "{number}"
