"""Bulk changes write the same rows, seals and positions as the single verbs in turn."""

import copy
import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
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
from profiles import examples
from risk_histories import rollback

from registers.bulk_changes import ChangedRisk, NewRisk, write_many
from registers.models import (
    Action,
    ActionRevision,
    Assessment,
    AuditEntry,
    BulkEditConflict,
    Control,
    ControlRevision,
    InvalidTransition,
    Position,
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


def write_one_by_one(register, by, new=(), changed=(), reason="", at=AT):
    """What take_in promises, one after the other."""
    risks = []
    for item in new:
        risk = Risk.log(
            register,
            by=by,
            raised_on=item.raised_on,
            effective_on=item.raised_on,
            recorded_at=at,
            **item.content,
        )
        risks.append(_add_records(risk, by, item, reason, at))
    for item in changed:
        risk = Risk.objects.get(pk=item.risk.pk)
        if item.changes:
            changes = {"reason": reason, **item.changes}
            risk.revise(by=by, version=item.version, recorded_at=at, **changes)
        risks.append(_add_records(risk, by, item, reason, at))
    return risks


def _add_records(risk, by, item, reason, at):
    for judged in item.judgements:
        risk.assess(by=by, version=risk.version, recorded_at=at, **judged)
    for model, rows in ((Control, item.controls), (Action, item.actions)):
        for row in rows:
            model.add(risk, by=by, recorded_at=at, **{"reason": reason, **row})
    if item.close is not None:
        risk.close(by=by, version=risk.version, recorded_at=at, **{"reason": reason, **item.close})
    if item.next_review_on not in (None, risk.next_review_on) and item.close is None:
        changes = {"reason": reason, "next_review_on": item.next_review_on}
        risk.revise(by=by, version=risk.version, recorded_at=at, **changes)
    return risk


class Snapshot:
    """All rows of a register and their audit entries, as plain values. A key becomes the row's
    place among those of the register; tokens, salts and instants of the chain are left out.
    """

    LEFT_OUT = {"id", "token", "register"}

    def __init__(self, register):
        self.register = register
        of_risk = {"risk__register": register}
        filters_by_model = {
            Risk: {"register": register},
            Assessment: of_risk,
            RiskRevision: of_risk,
        }
        filters_by_model |= {Control: of_risk, Action: of_risk}
        filters_by_model |= {
            key: {"record__risk__register": register} for key in (ControlRevision, ActionRevision)
        }
        self.places = {
            m: {pk: n for n, pk in enumerate(in_order(m, filters))}
            for m, filters in filters_by_model.items()
        }
        self.rows = {
            model.__name__: [
                self._values(row) for row in model.objects.filter(**filters).order_by(*ORDER[model])
            ]
            for model, filters in [*filters_by_model.items()]
        }
        positions = Position.objects.filter(register=register).order_by(
            "number", "known_from", "from_day"
        )
        self.rows["Position"] = [self._values(row) for row in positions]
        self.by_name = {model._meta.model_name: model for model in self.places}
        entries = AuditEntry.objects.filter(chain__organisation=register.organisation).order_by(
            "number"
        )
        self.entries = [
            entry_values
            for entry in entries.select_related("text")
            if (entry_values := self._entry(entry))
        ]

    def _values(self, row):
        values = {}
        for f in row._meta.get_fields():
            if f.auto_created or f.name in self.LEFT_OUT:
                continue
            if f.many_to_many:
                values[f.name] = sorted(str(other) for other in getattr(row, f.name).all())
            else:
                value = getattr(row, f.attname)
                values[f.name] = (
                    self.places.get(f.related_model, {}).get(value, value)
                    if f.is_relation
                    else value
                )
        return values

    def _entry(self, entry):
        """None where it speaks of another register's rows."""
        name, pk = entry.subject.split(":")
        place = self.places.get(self.by_name.get(name), {}).get(int(pk))
        if place is None:
            return None
        models = {**self.by_name, "revision": RiskRevision}
        facts = {
            k: self.places[models[k]][v] if v and k in models else v for k, v in entry.facts.items()
        }
        text = {k: v.replace(self.register.prefix, "") for k, v in entry.text.content.items()}
        facts["seals"] = [self._sealed(name) for name in facts["seals"]]
        return entry.verb, name, place, facts, text, entry.by_id

    def _sealed(self, seal_name):
        name, pk = seal_name.split(":")
        return name, self.places[self.by_name[name]][int(pk)]


ORDER = {
    Risk: ("number",),
    Assessment: ("risk__number", "pk"),
    RiskRevision: ("risk__number", "number"),
}
ORDER |= dict.fromkeys((Control, Action), ("risk__number", "pk"))
ORDER |= dict.fromkeys(
    (ControlRevision, ActionRevision), ("record__risk__number", "record", "number")
)


def in_order(model, filters):
    return model.objects.filter(**filters).order_by(*ORDER[model]).values_list("pk", flat=True)


def two_registers():
    """Two equal registers of one organisation, and somebody who writes in both."""
    organisation = make_organisation()
    return make_register(organisation), make_register(organisation), make_user()


def assert_equal_registers(first, second):
    first_snapshot, second_snapshot = Snapshot(first), Snapshot(second)
    for name in first_snapshot.rows:
        assert first_snapshot.rows[name] == second_snapshot.rows[name], name
    assert first_snapshot.entries == second_snapshot.entries
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.next_number == second.next_number


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
            [
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
            [control, control | {"title": "Second", "reason": "Said so"}],
            [action | {"due_on": days_ago(-30)}, action],
        ),
        NewRisk(words("Exempt", is_exempt=True), RAISED, [judgement()]),
        NewRisk(
            words("Closed"),
            RAISED,
            [judgement()],
            [control],
            close={"depends_on": "The treasurer."},
            next_review_on=days_ago(-9),
        ),
        NewRisk(words("Reviewed"), RAISED, [judgement()], next_review_on=days_ago(-9)),
    ]


def assert_sound():
    seal_rows()
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def test_new_risks_are_what_the_verbs_write():
    first, second, by = two_registers()
    new = full_set(first.organisation)
    write_one_by_one(first, by, new, reason="From the sheet")
    risks = take_in(register=second, by=by, new=new, reason="From the sheet", recorded_at=AT)
    assert [risk.title for risk in risks] == [
        "Bare",
        "Draft",
        "Full",
        "Exempt",
        "Closed",
        "Reviewed",
    ]
    assert_equal_registers(first, second)
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


def changes_of(risks, owner):
    """A different change of each risk."""
    unchanged, retitled, linked, exempt, repeated, happened = risks
    lower = [judgement(ratings=(1, 2), on=days_ago(30)), judgement(ratings=(2, 2), on=days_ago(2))]
    return [
        ChangedRisk(
            unchanged,
            unchanged.version,
            {},
            lower,
            controls=[{"title": "New", "kind": "detective", "owner": owner}],
        ),
        ChangedRisk(
            retitled,
            retitled.version,
            {"title": "Said anew", "owner": owner, "effective_on": days_ago(3)},
            lower[1:],
        ),
        ChangedRisk(
            linked,
            linked.version,
            {"other_failure_types": [failure_type("external")], "adverse_impacts": []},
            lower[:1],
        ),
        ChangedRisk(
            exempt,
            exempt.version,
            {"is_exempt": True, "revision_event": "exempted"},
            close={"depends_on": "Nobody."},
        ),
        ChangedRisk(repeated, repeated.version, {"title": repeated.title}),
        ChangedRisk(
            happened,
            happened.version,
            {"status": "happened", "happened_on": days_ago(3), "happened_what": "It came."},
        ),
    ]


def test_changed_risks_are_what_the_verbs_write():
    first, second, by = two_registers()
    owner = make_post(first.organisation, "Finance director")
    first_risks, second_risks = (
        [life_of(register, by, n) for n in range(6)] for register in (first, second)
    )
    make_agreement(first, by=by, on=days_ago(1), recorded_at=AT)
    make_agreement(second, by=by, on=days_ago(1), recorded_at=AT)
    write_one_by_one(first, by, changed=changes_of(first_risks, owner), reason="From the sheet")
    risks = take_in(
        register=second,
        by=by,
        changed=changes_of(second_risks, owner),
        reason="From the sheet",
        recorded_at=AT,
    )
    assert risks == second_risks
    times = {"recorded_at", "known_from", "known_until"}
    first_snapshot, second_snapshot = Snapshot(first), Snapshot(second)
    for name in first_snapshot.rows:
        rows = [
            [{k: v for k, v in row.items() if k not in times} for row in s.rows[name]]
            for s in (first_snapshot, second_snapshot)
        ]
        assert rows[0] == rows[1], name
    assert first_snapshot.entries == second_snapshot.entries
    assert_sound()


def test_a_change_without_new_values_writes_nothing():
    register, by = make_register(), make_user()
    risk = life_of(register, by)
    before = (AuditEntry.objects.count(), RiskRevision.objects.count())
    take_in(
        register=register, by=by, changed=[ChangedRisk(risk, risk.version, {"title": risk.title})]
    )
    assert (AuditEntry.objects.count(), RiskRevision.objects.count()) == before


ratings = st.tuples(st.integers(1, 5), st.integers(1, 5))
judged = st.builds(
    lambda kind, pair, shift: judgement(kind, pair, RAISED + datetime.timedelta(days=shift)),
    st.sampled_from(["inherent", "current", "current", "target"]),
    ratings,
    st.integers(-5, 20),
)
statuses = st.sampled_from(["draft", "open", "happened"])
new_risks = st.lists(
    st.builds(
        lambda title, status, many, judgements, close: NewRisk(
            words(title, status=status, other_failure_types=[failure_type(slug) for slug in many]),
            RAISED,
            judgements,
            close=close,
        ),
        st.sampled_from(["One", "Two"]),
        statuses,
        st.lists(st.sampled_from(["governance", "financial"]), unique=True),
        st.lists(judged, max_size=4),
        st.none() | st.just({"depends_on": ""}),
    ),
    max_size=3,
)


@examples(15)
@given(new=st.deferred(lambda: new_risks))
def test_any_set_is_what_the_verbs_write(new):
    with rollback():
        first, second, by = two_registers()
        write_one_by_one(first, by, new, reason="Because")
        take_in(register=second, by=by, new=new, reason="Because", recorded_at=AT)
        assert_equal_registers(first, second)


def refused(error, register, by=None, **changes):
    """It is refused, and nothing is written: neither a row nor a number."""
    before = (AuditEntry.objects.count(), Risk.objects.count(), register.next_number)
    with pytest.raises(error) as caught:
        take_in(register=register, by=by or make_user(), **changes)
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
    new.append(NewRisk(words(**real(content.get("content", {}))), RAISED, judgements, **records))
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
    new = [NewRisk(words(f"New {n}"), RAISED, [judgement()]) for n in range(8)]
    changed = [ChangedRisk(risk, risk.version, {"title": f"{risk.title} anew"}) for risk in old]
    risks = take_in(register=register, by=by, new=new, changed=changed)
    assert [risk.number for risk in risks] == [*range(6, 14), *range(1, 6)]
    assert_sound()


def test_a_batch_costs_the_same_whatever_is_in_it():
    register, by = make_register(), make_user()

    def cost(count):
        new = [NewRisk(words(), RAISED, [judgement()]) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            take_in(register=register, by=by, new=new)
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
    (risk,) = take_in(register=register, by=make_user(), new=[NewRisk(words(), RAISED, judgements)])
    high, low = (register.scheme.rules.place(*pair).band.slug for pair in ((5, 5), (1, 1)))
    assert list(risk.positions.values_list("from_day", "band", "band_since", "band_before")) == [
        (days[0], high, days[0], ""),
        (days[1], high, days[0], ""),
        (days[2], low, days[2], high),
    ]


def test_the_arguments_are_not_modified():
    new = [NewRisk(words(other_failure_types=[failure_type()]), RAISED, [judgement()])]
    before = copy.deepcopy(new)
    take_in(register=make_register(), by=make_user(), new=new)
    assert new == before


def test_no_changes_write_nothing():
    assert take_in(register=make_register(), by=make_user()) == []
