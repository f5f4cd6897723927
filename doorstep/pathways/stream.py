"""The event stream of a group of steps: its own facts, those of the person, those over one hop, and the beginning.

Source: docs/pathway-language.md, 2. Columns: subject, episode, t (the moment), day, ts, submission, row, code, num, txt, how.
Codes over a hop are called 'relation.code'; the beginning of an episode is an event of code ''.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from doorstep.content import tree as t
from doorstep.content.model import Programme
from doorstep.pathways.plan import Group
from doorstep.pathways.sql import (
    Sql,
    Statement,
    aliased,
    all_of,
    among,
    any_of,
    byte_order,
    case,
    col,
    equal,
    lit,
    name,
    null,
    op,
    paired,
    select,
    union,
)

KEYS = ("subject", "episode")
VALUES = ("num", "txt", "how")


@dataclass(frozen=True)
class Source:
    """Where facts are: table names. `touched` is a table (subject), `episodes` one (subject, episode); None means everybody.

    `upto`: facts of later days are not looked at.
    """

    fact: str = "fact"
    relation: str = "relation"
    touched: str | None = None
    episodes: str | None = None
    upto: int | None = None

    def told(self) -> Sql | None:
        """The condition that a fact was told by then."""
        return None if self.upto is None else op("<=", col("day", "f"), self.upto)


@dataclass(frozen=True)
class Stream:
    """A group's events as built: `simple` when every event is one of the episode's own, so that no moment is moved."""

    events: str
    start: str
    simple: bool
    minute: bool

    @property
    def order(self) -> tuple[str, ...]:
        """Event order: (moment, day, ts, submission, row, code), without what is the same twice."""
        if self.simple:
            return ("ts", "day", "submission", "row", "code") if self.minute else ("day", "ts", "submission", "row", "code")
        return ("t", "day", "ts", "submission", "row", "code")


def add_stream(
    statement: Statement, group: Group, programme: Programme, filters: Iterable[t.Filter], source: Source
) -> Stream:
    """Adds the stream with the codes of these filters."""
    minute = group.clock is t.Clock.MINUTE
    time = "ts" if minute else "day"
    kind = group.episode
    known = list(filters)
    own = sorted({f.code for f in known if f.relation is None and home(programme, f.code) in (kind, None)})
    person = sorted({f.code for f in known if f.relation is None and home(programme, f.code) in ("", None)})
    hops: dict[str, list[str]] = {}
    for f in known:
        if f.relation is not None:
            hops.setdefault(f.relation, []).append(f.code)
    start = statement.add(f"start{group.gid}", _start(statement, kind, source))
    parts = [_beginning(start, time)]
    if own:
        parts.append(own_events(statement, kind, own, time, source))
    if person:
        parts.append(_moved(statement, start, time, person, source, None))
    for relation, codes in sorted(hops.items()):
        parts.append(_moved(statement, start, time, sorted(set(codes)), source, relation))
    events = statement.add(f"event{group.gid}", union(parts))
    return Stream(events, start, not person and not hops, minute)


def home(programme: Programme, code: str) -> str | None:
    """The episode kind of a code, '' for a fact of the person as such; None when the dictionary does not have it."""
    entry = programme.dictionary.get(code)
    return None if entry is None else entry.episode


def facts(statement: Statement, source: Source, values: list[Sql]) -> exp.Select:
    """SELECT from the facts `f`, reached from the touched subjects where there are some."""
    if source.episodes is not None:
        first = select(values, aliased(source.episodes, "who"))
        return paired(first, aliased(source.fact, "f"), equal("f", "who", KEYS), statement.dialect)
    if source.touched is None:
        return select(values, aliased(source.fact, "f"))
    if statement.dialect == "postgres":
        return select(values, aliased(source.fact, "f"), _few(col("subject", "f"), select([col("subject")], source.touched)))
    query = select(values, aliased(source.touched, "who"))
    return paired(query, aliased(source.fact, "f"), op("=", col("subject", "f"), col("subject", "who")), statement.dialect)


def _few(value: Sql, query: exp.Select) -> Sql:
    """PostgreSQL counts an array as few and takes the index; a table whose rows it has not counted it takes for a large one."""
    return exp.EQ(this=value, expression=exp.Any(this=exp.Paren(this=exp.Array(expressions=[query]))))


def _hinted(statement: Statement, source: Source, relation: str | None) -> Sql | None:
    """What PostgreSQL could not know of facts that are reached over the touched: that they are few."""
    if source.touched is None or statement.dialect != "postgres":
        return None
    touched = select([col("subject")], source.touched)
    if relation is None:
        return _few(col("subject", "f"), touched)
    mine = all_of(_few(col("subject", "y"), touched), op("=", col("name", "y"), relation))
    return _few(col("subject", "f"), select([col("target", "y")], aliased(source.relation, "y"), mine))


def in_kind(statement: Statement, kind: str) -> Sql:
    """The episode is one of this kind: its id begins with 'kind:'. A range of bytes, so that an index can serve it."""
    episode, other = col("episode", "f"), col("episode", "f")
    if statement.dialect == "postgres":
        episode, other = byte_order(episode), byte_order(other)
    return all_of(op(">=", episode, f"{kind}:"), op("<", other, f"{kind};"))


def _start(statement: Statement, kind: str, source: Source) -> Sql:
    """(subject, episode, day, ts): where each episode begins, from all its own facts."""
    first = [name(exp.Min(this=col(time, "f")), time) for time in ("day", "ts")]
    query = facts(statement, source, [*(name(col(key, "f"), key) for key in KEYS), *first])
    query = query.where(all_of(in_kind(statement, kind), source.told()), copy=False)
    return query.group_by(col("subject", "f"), col("episode", "f"), copy=False)


def _beginning(start: str, time: str) -> Sql:
    text = [name(lit(""), column) for column in ("submission", "row", "code")]
    values = [name(null("double"), "num"), name(null("text"), "txt"), name(null("text"), "how")]
    return select([
        name(col("subject"), "subject"), name(col("episode"), "episode"), name(col(time), "t"), name(col("day"), "day"),
        name(col("ts"), "ts"), *text, *values,
    ], start)


def _columns(moment: Sql, code: Sql, episode: Sql, subject: Sql) -> list[Sql]:
    return [
        name(subject, "subject"), name(episode, "episode"), name(moment, "t"),
        *(name(col(column, "f"), column) for column in ("day", "ts", "submission", "row")),
        name(code, "code"), *(name(col(column, "f"), column) for column in VALUES),
    ]


def own_events(statement: Statement, kind: str, codes: list[str], time: str, source: Source) -> Sql:
    values = _columns(col(time, "f"), col("code", "f"), col("episode", "f"), col("subject", "f"))
    query = facts(statement, source, values)
    return query.where(all_of(in_kind(statement, kind), among(col("code", "f"), codes), source.told()), copy=False)


def _moved(
    statement: Statement, start: str, time: str, codes: list[str], source: Source, relation: str | None
) -> Sql:
    """Facts of the person, or of a relation's target: none has a moment before the episode begins."""
    moment = case(
        (op("<", col(time, "f"), col(time, "s")), col(time, "s")), other=col(time, "f")
    )
    code = col("code", "f") if relation is None else op("||", lit(f"{relation}."), col("code", "f"))
    query = select(_columns(moment, code, col("episode", "s"), col("subject", "s")), aliased(start, "s"))
    wanted, few = among(col("code", "f"), codes), _hinted(statement, source, relation)
    fact, dialect = aliased(source.fact, "f"), statement.dialect
    if relation is None:
        query = paired(query, fact, op("=", col("subject", "f"), col("subject", "s")), dialect)
        return query.where(all_of(op("=", col("episode", "f"), ""), wanted, few, source.told()), copy=False)
    query = paired(query, aliased(source.relation, "x"), op("=", col("subject", "x"), col("subject", "s")), dialect)
    query = paired(query, fact, op("=", col("subject", "f"), col("target", "x")), dialect)
    return query.where(
        all_of(
            any_of(op("=", col("episode", "x"), col("episode", "s")), op("=", col("episode", "x"), "")),
            op("=", col("name", "x"), relation),
            any_of(op("=", col("episode", "f"), col("target_episode", "x")), op("=", col("episode", "f"), "")),
            wanted,
            few,
            source.told(),
        ), copy=False,
    )
