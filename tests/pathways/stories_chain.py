"""Chains: contacts, due days, re-dating, stretches."""

from __future__ import annotations

from tests.pathways.scenarios import D0, DATED, Book, f, row

book = Book()
tell = book.tell
OVER = {"until": 238, "until_why": "unreported"}

# --- contacts of a table (her last period began on day -70: ten weeks at registration) ------------------------------
tell("The first contact is due at twelve weeks, open a week before and in time a week after", "care.contact",
     *DATED, rows=[row(1, since=0, opens=7, due=14, overdue=21, **OVER)])
tell("Every contact counts as the next one, however early", "care.contact",
     *DATED, f("visit", 2), f("visit", 20),
     rows=[row(1, since=0, due=14, done=2), row(2, since=2, due=56, done=20), row(3, since=20, due=70, **OVER)])
tell("Every contact counts as the next one, however late", "care.contact",
     *DATED, f("visit", 100), rows=[row(1, since=0, due=14, done=100), row(2, since=100, due=140, **OVER)])
tell("A visit six days after a contact belongs to it", "care.contact",
     *DATED, f("visit", 14), f("visit", 20), rows=[row(1, done=14), row(2, since=14, due=70, **OVER)])
tell("A visit seven days after a contact is the next one", "care.contact",
     *DATED, f("visit", 14), f("visit", 21), rows=[row(1, done=14), row(2, since=14, due=70, done=21), row(3, since=21, **OVER)])
tell("What belongs to a contact does not push the next one away", "care.contact",
     *DATED, f("visit", 14), f("visit", 19), f("visit", 24), f("visit", 30),
     rows=[row(1, done=14), row(2, since=14, done=24), row(3, since=24, **OVER)])
tell("Visits every five days: each second one is a contact", "care.contact",
     f("reg", 0), *(f("visit", 5 * i) for i in range(21)),
     rows=[row(n, since=max(0, 10 * (n - 2)), done=10 * (n - 1)) for n in range(1, 12)] + [row(12, since=100, due=128)])
tell("After the list is finished there is no further contact", "care.contact",
     *DATED, f("visit", 14), f("visit", 70), f("visit", 112), f("visit", 140), f("visit", 168), f("visit", 182), f("visit", 196),
     f("visit", 210), rows=[row(n, done=d) for n, d in enumerate((14, 70, 112, 140, 168, 182, 196, 210), 1)])
tell("A first contact at 22 weeks: the next at 28, then 32", "care.contact",
     f("lmp_told", 0, -154), f("sure", 0), f("visit", 0), f("visit", 42),
     rows=[row(1, since=0, due=-70, done=0), row(2, since=0, due=42, done=42), row(3, since=42, due=70, until=154, until_why="unreported")])
tell("A first contact at 24 weeks: the next at 30, then 34", "care.contact",
     f("lmp_told", 0, -168), f("sure", 0), f("visit", 0), f("visit", 42),
     rows=[row(1, done=0), row(2, since=0, due=42, done=42), row(3, since=42, due=70, until=140, until_why="unreported")])
tell("Without a date the first contact is due at once and the next every four weeks", "care.contact",
     f("reg", 0), f("visit", 9), rows=[row(1, since=0, due=0, done=9), row(2, since=9, due=37)])
tell("A contact on the first day completes the first row", "care.contact",
     *DATED, f("visit", 0), rows=[row(1, since=0, due=14, done=0), row(2, since=0, due=56, **OVER)])
tell("Her own period was counted from a day to come: weeks below nought are nought", "care.contact",
     f("lmp_told", 0, 10), f("sure", 0), f("visit", 0), rows=[row(1, due=94, done=0), row(2, since=0, due=66, until=318, until_why="unreported")])

# --- re-dating ------------------------------------------------------------------------------------------------------
tell("A scan makes her ten days younger; what was done stays done, the next contact moves", "care.contact",
     f("lmp_told", 88, 4), f("sure", 88), f("visit", 88), f("visit", 116), f("scan", 130, 116),
     rows=[row(1, due=88, done=88), row(2, due=144, done=116), row(3, since=116, until=130, until_why="redated", due=172),
           row(3, since=130, due=168, until=322, until_why="unreported")])
tell("A contact on the day of a re-dating keeps the older due day, and the next goes by the new one", "care.contact",
     *DATED, f("visit", 14), f("visit", 60, at=500), f("scan", 60, 140, at=600),
     rows=[row(1, done=14), row(2, since=14, due=70, done=60), row(3, since=60, due=102, until=228, until_why="unreported")])
tell("The same day from another source is no re-dating", "care.contact",
     *DATED, f("scan", 30, 100), rows=[row(1, since=0, due=14, **OVER)])
tell("A re-dating that finishes the list leaves no open row; one that opens it again brings it back", "care.contact",
     f("lmp_told", 0, -266), f("sure", 0), f("visit", 0), f("lmp_told", 10, -290), f("lmp_told", 20, -260),
     rows=[row(1, done=0), row(2, since=0, until=10, until_why="redated", due=14),
           row(2, since=20, due=13, until=48, until_why="unreported")])

# --- stretches ------------------------------------------------------------------------------------------------------
tell("A contact made elsewhere while she was away counts", "care.contact_home",
     *DATED, f("away", 10), f("visit", 20), f("away", 40, "no"), f("visit", 60),
     rows=[row(1, since=0, until=10, until_why="contrary"), row(2, since=40, due=70, done=60), row(3, since=60, due=112, **OVER)])
tell("A contact on the day she comes back completes the row of that day", "care.contact_home",
     *DATED, f("away", 10), f("away", 40, "no"), f("visit", 40),
     rows=[row(1, since=0, until=10, until_why="contrary"), row(1, since=40, due=14, done=40), row(2, since=40, due=91, **OVER)])
tell("A contact on the day she leaves completes the row, and no other opens", "care.contact_home",
     *DATED, f("away", 10), f("visit", 10), rows=[row(1, since=0, due=14, done=10)])
tell("Each stretch has its own series, and the numbers go on", "care.refill",
     f("reg", 0), f("pill", 5), f("away", 10), f("pill", 20), f("away", 40, "no"), f("pill", 50),
     rows=[row(1, since=0, due=0, done=5), row(2, since=5, due=35, until=10, until_why="contrary"),
           row(3, since=40, due=40, done=50), row(4, since=50, due=80)])
tell("Three times and no more", "care.three",
     f("test", 0, "pos"), f("pill", 1), f("pill", 9), f("pill", 15), f("pill", 30),
     rows=[row(1, since=0, due=0, done=1), row(2, since=1, due=8, done=9), row(3, since=9, due=16, done=15)])
tell("A new date moves the first of the series only while it is open", "care.three",
     f("test", 0, "pos"), f("test", 4, "pos"), f("pill", 6), f("test", 8, "pos"),
     rows=[row(1, since=0, until=4, until_why="redated", due=0), row(1, since=4, due=4, done=6), row(2, since=6, due=13)])
tell("A series may count its contacts over the whole episode", "care.grouped",
     f("reg", 0), *(f("pill", i) for i in (3, 9, 14, 22, 23)),
     rows=[row(1, since=0, due=0, done=3), row(2, since=3, due=13, done=14), row(3, since=14, due=24)])

# --- minute clock ---------------------------------------------------------------------------------------------------
MINUTE = 60


def at(day: int, minute: int) -> int:
    """Seconds of a minute of a day in UTC+7."""
    return (D0 + day) * 86_400 - 7 * 3600 + minute * MINUTE


def second(n: int, **columns: int | str) -> dict[str, int | str]:
    return {"n": n, **columns}


tell("High blood pressure is measured again ten minutes later", "minutes.again",
     f("sys", 0, 150, at=600), f("sys", 0, 130, at=612),
     rows=[second(1, since=at(0, 600), due=at(0, 610), overdue=at(0, 615), done=at(0, 612))])
tell("A finding without a minute counts from the end of its day", "minutes.day_long",
     f("test", 0, "neg"), rows=[second(1, since=at(1, 0) - 1, due=at(1, 0) - 1, closes=at(2, 0) - 1)])
tell("The last minute of a window of hours is in time", "minutes.day_long",
     f("test", 0, "neg", at=600), f("pill", 1, at=600), rows=[second(1, since=at(0, 600), done=at(1, 600))])
tell("A minute later is too late", "minutes.day_long",
     f("test", 0, "neg", at=600), f("pill", 1, at=601), rows=[second(1, since=at(0, 600))])
tell("On a minute clock the rule of the civil day holds, not of the day in UTC", "minutes.ruled",
     f("pill", 1, at=60), rows=[second(1, since=at(1, 60), due=at(1, 180), rule="ruled@2026-01-02")])
