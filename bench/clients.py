"""Writers over HTTP, each a process of its own with one connection that stays open, as phones behind one station have it.

Bodies are made before the clock runs; a writer counts what was acknowledged as accepted, and keeps the ids on its own side.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue

WOMEN = 500
"""Each writer speaks of so many women, in turn."""
ANSWERS = {"danger": {"bleeding": "no", "convulsions": "no", "fever": "no"}, "danger_counselled": "yes", "iron_tablets": 30}


@dataclass(frozen=True)
class Plan:
    """What every writer does. batch: submissions in one request; seconds: measured, after `warm_up`."""

    port: int
    token: str
    author: str
    place: str
    made_at: str
    batch: int
    seconds: float
    warm_up: float


@dataclass(frozen=True)
class Told:
    """What one writer saw: ids acknowledged as accepted within the measured seconds, other outcomes, seconds per request."""

    accepted: list[str]
    before: list[str]
    """Acknowledged while warming up."""
    other: int
    took: list[float]


def run(plan: Plan, writers: int) -> list[Told]:
    """All writers at once. Raises RuntimeError when one of them fails."""
    context = multiprocessing.get_context("spawn")
    answers: Queue[Told | str] = context.Queue()
    start = context.Barrier(writers)
    processes = [context.Process(target=_write, args=(plan, number, start, answers)) for number in range(writers)]
    for process in processes:
        process.start()
    told = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    failed = [one for one in told if isinstance(one, str)]
    if failed:
        raise RuntimeError(f"a writer failed: {failed[0]}")
    return [one for one in told if isinstance(one, Told)]


def _write(plan: Plan, number: int, start: object, answers: Queue[Told | str]) -> None:
    try:
        answers.put(_until_done(plan, number, start))
    except Exception as error:
        start.abort()  # type: ignore[attr-defined] # the others must not wait for this one
        answers.put(f"{type(error).__name__}: {error}")


def _until_done(plan: Plan, number: int, start: object) -> Told:
    connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=60)
    headers = {"Authorization": f"Bearer {plan.token}", "Content-Type": "application/json"}
    told, count = Told([], [], 0, []), 0
    other = 0
    start.wait()  # type: ignore[attr-defined]
    began = time.monotonic()
    while (now := time.monotonic()) - began < plan.warm_up + plan.seconds:
        body = _body(plan, number, count)
        count += plan.batch
        sent = time.monotonic()
        connection.request("POST", "/api/v1/submissions", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        took = time.monotonic() - sent
        if answer.status != 200:
            raise RuntimeError(f"HTTP {answer.status}: {text[:300]!r}")
        outcomes: Sequence[dict[str, str]] = json.loads(text)["outcomes"]
        accepted = [one["id"] for one in outcomes if one["outcome"] == "accepted"]
        other += len(outcomes) - len(accepted)
        inside = now - began >= plan.warm_up
        (told.accepted if inside else told.before).extend(accepted)
        if inside:
            told.took.append(took)
    return Told(told.accepted, told.before, other, told.took)


def _body(plan: Plan, number: int, count: int) -> bytes:
    """One submission, or a list of them."""
    many = [
        {
            "id": str(uuid.uuid4()), "form": "anc_contact", "subject": f"w{number}-{(count + i) % WOMEN:04d}",
            "author": plan.author, "place": plan.place, "made_at": plan.made_at, "answers": ANSWERS,
        }
        for i in range(plan.batch)
    ]  # fmt: skip
    return json.dumps(many[0] if plan.batch == 1 else many).encode()
