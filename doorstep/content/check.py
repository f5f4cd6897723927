"""Finds content that contradicts itself: what each file says may be right, and yet nothing can come of it."""

from __future__ import annotations

from collections.abc import Callable

from doorstep.content.cases import Written
from doorstep.content.check_cases import check_cases
from doorstep.content.check_codes import check_codes
from doorstep.content.check_forms import check_forms
from doorstep.content.check_rules import check_rules
from doorstep.content.check_steps import check_references, check_windows
from doorstep.content.context import Context
from doorstep.content.model import Programme

UNREAD = frozenset(
    {
        "file-missing", "file-unreadable", "file-too-large", "yaml-syntax", "yaml-alias", "form-unreadable", "form-refused",
    }
)  # fmt: skip
"""With one of these, some file is not there to be compared with the others."""

Fed = Callable[[str], bool]
"""Whether a form of another programme on the shelf feeds a shared code."""


def check(programme: Programme, context: Context, cases: list[Written], fed_elsewhere: Fed) -> None:
    """Adds every contradiction to the context's problems.

    Only between what could be read: a form that is refused feeds nothing, and saying so for each code would bury
    the one mistake that matters.
    """
    whole = not UNREAD & {problem.code for problem in context.problems}
    check_rules(programme, context)
    check_windows(programme, context)
    check_forms(programme, context)
    if whole:
        check_codes(programme, context, fed_elsewhere)
        check_references(programme, context)
        check_cases(programme, context, cases)
