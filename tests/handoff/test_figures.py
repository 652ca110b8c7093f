"""What is counted of a turn, what stays of it after erasing, and the reports made of it; on both databases."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from handoff import drafts
from handoff.erasure import erase_conversation
from handoff.errors import Invalid, NotAllowed
from handoff.exporting import export_conversation
from handoff.feedback import rate_request, record_verdict
from handoff.messages import Draft, Effect, MessageKind, SourceLink
from handoff.models.figures import CallInterest, TurnFact
from handoff.reports.people import count_load, count_requests
from handoff.reports.periods import Period, find_period
from handoff.reports.rows import list_rows
from handoff.reports.satisfaction import count_satisfaction
from handoff.reports.subjects import count_documents, count_interest, count_subjects
from handoff.reports.volume import count_series, count_volume
from tests.handoff.world import World

TODAY = date(2026, 11, 24)
MONTH = find_period("month", TODAY)


def answer(theme: str = "ageing", region: str = "kurzeme") -> Draft:
    source = SourceLink("lv/kas-ir", "Kas ir", "", "/library/lv/kas-ir", "…", 0.9)
    about = {"theme": theme, "region": region, "language": "ru", "applicant": "Jānis Bērziņš"}
    return Draft(MessageKind.ANSWER, "Atbilde", "lv", sources=(source,), evidence={"about": about})


UNANSWERED = Draft(MessageKind.UNANSWERED, "Nezinu", "lv")
SUGGESTED = Draft(MessageKind.CHOICE, "Varbūt", "lv", evidence={"decision": "suggest"})
PICKED = Draft(MessageKind.ANSWER, "Lūk", "lv", evidence={"decision": "picked"})
CALL = Draft(MessageKind.CALL, "Konkurss", "lv", data={"calls": [{"id": "c1", "title": "Konkurss 1"}]})


def ask(world: World, conversation: str, *drafts: Draft) -> str:
    world.say(conversation)
    return world.answer(*drafts)[0].id


def read_facts(world: World) -> list[TurnFact]:
    with world.database.reading() as session:
        return list(session.scalars(select(TurnFact).order_by(TurnFact.at, TurnFact.talk)))


def test_a_turn_is_counted_by_codes_and_never_by_a_persons_own_words(world: World) -> None:
    ask(world, world.visitor(), answer())
    (fact,) = read_facts(world)
    told = (fact.outcome, fact.theme, fact.region, fact.applicant, fact.language, fact.document, fact.day)
    assert told == ("answered", "ageing", "kurzeme", None, "ru", "lv/kas-ir", TODAY)


def test_a_long_silence_begins_another_talk(world: World) -> None:
    conversation = world.visitor()
    for hours in (0, 1, 13):
        world.clock.advance(hours=hours)
        ask(world, conversation, answer())
    assert [(fact.talk, fact.begins) for fact in read_facts(world)] == [(1, True), (1, False), (2, True)]


def test_what_was_picked_from_suggestions_answers_the_question_before(world: World) -> None:
    conversation = world.visitor()
    ask(world, conversation, SUGGESTED)
    world.clock.advance(minutes=1)
    ask(world, conversation, PICKED)
    assert [fact.outcome for fact in read_facts(world)] == ["answered"]


def test_counts_and_interest_stay_when_the_person_is_erased(world: World) -> None:
    conversation = world.visitor()
    ask(world, conversation, answer())
    world.clock.advance(minutes=1)
    ask(world, conversation, CALL)
    with world.database.transaction() as session:
        erase_conversation(session, conversation)
        volume, subjects = count_volume(session, MONTH), count_subjects(session, MONTH)
        assert (volume.total.talks, volume.total.answered) == (1, 2)
        assert [theme.code for theme in subjects.themes] == ["ageing"]
        assert [(call.title, call.asked) for call in count_interest(session, MONTH)] == [("Konkurss 1", 1)]
        assert count_documents(session, MONTH) == [("lv/kas-ir", 1)]


def test_a_person_gets_what_is_counted_of_them_and_what_was_drafted_from_it(world: World) -> None:
    anna, conversation = world.coordinator("Anna"), world.visitor()
    answered = ask(world, conversation, answer(), CALL)
    ask(world, world.visitor(), answer())
    texts = {"lv": {"title": "Kā?", "summary": "", "body": "Tā."}}
    with world.database.transaction() as session:
        drafts.create_draft(session, anna, fields={}, texts=texts, conversation_id=conversation)
        told = export_conversation(session, conversation)
    json.dumps(told)
    (counted,), (interest,), (draft,) = told["counted"], told["interest"], told["drafts"]
    assert (counted["theme"], counted["outcome"]) == ("ageing", "answered")
    assert counted["message_id"] in {message.id for message in world.messages(conversation)} - {answered}
    assert (interest["title"], interest["kind"], interest["day"]) == ("Konkurss 1", "asked", "2026-11-24")
    assert draft["texts"] == texts


def test_a_call_asked_about_twice_a_day_counts_once(world: World) -> None:
    conversation = world.visitor()
    for effect in (None, Effect("feedback", {})):
        ask(world, conversation, CALL if effect is None else UNANSWERED, CALL)
    with world.database.reading() as session:
        assert len(session.scalars(select(CallInterest)).all()) == 1


def test_times_are_business_minutes_and_the_load_has_no_names_but_for_administrators(world: World) -> None:
    anna = world.coordinator("Anna")
    conversation = world.visitor()
    number = world.ask_person(conversation).number
    world.clock.advance(hours=24)
    world.reply(anna, number)
    world.close(anna, number)
    with world.database.transaction() as session:
        rate_request(session, conversation, number, score=4)
        requests = count_requests(session, MONTH)
        assert (requests.opened, requests.first.median, requests.first.within) == (1, 480.0, 0)
        assert count_satisfaction(session, find_period("month", date(2026, 11, 25))).mean == 4
        assert count_load(session, find_period("month", date(2026, 11, 25)), named=False).named == ()
        (one,) = count_load(session, find_period("month", date(2026, 11, 25)), named=True).named
        assert (one.name, one.closed) == ("Anna", 1)


def test_verdicts_on_the_bot_and_a_row_a_talk(world: World) -> None:
    viewer, stranger = world.coordinator("Vija", "viewer"), world.coordinator("Nils")
    conversation = world.visitor()
    answered = ask(world, conversation, answer(region="riga"))
    world.clock.advance(minutes=1)
    world.ask_person(conversation)
    with world.database.transaction() as session:
        record_verdict(session, conversation, answered, helpful=False, reason="wrong")
        satisfaction = count_satisfaction(session, MONTH)
        assert (satisfaction.bot.unhelpful, satisfaction.reasons) == (1, {"wrong": 1})
        (row,) = list_rows(session, viewer, MONTH)
    assert (row["questions"], row["handed_over"], row["unhelpful"], row["region"]) == (1, "yes", 1, "riga")
    outsider = type(stranger)(stranger.id, stranger.email, stranger.name, "nobody")
    with world.database.transaction() as session, pytest.raises(NotAllowed):
        list_rows(session, outsider, MONTH)


def test_the_series_adds_up_to_the_whole(world: World) -> None:
    for days in (0, 8, 8):
        world.clock.advance(days=days)
        ask(world, world.visitor(), UNANSWERED)
    period = find_period("custom", date(2026, 12, 31), first=date(2026, 11, 1))
    with world.database.reading() as session:
        series, whole = count_series(session, period), count_volume(session, period)
    assert sum(tally.talks for tally in series) == whole.total.talks == 3
    assert len(series) == len(period.buckets())


@pytest.mark.parametrize(
    ("preset", "first", "last", "before"),
    [
        ("week", date(2026, 11, 23), TODAY, date(2026, 11, 16)),
        ("last_week", date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9)),
        ("month", date(2026, 11, 1), TODAY, date(2026, 10, 1)),
        ("last_month", date(2026, 10, 1), date(2026, 10, 31), date(2026, 9, 1)),
        ("quarter", date(2026, 10, 1), TODAY, date(2026, 8, 1)),
        ("last_quarter", date(2026, 7, 1), date(2026, 9, 30), date(2026, 4, 1)),
        ("year", date(2026, 1, 1), TODAY, date(2025, 1, 1)),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31), date(2024, 1, 1)),
    ],
)
def test_presets_mean_days(preset: str, first: date, last: date, before: date) -> None:
    period = find_period(preset, TODAY)
    assert (period.first, period.last, period.before().first) == (first, last, before)


def test_periods_that_make_no_sense_are_refused() -> None:
    for first, last in ((date(2026, 2, 1), date(2026, 1, 1)), (date(2000, 1, 1), TODAY)):
        with pytest.raises(Invalid):
            find_period("custom", TODAY, first=first, last=last)


def test_every_day_lies_in_the_bucket_it_is_counted_in() -> None:
    for unit in ("week", "month"):
        period = Period(date(2025, 12, 3), date(2026, 3, 1), unit)
        for place, bucket in enumerate(period.buckets()):
            assert (period.place(bucket.first), period.place(bucket.last)) == (place, place)
