"""The `doorstep` command. Each subcommand is a module of its own, loaded when it is called: `doorstep.cli.NAME.command`."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

import click

COMMANDS = (
    "check", "programme", "form", "schedule", "places", "simulate", "submit", "due", "timeline", "alerts", "held", "conflicts",
    "erase", "replay", "export", "backup", "restore", "worker", "enrol", "voices", "serve", "demo",
)  # fmt: skip
"""In the order in which help lists them."""


class Commands(click.Group):
    """Loads a subcommand only when it is asked for, so that none waits for what others import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if find_spec(f"doorstep.cli.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS or not find_spec(f"doorstep.cli.{cmd_name}"):
            return None
        module = importlib.import_module(f"doorstep.cli.{cmd_name}")
        found = getattr(module, "command", None) or getattr(module, cmd_name)
        return found if isinstance(found, click.Command) else None


@click.command(cls=Commands)
@click.version_option(package_name="doorstep")
def main() -> None:
    """Everything that ought to happen for someone, somewhere, by some day."""
