"""The one error for an engine that this machine cannot start."""

from __future__ import annotations


class EngineAbsent(RuntimeError):
    """An engine cannot run here.

    `name` is the engine, `what` says what is missing or what went wrong, `next_step` what a person can do
    about it.
    Nothing that was stored is touched when this is raised.
    """

    def __init__(self, name: str, what: str, next_step: str) -> None:
        self.name = name
        self.what = what
        self.next_step = next_step
        super().__init__(f"{name} cannot run here: {what}. Nothing stored was touched. {next_step}")

    def __reduce__(self) -> tuple[type[EngineAbsent], tuple[str, str, str]]:
        """Survives the way between test processes, which pickle what they raise."""
        return EngineAbsent, (self.name, self.what, self.next_step)
