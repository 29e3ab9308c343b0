"""Restore a register's file into an empty register of the same organisation: all of it, or nothing.

`check` reports what would come and what is wrong, and writes nothing; `restore` does it. A file
adds what it names and the organisation lacks (posts without a holder, directorates, schemes, people
who cannot sign in). It never changes a person, a role, a post or another register.
"""

import hashlib
import json
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from registers.history.audit import AuditPayload
from registers.history.seals import seals_of
from registers.json_file.history_rules import (
    HistoryReader,
    RiskTimeline,
    check_adoptions,
    expected_positions,
)
from registers.json_file.model_fields import LIBRARY_KEYS, placeholder_address
from registers.json_file.parse import CannotRestore, Problem, is_as_written, parse
from registers.json_file.read import RowReader
from registers.json_file.references import read_references
from registers.json_file.row_builder import RowBuilder
from registers.json_file.write import serialise
from registers.models import (
    Agreement,
    Appetite,
    AuditEntry,
    Body,
    Directorate,
    ImportedRow,
    Meeting,
    Post,
    Register,
    RegisterImport,
    Risk,
    SchemeAdoption,
    ScoringScheme,
    Supersession,
    User,
)

BATCH = 200  # risks whose rows are in memory together


@dataclass
class Report:
    """What a file brings, and the problems for which it cannot be restored.

    counts: of each kind of row. people, posts, bodies, directorates, schemes: what would be added
    because the organisation lacks it. unresolved: what this installation does not have.
    """

    counts: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)  # address -> name
    posts: list = field(default_factory=list)
    bodies: list = field(default_factory=list)
    directorates: list = field(default_factory=list)
    schemes: list = field(default_factory=list)
    unresolved: list = field(default_factory=list)  # (path, name in the file)
    warnings: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    is_unchanged: bool = False


def check(content, register):
    """The Report of a file (bytes) for a register, with its problems. Writes nothing."""
    report = Report()
    try:
        _Restore(content, register, report).check()
    except CannotRestore as refusal:
        report.problems = refusal.problems
    return report


@transaction.atomic
def restore(content, register, *, by, file_name="register.json", under_way=None):
    """Take the file into the register and return the Report.

    under_way: the RegisterImport of a file that came through the pages. Raises CannotRestore, and
    then nothing was written.
    """
    register = (
        Register.objects.select_for_update()
        .select_related("organisation", "scheme")
        .get(pk=register.pk)
    )
    report = Report()
    try:
        with transaction.atomic():
            _Restore(content, register, report).write(by, file_name, under_way)
    except (IntegrityError, DataError) as error:
        message = str(error).splitlines()[0][:200]
        raise CannotRestore([Problem((), f"The database refuses the file: {message}.")]) from error
    return report


class _Restore:
    def __init__(self, content, register, report):
        self.content, self.register, self.report = content, register, report

    def check(self):
        """Read everything and note the problems."""
        if self._is_unchanged():
            return
        self._read_references()
        self._read_other_lists([RiskTimeline.of(history) for history in self._histories()])

    def write(self, by, file_name, under_way=None):
        if self._is_unchanged():
            return
        self._read_references()
        self._refuse_problems()
        users, schemes = self._create_missing()
        builder = RowBuilder(self.register, users, schemes)
        names = {model: model.objects.in_bulk() for model in LIBRARY_KEYS}
        timelines = []
        for history in self._histories():
            self._refuse_problems()
            timelines.append(RiskTimeline.of(history))
            builder.add_risk(history, names)
            if len(timelines) % BATCH == 0:
                builder.write()
        builder.write()
        self.rows.keys[Risk] = builder.numbers
        self.by = by
        other_lists = self._read_other_lists(timelines)
        self._refuse_problems()
        self._write_other_lists(builder, *other_lists)
        self._record_restore(by, file_name, builder, under_way)

    def _is_unchanged(self):
        """Parse the file, and say whether the register holds exactly that already.

        Raises CannotRestore where it holds something else.
        """
        self.document = parse(self.content)
        if not is_as_written(self.content):
            self.report.warnings.append("Somebody has changed the file since it was written.")
        if not self._is_in_use():
            return False
        current = json.loads("".join(serialise(self.register)))
        if {**current, "sha256": ""} != {**self.document, "sha256": ""}:
            message = (
                "This register already holds something else. Restore the file into an "
                "empty register."
            )
            raise CannotRestore([Problem((), message)])
        self.report.is_unchanged = True
        return True

    def _is_in_use(self):
        imports = self.register.imports.filter(stage=RegisterImport.Stage.DONE)
        return any(
            rows.exists()
            for rows in (
                self.register.risks,
                self.register.agreements,
                self.register.scheme_adoptions,
                imports,
            )
        )

    def _read_references(self):
        self.rows = RowReader({})
        references = read_references(self.document, self.register, self.rows)
        self.references, report = references, self.report
        report.people, report.directorates = references.people, references.directorates
        report.posts, report.schemes = [*references.posts], [*references.schemes]
        report.bodies = [*references.bodies]
        report.warnings += references.warnings
        report.problems = self.rows.problems

    def _refuse_problems(self):
        if self.rows.problems:
            raise CannotRestore(self.rows.problems)

    def _histories(self):
        """Each History that can be read, by number. The source of a risk is dropped once read."""
        self.history_reader = HistoryReader(self.rows, self.references.rules)
        risks, previous = self.document["risks"], 0
        next_number = self.references.register["next_number"]
        for place in range(1, len(risks) + 1):
            history = self.history_reader.read(risks[place - 1], ["risks", place])
            risks[place - 1] = None
            if history is None:
                continue
            number = history.fields["number"]
            if not previous < number < next_number:
                self.rows.add_problem(
                    ["risks", place, "number"],
                    "Numbers go up, each once, and stay under the register's next_number.",
                )
            previous = number
            yield history
        self.report.counts["risks"] = len(risks)
        self.report.unresolved = list(self.rows.unresolved)

    def _read_other_lists(self, timelines):
        """(agreements, imports, appetites, adoptions), as values."""
        if Risk not in self.rows.keys:
            self.rows.keys[Risk] = {timeline.number: 0 for timeline in timelines}
        sources = self.document["agreements"]
        self.rows.keys[Agreement] = {place: place for place in range(1, len(sources) + 1)}
        agreements = [
            self._read_agreement(source, ["agreements", place], timelines)
            for place, source in enumerate(sources, 1)
        ]
        imports = [
            self._read_import(source, ["imports", place])
            for place, source in enumerate(self.document["imports"], 1)
        ]
        appetites = [
            self.rows.read_row(Appetite, source, ["appetites", place])
            for place, source in enumerate(self.document["appetites"], 1)
        ]
        adoptions = self._read_adoptions()
        self.report.counts |= {
            "agreements": len(agreements),
            "imports": len(imports),
            "appetites": len(appetites),
            "scheme_adoptions": len(adoptions),
        }
        self._check_appetites(appetites)
        return agreements, imports, appetites, adoptions

    def _read_agreement(self, source, path, timelines):
        row = self.rows.read_row(Agreement, source, path)
        if (
            row
            and not self.rows.problems
            and source["positions"] != expected_positions(timelines, row)
        ):
            self.rows.add_problem(
                [*path, "positions"], "The histories above give other positions for this day."
            )
        supersession = source.get("supersession")
        if row is None or supersession is None:
            return row, None
        return row, self.rows.read_row(Supersession, supersession, [*path, "supersession"])

    def _read_import(self, source, path):
        batch = self.rows.read_row(RegisterImport, source, path)
        lines = source["rows"] if batch else []
        return batch, [
            self.rows.read_row(ImportedRow, line, [*path, "rows", n])
            for n, line in enumerate(lines, 1)
        ]

    def _read_adoptions(self):
        sources, count = self.document["scheme_adoptions"], len(self.rows.problems)
        adoptions = [
            self.rows.read_row(SchemeAdoption, source, ["scheme_adoptions", place])
            for place, source in enumerate(sources, 1)
        ]
        if len(self.rows.problems) == count:
            check_adoptions(self.rows, sources, self.document["register"]["scheme"])
        return adoptions

    def _check_appetites(self, appetites):
        """Check appetites, and note by which schemes the organisation has its own.

        They are stated for the whole organisation: a file's are taken only where it has none.
        """
        for place, row in enumerate(appetites, 1):
            rules = row and self.references.rules.get(row["scheme"])
            if rules and row["tolerance"] not in rules.ranks:
                self.rows.add_problem(
                    ["appetites", place, "tolerance"], "Its scoring scheme has no such band."
                )
        stated = Appetite.objects.filter(organisation=self.register.organisation)
        self.stated_schemes = {*stated.values_list("scheme", flat=True)}
        if any(row and row["scheme"] in self.stated_schemes for row in appetites):
            self.report.warnings.append("The organisation keeps its own statements of appetite.")

    def _create_missing(self):
        """Add whom and what the organisation lacks; return (key -> person, key -> scheme)."""
        organisation, keys, references = self.register.organisation, self.rows.keys, self.references
        self.sealed = [self.register]
        for name in references.directorates:
            keys[Directorate][name] = self._add(Directorate(organisation=organisation, name=name))
        for name, kind in references.bodies.items():
            keys[Body][name] = self._add(Body(organisation=organisation, name=name, kind=kind))
        self._add_overseers([keys[Body][body["name"]] for body in self.document["bodies"]])
        for title, directorate in references.posts.items():
            directorate_id = keys[Directorate][directorate] if directorate else None
            keys[Post][title] = self._add(
                Post(organisation=organisation, title=title, directorate_id=directorate_id)
            )
        for address, name in references.people.items():
            user = User(
                email=placeholder_address(address, organisation), name=name, is_active=False
            )
            user.set_unusable_password()
            keys[User][address] = self._add(user)
        for key, scheme in references.schemes.items():
            keys[ScoringScheme][key] = self._add(scheme)
            references.rules[scheme.pk] = scheme.rules
        self._update_register()
        users = User.objects.in_bulk(list(keys[User].values()))
        return users, ScoringScheme.objects.in_bulk(list(keys[ScoringScheme].values()))

    def _add_overseers(self, keys):
        """Let the bodies of the file oversee the register."""
        for body in Body.objects.filter(pk__in=keys).exclude(registers=self.register):
            body.registers.add(self.register)
            if body not in self.sealed:
                self.sealed.append(body)

    def _add(self, row):
        row.save()
        self.sealed.append(row)
        return row.pk

    def _update_register(self):
        """Take over the register's own fields, but for its slug.

        They are read again: their directorate or scheme may have had no key before.
        """
        fields, count = (
            {f.name: f for f in Register._meta.concrete_fields},
            len(self.rows.unresolved),
        )
        sources = self.document["register"]
        values = {
            fields[name].attname: self.rows.read_value(
                fields[name], sources.get(name), ["register", name]
            )
            for name in self.references.register
            if name != "slug"
        }
        del self.rows.unresolved[count:]  # they were noted the first time
        Register.objects.filter(pk=self.register.pk).update(**values)
        self.register.refresh_from_db()

    def _write_other_lists(self, builder, agreements, imports, appetites, adoptions):
        organisation = self.register.organisation
        for row in appetites:
            if row["scheme"] in self.stated_schemes:
                continue
            appetite = builder.build(Appetite, row, {"organisation": organisation})
            builder.enter(appetite, subject=organisation, text={})
        for row in adoptions:
            self._build_adoption(builder, row)
        for batch, rows in imports:
            related = {"register": self.register, "stage": RegisterImport.Stage.DONE}
            imported = builder.build(RegisterImport, batch, related)
            for row in rows:
                builder.build(ImportedRow, row, {"batch": imported})
        builder.write()
        written = [self._write_agreement(builder, row) for row, _ in agreements]
        for agreement, (_, supersession) in zip(written, agreements, strict=True):
            if supersession:
                self._write_supersession(builder, agreement, supersession, written)

    def _build_adoption(self, builder, row):
        adoption = builder.build(SchemeAdoption, row, {"register": self.register})
        keys = {"from": row["earlier"], "to": row["scheme"]}
        text = {name: str(builder.schemes[key]) for name, key in keys.items()}
        text["reason"] = adoption.reason
        builder.enter(adoption, subject=self.register, facts=keys, text=text)

    def _write_agreement(self, builder, row):
        related = {"register": self.register, "meeting": self._meeting_of(row)}
        agreement = builder.build(Agreement, row, related)
        builder.write()
        text = {
            "register": str(self.register),
            "body": agreement.body_name,
            "note": agreement.note,
            "by": str(agreement.by),
        }
        facts = {
            "agreement": agreement.pk,
            "on": agreement.on.isoformat(),
            "risks": agreement.positions.count(),
        }
        builder.payloads.append(
            AuditPayload.of(
                verb="agreement.restored",
                subject=self.register,
                facts=facts,
                seals=[agreement.seal()],
                text=text,
            )
        )
        return agreement

    def _meeting_of(self, row):
        if row["body"] is None:
            return None
        body = self.register.organisation.bodies.get(pk=row["body"])
        body.organisation = self.register.organisation
        return Meeting.of_day(body, row["met_on"], by=self.by)

    def _write_supersession(self, builder, agreement, row, agreements):
        place = row.pop("replacement")
        replacement = agreements[place - 1] if place else None
        related = {"agreement": agreement, "replacement": replacement}
        supersession = builder.build(Supersession, row, related)
        builder.write()
        builder.payloads.append(
            AuditPayload.of(
                verb="supersession.restored",
                subject=self.register,
                facts={"agreement": agreement.pk, "replacement": replacement and replacement.pk},
                seals=[supersession.seal()],
                text={"register": str(self.register), "reason": supersession.reason},
            )
        )

    def _record_restore(self, by, file_name, builder, under_way):
        """Record who restored which file, and what of it is not here."""
        unresolved = self.history_reader.unresolved
        register = {path[1]: value for path, value in self.rows.unresolved if path[0] == "register"}
        if register:
            unresolved["register"] = register
        digest, file_name = hashlib.sha256(self.content).hexdigest(), file_name[:200]
        batch = under_way or RegisterImport(register=self.register)
        for name, value in {
            "by": by,
            "is_ours": True,
            "stage": RegisterImport.Stage.DONE,
            "kept": unresolved,
            "digest": digest,
            "file_name": file_name,
            "begun_at": timezone.now(),
            "done_at": timezone.now(),
        }.items():
            setattr(batch, name, value)
        batch.save()
        builder.payloads.append(
            AuditPayload.of(
                verb="register.restored",
                subject=self.register,
                facts={**self.report.counts, "import": batch.pk, "digest": digest},
                text={"register": str(self.register), "file": file_name, "by": str(by)},
                seals=seals_of(self.sealed),
            )
        )
        AuditEntry.record_many(
            organisation=self.register.organisation, by=by, payloads=builder.payloads
        )
