"""Where each mark of a plot stands: per cent across, so that a plot fits any width, and pixels down, so that its
letters keep their size. Drawn by templates/desk/plots.html; colours and patterns are the style sheet's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

LEFT = 12.0
"""Per cent kept for the numbers of the scale."""
TOP, BASE, FOOT = 12, 192, 26
"""Pixels: the top of the scale, its foot, and what stands below it."""
MOST_LABELS = 6
ROW, BAR, BAR_TOP = 46, 16, 22
LONGEST_LABEL = 34


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    series: int
    hint: str


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    text: str
    anchor: str = "start"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Across the plot at this height. `marked`: not of the scale but a promise, with its words."""

    y: float
    marked: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    height: int
    rects: tuple[Rect, ...]
    texts: tuple[Text, ...]
    lines: tuple[Line, ...] = ()
    key: tuple[str, ...] = ()
    """Names of the series, if there are several."""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[float | None]


def choose_step(most: float) -> float:
    """Of a scale with two to five steps: 1, 2 or 5 times a power of ten."""
    step = 1.0
    while most / step > 5:
        step *= 2.5 if str(int(step))[0] == "2" else 2
    return step


def draw_columns(
    series: Sequence[Series],
    ticks: Sequence[str],
    hints: Sequence[str],
    write: Callable[[float], str],
    *,
    promise: tuple[float, str] | None = None,
    step: float | None = None,
) -> Plot:
    """One column for each of `ticks`, its series on top of each other. `hints` name the columns in full."""
    sums = [sum(one.values[place] or 0 for one in series) for place in range(len(ticks))]
    most = max([*sums, promise[0] if promise else 0, 1])
    step = step or choose_step(most)
    top = step * -(-most // step)
    scale = (BASE - TOP) / top
    lines = [Line(BASE - scale * step * place) for place in range(int(top / step) + 1)]
    texts = [Text(LEFT - 1.5, line.y + 4, write(step * place), "end") for place, line in enumerate(lines)]
    if promise:
        lines.append(Line(BASE - scale * promise[0], promise[1]))
    return Plot(
        height=BASE + FOOT,
        rects=tuple(_stack(series, hints, write, scale)),
        texts=(*texts, *_label(ticks)),
        lines=tuple(lines),
        key=tuple(one.name for one in series) if len(series) > 1 else (),
    )


def _stack(
    series: Sequence[Series], hints: Sequence[str], write: Callable[[float], str], scale: float
) -> list[Rect]:
    pitch = (100 - LEFT) / len(hints)
    width = min(pitch * 0.72, 9)
    rects = []
    for place, hint in enumerate(hints):
        foot = float(BASE)
        for number, one in enumerate(series):
            value = one.values[place]
            if not value:
                continue
            height = value * scale
            foot -= height
            x = LEFT + pitch * place + (pitch - width) / 2
            told = f"{hint}: {one.name} – {write(value)}"
            rects.append(Rect(round(x, 2), round(foot, 1), round(width, 2), round(height, 1), number, told))
    return rects


def _label(ticks: Sequence[str]) -> list[Text]:
    """Below the columns, as many as fit a narrow screen."""
    pitch = (100 - LEFT) / len(ticks)
    every = -(-len(ticks) // MOST_LABELS)
    return [
        Text(round(LEFT + pitch * (place + 0.5), 2), BASE + 19, tick, "middle")
        for place, tick in enumerate(ticks)
        if place % every == 0
    ]


def draw_bars(rows: Sequence[tuple[str, str, Sequence[float]]], key: Sequence[str] = ()) -> Plot:
    """A bar for each row, its name and its number above it: (name, number as told, lengths of its parts)."""
    most = max([sum(parts) for _, _, parts in rows] or [0]) or 1
    rects, texts = [], []
    for place, (name, told, parts) in enumerate(rows):
        y, x = place * ROW, 0.0
        texts.append(Text(0, y + 16, shorten(name)))
        texts.append(Text(100, y + 16, told, "end", strong=True))
        for number, part in enumerate(parts):
            width = part / most * 100
            if width:
                hint = f"{name}: {key[number]}" if key else f"{name}: {told}"
                rects.append(Rect(round(x, 2), y + BAR_TOP, round(width, 2), BAR, number, hint))
            x += width
    return Plot(max(len(rows), 1) * ROW, tuple(rects), tuple(texts), key=tuple(key))


def shorten(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1].rstrip()}…"
