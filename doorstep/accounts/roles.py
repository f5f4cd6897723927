"""What each role does. Which compartments it opens is said by each programme; which people, by the worker's areas."""

from __future__ import annotations

from collections.abc import Mapping

ROLES = (
    "attendant", "mediator", "midwife", "hospital", "social_worker", "supervisor", "manager", "administrator",
)  # fmt: skip
"""Everybody who works here has one or more of these, each for an area."""

CARERS = frozenset({"attendant", "mediator", "midwife", "hospital", "social_worker", "supervisor"})

SEEKS = CARERS
"""Who may look for somebody outside the own area, and open her for a time: whoever cares for people, and nobody else."""

MAY_SEND: Mapping[str, frozenset[str]] = {
    "data": CARERS,
    "correction": CARERS,
    "merge": frozenset({"midwife", "hospital", "supervisor", "administrator"}),
    "unmerge": frozenset({"midwife", "hospital", "supervisor", "administrator"}),
    "erase": frozenset({"administrator"}),
}
"""Kind of submission -> roles that send it."""

DECIDES_HELD = frozenset({"supervisor", "administrator"})
"""Who releases or refuses what was held, in their own area."""
SEES_AUDIT = frozenset({"administrator"})
ENROLS = frozenset({"administrator"})
PHONES_OF: Mapping[str, frozenset[str]] = {
    "supervisor": frozenset({"attendant", "mediator", "midwife"}),
    "administrator": frozenset(ROLES),
}
"""Role -> the roles whose phones it looks after, inside its own area. A code opens what its worker may see: so it is made by
whoever answers for that."""
BRINGS_FOR_OTHERS = frozenset({"administrator"})
"""Who may hand in unsigned work of others: an import, a stack of paper forms."""
EVERYWHERE = "*"
"""The area of somebody who works for the whole country."""
