"""Everything that was done to a risk, on one timeline: revisions with their ratings and reviews,
controls, actions, progress notes, assurance, escalations, waived checks, marks on warning signs.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from registers.history.differences import Change
from registers.models import (
    Assurance,
    CheckWaiver,
    Escalation,
    EscalationDecision,
    Precedent,
    ProgressNote,
)
from registers.models.revision import RiskRevision
from registers.phrases.register import decision_in_words, proposal_in_words
from registers.risk_page.controls import describe_revision


@dataclass(frozen=True)
class HistoryEntry:
    """One event. event: what was done, in a few words in the past tense.

    texts: what somebody wrote about it. revision: of the risk itself, whose rating and review the
    page shows as well.
    """

    day: datetime.date
    recorded_at: datetime.datetime
    by: object
    event: str
    texts: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    on_behalf_of: object = None
    revision: RiskRevision | None = None
    order: tuple = field(default=(), compare=False)


def build_history(
    risk, day, recorded_by=None, *, marks=None, with_drafts=True
) -> list[HistoryEntry]:
    """Everything done to the risk up to a day, newest first.

    recorded_by: the instant after which what was recorded is left out. marks: up to when marks are
    shown, as permissions.mark_visibility has it; without it none are. with_drafts: whether to
    include what was recorded before the risk came onto the register. As many queries whatever the
    length.
    """
    revisions = risk.change_history(day, recorded_by, with_drafts)
    if not revisions:
        return []
    first, entries = revisions[-1], []
    for records, noun in ((risk.controls, "control"), (risk.actions, "action")):
        entries += _record_entries(
            records.model.revisions.rel.related_model, noun, risk, day, recorded_by
        )
    entries += [
        _assurance_entry(row) for row in _rows(Assurance, day, recorded_by, "control", risk=risk)
    ]
    entries += [
        _proposal_entry(row)
        for row in _rows(Escalation, day, recorded_by, "to_register", risk=risk)
    ]
    decisions = _rows(
        EscalationDecision, day, recorded_by, "escalation__to_register", escalation__risk=risk
    )
    entries += [_decision_entry(row) for row in decisions]
    entries += [_waiver_entry(row) for row in _rows(CheckWaiver, day, recorded_by, risk=risk)]
    entries += [_note_entry(row) for row in _rows(ProgressNote, day, recorded_by, risk=risk)]
    if marks:
        entries += [
            _mark_entry(row)
            for row in _rows(Precedent, marks.day, marks.recorded_by, "sign__case", risk=risk)
        ]
    if first.number > 1:  # drafts are left out, and with them what was added while it was one
        entries = [entry for entry in entries if entry.recorded_at >= first.recorded_at]
    entries += [_risk_entry(revision) for revision in revisions]
    return sorted(
        entries, key=lambda entry: (entry.day, entry.recorded_at, entry.order), reverse=True
    )


def _rows(model, day, recorded_by, *related, **filters):
    return model.objects.filter(**filters).as_at(day, recorded_by).select_related("by", *related)


def _entry_fields(row):
    return {
        "day": row.effective_on,
        "recorded_at": row.recorded_at,
        "by": row.by,
        "order": (row.pk,),
    }


def _risk_entry(revision) -> HistoryEntry:
    texts = (revision.reason,) if revision.reason else ()
    event = revision.get_what_display().lower()
    details = {
        "on_behalf_of": revision.on_behalf_of,
        "revision": revision,
        "changes": tuple(revision.changes),
    }
    return HistoryEntry(
        **{**_entry_fields(revision), "order": (revision.number,)},
        event=event,
        texts=texts,
        **details,
    )


def _record_entries(revisions, noun, risk, day, recorded_by) -> list[HistoryEntry]:
    rows = _rows(revisions, day, recorded_by, "owner", record__risk=risk).order_by(
        "record_id", "number"
    )
    entries, earlier = [], {}
    for row in rows:
        before = earlier.get(row.record_id)
        row.changes = row.changes_since(before) if before else []
        describe = describe_revision if noun == "control" else _describe_action_revision
        verb = describe(before, row)
        texts = tuple(text for text in (row.reason,) if text)
        entries.append(
            HistoryEntry(
                **_entry_fields(row),
                event=f"{noun} {verb}: {row.title}",
                texts=texts,
                changes=tuple(row.changes),
            )
        )
        earlier[row.record_id] = row
    return entries


def _describe_action_revision(before, row):
    if row.status != (before.status if before else "open"):
        return row.get_status_display().lower() if row.status != "open" else "reopened"
    return "changed" if before else "added"


def _assurance_entry(row) -> HistoryEntry:
    subject = f" on the control “{row.control}”" if row.control else ""
    event = f"assurance recorded{subject}: {row.get_opinion_display().lower()}, by {row.provider}"
    return HistoryEntry(**_entry_fields(row), event=event, texts=(row.note,) if row.note else ())


def _proposal_entry(row) -> HistoryEntry:
    is_up = row.direction == Escalation.Direction.UP
    return HistoryEntry(
        **_entry_fields(row),
        event=proposal_in_words(str(row.to_register), is_up=is_up),
        texts=(row.reason,),
    )


def _decision_entry(row) -> HistoryEntry:
    register = str(row.escalation.to_register)
    is_up = row.escalation.direction == Escalation.Direction.UP
    return HistoryEntry(
        **_entry_fields(row),
        event=decision_in_words(register, is_up=is_up, is_approved=row.is_approved),
        texts=(row.reason,),
    )


def _waiver_entry(row) -> HistoryEntry:
    event = "data quality check set aside" if row.until else "data quality check put back"
    return HistoryEntry(**_entry_fields(row), event=event, texts=(row.reason,))


def _note_entry(row) -> HistoryEntry:
    texts = tuple(filter(None, (row.note, row.source)))
    return HistoryEntry(**_entry_fields(row), event="progress note added", texts=texts)


def _mark_entry(row) -> HistoryEntry:
    sign, mark = row.sign, row.get_mark_display().lower()
    event = f"warning sign “{sign.title}” of {sign.case.short_name} marked {mark}"
    return HistoryEntry(**_entry_fields(row), event=event, texts=(row.reason,))
