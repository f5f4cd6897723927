"""The same histories as FHIR R4 bundles, one per woman: what `cql-exec-fhir` reads.

A fact becomes the resource that FHIR has for it: a visit an Encounter, a measurement or an answer an Observation
(a blood pressure is one Observation with two components), iron tablets a MedicationStatement. Fewer Observations
help the peer: it wraps every Observation of a woman for each question that it asks about one. `plain` bundles, for
the control, make an Observation of every fact instead.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.histories import OFFSET, Fact, rows

Resource = dict[str, Any]
LOINC, SNOMED, OWN = "http://loinc.org", "http://snomed.info/sct", "urn:doorstep:codes"
ZONE = dt.timezone(dt.timedelta(minutes=OFFSET))
EPOCH = dt.date(1970, 1, 1)
PRENATAL_VISIT = (SNOMED, "424619006", "Prenatal visit")
OBSERVATIONS = {
    "lmp_told": (LOINC, "8665-2", "Last menstrual period start date"),
    "lmp_certain": (OWN, "lmp_certain", "The date of the last menstrual period is certain"),
    "scan_ga_days": (LOINC, "11888-5", "Gestational age by ultrasound"),
    "fundal_ga_weeks": (OWN, "fundal_ga_weeks", "Gestational age by fundal height"),
    "weight": (LOINC, "29463-7", "Body weight"),
    "temperature": (LOINC, "8310-5", "Body temperature"),
    "hb": (LOINC, "718-7", "Hemoglobin"),
    "urine_protein": (LOINC, "20454-5", "Protein in urine by test strip"),
    "fetal_heart": (LOINC, "55283-6", "Fetal heart rate"),
}
PRESSURES = {"bp_sys": (LOINC, "8480-6", "Systolic"), "bp_dia": (LOINC, "8462-4", "Diastolic")}
UNITS = {
    "scan_ga_days": "d",
    "fundal_ga_weeks": "wk",
    "weight": "kg",
    "temperature": "Cel",
    "hb": "g/L",
    "fetal_heart": "/min",
    "bp_sys": "mm[Hg]",
    "bp_dia": "mm[Hg]",
    "iron_tablets": "{tablets}",
}


def iso(day: float) -> str:
    """A civil day as FHIR writes it."""
    return (EPOCH + dt.timedelta(days=int(day))).isoformat()


def _when(fact: Fact) -> str:
    """The moment, in the woman's own offset, or the day where only the day is known."""
    return iso(fact.day) if fact.at is None else dt.datetime.fromtimestamp(fact.at, ZONE).isoformat()


def _concept(coding: tuple[str, str, str]) -> Resource:
    return {"coding": [dict(zip(("system", "code", "display"), coding, strict=True))], "text": coding[2]}


def _quantity(fact: Fact) -> Resource:
    unit = UNITS[fact.code]
    number = fact.num if fact.num != int(fact.num or 0) else int(fact.num)
    return {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _value(fact: Fact) -> Resource:
    if fact.code == "lmp_told":
        return {"valueDateTime": iso(fact.num or 0)}
    if fact.code == "lmp_certain":
        return {"valueBoolean": fact.txt == "yes"}
    return {"valueString": fact.txt} if fact.txt is not None else {"valueQuantity": _quantity(fact)}


def _observation(fact: Fact, code: tuple[str, str, str], value: Resource) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"{fact.submission}-{fact.code.replace('_', '-')}",
        "status": "final",
        "code": _concept(code),
        "subject": {"reference": f"Patient/{fact.subject}"},
        "effectiveDateTime": _when(fact),
        **value,
    }


def _pressure(both: list[Fact]) -> Resource:
    parts = [{"code": _concept(PRESSURES[f.code]), "valueQuantity": _quantity(f)} for f in both]
    return _observation(both[0], (LOINC, "85354-9", "Blood pressure panel"), {"component": parts})


def _visit(fact: Fact) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": fact.submission,
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [_concept(PRENATAL_VISIT)],
        "subject": {"reference": f"Patient/{fact.subject}"},
        "period": {"start": _when(fact), "end": _when(fact)},
    }


def _tablets(fact: Fact) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": f"{fact.submission}-iron",
        "status": "active",
        "medicationCodeableConcept": _concept((OWN, "iron_tablets", "Iron and folic acid tablets")),
        "subject": {"reference": f"Patient/{fact.subject}"},
        "effectiveDateTime": _when(fact),
        "dosage": [{"text": f"{int(fact.num or 0)} tablets"}],
    }


def bundle(subject: str, facts: Iterable[Fact]) -> Resource:
    """One woman: a Patient, and a resource for each of her facts."""
    resources: list[Resource] = [{"resourceType": "Patient", "id": subject, "gender": "female"}]
    for _, together in itertools.groupby(
        facts, key=lambda f: (f.submission, f.row, f.row is None and f.code)
    ):
        group = list(together)
        code = group[0].code
        if code in PRESSURES:
            resources.append(_pressure(group))
        elif code == "anc_contact":
            resources += [_visit(fact) for fact in group if fact.txt == "yes"]
        elif code == "iron_tablets":
            resources += [_tablets(fact) for fact in group]
        else:
            resources += [_observation(fact, OBSERVATIONS[code], _value(fact)) for fact in group]
    return _collection(resources)


def _collection(resources: list[Resource]) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def plain(subject: str, facts: Iterable[Fact]) -> Resource:
    """One woman, a fact an Observation: the first mapping that comes to mind."""
    resources: list[Resource] = [{"resourceType": "Patient", "id": subject, "gender": "female"}]
    for fact in facts:
        code = OBSERVATIONS.get(fact.code) or PRESSURES.get(fact.code) or (OWN, fact.code, fact.code)
        resources.append(_observation(fact, code, _value(fact)))
    return _collection(resources)


def write(n: int, path: Path, make: Callable[[str, Iterable[Fact]], Resource] = bundle) -> None:
    """The first `n` women, one bundle per line (NDJSON); written beside `path` first: a file there is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as out:
        for subject, facts in itertools.groupby(rows(n), key=lambda fact: fact.subject):
            out.write(json.dumps(make(subject, facts), ensure_ascii=False, separators=(",", ":")) + "\n")
    part.replace(path)
