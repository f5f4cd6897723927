"""Existence, `while`, `each`, what completes a row, versions, the rule of the day."""

from __future__ import annotations

from tests.pathways.scenarios import DATED, Book, f, row
from tests.reference.interpreter import Relation

book = Book()
tell = book.tell

# --- moments --------------------------------------------------------------------------------------------------------
tell("An episode begins with its own first fact, not with her birthday", "care.always",
     f("birthday", -9000, -9000), f("phone", -50, "x"), f("reg", 3), rows=[row(1, since=3, due=3)])
tell("What was known of her before counts from the first day of the episode", "care.abroad",
     f("country", -400, "KH"), f("reg", 0), rows=[row(1, since=0)])
tell("The state of a day is the state at its end", "care.first_sign",
     f("reg", 0), f("sign", 2, "fits", at=500), f("sign", 2, "none", at=600), rows=[])
tell("Of two findings at the same minute the later submission is the latest", "care.first_sign",
     f("reg", 0), f("sign", 2, "none", at=500, submission="s1"), f("sign", 2, "fits", at=500, submission="s2"),
     rows=[row(1, since=2)])
tell("A rule about the moment is judged on days of facts that it reads, not on others", "care.late",
     f("lmp_told", 0, -60), f("phone", 20, "x"), f("hb", 21, 120), rows=[])
tell("A rule about the moment is judged on days of facts that it reads", "care.late",
     f("lmp_told", 0, -60), f("lmp_told", 15, -60), rows=[row(1, since=15)])

# --- existence ------------------------------------------------------------------------------------------------------
tell("A step goes on while nothing ends it", "care.always", f("reg", 0), f("hb", 30, 120), rows=[row(1, since=0)])
tell("A step ends with the birth, for the pathway's reason", "care.always",
     f("reg", 0), f("birth", 30), rows=[row(1, since=0, until=30, until_why="born")])
tell("A step ends on the computed day, with nothing reported", "care.always",
     *DATED, rows=[row(1, since=0, until=238, until_why="unreported")])
tell("A re-dating moves the computed end", "care.always",
     *DATED, f("scan", 30, 90), rows=[row(1, since=0, until=248, until_why="unreported")])
tell("What was over by the old date goes on by the new one, as a second stretch", "care.always",
     *DATED, f("hb", 240, 120), f("scan", 250, 100),
     rows=[row(1, since=0, until=238, until_why="unreported"), row(2, since=250, until=458, until_why="unreported")])
tell("The pathway's reason comes before the step's", "care.both",
     f("reg", 0), f("birth", 30), rows=[row(1, since=0, until=30, until_why="born")])
tell("The first of the step's reasons that holds is given", "care.stopped",
     f("hb", 0, 90), f("sign", 10, "none"), rows=[row(1, since=0, until=10, until_why="well")])
tell("Of two computed ends the earlier one ends the step", "care.stopped",
     f("hb", 5, 90), f("sys", 3, 120), rows=[row(1, since=5, until=13, until_why="older")])
tell("Of two computed ends on one day the first in the list is the reason", "care.stopped",
     f("hb", 3, 90), f("sys", 3, 120), rows=[row(1, since=3, until=13, until_why="old")])
tell("A step that stops without an end is contrary, and comes back as the next stretch", "care.pale",
     f("hb", 0, 90), f("hb", 20, 110), f("hb", 40, 80),
     rows=[row(1, since=0, until=20, until_why="contrary"), row(2, since=40)])
tell("Stretches that touch are one", "care.pale", f("hb", 0, 90), f("hb", 20, 80), rows=[row(1, since=0)])
tell("What is not known is not true", "care.pale", f("reg", 0), rows=[])
tell("A step of some countries is not there in another", "care.abroad",
     f("reg", 0), f("country", 0, "BG"), f("country", 20, "VN"), f("country", 50, "BG"),
     rows=[row(1, since=20, until=50, until_why="contrary")])
tell("Without a country a step of some countries is not there", "care.abroad", f("reg", 0), rows=[])
tell("Two readings in one submission are one time for a sign", "care.twice",
     f("sys", 0, 150, at=500), f("dia", 0, 95, at=500), rows=[])
tell("Two times of a sign are two", "care.twice",
     f("sys", 0, 150, at=500), f("dia", 0, 95, at=515), rows=[row(1, since=0)])
tell("A filter on how something is known counts only that", "care.by_measure",
     f("sys", 0, 150), f("sys", 5, 150, how="measured"), rows=[row(1, since=5)])

# --- while ----------------------------------------------------------------------------------------------------------
tell("Without an anchor there is no row", "care.dated", f("lmp_told", 0, -70), f("sure", 0, "no"), rows=[])
tell("A new anchor closes the row and opens a version with the same number", "care.dated",
     *DATED, f("scan", 30, 95),
     rows=[row(1, since=0, until=30, until_why="redated", due=70, opens=56, overdue=77, closes=98),
           row(1, since=30, due=75, opens=61, until=243, until_why="unreported")])
tell("While the anchor is unknown the step is not there", "care.dated",
     *DATED, f("sure", 20, "no"), f("sure", 40),
     rows=[row(1, since=0, until=20, until_why="contrary"), row(2, since=40, due=70, until=238, until_why="unreported")])
tell("A computed day is rounded down to a whole one", "care.half", f("hb", 10, 2.5), rows=[row(1, since=10, due=7)])

# --- each -----------------------------------------------------------------------------------------------------------
tell("Each event makes a row, dated by itself", "care.each_bp",
     f("sys", 0, 150), f("sys", 5, 120), f("sys", 9, 160),
     rows=[row(1, since=0, due=0, overdue=2), row(2, since=9, due=9, overdue=11)])
tell("Events of one day make one row", "care.each_bp",
     f("sys", 0, 150, at=500), f("dia", 0, 95, at=600), rows=[row(1, since=0)])
tell("An event counts only where the condition holds, and the anchor stays what it was", "care.each_fit",
     f("sign", 0, "fits"), f("lmp_told", 5, -70), f("sure", 5), f("sign", 8, "fits"), f("scan", 30, 95),
     rows=[row(1, since=8, due=70, until=243, until_why="unreported")])
tell("The rows of each event end when the step does", "care.each_bp",
     f("sys", 0, 150), f("away", 9), f("sys", 12, 150), f("away", 20, "no"), f("sys", 25, 150),
     rows=[row(1, since=0, until=9, until_why="moved"), row(2, since=25)])

# --- done -----------------------------------------------------------------------------------------------------------
tell("The first event from the beginning on completes the row", "care.always",
     f("reg", 0), f("pill", 4), f("pill", 9), rows=[row(1, since=0, done=4)])
tell("An event of the ending day still counts, and a done row keeps no end", "care.always",
     f("reg", 0), f("birth", 30), f("pill", 30), rows=[row(1, since=0, done=30)])
tell("An event after the end does not count", "care.always",
     f("reg", 0), f("birth", 30), f("pill", 31), rows=[row(1, since=0, until=30, until_why="born")])
tell("Counted after: the event that opened the row does not complete it", "care.after",
     f("hb", 0, 90), f("hb", 7, 90), rows=[row(1, since=0, done=7)])
tell("Counted over the episode: what was done before counts", "care.once",
     f("hb", 0, 90), f("visit", 20), rows=[row(1, since=20, done=0)])
tell("In a window only what falls into it counts: a day too early", "care.window",
     f("reg", 0), f("pill", 4), rows=[row(1, since=0, opens=5, due=10, closes=12)])
tell("In a window the first day counts", "care.window", f("reg", 0), f("pill", 4), f("pill", 5), rows=[row(1, since=0, done=5)])
tell("In a window the last day counts", "care.window", f("reg", 0), f("pill", 12), rows=[row(1, since=0, done=12)])
tell("In a window a day too late does not count", "care.window", f("reg", 0), f("pill", 13), rows=[row(1, since=0)])
tell("The first submission of the day is the one that did it", "care.always",
     f("reg", 0), f("pill", 4, at=600, submission="a"), f("pill", 4, at=540, submission="b"),
     rows=[row(1, done=4, done_by="b")])
tell("A version that was done is kept, and what would have come after it is dropped", "care.dated",
     *DATED, f("hb", 60, 110), f("scan", 80, 145),
     rows=[row(1, since=0, due=70, done=60)])
tell("A version that was not done gives way to the next", "care.dated",
     *DATED, f("scan", 30, 95), f("hb", 62, 110),
     rows=[row(1, since=0, until=30, until_why="redated"), row(1, since=30, due=75, done=62)])

# --- the rule of the day --------------------------------------------------------------------------------------------
tell("A row is judged by the rule of the day on which it began", "care.ruled",
     f("reg", 58), rows=[row(1, since=58, due=61, rule="ruled")])
tell("From the first day of the new rule on, the new rule holds", "care.ruled",
     f("reg", 59), rows=[row(1, since=59, due=64, rule="ruled@2026-03-01")])
tell("A chain goes over to the new rule with the row that begins under it", "care.ruled_chain",
     f("reg", 0), f("visit", 10), f("visit", 19),
     rows=[row(1, since=0, due=0, done=10), row(2, since=10, due=24, done=19), row(3, since=19, due=39)])

# --- one hop --------------------------------------------------------------------------------------------------------
BORN_OF_FIRST = Relation("b", "newborn:1", "mother", "p", "pregnancy:1")
tell("A result of the mother that comes after the birth concerns the baby", "baby.exposed",
     f("born", 10, who="b"), f("test", 12, "pos", episode="pregnancy:1"), rows=[row(1, since=12)],
     relations=(BORN_OF_FIRST,), who="b")
tell("A result of the mother from before the birth concerns the baby from its first day", "baby.told",
     f("born", 10, who="b"), f("test", -30, "pos", episode="pregnancy:1"), rows=[row(1, since=10)],
     relations=(BORN_OF_FIRST,), who="b")
tell("A result of her next pregnancy does not concern this baby", "baby.exposed",
     f("born", 10, who="b"), f("test", 400, "pos", episode="pregnancy:2"), rows=[],
     relations=(BORN_OF_FIRST,), who="b")
tell("A relation of the person as such holds for every episode", "baby.exposed",
     f("born", 10, who="b"), f("test", 12, "pos", episode="pregnancy:1"), rows=[row(1, since=12)],
     relations=(Relation("b", "", "mother", "p", "pregnancy:1"),), who="b")
