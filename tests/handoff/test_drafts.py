"""Drafts: written by one, read by another, gone with the person they came from."""

from __future__ import annotations

import pytest

from handoff import audit, checks, drafts, versions
from handoff.erasure import erase_conversation
from handoff.errors import IllegalMove, NotAllowed
from handoff.feedback import record_verdict
from handoff.messages import Draft, MessageKind, SourceLink
from handoff.views import Actor
from tests.handoff.world import World

TEXTS = {"lv": {"title": "Vai ir nauda zirgiem?", "summary": "Nav.", "body": "Nav."}}
FIELDS = {"id": "nauda-zirgiem", "kind": "faq"}


def make(world: World, actor: Actor, **more: object) -> int:
    with world.database.transaction() as session:
        return drafts.create_draft(session, actor, fields=FIELDS, texts=TEXTS, **more)  # type: ignore[arg-type]


def review(world: World, actor: Actor, draft: int, edition: int = 1) -> None:
    with world.database.transaction() as session:
        drafts.review_draft(session, actor, draft, edition=edition)


def test_a_second_person_reads_what_was_written(world: World) -> None:
    anna, ieva, zane = world.coordinator("Anna"), world.coordinator("Ieva", "editor"), None
    draft = make(world, ieva)
    with pytest.raises(NotAllowed):
        review(world, anna, draft)
    review(world, ieva, draft)
    zane = world.coordinator("Zane", "editor")
    draft = make(world, ieva)
    with pytest.raises(NotAllowed) as refused:
        review(world, ieva, draft)
    assert refused.value.facts["reason"] == "own_draft"
    review(world, zane, draft)


def test_an_administrator_may_read_their_own(world: World) -> None:
    root = world.coordinator("Rita", "administrator")
    world.coordinator("Ieva", "editor")
    review(world, root, make(world, root))


def test_changing_a_reviewed_draft_makes_it_a_draft_again(world: World) -> None:
    anna, ieva = world.coordinator("Anna"), world.coordinator("Ieva", "editor")
    draft = make(world, anna)
    review(world, ieva, draft)
    with world.database.transaction() as session:
        drafts.change_draft(session, anna, draft, edition=2, fields=FIELDS, texts=TEXTS)
    with world.database.transaction() as session, pytest.raises(IllegalMove):
        drafts.mark_published(session, ieva, draft, edition=3)


def test_two_who_change_a_draft_at_once_do_not_overwrite_each_other(world: World) -> None:
    anna, ieva = world.coordinator("Anna"), world.coordinator("Ieva", "editor")
    draft = make(world, anna)
    with world.database.transaction() as session:
        drafts.change_draft(session, ieva, draft, edition=1, fields=FIELDS, texts=TEXTS)
    with world.database.transaction() as session, pytest.raises(IllegalMove) as refused:
        drafts.change_draft(session, anna, draft, edition=1, fields=FIELDS, texts={})
    assert refused.value.facts["reason"] == "changed"


def test_a_request_has_one_unfinished_draft(world: World) -> None:
    anna = world.coordinator("Anna")
    number = world.ask_person().number
    assert make(world, anna, request_number=number) == make(world, anna, request_number=number)


@pytest.mark.parametrize("published", [False, True])
def test_erasing_a_person_takes_their_drafts(world: World, published: bool) -> None:
    anna, ieva = world.coordinator("Anna"), world.coordinator("Ieva", "editor")
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    draft = make(world, anna, request_number=number, conversation_id=conversation)
    if published:
        review(world, ieva, draft)
        with world.database.transaction() as session:
            drafts.mark_published(session, ieva, draft, edition=2)
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
        kept = drafts.get_draft(session, anna, draft)
    assert (kept.request_number, kept.source_erased_at) == (None, world.clock.at)
    assert kept.state == ("published" if published else "discarded")
    assert kept.texts == (TEXTS if published else {})


def test_the_text_found_before_a_change_is_kept_too(world: World) -> None:
    ieva = world.coordinator("Ieva", "editor")
    change = {"document": "lv/kas", "before_own": False, "own": True, "action": "edited"}
    with world.database.transaction() as session:
        versions.add_version(session, ieva, before="A", text="B", **change)  # type: ignore[arg-type]
        change["before_own"] = True
        versions.add_version(session, ieva, before="B", text="C", **change)  # type: ignore[arg-type]
        versions.add_version(session, ieva, before="by hand", text="D", **change)  # type: ignore[arg-type]
        told = versions.list_versions(session, ieva, "lv/kas")
        entries = audit.list_entries(session, action="material.edited")
    assert [(one.number, one.action, one.text, one.author) for one in told] == [
        (5, "edited", "D", "Ieva"),
        (4, "found", "by hand", ""),
        (3, "edited", "C", "Ieva"),
        (2, "edited", "B", "Ieva"),
        (1, "found", "A", ""),
    ]
    assert [entry.subject for entry in entries] == ["material:lv/kas"] * 3


def test_of_two_servers_that_save_at_once_one_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has read before the first has written."""
    ieva = world.coordinator("Ieva", "editor")
    change = {"document": "lv/kas", "before": "", "before_own": False, "own": True, "action": "edited"}
    with world.database.transaction() as session:
        versions.add_version(session, ieva, text="B", **change)  # type: ignore[arg-type]
    monkeypatch.setattr(versions, "_newest", lambda session, document: None)
    with pytest.raises(IllegalMove) as refused, world.database.transaction() as session:
        versions.add_version(session, ieva, text="C", **change)  # type: ignore[arg-type]
    assert refused.value.facts["reason"] == "changed"


def test_answers_that_were_called_unhelpful_are_no_measure(world: World) -> None:
    source = SourceLink("lv/esf", "ESF", "", "/library/lv/esf", "Fonds.", 1.0)
    answers = []
    for said in ("Kas ir ESF?", "Kas ir ESF+?"):
        conversation = world.visitor()
        world.say(conversation, said)
        world.answer(Draft(MessageKind.ANSWER, "Fonds.", "lv", sources=(source,)))
        answers.append((conversation, world.messages(conversation)[-1].id))
    with world.database.transaction() as session:
        record_verdict(session, *answers[0], helpful=False)
        assert [(one.text, one.document) for one in checks.find_answered(session)] == [("Kas ir ESF+?", "lv/esf")]
