"""Reads the schedules of pathway.yaml (`tables`) and unrolls them."""

from __future__ import annotations

from doorstep.content.context import Context
from doorstep.content.fields import ORIGIN, Fields
from doorstep.content.model import Place, Table
from doorstep.content.schedule_table import LAST_WEEK, unroll
from doorstep.content.yamlpos import Node, Scalar, Sequence, plain

KEYS = frozenset({"add", "classes", "cap", *ORIGIN})


def read_table(name: str, place: Place, node: Node, context: Context) -> Table | None:
    """One schedule, or None when its shape is wrong."""
    fields = Fields(node, f"table {name}", KEYS, place, context.problems, context.shelf)
    context.notes.tables[name] = place
    before = len(context.problems)
    fields.need("add", "the weeks to add, such as [{before: 20, weeks: 8}, {weeks: 2}]")
    fields.need("cap", "the last week that a contact is put into")
    fields.integer("cap")
    origin = fields.origin()
    _add(fields)
    last = -1
    for entry in fields.sequence("classes"):
        last = _class(entry, fields, last)
    return unroll(name, plain(node), origin) if len(context.problems) == before else None


def _add(fields: Fields) -> None:
    entries = fields.sequence("add")
    last = 0
    for number, node in enumerate(entries, start=1):
        entry = Fields(node, "an entry of add", frozenset({"before", "weeks"}), fields.place, fields.problems)
        _weeks(entry, node)
        final = number == len(entries)
        if final is ("before" in entry):
            expected = "'before' in every entry but the last, which holds for the rest"
            fields.add("table-order", node, f"entry {number} of {len(entries)}", expected)
        limit = entry.integer("before", last + 1) or last + 1
        if limit <= last and not final:
            fields.add("table-order", node, f"before: {limit} after before: {last}", "weeks that rise from entry to entry")
        last = limit


def _weeks(entry: Fields, node: Node) -> None:
    """`weeks` must be there: an interval of at least one week."""
    entry.place = Place(node.file, node.line, node.column)
    entry.need("weeks", "the weeks until the next contact")
    entry.integer("weeks")


def _class(node: Node, fields: Fields, last: int) -> int:
    """`last` is the last week of first contacts that a class before this one has; gives this one's."""
    entry = Fields(node, "a class", frozenset({"first", "from", "weeks"}), fields.place, fields.problems)
    _weeks(entry, node)
    entry.integer("from")
    entry.need("first", "the weeks of the first contact, such as [22, 23]")
    first = entry.map.get("first")
    if first is None:
        return last
    weeks = [item.value for item in first.items if isinstance(item, Scalar)] if isinstance(first, Sequence) else []
    whole = [week for week in weeks if isinstance(week, int) and 0 <= week <= LAST_WEEK]
    if len(whole) != len(weeks) or len(whole) not in (1, 2) or whole != sorted(whole):
        expected = f"two weeks from 0 to {LAST_WEEK}, the first not after the second: [22, 23]; or one, and all after it: [30]"
        entry.wrong(first, "something else", expected)
        return last
    if whole[0] <= last:
        entry.add("table-order", first, f"week {whole[0]} in two classes", "classes that rise from entry to entry")
    return whole[1] if len(whole) == 2 else LAST_WEEK
