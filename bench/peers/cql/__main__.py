"""Prints the peer's figures, the control among them, as one JSON line: `python -m bench.peers.cql [N]`."""

import json
import sys

from bench.peers.cql import PeerFailed, run

try:
    figures, answers = run(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, control=True)
except PeerFailed as problem:
    sys.exit(str(problem))
print(json.dumps({**figures, "answers": len(answers)}))
