"""A register of 100 risks over two years: every quarter end later reads as it did on that day."""

import datetime
import random
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_review,
    make_revision,
    make_risk,
    seal_rows,
)

from registers.models import (
    Action,
    Assurance,
    Control,
    Escalation,
    Position,
    Risk,
    Role,
    latest_revisions,
)
from registers.permissions import positions_for

pytestmark = pytest.mark.django_db

RISKS, QUARTERS, DAYS = 100, 8, 91
FIRST = days_ago(QUARTERS * DAYS + 5)


def noon(day):
    return datetime.datetime.combine(day, datetime.time(12), timezone.get_default_timezone())


class Life:
    """What a council does to its register, day after day, the same on each run. Nothing is recorded
    before its day.
    """

    def __init__(self):
        self.chance = random.Random(2026)
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.corporate = make_register(self.organisation, name="Corporate")
        self.register = make_register(self.organisation, parent=self.corporate)
        self.posts = [make_post(self.organisation) for _ in range(6)]
        self.risks, self.escalated, self.counts = [], [], dict.fromkeys(self.VERBS, 0)
        self.agreements, self.pictures = {}, {}

    VERBS = "revise assess review happen close reopen escalate control act".split()

    def live(self):
        for quarter in range(QUARTERS):
            start = FIRST + datetime.timedelta(days=quarter * DAYS)
            while len(self.risks) < RISKS * (quarter + 1) / QUARTERS:
                self.log(start)
            for offset in range(3, DAYS, 12):
                day = start + datetime.timedelta(days=offset)
                for risk in self.chance.sample(self.risks, min(7, len(self.risks))):
                    self.do(risk, day)
            end = start + datetime.timedelta(days=DAYS - 1)
            on = {"on": end, "recorded_at": noon(end)}
            self.agreements[end] = make_agreement(self.register, by=self.manager, **on)
            self.pictures[end] = self.picture(end)
        return self

    def log(self, day):
        assessed = self.rating() if self.chance.random() < 0.9 else None
        words = {"title": f"Risk {len(self.risks) + 1}", "owner": self.chance.choice(self.posts)}
        arguments = {"by": self.manager, "assessed": assessed, "on": day, "recorded_at": noon(day)}
        self.risks.append(make_risk(self.register, **arguments, **words))

    def rating(self):
        return self.chance.randint(1, 5), self.chance.randint(1, 5)

    def do(self, risk, day):
        """The next thing that can happen to the risk, with its verb."""
        risk.refresh_from_db()
        if risk.status == Risk.Status.CLOSED:
            verb = "reopen" if self.chance.random() < 0.6 else None
        else:
            verb = self.chance.choices(
                [v for v in self.VERBS if v != "reopen"], [3, 6, 3, 1, 1, 1, 2, 2]
            )[0]
        if verb:
            self.counts[verb] += 1
            author = {"by": self.manager, "version": risk.version}
            getattr(self, verb)(
                risk, day, {**author, "effective_on": day, "recorded_at": noon(day)}
            )

    def revise(self, risk, day, arguments):
        risk.revise(
            **arguments, title=f"{risk.title}, changed", owner=self.chance.choice(self.posts)
        )

    def assess(self, risk, day, arguments):
        make_assessment(
            risk, self.rating(), by=self.manager, on=day, recorded_at=arguments["recorded_at"]
        )

    def review(self, risk, day, arguments):
        make_review(risk, by=self.manager, on=day, recorded_at=arguments["recorded_at"])

    def happen(self, risk, day, arguments):
        risk.happen(**arguments, happened_on=day, happened_what="It came true.")

    def close(self, risk, day, arguments):
        risk.close(**arguments, reason="Not a risk any more.", depends_on="Head of audit")

    def reopen(self, risk, day, arguments):
        risk.reopen(**arguments, reason="It is back.")

    def escalate(self, risk, day, arguments):
        direction = "down" if risk.pk in self.escalated else "up"
        (self.escalated.remove if direction == "down" else self.escalated.append)(risk.pk)
        dates = {"on": day, "recorded_at": arguments["recorded_at"]}
        make_escalation(
            risk, self.corporate, direction, by=self.manager, approved_by=self.manager, **dates
        )

    def control(self, risk, day, arguments):
        dates = {"by": self.manager, "on": day, "recorded_at": arguments["recorded_at"]}
        controls = list(risk.controls.all())
        if not controls:
            make_control(risk, **dates)
            return
        result = {"last_tested_on": day, "tested_by_line": 2, "operating": "works"}
        controls[0].revise(**{**arguments, "version": controls[0].version}, **result)
        make_assurance(risk, **dates)

    def act(self, risk, day, arguments):
        action = risk.actions.filter(latest__status="open").first()
        if not action:
            make_action(risk, by=self.manager, on=day, recorded_at=arguments["recorded_at"])
        elif self.chance.random() < 0.5:
            action.complete(
                **{**arguments, "version": action.version},
                done_on=day,
                evidence="Minutes of the board.",
            )
        else:
            due = action.due_on + datetime.timedelta(days=60)
            action.revise(
                **{**arguments, "version": action.version},
                due_on=due,
                reason="More time was needed.",
            )

    def picture(self, day):
        """All that the register shows as at a day, by the queries of its pages."""
        positions = positions_for(self.manager, self.register, day).with_words().order_by("number")
        return SimpleNamespace(
            risks=[position_values(position) for position in positions],
            escalated={step.risk_id for step in Escalation.objects.listing(day)},
            controls=record_contents(Control, self.register, day),
            actions=record_contents(Action, self.register, day),
            assurances=Assurance.objects.filter(risk__register=self.register).as_at(day).count(),
        )


def position_values(position):
    words, current = position.revision, position.current
    rating = current and (current.likelihood, current.impact, current.band)
    return (
        position.number,
        words.title,
        words.status,
        words.owner_id,
        words.next_review_on,
        rating,
    )


def record_contents(model, register, day):
    rows = latest_revisions(model, register.risks.all(), day)
    return {row.record_id: tuple(row.content().values()) for row in rows}


@pytest.fixture(scope="module")
def life(module_db):
    """Built once for all tests of this file."""
    return Life().live()


def test_every_verb_was_used_often(life):
    assert len(life.risks) == RISKS
    assert min(life.counts.values()) >= 10, life.counts


def test_every_quarter_end_reads_as_it_did_on_its_day(life):
    for day, picture in life.pictures.items():
        assert life.picture(day) == picture, day


def test_the_quarters_differ(life):
    """So that reading one for another would be seen."""
    assert len({repr(picture) for picture in life.pictures.values()}) == QUARTERS


def test_every_agreement_keeps_the_register_of_its_day(life):
    for day, agreement in life.agreements.items():
        rows = (
            positions_for(life.manager, life.register, day, agreement.recorded_by)
            .with_words()
            .order_by("number")
        )
        assert [position_values(row) for row in rows] == life.pictures[day].risks, day


def test_a_back_dated_rating_shows_as_at_the_day_and_not_as_agreed(life):
    day, agreement = list(life.agreements.items())[3]
    open_risks = life.register.risks.exclude(latest__status=Risk.Status.CLOSED)
    risk = next(
        risk for risk in open_risks if not risk.assessments.filter(effective_on__gte=day).exists()
    )
    before = risk.current
    from django.db import transaction

    with transaction.atomic():
        make_assessment(risk, (5, 4) if before.likelihood != 5 else (1, 1), by=life.manager, on=day)
        assert Position.objects.as_at(day).get(risk=risk).current != before
        assert agreement.positions.get(risk=risk).current == before
        transaction.set_rollback(True)


def test_the_audit_chain_and_the_positions_verify(life):
    seal_rows()
    call_command("verify_audit")
    call_command("rebuild_positions", check=True)


def test_a_risk_that_was_reopened_has_everything_it_had(life):
    risks = [risk for risk in life.risks if risk.revisions.filter(what="reopened").exists()]
    for risk in risks:
        again = risk.revisions.filter(what="reopened").first()
        closed = risk.revisions.get(number=again.number - 1)
        content = {name: value for name, value in closed.content().items() if name != "status"}
        assert {
            name: value for name, value in again.content().items() if name != "status"
        } == content


def test_a_risk_that_happened_keeps_its_rating_of_the_day_before(life):
    happened = [risk for risk in life.risks if risk.revisions.filter(what="happened").exists()]
    assert happened
    for risk in happened:
        risk.refresh_from_db()
        before = risk.assessments.current().filter(effective_on__lt=risk.happened_on).last()
        assert risk.happened_under == before


def test_a_change_that_was_made_twice_is_one(life):
    risk = life.register.risks.exclude(latest__status=Risk.Status.CLOSED).first()
    make_revision(risk, by=life.manager, title="Said once")
    version = Risk.objects.get(pk=risk.pk).version
    make_revision(risk, by=life.manager, title="Said once")
    assert Risk.objects.get(pk=risk.pk).version == version
