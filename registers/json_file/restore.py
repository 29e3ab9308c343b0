"""A register's file taken back into an empty register of the same organisation: all of it, or
nothing.

`check` says what would come and what is wrong, and writes nothing. `restore` does it. A file adds
what it names and the organisation lacks (posts without a holder, directorates, schemes, people who
cannot sign in); it never changes a person, a role, a post or another register.
"""

import hashlib
import json
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from registers.history.audit import AuditPayload
from registers.history.bulk_insert import keys_of, write
from registers.history.seals import seals_of
from registers.json_file.history_rules import Course, Histories, positions_due
from registers.json_file.parse import CannotRestore, Problem, is_as_written, parsed
from registers.json_file.read import Rows
from registers.json_file.references import surroundings_of
from registers.json_file.row_builder import Restoring
from registers.json_file.values import LIBRARY, address_held_back
from registers.json_file.write import pieces
from registers.models import (
    Agreement,
    Appetite,
    AuditEntry,
    Directorate,
    ImportedRow,
    Position,
    Post,
    Register,
    RegisterImport,
    Risk,
    ScoringScheme,
    User,
)

BATCH = 200  # risks whose rows are in memory together
UNCHANGED = "unchanged"


@dataclass
class Report:
    """What a file brings: how many of each; whom and what the organisation lacks and it would add;
    what this installation has no place for and keeps; what a reader should know. problems: why it
    cannot be taken in.
    """

    counts: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)  # address -> name
    posts: list = field(default_factory=list)
    directorates: list = field(default_factory=list)
    schemes: list = field(default_factory=list)
    kept: list = field(default_factory=list)  # (path, what is named there)
    warnings: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    is_unchanged: bool = False


def check(content, register):
    """The Report of a file (bytes) for a register. Writes nothing and never raises for what the
    file holds.
    """
    report = Report()
    try:
        _File(content, register, report).read()
    except CannotRestore as refusal:
        report.problems = refusal.problems
    return report


@transaction.atomic
def restore(content, register, *, by, file_name="register.json", under_way=None):
    """Take the file into the register and return the Report. under_way: the import that it is,
    where it came through the pages. Raises CannotRestore, and then nothing was written.
    """
    register = (
        Register.objects.select_for_update()
        .select_related("organisation", "scheme")
        .get(pk=register.pk)
    )
    report = Report()
    file = _File(content, register, report)
    try:
        with transaction.atomic():
            file.write(by, file_name, under_way)
    except (IntegrityError, DataError) as error:
        said = str(error).splitlines()[0][:200]
        raise CannotRestore(
            [Problem((), f"The database refuses what the file says: {said}.")]
        ) from error
    return report


class _File:
    def __init__(self, content, register, report):
        self.content, self.register, self.report = content, register, report

    def read(self):
        """Everything, held against the rules."""
        if self._begin():
            return
        courses = [Course.of(history) for history in self._histories()]
        self._rest(courses)

    def write(self, by, file_name, under_way=None):
        if self._begin():
            return
        self._refuse_wrong()
        users, schemes = self._add_surroundings()
        writing = Restoring(self.register, users, schemes)
        names = {model: model.objects.in_bulk() for model in LIBRARY}
        courses = []
        for history in self._histories():
            self._refuse_wrong()
            courses.append(Course.of(history))
            writing.add(history, names)
            if len(courses) % BATCH == 0:
                writing.write()
        self.rows.keys[Risk] = writing.numbers
        agreements, imports, appetites = self._rest(courses)
        self._refuse_wrong()
        self._write_rest(writing, agreements, imports, appetites)
        self._remember(by, file_name, writing, under_way)

    def _begin(self):
        """Whether there is nothing to do: the register says the same already. Raises CannotRestore."""
        self.found = parsed(self.content)
        self.rows = Rows({})
        if not is_as_written(self.content):
            self.report.warnings.append("The file was changed since it was written.")
        if self._holds_something():
            here = json.loads("".join(pieces(self.register)))
            if {**here, "sha256": ""} != {**self.found, "sha256": ""}:
                words = "This register holds something else already. A file is taken into an empty register."
                raise CannotRestore([Problem((), words)])
            self.report.is_unchanged = True
            return True
        self.around = surroundings_of(self.found, self.register, self.rows)
        around, report = self.around, self.report
        report.people, report.posts, report.directorates = (
            around.people,
            [*around.posts],
            around.directorates,
        )
        report.schemes = [*around.schemes]
        report.warnings += around.warnings
        report.problems = self.rows.problems
        return False

    def _holds_something(self):
        done = self.register.imports.filter(stage=RegisterImport.Stage.DONE)
        return any(rows.exists() for rows in (self.register.risks, self.register.agreements, done))

    def _refuse_wrong(self):
        if self.rows.problems:
            raise CannotRestore(self.rows.problems)

    def _histories(self):
        """Each History that can be read, in the order of their numbers. What was read is let go of."""
        read = self.read_histories = Histories(self.rows, self.around.rules)
        risks, before = self.found["risks"], 0
        next_number = self.around.register["next_number"]
        for place in range(1, len(risks) + 1):
            history = read.of(risks[place - 1], ["risks", place])
            risks[place - 1] = None
            if history is None:
                continue
            number = history.said["number"]
            if not before < number < next_number:
                words = "Numbers go up, each once, and stay under the register's next_number."
                self.rows.wrong(["risks", place, "number"], words)
            before = number
            yield history
        self.report.counts["risks"] = len(risks)
        self.report.kept = [(path, name) for path, name in self.rows.unknown]

    def _rest(self, courses):
        """(agreements, imports, appetites), as values."""
        if Risk not in self.rows.keys:
            self.rows.keys[Risk] = {course.number: 0 for course in courses}
        agreements = []
        for place, said in enumerate(self.found["agreements"], 1):
            path = ["agreements", place]
            row = self.rows.row(Agreement, said, path, also=("positions",))
            if (
                row
                and not self.rows.problems
                and said.get("positions") != positions_due(courses, row)
            ):
                self.rows.wrong(
                    [*path, "positions"], "The histories above give other positions for this day."
                )
            agreements.append(row)
        imports = [
            self._import(said, ["imports", n]) for n, said in enumerate(self.found["imports"], 1)
        ]
        appetites = [
            self.rows.row(Appetite, said, ["appetites", n])
            for n, said in enumerate(self.found["appetites"], 1)
        ]
        self.report.counts |= {
            "agreements": len(agreements),
            "imports": len(imports),
            "appetites": len(appetites),
        }
        self._judge_appetites(appetites)
        return agreements, imports, appetites

    def _import(self, said, path):
        batch = self.rows.row(RegisterImport, said, path, also=("rows",))
        lines = said.get("rows", []) if batch else []
        if not isinstance(lines, list):
            self.rows.wrong([*path, "rows"], "This is not a list.")
            lines = []
        return batch, [
            self.rows.row(ImportedRow, line, [*path, "rows", n]) for n, line in enumerate(lines, 1)
        ]

    def _judge_appetites(self, appetites):
        """Statements speak of the whole organisation: they come only where it has none by this
        scheme.
        """
        for place, row in enumerate(appetites, 1):
            rules = row and self.around.rules.get(row["scheme"])
            if rules and row["tolerance"] not in rules.ranks:
                self.rows.wrong(["appetites", place, "tolerance"], "Its scheme has no such band.")
        scheme = self.around.register["scheme"]
        self.keeps_own = Appetite.objects.filter(
            organisation=self.register.organisation, scheme=scheme
        ).exists()
        if appetites and self.keeps_own:
            self.report.warnings.append("The organisation keeps its own statements of appetite.")

    def _add_surroundings(self):
        """Add whom and what the organisation lacks; (key -> person, key -> scheme)."""
        organisation, keys, around = self.register.organisation, self.rows.keys, self.around
        self.surroundings = [self.register]  # to be sealed
        for name in around.directorates:
            keys[Directorate][name] = self._add(Directorate(organisation=organisation, name=name))
        for title, under in around.posts.items():
            where = {"directorate_id": keys[Directorate][under] if under else None}
            keys[Post][title] = self._add(Post(organisation=organisation, title=title, **where))
        for address, name in around.people.items():
            user = User(email=address_held_back(address, organisation), name=name, is_active=False)
            user.set_unusable_password()
            keys[User][address] = self._add(user)
        for key, scheme in around.schemes.items():
            keys[ScoringScheme][key] = self._add(scheme)
            around.rules[scheme.pk] = scheme.rules
        self._take_over()
        users = User.objects.in_bulk(list(keys[User].values()))
        return users, ScoringScheme.objects.in_bulk(list(keys[ScoringScheme].values()))

    def _add(self, row):
        row.save()
        self.surroundings.append(row)
        return row.pk

    def _take_over(self):
        """What the register says of itself from now on. Its slug and its place in the organisation
        stay.
        """
        kinds, told = {f.name: f for f in Register._meta.concrete_fields}, len(self.rows.unknown)
        again = {n: self.found["register"].get(n) for n in self.around.register if n != "slug"}
        said = {
            kinds[n].attname: self.rows.value(kinds[n], value, ["register", n])
            for n, value in again.items()
        }
        del self.rows.unknown[told:]  # they were told of before
        Register.objects.filter(pk=self.register.pk).update(**said)
        self.register.refresh_from_db()

    def _write_rest(self, writing, agreements, imports, appetites):
        organisation = self.register.organisation
        if not self.keeps_own:
            for row in appetites:
                made = writing.made(Appetite, row, {"organisation": organisation})
                writing.payloads.append(
                    made.audit_payload(verb="appetite.restored", subject=organisation, text={})
                )
        for batch, rows in imports:
            made = writing.made(
                RegisterImport,
                batch,
                {"register": self.register, "stage": RegisterImport.Stage.DONE},
            )
            for row in rows:
                writing.made(ImportedRow, row, {"batch": made})
        writing.write()
        for row in agreements:
            self._write_agreement(writing, row)

    def _write_agreement(self, writing, row):
        agreement = writing.made(Agreement, row, {"register": self.register})
        writing.write()
        keys, rows = keys_of(Position), []
        for position in agreement.build_positions():
            position.pk = next(keys)
            rows.append(position)
        write(Position, map(vars, rows))
        text = {
            "register": str(self.register),
            "body": agreement.body,
            "note": agreement.note,
            "by": str(agreement.by),
        }
        facts = {"agreement": agreement.pk, "on": agreement.on.isoformat(), "risks": len(rows)}
        said = {"facts": facts, "seals": [agreement.seal()], "text": text}
        writing.payloads.append(
            AuditPayload.of(verb="agreement.restored", subject=self.register, **said)
        )

    def _remember(self, by, file_name, writing, under_way=None):
        """That it was restored, by whom and from which file; and what had no place here."""
        kept = self.read_histories.kept
        around = {path[1]: value for path, value in self.rows.unknown if path[0] == "register"}
        kept |= {"register": around} if around else {}
        digest = hashlib.sha256(self.content).hexdigest()
        now = {"begun_at": timezone.now(), "done_at": timezone.now()}
        done = {
            "stage": RegisterImport.Stage.DONE,
            "kept": kept,
            "digest": digest,
            "file_name": file_name[:200],
        }
        made = under_way or RegisterImport(register=self.register)
        for name, value in {"by": by, "is_ours": True, **done, **now}.items():
            setattr(made, name, value)
        made.save()
        counts = {**self.report.counts, "import": made.pk, "digest": digest}
        whole = {"register": str(self.register), "file": file_name[:200], "by": str(by)}
        entry = {"facts": counts, "text": whole, "seals": seals_of(self.surroundings)}
        writing.payloads.append(
            AuditPayload.of(verb="register.restored", subject=self.register, **entry)
        )
        AuditEntry.record_many(
            organisation=self.register.organisation, by=by, payloads=writing.payloads
        )
