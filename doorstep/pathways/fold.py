"""From answers to facts: which submissions are live, which episode each fact belongs to, and who is whose mother.

Source: docs/pathway-language.md, 7, and the laws of the fold. Each function gives one SELECT in one dialect;
all four give the same rows.

Reads `answer` (what the flattener made), `sub` (the admitted submissions that are not erased) and `alias` (merged persons);
`relation_sql` reads the stored `fact`. With `touched`, a table `(subject)` of canonical subjects, only their rows are made.
The columns are in `doorstep.pathways.engines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from doorstep.content.model import Code, EpisodeKind

IDS = {"submission", "subject", "row", "member", "root", "code", "episode"}
DOUBLINGS = 5
"""Corrections of corrections are followed 2**5 deep; deeper ones count as replaced."""


@dataclass(frozen=True)
class RuleTables:
    """Small tables that the SQL joins: name -> (columns, rows). Loaded once for a content pack."""

    tables: Mapping[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[Any, ...], ...]]]


def rule_tables(dictionary: Mapping[str, Code], episodes: Mapping[str, EpisodeKind]) -> RuleTables:
    """`code_kind` (code, kind), `marker` (code, kind, is_end, longest, apart) and `relation_code` (code)."""
    kinds = tuple(sorted((code.code, code.episode) for code in dictionary.values() if code.episode))
    markers = tuple(sorted(
        (code, kind.name, is_end, kind.longest, kind.apart)
        for kind in episodes.values()
        for is_end, codes in ((0, kind.starts), (1, kind.ends))
        for code in codes
    ))
    relations = tuple(sorted((code.code,) for code in dictionary.values() if code.kind == "subject"))
    return RuleTables({
        "code_kind": ((("code", "text"), ("kind", "text")), kinds),
        "marker": (
            (("code", "text"), ("kind", "text"), ("is_end", "bigint"), ("longest", "bigint"), ("apart", "bigint")),
            markers,
        ),
        "relation_code": ((("code", "text"),), relations),
    })


def correction_trees_sql(dialect: str, sub: str = "sub") -> str:
    """(root, member, stamp, leaf, rank): every submission that corrects or is corrected, its tree, and the order of its leaves.

    A correction that names a target of another form, or one that is not earlier, or that is not there, is not an edge.
    Rank 1 among the leaves is the one shown; a tree with a leaf of rank 2 is a conflict.
    """
    return _dialect(f"WITH {_trees(sub)} SELECT root, member, stamp, leaf, rank FROM ranked", dialect)


def _trees(sub: str) -> str:
    """CTEs `edge`, `ranked`: the trees of corrections, by doubling (no recursion: not every engine has it)."""
    ctes = [
        f"""edge AS (
        SELECT c.submission AS member, t.submission AS target
        FROM {sub} AS c JOIN {sub} AS t ON t.submission = c.replaces
        WHERE c.kind = 'correction' AND t.kind IN ('data', 'correction') AND t.form = c.form
          AND (t.stamp < c.stamp OR (t.stamp = c.stamp AND t.submission < c.submission)))""",
        "up0 AS (SELECT member, target AS root FROM edge)",
    ]
    for i in range(DOUBLINGS):
        ctes.append(
            f"""up{i + 1} AS (
            SELECT a.member AS member, COALESCE(b.root, a.root) AS root
            FROM up{i} AS a LEFT JOIN up{i} AS b ON b.member = a.root)"""
        )
    ctes.append(
        f"""tree AS (
        SELECT root, member FROM up{DOUBLINGS} UNION SELECT root, root AS member FROM up{DOUBLINGS})"""
    )
    ctes.append(
        f"""ranked AS (
        SELECT tree.root AS root, tree.member AS member, s.stamp AS stamp,
          CASE WHEN e.target IS NULL THEN 1 ELSE 0 END AS leaf,
          ROW_NUMBER() OVER (PARTITION BY tree.root, CASE WHEN e.target IS NULL THEN 1 ELSE 0 END
                             ORDER BY s.stamp DESC, s.submission DESC) AS rank
        FROM tree JOIN {sub} AS s ON s.submission = tree.member
        LEFT JOIN (SELECT DISTINCT target FROM edge) AS e ON e.target = tree.member)"""
    )
    return ",\n".join(ctes)


def fact_sql(
    dialect: str,
    *,
    answer: str = "answer",
    sub: str = "sub",
    alias: str = "alias",
    touched: str | None = None,
    trees: str | None = None,
) -> str:
    """The facts: live answers under their canonical subject, each in its episode. Columns as `engines.FACT`.

    trees: a table that keeps the rows of `correction_trees_sql`; without it they are worked out here. Of the touched alone facts
    come only with it, since the trees are those of everybody: ValueError.
    """
    if touched:
        if trees is None:
            raise ValueError("facts of the touched are read with a table of correction trees")
        # Answers of a touched subject, and of those merged into it, through the index on (subject).
        mine = f"""mine AS (
            SELECT t.subject AS canonical, t.subject AS subject FROM {touched} AS t
            UNION SELECT t.subject AS canonical, al.subject AS subject
            FROM {touched} AS t JOIN {alias} AS al ON al.canonical = t.subject)"""
        raw = f"raw AS (SELECT mine.canonical AS who, a.* FROM mine JOIN {answer} AS a ON a.subject = mine.subject)"
        head = f"{mine}, {raw}"
    else:
        raw = f"""raw AS (
            SELECT COALESCE(al.canonical, a.subject) AS who, a.* FROM {answer} AS a
            LEFT JOIN {alias} AS al ON al.subject = a.subject)"""
        head = raw if trees else f"{raw}, {_trees(sub)}"
    text = f"""
    WITH {head},
    live AS (
        SELECT raw.who AS subject, raw.code, raw.day, raw.day_last, raw."at", raw.ts, raw.precision, raw.num,
          COALESCE(whom.canonical, raw.txt) AS txt, raw.how, raw."row", raw.submission, k.kind
        FROM raw LEFT JOIN code_kind AS k ON k.code = raw.code
        LEFT JOIN relation_code AS rc ON rc.code = raw.code
        LEFT JOIN {alias} AS whom ON rc.code IS NOT NULL AND whom.subject = raw.txt
        LEFT JOIN {trees or "ranked"} AS r ON r.member = raw.submission
        WHERE r.member IS NULL OR (r.leaf = 1 AND r.rank = 1)),
    {_segments("live")}
    SELECT live.subject,
      CASE WHEN live.kind IS NULL THEN '' WHEN seg.n IS NULL THEN live.kind || ':1'
           ELSE live.kind || ':' || CAST(seg.n AS TEXT) END AS episode,
      live.code, live.day, live.day_last, live."at", live.ts, live.precision, live.num, live.txt, live.how, live."row",
      live.submission
    FROM live LEFT JOIN seg ON seg.subject = live.subject AND seg.kind = live.kind
      AND (seg.n = 1 OR live.day >= seg.first_day) AND (seg.next_day IS NULL OR live.day < seg.next_day)
    """
    return _dialect(text, dialect)


def _segments(source: str) -> str:
    """CTEs up to `seg` (subject, kind, n, first_day, next_day): where each episode begins (docs/pathway-language.md, 7)."""
    order = "day, is_end, ts, submission, \"row\""
    return f"""
    mark AS (
        SELECT f.subject, m.kind, f.day, m.is_end, f.ts, f.submission, f."row", m.longest, m.apart,
          LAG(f.day) OVER (PARTITION BY f.subject, m.kind ORDER BY f.day, m.is_end, f.ts, f.submission, f."row") AS was_day,
          LAG(m.is_end) OVER (PARTITION BY f.subject, m.kind ORDER BY f.day, m.is_end, f.ts, f.submission, f."row") AS was_end
        FROM {source} AS f JOIN marker AS m ON m.code = f.code),
    opener AS (
        SELECT * FROM mark WHERE was_day IS NULL
          OR (is_end = 0 AND was_end = 1 AND day > was_day)
          OR (is_end = 0 AND was_end = 0 AND (day - was_day) > longest)
          OR (is_end = 1 AND was_end = 1 AND (day - was_day) > apart)
          OR (is_end = 1 AND was_end = 0 AND (day - was_day) > (longest + apart))),
    seg AS (
        SELECT subject, kind, day AS first_day,
          ROW_NUMBER() OVER (PARTITION BY subject, kind ORDER BY {order}) AS n,
          LEAD(day) OVER (PARTITION BY subject, kind ORDER BY {order}) AS next_day
        FROM opener)"""


def relation_sql(dialect: str, *, fact: str = "fact", touched: str | None = None) -> str:
    """(subject, episode, name, target, target_episode) from the stored facts.

    The target's episode is the one of its facts in the same submission (the birth that made the child), else the one that
    holds the target's latest fact up to that day, else ''.
    """
    source = f"{touched} AS t JOIN {fact} AS f ON f.subject = t.subject" if touched else f"{fact} AS f"
    text = f"""
    WITH own AS (
        SELECT f.subject, f.episode, f.code AS name, f.txt AS target, f.submission, f.day, f."row"
        FROM {source} JOIN relation_code AS c ON c.code = f.code WHERE f.txt IS NOT NULL),
    same AS (
        SELECT own.subject, own.episode, own.name, own.target, own.submission, MIN(g.episode) AS target_episode
        FROM own JOIN {fact} AS g ON g.subject = own.target AND g.submission = own.submission AND g.episode <> ''
        GROUP BY own.subject, own.episode, own.name, own.target, own.submission),
    before AS (
        SELECT own.subject, own.episode, own.name, own.target, own.submission, g.episode AS target_episode,
          ROW_NUMBER() OVER (PARTITION BY own.subject, own.episode, own.name, own.target, own.submission
                             ORDER BY g.day DESC, g.ts DESC, g.submission DESC, g.episode) AS k
        FROM own JOIN {fact} AS g ON g.subject = own.target AND g.episode <> '' AND g.day <= own.day),
    found AS (
        SELECT own.subject, own.episode, own.name, own.target,
          COALESCE(same.target_episode, before.target_episode, '') AS target_episode,
          ROW_NUMBER() OVER (PARTITION BY own.subject, own.episode, own.name
                             ORDER BY own.day DESC, own.submission DESC, own."row" DESC) AS k
        FROM own
        LEFT JOIN same ON same.subject = own.subject AND same.episode = own.episode AND same.name = own.name
          AND same.target = own.target AND same.submission = own.submission
        LEFT JOIN before ON before.subject = own.subject AND before.episode = own.episode AND before.name = own.name
          AND before.target = own.target AND before.submission = own.submission AND before.k = 1)
    SELECT subject, episode, name, target, target_episode FROM found WHERE k = 1
    """
    return _dialect(text, dialect)


@lru_cache(maxsize=64)
def _dialect(text: str, dialect: str) -> str:
    """The statement in one dialect: identifiers quoted, ids ordered as bytes. Only constructs that all four share are used."""
    tree = sqlglot.parse_one(text, read="postgres")
    if dialect == "postgres":
        for order in list(tree.find_all(exp.Ordered)):
            if isinstance(order.this, exp.Column) and order.this.name in IDS:
                order.set("this", exp.Collate(this=order.this.copy(), expression=exp.to_identifier("C", quoted=True)))
    return tree.sql(dialect=dialect, identify=True)


def load_rule_tables(load: Any, tables: Iterable[RuleTables]) -> None:
    """Hands every rule table to `load(name, columns, rows)`; tables of one name from several programmes are united."""
    united: dict[str, tuple[tuple[tuple[str, str], ...], set[tuple[Any, ...]]]] = {}
    for one in tables:
        for name, (columns, more) in one.tables.items():
            united.setdefault(name, (columns, set()))[1].update(more)
    for name, (columns, rows) in united.items():
        load(name, columns, sorted(rows))
