"""A risk's story on one timeline: what it said, how it was judged and looked at, what holds it
down, what is being done about it, who was asked to take it higher, and which signs officers marked
beside it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from registers.history.differences import Change
from registers.models import Assurance, Escalation, EscalationDecision, Precedent, SetAside
from registers.models.revision import RiskRevision
from registers.risk_page.controls import told_of


@dataclass(frozen=True)
class Entry:
    """One thing that was done. what: a few words in the past tense; texts: what somebody wrote of
    it; revision: of the risk itself, whose judgement or review the page shows as well; late_day:
    the day that a judgement speaks of.
    """

    day: datetime.date
    recorded_at: datetime.datetime
    by: object
    what: str
    texts: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    on_behalf_of: object = None
    revision: RiskRevision | None = None
    order: tuple = field(default=(), compare=False)


def story_of(risk, day, known_by=None, *, marks=None, with_drafts=True) -> list[Entry]:
    """Everything done to the risk and beside it up to a day, newest first.

    known_by: the instant after which what was recorded is left out. marks: up to when officers'
    marks are told, as permissions.mark_visibility has it; none without. with_drafts: whether what was
    said of the risk before it came onto the register is. As many queries whatever the length of the
    story.
    """
    revisions = risk.change_history(day, known_by, with_drafts)
    if not revisions:
        return []
    first, found = revisions[-1], []
    for records, noun in ((risk.controls, "control"), (risk.actions, "action")):
        found += _of_kept(records.model.revisions.rel.related_model, noun, risk, day, known_by)
    found += [_given(row) for row in _rows(Assurance, day, known_by, "control", risk=risk)]
    found += [_proposed(row) for row in _rows(Escalation, day, known_by, "to_register", risk=risk)]
    decisions = _rows(
        EscalationDecision, day, known_by, "escalation__to_register", escalation__risk=risk
    )
    found += [_decided(row) for row in decisions]
    found += [_set_aside(row) for row in _rows(SetAside, day, known_by, risk=risk)]
    if marks:
        found += [
            _marked(row)
            for row in _rows(Precedent, marks.day, marks.known_by, "sign__case", risk=risk)
        ]
    if (
        first.number > 1
    ):  # what was kept beside it while it was a draft is told no more than the draft is
        found = [entry for entry in found if entry.recorded_at >= first.recorded_at]
    found += [_of_risk(revision) for revision in revisions]
    return sorted(
        found, key=lambda entry: (entry.day, entry.recorded_at, entry.order), reverse=True
    )


def _rows(model, day, known_by, *words, **of):
    return model.objects.filter(**of).as_at(day, known_by).select_related("by", *words)


def _when(row):
    return {
        "day": row.effective_on,
        "recorded_at": row.recorded_at,
        "by": row.by,
        "order": (row.pk,),
    }


def _of_risk(revision) -> Entry:
    texts = (revision.reason,) if revision.reason else ()
    what = revision.get_what_display().lower()
    about = {
        "on_behalf_of": revision.on_behalf_of,
        "revision": revision,
        "changes": tuple(revision.changes),
    }
    return Entry(
        **{**_when(revision), "order": (revision.number,)}, what=what, texts=texts, **about
    )


def _of_kept(revisions, noun, risk, day, known_by) -> list[Entry]:
    rows = _rows(revisions, day, known_by, "owner", record__risk=risk).order_by(
        "record_id", "number"
    )
    found, earlier = [], {}
    for row in rows:
        before = earlier.get(row.record_id)
        row.changes = row.changes_since(before) if before else []
        verb = told_of(before, row) if noun == "control" else _done_to_action(before, row)
        texts = tuple(text for text in (row.reason,) if text)
        found.append(
            Entry(
                **_when(row),
                what=f"{noun} {verb}: {row.title}",
                texts=texts,
                changes=tuple(row.changes),
            )
        )
        earlier[row.record_id] = row
    return found


def _done_to_action(before, row):
    if row.status != (before.status if before else "open"):
        return row.get_status_display().lower() if row.status != "open" else "taken up again"
    return "changed" if before else "added"


def _given(row) -> Entry:
    of = f" on the control “{row.control}”" if row.control else ""
    what = f"assurance recorded{of}: {row.get_opinion_display().lower()}, by {row.provider}"
    return Entry(**_when(row), what=what, texts=(row.note,) if row.note else ())


def _proposed(row) -> Entry:
    way = "up to" if row.direction == Escalation.Direction.UP else "back down from"
    return Entry(
        **_when(row), what=f"proposed to be taken {way} {row.to_register}", texts=(row.reason,)
    )


def _decided(row) -> Entry:
    way = "up to" if row.escalation.direction == Escalation.Direction.UP else "back down from"
    said = "agreed" if row.is_approved else "not agreed"
    return Entry(
        **_when(row),
        what=f"{said} to take it {way} {row.escalation.to_register}",
        texts=(row.reason,),
    )


def _set_aside(row) -> Entry:
    what = (
        "a check of the worklist set aside" if row.until else "a check of the worklist taken back"
    )
    return Entry(**_when(row), what=what, texts=(row.reason,))


def _marked(row) -> Entry:
    what = f"the sign “{row.sign.title}” of {row.sign.case.short_name} marked {row.get_mark_display().lower()}"
    return Entry(**_when(row), what=what, texts=(row.reason,))
