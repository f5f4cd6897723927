"""A port to listen on: refused when somebody listens there, so that no request goes to another installation."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from doorstep.cli.opened import Failed


def refuse_a_taken_port(host: str, port: int, command: str) -> None:
    """Raises Failed unless `host`:`port` is free. command: the word to type again with another port.

    The server itself would not notice: it lets several processes share one port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Failed(
                    f"{host}:{port} cannot be listened on: {error.strerror}. Nothing was changed. "
                    "Choose another --host or --port."
                ) from None
            other = port + 1 if port < 65535 else 8000
            raise Failed(
                f"Something listens on {host}:{port} already; perhaps Doorstep runs: look at http://{host}:{port}. "
                f"Nothing was changed. To use another port: {as_typed_here()} {command} --port {other}"
            ) from None


def as_typed_here() -> str:
    """How this command is called from here."""
    local = Path(".venv/bin/doorstep")
    return str(local) if local.exists() else "doorstep"
