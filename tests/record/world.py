"""One installation that a test may do anything to, on either database, quick to empty again: the record and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from doorstep.record import schema
from doorstep.record.admission import Item
from doorstep.record.authority import Authority, Operator
from doorstep.record.database import among
from doorstep.record.erasure import LEDGER
from doorstep.record.intake import Receipt
from doorstep.record.prepare import item_of
from doorstep.record.reading import logged_rows
from doorstep.record.record import Record
from doorstep.record.rules import Rules
from doorstep.record.store import Config

SHELF = Path(__file__).parent / "shelf"
NOW = 1_796_000_000_000
"""Milliseconds UTC at which the stories of the tests are received: late in November 2026."""
KEPT = {"log_meta", "pack", "pack_release", "own_secret", "secret", "register_meta"}
WORKED_OUT = ("fact", "attribute", "subject", "relation", "home", "step")
REGISTER = tuple(
    table for table in schema.tables("register") if table not in ("register_meta", "dirty", "changed", "lived")
)
"""What follows from the log alone: not when it was worked out."""
Rows = list[tuple[Any, ...]]
_rules: dict[tuple[str, str], Rules] = {}


def rules_of(record: Record) -> Rules:
    """The rules in force; compiling them is the same for every test of a process."""
    return _rules.setdefault((record.rules.pack.hash, record.rules.dialect), record.rules)


class World:
    """An open record with the small programme in force."""

    def __init__(self, config: Config, shelf: Path = SHELF) -> None:
        self.record = Record.open(config, shelf)
        self.store = self.record.store
        self.record.rules = rules_of(self.record)
        self.record.catch_up()
        self._hurry()

    def _hurry(self) -> None:
        """Nothing here is about what survives a power cut: no write waits for the disk."""
        for database in (self.store.log, self.store.keys, self.store.register):
            off = "PRAGMA synchronous=OFF" if database.dialect == "sqlite" else "SET synchronous_commit = off"
            database.writer().run(off)  # type: ignore[attr-defined]

    def empty(self) -> World:
        """As on the first day: nothing reported, nobody erased, the same programme in force."""
        for name, database in (("register", self.store.register), ("log", self.store.log)):
            with database.write() as connection:
                for table in schema.tables(name):
                    if table not in KEPT:
                        connection.run(f"DELETE FROM {table}")
                if name == "register":
                    connection.run("DELETE FROM register_meta WHERE name NOT IN ('pack', 'tables')")
        with self.store.register.read() as register:
            if [row[0] for row in register.rows("SELECT value FROM register_meta WHERE name = 'pack'")] != [self.record.rules.pack.rules]:
                raise RuntimeError("the register of this test holds another pack")
        self.store.vault._known.clear()
        self.store.vault._erasures = -1
        (self.store.config.data / LEDGER).unlink(missing_ok=True)
        return self

    def send(
        self, *bodies: Mapping[str, Any], received: int = NOW, sent: int | None = None, authority: Authority | None = None,
        sender: str = "",
    ) -> list[Receipt]:
        """Receipts of these bodies, handed in at once. received, sent: milliseconds UTC."""
        who = authority or Operator()
        items = [item_of(dict(body), who, received, sender=sender, sent_ms=sent) for body in bodies]
        return self.submit(items, who)

    def submit(self, items: Sequence[Item], authority: Authority | None = None) -> list[Receipt]:
        return self.record.submit(items, authority or Operator())

    def catch_up(self) -> World:
        self.record.catch_up()
        return self

    def rows(self, table: str, columns: str = "*", where: str = "1 = 1", values: Sequence[Any] = ()) -> Rows:
        """Rows of a table of the register or the log, in an order of their own."""
        with self.store.register.read() as register:
            return sorted(register.rows(f"SELECT {columns} FROM {table} WHERE {where}", values), key=repr)

    def state(self, tables: Iterable[str] = REGISTER) -> dict[str, Rows]:
        """Everything that the register knows."""
        return {table: self.rows(table) for table in tables}

    def forget(self) -> World:
        """The register is lost; the log and the keys are not."""
        with self.store.register.write() as register:
            for table in schema.tables("register"):
                if table != "register_meta":
                    register.run(f"DELETE FROM {table}")
            register.run("DELETE FROM register_meta WHERE name IN ('folded', 'changes')")
        return self

    def shuffle(self, order: Sequence[int]) -> World:
        """The log as if what was admitted had been admitted in another order: `order` are positions."""
        with self.store.log.write() as log:
            seqs = [row.seq for row in logged_rows(log, "seq > ?", [0])]
            assert sorted(order) == list(range(len(seqs)))
            for table in ("submission", "part", "attachment"):
                condition, values = among(log, "seq", seqs)
                log.run(f"UPDATE {table} SET seq = -seq WHERE {condition}", values)
                for old, place in zip(seqs, order, strict=True):
                    log.run(f"UPDATE {table} SET seq = ? WHERE seq = ?", [place + 1, -old])
        return self

    def close(self) -> None:
        self.record.close()
