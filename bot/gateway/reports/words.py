"""A year in a few sentences, for those who read no tables."""

from __future__ import annotations

from collections.abc import Iterator

from bot.gateway.reports.asking import split
from bot.gateway.reports.names import name_code, name_word
from bot.gateway.reports.numbers import FEWEST_FOR_PERCENT, Numbers
from handoff.reports.satisfaction import Satisfaction
from handoff.reports.summary import Summary


def tell_year(numbers: Numbers, summary: Summary, *, is_over: bool) -> list[list[str]]:
    """Paragraphs of sentences: what came, how people answered, what it was about. Nothing is said of what there is
    no figure for."""
    paragraphs = (
        [*_tell_volume(numbers, summary, is_over), *_tell_bot(numbers, summary.satisfaction)],
        [*_tell_people(numbers, summary), *_tell_score(numbers, summary.satisfaction)],
        list(_tell_subjects(numbers, summary)),
    )
    return [paragraph for paragraph in paragraphs if paragraph]


def _unit(numbers: Numbers, key: str, count: int) -> str:
    return numbers.say(f"units.{key}", count=count, number=numbers.count(count))


def _tell_volume(numbers: Numbers, summary: Summary, is_over: bool) -> Iterator[str]:
    total, before = summary.volume.total, summary.before
    yield numbers.say(
        "words.volume" if is_over else "words.volume_running",
        talks=_unit(numbers, "talks", total.talks),
        questions=_unit(numbers, "questions", total.questions),
    )
    change = abs(total.questions - before.questions)
    if min(total.questions, before.questions) >= FEWEST_FOR_PERCENT and change / before.questions >= 0.01:
        yield numbers.say(
            "words.more" if total.questions > before.questions else "words.fewer",
            share=numbers.percent(change, before.questions),
            before=numbers.count(before.questions),
        )
    if total.questions:
        answered, near, unanswered, _ = split(total)
        yield numbers.say(
            "words.answered",
            share=numbers.share(answered, total.questions),
            near=numbers.count(near),
            unanswered=numbers.count(unanswered),
        )


def _tell_bot(numbers: Numbers, found: Satisfaction) -> Iterator[str]:
    if not found.bot.given:
        return
    share, given = numbers.share(found.bot.helpful, found.bot.given), found.bot.given
    if given < FEWEST_FOR_PERCENT:
        yield numbers.say("words.bot_few", share=share)
    else:
        yield numbers.say("words.bot", share=share, ratings=_unit(numbers, "ratings", given))


def _tell_people(numbers: Numbers, summary: Summary) -> Iterator[str]:
    requests = summary.requests
    if not requests.opened:
        yield numbers.say("words.no_handover")
        return
    reason, count = next(iter(requests.reasons.items()))
    yield numbers.say(
        "words.handover",
        requests=_unit(numbers, "requests", requests.opened),
        reason=name_word(numbers.locale, "desk.reasons", reason),
        count=numbers.count(count),
    )
    if requests.first.count:
        yield numbers.say(
            "words.first",
            median=numbers.minutes(requests.first.median),
            ninth=numbers.minutes(requests.first.nine_in_ten),
            share=numbers.share(requests.first.within, requests.first.count),
        )


def _tell_score(numbers: Numbers, found: Satisfaction) -> Iterator[str]:
    if found.rated:
        ratings = _unit(numbers, "ratings", found.rated)
        yield numbers.say("words.people", mean=numbers.score(found.mean), ratings=ratings)


def _tell_subjects(numbers: Numbers, summary: Summary) -> Iterator[str]:
    subjects, locale = summary.subjects, numbers.locale
    if subjects.themes:
        theme = subjects.themes[0]
        told = {"theme": name_code(locale, "theme", theme.code), "count": numbers.count(theme.asked)}
        if subjects.regions:
            region = subjects.regions[0]
            place = name_code(locale, "region", region.code)
            yield numbers.say("words.subjects", region=place, region_count=numbers.count(region.asked), **told)
        else:
            yield numbers.say("words.theme_only", **told)
    if summary.interest and summary.interest[0].asked:
        call = summary.interest[0]
        yield numbers.say("words.call", call=call.title, count=numbers.count(call.asked))
    if summary.gaps:
        yield numbers.say("words.gaps", count=len(summary.gaps))
