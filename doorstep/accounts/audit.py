"""The audit log: every look at a person's record outside one's own list, and every decision about one."""

from __future__ import annotations

from doorstep.accounts.models import Audit

OPERATOR = "operator"
ACTIONS = {
    "looked": "opened a person's record",
    "listed": "opened a list of who is due",
    "month_looked": "opened a worker's month",
    "held_looked": "opened something that was held",
    "held_released": "released something that was held",
    "held_refused": "refused something that was held, for good",
    "erased": "erased a person",
    "exported": "exported facts",
    "backed_up": "made a backup",
    "restored": "restored a backup",
    "voice_agreed": "was told by a speaker that she agrees to be recorded",
    "voice_withdrawn": "withdrew a speaker's voice for her",
    "enrolled": "enrolled a worker or a phone",
    "assigned": "gave or ended a role in an area",
    "password_set": "gave a worker a new password",
    "revoked": "revoked a phone or tokens",
    "number_set": "wrote down on which number a worker answers",
    "phone_code": "made an enrolment code for somebody's phone",
    "phone_locked": "locked a phone",
    "phone_unlocked": "opened a locked phone again",
    "phone_new_pin": "allowed a new PIN on a phone",
    "phone_wiped": "had a phone emptied at its next contact",
    "synced": "took what a phone may hold",
    "sought": "looked for somebody outside the own area",
    "found": "found somebody outside the own area",
    "opened": "opened somebody of another area for some days",
    "closed": "ended an opening before its time",
    "form_uploaded": "uploaded a form",
    "form_released": "released an uploaded form",
    "form_withdrawn": "took an uploaded form back",
    "answers_read": "read what was answered in an uploaded form",
}
"""Every action there is, in words."""


def note(worker: str, action: str, *, subject: str = "", about: str = "") -> None:
    """Writes one line. ids and codes only: words about a person have no place here."""
    if action not in ACTIONS:
        raise ValueError(f"no such action in the audit log: {action}")
    Audit.objects.create(worker=worker or OPERATOR, action=action, subject=subject[:128], about=about[:200])
