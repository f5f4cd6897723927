"""The second tree: who looks after whom. In a demo every facility is invented, and says so."""

from collections import Counter

import pytest

from doorstep.content.dates import day_number
from doorstep.record.places.atlas import _loaded
from doorstep.record.places.sources import default_shelf

SAYS_SO = {"en": "(invented)", "vi": "(hư cấu)", "km": "(ប្រឌិត)", "bg": "(измислено)"}
ANY_DAY = day_number("2026-02-01")
read_again = _loaded.__wrapped__  # past its cache
SIX = ["VN-06", "VN-12", "VN-14", "VN-62", "VN-64", "VN-67"]


def facilities(places):
    return [unit for unit in places.units.values() if unit.tree == "health"]


def test_every_facility_says_in_every_language_that_it_is_invented(places):
    for unit in facilities(places):
        assert unit.invented
        for lang, words in SAYS_SO.items():
            assert unit.names[lang].endswith(words)


def test_no_administrative_place_is_invented(places):
    assert not [u.id for u in places.units.values() if u.tree == "administrative" and u.invented]


def test_every_facility_leads_up_to_its_country_on_every_day_it_exists(places, before, since):
    for unit in facilities(places):
        for day in (before, since, ANY_DAY):
            if unit.alive(day):
                assert places.ancestors(unit, day, "health")[-1].id == unit.id[:2]


def test_how_many_of_which_kind(places):
    assert Counter((unit.id[:2], unit.kind) for unit in facilities(places)) == {
        ("KH", "health_department"): 2, ("KH", "hospital"): 2, ("KH", "operational_district"): 3,
        ("KH", "referral_hospital"): 3, ("KH", "health_centre"): 38,
        ("VN", "health_department"): 10, ("VN", "hospital"): 6, ("VN", "area_health_centre"): 63,
        ("VN", "health_station"): 805,
        ("BG", "health_inspectorate"): 6, ("BG", "hospital"): 6, ("BG", "gp_practice"): 12,
    }  # fmt: skip


def test_every_village_of_ratanakiri_and_mondulkiri_has_a_health_centre_and_an_operational_district(places):
    for own in places.descendants(["KH-16", "KH-11"], ANY_DAY):
        if places.units[own].kind in ("village", "commune"):
            kinds = [unit.kind for unit in places.ancestors(own, ANY_DAY, "health")]
            assert kinds == ["health_centre", "operational_district", "health_department", "country"]


def test_a_health_centre_serves_one_or_two_neighbouring_communes(places):
    for unit in facilities(places):
        if unit.kind == "health_centre":
            served = [places.units[own] for own in places.descendants([unit.id], ANY_DAY, "health")]
            communes = [one for one in served if one.kind == "commune"]
            assert 1 <= len(communes) <= 2
            assert len({places.parent(one, ANY_DAY).id for one in communes}) == 1


def test_every_commune_of_the_six_provinces_has_a_facility_before_and_after_the_reform(places, before, since):
    old = places.descendants(SIX, before)
    for own in old:
        if places.units[own].kind in ("commune", "ward", "township") and places.units[own].alive(before):
            for day in (before, since):
                kinds = {unit.kind for unit in places.ancestors(own, day, "health")}
                assert {"health_station", "area_health_centre", "health_department"} <= kinds
            home = places.resolve_residence(own, since).unit
            assert any(u.kind == "health_station" for u in places.ancestors(home, since, "health"))


def test_a_new_commune_goes_to_the_station_of_the_old_one_whose_code_it_took(places, since):
    """Ba Bể commune came out of Cao Thượng (01900), Khang Ninh (01906) and Nam Mẫu (01909)."""
    assert places.index.forebears("VN-01906@2025") == ["VN-01900", "VN-01906", "VN-01909"]
    assert places.parent("VN-01906@2025", since, "health").id == "VN-HS-01906"


def test_stations_outlive_the_places_they_were_made_for(places, since):
    lasting = ("health_station", "area_health_centre", "hospital")
    for unit in facilities(places):
        if unit.kind in lasting:
            assert unit.alive(since)
            assert unit.alive(0)


@pytest.mark.parametrize(("old", "new"), [("06", "19"), ("62", "51"), ("64", "52"), ("67", "68")])
def test_a_merged_provinces_centres_move_to_the_new_department(places, before, since, old, new):
    centres = places.descendants([f"VN-DOH-{old}"], before, "health")
    centres = [own for own in centres if places.units[own].kind in ("area_health_centre", "hospital")]
    assert centres
    assert set(centres) <= places.descendants([f"VN-DOH-{new}"], since, "health")
    assert places.descendants([f"VN-DOH-{old}"], since, "health") == set()


def test_the_same_rules_make_the_same_facilities_again(places):
    again = read_again(default_shelf())
    assert again.units == places.units
    assert again.index.links == places.index.links
