"""Places as two dated trees: where people live (administrative) and who looks after them (health).

`Places.load()` reads them; nothing here needs a database. `rows()` gives the tables for one. Days are integers since
1970-01-01 (doorstep.content.dates). Why ids and codes differ: docs/decisions/0011-places-ids.md.
"""

from doorstep.record.places.atlas import Places
from doorstep.record.places.model import (
    ADMINISTRATIVE,
    HEALTH,
    TREES,
    AmbiguousPlace,
    ParentLink,
    Parts,
    PlaceError,
    PlaceNotThatDay,
    Residence,
    Succession,
    Unit,
    UnknownPlace,
)
from doorstep.record.places.rows import TABLES, load, rows
from doorstep.record.places.sources import SourceMissing

__all__ = [
    "ADMINISTRATIVE", "HEALTH", "TABLES", "TREES", "AmbiguousPlace", "ParentLink", "Parts", "PlaceError",
    "PlaceNotThatDay", "Places", "Residence", "SourceMissing", "Succession", "Unit", "UnknownPlace", "load", "rows",
]  # fmt: skip
