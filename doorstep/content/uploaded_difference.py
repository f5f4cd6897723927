"""What changed from one version of an uploaded form to the next, question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from doorstep.content.model import Form


@dataclass(frozen=True)
class Difference:
    """Between two versions of a form: names of questions that came, went, or are asked in another way."""

    came: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.came or self.gone or self.changed)


def difference(before: Form, after: Form) -> Difference:
    """What the newer one asks that the older one did not, and the other way round."""
    old, new = _asked(before), _asked(after)
    return Difference(
        tuple("/".join(path) for path in new if path not in old),
        tuple("/".join(path) for path in old if path not in new),
        tuple("/".join(path) for path in new if path in old and new[path] != old[path]),
    )


def _asked(form: Form) -> dict[tuple[str, ...], Sequence[object]]:
    """Path of a question -> everything about it that an author can change."""
    rows: dict[str, list[Mapping[str, object]]] = {}
    for row in form.sheets.get("survey", ()):
        rows.setdefault(str(row.get("name") or ""), []).append(row)
    found: dict[tuple[str, ...], Sequence[object]] = {}
    for question in form.questions:
        own = rows.get(question.name) or [{}]
        row = own.pop(0) if len(own) > 1 else own[0]
        told = {key: value for key, value in asdict(question).items() if key not in ("place", "path", "name")}
        found[question.path] = (told, {key: text for key, text in row.items() if text})
    return found
