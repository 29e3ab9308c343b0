import copy
import datetime
import uuid

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils import timezone
from makers import (
    day,
    days_ago,
    failure_type,
    impact,
    make_assessment,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
)

from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    Control,
    DuplicateSubmission,
    EditConflict,
    HistoryIsAppendOnly,
    Position,
    Risk,
    RiskRevision,
)
from registers.scoring import RatingOutsideScheme

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)

HISTORY = (RiskRevision, Assessment, Position, AuditEntry, Risk)


@pytest.fixture(scope="module")
def module_risk(module_db):
    return make_risk()


@pytest.fixture
def risk(module_risk):
    """A logged risk that nobody has rated."""
    return copy.deepcopy(module_risk)


def rows():
    """Everything a verb may write, to compare before and after."""
    return [list(model._base_manager.order_by("pk").values()) for model in HISTORY]


def judge(risk, **judgement):
    """assess() with every argument, so that a test names only what it is about."""
    return risk.assess(
        **{
            "by": risk.raised_by,
            "version": risk.version,
            "kind": "current",
            "likelihood": 4,
            "impact": 4,
            "rationale": "It moved.",
            "driver": impact(),
            **judgement,
        }
    )


# Logging


def test_logging_writes_the_first_revision():
    risk = make_risk(other_failure_types=[failure_type("performance")], owner=make_post())
    assert risk.revisions.get().content() == risk.content()


def test_logging_is_version_one(risk):
    assert (risk.version, risk.revisions.get().number, risk.revisions.get().what) == (
        1,
        1,
        "logged",
    )


def test_logging_with_ratings_writes_an_assessment_that_is_the_current_one():
    risk = make_risk(assessed=(3, 5))
    assert (risk.current, risk.current.score, risk.current.band) == (
        risk.assessments.get(),
        15,
        "severe",
    )


def test_logging_without_ratings_writes_no_assessment(risk):
    assert (risk.current, risk.assessments.count()) == (None, 0)


def test_the_first_revision_points_to_the_first_assessment():
    risk = make_risk(assessed=(3, 5))
    assert risk.revisions.get().assessment == risk.current


def test_logging_leaves_one_audit_entry():
    by = make_user("Robin Ash")
    risk = make_risk(by=by, assessed=(3, 5))
    entry = AuditEntry.objects.get(subject=f"risk:{risk.pk}")
    revision = risk.revisions.get()
    seals = {
        seal.name: seal.stored_form(entry.text.salt) for seal in (*revision.seals(), risk.seal())
    }
    assert (entry.verb, entry.by, entry.facts) == (
        "risk.logged",
        by,
        {"revision": revision.pk, "version": 1, "assessment": risk.current.pk, "seals": seals},
    )


def test_names_of_people_are_only_in_the_erasable_text():
    risk = make_risk(title="The director is leaving", by=make_user("Robin Ash"))
    entry = AuditEntry.objects.get(subject=f"risk:{risk.pk}")
    assert entry.text.content == {
        "reference": risk.reference,
        "title": "The director is leaving",
        "by": "Robin Ash",
        "reason": "",
    }


def test_logging_writes_a_position_from_its_day_on():
    risk = make_risk(assessed=(3, 5), on=day("2026-03-31"))
    position = risk.positions.get()
    assert (
        position.from_day,
        position.until_day,
        position.is_on_register,
        position.band,
        position.score,
    ) == (
        day("2026-03-31"),
        datetime.date.max,
        True,
        "severe",
        15,
    )


def test_an_unscored_position_has_no_band():
    position = make_risk().positions.get()
    assert (position.band, position.score, position.current) == ("", 0, None)


def test_a_risk_raised_before_its_rating_is_unscored_until_then():
    risk = Risk.log(
        make_register(),
        by=make_user(),
        title="Reserves run out",
        raised_on=days_ago(90),
        likelihood=3,
        impact=4,
        rationale="As we see it.",
    )
    assert list(risk.positions.values_list("from_day", "score")) == [
        (days_ago(90), 0),
        (timezone.localdate(), 12),
    ]


@pytest.mark.parametrize("ratings", [(6, 1), (0, 3), (3, 99)])
def test_logging_a_rating_outside_the_scheme_writes_nothing(ratings):
    register, by = make_register(), make_user()
    before = rows()
    with pytest.raises(RatingOutsideScheme):
        make_risk(register, by=by, assessed=ratings)
    assert rows() == before


def test_logging_with_an_unknown_field_writes_nothing():
    register, by = make_register(), make_user()
    before = rows()
    with pytest.raises(TypeError):
        make_risk(register, by=by, colour="red")
    assert rows() == before


@pytest.mark.parametrize(
    ("model", "repeated"), [(Risk, {"is_exempt"}), (Control, set()), (Action, set())]
)
def test_a_record_repeats_nothing_of_its_revisions_but_the_exempt_mark(model, repeated):
    assert {f.name for f in model._meta.get_fields()} & {*model.FIELDS} == repeated


def test_a_revision_keeps_what_earlier_ones_changed(risk):
    make_revision(risk, title="New", other_failure_types=[failure_type("external")])
    make_revision(risk, cause="Another cause")
    assert (risk.title, risk.cause) == ("New", "Another cause")
    assert [*risk.other_failure_types.all()] == [failure_type("external")]


@pytest.mark.parametrize("name", [name for name in Risk.FIELDS if name != "is_exempt"])
def test_what_a_risk_says_is_only_read(risk, name):
    with pytest.raises(AttributeError, match="no setter"):
        setattr(risk, name, None)


def test_a_risk_has_a_title():
    with pytest.raises(IntegrityError, match="risk_has_a_title"):
        make_risk(title="")


def test_an_assessment_has_a_rationale(risk):
    with pytest.raises(IntegrityError, match="assessment_has_a_rationale"):
        judge(risk, rationale="")


# One form, one row


def test_the_same_token_leads_to_the_same_risk():
    register, by, token = make_register(), make_user(), uuid.uuid4()
    assert make_risk(register, by=by, token=token) == make_risk(register, by=by, token=token)


def test_the_same_token_again_writes_nothing():
    risk = make_risk(token=uuid.uuid4())
    before = rows()
    with pytest.raises(DuplicateSubmission):
        make_risk(risk.register, by=risk.raised_by, token=risk.token, title="Typed since")
    assert rows() == before


def test_the_token_of_another_person_makes_another_risk():
    first = make_risk(token=uuid.uuid4())
    second = make_risk(first.register, token=first.token, title="Mine")
    assert (second.pk != first.pk, second.title) == (True, "Mine")


def test_a_token_of_another_register_makes_a_risk_in_this_one():
    first = make_risk(token=uuid.uuid4())
    second = make_risk(make_register(), by=first.raised_by, token=first.token)
    assert second.register != first.register


def test_the_same_token_leads_to_the_same_assessment():
    risk, token = make_risk(), uuid.uuid4()
    assert judge(risk, token=token) == judge(risk, token=token, version=1)


def test_the_same_assessment_token_again_writes_nothing():
    risk, token = make_risk(), uuid.uuid4()
    judge(risk, token=token)
    before = rows()
    with pytest.raises(DuplicateSubmission):
        judge(risk, token=token, version=1, likelihood=1)
    assert rows() == before


def test_an_assessment_token_of_another_risk_makes_an_assessment_of_this_one():
    token = uuid.uuid4()
    assessment = judge(make_risk(), token=token)
    risk = make_risk(by=assessment.by)
    assert judge(risk, by=assessment.by, token=token).risk == risk


def test_the_assessment_token_of_another_person_makes_another_assessment():
    risk, token, me = make_risk(), uuid.uuid4(), make_user()
    judge(risk, token=token)
    assert judge(risk, by=me, token=token).by == me


# Revising


def test_an_edit_writes_a_revision_of_the_whole_risk():
    risk = make_risk(owner=make_post())
    revision = make_revision(
        risk, title="Reserves are gone", other_failure_types=[failure_type("external")]
    )
    risk.refresh_from_db()
    assert revision.content() == risk.content()


def test_an_edit_moves_the_version_by_one(risk):
    revision = make_revision(risk, title="Reserves are gone")
    risk.refresh_from_db()
    assert (risk.version, revision.number) == (2, 2)


def test_an_edit_leaves_the_first_revision_as_it_was():
    risk = make_risk(title="Reserves run out", other_failure_types=[failure_type("external")])
    make_revision(risk, title="Reserves are gone", other_failure_types=[])
    first = risk.revisions.get(number=1)
    assert (first.title, [t.slug for t in first.other_failure_types.all()]) == (
        "Reserves run out",
        ["external"],
    )


def test_an_edit_keeps_who_why_and_for_whom():
    risk, by, head = make_risk(), make_user(), make_user()
    revision = make_revision(
        risk, by=by, reason="Asked by the board", on_behalf_of=head, title="New"
    )
    assert (revision.by, revision.on_behalf_of, revision.reason) == (by, head, "Asked by the board")


def test_an_edit_of_failure_types_alone_is_an_edit(risk):
    revision = make_revision(risk, other_failure_types=[failure_type("external")])
    assert [t.slug for t in revision.other_failure_types.all()] == ["external"]


def test_an_edit_keeps_the_current_assessment():
    risk = make_risk(assessed=(2, 2))
    make_revision(risk, title="New")
    risk.refresh_from_db()
    assert risk.current == risk.assessments.get()


def test_an_edit_leaves_an_audit_entry(risk):
    make_revision(risk, title="New", reason="Asked by the board")
    entry = AuditEntry.objects.filter(subject=f"risk:{risk.pk}").last()
    assert (entry.verb, entry.text.content["reason"]) == ("risk.edited", "Asked by the board")


def test_an_edit_of_an_old_version_is_a_conflict(risk):
    make_revision(risk, title="Theirs")
    with pytest.raises(EditConflict):
        risk.revise(by=make_user(), version=1, title="Mine")


def test_a_conflict_writes_nothing():
    risk, me = make_risk(), make_user()
    make_revision(risk, title="Theirs")
    before = rows()
    with pytest.raises(EditConflict):
        risk.revise(by=me, version=1, title="Mine")
    assert rows() == before


def test_a_future_version_is_a_conflict():
    with pytest.raises(EditConflict):
        make_risk().revise(by=make_user(), version=2, title="Mine")


def test_the_same_edit_twice_writes_one_revision(risk):
    edit = {
        "by": risk.raised_by,
        "version": 1,
        "title": "New",
        "other_failure_types": [failure_type("external")],
    }
    assert [risk.revise(**edit).number for _ in range(2)] == [2, 2]


def test_an_old_edit_is_a_conflict_when_another_field_has_changed_since(risk):
    edit = {"by": risk.raised_by, "version": 1, "title": "New", "cause": risk.cause}
    risk.revise(**edit)
    make_revision(risk, cause="Another cause")
    with pytest.raises(EditConflict):
        risk.revise(**edit)


def test_an_unknown_field_cannot_be_revised(risk):
    before = rows()
    with pytest.raises(TypeError, match="number"):
        risk.revise(by=risk.raised_by, version=1, number=7)
    assert rows() == before


def test_closing_sets_the_status_and_says_why(risk):
    revision = risk.close(by=risk.raised_by, version=1, reason="No longer possible")
    assert (risk.status, revision.what, revision.reason) == (
        "closed",
        "closed",
        "No longer possible",
    )


def test_closing_takes_the_risk_off_the_register_from_that_day():
    risk = make_risk(on=day("2026-03-01"))
    risk.close(by=risk.raised_by, version=1, reason="Gone", effective_on=day("2026-03-10"))
    standing = [
        risk.positions.as_at(day(d)).on_register().exists() for d in ("2026-03-09", "2026-03-10")
    ]
    assert standing == [True, False]


def test_closing_an_old_version_is_a_conflict(risk):
    make_revision(risk, title="New")
    with pytest.raises(EditConflict):
        risk.close(by=risk.raised_by, version=1, reason="Gone")


# Assessing


def test_an_assessment_keeps_its_judgement():
    risk, by = make_risk(), make_user()
    assessment = judge(
        risk, by=by, likelihood=2, impact=5, rationale="A new audit.", effective_on=days_ago(0)
    )
    assert (
        assessment.by,
        assessment.likelihood,
        assessment.impact,
        assessment.score,
        assessment.band,
        assessment.rationale,
        assessment.driver,
    ) == (
        by,
        2,
        5,
        10,
        "high",
        "A new audit.",
        impact(),
    )


def test_an_assessment_is_current_and_our_own():
    assessment = make_assessment(make_risk())
    assert (assessment.kind, assessment.perspective, assessment.effective_on) == (
        "current",
        "own",
        timezone.localdate(),
    )


def test_an_assessment_writes_a_revision_that_points_to_it(risk):
    assessment = judge(risk)
    latest = risk.revisions.latest()
    assert (latest.what, latest.number, latest.assessment) == ("assessed", 2, assessment)


def test_an_assessment_leaves_an_audit_entry(risk):
    assessment = judge(risk)
    entry = AuditEntry.objects.filter(subject=f"risk:{risk.pk}").last()
    assert (entry.verb, entry.facts["assessment"]) == ("risk.assessed", assessment.pk)


def test_an_assessment_of_an_old_version_is_a_conflict(risk):
    make_revision(risk, title="Theirs")
    before = rows()
    with pytest.raises(EditConflict):
        judge(risk, version=1)
    assert rows() == before


@pytest.mark.parametrize("ratings", [{"likelihood": 6}, {"impact": 0}, {"impact": None}])
def test_a_rating_outside_the_scheme_writes_nothing(ratings, risk):
    before = rows()
    with pytest.raises(RatingOutsideScheme):
        judge(risk, **ratings)
    assert rows() == before


def test_a_failed_assessment_can_be_repeated_with_the_same_object(risk):
    with pytest.raises(RatingOutsideScheme):
        judge(risk, version=1, likelihood=6)
    assert judge(risk, version=1).risk == risk


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "inherent"},
        {"kind": "target"},
        {"perspective": "peer"},
        {"perspective": "internal-audit"},
    ],
)
def test_other_judgements_leave_the_current_one(other):
    risk = make_risk(assessed=(2, 2))
    current = risk.current
    make_assessment(risk, (5, 5), **other)
    risk.refresh_from_db()
    assert risk.current == current


def test_a_back_dated_assessment_does_not_replace_a_later_one():
    risk = make_risk(assessed=(2, 2), on=days_ago(30))
    latest = make_assessment(risk, (3, 3), on=days_ago(5))
    make_assessment(risk, (5, 5), on=days_ago(10))
    risk.refresh_from_db()
    assert risk.current == latest


def test_a_back_dated_assessment_counts_from_its_day():
    risk = make_risk(assessed=(2, 2), on=days_ago(30))
    make_assessment(risk, (3, 3), on=days_ago(5))
    make_assessment(risk, (5, 5), on=days_ago(10))
    scores = [risk.positions.as_at(days_ago(n)).get().score for n in (30, 11, 10, 6, 5, 0)]
    assert scores == [4, 4, 25, 25, 9, 9]


def test_the_last_of_two_assessments_on_a_day_counts():
    risk = make_risk(assessed=(2, 2))
    last = make_assessment(risk, (1, 1))
    risk.refresh_from_db()
    assert (risk.current, risk.positions.on_record().get().score) == (last, 1)


def test_an_earlier_judgement_counts_from_the_day_the_risk_was_raised():
    risk = make_risk(on=days_ago(10))
    make_assessment(risk, (4, 4), on=days_ago(20))
    assert [(p.from_day, p.score) for p in risk.positions.on_record()] == [(days_ago(10), 16)]


def test_a_back_dated_assessment_is_recorded_now():
    risk = make_risk(on=days_ago(30))
    assessment = make_assessment(risk, on=days_ago(20))
    assert timezone.now() - assessment.recorded_at < datetime.timedelta(minutes=1)


def test_no_rating_is_recorded_before_its_day():
    risk = make_risk(on=days_ago(9))
    with pytest.raises(ValueError, match="is in the future"):
        make_assessment(risk, on=days_ago(3), recorded_at=timezone.now() - 4 * DAY)


def test_no_change_is_recorded_before_its_day():
    risk = make_risk(on=days_ago(9))
    with pytest.raises(ValueError, match="is in the future"):
        make_revision(risk, title="B", on=days_ago(3), recorded_at=timezone.now() - 4 * DAY)


def test_history_runs_forward():
    risk = make_risk(on=days_ago(5))
    before = rows()
    with pytest.raises(ValueError, match="history runs forward"):
        make_revision(risk, on=days_ago(6), title="Earlier")
    assert rows() == before


@pytest.mark.parametrize("ago", [[], [9], [3, 7], [7, 3], [4, 4], [0, 9, 0]])
def test_the_current_assessment_equals_the_query(ago):
    risk = make_risk(on=days_ago(10))
    for count, n in enumerate(ago, 1):
        make_assessment(risk, (count, 2), on=days_ago(n))
    risk.refresh_from_db()
    latest = (
        risk.assessments.filter(kind="current", perspective="own")
        .order_by("-effective_on", "-pk")
        .first()
    )
    assert risk.current == latest


# Added, never edited


@pytest.fixture(scope="module")
def rated_risk(module_db):
    return make_risk(assessed=(2, 2))


@pytest.fixture(params=["revision", "assessment", "entry"])
def record(request, rated_risk):
    return {
        "revision": rated_risk.revisions.get,
        "assessment": rated_risk.assessments.get,
        "entry": AuditEntry.objects.filter(subject=f"risk:{rated_risk.pk}").get,
    }[request.param]()


def test_an_append_only_record_is_not_saved_again(record):
    with pytest.raises(HistoryIsAppendOnly):
        record.save()


def test_an_append_only_record_is_not_deleted(record):
    with pytest.raises(HistoryIsAppendOnly):
        record.delete()


def test_an_append_only_record_is_not_updated(record):
    with pytest.raises(HistoryIsAppendOnly):
        type(record).objects.filter(pk=record.pk).update(by=make_user())


def test_an_append_only_record_is_not_deleted_in_bulk(record):
    with pytest.raises(HistoryIsAppendOnly):
        type(record).objects.filter(pk=record.pk).delete()


def test_an_append_only_record_is_not_updated_in_bulk(record):
    record.by = make_user()
    with pytest.raises(HistoryIsAppendOnly):
        type(record).objects.bulk_update([record], ["by"])


def test_a_risk_with_history_is_not_deleted():
    with pytest.raises(ProtectedError):
        make_risk().delete()


# Reading the history


def change_values(changes):
    return [(change.label, change.before, change.after) for change in changes]


def test_the_history_begins_with_the_newest(risk):
    make_revision(risk, title="Second")
    make_assessment(risk)
    assert [r.what for r in risk.change_history(timezone.localdate())] == [
        "assessed",
        "edited",
        "logged",
    ]


def test_the_history_says_what_each_revision_changed():
    risk = make_risk(title="First", owner=make_post(title="Head of Finance"))
    make_revision(
        risk,
        title="Second",
        owner=None,
        other_failure_types=[failure_type("external")],
        is_exempt=True,
    )
    assert change_values(risk.change_history(timezone.localdate())[0].changes) == [
        ("Title", "First", "Second"),
        ("Other failure types", "", "External"),
        ("Owner", "Head of Finance (vacant)", ""),
        ("Exempt from publication", "No", "Yes"),
    ]


def test_the_history_ends_on_the_requested_day():
    risk = make_risk(on=days_ago(9))
    make_revision(risk, on=days_ago(4), title="Second")
    assert [len(risk.change_history(days_ago(n))) for n in (10, 9, 5, 4, 0)] == [0, 1, 1, 2, 2]


def test_a_long_history_takes_as_many_queries_as_a_short_one(
    django_assert_num_queries,
):
    risk = make_risk(assessed=(2, 2), owner=make_post())
    for n in range(3):
        make_revision(
            risk, title=f"Title {n}", other_failure_types=[failure_type("external")] * (n % 2)
        )
        make_assessment(risk, (2, 1 + n % 5))
    with django_assert_num_queries(4):
        risk.change_history(timezone.localdate())


def test_changed_since_sums_up_what_others_did():
    risk = make_risk(title="First")
    make_revision(risk, title="Second")
    make_revision(risk, title="Third", cause="Another")
    later, changes = risk.changed_since(1)
    assert ([r.number for r in later], change_values(changes)) == (
        [2, 3],
        [("Title", "First", "Third"), ("Cause", "Savings were counted twice.", "Another")],
    )


def test_nothing_has_changed_since_the_latest_version(risk):
    assert risk.changed_since(1) == ([], [])


def test_nothing_has_changed_since_an_unknown_version(risk):
    assert [risk.changed_since(n) for n in (2, 99)] == [([], []), ([], [])]


def test_a_conflict_says_who_changed_what():
    risk = make_risk(title="First")
    colleague = make_user("Sam Birch")
    make_revision(risk, by=colleague, title="Theirs")
    with pytest.raises(EditConflict) as caught:
        risk.revise(by=make_user(), version=1, title="Mine")
    assert (caught.value.people, change_values(caught.value.changes)) == (
        [colleague],
        [("Title", "First", "Theirs")],
    )


def test_a_conflict_leaves_the_latest_version_on_the_risk():
    risk = make_risk(title="First")
    make_revision(Risk.objects.get(pk=risk.pk), title="Theirs")
    with pytest.raises(EditConflict):
        risk.revise(by=make_user(), version=1, title="Mine")
    assert (risk.version, risk.title) == (2, "Theirs")


def test_a_reason_after_a_saved_edit_is_a_conflict(risk):
    """Somebody else has saved the same title meanwhile: the reason must not be lost."""
    risk.revise(by=make_user(), version=1, title="Same")
    with pytest.raises(EditConflict):
        risk.revise(by=make_user(), version=1, title="Same", reason="My long reason")


def test_a_form_with_a_reason_sent_twice_leaves_one_revision():
    risk, by = make_risk(), make_user()
    for _ in range(2):
        risk.revise(by=by, version=1, title="New", reason="Asked by the board")
    assert risk.revisions.count() == 2


def test_saving_without_a_change_leaves_no_revision(risk):
    risk.revise(by=make_user(), version=1, title=risk.title)
    assert risk.revisions.count() == 1
