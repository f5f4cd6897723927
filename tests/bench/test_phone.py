"""What the `phone` bench stands on: a line that is as slow as it says and loses nothing for good, a phone that is really slowed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench import phone
from bench.phone_line import FREE, HEADERS, PACKET, RIDGE, TOWN, Line, _Link
from bench.phone_sizes import sizes
from bench.phone_slow import pages, since, slowed, spent

CONTENT = bytes(range(256)) * 4000
BUSY = "import sys\nprint('ready', flush=True)\nwhile True: sum(range(1000))"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


@pytest.fixture
def line() -> Iterator[Line]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = Line(server.server_address[1])
    yield found
    found.close()
    server.shutdown()
    server.server_close()


def test_what_goes_over_the_line_arrives_whole_and_is_counted(line: Line) -> None:
    line.shape(FREE)
    connection = HTTPConnection("127.0.0.1", line.port, timeout=180)
    connection.request("GET", "/")
    assert connection.getresponse().read() == CONTENT
    connection.close()
    up, down = line.count()
    assert 10 < up < 1000
    assert len(CONTENT) < down < len(CONTENT) + 1000
    assert line.count() == (0, 0)


def test_packets_take_their_time_one_after_the_other() -> None:
    link, takes = _Link(), 8 * (PACKET + HEADERS) / TOWN.rate
    sent = [link.arrival(PACKET, TOWN, now=0.0) for _ in range(10)]
    assert sent[-1] == pytest.approx((10 * takes, 10 * takes))
    far = _Link().arrival(PACKET, RIDGE, now=5.0)[1]
    assert far >= 5.0 + 8 * (PACKET + HEADERS) / RIDGE.rate + RIDGE.round_trip / 2


def test_a_lost_packet_costs_the_line_a_second_time_and_a_round_trip() -> None:
    link, takes = _Link(), 8 * (PACKET + HEADERS) / RIDGE.rate
    arrivals = [link.arrival(PACKET, RIDGE, now=0.0) for _ in range(1000)]
    assert 1020 * takes < arrivals[-1][0] < 1090 * takes  # one in twenty goes twice
    late = [there - go_on for go_on, there in arrivals if there - go_on > RIDGE.round_trip]
    assert 20 < len(late) < 90


def test_a_slowed_page_takes_less_of_the_processor_and_goes_on_afterwards() -> None:
    browser = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}, '--type=renderer'])"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert browser.stdout
        assert browser.stdout.readline() == "ready\n"
        [page] = pages(browser.pid)
        before = spent(browser.pid)
        while since(browser.pid, before) < 0.05:
            pass
        with slowed(browser.pid, 6):
            while state(page) != "T":
                pass
            while state(page) == "T":
                pass
        assert state(page) in "RS"
    finally:
        for pid in pages(browser.pid):
            subprocess.run(["kill", "-KILL", str(pid)], check=True)
        browser.kill()
        browser.wait()


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_the_sizes_follow_what_the_page_asks_for_and_leave_out_what_is_never_fetched(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "said").mkdir()
    (tmp_path / "index.html").write_text('<script type="module" src="/phone/assets/index-1.js"></script>')
    (assets / "index-1.js").write_text('import { a } from "./part-2.js"; const later = () => import("./late-3.js");')
    (assets / "part-2.js").write_text("export const a = 1;")
    (assets / "late-3.js").write_bytes(bytes(i * i % 251 for i in range(5000)))
    (assets / "late-3.js.gz").write_bytes(b"the same, packed" * 1000)
    (assets / "letters.woff2").write_bytes(bytes(range(200)))
    (tmp_path / "said" / "words.json").write_text("x" * 100_000)
    found = sizes(tmp_path)
    assert found.shell < 300
    assert 300 < found.all < 6000
    assert found.apart == {"letters": 200, "pictures": 0, "voices": 0}


def test_what_is_not_met_is_named_and_the_worst_stands_last(capsys: pytest.CaptureFixture[str]) -> None:
    phone.told([
        phone.Figure("save a form", "2,000", "", 0.25, "s", 0.5, 0.2),
        phone.Figure("first pull", "2,000", "1,000 kbit/s", 40.0, "s", 20.0, 30.0),
        phone.Figure("apart: letters", "", "packed", 1000, "B"),
    ])  # fmt: skip
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "bench phone: 0.50 x LIMIT (first pull, 2,000)"
    assert "NOT met: first pull, 2,000: 40.00 s of 20.00 s" in printed
    assert not any("NOT met" in line and "save" in line for line in printed)
