"""Finds content that contradicts itself: what each file says may be right, and yet nothing can come of it."""

from __future__ import annotations

from collections.abc import Callable

from doorstep.content.cases import Written
from doorstep.content.check_cases import check_cases
from doorstep.content.check_codes import check_codes
from doorstep.content.check_forms import check_forms
from doorstep.content.check_rules import check_rules
from doorstep.content.check_steps import check_steps
from doorstep.content.context import Context
from doorstep.content.model import Programme

Fed = Callable[[str], bool]
"""Whether a form of another programme on the shelf feeds a shared code."""


def check(programme: Programme, context: Context, cases: list[Written], fed_elsewhere: Fed) -> None:
    """Adds every contradiction to the context's problems."""
    check_codes(programme, context, fed_elsewhere)
    check_rules(programme, context)
    check_steps(programme, context)
    check_forms(programme, context)
    check_cases(programme, context, cases)
