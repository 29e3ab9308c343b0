"""A register's whole history as text: the same register gives the same text, a risk a line, never
all of it at once.
"""

import hashlib
import io
import json
import tempfile
from contextlib import contextmanager

from django.db import connection, transaction

from registers.json_file import EXEMPT_LEFT_OUT, FORMAT, VERSION, unresolved
from registers.json_file.model_fields import (
    BESIDE,
    COPIES,
    RECORDS,
    REGISTER,
    content_of,
    fields_of,
)
from registers.json_file.values import empties_of, in_order, names_for, wording_of
from registers.models import (
    Appetite,
    Assessment,
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

BATCH = 200  # risks in memory together
LAST = 99  # behind every field of a row: what stands in it besides
SPOOLED = 4_000_000  # bytes of a file that are not put on the disk


def pieces(register, *, reader=None, day=None):
    """The file in pieces of text, in order; the last one carries the SHA-256 of all before it.

    reader: whose sight decides which risks are in it; None for whoever runs the installation. day:
    only what was effective by the end of it, as known now. About twenty queries, and as many for
    each 200 risks.
    """
    digest = hashlib.sha256()
    for piece in _Writer(register, reader, day).pieces():
        digest.update(piece.encode())
        yield piece
    yield f',\n"sha256": "{digest.hexdigest()}"}}\n'


def saved(register, **how):
    """(a temporary file at its beginning, the SHA-256 in it): the register as it stood at one
    instant, whoever writes meanwhile. how: as pieces takes it.
    """
    file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 (closed by whoever reads it)
    with _one_instant():
        for piece in pieces(register, **how):
            file.write(piece.encode())
    digest, size = piece.split('"')[3], file.tell()
    file.seek(0)
    if size > SPOOLED:
        return file, digest
    with file:  # nothing that has to be closed where nobody reads the answer
        return io.BytesIO(file.read()), digest


@contextmanager
def _one_instant():
    """Every query in it sees the same; nobody who writes has to wait for it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # atomic() would begin with the lock of a writer
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def text_of(value):
    """JSON as it stands in the file."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


class _Writer:
    def __init__(self, register, reader, day):
        self.register, self.day = register, day
        self.risks = (risks_for(reader, register) if reader else register.risks).order_by("number")
        self.names = names_for(register.organisation)
        self.kept = unresolved.of(register)
        self.named = {Post: set(), ScoringScheme: set(), Directorate: set()}
        self.numbers = dict(self.risks.values_list("pk", "number"))
        self.names[Risk] = self.numbers
        self.places = {}  # key of a revision or an assessment -> where it stands beside its risk, for agreements

    def pieces(self):
        yield f'{{"format": "{FORMAT}", "version": {VERSION}'
        yield self._part("as_at", self.day and self.day.isoformat())
        left_out = self.register.risks.count() - len(self.numbers)
        yield self._part("left_out", {EXEMPT_LEFT_OUT: left_out} if left_out else {})
        organisation = self.register.organisation
        yield self._part("organisation", {"slug": organisation.slug, "name": organisation.name})
        yield self._part("register", self._register())
        yield from self._lines("risks", self._risks())
        yield from self._lines("agreements", self._agreements())
        yield from self._lines("imports", self._imports())
        yield from self._lines("appetites", self._appetites())
        yield from self._lines("schemes", self._schemes())
        yield from self._lines("posts", self._posts())
        yield self._part("directorates", sorted(self.named[Directorate]))
        people = self.names[User].named
        yield from self._lines(
            "people", ({"email": email, "name": people[email]} for email in sorted(people))
        )

    @staticmethod
    def _part(name, value):
        return f",\n{text_of(name)}: {text_of(value)}"

    @staticmethod
    def _lines(name, rows):
        yield f",\n{text_of(name)}: ["
        between = "\n"
        for row in rows:
            yield f"{between}{text_of(row)}"
            between = ",\n"
        yield "]"

    def _register(self):
        fields = [self.register._meta.get_field(name) for name in REGISTER]
        found = {f.name: self._said(f, self.register) for f in fields}
        return unresolved.put_back_in_row(found, self.kept.get("register", {}))

    def _said(self, field, row):
        value = getattr(row, field.name if field.many_to_many else field.attname)
        value = None if value is None else wording_of(field)(value, self.names)
        if field.related_model in self.named and value is not None:
            self.named[field.related_model].add(value)
        return value

    def _row(self, row, patches=None, before=None):
        """What the file says of a row: all that is not empty, or of a copy all that is not as
        before. patches: what this installation had no place for. before: the whole of the copy
        before it, which is brought up to date.
        """
        fields = fields_of(type(row))
        whole = {name: self._said(field, row) for name, field in fields.items()}
        unresolved.put_back_in_row(whole, patches or {})
        empty = empties_of(type(row))
        if before is None:
            return {name: value for name, value in whole.items() if value != empty[name]}
        content = content_of(type(row))
        found = {
            name: value
            for name, value in whole.items()
            if value != (before.get(name, empty[name]) if name in content else empty[name])
        }
        before.update(whole)
        return found

    def _risks(self):
        keys = list(self.numbers)
        for first in range(0, len(keys), BATCH):
            batch = keys[first : first + BATCH]
            rows = {name: self._beside(model, batch) for name, model in BESIDE.items()}
            decided = EscalationDecision.objects.filter(escalation__risk__in=batch)
            self.decisions = {row.escalation_id: row for row in self._by_then(decided)}
            rows |= {name: self._records(*models, batch) for name, models in RECORDS.items()}
            for risk in Risk.objects.filter(pk__in=batch).order_by("number"):
                beside = {name: found.get(risk.pk, []) for name, found in rows.items()}
                if beside["revisions"]:  # as at a day before it was raised there is nothing of it
                    yield self._risk(risk, beside)

    def _beside(self, model, keys):
        rows = model.objects.filter(risk__in=keys)
        several = [f.name for f in fields_of(model).values() if f.many_to_many]
        order = "number" if model is RiskRevision else "pk"
        return _grouped(self._by_then(rows).order_by(order).prefetch_related(*several), "risk_id")

    def _records(self, model, revisions, keys):
        """Key of a risk -> [(key of the record, its revisions)]."""
        rows = self._by_then(revisions.objects.filter(record__risk__in=keys)).order_by(
            "record_id", "number"
        )
        said = _grouped(rows, "record_id")
        found = {}
        for pk, risk in (
            model.objects.filter(pk__in=said).order_by("pk").values_list("pk", "risk_id")
        ):
            found.setdefault(risk, []).append((pk, said[pk]))
        return found

    def _by_then(self, rows):
        return rows.filter(effective_on__lte=self.day) if self.day else rows

    def _risk(self, risk, beside):
        patches = self.kept.get("risks", {}).get(str(risk.number), {})
        for name, model in (("assessments", Assessment), ("reviews", Review)):
            self.names[model] = _Places((row.pk, n) for n, row in enumerate(beside[name], 1))
        self.names[Control] = _Places((pk, n) for n, (pk, _) in enumerate(beside["controls"], 1))
        self.places |= {("assessment", pk): n for pk, n in self.names[Assessment].items()}
        self.places |= {("revision", row.pk): row.number for row in beside["revisions"]}
        found = self._row(risk)
        for name, rows in beside.items():
            of_list = patches.get(name, {})
            if name in RECORDS:
                lines = [{"revisions": self._list(revisions)} for _, revisions in rows]
            else:
                lines = self._list(rows, self._patches(rows, of_list.get("values", {})))
            back = {place: _as_written(row) for place, row in of_list.get("rows", {}).items()}
            if lines := unresolved.put_back_in_list(lines, back, self.day):
                found[name] = lines
        return found

    def _patches(self, rows, values):
        """Key of a row -> what was kept of it. values: by the place in the whole list, of which a
        day may show part.
        """
        if not values:
            return {}
        model = type(rows[0]) if rows else None
        order = "number" if model is RiskRevision else "pk"
        keys = (
            model.objects.filter(risk=rows[0].risk_id).order_by(order).values_list("pk", flat=True)
            if model
            else ()
        )
        return {pk: values[str(place)] for place, pk in enumerate(keys, 1) if str(place) in values}

    def _list(self, rows, patches=None):
        before = {} if rows and isinstance(rows[0], COPIES) else None
        found = []
        for row in rows:
            line = self._row(row, (patches or {}).get(row.pk), before)
            if decision := isinstance(row, Escalation) and self.decisions.get(row.pk):
                line["decision"] = self._row(decision)
            found.append(line)
        return found

    def _agreements(self):
        rows = self.register.agreements.order_by("pk")
        for row in rows.filter(on__lte=self.day) if self.day else rows:
            stood = row.positions.filter(risk__in=self.risks).order_by("number")
            stood = stood.values_list("number", "revision_id", "current_id")
            known = (
                [
                    number,
                    self.places.get(("revision", revision)),
                    self.places.get(("assessment", current)),
                ]
                for number, revision, current in stood
            )
            yield self._row(row) | {"positions": list(known)}

    def _imports(self):
        if self.day:
            return
        done = (
            self.register.imports.filter(stage=RegisterImport.Stage.DONE, kept__isnull=True)
            .order_by("pk")
            .defer("sheets")
        )
        for batch in done:
            rows = ImportedRow.objects.filter(batch=batch).order_by("number")
            if len(self.numbers) < self.register.risks.count():
                rows = rows.filter(risk__in=self.risks)
            yield self._row(batch) | {
                "rows": [self._row(row) for row in rows.iterator(chunk_size=BATCH)]
            }

    def _appetites(self):
        rows = Appetite.objects.filter(
            organisation=self.register.organisation, scheme=self.register.scheme
        )
        for row in self._by_then(rows).order_by("pk"):
            yield self._row(row)

    def _schemes(self):
        found = {
            f"{scheme.slug}/{scheme.version}": scheme for scheme in ScoringScheme.objects.all()
        }
        for key in sorted(self.named[ScoringScheme]):
            scheme = found[key]
            parts = {part: in_order(getattr(scheme, part)) for part in ScoringScheme.PARTS}
            yield {"slug": scheme.slug, "version": scheme.version, "name": scheme.name, **parts}

    def _posts(self):
        rows = self.register.organisation.posts.select_related("directorate").order_by("title")
        for post in (
            rows.filter(title__in=self.named[Post]) if len(self.named[Post]) < BATCH else rows
        ):
            if post.title in self.named[Post]:
                if post.directorate:
                    self.named[Directorate].add(post.directorate.name)
                yield {"title": post.title} | (
                    {"directorate": post.directorate.name} if post.directorate else {}
                )


def _as_written(row):
    """A row of an escalation or a mark that was kept whole, with its names in their usual order."""
    order = {
        name: place for place, name in enumerate((*fields_of(Escalation), *fields_of(Precedent)))
    }
    found = {
        name: in_order(row[name]) for name in sorted(row, key=lambda name: order.get(name, LAST))
    }
    if "decision" in found:
        order = list(fields_of(EscalationDecision))
        found["decision"] = {
            name: row["decision"][name] for name in sorted(row["decision"], key=order.index)
        }
    return found


class _Places(dict):
    """Key of a row -> where it stands in its list; None for what came after the day that is
    written.
    """

    def __missing__(self, key):
        return None


def _grouped(rows, name):
    found = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found
