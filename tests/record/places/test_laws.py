"""What must hold for any place on any day, on the real places and on histories that nobody would draw by hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.content.dates import day_number
from doorstep.record.places import ADMINISTRATIVE, TREES, ParentLink, Parts, Places, Succession, Unit

REAL = Places.load()
IDS = sorted(REAL.units)
DAYS = st.one_of(
    st.integers(day_number("1900-01-01"), day_number("2100-12-31")),
    st.integers(day_number("2025-06-28"), day_number("2025-07-03")),
)


def counted(places, unit, day, tree):
    """What the closure says is above a unit, or is the unit itself, on a day."""
    return {stretch.unit for stretch in places.closures[tree].above(unit) if stretch.start <= day < stretch.end}


def agrees(places, unit, day, tree):
    walked = {above.id for above in places.ancestors(unit, day, tree)}
    found = counted(places, unit, day, tree)
    assert found - {unit} == walked
    if places.units[unit].tree == tree:
        assert (unit in found) == places.units[unit].alive(day)
    assert all(places.units[above].alive(day) for above in walked)


@given(st.sampled_from(IDS), DAYS, st.sampled_from(TREES))
@settings(max_examples=400)
def test_whatever_is_above_a_place_exists_on_that_day_and_the_closure_says_the_same(unit, day, tree):
    agrees(REAL, unit, day, tree)


@given(st.sampled_from(IDS), DAYS, st.sampled_from(TREES))
@settings(max_examples=100)
def test_a_place_is_inside_everything_that_is_above_it_and_in_nothing_else(unit, day, tree):
    above = counted(REAL, unit, day, tree)
    for ancestor in above:
        assert unit in REAL.descendants([ancestor], day, tree)
    beside = REAL.units[unit].id[:2]
    other = next(country for country in ("VN", "KH", "BG") if country != beside)
    assert unit not in REAL.descendants([other], day, tree)


@given(st.sampled_from(IDS), DAYS)
@settings(max_examples=200)
def test_where_somebody_lives_now_is_inside_all_that_she_is_counted_in(unit, day):
    if REAL.units[unit].tree != ADMINISTRATIVE:
        return
    home = REAL.resolve_residence(unit, day).unit
    assert home.alive(day)
    assert {above.id for above in REAL.ancestors(home, day)} <= counted(REAL, unit, day, ADMINISTRATIVE)


@st.composite
def histories(draw):
    """A country of three levels that is redrawn on day 10 and on day 20, and facilities that outlast places."""
    units, links, steps = [Unit("R", ADMINISTRATIVE, "k", "R", {"en": "R"})], [], []
    eras = [(None, 10), (10, 20), (20, None)]
    lowest: list[list[str]] = []
    for era, (start, end) in enumerate(eras):
        middles = [f"M{era}{n}" for n in range(draw(st.integers(0, 3)))]
        for own in middles:
            units.append(Unit(own, ADMINISTRATIVE, "k", own, {"en": own}, start, end))
            links.append(ParentLink(own, "R", ADMINISTRATIVE, start, end))
        lowest.append([f"L{era}{n}" for n in range(draw(st.integers(1, 4)))])
        for own in lowest[-1]:
            units.append(Unit(own, ADMINISTRATIVE, "k", own, {"en": own}, start, end))
            links.append(ParentLink(own, draw(st.sampled_from(["R", *middles])), ADMINISTRATIVE, start, end))
    for era in (0, 1):
        for old in lowest[era]:
            heirs = draw(st.lists(st.sampled_from(lowest[era + 1]), unique=True, max_size=3))
            default = draw(st.booleans())
            steps += [Succession(old, new, eras[era + 1][0], default and n == 0) for n, new in enumerate(heirs)]
    for n in range(2):
        units.append(Unit(f"F{n}", "health", "f", f"F{n}", {"en": f"F{n}"}, None, draw(st.sampled_from([None, 5, 15]))))
        links.append(ParentLink(f"F{n}", "R", "health", None, draw(st.sampled_from([None, 12]))))
    steps += draw(st.sampled_from([[], [Succession("F0", "F1", 15)]])) if units[-2].valid_to == 15 else []
    for own in draw(st.lists(st.sampled_from([low for era in lowest for low in era]), unique=True)):
        start, end = draw(st.sampled_from([(None, None), (None, 10), (3, 25), (10, None), (12, 14)]))
        links.append(ParentLink(own, draw(st.sampled_from(["F0", "F1"])), "health", start, end))
    return Places(Parts(units, links, steps))


@given(histories())
@settings(max_examples=300, deadline=None)
def test_the_closure_and_the_walk_agree_on_every_day_of_any_history(places):
    for tree in TREES:
        for unit in places.units:
            for day in range(0, 31):
                agrees(places, unit, day, tree)


@given(histories(), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_nobody_falls_out_of_the_country_while_it_is_known_what_her_place_became(places, day):
    inside = places.descendants(["R"], day)
    for unit in places.units.values():
        if unit.tree == ADMINISTRATIVE and unit.alive(day):
            assert unit.id in inside
        default = [step.new for step in places.index.became[unit.id] if step.default]
        if unit.tree == ADMINISTRATIVE and unit.ended(day) and default:
            assert (unit.id in inside) == (default[0] in inside)
