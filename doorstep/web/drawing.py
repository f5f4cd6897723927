"""Pictures drawn by the server: lines of weeks with a lane for each step. Places are percentages of the width, sizes pixels.

A percentage keeps a drawing right on every screen while its letters keep their size; no script, no inline style.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from doorstep.web.shapes import shape

LEFT, RIGHT = 3.0, 97.0
"""Room at both ends of a line, in per cent, so that a shape at the edge is whole."""
STEPS = (1, 2, 4, 5, 10, 20, 40, 50, 100)


@dataclass(frozen=True)
class Scale:
    """From `start` to `end` (any unit) to per cent of the width."""

    start: float
    end: float

    def at(self, value: float) -> float:
        """Per cent, kept on the line."""
        width = (self.end - self.start) or 1
        inside = min(max((value - self.start) / width, 0.0), 1.0)
        return round(LEFT + inside * (RIGHT - LEFT), 2)

    def ticks(self, unit: float, most: int) -> list[int]:
        """Whole numbers of units between the ends, at most `most` of them, a round step apart."""
        span = (self.end - self.start) / unit
        step = next((s for s in STEPS if span / s <= most), STEPS[-1])
        first = -int(-self.start / unit // step) * step
        return [n for n in range(first, int(self.end // unit) + 1, step) if n * unit >= self.start]


@dataclass(frozen=True)
class Bar:
    """A stretch of a lane; `kind` is its class in the style sheet."""

    start: float
    end: float
    kind: str = "window"
    open_end: bool = False


@dataclass(frozen=True)
class Dot:
    """A shape on a lane, with the words that a pointer or a screen reader finds."""

    at: float
    shape: str
    meaning: str = ""
    says: str = ""
    label: str = ""


@dataclass(frozen=True)
class Lane:
    """One row of a picture: words beside, bars and dots on it."""

    name: str
    says: str = ""
    href: str = ""
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    lang: str = ""
    unsigned: bool = False

    def with_scale(self, scale: Scale, now: float | None = None) -> SafeString:
        """The drawing of the lane."""
        y = 20
        rail = format_html('<line class="rail" x1="{}%" x2="{}%" y1="{}" y2="{}"/>', LEFT, RIGHT, y, y)
        bars = format_html_join("", "{}", ((_bar(bar, scale, y),) for bar in self.bars))
        dots = format_html_join("", "{}", ((_dot(dot, scale.at(dot.at), y),) for dot in self.dots))
        today = _now(scale.at(now), 0, 40) if now is not None else ""
        return format_html(
            '<svg role="img" aria-label="{}">{}{}{}{}</svg>', self.says or self.name, rail, today, bars, dots
        )


@dataclass(frozen=True)
class Picture:
    """Lanes over one axis. `ticks` are (place, words); `minor` ticks are left out on a narrow screen."""

    scale: Scale
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    caption: str
    now: float | None = None
    now_word: str = ""

    @property
    def key(self) -> set[str]:
        """The shapes and the kinds of bars that are in it: what the key under it explains."""
        return {dot.shape for lane in self.lanes for dot in lane.dots} | {bar.kind for lane in self.lanes for bar in lane.bars}

    def axis(self) -> SafeString:
        """Ticks with their words, and today."""
        words = format_html_join(
            "", '<text class="{}" x="{}%" y="20" text-anchor="middle">{}</text>',
            ((("minor" if n % 2 else ""), self.scale.at(at), text) for n, (at, text) in enumerate(self.ticks)),
        )  # fmt: skip
        return format_html('<svg aria-hidden="true">{}</svg>', words)

    def drawn(self) -> list[tuple[Lane, SafeString]]:
        """Each lane with its drawing."""
        return [(lane, lane.with_scale(self.scale, self.now)) for lane in self.lanes]


def _bar(bar: Bar, scale: Scale, y: int) -> SafeString:
    start, end = scale.at(bar.start), scale.at(bar.end)
    width = round(max(end - start, 0.6), 2)
    return format_html('<rect class="{}" x="{}%" y="{}" width="{}%" height="14" rx="4"/>', bar.kind, start, y - 7, width)


def _dot(dot: Dot, percent: float, y: int) -> SafeString:
    title = format_html("<title>{}</title>", dot.says) if dot.says else ""
    return format_html(
        '<svg class="{}" x="{}%" y="{}" overflow="visible">{}{}</svg>',
        f"s-{dot.meaning}" if dot.meaning else "on-line", percent, y, title, shape(dot.shape),
    )  # fmt: skip


def _now(percent: float, top: int, bottom: int) -> SafeString:
    return format_html('<line class="now" x1="{}%" x2="{}%" y1="{}" y2="{}"/>', percent, percent, top, bottom)


def week_line(dots: Sequence[Dot], scale: Scale, now: float | None, now_word: str, says: str) -> SafeString:
    """The line of weeks: dots are steps, filled when done; the weeks stand under them. Dots too near are moved apart."""
    true = [scale.at(dot.at) for dot in dots]
    after_all = now is not None and bool(true) and scale.at(now) > true[-1]
    places = spread(true, limit=RIGHT - 4 if after_all else RIGHT)  # today needs room behind the last dot
    walked = between(true, places, scale.at(now)) if now is not None else LEFT
    rails = format_html(
        '<line class="rail" x1="{}%" x2="{}%" y1="42" y2="42"/><line class="rail walked" x1="{}%" x2="{}%" y1="42" y2="42"/>',
        LEFT, RIGHT, LEFT, walked,
    )  # fmt: skip
    drawn = format_html_join("", "{}", ((_dot(dot, at, 42),) for dot, at in zip(dots, places, strict=True)))
    words = format_html_join(
        "", '<text class="{}" x="{}%" y="76" text-anchor="middle">{}</text>',
        (("strong" if dot.meaning in ("danger", "late", "due") else "", at, dot.label)
         for dot, at in zip(dots, places, strict=True)),
    )  # fmt: skip
    today = ""
    if now is not None:
        anchor = "end" if walked > 80 else "start" if walked < 20 else "middle"
        today = format_html(
            '{}<text class="now-word" x="{}%" y="12" text-anchor="{}">{}</text>', _now(walked, 18, 60), walked, anchor, now_word
        )
    return format_html('<svg class="week-line" role="img" aria-label="{}">{}{}{}{}</svg>', says, rails, today, drawn, words)


def between(true: Sequence[float], moved: Sequence[float], place: float) -> float:
    """Where a place of the line stands once its dots went from `true` to `moved`: it stays between the same neighbours."""
    known = [(LEFT, LEFT), *zip(true, moved, strict=True), (RIGHT, RIGHT)]
    before, at_before = max(((a, b) for a, b in known if a <= place), default=(LEFT, LEFT))
    after, at_after = min(((a, b) for a, b in known if a > place), default=(RIGHT, RIGHT))
    share = (place - before) / (after - before) if after > before else 0.0
    return round(at_before + share * (at_after - at_before), 2)


def spread(places: Iterable[float], apart: float = 7.5, limit: float = RIGHT) -> list[float]:
    """The same places in order, pushed so that each is at least `apart` from the one before, up to `limit`."""
    out: list[float] = []
    for place in places:
        out.append(place if not out else max(place, out[-1] + apart))
    most = limit
    for n in range(len(out) - 1, -1, -1):
        out[n] = min(out[n], most)
        most = out[n] - apart
    if out and out[0] < LEFT:  # more dots than there is room for: evenly, over the whole width
        gap = (limit - LEFT) / max(len(out) - 1, 1)
        out = [LEFT + n * gap for n in range(len(out))]
    return [round(place, 2) for place in out]
