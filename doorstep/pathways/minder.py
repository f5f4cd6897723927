"""Runs one command and ends it when whoever asked for it is gone, so that no server outlives its owner.

Used as a script: `minder.py UID GID COMMAND...` (UID and GID `-` to stay who one is). The owner keeps the
other end of standard input open; when it closes, however the owner ended, the command gets SIGINT (a fast,
clean shutdown for PostgreSQL), and SIGKILL after 20 seconds. Its own exit code is that of the command.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(arguments: list[str]) -> int:
    """Runs the command to its end; returns its exit code."""
    uid, gid, *command = arguments
    identity = {} if uid == "-" else {"user": int(uid), "group": int(gid), "extra_groups": []}
    # A session of its own: Ctrl-C in the owner's terminal reaches the owner, which then closes the pipe.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **identity)  # type: ignore[call-overload]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_owner, args=(child,), daemon=True).start()
    return int(child.wait())


def end_with_owner(child: subprocess.Popen[bytes]) -> None:
    """Waits for the owner to go, then ends the child."""
    while os.read(0, 1024):
        pass
    child.send_signal(signal.SIGINT)
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
