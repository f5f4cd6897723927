"""The shapes of the statuses, drawn once: for words in a sentence, for dots on a line, for the printed page without colour.

Every shape fits a square of 20 around (0, 0). Danger is an octagon, late a triangle, now a circle, later a hollow circle,
done a tick; beside them missed is a cross in a square and ended a bar.
"""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_CUT = 'class="cut" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"'
_LINE = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
_BODIES = {
    "danger": '<path d="M-3.9 -9.5H3.9L9.5 -3.9V3.9L3.9 9.5H-3.9L-9.5 3.9V-3.9Z"/>'
    f'<path {_CUT} d="M0 -5V1.2M0 5.2V5.3"/>',
    "late": '<path d="M0 -8.6L9.3 7.8H-9.3Z" stroke-width="1.5" stroke-linejoin="round"/>'
    f'<path {_CUT} d="M0 -3V2.2M0 5V5.1"/>',
    "due": '<circle r="8"/>',
    "later": '<circle class="hollow" r="7.3" stroke-width="2"/>',
    "done": f'<path {_LINE} d="M-7.5 0.5L-2.5 5.8L7.8 -6" stroke-width="3.4"/>',
    "done-dot": f'<circle r="9"/><path {_CUT} d="M-4.2 0.4L-1.3 3.4L4.4 -3.2"/>',
    "missed": '<rect class="hollow" x="-7.5" y="-7.5" width="15" height="15" rx="2" stroke-width="2"/>'
    f'<path {_LINE} d="M-3.5 -3.5L3.5 3.5M3.5 -3.5L-3.5 3.5" stroke-width="2.2"/>',
    "ended": f'<path {_LINE} d="M-7 0H7" stroke-width="3"/>',
    "star": '<path class="hollow" stroke-width="1.8" stroke-linejoin="round"'
    ' d="M0 -9L2.7 -3.2L9 -2.4L4.4 2L5.6 8.3L0 5.2L-5.6 8.3L-4.4 2L-9 -2.4L-2.7 -3.2Z"/>',
}
NAMES = tuple(_BODIES)


def shape(name: str) -> SafeString:
    """The drawing around (0, 0), to be put inside an svg. KeyError for a shape that nobody drew."""
    return mark_safe(f'<g class="shape">{_BODIES[name]}</g>')  # noqa: S308 - constant drawings of this file


def mark(name: str) -> SafeString:
    """The shape as a small picture among words. It says nothing to a screen reader: the word beside it does."""
    return format_html('<svg class="mark" viewBox="-10 -10 20 20" aria-hidden="true">{}</svg>', shape(name))
