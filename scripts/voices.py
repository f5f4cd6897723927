"""Makes the stand-in voices (Vietnamese, Bulgarian, English) into DOORSTEP_DATA, so that the first phone need not wait.

    python scripts/voices.py [LANGUAGE...]

The server makes what lacks by itself, beside its work, at a phone's first question: this only does it before. Some 70 ms of
processor time a sentence, once; words that were spoken already are left as they are. Nothing of it is ever committed.
"""

from __future__ import annotations

import sys

from doorstep.cli.voices import make

if __name__ == "__main__":
    sys.argv[0] = "voices make"
    make()
