"""The `doorstep` command. A subcommand is a module of its own, imported when it is asked for: `--help` stays quick."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click

COMMANDS = {
    "check": "Check programmes: mistakes, and their worked cases on every engine.",
    "programme": "Show a programme; take it to Excel and back.",
    "schedule": "The weeks of a programme's contacts.",
    "places": "Where people live, and who looks after them.",
    "simulate": "Submissions of people who never existed.",
    "submit": "Hand in submissions from a file.",
    "due": "What is due, late, missed or done, on any day.",
    "timeline": "One subject's story.",
    "alerts": "Open steps that are a danger.",
    "held": "Submissions that wait for a person.",
    "conflicts": "What two people said differently.",
    "erase": "Erase a subject: destroy the key.",
    "replay": "Compute the register anew from the log.",
    "export": "Facts and steps as Parquet, under pseudonyms.",
    "backup": "Keep the log and, apart, the keys.",
    "restore": "Bring a backup back, and every erasure since.",
    "serve": "Start the server.",
    "demo": "A demo with invented people, from nothing to a page.",
}


class Lazy(click.Group):
    """Knows its commands by name; imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if find_spec(f"doorstep.cli.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS or not find_spec(f"doorstep.cli.{cmd_name}"):
            return None
        module = import_module(f"doorstep.cli.{cmd_name}")
        found = getattr(module, "command", None) or getattr(module, cmd_name)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=Lazy)
def main() -> None:
    """Everything that ought to happen for someone, somewhere, by some day."""
