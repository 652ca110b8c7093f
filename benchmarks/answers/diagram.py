"""The reliability diagram as SVG: told confidence to the right, share right upwards, a mark a bin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.answers.reliability import Bin, Judgement, bin_confidence, calibration_error

WIDTH, HEIGHT, SIDE, LEFT, TOP = 620, 470, 380, 70, 30
SERIES = (("circle", "#1d4ed8", -3), ("square", "#b45309", 3), ("diamond", "#15803d", 0))
"""Form, colour and a small step aside, so that marks of one bin do not hide each other."""


def draw_reliability(judged: Mapping[str, Judgement]) -> str:
    """Told apart by form, not by colour alone; the same numbers are a table in the page."""
    bins = {name: bin_confidence(one) for name, one in judged.items()}
    parts = [*draw_frame(), *draw_scale()]
    for place, (name, own) in enumerate(bins.items()):
        parts += [*draw_series(own, *SERIES[place]), *draw_legend(name, own, place)]
    return "\n".join([*open_drawing(bins), *parts, "</g>", "</svg>"]) + "\n"


def open_drawing(bins: Mapping[str, list[Bin]]) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-labelledby="title desc">'
    )
    yield '<title id="title">Reliability of confidence</title>'
    yield f'<desc id="desc">{describe(bins)}</desc>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield '<g font-family="sans-serif" font-size="13" fill="#1f2937">'


def describe(bins: Mapping[str, list[Bin]]) -> str:
    told = [
        f"{name}: " + ", ".join(f"told {one.expected:.2f}, right {one.observed:.2f}" for one in own) + "."
        for name, own in bins.items()
    ]
    return "Confidence told against the share that is right; on the diagonal both are equal. " + " ".join(told)


def x_of(value: float) -> float:
    return LEFT + value * SIDE


def y_of(value: float) -> float:
    return TOP + (1 - value) * SIDE


def draw_frame() -> Iterator[str]:
    yield f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#6b7280"/>'
    ends = f'x1="{x_of(0):.0f}" y1="{y_of(0):.0f}" x2="{x_of(1):.0f}" y2="{y_of(1):.0f}"'
    yield f'<line {ends} stroke="#6b7280" stroke-dasharray="5 4"/>'
    yield f'<text x="{x_of(0.5):.0f}" y="{HEIGHT - 15}" text-anchor="middle">confidence told</text>'
    yield (
        f'<text x="20" y="{y_of(0.5):.0f}" text-anchor="middle" transform="rotate(-90 20 {y_of(0.5):.0f})">'
        "share right</text>"
    )


def draw_scale() -> Iterator[str]:
    for tenth in range(0, 11, 2):
        value = tenth / 10
        yield f'<text x="{x_of(value):.0f}" y="{y_of(0) + 20:.0f}" text-anchor="middle">{value:.1f}</text>'
        yield f'<text x="{LEFT - 8}" y="{y_of(value) + 4:.0f}" text-anchor="end">{value:.1f}</text>'


def draw_series(bins: list[Bin], form: str, colour: str, aside: float) -> Iterator[str]:
    """Each mark with a line for where the true share lies with 95 %."""
    for one in bins:
        x, (low, high) = x_of(one.expected) + aside, one.bounds
        yield (
            f'<line x1="{x:.1f}" y1="{y_of(low):.1f}" x2="{x:.1f}" y2="{y_of(high):.1f}" stroke="{colour}" '
            'stroke-opacity="0.6"/>'
        )
        yield draw_mark(form, colour, x, y_of(one.observed))


def draw_mark(form: str, colour: str, x: float, y: float) -> str:
    if form == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
    turned = f' transform="rotate(45 {x:.1f} {y:.1f})"' if form == "diamond" else ""
    return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="{colour}"{turned}/>'


def draw_legend(name: str, bins: list[Bin], place: int) -> Iterator[str]:
    form, colour, _ = SERIES[place]
    x, y = LEFT + SIDE + 24, TOP + 16 + place * 44
    yield draw_mark(form, colour, x, y - 4)
    yield f'<text x="{x + 12}" y="{y}">{name}</text>'
    yield f'<text x="{x + 12}" y="{y + 17}">error {calibration_error(bins):.3f}</text>'
