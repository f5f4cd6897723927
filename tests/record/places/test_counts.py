"""What the packages really hold, and where they deceive. A newer package that differs fails here first."""

from collections import Counter

import pytest

from doorstep.content.dates import day_number


def alive(places, country, day, *kinds):
    found = [u for u in places.units.values() if u.id.startswith(f"{country}-") and u.alive(day)]
    return [u for u in found if u.tree == "administrative" and (not kinds or u.kind in kinds)]


def with_old_and_new_holder(places):
    """(old life, new life) of every code of Viet Nam's lowest level that found a new holder or kept its own."""
    lowest = {"commune", "ward", "township", "special_zone"}
    for holders in places.index.by_code.values():
        if holders[0].kind in lowest and holders[0].id.startswith("VN") and holders[0].valid_from is None:
            if len(holders) == 2:
                yield holders[0], holders[1]
            elif holders[0].valid_to is None:
                yield holders[0], holders[0]


def test_cambodia_has_25_provinces_and_14576_villages(places, since):
    kinds = Counter(unit.kind for unit in alive(places, "KH", since))
    assert kinds == {"province": 25, "district": 210, "commune": 1661 + 1, "village": 14576}


def test_ratanakiri_and_mondulkiri_have_the_335_villages_that_the_mission_speaks_of(places, since):
    inside = places.descendants(["KH-16", "KH-11"], since)
    assert sum(places.units[own].kind == "village" for own in inside) == 335


@pytest.mark.parametrize(
    ("day", "top", "middle", "lowest"),
    [("2024-03-01", 63, 696, 10035), ("2025-06-30", 63, 696, 10035), ("2025-07-01", 34, 0, 3321)],
)
def test_viet_nam_went_from_63_provinces_to_34_and_abolished_the_level_between(places, day, top, middle, lowest):
    day = day_number(day)
    middles = ("rural_district", "urban_district", "town", "provincial_city")
    assert len(alive(places, "VN", day, "province", "central_city")) == top
    assert len(alive(places, "VN", day, *middles)) == middle
    assert len(alive(places, "VN", day, "commune", "ward", "township", "special_zone")) == lowest


def test_3316_of_the_3321_new_commune_codes_are_old_codes_and_1797_carry_another_name(places):
    pairs = list(with_old_and_new_holder(places))
    assert len(pairs) == 3316

    def short(unit):
        return unit.names["vi"].removeprefix(places.kind_name(unit.kind, "vi").capitalize()).strip().casefold()

    renamed = sum(short(old) != short(new) for old, new in pairs)
    # The package's short names differ 1,815 times: 12 times by "(Xã)" or "(Thị trấn)" alone, 6 times by a capital.
    assert renamed == 1797


def test_471_old_communes_were_split_and_each_has_one_default_part(places):
    splits = {old: steps for old, steps in places.index.became.items() if len(steps) > 1}
    assert len(splits) == 471
    assert all(sum(step.default for step in steps) == 1 for steps in splits.values())


def test_every_old_unit_that_ended_is_found_again_and_every_new_one_came_from_somewhere(places, before, since):
    for unit in alive(places, "VN", before):
        assert places.successors(unit, since), unit.id
    for unit in alive(places, "VN", since):
        assert unit.alive(before) or places.index.forebears(unit.id), unit.id


def test_the_new_holder_of_a_code_is_a_successor_but_27_times_not_the_default_one(places):
    other_part = 0
    for old, new in with_old_and_new_holder(places):
        if old is new:
            continue
        parts = {step.new: step.default for step in places.index.became[old.id]}
        assert new.id in parts
        other_part += not parts[new.id]
    assert other_part == 27


def test_eleven_provinces_were_left_as_they_were_and_keep_one_life(places):
    whole = [u for u in alive(places, "VN", 0, "province", "central_city") if u.valid_to is None]
    assert sorted(unit.id for unit in whole) == [
        "VN-01", "VN-04", "VN-11", "VN-12", "VN-14", "VN-20", "VN-22", "VN-38", "VN-40", "VN-42", "VN-46",
    ]  # fmt: skip


def test_80_cambodian_villages_share_26_codes_and_each_has_its_own_id(places):
    shared = [holders for code, holders in places.index.by_code.items() if code.startswith("KH") and len(holders) > 1]
    assert len(shared) == 26
    assert sum(map(len, shared)) == 80
    assert len({unit.id for holders in shared for unit in holders}) == 80


def test_villages_of_a_commune_that_the_list_lacks_are_not_lost(places, since):
    inside = places.descendants(["KH-120913"], since)
    assert len(inside) == 13 + 1
    assert "KH-12" in {unit.id for unit in places.ancestors("KH-120913", since)}


def test_bulgaria_has_the_six_pilot_municipalities_in_their_own_provinces(places, since):
    found = {u.name("en"): places.parent(u, since).id for u in alive(places, "BG", since, "municipality")}
    assert found == {
        "Samokov": "BG-SFO", "Dupnitsa": "BG-KNL", "Novi Pazar": "BG-SHU",
        "Kazanlak": "BG-SZR", "Burgas": "BG-BGS", "Dimitrovgrad": "BG-HKV",
    }  # fmt: skip
    assert all(unit.zone == "Europe/Sofia" for unit in alive(places, "BG", since))


def test_each_country_is_a_root_with_its_own_clock(places, since):
    roots = {u.id: u.zone for u in places.units.values() if u.kind == "country"}
    assert roots == {"VN": "Asia/Ho_Chi_Minh", "KH": "Asia/Phnom_Penh", "BG": "Europe/Sofia"}
    assert all(places.ancestors(root, since) == () for root in roots)


def test_no_name_holds_an_invisible_letter(places):
    hidden = {"\u200b", "\ufeff"}
    assert not [u.id for u in places.units.values() for name in u.names.values() if hidden & set(name)]
