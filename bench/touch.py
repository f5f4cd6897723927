"""One submission into a register of a million pregnancies, until its list is right.

    python -m bench.touch                                         # both databases
    python -m bench.touch --size 100000 --databases sqlite        # a part

What a real submission goes through: admitted and appended to the log, durably; then whoever reads the list of her village has
it caught up first: the submission is read, the closure that it touches marked, facts, relations and steps of those worked out
anew; then the list is read. docs/benches.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import random
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta

from bench.histories import AS_OF, SEED
from bench.register import AUTHOR, IN_VILLAGE, Register, opened, size
from bench.report import last_line, machine, median, percentile, say, table
from doorstep.record.authority import Operator
from doorstep.record.lists import Question, due, of_subjects
from doorstep.record.prepare import item_of
from doorstep.record.reasons import ACCEPTED
from doorstep.record.store import now_ms

LIMIT = 0.020  # seconds
TOUCHES, WARM_UP, CHECKED = 200, 10, 2
DATABASES = ("sqlite", "postgres")
DAY = AS_OF + 1


@dataclass(frozen=True)
class Touch:
    """Seconds: append, catch up, read the list of the village."""

    append: float
    work: float
    listing: float
    completed: bool
    """Whether it completed a step: a visit fewer than seven days after a contact belongs to that one."""

    @property
    def total(self) -> float:
        return self.append + self.work + self.listing


def touch(register: Register, number: int) -> Touch:
    """An antenatal contact of one woman, and the list of her village after it."""
    record, operator = register.record, Operator()
    made = date(1970, 1, 1) + timedelta(days=DAY)
    sent = {
        "id": str(uuid.uuid4()), "form": "anc_contact", "subject": register.subject(number), "author": AUTHOR,
        "place": register.village(number), "made_at": f"{made}T09:00:00+07:00",
        "answers": {"danger": {"bleeding": "no", "fever": "no"}, "iron_tablets": 30},
    }  # fmt: skip
    began = time.perf_counter()
    receipt = record.submit([item_of(sent, operator, now_ms())], operator)[0]
    appended = time.perf_counter()
    record.catch_up()
    worked = time.perf_counter()
    due(record, Question(register.village(number), DAY))
    read = time.perf_counter()
    if receipt.outcome != ACCEPTED:
        raise SystemExit(f"bench touch: {receipt.outcome}: {receipt.reason} {receipt.detail}")
    own = of_subjects(record, [sent["subject"]], DAY, DAY * 86_400)
    completed = any(row["done_by"] == sent["id"] for row in own)
    return Touch(appended - began, worked - appended, read - worked, completed)


def checked(register: Register, number: int) -> None:
    """The list of her village, read from stored steps, is the list worked out from its answers alone."""
    place = register.village(number)
    stored, anew = (due(register.record, Question(place, DAY, engine=engine)) for engine in (None, "sqlite"))
    if stored != anew:
        raise SystemExit(f"bench touch: the list of {place} has {len(stored)} rows, and from its answers {len(anew)}: they differ")


def measure(database: str, n: int, touches: int) -> tuple[list[object], list[Touch]]:
    """A line of the table, and every touch."""
    with ExitStack() as stack:
        register = opened(database, n, stack)
        facts, steps = size(register)
        chosen = random.Random(SEED + time.time_ns()).sample(range(n), touches + WARM_UP)
        say(f"touch: {database}, {touches} touches ...")
        done = [touch(register, number) for number in chosen][WARM_UP:]
        if sum(one.completed for one in done) < 0.8 * len(done):
            raise SystemExit("bench touch: most contacts should complete a step, and most did not: the register is wrong")
        for number in chosen[-CHECKED:]:
            checked(register, number)
    return [database, n, facts, steps, register.making, *_told(done)], done


def _told(done: Sequence[Touch]) -> list[object]:
    """Milliseconds."""
    parts = [1000 * median([getattr(one, part) for one in done]) for part in ("append", "work", "listing")]
    totals = [one.total for one in done]
    return [*parts, 1000 * median(totals), 1000 * percentile(totals, 0.95)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000, help="pregnancies in the register")
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--touches", type=int, default=TOUCHES)
    arguments = parser.parse_args()
    print(f"touch: one submission until the list of her village ({IN_VILLAGE} women) is right. {machine()}")
    print("settings: log synchronous=FULL (SQLite), synchronous_commit=on and fsync=on (PostgreSQL); one process, one thread")
    lines, slowest = [], 0.0
    for database in arguments.databases.split(","):
        line, done = measure(database, arguments.size, arguments.touches)
        lines.append(line)
        slowest = max(slowest, median([one.total for one in done]))
    head = ["database", "pregnancies", "facts", "steps", "making s", "append ms", "work out ms", "list ms", "median ms", "p95 ms"]
    table(head, lines)
    print(f"checked: the lists of {CHECKED} villages are those worked out from the answers alone, on each database")
    print(f"limit: {1000 * LIMIT:.0f} ms; above 1 is faster than the limit asks (the slower of the databases, median)")
    last_line("touch", LIMIT / slowest, "LIMIT")


if __name__ == "__main__":
    main()
