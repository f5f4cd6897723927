"""Places without a position are spread around what is known, and always say that it is approximate."""

from doorstep.record.places.positions import distance_km, spread


def test_cambodian_places_are_all_approximate_and_all_have_a_position(places):
    for unit in places.units.values():
        if unit.id.startswith("KH-"):
            assert unit.approximate
            assert 9.5 < unit.lat < 14.8
            assert 102 < unit.lon < 108


def test_villages_of_veun_sai_lie_around_veun_sai_and_no_two_on_one_spot(places, since):
    seat = places.units["KH-1609"]
    inside = [places.units[own] for own in places.descendants(["KH-1609"], since) if own != "KH-1609"]
    spots = {(unit.lat, unit.lon) for unit in inside if unit.kind == "village"}
    assert len(spots) == sum(unit.kind == "village" for unit in inside)
    assert all(distance_km((seat.lat, seat.lon), spot) < 30 for spot in spots)


def test_a_degree_is_about_111_km_and_shorter_towards_the_pole():
    assert 110 < distance_km((0, 0), (1, 0)) < 112
    assert 54 < distance_km((60, 0), (60, 1)) < 57


def test_a_known_place_reaches_half_way_to_its_neighbour_and_no_further_than_15_km():
    known = {"A": (10.0, 105.0), "B": (10.1, 105.0), "C": (12.0, 105.0)}
    children = {"P": ["A", "B"], "A": [f"a{n}" for n in range(50)], "C": [f"c{n}" for n in range(50)]}
    found = spread(known, children)
    assert max(distance_km(known["A"], found[f"a{n}"]) for n in range(50)) < 11.2 / 2 + 0.1
    assert 10 < max(distance_km(known["C"], found[f"c{n}"]) for n in range(50)) < 15.1
    assert found["P"] == (10.05, 105.0)
    assert found == spread(known, children)
