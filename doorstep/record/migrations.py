"""Stores of an older Doorstep, brought up to date: what is kept for ever must stay readable for ever.

The log is never made anew, so each change of its tables is a step here, from one version to the next. The register needs
none: it is thrown away and worked out again when its tables differ.
"""

from __future__ import annotations

from doorstep.record.database import Connection, ddl, value

VERSION = "2"
"""Of the log's tables, as `schema.LOG` makes them."""

STEPS: dict[str, str] = {
    # Which corrections wait for a submission is asked for with every one that arrives.
    "1": "CREATE INDEX aside_awaited ON aside (detail) WHERE reason = 'target_awaited';",
}
"""From this version to the next: a script as in `schema`."""


class SchemaUnknown(ValueError):
    """The store was made by another Doorstep than this one can read. Nothing was changed; the message says what to do."""


def bring_up_to_date(log: Connection) -> bool:
    """Takes the log through every step it lacks, inside the transaction given; whether there was one."""
    found = str(value(log, "SELECT value FROM log_meta WHERE name = 'schema'"))
    version = found
    while version != VERSION:
        if version not in STEPS:
            raise SchemaUnknown(
                f"The log here is of version {found}, and this Doorstep reads version {VERSION} and older ones. Nothing was "
                "changed, and nothing is lost. Open it with the Doorstep that wrote it, or a newer one."
            )
        log.script(ddl(STEPS[version], log.dialect))
        version = str(int(version) + 1)
        log.run("UPDATE log_meta SET value = ? WHERE name = 'schema'", [version])
    return version != found
