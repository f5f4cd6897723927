"""Who may see what: one function per kind of record. Missing and forbidden look the same; in doubt, the answer is no.

| kind | function |
|---|---|
| a person, her story, her rows | `person` |
| a place and the list of who is due there | `place` |
| what was held or refused | `held` |
| a submission's outcome | `submission` |
| the audit log | `audit` |
| somebody outside the own area | `seeks` |
| workers | `worker` |
| somebody's phones | `phones` |
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from doorstep.accounts import openings
from doorstep.accounts.models import Assignment, Worker
from doorstep.accounts.roles import CARERS, DECIDES_HELD, ENROLS, EVERYWHERE, PHONES_OF, SEEKS, SEES_AUDIT
from doorstep.record.database import first
from doorstep.record.lists import today
from doorstep.record.record import Record
from doorstep.record.scope import NOTHING, Grant, Scope
from doorstep.record.whereabouts import PlaceThen, ancestors_of, place_then, units_of, visible


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks: a worker with what they may see today. Nobody in particular has the empty scope."""

    username: str
    scope: Scope

    @property
    def roles(self) -> frozenset[str]:
        """All roles held today, wherever."""
        return frozenset(grant.role for grant in self.scope.grants or ())


NOBODY = Viewer("", NOTHING)


def viewer(worker: object, day: int | None = None) -> Viewer:
    """What this worker may see. Whoever is no active worker sees nothing."""
    if not isinstance(worker, Worker) or not worker.is_active:
        return NOBODY
    day = today() if day is None else day
    rows = worker.assignments.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
    grants = tuple(Grant(row.role, row.place) for row in rows.order_by("pk"))
    by = frozenset(grant.role for grant in grants) & SEEKS
    opened = frozenset(one.subject for one in openings.of(worker, day)) if by else frozenset[str]()
    return Viewer(worker.username, Scope(grants, opened, by if opened else frozenset()))


def person(record: Record, who: Viewer, subject: str) -> frozenset[str] | None:
    """The roles by which this person may be seen, None when she may not be, or is not."""
    with record.store.register.read() as register:
        if not first(register, "SELECT 1 FROM subject WHERE subject = ?", [subject]):
            return None
        return visible(register, [subject], who.scope, today()).get(subject)


def place(record: Record, who: Viewer, code: str, day: int) -> PlaceThen | None:
    """The place, when it lies inside one of the areas or holds one of them; None when not, or when there is none."""
    from doorstep.record.places.model import PlaceError

    with record.store.register.read() as register:
        try:
            found = place_then(register, code, day)
        except PlaceError:
            return None
        if who.scope.everything:
            return found
        areas = {grant.place for grant in who.scope.grants or ()}
        if EVERYWHERE in areas or areas & ancestors_of(register, found.id, day):
            return found
        holds = any(found.id in ancestors_of(register, area, day) for area in areas)
        return found if holds else None


def held(record: Record, who: Viewer, n: int, decide: bool = False) -> bool:
    """Whether this worker may see (or decide about) what was kept aside under this number."""
    with record.store.log.read() as log:
        row = first(log, "SELECT subject, place, author FROM aside WHERE n = ?", [n])
    if row is None:
        return False
    if who.scope.everything:
        return True
    subject, where, author = row
    if author == who.username and not decide:
        return True
    with record.store.register.read() as register:
        units = units_of(register, [subject], today()).get(subject, set()) | ancestors_of(register, where, today())
    return bool(who.scope.roles_at(units) & DECIDES_HELD)


def submission(record: Record, who: Viewer, id: str) -> bool:
    """Whether this worker may know of a submission with this id: its author, its sender, and who may see its person."""
    with record.store.log.read() as log:
        row = first(log, "SELECT author, sender, subject FROM submission WHERE id = ?", [id])
        row = row or first(log, "SELECT author, sender, subject FROM aside WHERE id = ? ORDER BY n LIMIT 1", [id])
    if row is None or not who.username:
        return False
    if who.username in row[:2]:
        return True
    roles = person(record, who, row[2])
    return bool(roles and roles & CARERS)


def seeks(who: Viewer) -> bool:
    """Whether this worker may look for somebody outside the own area, and open her record for a time."""
    return bool(who.roles & SEEKS)


def audit(who: Viewer) -> bool:
    """Whether this worker may read the audit log."""
    return who.scope.everything or bool(who.roles & SEES_AUDIT)


def worker(who: Viewer) -> bool:
    """Whether this worker may enrol others, give areas, and revoke phones and tokens."""
    return who.scope.everything or bool(who.roles & ENROLS)


def phones(record: Record, who: Viewer) -> list[Worker]:
    """The workers whose phones this one looks after: all that they do lies in an own area, in roles answered for there."""
    if not (who.scope.everything or who.roles & PHONES_OF.keys()):
        return []
    day, above = today(), dict[str, frozenset[str]]()
    rows = Assignment.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), worker__is_active=True, valid_from__lte=day)
    held: dict[Worker, list[tuple[str, str]]] = {}
    for row in rows.select_related("worker").order_by("worker__username", "pk"):
        held.setdefault(row.worker, []).append((row.role, row.place))
    with record.store.register.read() as register:
        for place in {place for own in held.values() for _, place in own}:
            above[place] = ancestors_of(register, place, day) | {place}
    return [worker for worker, own in held.items() if all(_answers_for(who.scope, role, above[place]) for role, place in own)]


def _answers_for(scope: Scope, role: str, units: frozenset[str]) -> bool:
    grants = scope.grants or ()
    return scope.everything or any(
        role in PHONES_OF.get(grant.role, ()) and (grant.place == EVERYWHERE or grant.place in units) for grant in grants
    )
