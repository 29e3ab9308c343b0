"""An exported register restores to the same file, to the byte; an invalid file writes nothing."""

import copy
import datetime
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from makers import (
    days_ago,
    make_agreement,
    make_appetite,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_user,
)
from profiles import examples
from rich_register import (
    assert_refused,
    assert_sound,
    empty_twin,
    first,
    is_empty,
    rich_register,
    set_in,
    with_change,
    written,
)
from risk_histories import RAISED, RiskHistory, histories, ratings, rollback

from registers.json_file import parse
from registers.json_file.history_rules import check_adoptions
from registers.json_file.read import RowReader
from registers.json_file.restore import CannotRestore, check, restore
from registers.json_file.schema import SCHEMA
from registers.models import (
    AuditEntry,
    FailureType,
    Membership,
    Post,
    Register,
    Role,
    ScoringScheme,
    Tolerances,
    User,
)
from registers.risk_fields import names_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_file(module_db):
    """(a file with every kind of record, an empty register for it, a manager of that register)"""
    register = rich_register()
    by = register.organisation.memberships.get(role=Role.MANAGER).user
    content = written(register)
    return content, empty_twin(register), by


@pytest.fixture
def register_file(module_file):
    return copy.deepcopy(module_file)


def test_a_restored_register_is_exported_again_to_the_byte(register_file):
    content, target, by = register_file
    report = restore(content, target, by=by)
    target.refresh_from_db()
    assert written(target).decode() == content.decode()
    assert report.counts == {
        "risks": 3,
        "agreements": 1,
        "imports": 1,
        "appetites": 2,
        "scheme_adoptions": 1,
    }
    assert (report.people, report.posts) == ({}, ["Finance director"])
    assert_sound()


@pytest.mark.parametrize("name", names_of(is_past=True))
def test_a_future_day_of_what_lies_behind_is_refused(register_file, name):
    content, register, by = register_file
    path = ("risks", 1, "revisions", 1, name)
    change = set_in("risks", 0, "revisions", 0, name, value=str(days_ago(-1)))
    assert_refused(with_change(content, change), register, by, *path)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00.000000Z", "1899-12-31T23:59:59.999999Z"])
def test_an_instant_before_any_possible_record_is_refused(register_file, at):
    """In London it would lie before the first day there is, on every page that says when."""
    content, register, by = register_file
    path = ("risks", 1, "revisions", 1, "recorded_at")
    assert_refused(
        with_change(content, lambda data: data["risks"][0]["revisions"][0].update(recorded_at=at)),
        register,
        by,
        *path,
    )


R = ("risks", 0)
HOSTILE = {
    ("risks", 1, "revisions", 1, "title"): (*R, "revisions", 0, "title", ["a"]),
    ("risks", 1, "revisions", 1, "event"): (*R, "revisions", 0, "event", "a\x00b"),
    ("risks", 1, "revisions", 1, "cause"): (*R, "revisions", 0, "cause", "\ud800"),
    ("risks", 1, "revisions", 1, "what"): (*R, "revisions", 0, "what", "hacked"),
    ("risks", 1, "revisions", 1, "effective_on"): (
        *R,
        "revisions",
        0,
        "effective_on",
        "2026-02-30",
    ),
    ("risks", 1, "revisions", 2, "effective_on"): (
        *R,
        "revisions",
        1,
        "effective_on",
        "1999-01-01",
    ),
    ("risks", 1, "revisions", 2, "number"): (*R, "revisions", 1, "number", 7),
    ("risks", 1, "revisions", 3, "recorded_at"): (
        *R,
        "revisions",
        2,
        "recorded_at",
        "2999-01-01T00:00:00.000000Z",
    ),
    ("risks", 1, "assessments", 1, "effective_on"): (
        *R,
        "assessments",
        0,
        "recorded_at",
        "1999-01-01T00:00:00.000000Z",
    ),
    ("risks", 1, "revisions", 1): (*R, "revisions", 0, "title", ""),
    ("risks", 1, "revisions", 1, "is_exempt"): (*R, "revisions", 0, "is_exempt", "yes"),
    ("risks", 1, "revisions", 1, "by"): (*R, "revisions", 0, "by", "nobody@example.org"),
    ("risks", 1, "revisions", 1, "owner"): (*R, "revisions", 0, "owner", "No such post"),
    ("risks", 1, "revisions", 1, "secret"): (*R, "revisions", 0, "secret", 1),
    ("risks", 1, "challenges"): (*R, "challenges", []),
    ("challenges",): ("challenges", []),
    ("risks", 1, "raised_on"): (*R, "raised_on", "2020-01-01"),
    ("risks", 1, "assessments", 1, "band"): (*R, "assessments", 0, "band", "low"),
    ("risks", 1, "assessments", 1, "likelihood"): (*R, "assessments", 0, "likelihood", 10**12),
    ("risks", 1, "assessments", 2): (*R, "assessments", 1, "likelihood", 9),
    ("risks", 1, "assessments"): (*R, "revisions", 1, "assessment", 1),
    ("risks", 1, "assessments", 1): (*R, "assessments", 0, "rationale", ""),
    ("risks", 1, "reviews", 1, "next_on"): (*R, "reviews", 0, "next_on", None),
    ("risks", 1, "controls", 1): (*R, "controls", 0, 5),
    ("risks", 1, "controls", 1, "revisions", 1): (*R, "controls", 0, "revisions", 0, "title", ""),
    ("risks", 1, "actions", 1, "revisions", 2): (*R, "actions", 0, "revisions", 1, "redated", 0),
    ("risks", 1, "revisions", 1, "number"): (*R, "revisions", 0, "number", 1.0),
    ("risks", 1, "revisions", 1, "status"): (*R, "revisions", 0, "status", None),
    ("risks", 1, "revisions", 1, "other_failure_types"): (
        *R,
        "revisions",
        0,
        "other_failure_types",
        ["governance", "governance"],
    ),
    ("risks", 1, "set_aside", 1, "check_name"): (*R, "set_aside", 0, "check_name", "rq13-vague\n"),
    ("risks", 1, "controls", 1, "revisions"): (*R, "controls", 0, "revisions", []),
    ("risks", 1, "escalations"): (*R, "escalations", {}),
    ("risks", 2, "number"): ("risks", 1, "number", 1),
    ("risks", 3, "number"): ("risks", 2, "number", 99),
    ("agreements", 1, "positions"): ("agreements", 0, "positions", []),
    ("imports", 1, "rows", 1, "risk"): ("imports", 0, "rows", 0, "risk", 98),
    ("imports", 1, "rows", 1, "cells", 1): ("imports", 0, "rows", 0, "cells", ["\x00"]),
    ("organisation", "slug"): ("organisation", "slug", "eastvale"),
    ("people", 1, "email"): ("people", 0, "email", "NOT AN ADDRESS"),
    ("people",): ("people", None),
    ("schemes", 1): ("schemes", 0, "bands", 0, "review_days", 1),
    ("appetites", 1, "tolerance"): ("appetites", 0, "tolerance", "purple"),
    ("scheme_adoptions", 1, "scheme"): ("scheme_adoptions", 0, "scheme", "five-by-five/3"),
    ("scheme_adoptions", 1, "earlier"): ("scheme_adoptions", 0, "earlier", "four-by-four/1"),
    ("scheme_adoptions", 1, "effective_on"): (
        *("scheme_adoptions", 0, "recorded_at"),
        "1999-01-01T00:00:00.000000Z",
    ),
    ("scheme_adoptions", 1): ("scheme_adoptions", 0, "reason", ""),
    ("register", "level"): ("register", "level", "galactic"),
    ("register", "next_number"): ("register", "next_number", -1),
}


# A file is read in this order, and written as it is read: one value of each place.
REFUSED_AT = [
    ("challenges",),
    ("people", 1, "email"),
    ("risks", 1, "revisions", 1, "title"),
    ("risks", 3, "number"),
    ("agreements", 1, "positions"),
    ("imports", 1, "rows", 1, "cells", 1),
    ("appetites", 1, "tolerance"),
    ("scheme_adoptions", 1, "scheme"),
]


def with_hostile_value(content, path):
    *place, value = HOSTILE[path]
    return with_change(content, set_in(*place, value=value))


every_path = pytest.mark.parametrize("path", HOSTILE, ids=lambda path: "-".join(map(str, path)))


@every_path
def test_an_invalid_value_is_reported_with_its_path(register_file, path):
    content, register, _by = register_file
    problems = check(with_hostile_value(content, path), register).problems
    assert path in [problem.path for problem in problems]


@pytest.mark.parametrize("path", REFUSED_AT, ids=lambda path: "-".join(map(str, path)))
def test_an_invalid_value_is_refused_with_its_path(register_file, path):
    content, register, by = register_file
    assert_refused(with_hostile_value(content, path), register, by, *path)


def test_a_first_revision_says_what_becomes_of_the_risk(register_file):
    content, register, by = register_file
    content = with_change(content, lambda data: first(data)["revisions"][0].pop("status"))
    assert_refused(content, register, by, "risks", 1, "revisions", 1, "status")


@pytest.mark.parametrize("place", [("version",), (*R, "revisions", 0, "title"), (*R, "controls")])
def test_a_value_nested_too_deeply_is_refused_where_it_is(register_file, place):
    content, register, _by = register_file
    nested = json.loads("[" * 100 + "]" * 100)
    (problem,) = check(with_change(content, set_in(*place, value=nested)), register).problems
    path = tuple(step + 1 if isinstance(step, int) else step for step in place)
    assert problem.path[: len(path)] == path and "too deeply" in problem.words


def test_the_schema_describes_a_whole_file(register_file):
    """For any program that reads JSON Schema, without what ours adds."""
    content, _register, _by = register_file
    Draft202012Validator(SCHEMA).validate(json.loads(content))


@pytest.mark.parametrize(
    "place",
    [("strange",), (*R, "strange"), (*R, "actions", 0, "strange"), ("imports", 0, "strange")],
    ids=str,
)
def test_the_schema_refuses_a_name_that_it_does_not_describe(register_file, place):
    content, _register, _by = register_file
    content = with_change(content, set_in(*place, value=1))
    assert not Draft202012Validator(SCHEMA).is_valid(json.loads(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"PK\x03\x04",
        b"[" * 200_000,
        b'{"format": "failing-well-register", "version": NaN}',
        b'{"format": "failing-well-register", "version": 1e999}',
        b'{"format": "failing-well-register", "version": ' + b"9" * 9000 + b"}",
        b'{"format": "failing-well-register", "version": 4}',
        b'{"format": "failing-well-register", "version": true}',
        b'{"format": "another", "version": 1}',
        b'{"format": "failing-well-register", "format": "failing-well-register", "version": 1}',
        b"[1]",
    ],
    ids=lambda content: repr(content[-60:]),
)
def test_a_file_of_another_format_is_refused(content):
    assert_refused(content, make_register(), make_user())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("version", 4),
            "version 4; this installation reads versions 1 to 3. "
            "Bring the installation that is behind up to date",
        ),
        (
            ("challenges", []),
            "if a newer installation wrote the file, update this one first",
        ),
        (("format", "other"), "Choose a file that you saved as “The whole register as one file”"),
        (("as_at", "2026-01-01"), "Save one of today by somebody who may see all of it"),
        (("register", "prefix", "OUR"), "restore the file where that one is not held"),
    ],
)
def test_a_file_of_another_version_is_refused_with_advice(register_file, change, words):
    content, register, _by = register_file
    *place, value = change
    make_register(register.organisation, prefix="OUR")
    assert words in str(
        check(with_change(content, set_in(*place, value=value)), register).problems[0]
    )


def test_a_file_of_more_than_150_megabytes_is_not_read(monkeypatch):
    assert parse.LONGEST == 150_000_000
    monkeypatch.setattr(parse, "LONGEST", 1000)
    register = make_register()
    assert_refused(b"{" + b" " * 1000, register, make_user())
    (problem,) = check(b"{" + b" " * 1000, register).problems
    assert "larger than" in str(problem)  # and not that it is not JSON


def test_a_file_without_its_history_is_not_restored(register_file):
    content, register, by = register_file
    assert_refused(with_change(content, set_in("as_at", value="2026-01-01")), register, by)
    assert_refused(
        with_change(content, set_in("left_out", value={"exempt_risks": 1})), register, by
    )


def test_a_changed_file_gets_a_warning_and_is_restored(register_file):
    content, register, _by = register_file
    assert check(content, register).warnings == []
    report = check(
        with_change(content, set_in(*R, "revisions", 0, "cause", value="Something else.")), register
    )
    assert (report.warnings, report.problems) == (
        ["Somebody has changed the file since it was written."],
        [],
    )


def test_checking_writes_nothing_and_reports_the_counts(register_file):
    content, register, _by = register_file
    before = (AuditEntry.objects.count(), User.objects.count(), Post.objects.count())
    report = check(content, register)
    assert (report.counts["risks"], report.posts, report.problems) == (3, ["Finance director"], [])
    assert (AuditEntry.objects.count(), User.objects.count(), Post.objects.count()) == before
    assert is_empty(register)


def test_a_register_with_the_same_content_is_unchanged(register_file):
    content, register, by = register_file
    restore(content, register, by=by)
    before = AuditEntry.objects.count()
    register.refresh_from_db()
    assert check(content, register).is_unchanged
    assert restore(content, register, by=by).is_unchanged
    assert AuditEntry.objects.count() == before


def test_a_register_with_other_content_is_refused(register_file):
    content, register, by = register_file
    make_risk(register)
    before = AuditEntry.objects.count()
    assert "something else" in str(check(content, register).problems[0])
    with pytest.raises(CannotRestore, match="something else"):
        restore(content, register, by=by)
    assert (register.risks.count(), AuditEntry.objects.count()) == (1, before)


def test_a_row_that_the_library_lacks_is_kept_reported_and_exported_again(register_file):
    content, register, by = register_file

    def strange(data):
        risk = first(data)
        risk["revisions"][0]["primary_failure_type"] = "hubris"
        risk["revisions"][0]["other_failure_types"] = ["external", "hubris"]
        risk["assessments"][0]["driver"] = "despair"
        risk["precedents"][1]["sign"] = "XYZ-W9"
        risk["escalations"][0]["to_register"] = "nowhere"

    content = with_change(content, strange)
    report = restore(content, register, by=by)
    register.refresh_from_db()
    assert {name if isinstance(name, str) else name[-1] for _, name in report.unresolved} >= {
        "hubris",
        "despair",
        "XYZ-W9",
    }
    again = json.loads(written(register))
    assert {**again, "sha256": ""} == {**json.loads(content), "sha256": ""}
    assert register.risks.get(number=1).primary_failure_type is None
    assert_sound()


def test_a_missing_failure_type_comes_back_where_the_library_has_it(register_file):
    content, lacking, by = register_file
    FailureType.objects.filter(slug="financial").update(slug="gone")
    restore(content, lacking, by=by)
    lacking.refresh_from_db()
    assert written(lacking) == content
    FailureType.objects.filter(slug="gone").update(slug="financial")
    knowing = empty_twin(lacking)
    restore(content, knowing, by=by)
    assert knowing.risks.get(number=1).primary_failure_type.slug == "financial"


def test_a_file_adds_no_member_and_changes_no_account(register_file):
    """No history is attributed to an account without a role in the organisation."""
    content, register, by = register_file
    victim = make_user("Victim", email="victim@elsewhere.example", is_active=False)
    Membership.objects.filter(organisation=register.organisation, role=Role.OFFICER).delete()
    officer = User.objects.get(name="Officer")
    accounts = list(
        User.objects.order_by("pk").values(
            "pk", "email", "name", "is_active", "password", "is_staff"
        )
    )
    memberships = list(Membership.objects.values())

    def rename(data):
        data["people"].append({"email": "victim@elsewhere.example", "name": "Renamed"})
        first(data)["revisions"][1]["by"] = "victim@elsewhere.example"

    report = restore(with_change(content, rename), register, by=by)
    assert sorted(report.people) == sorted([officer.email, "victim@elsewhere.example"])
    assert list(Membership.objects.values()) == memberships
    user_rows = list(
        User.objects.order_by("pk").values(
            "pk", "email", "name", "is_active", "password", "is_staff"
        )
    )
    assert user_rows[: len(accounts)] == accounts
    brought = User.objects.exclude(pk__in=[row["pk"] for row in accounts])
    assert all(
        not u.is_active and not u.has_usable_password() and u.email.endswith(".invalid")
        for u in brought
    )
    assert register.risks.get(number=1).revisions.get(number=2).by not in (victim, officer)
    register.refresh_from_db()
    assert {"email": "victim@elsewhere.example", "name": "Renamed"} in json.loads(
        written(register)
    )["people"]


def test_the_audit_chain_says_who_restored_which_file(register_file):
    content, register, by = register_file
    restore(content, register, by=by, file_name="ours.json")
    entry = AuditEntry.objects.filter(verb="register.restored").get()
    assert (entry.by, entry.facts["digest"]) == (by, hashlib.sha256(content).hexdigest())
    assert set(
        AuditEntry.objects.filter(chain__organisation=register.organisation).values_list(
            "by", flat=True
        )
    ) == {by.pk}


def test_a_missing_scheme_is_added(register_file):
    content, register, by = register_file
    restore(content.replace(b"five-by-five", b"our-own"), register, by=by)
    register.refresh_from_db()
    assert (register.scheme.slug, register.scheme.organisation) == (
        "our-own",
        register.organisation,
    )


# Adoptions of a scheme


def adoption(version, earlier, day, hour=10):
    return {
        "scheme": f"ours/{version}",
        "earlier": f"ours/{earlier}",
        "effective_on": day,
        "recorded_at": f"{day}T{hour}:00:00.000000Z",
    }


SECOND, THIRD = adoption(2, 1, "2026-03-01"), adoption(3, 2, "2026-05-01")


@pytest.mark.parametrize(
    ("adoptions", "path"),
    [
        ([SECOND, THIRD], None),
        ([SECOND, adoption(3, 2, "2026-03-01", hour=11)], None),
        ([SECOND, adoption(3, 2, "2026-02-01")], (2, "effective_on")),
        ([SECOND, THIRD | {"recorded_at": "2026-02-01T10:00:00.000000Z"}], (2, "recorded_at")),
        ([SECOND | {"recorded_at": "2026-02-28T10:00:00.000000Z"}, THIRD], (1, "effective_on")),
        ([SECOND, SECOND, THIRD], (2, "earlier")),
        ([adoption(3, 1, "2026-03-01"), THIRD], (2, "earlier")),
        ([adoption(3, 3, "2026-03-01")], (1, "scheme")),
        ([SECOND], (1, "scheme")),
    ],
)
def test_adoptions_that_no_register_made_are_refused_with_their_place(adoptions, path):
    """The register's scheme is the third version."""
    rows = RowReader({})
    check_adoptions(rows, adoptions, "ours/3")
    paths = [problem.path for problem in rows.problems]
    assert paths == [] if path is None else ("scheme_adoptions", *path) in paths


def test_a_restored_register_reads_a_past_day_by_the_scheme_in_force_then(register_file):
    content, register, by = register_file
    restore(content, register, by=by)
    register.refresh_from_db()
    days = (days_ago(1), days_ago(0))
    rated = [register.as_rated_on(day) for day in days]
    assert [row.scheme.version for row in rated] == [1, 2]
    tolerances = [Tolerances.of(row).on(day) for row, day in zip(rated, days, strict=True)]
    assert [tolerance.general for tolerance in tolerances] == ["moderate", "low"]


def test_an_adoption_is_sealed_again_and_its_entry_says_which_file_has_it(register_file):
    content, register, by = register_file
    restore(content, register, by=by)
    entry = AuditEntry.objects.get(verb="schemeadoption.restored")
    assert (entry.by, entry.subject) == (by, f"register:{register.pk}")
    assert entry.facts["to"] == Register.objects.get(pk=register.pk).scheme_id


def test_statements_by_a_scheme_that_the_organisation_has_none_by_are_restored(register_file):
    content, register, by = register_file
    make_appetite(register.organisation, by=by)
    restore(content, register, by=by)
    statements = register.organisation.appetites.values_list("scheme__version", flat=True)
    assert sorted(statements) == [1, 2]


def test_a_register_that_adopted_a_scheme_is_not_empty(register_file):
    content, register, by = register_file
    scheme = ScoringScheme.objects.get(slug="five-by-five", version=2)
    register.adopt_scheme(by=by, scheme=scheme, reason="So.")
    assert "something else" in str(check(content, register).problems[0])


@examples(10)
@given(risk_histories=st.lists(st.tuples(histories, st.none() | ratings), min_size=1, max_size=2))
def test_any_history_is_restored_to_the_byte(risk_histories):
    with rollback():
        organisation = make_organisation()
        register, by = make_register(organisation), make_person(organisation, Role.MANAGER)
        for steps, start in risk_histories:
            RiskHistory(register, by, steps, start)
        make_agreement(register, by=by, on=RAISED + datetime.timedelta(days=4))
        register.refresh_from_db()
        content = written(register)
        target = empty_twin(register)
        restore(content, target, by=by)
        target.refresh_from_db()
        assert written(target).decode() == content.decode()
        assert_sound()
