"""Many risks written at once: what stands afterwards, what is refused, and what it costs."""

import copy
import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    failure_type,
    impact,
    make_agreement,
    make_assessment,
    make_control,
    make_organisation,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
    seal_rows,
)

from registers.bulk_changes import ChangedRisk, NewRisk, write_many
from registers.models import (
    AuditEntry,
    BulkEditConflict,
    InvalidTransition,
    Risk,
    RiskRevision,
)
from registers.scoring import RatingOutsideScheme

pytestmark = pytest.mark.django_db

AT = timezone.now() - datetime.timedelta(minutes=5)
RAISED = days_ago(60)


def words(title="Reserves run out", **content):
    fields = {
        "event": "The budget cannot be balanced.",
        "consequence": "Services are cut at short notice.",
    }
    return {"title": title, "cause": "Savings were counted twice.", **fields, **content}


def judgement(kind="current", ratings=(3, 4), on=RAISED, **fields):
    likelihood, harm = ratings
    fields = {"driver": impact(), "rationale": "As we see it.", **fields}
    return {"kind": kind, "likelihood": likelihood, "impact": harm, "effective_on": on, **fields}


def full_set(organisation):
    owner = make_post(organisation, "Finance director")
    control = {
        "title": "Monthly reconciliation",
        "kind": "preventive",
        "owner": owner,
        "effective_on": RAISED,
    }
    action = {
        "title": "Write the procedure",
        "kind": "process",
        "owner": None,
        "effective_on": RAISED,
    }
    return [
        NewRisk(words("Bare"), RAISED),
        NewRisk(words("Draft", status="draft"), RAISED),
        NewRisk(
            words(
                "Full", owner=owner, primary_failure_type=failure_type(), adverse_impacts=[impact()]
            )
            | {"other_failure_types": [failure_type("financial"), failure_type("external")]},
            RAISED,
            judgements=[
                judgement("inherent", (5, 5)),
                judgement(
                    "current",
                    (4, 4),
                    RAISED + datetime.timedelta(days=9),
                    likelihood_high=5,
                    evidence="Seen.",
                ),
                judgement("current", (2, 2), RAISED - datetime.timedelta(days=9)),
                judgement("current", (3, 3), RAISED + datetime.timedelta(days=9)),
                judgement("target", (1, 2)),
                judgement("current", (1, 1), days_ago(1), perspective="peer"),
            ],
            controls=[control, control | {"title": "Second", "reason": "Said so"}],
            actions=[action | {"due_on": days_ago(-30)}, action],
        ),
        NewRisk(words("Exempt", is_exempt=True), RAISED, judgements=[judgement()]),
        NewRisk(
            words("Closed"),
            RAISED,
            judgements=[judgement()],
            controls=[control],
            close={"depends_on": "The treasurer."},
            next_review_on=days_ago(-9),
        ),
        NewRisk(words("Reviewed"), RAISED, judgements=[judgement()], next_review_on=days_ago(-9)),
    ]


def assert_sound():
    seal_rows()
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def risks_of(keys):
    risks = Risk.objects.in_bulk(keys)
    return [risks[key] for key in keys]


def test_new_risks_are_written_with_all_that_belongs_to_them():
    register, by = make_register(), make_user()
    new = full_set(register.organisation)
    risks = risks_of(write_many(register, by=by, new=new, reason="From the sheet", recorded_at=AT))
    assert [(risk.number, risk.title, risk.status) for risk in risks] == [
        (1, "Bare", "open"),
        (2, "Draft", "draft"),
        (3, "Full", "open"),
        (4, "Exempt", "open"),
        (5, "Closed", "closed"),
        (6, "Reviewed", "open"),
    ]
    full = risks[2]
    assert (full.current.likelihood, full.current.impact) == (3, 3)
    assert [row.slug for row in full.latest.adverse_impacts.all()] == ["harm-to-users"]
    assert {row.slug for row in full.latest.other_failure_types.all()} == {"financial", "external"}
    assert [c.latest.reason for c in full.controls.all()] == ["From the sheet", "Said so"]
    assert full.actions.count() == 2
    assert list(full.revisions.values_list("what", flat=True)) == ["logged", *["assessed"] * 6]
    assert {row.recorded_at for row in full.revisions.all()} == {AT}
    assert risks[5].next_review_on == days_ago(-9)
    assert_sound()


def life_of(register, by, number=0):
    """A risk with some history, the same in any register."""
    risk = make_risk(
        register,
        by=by,
        on=RAISED,
        assessed=(4, 4),
        title=f"Old {number}",
        adverse_impacts=[impact()],
    )
    make_revision(risk, by=by, on=RAISED, other_failure_types=[failure_type()])
    make_assessment(risk, (5, 5), by=by, on=days_ago(20))
    make_control(risk, by=by, on=RAISED)
    risk.refresh_from_db()
    return risk


def test_changed_risks_stand_as_their_changes_say():
    register, by = make_register(), make_user()
    owner = make_post(register.organisation, "Finance director")
    rated, retitled, linked, exempt, happened = [life_of(register, by, n) for n in range(5)]
    make_agreement(register, by=by, on=days_ago(1))
    lower = [judgement(ratings=(1, 2), on=days_ago(30)), judgement(ratings=(2, 2), on=days_ago(2))]
    control = {"title": "New", "kind": "detective", "owner": owner}
    retitling = {"title": "Written anew", "owner": owner, "effective_on": days_ago(3)}
    linking = {"other_failure_types": [failure_type("external")], "adverse_impacts": []}
    exempting = {"is_exempt": True, "revision_event": "exempted"}
    came_true = {"status": "happened", "happened_on": days_ago(3), "happened_what": "It came."}
    changed = [
        ChangedRisk(rated, rated.version, {}, judgements=lower, controls=[control]),
        ChangedRisk(retitled, retitled.version, retitling, judgements=lower[1:]),
        ChangedRisk(linked, linked.version, linking, judgements=lower[:1]),
        ChangedRisk(exempt, exempt.version, exempting, close={"depends_on": "Nobody."}),
        ChangedRisk(happened, happened.version, came_true),
    ]
    keys = write_many(register, by=by, changed=changed, reason="From the sheet")
    assert keys == [rated.pk, retitled.pk, linked.pk, exempt.pk, happened.pk]
    rated, retitled, linked, exempt, happened = risks_of(keys)
    assert (rated.current.likelihood, rated.controls.count()) == (2, 2)
    assert (retitled.title, retitled.owner) == ("Written anew", owner)
    assert linked.current.effective_on == days_ago(20)
    assert [row.slug for row in linked.latest.other_failure_types.all()] == ["external"]
    assert list(linked.latest.adverse_impacts.all()) == []
    assert (exempt.is_exempt, exempt.status, exempt.depends_on) == (True, "closed", "Nobody.")
    assert set(exempt.positions.values_list("is_exempt", flat=True)) == {True}
    assert (happened.status, happened.happened_on) == ("happened", days_ago(3))
    assert_sound()


def test_a_risk_has_one_audit_entry_with_all_that_was_written_of_it():
    register, by = make_register(), make_user()
    before = AuditEntry.objects.count()
    control = {"title": "Check", "kind": "preventive", "owner": None}
    new = [NewRisk(words(), RAISED, judgements=[judgement()], controls=[control])]
    (risk,) = risks_of(write_many(register, by=by, new=new))
    (entry,) = AuditEntry.objects.order_by("pk")[before:]
    assert (entry.verb, entry.subject) == ("risk.logged", f"risk:{risk.pk}")
    assert entry.facts["verbs"] == ["risk.logged", "risk.assessed", "control.added"]
    rows = [risk, *risk.revisions.all(), *risk.assessments.all(), *risk.controls.all()]
    rows += [control.latest for control in risk.controls.all()]
    assert set(entry.facts["seals"]) == {row.seal_name for row in rows}


def test_others_take_numbers_while_risks_are_written():
    """Numbers that were taken before are used, whatever the register's next one is by now."""
    register = make_register()
    numbers = register.take_numbers(2)
    other = make_risk(register)
    new = [NewRisk(words(), RAISED) for _ in numbers]
    risks = risks_of(write_many(register, by=make_user(), new=new, numbers=numbers))
    assert [risk.number for risk in (*risks, other)] == [1, 2, 3]


def test_a_change_without_new_values_writes_nothing():
    register, by = make_register(), make_user()
    risk = life_of(register, by)
    before = (AuditEntry.objects.count(), RiskRevision.objects.count())
    write_many(register, by=by, changed=[ChangedRisk(risk, risk.version, {"title": risk.title})])
    assert (AuditEntry.objects.count(), RiskRevision.objects.count()) == before


def refused(error, register, by=None, **changes):
    """It is refused, and nothing is written: neither a row nor a number."""
    before = (AuditEntry.objects.count(), Risk.objects.count(), register.next_number)
    with pytest.raises(error) as caught:
        write_many(register, by=by or make_user(), **changes)
    register.refresh_from_db()
    assert (AuditEntry.objects.count(), Risk.objects.count(), register.next_number) == before
    return caught.value


@pytest.mark.parametrize(
    ("error", "content"),
    [
        (RatingOutsideScheme, {"judgements": [{"ratings": (6, 1)}]}),
        (RatingOutsideScheme, {"judgements": [{"ratings": (3, 3), "impact_high": 9}]}),
        (ValueError, {"judgements": [{"on": days_ago(-1)}]}),
        (InvalidTransition, {"content": {"status": "closed"}, "judgements": [{}]}),
        (
            InvalidTransition,
            {"content": {"status": "closed"}, "controls": [{"title": "C", "kind": "preventive"}]},
        ),
        (
            ValueError,
            {"controls": [{"title": "C", "kind": "preventive", "effective_on": days_ago(-1)}]},
        ),
        (ValueError, {"content": {"owner": "stranger"}}),
        (ValueError, {"actions": [{"title": "A", "kind": "process", "owner": "stranger"}]}),
    ],
)
def test_an_invalid_change_is_refused_and_nothing_is_written(error, content):
    stranger = make_post(make_organisation())

    def real(fields):
        return {k: stranger if v == "stranger" else v for k, v in fields.items()}

    new = [NewRisk(words(f"Sound {n}"), RAISED) for n in range(2)]
    judgements = [judgement(**fields) for fields in content.get("judgements", [])]
    records = {
        name: [real(row) for row in content.get(name, [])] for name in ("controls", "actions")
    }
    new.append(
        NewRisk(words(**real(content.get("content", {}))), RAISED, judgements=judgements, **records)
    )
    refused(error, make_register(), new=new)


def test_an_edit_conflict_names_the_risk_and_nothing_is_written():
    register = make_register()
    stays, moves = make_risk(register), make_risk(register)
    changed = [ChangedRisk(risk, risk.version, {"title": "Anew"}) for risk in (stays, moves)]
    make_revision(moves, title="Somebody was quicker")
    assert refused(BulkEditConflict, register, changed=changed).records == [moves]


def test_the_second_change_of_one_risk_is_an_edit_conflict():
    risk = make_risk()
    changed = [ChangedRisk(risk, risk.version, {"title": title}) for title in ("One", "Two")]
    assert refused(BulkEditConflict, risk.register, changed=changed).records == [risk]


def test_a_closed_risk_is_not_changed():
    risk = make_risk(status="closed")
    refused(
        InvalidTransition,
        risk.register,
        changed=[ChangedRisk(risk, risk.version, {"title": "Anew"})],
    )


def test_a_risk_of_another_register_is_not_changed():
    risk = make_risk()
    refused(
        ValueError, make_register(), changed=[ChangedRisk(risk, risk.version, {"title": "Anew"})]
    )


def test_a_change_before_the_latest_revision_is_refused():
    risk = make_risk(on=days_ago(5))
    change = ChangedRisk(risk, risk.version, {"title": "Anew", "effective_on": days_ago(9)})
    refused(ValueError, risk.register, changed=[change])


def test_several_batches_make_one_chain_and_follow_each_other(monkeypatch):
    monkeypatch.setattr("registers.bulk_changes.BATCH", 3)
    monkeypatch.setattr("registers.history.audit.BATCH", 4)
    register, by = make_register(), make_user()
    old = [make_risk(register, by=by) for _ in range(5)]
    new = [NewRisk(words(f"New {n}"), RAISED, judgements=[judgement()]) for n in range(8)]
    changed = [ChangedRisk(risk, risk.version, {"title": f"{risk.title} anew"}) for risk in old]
    risks = risks_of(write_many(register, by=by, new=new, changed=changed))
    assert [risk.number for risk in risks] == [*range(6, 14), *range(1, 6)]
    assert_sound()


def test_a_batch_costs_the_same_whatever_is_in_it():
    register, by = make_register(), make_user()

    def cost(count):
        new = [NewRisk(words(), RAISED, judgements=[judgement()]) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            write_many(register, by=by, new=new)
        return len(queries)

    cost(1)
    assert cost(2) == cost(4)


def test_positions_hold_since_when_a_risk_is_in_its_band():
    register = make_register()
    days = [RAISED + datetime.timedelta(days=n) for n in (0, 9, 20)]
    judgements = [
        judgement(ratings=pair, on=on)
        for pair, on in zip([(5, 5), (5, 5), (1, 1)], days, strict=True)
    ]
    (risk,) = risks_of(
        write_many(register, by=make_user(), new=[NewRisk(words(), RAISED, judgements=judgements)])
    )
    high, low = (register.scheme.rules.place(*pair).band.slug for pair in ((5, 5), (1, 1)))
    assert list(risk.positions.values_list("from_day", "band", "band_since", "band_before")) == [
        (days[0], high, days[0], ""),
        (days[1], high, days[0], ""),
        (days[2], low, days[2], high),
    ]


def test_the_arguments_are_not_modified():
    new = [NewRisk(words(other_failure_types=[failure_type()]), RAISED, judgements=[judgement()])]
    before = copy.deepcopy(new)
    write_many(make_register(), by=make_user(), new=new)
    assert new == before


def test_no_changes_write_nothing():
    assert write_many(make_register(), by=make_user()) == []
