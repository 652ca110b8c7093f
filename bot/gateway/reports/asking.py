"""What was asked: how much, where, what about, and what found no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.gateway.reports.figures import Figure, Section, Table, count_by_name, drop_empty, tell_most
from bot.gateway.reports.names import name_code, name_document, name_word
from bot.gateway.reports.numbers import Numbers
from bot.gateway.reports.plots import BASE, Series, draw_bars, draw_columns
from bot.helpdesk import Helpdesk
from handoff.reports.gaps import GapGroup
from handoff.reports.subjects import Interest, Region, Subject
from handoff.reports.summary import Summary
from handoff.reports.volume import Tally

Name = Callable[[str], str]


def split(tally: Tally) -> tuple[int, int, int, int]:
    """Answered, found something near, found nothing, handed over."""
    outcomes = tally.outcomes
    near = outcomes["suggested"] + outcomes["offered"]
    return tally.answered, near, outcomes["unanswered"], outcomes["handed_over"]


def tell_volume(numbers: Numbers, summary: Summary) -> Section:
    channels = {
        name_word(numbers.locale, "reports.channels", code): tally
        for code, tally in summary.volume.channels.items()
    }
    languages = {
        name_word(numbers.locale, "learning.languages", code): tally
        for code, tally in summary.volume.languages.items()
    }
    return Section(
        "volume",
        numbers.say("sections.volume"),
        drop_empty(
            [
                draw_volume(numbers, summary),
                count_tallies(numbers, "channels", channels, numbers.say("head.channel")),
                count_tallies(numbers, "languages", languages, numbers.say("head.language")),
            ]
        ),
        numbers.say("notes.volume"),
    )


def draw_volume(numbers: Numbers, summary: Summary, base: int = BASE) -> Figure:
    period, series = summary.period, summary.volume.series
    buckets = period.buckets()
    names = [numbers.bucket(bucket, period.unit) for bucket in buckets]
    parts = [split(tally) for tally in series]
    heads = [numbers.say(f"head.{name}") for name in ("answered", "near", "unanswered", "handed_over")]
    busiest = {name: float(sum(part)) for name, part in zip(names, parts, strict=True)}
    total = summary.volume.total
    return Figure(
        key="series",
        title=numbers.say(f"figures.series_{period.unit}"),
        plot=draw_columns(
            [Series(head, [part[place] for part in parts]) for place, head in enumerate(heads)],
            [numbers.tick(bucket, period.unit) for bucket in buckets],
            names,
            numbers.count,
            base=base,
        ),
        told=numbers.say(
            "busiest",
            name=max(busiest, key=lambda one: busiest[one]),
            number=numbers.count(max(busiest.values())),
        ),
        table=Table(
            (numbers.say(f"head.{period.unit}"), numbers.say("head.talks"), *heads),
            tuple(
                (name, numbers.count(tally.talks), *map(numbers.count, part))
                for name, tally, part in zip(names, series, parts, strict=True)
            ),
            (numbers.say("head.total"), numbers.count(total.talks), *map(numbers.count, split(total))),
        ),
    )


def count_tallies(numbers: Numbers, key: str, tallies: Mapping[str, Tally], head: str) -> Figure:
    rows = [
        (
            name,
            numbers.count(tally.talks),
            numbers.count(tally.questions),
            numbers.share(tally.answered, tally.questions),
        )
        for name, tally in tallies.items()
    ]
    return Figure(
        key=key,
        title=numbers.say(f"figures.{key}"),
        plot=draw_bars([(name, numbers.count(one.talks), (one.talks,)) for name, one in tallies.items()]),
        told=tell_most(numbers, {name: one.talks for name, one in tallies.items()}),
        table=Table(
            (head, *(numbers.say(f"head.{name}") for name in ("talks", "questions", "answered_share"))),
            tuple(rows),
        ),
    )


def tell_subjects(numbers: Numbers, summary: Summary) -> Section:
    subjects, locale = summary.subjects, numbers.locale
    return Section(
        "subjects",
        numbers.say("sections.subjects"),
        drop_empty(
            [
                count_subjects(numbers, "themes", subjects.themes, partial(name_code, locale, "theme")),
                count_regions(numbers, subjects.regions),
                count_subjects(
                    numbers, "applicants", subjects.applicants, partial(name_code, locale, "applicant")
                ),
            ]
        ),
        numbers.say(
            "notes.subjects",
            themes=numbers.count(subjects.without_theme),
            regions=numbers.count(subjects.without_region),
        ),
    )


def count_subjects(numbers: Numbers, key: str, subjects: Sequence[Subject], name: Name) -> Figure:
    heads = tuple(numbers.say(f"head.{one}") for one in ("asked", "unmet", "handed_over"))
    bars = [
        (
            name(one.code),
            numbers.count(one.asked),
            (one.asked - one.unmet - one.handed_over, one.unmet, one.handed_over),
        )
        for one in subjects
    ]
    return Figure(
        key=key,
        title=numbers.say(f"figures.{key}"),
        plot=draw_bars(bars, ((0, numbers.say("head.answered")), (2, heads[1]), (3, heads[2]))),
        told=tell_most(numbers, {name(one.code): one.asked for one in subjects}),
        table=Table(
            (numbers.say(f"head.{key}"), *heads),
            tuple(
                (name(one.code), *map(numbers.count, (one.asked, one.unmet, one.handed_over))) for one in subjects
            ),
        ),
    )


def count_regions(numbers: Numbers, regions: Sequence[Region]) -> Figure:
    """Planning regions, and below each the municipalities that were named often enough."""
    name = partial(name_code, numbers.locale, "region")
    rows: list[tuple[str, ...]] = []
    for region in regions:
        rows.append((name(region.code), numbers.count(region.asked)))
        rows += [(f"– {name(place)}", numbers.count(asked)) for place, asked in region.places]
    return Figure(
        key="regions",
        title=numbers.say("figures.regions"),
        plot=draw_bars([(name(one.code), numbers.count(one.asked), (one.asked,)) for one in regions]),
        told=tell_most(numbers, {name(one.code): one.asked for one in regions}),
        table=Table((numbers.say("head.regions"), numbers.say("head.asked")), tuple(rows)),
    )


def tell_interest(numbers: Numbers, summary: Summary, helpdesk: Helpdesk) -> Section:
    documents = {name_document(helpdesk, key): count for key, count in summary.documents}
    return Section(
        "interest",
        numbers.say("sections.interest"),
        drop_empty(
            [
                count_interest(numbers, summary.interest),
                count_by_name(numbers, "documents", documents, numbers.say("head.document")),
            ]
        ),
        numbers.say("notes.interest"),
    )


def count_interest(numbers: Numbers, interest: Sequence[Interest]) -> Figure:
    heads = tuple(numbers.say(f"head.{name}") for name in ("call_asked", "call_shown", "subscribed"))
    bars = [(one.title, numbers.count(one.asked), (one.asked,)) for one in interest]
    return Figure(
        key="calls",
        title=numbers.say("figures.calls"),
        plot=draw_bars(bars),
        told=tell_most(numbers, {one.title: one.asked for one in interest}),
        table=Table(
            (numbers.say("head.call"), *heads),
            tuple((one.title, *map(numbers.count, (one.asked, one.shown, one.subscribed))) for one in interest),
        ),
    )


def tell_gaps(numbers: Numbers, summary: Summary, *, linked: bool) -> Section:
    """`linked`: for those who may open the group and see its questions."""
    told = [name_gap(numbers, gap) for gap in summary.gaps]
    heads = ("gap", "times_asked", "askers", "gap_theme", "languages")
    table = Table(
        tuple(numbers.say(f"head.{name}") for name in heads),
        tuple(
            (
                name,
                numbers.count(gap.asked),
                numbers.count(gap.askers),
                name_code(numbers.locale, "theme", gap.theme) if gap.theme else "",
                ", ".join(name_word(numbers.locale, "learning.languages", one) for one in gap.languages),
            )
            for name, gap in zip(told, summary.gaps, strict=True)
        ),
        links=tuple(f"/inbox/learning/groups/{gap.id}" for gap in summary.gaps) if linked else (),
    )
    figure = Figure(
        key="gaps",
        title=numbers.say("figures.gaps"),
        plot=draw_bars(
            [
                (name, numbers.count(gap.asked), (gap.asked,))
                for name, gap in list(zip(told, summary.gaps, strict=True))[:8]
            ]
        ),
        told=tell_most(numbers, {name: gap.asked for name, gap in zip(told, summary.gaps, strict=True)}),
        table=table,
    )
    few = summary.gap_groups - len(summary.gaps)
    note = numbers.say("notes.gaps") + (" " + numbers.say("notes.rare", count=few) if few > 0 else "")
    return Section("gaps", numbers.say("sections.gaps"), drop_empty([figure]), note)


def name_gap(numbers: Numbers, gap: GapGroup) -> str:
    """By what several people's questions had in common, never by one person's own words."""
    if gap.words:
        return f"{gap.words}…"
    if gap.theme:
        return numbers.say("gap_about", theme=name_code(numbers.locale, "theme", gap.theme), number=gap.id)
    return numbers.say("gap_unnamed", number=gap.id)
