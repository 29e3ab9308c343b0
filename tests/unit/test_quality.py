"""The checks of a register's quality: for each a risk with the fault, its neighbours without, and
the threshold's edge.

Pure: no database but for the last part, where one register has each fault once and clean risks.
"""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    day,
    days_ago,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_assurance,
    make_control,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_user,
    scheme_data,
)
from quality_risks import clean

from registers.models import Risk, conditions
from registers.quality.checks import BY_SLUG, CHECKS, quarter_end_from, run_checks
from registers.quality.data import (
    ActionRow,
    AssessmentRow,
    AssuranceRow,
    CheckContext,
    ControlRow,
    RiskRow,
    load_context,
    load_risks,
)
from registers.quality.worklist import Worklist
from registers.scoring import Scheme

TODAY = day("2026-11-25")
EVENT = "The budget cannot be balanced this year."


@pytest.fixture(scope="session")
def scheme(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return Scheme.from_data(**scheme_data())


@pytest.fixture
def context(scheme):
    """Five by five, four bands; no statement of appetite, no agreement."""
    return CheckContext(TODAY, scheme, {})


def ago(days):
    return TODAY - datetime.timedelta(days=days)


def rating(ratings, days=5, *, scheme=1, evidence=False):
    """A judgement by the default bands: 1-3 low, 4-6 moderate, 8-12 high, 15-25 severe."""
    score = ratings[0] * ratings[1]
    band = next(
        band
        for most, band in ((3, "low"), (6, "moderate"), (12, "high"), (25, "severe"))
        if score <= most
    )
    return AssessmentRow(ago(days), scheme, *ratings, score, band if scheme == 1 else "", evidence)


def risk(*currents, **fields):
    """A risk with a sound control and a sound story."""
    clean = {"event": EVENT, "raters": 2, "controls": (ControlRow(True, ago(400), ago(100)),)}
    clean["evidence_on"] = (ago(100),)
    return RiskRow(1, 1, currents=currents, **{**clean, **fields})


LOW, MODERATE, HIGH, SEVERE = (1, 3), (2, 3), (3, 4), (5, 4)
OPEN = ActionRow("open", ago(-30), ago(-30))


def has_fault(slug, context, row):
    """None: not about it; False: in order; True: a fault."""
    fault = BY_SLUG[slug].find(row, context)
    return fault if fault is None else bool(fault)


def each(slug, *cases):
    """cases: (label, risk, whether the fault is found)."""
    return [
        pytest.param(slug, row, expected, id=f"{slug}: {label}") for label, row, expected in cases
    ]


CASES = [
    *each(
        "rq18-duplicate",
        ("like no other", risk(rating(LOW)), False),
        ("like an earlier one", risk(rating(LOW), lookalike=("CORP-001", 90, False)), True),
    ),
    *each(
        "rq1-stale",
        ("severe, assessed on the last of its days", risk(rating(SEVERE, 31)), False),
        ("severe, assessed a day before that", risk(rating(SEVERE, 32)), True),
        ("low, assessed on the last of its days", risk(rating(LOW, 183)), False),
        ("low, assessed a day before that", risk(rating(LOW, 184)), True),
        ("reviewed since", risk(rating(SEVERE, 90), reviewed_on=ago(31)), False),
        ("reviewed too long ago as well", risk(rating(SEVERE, 90), reviewed_on=ago(32)), True),
        (
            "a review before the rating says nothing",
            risk(rating(SEVERE, 31), reviewed_on=ago(90)),
            False,
        ),
        ("its review is due today", risk(rating(LOW, 5), next_review_on=TODAY), False),
        ("its review was due yesterday", risk(rating(LOW, 5), next_review_on=ago(1)), True),
        ("no rating, no review day", risk(), None),
        ("no rating, its review is late", risk(next_review_on=ago(1)), True),
        ("no rating, its review is to come", risk(next_review_on=ago(-1)), False),
        ("rated under an earlier scheme long ago", risk(rating(LOW, 900, scheme=2)), None),
    ),
    *each(
        "rq2-unscored",
        ("no rating", risk(), True),
        ("rated", risk(rating(LOW)), False),
        ("rated under an earlier scheme only", risk(rating(LOW, scheme=2)), True),
        ("rated by the scheme in force since", risk(rating(LOW, 50, scheme=2), rating(LOW)), False),
    ),
    *each(
        "rq3-no-action",
        ("above tolerance, no action", risk(rating(SEVERE)), True),
        ("at tolerance", risk(rating(HIGH)), None),
        ("above tolerance, an open action", risk(rating(SEVERE), actions=(OPEN,)), False),
        (
            "its action is done",
            risk(rating(SEVERE), actions=(ActionRow("done"),)),
            True,
        ),
        ("its action is cancelled", risk(rating(SEVERE), actions=(ActionRow("dropped"),)), True),
        (
            "tolerated until today",
            risk(rating(SEVERE), response="tolerate", tolerated_until=TODAY),
            None,
        ),
        (
            "tolerated until yesterday",
            risk(rating(SEVERE), response="tolerate", tolerated_until=ago(1)),
            True,
        ),
        ("to be treated, no action", risk(rating(SEVERE), response="treat"), True),
    ),
    *each(
        "rq4-controls",
        ("no control", risk(controls=()), True),
        ("a control that is retired", risk(controls=(ControlRow(False, ago(90), ago(9)),)), True),
        (
            "tested twelve months ago to the day",
            risk(controls=(ControlRow(True, ago(900), day("2025-11-25")),)),
            False,
        ),
        (
            "tested a day before that",
            risk(controls=(ControlRow(True, ago(900), day("2025-11-24")),)),
            True,
        ),
        ("listed last month, not tested yet", risk(controls=(ControlRow(True, ago(30)),)), False),
        (
            "listed over a year ago, never tested",
            risk(controls=(ControlRow(True, day("2025-11-24")),)),
            True,
        ),
        (
            "one of two is not tested",
            risk(controls=(ControlRow(True, ago(500), ago(9)), ControlRow(True, ago(500)))),
            True,
        ),
    ),
    *each(
        "rq5-slippage",
        ("no action", risk(), None),
        ("an action that runs to its first day", risk(actions=(OPEN,)), False),
        ("re-dated once", risk(actions=(ActionRow("open", ago(-60), ago(-30), 1),)), False),
        ("re-dated twice", risk(actions=(ActionRow("open", ago(-60), ago(-30), 2),)), True),
        ("due today at first", risk(actions=(ActionRow("open", ago(-60), TODAY, 1),)), False),
        ("due yesterday at first", risk(actions=(ActionRow("open", ago(-60), ago(1), 1),)), True),
        (
            "done after four days",
            risk(actions=(ActionRow("done", ago(9), ago(90), 4),)),
            None,
        ),
    ),
    *each(
        "rq6-undated",
        ("neither action nor target", risk(), None),
        ("an action with a day", risk(actions=(OPEN,)), False),
        ("an action without a day", risk(actions=(OPEN, ActionRow("open"))), True),
        ("a dropped one without a day", risk(actions=(OPEN, ActionRow("dropped"))), False),
        ("a target without a day", risk(target=rating(LOW)), True),
        ("a target with a day", risk(target=rating(LOW), target_on=ago(-1)), False),
    ),
    *each(
        "rq7-never-moved",
        ("three ratings alike", risk(*(rating(HIGH, n) for n in (90, 60, 30))), None),
        (
            "four ratings alike",
            risk(*(rating(HIGH, n) for n in (120, 90, 60, 30)), evidence_on=()),
            True,
        ),
        (
            "the same score by other ratings",
            risk(*(rating((3, 4), n) for n in (120, 90, 60)), rating((4, 3))),
            False,
        ),
        ("the last one moved", risk(*(rating(HIGH, n) for n in (120, 90, 60)), rating(LOW)), False),
        (
            "moved before the last four",
            risk(rating(LOW, 99), *(rating(HIGH, n) for n in (9, 8, 7, 6)), evidence_on=()),
            True,
        ),
        (
            "there is evidence meanwhile",
            risk(*(rating(HIGH, n) for n in (120, 90, 60, 30))),
            False,
        ),
        (
            "there is evidence of the first of the days",
            risk(*(rating(HIGH, n) for n in (100, 90, 60, 30))),
            True,
        ),
        (
            "by another scheme once",
            risk(rating(HIGH, 9, scheme=2), *(rating(HIGH, n) for n in (8, 7, 6)), evidence_on=()),
            False,
        ),
    ),
    *each(
        "rq10-residual",
        ("never rated without controls", risk(rating(HIGH)), None),
        ("the same with controls", risk(rating(HIGH), inherent=rating(HIGH)), True),
        ("lower with controls", risk(rating(LOW), inherent=rating(HIGH)), False),
        (
            "the same score by other ratings, with controls",
            risk(rating((3, 4)), inherent=rating((4, 3))),
            False,
        ),
        ("lower with none", risk(rating(LOW), inherent=rating(HIGH), controls=()), True),
        ("the same with none", risk(rating(HIGH), inherent=rating(HIGH), controls=()), False),
        (
            "rated without controls by an earlier scheme",
            risk(rating(HIGH), inherent=rating(HIGH, scheme=2)),
            None,
        ),
    ),
    *each(
        "rq11-target",
        ("passed, still above", risk(rating(HIGH), target=rating(LOW), target_on=ago(1)), True),
        ("the day is today", risk(rating(HIGH), target=rating(LOW), target_on=TODAY), None),
        ("passed and met", risk(rating(LOW), target=rating(LOW), target_on=ago(1)), False),
        (
            "passed, in the target's band but above its score",
            risk(rating((2, 3)), target=rating((2, 2)), target_on=ago(1)),
            True,
        ),
        ("no target", risk(rating(HIGH), target_on=ago(1)), None),
        ("no day", risk(rating(HIGH), target=rating(LOW)), None),
    ),
    *each(
        "rq13-vague",
        ("all told", risk(), False),
        ("no cause", risk(has_cause=False), True),
        ("no consequence", risk(has_consequence=False), True),
        ("no event", risk(event=""), True),
        ("five words", risk(event="The budget cannot be balanced."), True),
        ("six words", risk(event="The budget cannot be balanced now."), False),
    ),
    *each(
        "rq14-one-rater",
        ("one person, top band", risk(rating(SEVERE), raters=1), True),
        ("two people, top band", risk(rating(SEVERE), raters=2), False),
        ("one person, the band below", risk(rating(HIGH), raters=1), None),
    ),
    *each(
        "rq15-unanswered",
        ("above tolerance, nothing decided", risk(rating(SEVERE)), True),
        ("above tolerance, to be treated", risk(rating(SEVERE), response="treat"), False),
        ("at tolerance, nothing decided", risk(rating(HIGH)), None),
        (
            "tolerated until today",
            risk(rating(SEVERE), response="tolerate", tolerated_until=TODAY),
            False,
        ),
        (
            "tolerated until yesterday",
            risk(rating(SEVERE), response="tolerate", tolerated_until=ago(1)),
            True,
        ),
        (
            "below tolerance, tolerated too long",
            risk(rating(LOW), response="tolerate", tolerated_until=ago(1)),
            True,
        ),
    ),
    *each(
        "rq17-line-1-only",
        ("no assurance", risk(rating(SEVERE)), True),
        ("line 1 only", risk(rating(SEVERE), assurances=(AssuranceRow(1, ago(9), ago(-9)),)), True),
        (
            "lines 1 and 3",
            risk(
                rating(SEVERE),
                assurances=(AssuranceRow(1, ago(9), ago(-9)), AssuranceRow(3, ago(9), TODAY)),
            ),
            False,
        ),
        (
            "line 3 looked again, and that ran out: what it said before is no longer its opinion",
            risk(
                rating(SEVERE),
                assurances=(AssuranceRow(3, ago(90), ago(-90)), AssuranceRow(3, ago(60), ago(1))),
            ),
            True,
        ),
        (
            "line 3, run out yesterday",
            risk(rating(SEVERE), assurances=(AssuranceRow(3, ago(99), ago(1)),)),
            True,
        ),
        ("the band below", risk(rating(HIGH)), None),
    ),
]


@pytest.mark.parametrize(("slug", "row", "expected"), CASES)
def test_the_check(context, slug, row, expected):
    assert has_fault(slug, context, row) is expected


def fell(age=20, age_before=60, **fields):
    """A risk that fell a band that many days ago; what evidence there is, is of 100 days ago."""
    return risk(
        rating(SEVERE, age_before),
        rating(HIGH, age, evidence=fields.pop("evidence", False)),
        **fields,
    )


@pytest.mark.parametrize(
    ("label", "row", "agreed", "expected"),
    [
        ("fourteen days before", fell(), 6, True),
        ("fifteen days before", fell(), 5, False),
        ("on the day itself", fell(), 20, True),
        ("the day after", fell(), 21, False),
        ("it says on what evidence", fell(evidence=True), 6, False),
        (
            "there is evidence of the day of the rating before",
            fell(evidence_on=(ago(60),)),
            6,
            True,
        ),
        ("there is evidence between, and after", fell(evidence_on=(ago(10), ago(30))), 6, False),
        ("there is evidence of the day it fell", fell(evidence_on=(ago(20),)), 6, False),
        ("there is evidence after", fell(evidence_on=(ago(19),)), 6, True),
        ("its score fell within the band", risk(rating((5, 5), 60), rating((5, 4), 20)), 6, None),
        ("it rose", risk(rating(HIGH, 60), rating(SEVERE, 20)), 6, None),
        (
            "judged again since",
            risk(rating(SEVERE, 60), rating(HIGH, 20), rating(HIGH, 2)),
            6,
            None,
        ),
        (
            "fell from an earlier scheme's band",
            risk(rating(SEVERE, 60, scheme=2), rating(LOW, 20)),
            6,
            None,
        ),
        ("rated once", risk(rating(LOW, 20)), 6, None),
    ],
)
def test_a_fall_before_the_register_was_agreed(scheme, label, row, agreed, expected):
    assert has_fault("rq16-dip", CheckContext(TODAY, scheme, {}, (ago(agreed),)), row) is expected


def test_without_an_agreement_the_quarter_end_counts(context):
    """30 September 2026 is 56 days before."""
    assert [has_fault("rq16-dip", context, fell(day, 90)) for day in (55, 56, 70, 71)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("tolerances", "category", "expected"),
    [
        ({}, "", None),
        ({"": "moderate"}, "", True),
        ({"": "moderate"}, "financial", True),
        ({"": "high", "financial": "low"}, "financial", True),
        ({"": "low", "financial": "high"}, "financial", None),
        ({"financial": "low"}, "people", None),
    ],
)
def test_the_tolerance_of_a_category_prevails(scheme, tolerances, category, expected):
    assert (
        has_fault(
            "rq3-no-action",
            CheckContext(TODAY, scheme, tolerances),
            risk(rating(HIGH), category=category),
        )
        is expected
    )


def test_a_check_counts_faults_out_of_the_risks_it_is_about(context):
    rows = [risk(rating(SEVERE), raters=1), risk(rating(SEVERE)), risk(rating(LOW)), risk()]
    (tally,) = run_checks([BY_SLUG["rq14-one-rater"]], rows, context)
    assert ([row.risk for row in tally.findings], tally.scope_count) == (rows[:1], 2)


def test_each_rule_uses_the_words_of_the_scheme(context):
    rules = {check.slug: check.rule_for(context) for check in CHECKS}
    assert "Severe 31, High 92, Moderate 183, Low 183" in rules["rq1-stale"]
    assert "It is Severe" in rules["rq14-one-rater"]
    assert not any("{" in rule for rule in rules.values())


def test_every_check_of_a_single_risk_is_tested():
    assert sorted(int(check.slug.split("-")[0][2:]) for check in CHECKS) == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        10,
        11,
        13,
        14,
        15,
        16,
        17,
        18,
    ]


@pytest.mark.parametrize(
    ("today", "start"),
    [
        ("2026-11-25", "2025-11-25"),
        ("2028-02-29", "2027-02-28"),
        ("2028-11-25", "2027-11-25"),
        ("0001-03-01", "0001-03-01"),
    ],
)
def test_twelve_months_are_counted_by_the_calendar(today, start):
    assert conditions.tested_since(day(today)) == day(start)


@pytest.mark.parametrize(
    ("today", "end"),
    [
        ("2026-01-01", "2026-03-31"),
        ("2026-03-31", "2026-03-31"),
        ("2026-04-01", "2026-06-30"),
        ("2026-11-25", "2026-12-31"),
    ],
)
def test_the_next_quarter_end(today, end):
    assert quarter_end_from(day(today)) == day(end)


# A register with one of each fault


def severe(register, **content):
    """The same in the top band, and answered."""
    risk, control = clean(register, response="treat", **content)
    make_assessment(risk, (5, 5), on=days_ago(20))
    make_assurance(risk, on=days_ago(20))
    return risk, control


def plant(register):
    """slug -> the number of the risk that has that fault and no other."""
    planted = {}

    def fault(slug, risk):
        planted[slug] = risk.number
        return risk

    fault("rq1-stale", clean(register, title="Stale")[0])
    make_review(Risk.objects.get(latest__title="Stale"), on=days_ago(20), next_on=days_ago(1))
    bare = fault("rq2-unscored", make_risk(register, title="Year 91", event=EVENT))
    make_control(bare)
    risk, _ = severe(register)
    risk.actions.get().revise(by=make_user(), version=1, status="dropped")
    fault("rq3-no-action", risk)
    untested, control = clean(register)
    control.revise(by=make_user(), version=1, status="retired")
    fault("rq4-controls", untested)
    slipped, _ = clean(register)
    action = slipped.actions.get()
    for version in (1, 2):
        action.revise(by=make_user(), version=version, due_on=days_ago(-60 - version))
    fault("rq5-slippage", slipped)
    vague_day, _ = clean(register)
    vague_day.actions.get().revise(by=make_user(), version=1, due_on=None)
    fault("rq6-undated", vague_day)
    same, _ = clean(register)
    for n in (28, 27, 26, 25):
        make_assessment(same, (2, 2), on=days_ago(n))
    fault("rq7-never-moved", same)
    residual, _ = clean(register)
    make_assessment(residual, (2, 3), kind="inherent", on=days_ago(20))
    fault("rq10-residual", residual)
    target, _ = clean(register)
    make_assessment(target, (1, 1), kind="target", on=days_ago(20))
    make_revision(target, target_on=days_ago(1))
    fault("rq11-target", target)
    fault("rq13-vague", clean(register, cause="")[0])
    alone = make_user()
    lonely = fault(
        "rq14-one-rater",
        make_risk(
            register,
            by=alone,
            assessed=(5, 5),
            title="Year 92",
            event=EVENT,
            response="treat",
        ),
    )
    make_control(lonely)
    make_action(lonely)
    make_assurance(lonely)
    undecided, _ = severe(register)
    make_revision(undecided, response="")
    fault("rq15-unanswered", undecided)
    dipped = fault(
        "rq16-dip",
        make_risk(register, title="Year 93", assessed=(4, 2), on=days_ago(60), event=EVENT),
    )
    make_control(dipped)
    make_action(dipped)
    make_assessment(dipped, (1, 2), on=days_ago(12))
    unassured, _ = clean(register, response="treat")
    make_assessment(unassured, (5, 5), on=days_ago(20))
    make_assurance(unassured, line=1)
    fault("rq17-line-1-only", unassured)
    clean(register, title="Cyber attack")
    fault("rq18-duplicate", clean(register, title="Cyber-attack")[0])
    return planted


@pytest.mark.django_db
def test_exactly_the_planted_faults_are_found():
    register = make_register()
    for n in range(20):
        clean(register) if n % 2 else severe(register)
    planted = plant(register)
    make_risk(register, status="draft", event="No.")  # none of these is on the register
    over = make_risk(register, event="No.")
    over.close(by=make_user(), version=1, reason="Over.")
    make_agreement(register, on=days_ago(3))
    report = Worklist(register, Risk.objects.filter(register=register), timezone.localdate())
    assert [(row.check.slug, row.risk.number) for row in report.findings] == [
        (check.slug, planted[check.slug]) for check in CHECKS
    ]


# Rows


@pytest.fixture
def register(db):
    return make_register()


def row_of(register, number=1):
    risks = Risk.objects.filter(register=register)
    return next(
        row for row in load_risks(register, risks, timezone.localdate()) if row.number == number
    )


def test_an_assurance_of_a_control_is_a_test_of_it(register):
    risk = make_risk(register)
    control = make_control(risk, on=days_ago(0))
    make_assurance(risk, control=control, on=days_ago(9))
    assert row_of(register).controls == [ControlRow(True, days_ago(0), days_ago(9))]


def test_every_test_of_a_control_is_evidence(register):
    risk = make_risk(register, on=days_ago(60))
    control = make_control(risk, on=days_ago(50), last_tested_on=days_ago(55), tested_by_line=1)
    make_control(make_risk(register, on=days_ago(60)))
    for version, ago in ((1, 30), (2, 10)):
        test = {"last_tested_on": days_ago(ago), "tested_by_line": 2, "operating": "works"}
        control.test(by=make_user(), version=version, **test)
    control.retire(by=make_user(), version=3, reason="Replaced.")
    row = row_of(register)
    assert row.controls == [ControlRow(False, days_ago(50), days_ago(10))]
    assert sorted(row.evidence_on) == [days_ago(55), days_ago(30), days_ago(10)]


def test_assurances_and_actions_that_are_done_are_evidence(register):
    risk = make_risk(register, on=days_ago(60))
    make_assurance(risk, on=days_ago(50))
    action, reopened, _ = [make_action(risk, on=days_ago(60)) for _ in range(3)]
    for row in (action, reopened):
        row.complete(by=make_user(), version=1, done_on=days_ago(40), evidence="Seen.")
    reopened.reopen(by=make_user(), version=2, reason="Not done.")
    make_assurance(make_risk(register, on=days_ago(60)), on=days_ago(30))
    assert sorted(row_of(register).evidence_on) == [days_ago(50), days_ago(40)]


def test_a_peers_rating_is_a_second_judgement_and_not_the_current_one(register):
    risk = make_risk(register, assessed=(5, 5))
    make_assessment(risk, (1, 1), perspective="peer")
    row = row_of(register)
    assert (row.raters, row.current.ratings) == (2, (register.scheme_id, 5, 5))


def test_a_rating_by_an_earlier_scheme_has_no_band_here(register):
    make_risk(register, assessed=(5, 5))
    other = make_register().scheme.pk
    risks = Risk.objects.filter(register=register)
    register.scheme_id = other + 1
    assert load_risks(register, risks, timezone.localdate())[0].current is None


def test_the_context_holds_the_latest_tolerances(register):
    make_appetite(register.organisation, "financial", "low", on=days_ago(9))
    make_appetite(register.organisation, "financial", "high", on=days_ago(2))
    make_appetite(register.organisation)
    make_appetite(make_register().organisation, "people", "low")
    assert load_context(register, timezone.localdate()).tolerances == {
        "": "moderate",
        "financial": "high",
    }


def test_reading_costs_the_same_for_one_risk_and_for_three(register):
    severe(register)
    with CaptureQueriesContext(connection) as single:
        Worklist(register, Risk.objects.filter(register=register), timezone.localdate())
    for _ in range(2):
        severe(register)
    with CaptureQueriesContext(connection) as many:
        Worklist(register, Risk.objects.filter(register=register), timezone.localdate())
    assert len(many) == len(single) <= 10
