"""Every rate has its source, and the people live by it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from doorstep.record.places import Places
from doorstep.simulation import rates as module
from doorstep.simulation.chance import Chance
from doorstep.simulation.fate import Fate, fate_of
from doorstep.simulation.households import Beginning, Person, household_people
from doorstep.simulation.rates import ASSUMED, Rates, Setting, load
from doorstep.simulation.stream import Programme as Run
from doorstep.simulation.villages import Village, villages_of
from tests.simulation.conftest import PEOPLE, UNTIL

Submissions = list[dict[str, Any]]
HERE = Path(module.__file__).parent
NEVER_BY_PEOPLE = (
    "danger_sign", "danger_signs", "high_bp", "anaemia", "pallor", "protein", "infection", "loss", "loss_is_abortion", "twins",
    "preterm", "heavy_loss", "stillbirth", "newborn_death", "mother_death", "baby_danger_sign", "mother_danger_sign",
    "baby_danger_signs", "mother_danger_signs", "caesarean_before",
)  # fmt: skip


def numbers(value: Any) -> Iterable[float]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    else:
        yield value


def keys(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)


def test_every_rate_names_a_study_or_says_that_it_is_assumed() -> None:
    rates = load()
    assert len(rates.rates) > 60
    for rate in rates.rates.values():
        assert rate.sources, rate.name
        assert all(source == ASSUMED or source in rates.studies for source in rate.sources), rate.name
        assert rate.what.endswith("."), f"{rate.name} says in words what it is"
        if set(rate.sources) != {ASSUMED}:
            assert rate.note, f"{rate.name}: what of it is the study's"
    assert {source for rate in rates.rates.values() for source in rate.sources} >= set(rates.studies)


def test_a_rate_without_a_source_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "rates.yaml"
    broken.write_text("studies: {}\nrates:\n  twins: {what: Twins., value: 0.1}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="twins found source"):
        load(broken)
    broken.write_text("studies: {}\nrates:\n  twins: {what: Twins., value: 0.1, source: heard}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="heard"):
        load(broken)


def test_no_share_stands_in_the_code() -> None:
    code = {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("*.py")}
    assert not [name for name, text in code.items() if re.search(r"\.(yes|about|happens)\(\s*[0-9.]", text)]
    asked = set(re.findall(r'"([a-z0-9_]+)"', " ".join(code.values())))
    assert not set(load().rates) - asked, "every rate is used"


def test_no_illness_and_no_death_differs_by_people() -> None:
    for name in NEVER_BY_PEOPLE:
        assert not {"majority", "minority"} & set(keys(load().rates[name].value)), name


def test_shares_are_shares() -> None:
    for rate in load().rates.values():
        found = list(numbers(rate.value))
        assert all(number >= 0 for number in found), rate.name
        if "hare" in rate.what.split(",")[0].split(".")[0] and "weight" not in rate.what:
            assert all(number <= 1 for number in found), rate.name


def near(found: int, of: int, share: float) -> bool:
    """Within four standard errors (and half a case)."""
    return abs(found - of * share) <= 4 * math.sqrt(of * share * (1 - share)) + 0.5


SETTINGS = [
    Setting("KH", people, distance) for people in ("majority", "minority") for distance in ("near", "remote")
] + [Setting("VN", "minority", "remote"), Setting("BG", "minority", "near")]
MANY = 4000


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_what_happens_in_pregnancies_comes_near_the_rates(setting: Setting) -> None:
    rates = load()
    begin = Beginning(20_000, Person(0, 0, 0, "f", 11_000), 0, 1)
    fates = [fate_of(begin, rates, setting, Chance("fates", setting, number)) for number in range(MANY)]
    births = [fate for fate in fates if fate.end == "birth"]
    babies = [baby for fate in births for baby in fate.babies]
    alive = [baby for baby in babies if baby.alive]
    assert near(MANY - len(births), MANY, rates.of("loss", setting))
    assert near(sum(len(fate.babies) == 2 for fate in births), len(births), rates.of("twins", setting))
    assert near(sum(not baby.alive for baby in babies), len(babies), rates.of("stillbirth", setting))
    assert near(sum(baby.dies is not None for baby in alive), len(alive), rates.of("newborn_death", setting))
    assert near(sum(fate.mother_dies is not None for fate in births), len(births), rates.of("mother_death", setting))
    assert near(sum(fate.in_facility for fate in births), len(births), rates.of("facility_birth", setting))
    one = [fate for fate in births if len(fate.babies) == 1]
    assert near(sum(fate.preterm for fate in one), len(one), rates.of("preterm", setting))
    assert near(sum(fate.blood_ml >= 500 for fate in births), len(births), rates.of("heavy_loss", setting))
    _care(rates, setting, births)


def _care(rates: Rates, setting: Setting, births: list[Fate]) -> None:
    none = sum(fate.first_contact is None for fate in births)
    # A few whose first contact was planned for after the birth had none either.
    assert near(none, len(births), rates.of("no_antenatal", setting)) or none < len(births) * (rates.of("no_antenatal", setting) + 0.03)
    cared = [fate for fate in births if fate.first_contact is not None]
    early = sum((fate.first_contact or 0) - fate.lmp < 91 for fate in cared)
    assert abs(early / len(cared) - rates.of("first_trimester", setting)) < 0.04


@pytest.fixture(scope="module")
def villages(atlas: Places) -> dict[str, Village]:
    """By attendant, as the stream has them."""
    run = Run(atlas, load(), "tests", UNTIL - 1096, UNTIL)
    return {village.attendant.author: village for village in villages_of("KH-16", PEOPLE, run)}


def homes(told: Submissions) -> dict[str, str]:
    """Woman to the village in which she registered first."""
    found: dict[str, str] = {}
    for one in told:
        if one.get("form") == "register" and one["kind"] == "data":
            found.setdefault(one["subject"], one["answers"]["residence"])
    return found


def counted(told: Submissions, form: str) -> list[dict[str, Any]]:
    """Each submission of a form once, as it was first sent."""
    return list({one["id"]: one for one in told if one.get("form") == form and one["kind"] == "data"}.values())


def tally(told: Submissions, villages: dict[str, Village], form: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, tuple[int, int]]:
    """By distance: (how many hold, of how many)."""
    where = {village.unit.id: village.setting.distance for village in villages.values()}
    lives, found = homes(told), defaultdict(lambda: (0, 0))
    for one in counted(told, form):
        distance = where.get(lives.get(one["subject"], ""))
        if distance:
            yes, of = found[distance]
            found[distance] = (yes + holds(one["answers"]), of + 1)
    return found


def test_twenty_five_births_a_year_for_a_thousand_people(told: Submissions) -> None:
    births = len(counted(told, "birth"))
    expected = load().of("births", Setting("KH", "", "")) / 1000 * PEOPLE * 3
    assert 0.75 * expected < births < 1.05 * expected, "some births are never heard of, none is told twice"


def test_who_lives_far_gives_birth_in_a_facility_less_often(told: Submissions, villages: dict[str, Village]) -> None:
    found = tally(told, villages, "birth", lambda answers: answers["birth_place"] in ("health_centre", "hospital"))
    share = {distance: yes / of for distance, (yes, of) in found.items()}
    assert set(share) == {"near", "far", "remote"}
    assert share["near"] > share["far"] > share["remote"]
    for distance, (yes, of) in found.items():
        low, high = (load().of("facility_birth", Setting("KH", people, distance)) for people in ("minority", "majority"))
        spread = 4 * math.sqrt(0.25 / of)
        assert low - spread < yes / of < high + spread


def test_contacts_are_kept_and_missed_by_distance_with_reasons_that_fit(told: Submissions, villages: dict[str, Village]) -> None:
    contacts = {
        distance: sum(tally(told, villages, form, lambda _: True)[distance][1] for form in ("anc_contact", "station_visit"))
        for distance in ("near", "far", "remote")
    }
    missed = {distance: of for distance, (_, of) in tally(told, villages, "visit_not_done", lambda _: True).items()}
    share = {distance: missed[distance] / contacts[distance] for distance in contacts}
    assert share["near"] < share["far"] < share["remote"]
    far = ("distance", "no_transport", "unsafe_road")
    for_distance = tally(told, villages, "visit_not_done", lambda answers: answers["not_done_reason"][0] in far)
    assert for_distance["near"][0] / for_distance["near"][1] < 0.15 < for_distance["remote"][0] / for_distance["remote"][1]


def test_the_chain_of_care_breaks_after_birth(told: Submissions) -> None:
    """As the study of Ratanakiri found: more have antenatal care and a birth in a facility than care after it."""
    births = counted(told, "birth")
    mothers = {one["subject"] for one in births}
    antenatal = {one["subject"] for form in ("anc_contact", "station_visit") for one in counted(told, form)} & mothers
    facility = [one for one in births if one["answers"]["birth_place"] in ("health_centre", "hospital")]
    contacts = Counter(one["subject"] for one in counted(told, "postnatal_mother"))
    all_three = {subject for subject in mothers if contacts[subject] >= 3}
    assert len(antenatal) > len(facility) > 0.5 * len(births)
    assert 0.1 * len(births) < len(all_three) < 0.6 * len(facility)


def test_tests_are_positive_as_rarely_as_the_rate_says(told: Submissions) -> None:
    for test in ("syphilis_test", "hbsag_test", "hiv_test"):
        results = [one["answers"][test] for one in counted(told, "tests") if test in one["answers"]]
        share = load().of("infection", Setting("KH", "", ""), test)
        assert near(results.count("positive"), len(results), share)


def test_two_or_three_reports_in_a_hundred_are_corrected(told: Submissions) -> None:
    forms = ("register", "anc_contact", "station_visit", "birth", "postnatal_baby", "postnatal_mother")
    corrected = len({one["id"] for one in told if one["kind"] == "correction"})
    written = sum(len(counted(told, form)) for form in forms)
    assert 0.4 * load().of("mistake", Setting("KH", "", "")) < corrected / written < 1.1 * load().of("mistake", Setting("KH", "", ""))


def test_most_of_a_village_are_one_people(villages: dict[str, Village]) -> None:
    for village in list(villages.values())[:8]:
        same = sum(household_people(village, number) is village.main for number in range(300))
        assert near(same, 300, load().of("main_people", village.setting))


def test_the_file_is_read_by_people_too() -> None:
    written = yaml.safe_load((HERE / "rates.yaml").read_text(encoding="utf-8"))
    assert set(written) == {"studies", "rates"}
    assert all(set(entry) <= {"what", "value", "source", "note"} for entry in written["rates"].values())
