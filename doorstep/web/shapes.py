"""The shapes of the statuses, drawn once: for words in a sentence, for dots on a line, for the printed page without colour.

Every shape fits a square of 20 around (0, 0). Danger is an octagon, late a triangle, now a circle, later a hollow circle,
done a tick; beside them missed is a cross in a square and ended a bar. Source: the table of the interface's design.
"""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_CUT = 'class="cut" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"'
_BODIES = {
    "danger": '<path d="M-3.900 -9.500H3.900L9.500 -3.900V3.900L3.900 9.500H-3.900L-9.500 3.900V-3.900Z"/>'
    f'<path {_CUT} d="M0 -5V1.200M0 5.200V5.300"/>',
    "late": f'<path d="M0 -8.600L9.300 7.800H-9.300Z" stroke-width="1.500" stroke-linejoin="round"/><path {_CUT} d="M0 -3V2.200M0 5V5.100"/>',
    "due": '<circle r="8"/>',
    "later": '<circle class="hollow" r="7.300" stroke-width="2"/>',
    "done": '<path d="M-7.500 0.500L-2.500 5.800L7.800 -6" fill="none" stroke-width="3.400" stroke-linecap="round" stroke-linejoin="round"/>',
    "missed": '<rect class="hollow" x="-7.500" y="-7.500" width="15" height="15" rx="2" stroke-width="2"/>'
    '<path d="M-3.500 -3.500L3.500 3.500M3.500 -3.500L-3.500 3.500" fill="none" stroke-width="2.200" stroke-linecap="round"/>',
    "ended": '<path d="M-7 0H7" fill="none" stroke-width="3" stroke-linecap="round"/>',
    "star": '<path class="hollow" d="M0 -9L2.700 -3.200L9 -2.400L4.400 2L5.600 8.300L0 5.200L-5.600 8.300L-4.400 2L-9 -2.400L-2.700 -3.200Z" '
    'stroke-width="1.800" stroke-linejoin="round"/>',
}
NAMES = tuple(_BODIES)


def shape(name: str) -> SafeString:
    """The drawing around (0, 0), to be put inside an svg. KeyError for a shape that nobody drew."""
    return mark_safe(f'<g class="shape">{_BODIES[name]}</g>')  # noqa: S308 - constant drawings of this file


def mark(name: str) -> SafeString:
    """The shape as a small picture among words. It says nothing to a screen reader: the word beside it does."""
    return format_html('<svg class="mark" viewBox="-10 -10 20 20" aria-hidden="true">{}</svg>', shape(name))
