"""A history that was read becomes rows with keys, told of in the audit chain as restored."""

from dataclasses import replace

from registers.history.bulk_insert import keys_of, write, write_pairs
from registers.json_file.model_fields import BESIDE, RECORDS, fields_of
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


class Restoring:
    """users, schemes: key -> row. tellings: what the audit chain is to say of all that was written."""

    def __init__(self, register, users, schemes):
        self.register, self.users, self.schemes = register, users, schemes
        self.payloads, self.keys, self.numbers = [], {}, {}
        self._clear()

    def _clear(self):
        self.rows, self.links, self.courses = {}, {}, []

    def write(self):
        """Put into the database what was added since the last time."""
        for model, rows in self.rows.items():
            write(model, map(vars, rows))
        for (model, name), pairs in self.links.items():
            f = model._meta.get_field(name)
            write_pairs(
                f.remote_field.through, f.m2m_field_name(), f.m2m_reverse_field_name(), pairs
            )
        if self.courses:
            Position.objects.rebuild_many(self.courses)
        self._clear()

    def add(self, history, names):
        """A risk with all that stands beside it. names: model -> {key of a library row: its slug},
        for seals.
        """
        risk = self._risk(history)
        controls = {}
        for name, (model, revisions) in RECORDS.items():
            made = [self._record(model, revisions, rows, risk) for rows in history.records[name]]
            controls |= dict(enumerate(made, 1)) if model is Control else {}
        beside = {}
        for name, model in BESIDE.items():
            beside[name] = self._beside(name, model, history, risk, beside, controls, names)
        own = [row for row in beside["assessments"] if row.is_our_current]
        risk.current = max(reversed(own), key=lambda row: row.effective_on, default=None)
        self.courses.append((risk, beside["revisions"], own))

    def _risk(self, history):
        last = history.beside["revisions"][-1]
        risk = self.made(Risk, history.said, {"register": self.register, "version": last["number"]})
        for field in Risk.SINGLE:
            if field != "happened_under":  # which is written after it
                setattr(risk, risk._meta.get_field(field).attname, last[field])
        for name in Risk.MANY:
            self._link(risk, name, last[name])
        self.numbers[risk.number] = risk.pk
        return risk

    def _record(self, model, revisions, rows, risk):
        own = {
            name: value
            for name, value in rows[-1].items()
            if name in {f.name for f in model._meta.concrete_fields}
        }
        record = self.made(model, own, {"risk": risk, "version": rows[-1]["number"]})
        for row in rows:
            revision = self.made(revisions, row, {"record": record})
            self.tell(record.revision_payload(revision), f"{model._meta.model_name}.restored")
        return record

    def _beside(self, name, model, history, risk, beside, controls, names):
        found = []
        for place, said in enumerate(history.beside[name], 1):
            row = dict(said)
            referred = {"risk": risk}
            for field, rows in (
                ("assessment", beside.get("assessments")),
                ("review", beside.get("reviews")),
            ):
                if field in row and model is RiskRevision and (number := row.pop(field)):
                    referred[field] = rows[number - 1]
            if model is RiskRevision and (number := row.pop("happened_under")):
                referred["happened_under"] = beside["assessments"][number - 1]
            if row.get("control") is not None:
                referred["control"] = controls[row.pop("control")]
            if model is Assessment:
                referred["scheme"] = self.schemes[row.pop("scheme")]
            several = {many: row.pop(many) for many in Risk.MANY if many in row}
            made = self.made(model, row, referred)
            found.append(made)
            for many, keys in several.items():
                self._link(made, many, keys)
            self._tell_of(made, risk, several, names)
            if model is Escalation and (decision := history.decisions.get(place)):
                self._tell_of(
                    self.made(EscalationDecision, decision, {"escalation": made}), risk, {}, names
                )
        if model is RiskRevision and found:
            risk.happened_under = found[-1].happened_under
        return found

    def _tell_of(self, row, risk, several, names):
        if isinstance(row, RiskRevision):
            fields = {many: row._meta.get_field(many).related_model for many in several}
            known = {
                many: {names[fields[many]][key] for key in keys} for many, keys in several.items()
            }
            self.tell(risk.revision_payload(row, known), "risk.restored")
        elif not isinstance(row, Assessment | Review):  # which their revision seals
            text = {"risk": risk.reference, "title": risk.title, "said": str(row)}
            self.payloads.append(
                row.audit_payload(verb=f"{row._meta.model_name}.restored", subject=risk, text=text)
            )

    def tell(self, telling, verb):
        self.payloads.append(replace(telling, verb=verb))

    def made(self, model, said, referred):
        """A row of what a file says and what it refers to, with its key; written with the next
        write.
        """
        values = {
            fields_of(model)[n].attname if n in fields_of(model) else n: v for n, v in said.items()
        }
        if "by_id" in values:
            values["by"] = self.users[values.pop("by_id")]
        if model not in self.keys:
            self.keys[model] = keys_of(model)
        row = model(pk=next(self.keys[model]), **values, **referred)
        self.rows.setdefault(model, []).append(row)
        return row

    def _link(self, row, name, keys):
        if keys:
            self.links.setdefault((type(row), name), []).extend((row.pk, key) for key in keys)
