"""The peer of the `phone` bench: PouchDB 9 pulling by `doc_ids` from express-pouchdb (README.md says how).

`serving(documents)` is its server; `PULL` is what its page does, `pull(ids)` as JavaScript.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.peers.cql import PeerFailed, node_and_npm

HERE = Path(__file__).resolve().parent
AT_ONCE = 1000
"""Ids in one replication, and documents in one batch of it: with PouchDB's own 100 every batch would send all ids again."""
PULL = """async ([ids, most]) => {
  const began = performance.now();
  const here = new PouchDB('here'), there = new PouchDB(`${location.origin}/db/register`);
  for (let at = 0, tries = 0; at < ids.length;) {
    try {
      await here.replicate.from(there, {doc_ids: ids.slice(at, at + most), batch_size: most, batches_limit: 2});
      [at, tries] = [at + most, 0];
    } catch (error) { // it goes on where it was, as an app would let it; the time runs on
      if (++tries === TRIES) throw new Error([error.name, error.status, error.message, error.result?.errors].join(' '));
    }
  }
  const took = performance.now() - began;
  return {ms: took, documents: (await here.info()).doc_count, version: PouchDB.version};
}""".replace("TRIES", "3")


@dataclass(frozen=True)
class Served:
    """A running server and what it holds. bytes: of all documents as JSON."""

    port: int
    documents: int
    bytes: int
    node: str


@contextmanager
def serving(documents: Path) -> Iterator[Served]:
    """The server over the documents of a file of JSON lines, in memory. Raises PeerFailed."""
    node, _ = node_and_npm()
    if not (HERE / "node_modules" / "express-pouchdb").exists():
        raise PeerFailed(
            "The peer is not installed. Nothing was changed. Run `make bench NAME=phone`, which installs it first\n"
            f"(or: npm --prefix {HERE.relative_to(HERE.parents[2])} ci --ignore-scripts); the first time needs the network."
        )
    process = subprocess.Popen(
        [node, "serve.mjs", str(documents)], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        told = process.stdout.readline()
        if not told:
            raise PeerFailed("The peer's server did not start; why is above. Nothing was changed.")
        yield Served(**json.loads(told))
    finally:
        process.stdin.close()
        process.wait(30)
