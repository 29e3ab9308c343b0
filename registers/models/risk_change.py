"""How a risk is changed: one edit by a form, or thousands of risks by an import.

A `RiskChange` checks each step, builds its rows and points the risk to them, in memory. The
`ChangeBatch` writes the rows of all its changes, the positions that follow from them and one audit
entry for each risk.
"""

from django.utils import timezone

from registers.dates import is_future
from registers.history.audit import AuditEntry, AuditPayload
from registers.history.bulk_insert import build_row
from registers.history.change_set import ChangeSet
from registers.history.errors import InvalidTransition
from registers.history.versioned import VersionedRevision
from registers.models.assessment import Assessment
from registers.models.progress_note import ProgressNote
from registers.models.review import Review, latest_next_review
from registers.models.revision import RiskRevision

Event = RiskRevision.Event


class ChangeBatch:
    """Changes of risks of one register by one person, recorded at one instant.

    reason: of changes that give none.
    """

    def __init__(self, *, by, reason="", recorded_at=None):
        self.by, self.reason = by, reason
        self.recorded_at, self.today = recorded_at or timezone.now(), timezone.localdate()
        self.rows, self.changes = ChangeSet(), []

    def change(self, risk):
        """A RiskChange of an unsaved risk, or of one that the transaction holds."""
        self.changes.append(RiskChange(self, risk))
        return self.changes[-1]

    def write(self):
        """Write the rows and the positions; return the AuditPayloads, a risk each."""
        self.rows.write()
        changes = [change for change in self.changes if change.entries]
        changed = [change for change in changes if change.revisions]
        if changed:
            type(changed[0].risk).positions.rel.related_model.objects.record(changed)
        return [change.payload() for change in changes]

    def commit(self):
        """Write everything, the audit entries included."""
        organisation = self.changes[0].risk.register.organisation
        AuditEntry.record_many(organisation=organisation, by=self.by, payloads=self.write())


class RiskChange:
    """A risk while it is changed. It stands at once as its steps say; nothing is written yet.

    revisions, assessments: the new ones, oldest first; of assessments our own current ones.
    many_values: see RiskContent.many_values, of its latest revision.
    """

    def __init__(self, batch, risk):
        self.batch, self.risk = batch, risk
        self.revisions, self.assessments, self.entries = [], [], []
        if risk.latest:
            self.many_values = risk.many_values()
        else:
            self.many_values = {name: set() for name in risk.MANY}

    @property
    def since(self):
        """The instant from which the record of the risk changes."""
        return min(row.recorded_at for row in (*self.revisions, *self.assessments))

    def log(self, content, *, on, judgement=None):
        """Its first revision. judgement: arguments of `assess`, of that day or a later one.

        Raises TypeError for what is no field of a risk, ValueError for another's owner.
        """
        risk = self.risk
        self._check_content(content)
        self.batch.rows.add(risk)
        is_draft = content.get("status") == risk.Status.DRAFT
        event = Event.DRAFTED if is_draft else Event.LOGGED
        recorded_at = (judgement or {}).get("recorded_at")
        if judgement and judgement["effective_on"] == on:
            assessment = self._add_assessment(**judgement)
            content = content | self._set_current(assessment)
            self._record(event, content, on=on, assessment=assessment, recorded_at=recorded_at)
            return
        self._record(event, content, on=on, recorded_at=recorded_at)
        if judgement:
            self.assess(**judgement)

    def brings_something(self, content, reason):
        """Whether the content or, where one is given, the reason is new.

        Raises TypeError for what is no field of a risk, ValueError for another's owner.
        """
        self._check_content(content)
        latest = self.risk.latest
        same_reason = not reason or (latest.by_id, latest.reason) == (self.batch.by.pk, reason)
        return not (same_reason and latest.has_values(content, self.many_values))

    def revise(
        self,
        *,
        revision_event=None,
        reason="",
        on_behalf_of=None,
        effective_on=None,
        recorded_at=None,
        **content,
    ):
        """Change the content; return the revision, the latest one where nothing is new."""
        reason = reason or self.batch.reason
        if self.brings_something(content, reason):
            event = revision_event or Event.EDITED
            self._check_transition(event)
            details = {"reason": reason, "on_behalf_of": on_behalf_of, "recorded_at": recorded_at}
            self._record(event, content, on=effective_on or self.batch.today, **details)
        return self.risk.latest

    def assess(self, *, effective_on=None, recorded_at=None, next_review_on=None, **judgement):
        """Add an assessment and return it.

        next_review_on: where it is not the day that the band gives.
        """
        day = effective_on or self.batch.today
        self._check_transition(Event.ASSESSED)
        assessment = self._add_assessment(effective_on=day, recorded_at=recorded_at, **judgement)
        content = self._set_current(assessment)
        if assessment.is_our_current and next_review_on:
            content["next_review_on"] = next_review_on
        day = max(day, self.risk.latest.effective_on)
        dates = {"on": day, "recorded_at": recorded_at}
        self._record(Event.ASSESSED, content, assessment=assessment, **dates)
        return assessment

    def step(self, revision_event, **options):
        """A step of its lifecycle; return the revision. options: see `revise`."""
        self._check_transition(revision_event)
        return self.revise(revision_event=revision_event, **options)

    def review(self, *, outcome, note, next_on, effective_on=None, recorded_at=None, **fields):
        """Add a review and return it. Raises ValueError for a next day that is not allowed."""
        day = effective_on or self.batch.today
        self._check_transition(Event.REVIEWED)
        self._check_day(day, recorded_at)
        if not day < next_on <= latest_next_review(day):
            raise ValueError(
                f"The review after one of {day} lies after it and within two years: "
                f"not on {next_on}."
            )
        review = build_row(
            Review,
            risk=self.risk,
            by=self.batch.by,
            outcome=outcome,
            note=note,
            next_on=next_on,
            effective_on=day,
            recorded_at=recorded_at or self.batch.recorded_at,
            **fields,
        )
        self.batch.rows.add(review)
        dates = {"on": max(day, self.risk.latest.effective_on), "recorded_at": recorded_at}
        self._record(Event.REVIEWED, {"next_review_on": next_on}, review=review, **dates)
        return review

    def add(self, model, *, reason="", recorded_at=None, **fields):
        """Add a control or an action. fields: effective_on, and its content."""
        record = build_row(model, risk=self.risk)
        dates = {"effective_on": fields.pop("effective_on", None), "recorded_at": recorded_at}
        self._change_record(record, VersionedRevision.Event.ADDED, fields, reason, **dates)

    def revise_record(self, record, *, reason="", effective_on=None, **fields):
        """Change a control or an action of the risk. fields: what is new of its content."""
        record.risk = self.risk
        event = VersionedRevision.Event.EDITED
        self._change_record(record, event, fields, reason, effective_on=effective_on)

    def note(self, **fields):
        """Add a progress note and return it. fields: note, source, effective_on.

        Raises ValueError for a future day.
        """
        row = ProgressNote.of_change(self, **fields)
        self._check_day(row.effective_on, None)
        self.entries.append(row.change_fields)
        return row

    def payload(self):
        """The AuditPayload about all of it, once the rows are written."""
        return AuditPayload.of_changes([entry() for entry in self.entries])

    def _change_record(self, record, event, fields, reason, *, effective_on, recorded_at=None):
        revision = record.change(
            self.batch.rows,
            event,
            fields,
            by=self.batch.by,
            reason=reason or self.batch.reason,
            effective_on=effective_on,
            recorded_at=recorded_at or self.batch.recorded_at,
        )
        self.entries.append(lambda: record.audit_fields(revision))

    def _add_assessment(self, *, likelihood, impact, effective_on, recorded_at=None, **judgement):
        """By the scheme of the register.

        Raises RatingOutsideScheme for a rating, or an end of a range, that the scheme lacks, and
        ValueError for a future day.
        """
        self._check_day(effective_on, recorded_at)
        scheme = self.risk.register.scheme
        placing = scheme.rules.place(likelihood, impact)
        for end in ("low", "high"):
            ends = judgement.get(f"likelihood_{end}"), judgement.get(f"impact_{end}")
            if ends != (None, None):
                pairs = zip(ends, (likelihood, impact), strict=True)
                scheme.rules.place(*(rating if end is None else end for end, rating in pairs))
        assessment = build_row(
            Assessment,
            risk=self.risk,
            by=self.batch.by,
            scheme=scheme,
            likelihood=likelihood,
            impact=impact,
            score=placing.score,
            band=placing.band.slug,
            effective_on=effective_on,
            recorded_at=recorded_at or self.batch.recorded_at,
            **judgement,
        )
        self.batch.rows.add(assessment)
        return assessment

    def _set_current(self, assessment):
        """Make it the current one, unless one of a later day is; return the content that follows.

        Its band sets the next review. An assessment of another kind or perspective never is.
        """
        risk = self.risk
        if not assessment.is_our_current:
            return {}
        self.assessments.append(assessment)
        if risk.current and assessment.effective_on < risk.current.effective_on:
            return {}
        risk.current = assessment
        return {"next_review_on": assessment.review_by}

    def _record(self, event, content, *, on, recorded_at=None, **details):
        """Add a revision: what the latest one says, with this content. details: its other fields.

        Raises ValueError for a future day or one before that of the latest revision.
        """
        risk, latest = self.risk, self.risk.latest
        self._check_day(on, recorded_at)
        if latest and on < latest.effective_on:
            raise ValueError(
                f"{risk.reference} already has a revision of {latest.effective_on}: "
                "history runs forward."
            )
        revision = build_row(
            RiskRevision,
            risk=risk,
            number=risk.version + 1,
            what=event,
            by=self.batch.by,
            effective_on=on,
            recorded_at=recorded_at or self.batch.recorded_at,
            **details,
            **(latest.values() if latest else {}),
        )
        self.many_values = {**self.many_values}
        for name, value in content.items():
            if name in risk.MANY:
                self.many_values[name] = set(value or ())
            else:
                setattr(revision, name, value)
        many_values = self.many_values
        self.batch.rows.add(revision, many_values)
        self.revisions.append(revision)
        self.entries.append(lambda: risk.audit_fields(revision, many_values))
        risk.point_to(revision)
        self.batch.rows.repoint(risk)

    def _check_content(self, content):
        if unknown := set(content) - set(self.risk.FIELDS):
            raise TypeError(f"A risk has no {', '.join(sorted(unknown))}.")
        owner = content.get("owner")
        if owner and owner.organisation_id != self.risk.register.organisation_id:
            raise ValueError(f"{owner} is a post of another organisation.")

    def _check_transition(self, event):
        if refusal := self.risk.refusal(event):
            raise InvalidTransition(f"{refusal}.")

    def _check_day(self, day, recorded_at):
        """Raise ValueError for a day that had not come at that instant, or has not come now.

        So what is on record at an instant holds on no later day (PositionQuerySet.as_at).
        """
        if is_future(day, recorded_at or self.batch.recorded_at):
            raise ValueError(f"Nothing is recorded for {day}: that day is in the future.")
