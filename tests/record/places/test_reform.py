"""One woman, one commune, one morning in July 2025: the places around her change, her facility does not."""

import pytest

from doorstep.content.dates import day_number
from doorstep.record.places import AmbiguousPlace, PlaceNotThatDay, UnknownPlace

HOME = "VN-01906"  # Khang Ninh commune, Ba Be district, Bac Kan: where she was registered in 2024


def ids(units):
    return [unit.id for unit in units]


def test_on_the_last_day_of_june_she_lives_in_ba_be_in_bac_kan(places, before):
    assert ids(places.ancestors(HOME, before)) == ["VN-061", "VN-06", "VN"]
    assert places.units["VN-061"].name("vi") == "Huyện Ba Bể"
    assert HOME in places.descendants(["VN-06"], before)
    assert HOME not in places.descendants(["VN-19"], before)


def test_on_the_first_of_july_she_is_counted_in_thai_nguyen(places, since):
    assert ids(places.ancestors(HOME, since)) == ["VN-01906@2025", "VN-19@2025", "VN"]
    assert HOME in places.descendants(["VN-19@2025"], since)
    assert places.descendants(["VN-06"], since) == set()


def test_her_facility_looks_after_her_throughout_though_its_district_is_gone(places, before, since):
    for day in (day_number("2024-05-01"), before, since, day_number("2030-01-01")):
        chain = ids(places.ancestors(HOME, day, "health"))
        assert chain[:2] == ["VN-HS-01906", "VN-AHC-061"]
        assert HOME in places.descendants(["VN-HS-01906"], day, "health")
        assert HOME in places.descendants(["VN-AHC-061"], day, "health")


def test_her_facility_answers_to_the_department_of_the_new_province(places, before, since):
    assert places.parent("VN-AHC-061", before, "health").id == "VN-DOH-06"
    assert places.parent("VN-AHC-061", since, "health").id == "VN-DOH-19"


def test_somebody_registered_after_the_reform_is_counted_in_the_old_province_for_an_earlier_day(places, before, since):
    assert ids(places.ancestors("VN-01906@2025", since)) == ["VN-19@2025", "VN"]
    assert ids(places.ancestors("VN-01906@2025", before)) == ["VN-061", "VN-06", "VN"]


def test_somebody_known_only_by_district_is_still_counted_in_the_new_province(places, before, since):
    assert ids(places.ancestors("VN-061", before)) == ["VN-06", "VN"]
    assert ids(places.ancestors("VN-061", since)) == ["VN-19@2025", "VN"]
    home = places.resolve_residence("VN-061", since)
    assert (home.unit.id, home.flagged) == ("VN-19@2025", True)


def test_a_code_means_what_it_meant_on_that_day(places, before, since):
    assert places.find("VN-01906", before).name("vi") == "Xã Khang Ninh"
    assert places.find("VN-01906", since).name("vi") == "Xã Ba Bể"
    assert places.find("vn-19 ", since).id == "VN-19@2025"


def test_the_new_gia_lai_has_the_old_code_of_binh_dinh(places, before, since):
    assert places.find("VN-52", before).name() == "Binh Dinh"
    assert places.find("VN-52", since).name() == "Gia Lai"
    with pytest.raises(PlaceNotThatDay, match=r"ended on 2025-07-01.*lives on in: VN-52@2025 Gia Lai"):
        places.find("VN-64", since)


def test_a_district_that_is_gone_names_the_communes_it_became(places, since):
    with pytest.raises(PlaceNotThatDay) as caught:
        places.find("VN-061", since)
    assert "VN-01906@2025" in ids(caught.value.candidates)
    assert len(caught.value.candidates) == 5


def test_a_place_that_is_not_yet_there_says_since_when(places, before):
    with pytest.raises(PlaceNotThatDay, match="began on 2025-07-01"):
        places.find("VN-01906@2025", before)


def test_a_merged_commune_moves_without_a_question(places, before, since):
    assert places.resolve_residence(HOME, before).unit.id == HOME
    home = places.resolve_residence(HOME, since)
    assert (home.unit.id, home.flagged) == ("VN-01906@2025", False)


def test_whoever_lives_in_a_split_commune_goes_to_the_default_part_and_is_flagged(places, since):
    splits = [steps for steps in places.index.became.values() if len(steps) > 1]
    for steps in splits:
        home = places.resolve_residence(steps[0].old, since)
        default = next(step.new for step in steps if step.default)
        assert (home.unit.id, home.flagged) == (default, True)


def test_whoever_lives_in_a_split_commune_is_counted_in_the_default_part_and_in_no_other(places, since):
    splits = [steps for steps in places.index.became.values() if len(steps) > 1]
    for steps in splits[:100]:
        holding = [step.new for step in steps if steps[0].old in places.descendants([step.new], since)]
        assert holding == [step.new for step in steps if step.default]


def test_everybody_else_moves_unflagged(places, since):
    flagged = {
        unit.id for unit in places.units.values()
        if unit.kind in ("commune", "ward", "township") and places.resolve_residence(unit, since).flagged
    }  # fmt: skip
    assert len(flagged) == 471


def test_a_code_that_several_villages_share_is_refused_with_their_ids(places, since):
    with pytest.raises(AmbiguousPlace, match=r"KH-08120101\.2 Thmei") as caught:
        places.find("KH-08120101", since)
    assert len(caught.value.candidates) == 3
    assert places.find("KH-08120101.2", since).name() == "Thmei"


def test_a_code_that_nobody_ever_had_says_where_to_look(places, since):
    with pytest.raises(UnknownPlace, match="doorstep places search"):
        places.find("KH-99", since)
    with pytest.raises(UnknownPlace):
        places.get("KH-99")


def test_a_code_is_looked_up_in_the_tree_that_was_asked(places, since):
    assert places.find("KH-16", since, "administrative").name() == "Ratanakiri"
    with pytest.raises(UnknownPlace):
        places.find("KH-16", since, "health")
    assert places.find("KH", since, "health").id == "KH"
    assert places.find("KH-OD-1602", since, "health").kind == "operational_district"


def test_a_geocoded_point_in_another_province_is_not_believed(places):
    """Lương Sơn township (Hoà Bình) was geocoded 88 km away from the commune that it became."""
    old = next(u for u in places.units.values() if u.name("vi") == "Thị trấn Lương Sơn" and "VN-17" in above(places, u))
    heir = places.resolve_residence(old, day_number("2025-07-01")).unit
    assert old.approximate
    assert (old.lat, old.lon) == (heir.lat, heir.lon)


def above(places, unit):
    return ids(places.ancestors(unit, day_number("2025-06-30")))


def test_every_place_in_viet_nam_lies_in_viet_nam(places):
    """The islands reach to 115 degrees east."""
    assert all(8 < u.lat < 23.5 and 102 < u.lon < 115 for u in places.units.values() if u.id.startswith("VN-"))


def test_an_area_of_either_tree_covers_her_as_long_as_it_exists(places, before, since):
    assert places.covers({"VN-06"}, HOME, before)
    assert not places.covers({"VN-06"}, HOME, since)
    assert places.covers({"VN-19@2025"}, HOME, since)
    assert places.covers({"VN-AHC-061"}, HOME, before)
    assert places.covers({"VN-AHC-061"}, HOME, since)
    assert not places.covers(set(), HOME, since)


def test_all_lives_of_a_code(places):
    assert ids(places.lives("VN-19")) == ["VN-19", "VN-19@2025"]
    assert ids(places.lives("VN-19@2025")) == ["VN-19@2025"]
