"""The phone app in a real Chromium, six times slower than this machine, on lines as they are; PouchDB beside it.

    python -m bench.phone                                   # all of it: a quarter of an hour on a quiet machine
    python -m bench.phone --areas 60=KH-1605                # a small area, some minutes

docs/benches.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserType, sync_playwright

from bench import phone_sizes
from bench.histories import DATA
from bench.peers.cql import PeerFailed
from bench.peers.pouch import AT_ONCE, PULL, serving
from bench.phone_area import ROOT, Area, Station, documents_of, station
from bench.phone_line import FREE, RIDGE, TOWN, Line, Network, measured
from bench.phone_walk import FIRST_LIST, HEAP, TIMES, Phone, Took, click, looped, seen
from bench.report import last_line, machine, say, table
from doorstep.record.record import NOTICED

AREAS = "2000=KH-1605,5000=KH-1602"
DAY = 12
"""Submissions that a worker makes on a day, and as many that others make of her people: what three years of 2,000 people come to."""
FORM = "anc_contact"
ANSWERS = {"danger": {"bleeding": "no", "convulsions": "no", "fever": "no"}, "danger_counselled": "yes", "iron_tablets": 30}
FIFTH = 5.0


@dataclass(frozen=True)
class Figure:
    """One line of the table. value: seconds or bytes; limit: the same, None where none is set; cpu: seconds times TIMES."""

    what: str
    area: str
    on: str
    value: float
    unit: str
    limit: float | None = None
    cpu: float | None = None
    beside: str = "LIMIT"

    @property
    def ratio(self) -> float | None:
        return None if self.limit is None else self.limit / max(self.value, 1e-9)

    def line(self) -> list[object]:
        verdict = "" if self.ratio is None else "met" if self.ratio >= 1 else "NOT met"
        return [self.what, self.area, self.on, *map(self.told, (self.value, self.cpu, self.limit)), self.ratio, verdict]

    def told(self, value: float | None) -> str | None:
        if value is None:
            return None
        return f"{value:,.2f} s" if self.unit == "s" else f"{value / 1000:,.1f} kB"


@dataclass
class Bench:
    """What was found so far."""

    chromium: BrowserType
    station: Station
    line: Line
    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, area: Area | None, on: str, took: Took, limit: float | None = None, beside: str = "LIMIT") -> None:
        self._keep(Figure(what, f"{area.people:,}" if area else "", on, took.seconds, "s", limit, took.cpu, beside))

    def add_bytes(self, what: str, area: Area | None, on: str, value: float, limit: float | None = None, beside: str = "LIMIT") -> None:
        self._keep(Figure(what, f"{area.people:,}" if area else "", on, value, "B", limit, None, beside))

    def _keep(self, figure: Figure) -> None:
        self.figures.append(figure)
        say(f"phone: {figure.what.strip()}: {figure.told(figure.value)}" + (f" (cpu {figure.told(figure.cpu)})" if figure.cpu else ""))


def new_folder() -> Path:
    """For the files of a browser."""
    return Path(tempfile.mkdtemp(dir=DATA, prefix="phone-browser-"))


# --- one area -------------------------------------------------------------------------------------------------------------


def walk(bench: Bench, area: Area) -> Took:
    """Everything that is measured on a phone of this area; returns its first pull."""
    say(f"phone: an area of {area.people:,}: the first pull ...")
    folder = new_folder()
    phone = Phone(bench.chromium, bench.line, folder)
    try:
        bench.line.count()
        phone.enrol(bench.station.ask("code", area.worker))
        bench.add_bytes("the app itself comes, once", area, FREE.name, sum(bench.line.count()))
        with phone.slow(TOWN):
            pulled = phone.first_pull()
        bench.add("first pull, until the list", area, TOWN.words, pulled, 20.0 if area.people <= 2000 else None)
        bench.add_bytes("first pull", area, TOWN.words, pulled.up + pulled.down)
        checked(bench, area, phone)
        lists(bench, area, phone)
        forms(bench, area, phone)
        for network in (RIDGE, TOWN):
            day(bench, area, phone, network)
        again(bench, area, phone)
    finally:
        phone.close()
        shutil.rmtree(folder, ignore_errors=True)
    return pulled


def checked(bench: Bench, area: Area, phone: Phone) -> None:
    """As many people as the station says are hers; else the bench ends."""
    here, there = phone.ask("today")["people"], bench.station.made[area.worker]["persons"]
    if here != there:
        sys.exit(f"bench phone: the phone holds {here:,} people, the station says {there:,}")


def lists(bench: Bench, area: Area, phone: Phone) -> None:
    """What she opens all day."""
    say(f"phone: an area of {area.people:,}: lists ...")
    called = uncommon(phone)
    with phone.slow():
        bench.add("first screen after start", area, "", phone.start_again())
        phone.type_pin()
        bench.add("from the PIN to the list of today", area, "", phone.timed(click(".key.go"), FIRST_LIST))
        phone.settled()
        bench.add("people", area, "", phone.go(1, seen("[data-screen=people] .list .open")))
        bench.add("today's list, from stored rows", area, "", phone.go(0, FIRST_LIST), 1.0)
        phone.go(1, seen("[data-screen=people] .list .open"))
        bench.add("search by a part of a name", area, "", search(phone, called))
        bench.add("one person's story", area, "", phone.timed(click(".list .open"), seen("[data-screen=person] article, [data-screen=person] .card")))


def uncommon(phone: Phone) -> str:
    """A word of a name that nobody has who is shown before anything is looked for."""
    everybody = phone.ask("people", "", 20_000)
    shown = " ".join(one["name"] for one in everybody[:50])
    return next(word for one in reversed(everybody) for word in one["name"].split() if len(word) > 3 and word not in shown)


def search(phone: Phone, called: str) -> Took:
    """A part of a name is typed; until what is found is shown."""
    part = called[:5].lower()
    touch = (
        "const field = document.querySelector('#find'), list = document.querySelector('.list'); "
        f"window.benchBefore = list.textContent; field.value = {part!r}; field.dispatchEvent(new Event('input', {{bubbles: true}}))"
    )
    return phone.timed(touch, "document.querySelector('.list')?.textContent !== window.benchBefore")


def forms(bench: Bench, area: Area, phone: Phone) -> None:
    """A visit: opened, walked through as fast as the machine, kept at its end."""
    say(f"phone: an area of {area.people:,}: a form ...")
    phone.back()
    phone.go(0, FIRST_LIST)
    whose = step_with(phone, FORM)
    bench.line.cut = True  # without a network, as in the field
    try:
        phone.open_person(*whose)
        with phone.slow():
            opened = phone.timed(click("article .button:not(.quiet)"), seen("[data-screen=form] .form footer .next"))
            bench.add("open a form", area, "", opened, 1.5)
        phone.to_the_end_of_the_form()
        with phone.slow():
            kept, listed = phone.save_form()
        bench.add("save a form, until she is told that it is kept", area, "", kept, 0.5)
        bench.add("  until her list follows from it", area, "", listed)
        if phone.ask("standing")["here"] < 1:
            sys.exit("bench phone: what was saved is not there")
    finally:
        bench.line.cut = False
    phone.ask("sync")
    phone.back()


def step_with(phone: Phone, form: str) -> tuple[str, str]:
    """Subject and name of somebody of today's list whose most pressing step is the worker's own and asks for this form."""
    found = phone.ask("today")
    for card in (*found["late"], *found["due"]):
        person, step = card["person"], card["steps"][0]
        if step["form"] == form and step.get("mine", True) and person["weeks"] is not None and person["name"]:
            return str(person["subject"]), str(person["name"])
    sys.exit(f"bench phone: nobody on the list is due for {form}")


def day(bench: Bench, area: Area, phone: Phone, network: Network) -> None:
    """She made some submissions, others some about her people: all of it up and down in one go."""
    say(f"phone: an area of {area.people:,}: a day's push and pull, {network.words} ...")
    women = [one["subject"] for one in phone.ask("people", "", 20_000) if one["weeks"] is not None]
    if len(women) < 2:
        sys.exit("bench phone: nobody is pregnant in this area")
    version = next(form["version"] for form in phone.ask("forms") if form["id"] == FORM)
    bench.line.cut = True
    for number in range(DAY):
        subject = women[number % len(women)]
        phone.ask("submit", {"form": FORM, "version": version, "subject": subject, "place": "", "answers": ANSWERS})
    bench.line.cut = False
    elsewhere(bench.station, area, version, [women[(DAY + number) % len(women)] for number in range(DAY)])
    with phone.slow(network):
        took = phone.asked("sync")
    standing = phone.ask("standing")
    if standing["here"] or standing["trouble"]:
        sys.exit(f"bench phone: {standing['here']} submissions are still on the phone alone: {standing['trouble']}")
    bench.add(f"a day's push and pull ({DAY} up, {DAY} by others)", area, network.words, took)
    bench.add_bytes("  of which up", area, network.words, took.up)
    bench.add_bytes("  of which down", area, network.words, took.down)


def elsewhere(station: Station, area: Area, version: str, subjects: Sequence[str]) -> None:
    """A colleague's submissions arrive at the station."""
    token = station.ask("token", area.other)
    made_at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    lines = [
        {"id": str(uuid.uuid4()), "form": FORM, "version": version, "subject": subject, "author": area.other, "place": area.place,
         "made_at": made_at, "answers": ANSWERS}
        for subject in subjects
    ]  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", station.port, timeout=300)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/submissions", json.dumps(lines), headers)
    told = json.loads(connection.getresponse().read())
    if told["counts"].get("accepted") != len(subjects):
        sys.exit(f"bench phone: what a colleague sent was not accepted: {told['counts']}")


def again(bench: Bench, area: Area, phone: Phone) -> None:
    """The content changes: a form comes to the programme, and with it another pack. Her screens stay hers meanwhile."""
    say(f"phone: an area of {area.people:,}: the content changes ...")
    phone.go(0, FIRST_LIST)
    bench.line.cut = True  # the app asks by itself now and then
    bench.station.ask("content", f"changed-{area.people}")
    time.sleep(NOTICED + 0.5)  # until the server looks for it
    new = f"what_else_{area.people}"  # the station may have those of other areas
    if new in json.dumps([form["id"] for form in phone.ask("forms")]):
        sys.exit("bench phone: the content had changed before")
    bench.line.cut = False
    with phone.slow(TOWN):
        phone.begin("sync")
        while_it_works = phone.go(1, seen("[data-screen=people]"))
        took = phone.ended()
    if new not in json.dumps([form["id"] for form in phone.ask("forms")]):
        sys.exit("bench phone: the content did not change on the phone")
    bench.add("a change of content, in a worker, until done", area, TOWN.words, took)
    bench.add("  a touch while it works", area, "", while_it_works)
    bench.add_bytes("  a change of content", area, TOWN.words, took.up + took.down)


# --- the peer -------------------------------------------------------------------------------------------------------------


def peer(bench: Bench, area: Area, ours: Took) -> None:
    """The same submissions, one document each, by PouchDB; then how many times as much it took."""
    with serving(documents_of(bench.station.folder, area.worker)) as served:
        say(f"phone: PouchDB pulls {served.documents:,} documents of {served.bytes / served.documents:.0f} bytes ...")
        for packed in (True, False):
            took, version = pouch(bench.chromium, served.port, packed)
            name = f"PouchDB {version}{'' if packed else ', not packed'}"
            bench.add(f"{name}: pull by doc_ids", area, TOWN.words, took)
            bench.add_bytes(f"{name}: pull by doc_ids", area, TOWN.words, took.up + took.down)
            words = f"first pull beside {'a fifth of PouchDB' if packed else 'a fifth of it, not packed'}"
            beside = f"A FIFTH OF {name.upper()}"
            bench.add(words, area, TOWN.words, ours, took.seconds / FIFTH, beside)
            bench.add_bytes(words, area, TOWN.words, ours.up + ours.down, (took.up + took.down) / FIFTH, beside)


def pouch(chromium: BrowserType, port: int, packed: bool) -> tuple[Took, str]:
    """What its pull took on the same phone and the same line."""
    line = Line(port)
    folder = new_folder()
    phone = Phone(chromium, line, folder)
    try:
        phone.page.goto(f"{line.address}/{'' if packed else '?plain'}")
        ids = phone.page.evaluate("fetch('ids').then((answer) => answer.json())")
        with phone.slow(TOWN):
            took, told = phone.evaluated(PULL, [ids, AT_ONCE])
        if told["documents"] != len(set(ids)):
            sys.exit(f"bench phone: PouchDB holds {told['documents']:,} of {len(set(ids)):,} documents")
        return took, told["version"]
    finally:
        phone.close()
        line.close()
        shutil.rmtree(folder, ignore_errors=True)


# --- all of it ------------------------------------------------------------------------------------------------------------


def of_the_files(bench: Bench) -> None:
    """What must come before anything works."""
    found = phone_sizes.sizes(ROOT / "app" / "dist")
    bench.add_bytes("app shell, without form engine and database", None, "packed", found.shell, phone_sizes.SHELL)
    bench.add_bytes("everything but letters, pictures, voices", None, "packed", found.all, phone_sizes.ALL)
    for kind, size in found.apart.items():
        bench.add_bytes(f"  apart: {kind}", None, "packed", size)


def sure_of_itself(chromium: BrowserType) -> None:
    """Prints whether the line is as slow, and both threads of a page as much slower, as is said."""
    for network, size in ((RIDGE, 20_000), (TOWN, 250_000)):
        took, least = measured(network, size)
        print(f"line: {network.words}: {size:,} bytes came in {took:.2f} s; with nothing lost it takes {least:.2f}")
    for where, plain, slow in looped(chromium, folder := new_folder()):
        print(f"slow: a loop in {where} took {plain:.0f} ms, slowed {slow:.0f} ms: {slow / plain:.1f} times (asked: {TIMES})")
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", default=AREAS, help="PEOPLE=PLACE of each area; the first is pulled by the peer too")
    parser.add_argument("--walk", default="", help="PEOPLE of those areas alone, with commas; else all")
    arguments = parser.parse_args()
    walked = {int(people) for people in arguments.walk.split(",") if people}
    areas = [Area(int(people), place) for people, _, place in (word.partition("=") for word in arguments.areas.split(","))]
    if not (ROOT / "app" / "dist" / "index.html").exists():
        sys.exit("bench phone: the app is not built. Nothing was changed. Run `make setup`, and try again.")
    print(f"phone: {machine()}; processor {TIMES} times slower, {HEAP} MB for scripts, screen of 360 x 640")
    with station(areas) as served, sync_playwright() as playwright:
        line = Line(served.port)
        try:
            bench = Bench(playwright.chromium, served, line)
            for area in areas:
                made = served.made[area.worker]
                print(f"area of {area.people:,}: {made['people']:,} people, {made['submissions']:,} submissions on the phone")
            sure_of_itself(playwright.chromium)
            print(f"Chromium {version(playwright.chromium)}", flush=True)
            of_the_files(bench)
            chosen = [area for area in areas if not walked or area.people in walked]
            pulled = [walk(bench, area) for area in chosen]
            peer(bench, chosen[0], pulled[0])
        except PeerFailed as problem:
            sys.exit(f"bench phone: {problem}")
        finally:
            line.close()
    told(bench.figures)


def version(chromium: BrowserType) -> str:
    from tests.support.chromium import ARGUMENTS, chromium_path

    browser = chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
    found = browser.version
    browser.close()
    return found


def told(figures: Sequence[Figure]) -> None:
    """The table, what was not met, and the worst ratio."""
    table(["what", "people", "line", "took", f"cpu x {TIMES}", "limit", "x limit", ""], (figure.line() for figure in figures))
    print(f"cpu x {TIMES}: processor time of the pages' processes, all threads, times {TIMES}: says more than `took` on a busy machine")
    missed = [figure for figure in figures if figure.ratio is not None and figure.ratio < 1]
    for figure in missed:
        print(f"NOT met: {figure.what}, {figure.area}: {figure.told(figure.value)} of {figure.told(figure.limit)}")
    worst = min((figure for figure in figures if figure.ratio is not None), key=lambda figure: figure.ratio or 0)
    last_line("phone", worst.ratio or 0.0, f"{worst.beside} ({worst.what.strip()}, {worst.area})")


if __name__ == "__main__":
    main()
