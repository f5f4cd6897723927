"""Why a submission was not simply accepted: a closed vocabulary, each with what happened, what is safe, what to do next.

A code never changes its meaning: receipts on phones and rows that were kept aside name it. Pages translate by code.
"""

from __future__ import annotations

from dataclasses import dataclass

ACCEPTED, DUPLICATE, HELD, REFUSED = "accepted", "duplicate", "held", "refused"
OUTCOMES = (ACCEPTED, DUPLICATE, HELD, REFUSED)


@dataclass(frozen=True)
class Reason:
    """outcome: held or refused. keeps: whether the body is kept aside, encrypted, for a person to look at."""

    code: str
    outcome: str
    happened: str
    safe: str
    next: str
    keeps: bool = True

    def __str__(self) -> str:
        return f"{self.happened} {self.safe} {self.next}"


_KEPT = "It is kept aside, encrypted, and acts on nothing until a person decides."
_YOURS = "Nothing of it was stored: keep your copy."
_ASIDE = "What was there stays as it was; this one is kept aside for a person to compare."


def _held(code: str, happened: str, next: str) -> Reason:
    return Reason(code, HELD, happened, _KEPT, next)


def _refused(code: str, happened: str, next: str, safe: str = _YOURS, keeps: bool = False) -> Reason:
    return Reason(code, REFUSED, happened, safe, next, keeps)


_ALL = (
    _held("form_unknown", "No programme here has this form.",
          "Load the programme, then release it: doorstep held release."),
    _held("version_unknown", "The form is known, but not in this version.",
          "Load the programme that has this version, then release it."),
    _held("day_in_future", "It is dated later than tomorrow: the phone's clock is wrong, or the date was mistyped.",
          "Ask the author for the day, then release it with that day or refuse it."),
    _held("day_too_early", "It is dated before the year 2000: the phone's clock had lost its time.",
          "Ask the author for the day, then release it with that day or refuse it."),
    _held("author_unknown", "Nobody here has the author's name.",
          "Enrol the author, or refuse it."),
    _held("author_not_sender", "It was sent by somebody else than its author, without the author's signature.",
          "Ask the sender whose work it is, then release or refuse it."),
    _held("place_unknown", "No place has this code on that day.",
          "Correct the list of places, or ask the author, then release it."),
    _held("place_outside_area", "It happened at a place that is outside its author's area.",
          "If it is right (leave cover, a visit), release it; or widen the author's area first."),
    _held("subject_of_another_area", "It speaks of somebody who is known only in another area.",
          "If she moved or was seen on the way, release it."),
    _held("role_may_not", "The author's role does not do this.",
          "Somebody whose role does it may release it, or send an own one."),
    _held("device_unknown", "It is signed, but no key is enrolled here for this worker on this phone.",
          "Enrol the phone, then release it."),
    _held("not_signed", "Work from this phone is signed, and this one is not.",
          "Ask the author whether it is theirs, then release or refuse it."),
    _held("target_awaited", "It corrects a submission that has not arrived yet.",
          "Send the one that it corrects: this one is then looked at again by itself. If that one is lost, release this one."),
    _held("corrects_another_form", "It corrects a submission that was made with another form.",
          "Ask the author which one was meant, then send a new correction."),
    _held("not_understood", "Doorstep failed while taking it in; this is a defect of Doorstep.",
          "Report it with the id; after the repair, release it."),
    _refused("bad_json", "It is not readable as JSON.", "Send it again as it was written, in UTF-8."),
    _refused("bad_xml", "It is not a form that can be read as XML.", "Send it again from the app that made it."),
    _refused("too_big", "It is larger than one submission may be.",
             "Send photographs and recordings as attachments, or split it."),
    _refused("too_deep", "Its answers are nested more deeply than a form can be.", "Send the answers as the form has them."),
    _refused("bad_text", "It holds characters that no text has (a NUL, or half a letter).",
             "Remove them and send it again."),
    _refused("bad_number", "It holds a whole number of more digits than a browser or a phone can keep apart (from 2^53 on).",
             "Write the number as text, in quotation marks, and send it again."),
    _refused("field_missing", "A field that every submission needs is missing.", "Add it and send it again."),
    _refused("wrong_type", "A field has a value of the wrong type.", "Correct it and send it again."),
    _refused("bad_time", "The time it was made is not a date and time with its offset from UTC.",
             "Write it as 2026-03-01T08:30:00+07:00."),
    _refused("same_id_other_body", "Another submission with this id, but other content, was accepted before.",
             "A change is a new submission that names the old one: kind correction, replaces the id.", _ASIDE, True),
    _refused("bad_signature", "Its signature does not fit its content: it was changed on the way, or made with another key.",
             "Send it again from the phone that made it; if that fails too, tell your supervisor.", _ASIDE, True),
    _refused("subject_erased", "The person's record was erased for good, and nothing is added to it.",
             "Delete your copy as well. If she returns, register her anew.",
             "Its content was dropped; nothing was stored."),
    _refused("erasure_stands", "It would correct an erasure, and an erasure is never taken back.",
             "If she returns, register her anew."),
    _refused("refused_by_person", "A person looked at it and refused it for good.",
             "Ask your supervisor why; if it should count, send a new one.", _ASIDE),
)  # fmt: skip

REASONS = {reason.code: reason for reason in _ALL}


class Refusal(Exception):
    """A submission that cannot even be read. `detail` names the field or the place; it never quotes an answer."""

    def __init__(self, code: str, detail: str = "", id: str | None = None) -> None:
        self.reason, self.detail, self.id = REASONS[code], detail, id
        super().__init__(f"{self.reason.happened} {detail}".strip())
