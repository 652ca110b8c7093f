"""A whole report: what matters most in a line of numbers, then section by section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.gateway.reports.answering import tell_handover, tell_load, tell_satisfaction, tell_times
from bot.gateway.reports.asking import tell_gaps, tell_interest, tell_subjects, tell_volume
from bot.gateway.reports.figures import Section
from bot.gateway.reports.numbers import FEWEST_FOR_PERCENT, NOTHING, Numbers
from bot.helpdesk import Helpdesk
from handoff.reports.summary import Summary


@dataclass(frozen=True, slots=True)
class Fact:
    """`now` large, with what it means in `detail`, and what it was in the period before."""

    key: str
    name: str
    now: str
    before: str
    change: str = ""
    detail: str = ""


def tell_sections(numbers: Numbers, summary: Summary, helpdesk: Helpdesk, *, linked: bool) -> list[Section]:
    sections = (
        tell_volume(numbers, summary),
        tell_handover(numbers, summary),
        tell_times(numbers, summary),
        tell_satisfaction(numbers, summary),
        tell_subjects(numbers, summary),
        tell_interest(numbers, summary, helpdesk),
        tell_gaps(numbers, summary, linked=linked),
        tell_load(numbers, summary.load),
    )
    return list(sections)


def tell_facts(numbers: Numbers, summary: Summary) -> Sequence[Fact]:
    return (
        *_tell_counts(numbers, summary),
        _tell_answered(numbers, summary),
        _tell_first(numbers, summary),
        _tell_verdicts(numbers, summary),
        _tell_score(numbers, summary),
    )


def _tell_counts(numbers: Numbers, summary: Summary) -> list[Fact]:
    now, before = summary.volume.total, summary.before
    told = (
        ("talks", now.talks, before.talks),
        ("questions", now.questions, before.questions),
        ("requests", summary.requests.opened, summary.requests_before.opened),
    )
    return [
        Fact(key, numbers.say(f"facts.{key}"), numbers.count(one), numbers.count(was), numbers.change(one, was))
        for key, one, was in told
    ]


def _tell_answered(numbers: Numbers, summary: Summary) -> Fact:
    now, before = summary.volume.total, summary.before
    return Fact(
        "answered",
        numbers.say("facts.answered"),
        numbers.share(now.answered, now.questions),
        numbers.share(before.answered, before.questions),
        detail=numbers.say(
            "facts.answered_of", part=numbers.count(now.answered), whole=numbers.count(now.questions)
        )
        if now.questions >= FEWEST_FOR_PERCENT
        else "",
    )


def _tell_first(numbers: Numbers, summary: Summary) -> Fact:
    now, before = summary.requests.first, summary.requests_before.first
    detail = numbers.say("facts.in_time", share=numbers.share(now.within, now.count)) if now.count else ""
    return Fact(
        "first",
        numbers.say("facts.first"),
        numbers.minutes(now.median),
        numbers.minutes(before.median),
        detail=detail,
    )


def _tell_verdicts(numbers: Numbers, summary: Summary) -> Fact:
    now, before = summary.satisfaction.bot, summary.satisfaction_before.bot
    return Fact(
        "helpful",
        numbers.say("facts.helpful"),
        numbers.share(now.helpful, now.given),
        numbers.share(before.helpful, before.given),
        detail=numbers.say("facts.verdicts", count=now.given) if now.given else "",
    )


def _tell_score(numbers: Numbers, summary: Summary) -> Fact:
    now, before = summary.satisfaction, summary.satisfaction_before
    return Fact(
        "score",
        numbers.say("facts.score"),
        numbers.say("facts.score_of", mean=numbers.score(now.mean)) if now.rated else NOTHING,
        numbers.score(before.mean),
        detail=numbers.say("facts.ratings", count=now.rated) if now.rated else "",
    )
