"""Build the rows of a history that was read, with their keys and audit entries."""

from dataclasses import replace

from registers.history.bulk_insert import keys_of, write, write_pairs
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

    users, schemes: key -> row. payloads: the audit entries about all that was written. keys: model
    -> an iterator of new keys. numbers: number of a risk -> its key.
    """

    def __init__(self, register, users, schemes):
        self.register, self.users, self.schemes = register, users, schemes
        self.payloads, self.keys, self.numbers = [], {}, {}
        self._clear()

    def _clear(self):
        self.rows, self.links, self.courses = {}, {}, []

    def write(self):
        """Write what was built since the last time."""
        for model, rows in self.rows.items():
            write(model, map(vars, rows))
        for (model, name), pairs in self.links.items():
            f = model._meta.get_field(name)
            write_pairs(
                f.remote_field.through, f.m2m_field_name(), f.m2m_reverse_field_name(), pairs
            )
        if self.courses:
            keys = keys_of(Position)
            changes = [
                Position.objects.changes(risk, (), *rows, keys=keys) for risk, *rows in self.courses
            ]
            write(Position, (vars(row) for change in changes for row in change.added))
        self._clear()

    def add_risk(self, history, names):
        """Build a risk with its history.

        names: model -> {key of a library row: its slug}, for seals.
        """
        risk = self._build_risk(history)
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
        self.courses.append((risk, lists["revisions"], assessments))

    def _build_risk(self, history):
        risk = self.build(Risk, history.fields, {"register": self.register})
        self.numbers[risk.number] = risk.pk
        return risk

    def _build_record(self, model, revision_model, revisions, risk):
        record = self.build(model, {}, {"risk": risk})
        for row in revisions:
            revision = self.build(revision_model, row, {"record": record})
            record.set_latest(revision)
            self._tell(record.revision_payload(revision), f"{model._meta.model_name}.restored")
        return record

    def _build_list(self, name, model, history, risk, lists, controls, names):
        built = []
        for place, source in enumerate(history.lists[name], 1):
            fields = dict(source)
            related = {"risk": risk, **self._take_related(model, fields, lists, controls)}
            links = {many: fields.pop(many) for many in Risk.MANY if many in fields}
            row = self.build(model, fields, related)
            built.append(row)
            for many, keys in links.items():
                self._link(row, many, keys)
            self._tell_of(row, risk, links, names)
            if model is Escalation and (decision := history.decisions.get(place)):
                self._tell_of(
                    self.build(EscalationDecision, decision, {"escalation": row}), risk, {}, names
                )
        if model is RiskRevision:
            risk.set_latest(built[-1])
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

    def _tell_of(self, row, risk, links, names):
        if isinstance(row, RiskRevision):
            models = {many: row._meta.get_field(many).related_model for many in links}
            slugs = {
                many: {names[models[many]][key] for key in keys} for many, keys in links.items()
            }
            self._tell(risk.revision_payload(row, slugs), "risk.restored")
        elif not isinstance(row, Assessment | Review):  # which their revision seals
            text = {"risk": risk.reference, "title": risk.title, "said": str(row)}
            self.payloads.append(
                row.audit_payload(verb=f"{row._meta.model_name}.restored", subject=risk, text=text)
            )

    def _tell(self, telling, verb):
        self.payloads.append(replace(telling, verb=verb))

    def build(self, model, fields, related):
        """A row with its key, of the values in a file and the rows it refers to."""
        values = {
            fields_of(model)[name].attname if name in fields_of(model) else name: value
            for name, value in fields.items()
        }
        if "by_id" in values:
            values["by"] = self.users[values.pop("by_id")]
        if model not in self.keys:
            self.keys[model] = keys_of(model)
        row = model(pk=next(self.keys[model]), **values, **related)
        self.rows.setdefault(model, []).append(row)
        return row

    def _link(self, row, name, keys):
        if keys:
            self.links.setdefault((type(row), name), []).extend((row.pk, key) for key in keys)
