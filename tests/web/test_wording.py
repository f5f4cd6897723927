"""Rules are read aloud so that a midwife can check them; a wrong word here would be a wrong rule in her eyes."""

from __future__ import annotations

import pytest
from django.utils import translation

from doorstep.content.language import parse, parse_stream
from doorstep.content.scope import Scope
from doorstep.content.tree import Clock, Type
from doorstep.web.names import Names
from doorstep.web.programme_view import PathwayView
from doorstep.web.wording import Wording
from tests.support.pages import maternal

LANGUAGES = ("en", "vi", "km", "bg")


def said(rule: str, clock: Clock = Clock.DAY) -> str:
    """The rule in words."""
    programme = maternal()
    scope = Scope(programme.dictionary, {}, {"lmp": Type.DAY}, clock, frozenset({"mother"}))
    return Wording(Names(programme), clock, words={"lmp": {"en": "the last period"}}).condition(parse(rule, scope))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("hb < 70", "“Haemoglobin” is below 70 g/L"),
        ("bp_sys >= 140", "“Blood pressure, upper” is at least 140 mmHg"),
        ("bleeding = 'yes'", "“Bleeding from the vagina”: yes"),
        ("pallor in ('some', 'severe')", "“Pale palms and inner eyelids” is one of: “Some”, “Severe”"),
        ("not any(hb)", "“Haemoglobin” was not recorded"),
        ("any(hb < 70)", "“Haemoglobin” below 70 g/L was recorded"),
        ("not any(bleeding = 'yes')", "“Bleeding from the vagina”: yes was not recorded"),
        ("count(anc_contact) >= 4", "“Antenatal contact took place” was recorded at least 4 times"),
        ("known(lmp)", "the last period is known"),
        ("not known(lmp)", "the last period is not known"),
        ("weeks_since(lmp) >= 20", "at least 20 completed weeks after the last period"),
        ("day(hb) = moment", "“Haemoglobin” was recorded that same day"),
        ("not any(hb) or day(hb) < moment", "“Haemoglobin” was not recorded that day"),
        ("differs(day(hb), moment, 7d)", "the last day of “Haemoglobin” and that day are more than 7 days apart"),
        ("moment > lmp + 38w", "that day is after 38 weeks after the last period"),
        ("mother.any(syphilis_test = 'positive')", "“Syphilis test” (Mother): Positive was recorded"),
        ("any(pallor in ('some', 'severe'))", "“Pale palms and inner eyelids”: Some or Severe was recorded"),
    ],
)
def test_a_rule_reads_like_a_sentence(rule: str, words: str) -> None:
    assert said(rule) == words


def test_told_and_measured_are_told_apart() -> None:
    programme = maternal()
    scope = Scope(programme.dictionary, {}, {}, Clock.MINUTE, frozenset())
    stream = parse_stream("bleeding = 'yes' and how = 'told'", scope)
    assert Wording(Names(programme), Clock.MINUTE).stream(stream) == "“Bleeding from the vagina”: yes, told by her or her family"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_the_maternal_programme_can_be_said(language: str) -> None:
    with translation.override(language):
        for pathway in maternal().pathways.values():
            view = PathwayView(maternal(), pathway)
            told = [one for step in (*view.planned, *view.answers) for line in step.lines for one in line.told]
            told += [*view.ends, *(one for sign in view.signs for one in sign.any_of)]
            told += [way for value in view.values for way, _ in value.ways]
            assert told
            for one in told:
                assert one.words.strip(), one
                assert "%(" not in one.words, one.words
                assert "_" not in one.words, f"{language}: a name of the programmer in {one.words!r}"
