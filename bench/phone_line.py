"""A bad line between a phone and a station: a relay of TCP that is slow, far away and loses packets, and counts bytes.

The browser's own emulation of networks leaves workers and service workers out, so the line stands outside the browser. In each
direction there is one link for all connections. Bytes travel in packets, each with its headers; a packet takes its time on the
link, arrives half a round trip later, and when it is lost it is noticed after a round trip, sent again, and what comes behind it
waits. A connection costs one round trip before its first byte. TLS is not there: it would cost both sides the same.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PACKET, HEADERS = 1400, 40
"""Bytes of content, and of what IP and TCP put around them."""
SEED = 20261122


@dataclass(frozen=True)
class Network:
    """rate: bits a second in each direction; round_trip: seconds; loss: share of packets."""

    name: str
    rate: float = float("inf")
    round_trip: float = 0.0
    loss: float = 0.0

    @property
    def words(self) -> str:
        if self.rate == float("inf"):
            return self.name
        more = f", {1000 * self.round_trip:.0f} ms, {self.loss:.0%} loss" if self.round_trip else ""
        return f"{self.rate / 1000:,.0f} kbit/s{more}"


FREE = Network("as fast as this machine")
RIDGE = Network("ridge", 50e3, 0.5, 0.05)
TOWN = Network("town", 1e6)


@dataclass
class _Link:
    """One direction. free: when the next packet may begin (seconds of the loop's clock)."""

    free: float = 0.0
    passed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def arrival(self, size: int, network: Network, now: float) -> tuple[float, float]:
        """(when the sender may go on, when these bytes are at the other end)."""
        self.passed += size
        takes = 8 * (size + HEADERS) / network.rate
        begins = max(now, self.free)
        self.free = begins + takes
        there = self.free + network.round_trip / 2
        while self.chance.random() < network.loss:
            self.free += takes
            there += takes + network.round_trip
        return self.free, there


class Line:
    """The relay; `address` is where a browser finds the station. `shape` changes the line at once."""

    def __init__(self, port: int) -> None:
        self.station, self.network, self.cut = port, FREE, False
        self._up, self._down = _Link(), _Link()
        self._tasks: set[asyncio.Task[None]] = set()
        ready = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def shape(self, network: Network) -> None:
        self.network = network

    def count(self) -> tuple[int, int]:
        """Bytes that went up and down since the last count: HTTP with its headers, without those of TCP and IP."""
        told = self._up.passed, self._down.passed
        self._up.passed = self._down.passed = 0
        return told

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._end.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut:
            writer.transport.abort()
            return
        await asyncio.sleep(self.network.round_trip)
        try:
            there = await asyncio.open_connection("127.0.0.1", self.station)
        except OSError:
            writer.transport.abort()
            return
        for end, other, link in ((reader, there[1], self._up), (there[0], writer, self._down)):
            task = self._loop.create_task(self._pass_on(end, other, link))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, end: asyncio.StreamReader, other: asyncio.StreamWriter, link: _Link) -> None:
        """Packet by packet; what waits to arrive waits in a queue, in order."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = self._loop.create_task(_deliver(waiting, other))
        last = 0.0
        try:
            while packet := await end.read(PACKET if self.network.rate < float("inf") else 1 << 16):
                if self.cut:
                    break
                now = self._loop.time()
                go_on, there = link.arrival(len(packet), self.network, now)
                last = max(last, there)
                waiting.put_nowait((last, packet))
                if go_on > now:
                    await asyncio.sleep(go_on - now)
        except OSError:
            pass
        waiting.put_nowait((last, b""))
        await delivering


async def _deliver(waiting: asyncio.Queue[tuple[float, bytes]], other: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        when, packet = await waiting.get()
        if when > loop.time():
            await asyncio.sleep(when - loop.time())
        try:
            if not packet:
                other.close()
                return
            other.write(packet)
            await other.drain()
        except OSError:
            return


# --- whether the line is what it says -------------------------------------------------------------------------------------


class _Bytes(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = b"x" * int(self.path[1:])
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


def measured(network: Network, size: int) -> tuple[float, float]:
    """(seconds that a known download of `size` bytes took, seconds that it must take at least)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bytes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    line = Line(server.server_address[1])
    line.shape(network)
    try:
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", line.port, timeout=300)
        connection.request("GET", f"/{size}")
        got = len(connection.getresponse().read())
        took = time.monotonic() - began
        connection.close()
        if got != size:
            raise RuntimeError(f"the line lost bytes for good: {got} of {size}")
    finally:
        line.close()
        server.shutdown()
        server.server_close()
    return took, 8 * size / network.rate + 2 * network.round_trip
