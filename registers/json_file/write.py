"""Write a register's whole history as JSON text, one risk a line, never all of it in memory.

The same register always gives the same text.
"""

import hashlib
import io
import json
import tempfile

from django.db.models import Q
from django.utils import timezone

from registers.json_file import EXEMPT_LEFT_OUT, FORMAT, VERSION
from registers.json_file.model_fields import (
    RECORDS,
    REGISTER_FIELDS,
    REVISIONS,
    RISK_LISTS,
    content_of,
    empty_values,
    fields_of,
    names_for,
    serialiser_of,
    sort_names,
)
from registers.json_file.unresolved import insert_rows, unresolved_of
from registers.models import (
    Agreement,
    Appetite,
    Assessment,
    Body,
    Control,
    Directorate,
    Escalation,
    EscalationDecision,
    ImportedRow,
    Post,
    Precedent,
    RegisterImport,
    Review,
    Risk,
    RiskRevision,
    ScoringScheme,
    User,
)
from registers.permissions import risks_for
from registers.read_snapshot import read_snapshot

BATCH = 200  # risks in memory together
LAST = 99  # the place of an unknown name, behind all fields of a row
SPOOLED = 4_000_000  # bytes of a file that stay in memory


def serialise(register, *, reader=None, day=None):
    """Yield the text of the file in pieces; the last one has the SHA-256 of all before it.

    reader: only risks that this person may see; None for all. day: only what was effective by the
    end of it, as known now. About twenty queries, and as many for each 200 risks.
    """
    digest = hashlib.sha256()
    for piece in _Writer(register, reader, day).pieces():
        digest.update(piece.encode())
        yield piece
    yield f',\n"sha256": "{digest.hexdigest()}"}}\n'


def write_file(register, **options):
    """Write the register, as of one instant, to a temporary file; return (file, its SHA-256).

    The file is at its beginning. Others may write meanwhile. options: of `serialise`.
    """
    file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 (the caller closes it)
    with read_snapshot():
        for piece in serialise(register, **options):
            file.write(piece.encode())
    digest, size = piece.split('"')[3], file.tell()
    file.seek(0)
    if size > SPOOLED:
        return file, digest
    with file:  # BytesIO need not be closed where nobody reads the answer
        return io.BytesIO(file.read()), digest


def to_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


class _Writer:
    """Writes one file.

    names: model -> {key: name in the file}. used: model -> names that rows refer to, which the file
    lists as well. places: (kind, key) of revisions and assessments -> the place that agreements
    give.
    """

    def __init__(self, register, reader, day):
        self.register, self.day = register.as_rated_on(day) if day else register, day
        self.risks = (risks_for(reader, register) if reader else register.risks).order_by("number")
        self.names = names_for(register.organisation)
        self.unresolved = unresolved_of(register)
        self.used = {Post: set(), ScoringScheme: set(), Directorate: set()}
        self.numbers = dict(self.risks.values_list("pk", "number"))
        self.names[Risk] = self.numbers
        self.places = {}
        self.adoptions = list(self._up_to_day(register.scheme_adoptions.order_by("pk")))

    def pieces(self):
        yield f'{{"format": "{FORMAT}", "version": {VERSION}'
        yield self._part("as_at", self.day and self.day.isoformat())
        left_out = self.register.risks.count() - len(self.numbers)
        yield self._part("left_out", {EXEMPT_LEFT_OUT: left_out} if left_out else {})
        organisation = self.register.organisation
        yield self._part("organisation", {"slug": organisation.slug, "name": organisation.name})
        yield self._part("register", self._register())
        yield from self._list_part("risks", self._risks())
        yield from self._list_part("agreements", self._agreements())
        yield from self._list_part("bodies", self._bodies())
        yield from self._list_part("imports", self._imports())
        yield from self._list_part("appetites", self._appetites())
        yield from self._list_part("scheme_adoptions", map(self._row, self.adoptions))
        yield from self._list_part("schemes", self._schemes())
        yield from self._list_part("posts", self._posts())
        yield self._part("directorates", sorted(self.used[Directorate]))
        people = self.names[User].names
        yield from self._list_part(
            "people", ({"email": email, "name": people[email]} for email in sorted(people))
        )

    @staticmethod
    def _part(name, value):
        return f",\n{to_json(name)}: {to_json(value)}"

    @staticmethod
    def _list_part(name, rows):
        yield f",\n{to_json(name)}: ["
        separator = "\n"
        for row in rows:
            yield f"{separator}{to_json(row)}"
            separator = ",\n"
        yield "]"

    def _register(self):
        fields = [self.register._meta.get_field(name) for name in REGISTER_FIELDS]
        row = {f.name: self._value(f, self.register) for f in fields}
        return row | self.unresolved.get("register", {})

    def _value(self, field, row):
        value = getattr(row, field.name if field.many_to_many else field.attname)
        value = None if value is None else serialiser_of(field)(value, self.names)
        if field.related_model in self.used and value is not None:
            self.used[field.related_model].add(value)
        return value

    def _row(self, row, unresolved=None, previous=None):
        """All that is not empty; of a revision, all content that differs from the previous one.

        unresolved: values that this installation does not have. previous: all values of the
        revision before it, which is brought up to date.
        """
        fields = fields_of(type(row))
        values = {name: self._value(field, row) for name, field in fields.items()}
        values |= unresolved or {}
        empty = empty_values(type(row))
        if previous is None:
            return {name: value for name, value in values.items() if value != empty[name]}
        content = content_of(type(row))
        changes = {
            name: value
            for name, value in values.items()
            if value != (previous.get(name, empty[name]) if name in content else empty[name])
        }
        previous.update(values)
        return changes

    def _risks(self):
        keys = list(self.numbers)
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            lists = {name: self._rows_by_risk(model, batch) for name, model in RISK_LISTS.items()}
            decisions = EscalationDecision.objects.filter(escalation__risk__in=batch)
            self.decisions = {row.escalation_id: row for row in self._up_to_day(decisions)}
            lists |= {
                name: self._records_by_risk(*models, batch) for name, models in RECORDS.items()
            }
            for risk in Risk.objects.filter(pk__in=batch).order_by("number"):
                rows = {name: by_risk.get(risk.pk, []) for name, by_risk in lists.items()}
                if rows["revisions"]:  # none as at a day before it was raised
                    yield self._risk(risk, rows)

    def _rows_by_risk(self, model, keys):
        rows = model.objects.filter(risk__in=keys)
        links = [f.name for f in fields_of(model).values() if f.many_to_many]
        order = "number" if model is RiskRevision else "pk"
        return _group_by(self._up_to_day(rows).order_by(order).prefetch_related(*links), "risk_id")

    def _records_by_risk(self, model, revision_model, keys):
        """Key of a risk -> [(key of the record, its revisions)]."""
        rows = self._up_to_day(revision_model.objects.filter(record__risk__in=keys)).order_by(
            "record_id", "number"
        )
        revisions = _group_by(rows, "record_id")
        records = {}
        for pk, risk in (
            model.objects.filter(pk__in=revisions).order_by("pk").values_list("pk", "risk_id")
        ):
            records.setdefault(risk, []).append((pk, revisions[pk]))
        return records

    def _up_to_day(self, rows):
        return rows.filter(effective_on__lte=self.day) if self.day else rows

    def _risk(self, risk, lists):
        unresolved = self.unresolved.get("risks", {}).get(str(risk.number), {})
        for name, model in (("assessments", Assessment), ("reviews", Review)):
            self.names[model] = _Places((row.pk, n) for n, row in enumerate(lists[name], 1))
        self.names[Control] = _Places((pk, n) for n, (pk, _) in enumerate(lists["controls"], 1))
        self.places |= {("assessment", pk): n for pk, n in self.names[Assessment].items()}
        self.places |= {("revision", row.pk): row.number for row in lists["revisions"]}
        result = self._row(risk)
        for name, rows in lists.items():
            of_list = unresolved.get(name, {})
            if name in RECORDS:
                lines = [{"revisions": self._list(revisions)} for _, revisions in rows]
            else:
                lines = self._list(rows, self._values_by_key(rows, of_list.get("values", {})))
            kept_rows = {place: _in_order(row) for place, row in of_list.get("rows", {}).items()}
            if lines := insert_rows(lines, kept_rows, self.day):
                result[name] = lines
        return result

    def _values_by_key(self, rows, values):
        """Key of a row -> its unresolved values.

        values: by the place in the whole list, of which a day may show part.
        """
        if not values or not rows:
            return {}
        model = type(rows[0])
        order = "number" if model is RiskRevision else "pk"
        keys = (
            model.objects.filter(risk=rows[0].risk_id).order_by(order).values_list("pk", flat=True)
        )
        return {pk: values[str(place)] for place, pk in enumerate(keys, 1) if str(place) in values}

    def _list(self, rows, unresolved=None):
        previous = {} if rows and isinstance(rows[0], REVISIONS) else None
        lines = []
        for row in rows:
            line = self._row(row, (unresolved or {}).get(row.pk), previous)
            if decision := isinstance(row, Escalation) and self.decisions.get(row.pk):
                line["decision"] = self._row(decision)
            lines.append(line)
        return lines

    def _agreements(self):
        rows = self.register.agreements.order_by("pk").select_related("supersession")
        rows = list(rows.filter(met_on__lte=self.day) if self.day else rows)
        self.names[Agreement] = _Places((row.pk, n) for n, row in enumerate(rows, 1))
        for row in rows:
            positions = row.positions.filter(risk__in=self.risks).order_by("number")
            lines = [
                [
                    number,
                    self.places.get(("revision", revision)),
                    self.places.get(("assessment", current)),
                ]
                for number, revision, current in positions.values_list(
                    "number", "revision_id", "current_id"
                )
            ]
            yield self._row(row) | {"positions": lines} | self._supersession(row)

    def _supersession(self, agreement):
        supersession = getattr(agreement, "supersession", None)
        if supersession is None:
            return {}
        if self.day and timezone.localdate(supersession.recorded_at) > self.day:
            return {}
        return {"supersession": self._row(supersession)}

    def _bodies(self):
        of_register = Q(registers=self.register) | Q(agreements__register=self.register)
        bodies = Body.objects.filter(of_register, organisation=self.register.organisation_id)
        for body in bodies.distinct().order_by("name"):
            yield {"name": body.name, "kind": body.kind}

    def _imports(self):
        if self.day:
            return
        batches = (
            self.register.imports.filter(stage=RegisterImport.Stage.DONE, kept__isnull=True)
            .order_by("pk")
            .defer("sheets")
        )
        for batch in batches:
            rows = ImportedRow.objects.filter(batch=batch).order_by("number")
            if len(self.numbers) < self.register.risks.count():
                rows = rows.filter(risk__in=self.risks)
            yield self._row(batch) | {
                "rows": [self._row(row) for row in rows.iterator(chunk_size=BATCH)]
            }

    def _appetites(self):
        schemes = {self.register.scheme_id, *(row.earlier_id for row in self.adoptions)}
        rows = Appetite.objects.filter(organisation=self.register.organisation, scheme__in=schemes)
        for row in self._up_to_day(rows).order_by("pk"):
            yield self._row(row)

    def _schemes(self):
        schemes = {
            f"{scheme.slug}/{scheme.version}": scheme for scheme in ScoringScheme.objects.all()
        }
        for key in sorted(self.used[ScoringScheme]):
            scheme = schemes[key]
            parts = {part: sort_names(getattr(scheme, part)) for part in ScoringScheme.PARTS}
            yield {"slug": scheme.slug, "version": scheme.version, "name": scheme.name, **parts}

    def _posts(self):
        rows, titles = self.register.organisation.posts, self.used[Post]
        rows = rows.select_related("directorate").order_by("title")
        for post in rows.filter(title__in=titles) if len(titles) < BATCH else rows:
            if post.title not in titles:
                continue
            line = {"title": post.title}
            if post.directorate:
                self.used[Directorate].add(post.directorate.name)
                line["directorate"] = post.directorate.name
            yield line


def _in_order(row):
    """An escalation or a mark that was kept whole, with its names in the order of a written row."""
    fields = (*fields_of(Escalation), *fields_of(Precedent))
    order = {name: place for place, name in enumerate(fields)}
    names = sorted(row, key=lambda name: order.get(name, LAST))
    ordered = {name: sort_names(row[name]) for name in names}
    if "decision" in ordered:
        order = list(fields_of(EscalationDecision))
        decision = row["decision"]
        ordered["decision"] = {name: decision[name] for name in sorted(decision, key=order.index)}
    return ordered


class _Places(dict):
    """Key of a row -> its place in the list; None for a row after the day that is written."""

    def __missing__(self, key):
        return None


def _group_by(rows, name):
    groups = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups
