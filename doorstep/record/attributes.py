"""Attributes of a subject: heads, the one that is shown, and conflicts. One statement for both databases.

A write names the base that its author saw; heads are live writes that no live write names as base. A write that names no
base takes every earlier one as its base: last write wins. A base that is not earlier is ignored.
"""

from __future__ import annotations

COLUMNS = ("subject", "name", "value", "submission", "written_of", "shown")

def heads_sql(touched: str | None = None) -> str:
    """Rows of `attribute`: every head; shown = 1 for the greatest (stamp, submission). `touched`: canonical subjects."""
    if touched:
        start = f"""mine AS (
            SELECT t.subject AS canonical, t.subject AS subject FROM {touched} AS t
            UNION SELECT t.subject, al.subject FROM {touched} AS t JOIN alias AS al ON al.canonical = t.subject),
        written AS (
            SELECT mine.canonical AS who, w.* FROM mine JOIN attribute_write AS w ON w.subject = mine.subject)"""
    else:
        start = """written AS (
            SELECT COALESCE(al.canonical, w.subject) AS who, w.* FROM attribute_write AS w
            LEFT JOIN alias AS al ON al.subject = w.subject)"""
    return f"""
    WITH {start},
    live AS (
        SELECT w.who, w.name, w.value, w.submission, w.subject, w.base, w.has_base, s.stamp
        FROM written AS w JOIN sub AS s ON s.submission = w.submission
        LEFT JOIN corrected AS c ON c.member = w.submission
        WHERE c.member IS NULL OR (c.leaf = 1 AND c.rank = 1)),
    head AS (
        SELECT h.* FROM live AS h WHERE NOT EXISTS (
            SELECT 1 FROM live AS v
            WHERE v.who = h.who AND v.name = h.name
              AND (v.stamp > h.stamp OR (v.stamp = h.stamp AND v.submission > h.submission)
                   OR (v.stamp = h.stamp AND v.submission = h.submission AND v.subject > h.subject))
              AND (v.has_base = 0 OR v.base = h.submission)))
    SELECT who AS subject, name, value, submission, subject AS written_of,
      CASE WHEN ROW_NUMBER() OVER (PARTITION BY who, name ORDER BY stamp DESC, submission DESC, subject DESC) = 1
           THEN 1 ELSE 0 END AS shown
    FROM head
    """  # noqa: S608 - our own words


def homes_sql(touched: str | None = None) -> str:
    """Rows of `home`: where each subject lives, as told, from when to before when (days).

    Her own residence as told; else her mother's; else the place of the first submission that spoke of her. The first place
    reaches back to the beginning of time, the last one forward to its end: on every day she is found somewhere.
    """
    # Whoever was erased, or merged into another, is touched too, but lives nowhere.
    source = "subject AS t"
    if touched:
        source = f"(SELECT w.subject FROM {touched} AS w JOIN subject AS k ON k.subject = w.subject) AS t"
    members = """mine AS (
        SELECT t.subject AS who, t.subject AS subject FROM {source}
        UNION SELECT t.subject, al.subject FROM {source} JOIN alias AS al ON al.canonical = t.subject)"""
    return f"""
    WITH {members.format(source=source)},
    own AS (
        SELECT t.subject AS who, f.txt AS place, f.day, f.ts, f.submission
        FROM {source} JOIN fact AS f ON f.subject = t.subject AND f.code = 'residence' AND f.txt IS NOT NULL),
    of_mother AS (
        SELECT t.subject AS who, f.txt AS place, f.day, f.ts, f.submission
        FROM {source} JOIN relation AS r ON r.subject = t.subject AND r.name = 'mother'
        JOIN fact AS f ON f.subject = r.target AND f.code = 'residence' AND f.txt IS NOT NULL
        WHERE NOT EXISTS (SELECT 1 FROM own WHERE own.who = t.subject)),
    spoken AS (
        SELECT mine.who, s.place, s.made_day AS day, s.stamp AS ts, s.submission,
          ROW_NUMBER() OVER (PARTITION BY mine.who ORDER BY s.stamp, s.submission) AS k
        FROM mine JOIN speaks_of AS o ON o.subject = mine.subject JOIN sub AS s ON s.submission = o.submission
        WHERE s.place <> '' AND NOT EXISTS (SELECT 1 FROM own WHERE own.who = mine.who)
          AND NOT EXISTS (SELECT 1 FROM of_mother WHERE of_mother.who = mine.who)),
    told AS (
        SELECT who, place, day, ts, submission FROM own
        UNION SELECT who, place, day, ts, submission FROM of_mother
        UNION SELECT who, place, day, ts, submission FROM spoken WHERE k = 1),
    ranked AS (
        SELECT who, place, day,
          ROW_NUMBER() OVER (PARTITION BY who, day ORDER BY ts DESC, submission DESC, place) AS last_of_day
        FROM told)
    SELECT who AS subject, place, day AS told_on,
      CASE WHEN ROW_NUMBER() OVER (PARTITION BY who ORDER BY day) = 1 THEN {BEGINNING} ELSE day END AS valid_from,
      COALESCE(LEAD(day) OVER (PARTITION BY who ORDER BY day), {END}) AS valid_to
    FROM ranked WHERE last_of_day = 1
    """  # noqa: S608


BEGINNING, END = -1_000_000, 10_000_000
"""Days before and after everything."""


def kinds_sql(touched: str | None = None) -> str:
    """Rows of `subject`: everybody of whom something is known, with the kind that a form made her ('person' when none did)."""
    source = f"{touched} AS t" if touched else "(SELECT DISTINCT subject FROM fact UNION SELECT subject FROM attribute) AS t"
    return f"""
    SELECT t.subject, COALESCE((
        SELECT MIN(kind) FROM (
            SELECT m.kind FROM made AS m WHERE m.subject = t.subject
            UNION ALL SELECT m.kind FROM alias AS al JOIN made AS m ON m.subject = al.subject WHERE al.canonical = t.subject
        ) AS kinds
    ), 'person') AS kind
    FROM {source}
    WHERE EXISTS (SELECT 1 FROM fact AS f WHERE f.subject = t.subject)
       OR EXISTS (SELECT 1 FROM attribute AS a WHERE a.subject = t.subject)
    """  # noqa: S608
