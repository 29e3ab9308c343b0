"""Agreements: they keep what was recorded by then; today's rules decide who may read them."""

import datetime
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_body,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    make_user,
)
from profiles import examples
from recorded_risks import at, effective_and_recorded, make_recorded_risk
from risk_histories import DAYS, RAISED, SPAN, histories, ratings, rollback

from registers.models import Agreement, AuditEntry, HistoryIsAppendOnly, Position, Role
from registers.permissions import position_history_for, positions_for
from registers.services import agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(slug="ours")


def scores(positions):
    return {position.number: position.score for position in positions}


# What is kept


def test_a_late_rating_shows_as_at_the_day_but_not_as_agreed(register):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    make_assessment(risk, (5, 5), on=days_ago(20))
    reader = make_person(register.organisation, Role.MEMBER)
    as_at, agreed = (
        positions_for(reader, register, days_ago(10), recorded_by).get()
        for recorded_by in (None, agreement.recorded_by)
    )
    assert (as_at.score, agreed.score) == (25, 12)


def test_a_record_by_the_end_of_the_day_is_included(register):
    risk = make_recorded_risk(register)
    make_assessment(risk, (5, 5), on=days_ago(20), recorded_at=at(days_ago(10), 23))
    assert make_agreement(register, on=days_ago(10)).positions.get().score == 25


def test_a_record_after_midnight_is_left_out(register):
    risk = make_recorded_risk(register)
    make_assessment(risk, (5, 5), on=days_ago(20), recorded_at=at(days_ago(9), 0))
    assert make_agreement(register, on=days_ago(10)).positions.get().score == 12


def test_the_day_ends_in_london():
    """At midnight by summer time it is still the day before in UTC."""
    agreement = Agreement(on=datetime.date(2026, 6, 30), recorded_at=timezone.now())
    assert agreement.recorded_by == datetime.datetime(2026, 6, 30, 22, 59, 59, 999999, datetime.UTC)


def test_an_agreement_of_today_leaves_out_later_records_of_today(register):
    risk = make_risk(register, assessed=(2, 2))
    agreement = make_agreement(register)
    make_assessment(risk, (5, 5))
    assert agreement.positions.get().score == 4


def test_a_change_effective_later_is_left_out(register):
    make_revision(
        make_recorded_risk(register, title="First"), title="Later", **effective_and_recorded(5)
    )
    assert make_agreement(register, on=days_ago(10)).positions.get().revision.title == "First"


def test_a_risk_not_yet_recorded_is_left_out(register):
    make_recorded_risk(register)
    make_risk(register, assessed=(5, 5), on=days_ago(30))  # recorded now
    assert scores(make_agreement(register, on=days_ago(10)).positions) == {1: 12}


def test_no_other_register_is_in_it(register):
    make_recorded_risk(register)
    make_recorded_risk(make_register(register.organisation))
    assert make_agreement(register, on=days_ago(10)).positions.get().register == register


def test_agreeing_writes_no_position(register):
    risk = make_recorded_risk(register)
    before = list(risk.positions.values())
    make_agreement(register, on=days_ago(10))
    assert list(risk.positions.values()) == before


def test_the_database_starts_one_position_a_day_of_those_on_record(register):
    row = make_recorded_risk(register).positions.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_database_takes_no_position_that_was_never_on_record(register):
    row = make_recorded_risk(register).positions.get()
    row.known_until = row.known_from
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@examples(15)
@given(
    steps=histories,
    first=st.none() | ratings,
    delays=st.lists(st.integers(0, 15), min_size=6, max_size=6),
    on=st.sampled_from(DAYS[SPAN:-2]),
)
def test_an_agreement_keeps_what_was_recorded_by_the_end_of_its_day(steps, first, delays, on):
    """By brute force: the same history without what was recorded too late, as at the day."""
    with rollback():
        register, by = make_register(), make_user()
        late_history = LateHistory(register, by, steps, delays, first)
        agreement = make_agreement(register, on=on, by=by)
        position = agreement.positions.first()
        state = position and (
            position.revision.title,
            position.revision.status,
            position.current and (position.current.likelihood, position.current.impact),
        )
        assert state == late_history.state_at(on, at(on + datetime.timedelta(days=1), 0))


@examples(10)
@given(
    steps=histories,
    delays=st.lists(st.integers(0, 15), min_size=6, max_size=6),
    on=st.sampled_from(DAYS[SPAN:-2]),
)
def test_the_position_check_accepts_an_agreement(steps, delays, on):
    with rollback():
        register, by = make_register(), make_user()
        late_history = LateHistory(register, by, steps, delays, (2, 3))
        make_agreement(register, on=on, by=by)
        make_revision(
            late_history.risk, by=by, title="Said later", is_exempt=True, revision_event="exempted"
        )
        call_command("rebuild_positions", check=True, stdout=StringIO())


class LateHistory:
    """A risk whose history was recorded some days late, with its (day, recorded, content)."""

    def __init__(self, register, by, steps, delays, first):
        self.clock = at(RAISED)
        self.last = RAISED
        self.risk = make_risk(
            register, by=by, on=RAISED, assessed=first, title="Title 0", recorded_at=self.clock
        )
        self.words = [(RAISED, self.clock, ("Title 0", "open"))]
        self.ratings = [(RAISED, self.clock, first)] if first else []
        for number, ((event, shift, detail), delay) in enumerate(
            zip(steps, delays, strict=False), 1
        ):
            own_day = RAISED + datetime.timedelta(days=shift)
            effective = self.last + datetime.timedelta(days=shift) if event == "edit" else own_day
            noon = at(effective + datetime.timedelta(days=delay))
            self.clock = min(max(self.clock, noon), timezone.now() - datetime.timedelta(days=1))
            if event == "edit":
                self.last = effective
                fields_of_reopening = (
                    {"revision_event": "reopened"} if self.risk.status == "closed" else {}
                )  # or it would take no edit
                fields = {"title": f"Title {number}", "status": detail, **fields_of_reopening}
                make_revision(self.risk, by=by, on=effective, recorded_at=self.clock, **fields)
                self.words.append((effective, self.clock, (f"Title {number}", detail)))
            elif self.risk.status != "closed":  # which takes no judgement
                pair, other = (detail, {}) if event == "ours" else ((5, 5), detail)
                make_assessment(
                    self.risk, pair, by=by, on=effective, recorded_at=self.clock, **other
                )
                self.last = max(self.last, effective)
                if event == "ours":
                    self.ratings.append((effective, self.clock, pair))

    def state_at(self, day, before):
        words = _latest_content(self.words, day, before)
        return words and (*words, _latest_content(self.ratings, day, before))


def _latest_content(entries, day, before):
    """The last content of the latest day up to day, recorded before an instant, or None."""
    candidates = [
        (on, number, content)
        for number, (on, recorded, content) in enumerate(entries)
        if on <= day and recorded < before
    ]
    return max(candidates)[2] if candidates else None


# The verb


def test_the_same_token_twice_is_one_agreement(register):
    make_recorded_risk(register)
    form = {
        "register": register,
        "by": make_user(),
        "body": make_body(register),
        "decision": "noted",
        "on": days_ago(1),
        "token": uuid.uuid4(),
    }
    assert agree(**form) == agree(**form)
    assert register.agreements.count() == 1


def test_the_token_of_another_persons_agreement_makes_a_new_one(register):
    other = make_agreement(register)
    assert make_agreement(register, token=other.token).token != other.token


def test_a_future_day_cannot_be_agreed(register):
    with pytest.raises(ValueError, match="is in the future"):
        make_agreement(register, on=days_ago(-1))


def test_an_agreement_is_in_the_audit_chain(register):
    make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.facts["agreement"], entry.facts["risks"]) == (
        "register.agreed",
        agreement.pk,
        1,
    )


def test_an_agreement_is_never_edited(register):
    with pytest.raises(HistoryIsAppendOnly):
        make_agreement(register).save()


def test_agreeing_takes_as_many_queries_for_four_risks_as_for_one(register):
    def queries():
        with CaptureQueriesContext(connection) as context:
            make_agreement(register, by=by)
        return len(context)

    by = make_user()
    make_recorded_risk(register)
    make_agreement(register, by=by)
    few = queries()
    for _ in range(3):
        make_assessment(make_recorded_risk(register), (5, 5))
    assert queries() == few


def test_the_audit_finds_a_position_changed_behind_an_agreement(register):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    agreement.positions.update(current=make_assessment(risk, (1, 1)))
    with pytest.raises(CommandError, match=r"the agreement \d+ is not what was sealed"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "change",
    [
        {"body_name": "Cabinet"},
        {"decision": "approved"},
        {"note": "Not really"},
        {"on": days_ago(2)},
    ],
)
def test_the_audit_finds_a_changed_agreement(register, change):
    make_agreement(register)
    QuerySet(Agreement).update(**change)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit")


def test_the_audit_finds_an_agreement_that_was_slipped_in(register):
    day = {"on": days_ago(1), "met_on": days_ago(1)}
    Agreement.objects.create(register=register, body_name="Cabinet", by=make_user(), **day)
    with pytest.raises(CommandError, match=r"Agreement \d+ is in no audit chain"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "tampered", [{"band": "low"}, {"score": 25}, {"is_exempt": True}, {"current": None}]
)
def test_the_check_finds_an_agreed_position_that_was_tampered_with(register, tampered):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    make_assessment(risk, (5, 5))
    agreement.positions.update(**tampered)
    with pytest.raises(CommandError, match=risk.reference):
        call_command("rebuild_positions", check=True)


def test_rebuilding_puts_agreed_positions_right(register):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    make_assessment(risk, (5, 5))
    agreement.positions.all().delete()
    call_command("rebuild_positions", stdout=StringIO())
    assert scores(agreement.positions) == {1: 12}


def test_a_later_change_leaves_agreed_positions_as_they_were(register):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    names = [f.attname for f in Position._meta.concrete_fields if f.name != "known_until"]
    before = list(agreement.positions.values(*names))
    make_revision(risk, title="Later")
    assert list(agreement.positions.values(*names)) == before


# Who may read it is decided today


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PEER, Role.ADMINISTRATOR])
def test_a_risk_made_exempt_later_is_hidden_as_agreed(register, role):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    make_revision(risk, is_exempt=True)
    assert not positions_for(
        make_person(register.organisation, role), register, days_ago(10), agreement.recorded_by
    ).exists()


def test_a_risk_no_longer_exempt_is_shown_as_agreed(register):
    risk = make_recorded_risk(register, is_exempt=True)
    agreement = make_agreement(register, on=days_ago(10))
    make_revision(risk, is_exempt=False)
    assert positions_for(
        make_person(register.organisation, Role.PEER), register, days_ago(10), agreement.recorded_by
    ).exists()


def test_a_stranger_reads_nothing_that_was_agreed(register):
    make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    stranger = make_person(make_organisation(), Role.MANAGER)
    assert not positions_for(stranger, register, agreement.on, agreement.recorded_by).exists()


# How it is read


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
@pytest.mark.parametrize(
    ("index", "is_agreed", "question"),
    [
        ("position_list", False, lambda rows: rows.order_by("-score", "number").values("pk")[:25]),
        (
            "position_ends",
            False,
            lambda rows: rows.order_by().values("pk", "risk_id", "band", "scheme_id"),
        ),
        (
            "position_ends",
            True,
            lambda rows: rows.order_by().values("pk", "risk_id", "band", "scheme_id"),
        ),
    ],
)
@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICER])
def test_a_register_is_read_from_an_index_alone(register, role, index, is_agreed, question):
    make_recorded_risk(register)
    agreement = make_agreement(register)
    rows = positions_for(
        make_person(register.organisation, role),
        register,
        days_ago(0),
        agreement.recorded_by if is_agreed else None,
    )
    plan = question(rows.on_register()).explain()
    assert (f"USING COVERING INDEX {index} " in plan, "ORDER BY" in plan) == (True, False)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
@pytest.mark.parametrize(
    ("index", "day"), [("position_starts", "from_day"), ("position_ends", "until_day")]
)
def test_a_history_is_read_from_an_index_alone(register, index, day):
    make_recorded_risk(register)
    reader = make_person(register.organisation, Role.MANAGER)
    plan = (
        position_history_for(reader, register)
        .on_register()
        .order_by()
        .values(day, "band", "scheme_id")
    )
    plan = plan.annotate(n=Count("pk")).explain()
    assert f"USING COVERING INDEX {index} " in plan
