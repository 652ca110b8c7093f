"""How people answered: what was handed to them and why, how long it took, what was thought of it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.gateway.reports.figures import Figure, Section, Table, count_by_name, drop_empty
from bot.gateway.reports.names import name_word
from bot.gateway.reports.numbers import NOTHING, Numbers
from bot.gateway.reports.plots import BASE, Series, draw_bars, draw_columns
from handoff.reports.people import Load, Times
from handoff.reports.satisfaction import Satisfaction, Verdicts
from handoff.reports.summary import Summary

STEPS = (5, 15, 30, 60, 120, 240, 480, 960, 1920, 3840)
"""Minutes that a scale of time goes by."""


def tell_handover(numbers: Numbers, summary: Summary) -> Section:
    requests = summary.requests
    reasons, outcomes = (
        {name_word(numbers.locale, f"desk.{kind}", code): count for code, count in counts.items()}
        for kind, counts in (("reasons", requests.reasons), ("outcomes", requests.outcomes))
    )
    return Section(
        "handover",
        numbers.say("sections.handover"),
        drop_empty(
            [
                count_by_name(numbers, "reasons", reasons, numbers.say("head.reason")),
                count_by_name(numbers, "outcomes", outcomes, numbers.say("head.outcome")),
            ]
        ),
        numbers.say(
            "notes.handover",
            opened=numbers.count(requests.opened),
            closed=numbers.count(requests.closed),
            waiting=numbers.count(requests.waiting),
        ),
    )


def tell_times(numbers: Numbers, summary: Summary, base: int = BASE) -> Section:
    requests = summary.requests
    kinds = (("first_reply", requests.first), ("solving", requests.solving))
    heads = ("time", "count", "median", "ninth", "within", "promised")
    table = Table(
        tuple(numbers.say(f"head.{name}") for name in heads),
        tuple((numbers.say(f"times.{name}"), *tell_one(numbers, times)) for name, times in kinds if times.count),
    )
    whole = Figure("times", numbers.say("figures.times"), table)
    return Section(
        "times",
        numbers.say("sections.times"),
        drop_empty([whole, draw_first_replies(numbers, summary, base)]),
        numbers.say("notes.times"),
    )


def tell_one(numbers: Numbers, times: Times) -> tuple[str, ...]:
    return (
        numbers.count(times.count),
        numbers.minutes(times.median),
        numbers.minutes(times.nine_in_ten),
        numbers.share(times.within, times.count),
        numbers.minutes(times.promised),
    )


def draw_first_replies(numbers: Numbers, summary: Summary, base: int) -> Figure:
    period, requests = summary.period, summary.requests
    buckets = period.buckets()
    names = [numbers.bucket(bucket, period.unit) for bucket in buckets]
    medians, promised = requests.first_series, requests.first.promised
    most = max([one for one in medians if one is not None] + [promised])
    promise = numbers.say("promise", time=numbers.minutes(promised))
    known = {name: one for name, one in zip(names, medians, strict=True) if one is not None}
    return Figure(
        key="replies",
        title=numbers.say("figures.replies"),
        plot=draw_columns(
            [Series(numbers.say("head.median"), medians)],
            [numbers.tick(bucket, period.unit) for bucket in buckets],
            names,
            numbers.minutes,
            scale=numbers.clock,
            promise=(promised, promise),
            base=base,
            step=next((step for step in STEPS if most / step <= 5), STEPS[-1]),
        ),
        told=numbers.say(
            "slowest", name=max(known, key=lambda one: known[one]), time=numbers.minutes(max(known.values()))
        )
        if known
        else "",
        table=Table(
            (numbers.say(f"head.{period.unit}"), numbers.say("head.requests"), numbers.say("head.median")),
            tuple(
                (name, numbers.count(count), numbers.minutes(median))
                for name, count, median in zip(names, requests.series, medians, strict=True)
            )
            if known
            else (),
        ),
    )


def tell_satisfaction(numbers: Numbers, summary: Summary) -> Section:
    found = summary.satisfaction
    why = {name_word(numbers.locale, "reports.unhelpful", code): count for code, count in found.reasons.items()}
    low = {name_word(numbers.locale, "handoff.rating.reason", code): count for code, count in found.why.items()}
    return Section(
        "satisfaction",
        numbers.say("sections.satisfaction"),
        drop_empty(
            [
                count_verdicts(numbers, "bot", found.bot),
                count_by_name(numbers, "unhelpful", why, numbers.say("head.reason")),
                count_scores(numbers, found),
                count_by_name(numbers, "low_scores", low, numbers.say("head.reason")),
                count_verdicts(numbers, "people", found.people),
            ]
        ),
        numbers.say("notes.satisfaction"),
    )


def count_verdicts(numbers: Numbers, key: str, verdicts: Verdicts) -> Figure:
    counts = {
        numbers.say("head.helpful"): verdicts.helpful,
        numbers.say("head.not_helpful"): verdicts.unhelpful,
    }
    return count_by_name(numbers, f"{key}_verdicts", counts if verdicts.given else {}, numbers.say("head.verdict"))


def count_scores(numbers: Numbers, found: Satisfaction) -> Figure:
    """From 5 down to 1, those nobody gave included."""
    counts: Mapping[str, int] = {
        numbers.say(f"scores.{score}"): found.scores[score] for score in sorted(found.scores, reverse=True)
    }
    note = numbers.say("notes.scores", mean=numbers.score(found.mean), count=found.rated)
    rows = tuple((name, numbers.count(one), numbers.share(one, found.rated)) for name, one in counts.items())
    return Figure(
        key="scores",
        title=numbers.say("figures.scores"),
        plot=draw_bars([(name, numbers.count(one), (one,)) for name, one in counts.items()]),
        told=note,
        table=Table(
            (numbers.say("head.score"), numbers.say("head.count"), numbers.say("head.share")),
            rows if found.rated else (),
        ),
    )


def tell_load(numbers: Numbers, load: Load) -> Section:
    """With names for administrators only; for others the fewest and the most that one person closed."""
    if load.named:
        named = Figure(
            key="load",
            title=numbers.say("figures.load"),
            plot=draw_bars([(one.name, numbers.count(one.closed), (one.closed,)) for one in load.named]),
            told=numbers.say("load_told", count=len(load.named)),
            table=Table(
                tuple(numbers.say(f"head.{name}") for name in ("person", "closed", "open_now", "median")),
                tuple(
                    (
                        one.name,
                        numbers.count(one.closed),
                        numbers.count(one.open),
                        numbers.minutes(one.median_first),
                    )
                    for one in load.named
                ),
            ),
        )
        return Section("load", numbers.say("sections.load"), (named,), numbers.say("notes.load_named"))
    counts = ("answering", "people", "open", "closed")
    rows = [(numbers.say(f"load.{name}"), numbers.count(getattr(load, name))) for name in counts]
    spread = f"{numbers.count(load.fewest)} – {numbers.count(load.most)}" if load.people > 1 else NOTHING
    table = Table(
        (numbers.say("head.what"), numbers.say("head.count")), (*rows, (numbers.say("load.spread"), spread))
    )
    return Section(
        "load",
        numbers.say("sections.load"),
        (Figure("load", numbers.say("figures.load"), table),),
        numbers.say("notes.load"),
    )
