"""The cast of the pages' tests: invented people in real places. `python -m tests.support.cast` puts them into DOORSTEP_DATA.

| login | role | area |
|---|---|---|
| dara | attendant | the village Sayas |
| mai | midwife | the district Lumphat |
| neary | mediator | the district Lumphat |
| sok | supervisor | Ratanakiri |
| rith | hospital | the health department that looks after Ratanakiri |
| chan | manager | everywhere |
| pov | administrator | everywhere |
| lan | midwife | Ba Be, since 2025 in Thai Nguyen |
| thu | midwife, who speaks Vietnamese | the district Lumphat |
| nobody | none | none |
| kim, who mistypes | none | none |
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.support.console import PASSWORD

SAYAS, LUMPHAT, RATANAKIRI = "KH-16050201", "KH-1605", "KH-16"
ELSEWHERE = "KH-16020101"
"""A village of another district of Ratanakiri."""
WORKERS = (
    ("dara", "attendant", SAYAS), ("mai", "midwife", LUMPHAT), ("neary", "mediator", LUMPHAT),
    ("sok", "supervisor", RATANAKIRI), ("rith", "hospital", "KH-PHD-16"), ("chan", "manager", "*"),
    ("pov", "administrator", "*"), ("lan", "midwife", "VN-01906@2025"), ("thu", "midwife", LUMPHAT),
)  # fmt: skip
SPEAKS = {"thu": "vi"}
"""Of everybody else nobody said in which language."""
NAMES = {
    "mom": "Srey Mom", "bopha": "Bopha", "kunthea": "Kunthea", "hang": "Hang Elsewhere", "nga": "Nga of Ba Be",
    "noy": "Noy Undated",
}  # fmt: skip
IDS = {name: f"01960000-0000-7000-8000-00000000000{n}" for n, name in enumerate([*NAMES, "baby"], 1)}


def lines() -> Iterator[dict[str, Any]]:
    """What was reported, in the order of receipt."""
    yield sent("register", "mom", "2026-03-30", registered("mom", SAYAS, "2026-01-05"))
    yield sent("anc_contact", "mom", "2026-03-30", {"visit_day": "2026-03-30", "danger_counselled": "yes", "iron_tablets": 30})
    yield sent("register", "bopha", "2026-04-02", registered("bopha", SAYAS, "2025-12-20"))
    yield sent("anc_contact", "bopha", "2026-06-09", {"danger": {"bleeding": "yes"}}, time="16:30")
    yield sent("register", "kunthea", "2026-02-01", registered("kunthea", SAYAS, "2025-09-01"))
    yield sent("tests", "kunthea", "2026-02-02", {"visit_day": "2026-02-02", "syphilis_test": "positive", "hiv_test": "positive"})
    again = sent("tests", "kunthea", "2026-02-03", {"visit_day": "2026-02-02", "syphilis_test": "positive", "hiv_test": "positive"})
    yield again | {"kind": "correction", "replaces": f"{IDS['kunthea']}-tests-2026-02-02"}
    yield sent("birth", "kunthea", "2026-06-08", {
        "birth_at": "2026-06-08T04:10+07:00", "birth_place": "home", "born_alive": 1,
        "babies": [{"baby_id": IDS["baby"], "birth_outcome": "live", "sex": "f", "birth_weight_g": 2900}],
    })  # fmt: skip
    yield sent("register", "hang", "2026-04-05", registered("hang", ELSEWHERE, "2026-01-01"), place=ELSEWHERE)
    yield sent("register", "noy", "2026-04-05", registered("noy", ELSEWHERE, ""), place=ELSEWHERE)
    yield sent("anc_contact", "noy", "2026-04-05", {"visit_day": "2026-04-05"}, place=ELSEWHERE)
    yield sent("register", "nga", "2024-03-11", registered("nga", "VN-01906", "2024-01-02"), place="VN-01906")
    # Two phones that did not know of each other called her by two names: both saw only what the registration said.
    first = f"{IDS['mom']}-register-2026-03-30"
    for day, name in (("2026-05-02", "Srey Mom Chan"), ("2026-05-03", "Srey Mum")):
        yield sent("register", "mom", day, {**registered("mom", SAYAS, "2026-01-05"), "called": name}) | {"base": {"called": first}}


def registered(who: str, village: str, period: str) -> dict[str, Any]:
    """Answers of a registration. period: the first day of her last period; '' when she does not know it."""
    return {
        "consent_record": "yes", "called": NAMES[who], "residence": village, "birthday": "2001-05",
        "dating": {"lmp_told": period, "lmp_certain": "yes"} if period else {}, "before": {"gravida": 1, "tt_doses_before": 0},
    }  # fmt: skip


def sent(form: str, who: str, day: str, answers: dict[str, Any], place: str = SAYAS, time: str = "09:00") -> dict[str, Any]:
    """One line."""
    return {
        "id": f"{IDS[who]}-{form}-{day}", "form": form, "subject": IDS[who], "author": "dara", "place": place,
        "made_at": f"{day}T{time}:00+07:00", "received_at": f"{day}T{time}:30+07:00", "answers": answers,
    }  # fmt: skip


def main() -> None:
    """Fills the installation that the settings name; the last line of output holds the ids."""
    from doorstep.cli.django_ready import ready

    ready()
    from doorstep.accounts.models import Assignment, Worker
    from doorstep.cli.shelf import shelf
    from doorstep.cli.submit import take_in
    from doorstep.record.places import Places, load
    from doorstep.record.record import Record

    for name, role, place in WORKERS:
        worker = Worker.objects.create_user(name, PASSWORD, invented=True, language=SPEAKS.get(name, ""))
        Assignment.objects.create(worker=worker, role=role, place=place, valid_from=0)
    for name in ("nobody", "kim"):
        Worker.objects.create_user(name, PASSWORD, invented=True)
    with Record.open(programmes=shelf()) as record:
        with record.store.register.write() as register:
            load(register, Places.load(), ["KH-16", "VN-06", "VN-19@2025"])
        tally = take_in(record, lines())
        assert not tally.kept, [str(receipt) for receipt in tally.kept]
        record.catch_up()
    print(json.dumps(IDS))


if __name__ == "__main__":
    main()
