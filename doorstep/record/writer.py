"""Group commit: whoever submits waits in a queue, one thread takes all that wait and appends them in one transaction.

A commit that waits for the disk then serves everybody who came meanwhile. The receipt is handed out after the commit.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from doorstep.record.admission import Item
from doorstep.record.authority import Authority
from doorstep.record.database import DatabaseAway
from doorstep.record.intake import Receipt, admit
from doorstep.record.reasons import Refusal
from doorstep.record.shelf import Shelf
from doorstep.record.store import Store

MOST = 2000
"""Submissions in one transaction: a large batch must not keep the small ones waiting for long."""
Job = tuple[Sequence[Item], "Future[list[Receipt]]"]
logger = logging.getLogger("doorstep.intake")


class Writer:
    """The one thread of a process that appends to the log. `shelf` is asked for every batch: it may have grown."""

    def __init__(
        self, store: Store, shelf: Callable[[], Shelf], authority: Authority, after: Callable[[], None] | None = None
    ) -> None:
        self.store, self.shelf, self.authority, self.after = store, shelf, authority, after
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def submit(self, items: Sequence[Item]) -> list[Receipt]:
        """Receipts, when what was accepted is on the disk. Raises DatabaseAway when nothing of it was kept."""
        answer: Future[list[Receipt]] = Future()
        self._jobs.put((items, answer))
        return answer.result()

    def close(self) -> None:
        """Takes in what waits, then ends."""
        self._jobs.put(None)
        self._thread.join(60)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            jobs, last = self._waiting(job)
            self._take(jobs)
            if self.after:
                self.after()
            if last:
                return

    def _waiting(self, job: Job) -> tuple[list[Job], bool]:
        """This job and all that wait behind it, up to MOST submissions; whether the end was among them."""
        jobs, count = [job], len(job[0])
        while count < MOST:
            try:
                more = self._jobs.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return jobs, True
            jobs.append(more)
            count += len(more[0])
        return jobs, False

    def _take(self, jobs: Sequence[Job]) -> None:
        items = [item for job in jobs for item in job[0]]
        try:
            receipts = self._safely(items)
        except BaseException as error:
            for _, answer in jobs:
                answer.set_exception(error)
            return
        start = 0
        for own, answer in jobs:
            answer.set_result(receipts[start : start + len(own)])
            start += len(own)

    def _safely(self, items: Sequence[Item]) -> list[Receipt]:
        return admit_safely(self.store, self.shelf(), items, self.authority)


def admit_safely(store: Store, shelf: Shelf, items: Sequence[Item], authority: Authority) -> list[Receipt]:
    """As `admit`; a submission that Doorstep itself fails on is held by name, and the others are taken in."""
    try:
        return admit(store, shelf, items, authority)
    except DatabaseAway:
        raise
    except Exception as error:
        if len(items) > 1:
            return [receipt for item in items for receipt in admit_safely(store, shelf, [item], authority)]
        if items[0].refusal is not None:
            raise
        logger.error("a submission was not understood: %s", type(error).__name__)
        return admit(store, shelf, [replace(items[0], refusal=Refusal("not_understood"))], authority)
