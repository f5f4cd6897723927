"""What holds when everything has come to rest. Each law answers with sentences: which phone, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.simulation_phones.life import Life
from tests.simulation_phones.roster import Hers
from tests.sync.held import LISTED

SHOWN = 3


def nothing_is_lost(life: Life) -> Iterator[str]:
    """Whatever was kept on a phone is in the server's log."""
    arrived = life.world.ask("arrived")
    for work in life.told.work.values():
        if arrived.get(work.id) != "log":
            said = "acknowledged" if work.acknowledged else "kept"
            yield f"{work.phone}: {work.form} {work.mark} ({work.id}) was {said} and is lost: {arrived.get(work.id, 'nowhere')}, {work.state}"


def nothing_is_there_twice(life: Life) -> Iterator[str]:
    """Every act counts once: each contact that was not corrected, and each person."""
    counts = Counter({str(mark): n for mark, n in life.world.ask("marks")})
    by_mark: dict[str, list[str]] = {}
    for work in life.told.work.values():
        if work.mark:
            by_mark.setdefault(work.mark, []).append(work.id)
    for mark, ids in by_mark.items():
        if len(ids) > 1:
            yield f"{life.told.work[ids[0]].phone}: {mark} was kept {len(ids)} times: {ids}"
    for work in life.told.work.values():
        if work.form == "anc_contact" and counts[work.mark] > 1:
            yield f"{work.phone}: {work.mark} counts {counts[work.mark]} times"
        if work.form == "anc_contact" and not work.replaces and work.id not in life.told.corrected and counts[work.mark] != 1:
            yield f"{work.phone}: {work.mark} ({work.id}) counts {counts[work.mark]} times, though nobody corrected it"
    for name, n in Counter(life.world.ask("called")).items():
        if n > 1:
            yield f"{name} is there {n} times"


def every_phone_holds_what_the_server_holds_for_it(life: Life) -> Iterator[str]:
    """Row by row, as a phone that began now would hold it: no more and no less."""
    for one in _at_work(life):
        for table, (columns, rows) in life.world.ask("expected", one.name).items():
            names = ", ".join(f'"{column}"' for column in columns)
            held = life.ask(one, "rows", sql=f"SELECT {names} FROM {table}")["found"]  # noqa: S608 - our own tables
            yield from _differ(one, table, rows, held)


def every_list_is_the_servers(life: Life) -> Iterator[str]:
    """What is due, as the pages show it to her for her areas."""
    second = int(life.world.now)
    for one in _at_work(life):
        ours = life.world.ask("listed", one.name, second)
        theirs = life.ask(one, "listed", columns=list(LISTED), day=second // 86_400, second=second)["found"]
        yield from _differ(one, "the list", ours, theirs)


def every_conflict_is_shown(life: Life) -> Iterator[str]:
    """At the server, and on every phone that holds her."""
    misfits = {(kind, what): subject for kind, subject, what in life.world.ask("misfits") if kind == "correction"}
    misfits |= {(kind, f"{subject} {what}"): subject for kind, subject, what in life.world.ask("misfits") if kind == "attribute"}
    called = life.world.ask("subjects")
    for conflict in life.told.conflicts:
        subject = called.get(conflict.who, "")
        key = (conflict.kind, conflict.what if conflict.kind == "correction" else f"{subject} {conflict.what}")
        if key not in misfits:
            yield f"the server does not tell of the {conflict.kind} of {conflict.what} of {conflict.who}"
            continue
        for one in _at_work(life):
            held = life.ask(one, "rows", sql="SELECT 1 FROM subject WHERE subject = ?", values=[subject])["found"]
            if held and conflict.what not in life.ask(one, "conflicts", subject=subject)["found"]:
                yield f"{one.name} holds {conflict.who} and does not tell of the {conflict.kind} of {conflict.what}"


def every_phone_is_at_rest(life: Life) -> Iterator[str]:
    """Nothing waits to be sent, nothing is carried, no trouble; the numbers that the screen says add up."""
    for one in life.people:
        if one.state != "works":
            yield f"{one.name}: {one.state}"
            continue
        told = life.ask(one, "sync")["found"]
        if told["trouble"] or told["here"] or told["held"] or told["refused"] or told["carried"]:
            yield f"{one.name}: {told}"
        rows = life.ask(one, "rows", sql="SELECT COUNT(*) FROM outbox")["found"][0][0]
        if rows != told["safe"] + told["here"] + len(told["held"]) + len(told["refused"]):
            yield f"{one.name}: {rows} were made, and the screen says {told}"


LAWS: tuple[Callable[[Life], Iterator[str]], ...] = (
    every_phone_is_at_rest, nothing_is_lost, nothing_is_there_twice, every_phone_holds_what_the_server_holds_for_it,
    every_list_is_the_servers, every_conflict_is_shown,
)  # fmt: skip


def broken(life: Life) -> dict[str, list[str]]:
    """Law -> what breaks it."""
    found = {law.__name__: list(law(life)) for law in LAWS}
    return {name: told for name, told in found.items() if told}


def _at_work(life: Life) -> list[Hers]:
    return [one for one in life.people if one.state == "works"]


def _differ(one: Hers, table: str, ours: list[Any], theirs: list[Any]) -> Iterator[str]:
    there, here = Counter(map(repr, ours)), Counter(map(repr, theirs))
    if there != here:
        lacking, extra = list((there - here).elements()), list((here - there).elements())
        yield (
            f"{one.name} ({one.role}, {one.place}): {table}: {len(lacking)} rows are lacking, {len(extra)} too many: "
            f"lacks {lacking[:SHOWN]}, has besides {extra[:SHOWN]}"
        )
