"""What the practice village shares with the real programme: titles of steps, reasons and a few forms, as the phone reads them.

    .venv/bin/python app/scripts/practice.py

Writes app/src/practice/programme.json and app/src/practice/forms.json. A test says when they are no longer the programme's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from doorstep.content.read import read_programme

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "app" / "src" / "practice"
LANGUAGES = ("en", "vi", "km", "bg")
FORMS = ("register", "anc_contact", "birth_plan", "postnatal_baby", "referral")
STEPS = (
    ("antenatal", "contact"),
    ("antenatal", "birth_plan"),
    ("antenatal", "iron_folate"),
    ("antenatal_urgent", "danger_sign"),
    ("newborn_hours", "baby_24h"),
    ("newborn_hours", "baby_day3"),
    ("newborn", "baby_week2"),
    ("newborn", "baby_week6"),
)


def words(text: Any) -> dict[str, str]:
    """The four languages of the app, in their order."""
    return {language: text[language] for language in LANGUAGES if language in text}


def shared() -> dict[str, Any]:
    """Both files: name to what is in it."""
    programme, problems = read_programme(ROOT / "programmes" / "maternal")
    if programme is None:
        raise SystemExit("\n".join(str(problem) for problem in problems))
    steps = {}
    for pathway, name in STEPS:
        step = next(one for one in programme.pathways[pathway].steps if one.name == name)
        steps[name] = {
            "pathway": pathway,
            "rule": step.rule,
            "clock": step.clock.value,
            "form": step.form,
            "refers": step.form in programme.referrals,
            "title": words(step.title),
            "advice": words(step.advice) if step.advice else None,
        }
    named = {"en": "English", "vi": "Tiếng Việt", "km": "ខ្មែរ", "bg": "Български"}
    labels = {language: f"label::{name} ({language})" for language, name in named.items()}
    reasons = [
        {"code": row["name"], "words": {language: row[label] for language, label in labels.items()}}
        for row in programme.forms["visit_not_done"].sheets["choices"]
        if row["list_name"] == "not_done_reason"
    ]
    forms = {
        name: {
            "version": programme.forms[name].version,
            "title": words(programme.forms[name].title),
            "makes": programme.forms[name].makes,
            "xml": programme.forms[name].xml,
        }
        for name in FORMS
    }
    told: dict[str, Any] = {}
    for name in FORMS:
        form = programme.forms[name]
        for question in form.questions:
            if question.labels and question.kind in ("select_one", "select_multiple", "integer", "decimal", "date", "text"):
                told[question.name] = {"label": words(question.labels)}
        for row in form.sheets["survey"]:
            kind, _, choices = str(row.get("type", "")).partition(" ")
            if kind in ("select_one", "select_multiple") and row["name"] in told:
                told[row["name"]]["choices"] = {
                    one["name"]: {language: one[label] for language, label in labels.items()}
                    for one in form.sheets["choices"]
                    if one["list_name"] == choices
                }
    shown = {
        "steps": steps,
        "reasons": reasons,
        "titles": {name: words(programme.forms[name].title) for name in (*FORMS, "visit_not_done")},
        "registered": forms["register"]["title"],
        "questions": told,
    }
    return {"programme.json": shown, "forms.json": forms}


def as_text(content: Any) -> str:
    """As it lies on disk."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name, content in shared().items():
        (HERE / name).write_text(as_text(content), encoding="utf-8")
        print(f"app/src/practice/{name}")
