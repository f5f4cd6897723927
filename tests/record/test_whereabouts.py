"""What a place is on a day, and which day it is there."""

from doorstep.record.whereabouts import PlaceThen


def test_today_is_the_day_where_the_place_is() -> None:
    """Two islands 25 hours apart never have the same day; a list is asked for with the day of its place."""
    first, last = (PlaceThen("X", "administrative", "village", "X", "X", zone) for zone in ("Pacific/Kiritimati", "Pacific/Niue"))
    assert first.today() - last.today() in (1, 2)
