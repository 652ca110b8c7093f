"""Questions left open: found once, kept in groups, gone with their words."""

from __future__ import annotations

import pytest

from handoff import gaps, question_groups, question_vectors
from handoff.erasure import erase_conversation
from handoff.errors import NotAllowed, NotFound
from handoff.feedback import record_verdict
from handoff.gaps import Gap
from handoff.messages import Draft, MessageKind
from handoff.question_groups import Placed
from tests.handoff.world import World

UNANSWERED = Draft(MessageKind.UNANSWERED, "Uz to man nav atbildes.", "lv")


def ask(world: World, said: str, *drafts: Draft, conversation: str | None = None) -> str:
    conversation = conversation or world.visitor()
    world.say(conversation, said)
    world.answer(*(drafts or (UNANSWERED,)))
    return conversation


def find(world: World) -> list[Gap]:
    with world.database.reading() as session:
        return gaps.find_gaps(session)


def put(world: World, *placed: tuple[Gap, int | None, int | None]) -> None:
    told = [Placed(gap, group, joins, "lv", "AAAA", "an encoder", gap.text) for gap, group, joins in placed]
    with world.database.transaction() as session:
        question_groups.keep_grouped(session, told)


def test_a_question_is_found_for_each_way_it_was_left_open(world: World) -> None:
    ask(world, "Vai ir nauda suņu patversmei?")
    conversation = ask(world, "Kas ir ESF?", Draft(MessageKind.ANSWER, "Fonds.", "lv"))
    answer = world.messages(conversation)[-1]
    with world.database.transaction() as session:
        record_verdict(session, conversation, answer.id, helpful=False)
    other = ask(world, "Kā dabūt telpas bez maksas?", conversation=None)
    world.ask_person(other, reason="low_confidence")
    assert {(gap.text, gap.why) for gap in find(world)} == {
        ("Vai ir nauda suņu patversmei?", "unanswered"),
        ("Kas ir ESF?", "unhelpful"),
        ("Kā dabūt telpas bez maksas?", "unanswered"),
        ("Gribu runāt ar cilvēku", "handover"),
    }


def test_what_is_grouped_is_not_found_again_and_counts_once_a_question(world: World) -> None:
    conversation = ask(world, "Vai ir nauda suņu patversmei?")
    answer = world.messages(conversation)[-1]
    with world.database.transaction() as session:
        record_verdict(session, conversation, answer.id, helpful=False)
    first, second = find(world)
    put(world, (first, None, None), (second, None, 0))
    assert find(world) == []
    editor = world.coordinator("Ieva", "editor")
    with world.database.reading() as session:
        (group,), total = question_groups.list_groups(session, editor)
    assert (group.count, group.recent, group.before, total) == (1, 1, 0, 1)
    assert group.whys == ("unanswered", "unhelpful")
    with world.database.transaction() as session:
        record_verdict(session, conversation, answer.id, helpful=True)
        question_groups.drop_taken_back(session)
    with world.database.reading() as session:
        assert question_groups.list_groups(session, editor)[0][0].whys == ("unanswered",)


def test_a_trend_compares_thirty_days_with_those_before(world: World) -> None:
    ask(world, "Vai ir nauda zirgiem?")
    world.clock.advance(days=40)
    ask(world, "Vai ir nauda zirgiem?")
    ask(world, "Nauda zirgiem")
    first, *rest = find(world)
    put(world, (first, None, None), *((gap, None, 0) for gap in rest))
    with world.database.reading() as session:
        (group,), _ = question_groups.list_groups(session, world.coordinator("Ieva"))
    assert (group.count, group.recent, group.before) == (3, 2, 1)


def test_a_group_that_is_done_opens_again_when_somebody_still_asks(world: World) -> None:
    ask(world, "Vai ir nauda zirgiem?")
    put(world, (find(world)[0], None, None))
    editor = world.coordinator("Ieva", "editor")
    with world.database.reading() as session:
        (group,), _ = question_groups.list_groups(session, editor)
    for state, after in (("done", "open"), ("ignored", "ignored")):
        with world.database.transaction() as session:
            question_groups.decide_group(session, editor, group.id, state)
        world.clock.advance(minutes=1)
        ask(world, "Nauda zirgiem?")
        put(world, (find(world)[0], group.id, None))
        with world.database.reading() as session:
            assert question_groups.list_groups(session, editor, state=after)[1] == 1


def test_erasing_forgets_the_question_but_not_that_it_was_asked(world: World) -> None:
    conversation = ask(world, "Vai ir nauda zirgiem?")
    ask(world, "Nauda zirgiem?")
    first, second = find(world)
    put(world, (first, None, None), (second, None, 0))
    editor = world.coordinator("Ieva", "editor")
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
        (group,), _ = question_groups.list_groups(session, editor)
        _, members = question_groups.get_group(session, editor, group.id)
        assert [vector for _, vector in question_vectors.group_vectors(session, "an encoder")] == ["AAAA"]
    assert (group.count, group.sample, len(members)) == (2, "Nauda zirgiem?", 1)


def test_a_group_with_nothing_left_to_read_is_not_shown(world: World) -> None:
    conversation = ask(world, "Vai ir nauda zirgiem?")
    put(world, (find(world)[0], None, None))
    editor = world.coordinator("Ieva", "editor")
    with world.database.transaction() as session:
        group = question_groups.list_groups(session, editor)[0][0].id
        erase_conversation(session, conversation)
        assert question_groups.list_groups(session, editor) == ([], 0)
        assert question_groups.count_groups(session)["open"] == 0
        with pytest.raises(NotFound):
            question_groups.get_group(session, editor, group)


def test_viewers_do_not_read_questions(world: World) -> None:
    with world.database.reading() as session, pytest.raises(NotAllowed):
        question_groups.list_groups(session, world.coordinator("Vera", "viewer"))
