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
    key: tuple[tuple[int, str], ...] = ()
    """The series and their names, if there are several."""


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
    scale: Callable[[float], str] | None = None,
    promise: tuple[float, str] | None = None,
    step: float | None = None,
    base: int = BASE,
) -> Plot:
    """One column for each of `ticks`, its series on top of each other. `hints` name the columns in full, `scale`
    writes the numbers beside them, `base` is how far down they stand."""
    sums = [sum(one.values[place] or 0 for one in series) for place in range(len(ticks))]
    most = max([*sums, promise[0] if promise else 0, 1])
    step = step or choose_step(most)
    top = step * -(-most // step)
    pixels = (base - TOP) / top
    lines = [Line(base - pixels * step * place) for place in range(int(top / step) + 1)]
    texts = [
        Text(LEFT - 1.5, line.y + 4, (scale or write)(step * place), "end") for place, line in enumerate(lines)
    ]
    if promise:
        lines.append(Line(base - pixels * promise[0], promise[1]))
    return Plot(
        height=base + FOOT,
        rects=tuple(_stack(series, hints, write, pixels, base)),
        texts=(*texts, *_label(ticks, base)),
        lines=tuple(lines),
        key=tuple((number, one.name) for number, one in enumerate(series)) if len(series) > 1 else (),
    )


def _stack(
    series: Sequence[Series], hints: Sequence[str], write: Callable[[float], str], pixels: float, base: int
) -> list[Rect]:
    pitch = (100 - LEFT) / len(hints)
    width = min(pitch * 0.72, 9)
    rects = []
    for place, hint in enumerate(hints):
        foot = float(base)
        for number, one in enumerate(series):
            value = one.values[place]
            if not value:
                continue
            height = value * pixels
            foot -= height
            x = LEFT + pitch * place + (pitch - width) / 2
            told = f"{hint}: {one.name} – {write(value)}"
            rects.append(Rect(round(x, 2), round(foot, 1), round(width, 2), round(height, 1), number, told))
    return rects


def _label(ticks: Sequence[str], base: int) -> list[Text]:
    """Below the columns, as many as fit a narrow screen."""
    pitch = (100 - LEFT) / len(ticks)
    every = -(-len(ticks) // MOST_LABELS)
    return [
        Text(round(LEFT + pitch * (place + 0.5), 2), base + 19, tick, "middle")
        for place, tick in enumerate(ticks)
        if place % every == 0
    ]


def draw_bars(
    rows: Sequence[tuple[str, str, Sequence[float]]], key: Sequence[tuple[int, str]] = ((0, ""),)
) -> Plot:
    """A bar for each row, its name and its number above it: (name, number as told, lengths of its parts). `key`
    gives each part its series, so that it looks as it does in other plots, and its name."""
    most = max([sum(parts) for _, _, parts in rows] or [0]) or 1
    rects, texts = [], []
    for place, (name, told, parts) in enumerate(rows):
        y, x = place * ROW, 0.0
        texts.append(Text(0, y + 16, shorten(name)))
        texts.append(Text(100, y + 16, told, "end", strong=True))
        for (number, part_name), part in zip(key, parts, strict=True):
            width = part / most * 100
            if width:
                hint = f"{name}: {part_name or told}"
                rects.append(Rect(round(x, 2), y + BAR_TOP, round(width, 2), BAR, number, hint))
            x += width
    return Plot(max(len(rows), 1) * ROW, tuple(rects), tuple(texts), key=tuple(key) if len(key) > 1 else ())


def shorten(name: str, longest: int = LONGEST_LABEL) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"
