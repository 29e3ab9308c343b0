"""Build the rows of a history that was read, with their audit entries."""

from functools import partial

from registers.history.audit import AuditPayload
from registers.history.change_set import ChangeSet
from registers.json_file.model_fields import RECORDS, RISK_LISTS, fields_of
from registers.models import (
    Assessment,
    Control,
    Escalation,
    EscalationDecision,
    Position,
    Review,
    Risk,
    RiskRevision,
)


class RowBuilder:
    """Builds and writes the rows of a register.

    users, schemes: key -> row. payloads: the audit entries about all that was written. numbers:
    number of a risk -> its key.
    """

    def __init__(self, register, users, schemes):
        self.register, self.users, self.schemes = register, users, schemes
        self.payloads, self.numbers = [], {}
        self._clear()

    def _clear(self):
        self.rows, self.histories, self.entries = ChangeSet(), [], []

    def write(self):
        """Write what was built since the last time."""
        self.rows.write()
        Position.objects.restore(self.histories)
        self.numbers |= {risk.number: risk.pk for risk, *_ in self.histories}
        self.payloads += [
            AuditPayload.of_changes([e() for e in entries]) for entries in self.entries
        ]
        self._clear()

    def add_risk(self, history, names):
        """Build a risk with its history.

        names: model -> {key of a library row: the row}, for links.
        """
        risk = self.build(Risk, history.fields, {"register": self.register})
        self.entries.append([])
        controls = {}
        for name, (model, revision_model) in RECORDS.items():
            records = [
                self._build_record(model, revision_model, revisions, risk)
                for revisions in history.records[name]
            ]
            if model is Control:
                controls = dict(enumerate(records, 1))
        lists = {}
        for name, model in RISK_LISTS.items():
            lists[name] = self._build_list(name, model, history, risk, lists, controls, names)
        assessments = [row for row in lists["assessments"] if row.is_our_current]
        risk.current = max(reversed(assessments), key=lambda row: row.effective_on, default=None)
        self.histories.append((risk, lists["revisions"], assessments))

    def _build_record(self, model, revision_model, revisions, risk):
        record = self.build(model, {}, {"risk": risk})
        for row in revisions:
            revision = self.build(revision_model, row, {"record": record})
            record.point_to(revision)
            self._enter(record, partial(record.audit_fields, revision))
        return record

    def _build_list(self, name, model, history, risk, lists, controls, names):
        built = []
        for place, source in enumerate(history.lists[name], 1):
            fields = dict(source)
            related = {"risk": risk, **self._take_related(model, fields, lists, controls)}
            links = {many: fields.pop(many) for many in Risk.MANY if many in fields}
            links = {
                many: {names[model._meta.get_field(many).related_model][key] for key in keys}
                for many, keys in links.items()
            }
            row = self.build(model, fields, related, links)
            built.append(row)
            self._enter_row(row, risk, links)
            if model is Escalation and (decision := history.decisions.get(place)):
                decision = self.build(EscalationDecision, decision, {"escalation": row})
                self._enter_row(decision, risk)
        if model is RiskRevision:
            risk.point_to(built[-1])
        return built

    def _take_related(self, model, fields, lists, controls):
        """Take the fields that refer to places in a list out of `fields`; return field -> row."""
        related = {}
        if model is RiskRevision:
            for name, rows in (
                ("assessment", lists["assessments"]),
                ("review", lists["reviews"]),
                ("happened_under", lists["assessments"]),
            ):
                if place := fields.pop(name):
                    related[name] = rows[place - 1]
        if fields.get("control") is not None:
            related["control"] = controls[fields.pop("control")]
        if model is Assessment:
            related["scheme"] = self.schemes[fields.pop("scheme")]
        return related

    def enter(self, row, **fields):
        """Give a row that belongs to no risk an audit entry. fields: see audit_fields."""
        self.entries.append([])
        self._enter(row, partial(row.audit_fields, verb="", **fields))

    def _enter_row(self, row, risk, links=None):
        if isinstance(row, RiskRevision):
            self._enter(risk, partial(risk.audit_fields, row, links))
        elif not isinstance(row, Assessment | Review):  # which their revision seals
            text = {"risk": risk.reference, "title": risk.title, "said": str(row)}
            self._enter(row, partial(row.audit_fields, verb="", subject=risk, text=text))

    def _enter(self, record, audit_fields):
        verb = f"{record._meta.model_name}.restored"
        self.entries[-1].append(lambda: audit_fields() | {"verb": verb})

    def build(self, model, fields, related, links=None):
        """A row of the values in a file and the rows it refers to; it gets its key by `write`."""
        values = {
            fields_of(model)[name].attname if name in fields_of(model) else name: value
            for name, value in fields.items()
        }
        if "by_id" in values:
            values["by"] = self.users[values.pop("by_id")]
        row = model(**values, **related)
        self.rows.add(row, links)
        return row
