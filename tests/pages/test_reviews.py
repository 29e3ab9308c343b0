"""Reviews of a risk: what they write, what they leave alone, and the pages."""

import copy
import datetime
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from makers import (
    day,
    days_ago,
    make_assessment,
    make_person,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
    seal_rows,
)

from registers.models import AuditEntry, EditConflict, HistoryIsAppendOnly, Review, Role
from registers.models.review import (
    is_above_tolerance,
    is_above_tolerance_twice_running,
    latest_next_review,
    proposed_next_review,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_risk(module_db):
    return make_risk(make_register(slug="ours"), assessed=(3, 4), on=days_ago(40))


@pytest.fixture
def risk(module_risk):
    return copy.deepcopy(module_risk)


def long_date(text):
    """A day as pages write it."""
    return f"{text.day} {text:%B %Y}"


# The verb


def test_a_review_sets_the_day_of_the_next_one(risk):
    make_review(risk, next_on=days_ago(-50))
    assert (risk.next_review_on, risk.revisions.latest().next_review_on) == (
        days_ago(-50),
        days_ago(-50),
    )


def test_a_review_writes_a_revision_that_leads_to_it(risk):
    review = make_review(risk, "higher")
    latest = risk.revisions.latest()
    assert (latest.what, latest.review, latest.number, risk.version) == ("reviewed", review, 2, 2)


def test_a_review_leaves_the_rating_alone(risk):
    before = risk.current
    make_review(risk, "judge")
    risk.refresh_from_db()
    assert risk.current == before


def test_a_review_is_in_the_audit_chain(risk):
    review = make_review(risk)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.facts["review"]) == ("risk.reviewed", review.pk)


def test_a_review_over_a_newer_version_is_a_conflict(risk):
    make_revision(risk, title="Another")
    with pytest.raises(EditConflict):
        risk.review(
            by=make_user(), version=1, outcome="stands", note="We looked.", next_on=days_ago(-31)
        )
    assert not Review.objects.exists()


def test_the_same_token_twice_is_one_review(risk):
    by, token = make_user(), uuid.uuid4()
    form = {
        "by": by,
        "version": 1,
        "outcome": "stands",
        "note": "We looked.",
        "next_on": days_ago(-31),
        "token": token,
    }
    assert risk.review(**form) == risk.review(**form)
    assert risk.revisions.count() == 2


def test_the_token_of_another_persons_review_makes_a_new_one(risk):
    first = make_review(risk)
    second = make_review(risk, token=first.token)
    assert second not in (None, first)


@pytest.mark.parametrize("ago", [40, 10, 0])
def test_the_next_review_lies_after_this_one(risk, ago):
    with pytest.raises(ValueError, match="lies after it"):
        make_review(risk, on=days_ago(ago), next_on=days_ago(ago))


def test_the_next_review_lies_within_two_years(risk):
    too_late = latest_next_review(timezone.localdate()) + datetime.timedelta(days=1)
    with pytest.raises(ValueError, match="within two years"):
        make_review(risk, next_on=too_late)


@pytest.mark.parametrize(
    ("today", "last"), [("2026-11-22", "2028-11-22"), ("2028-02-29", "2030-02-28")]
)
def test_two_years_are_counted_by_the_calendar(today, last):
    assert latest_next_review(day(today)) == day(last)


def test_the_database_refuses_a_next_review_that_does_not_follow(risk):
    fields = {
        "risk": risk,
        "outcome": "stands",
        "note": "x",
        "by": make_user(),
        "effective_on": days_ago(0),
    }
    with pytest.raises(IntegrityError, match="review_lies_before_the_next"), transaction.atomic():
        Review.objects.create(next_on=days_ago(0), **fields)


def test_the_database_refuses_a_review_without_a_note(risk):
    with pytest.raises(IntegrityError, match="review_has_a_note"), transaction.atomic():
        make_review(risk, note="")


def test_a_review_of_a_day_to_come_is_refused(risk):
    with pytest.raises(ValueError, match="is in the future"):
        make_review(risk, on=days_ago(-1))


def test_a_review_is_never_edited(risk):
    review = make_review(risk)
    with pytest.raises(HistoryIsAppendOnly):
        review.save()


def test_a_review_recorded_late_counts_from_its_own_day(risk):
    make_revision(risk, on=days_ago(5), title="Another")
    review = make_review(risk, on=days_ago(20))
    assert (review.effective_on, risk.revisions.latest().effective_on) == (
        days_ago(20),
        days_ago(5),
    )


@pytest.mark.parametrize(
    ("ratings", "days"), [((5, 5), 31), ((3, 4), 92), ((1, 1), 183), (None, 92)]
)
def test_the_day_proposed_follows_the_band(ratings, days):
    risk = make_risk(assessed=ratings)
    assert proposed_next_review(risk, timezone.localdate()) == days_ago(-days)


# The seal


@pytest.mark.parametrize(
    "change", [{"note": "All is well"}, {"outcome": "close"}, {"next_on": day("2099-01-01")}]
)
def test_a_changed_review_is_found(risk, change):
    make_review(risk)
    QuerySet(Review).update(**change)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit")


def test_a_review_that_was_slipped_in_is_found(risk):
    fields = {"note": "x", "by": make_user(), "effective_on": days_ago(1), "next_on": days_ago(-9)}
    Review.objects.create(risk=risk, outcome="stands", **fields)
    with pytest.raises(CommandError, match=r"Review \d+ is in no audit chain"):
        call_command("verify_audit")


def test_an_untouched_review_passes(risk, capsys):
    make_review(risk)
    seal_rows()
    call_command("verify_audit")


# The pages


def client_of(risk, role):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return client


@pytest.fixture(scope="module")
def officer(module_risk):
    return client_of(module_risk, Role.OFFICER)


@pytest.fixture(scope="module")
def member(module_risk):
    return client_of(module_risk, Role.MEMBER)


def test_a_risk_says_when_its_next_review_is(risk, member):
    make_review(risk, next_on=days_ago(-9))
    assert f"Next review: {long_date(days_ago(-9))}" in member.get(risk.get_absolute_url()).text


@pytest.mark.parametrize(
    ("late", "words"), [(1, "Review overdue: it was due on"), (0, "Next review:")]
)
def test_a_review_is_late_from_the_day_after_it_was_due(risk, member, late, words):
    make_review(risk, on=days_ago(30), next_on=days_ago(late))
    assert f"{words} {long_date(days_ago(late))}" in member.get(risk.get_absolute_url()).text


def test_a_review_is_late_by_the_day_of_the_page(risk, member):
    make_review(risk, on=days_ago(30), next_on=days_ago(5))
    text = member.get(f"{risk.get_absolute_url()}?as_at={days_ago(10)}").text
    assert f"Next review: {long_date(days_ago(5))}" in text


def test_a_closed_risk_waits_for_no_review(risk, member):
    risk.close(by=make_user(), version=1, reason="Over.")
    assert "eview" not in member.get(risk.get_absolute_url()).text


def test_whoever_may_edit_gets_a_link_to_the_review(risk, officer, member):
    links = [
        b"/review/" in client.get(risk.get_absolute_url()).content for client in (officer, member)
    ]
    assert links == [True, False]


def test_a_past_day_leads_to_no_review(risk, officer):
    assert "/review/" not in officer.get(f"{risk.get_absolute_url()}?as_at={days_ago(3)}").text


def test_the_history_shows_the_outcome_of_a_review(risk, member):
    make_review(risk, "higher", note="Cabinet has to choose.")
    text = member.get(f"{risk.get_absolute_url()}history/").text
    assert "To be escalated" in text and "Cabinet has to choose." in text


def test_an_edit_conflict_names_who_reviewed_meanwhile(risk, officer):
    make_review(
        risk,
        by=make_person(risk.register.organisation, name="Sasha Birch"),
        note="The depot is shut.",
        next_on=risk.next_review_on,
    )
    answer = officer.post(
        f"{risk.get_absolute_url()}edit/",
        {"title": "x", "event": "x", "consequence": "x", "version": 1},
    )
    assert answer.status_code == 409
    assert "An officer reviewed the risk: no change. “The depot is shut.”" in answer.text


def test_a_conflict_claims_no_typing_where_the_form_has_no_field(risk, officer):
    make_assessment(risk, (5, 5))
    answer = officer.post(
        f"{risk.get_absolute_url()}edit/",
        {"title": "x", "event": "x", "consequence": "x", "version": 1},
    )
    line = next(line for line in answer.text.splitlines() if "Next review" in line)
    assert "You typed something else" not in line


# The form's own days; the rest of it is in test_forms.py


def parts(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def send_review(client, risk, ago=0, next_ago=-31, **fields):
    days = parts("effective_on", days_ago(ago)) | parts("next_on", days_ago(next_ago))
    form = {"outcome": "stands", "note": "We looked.", "version": 1, **days, **fields}
    return client.post(f"{risk.get_absolute_url()}review/", form)


def test_the_form_proposes_the_next_day(risk, officer):
    form = officer.get(f"{risk.get_absolute_url()}review/").context["form"]
    assert form["next_on"].value() == days_ago(-92)


def test_a_review_leads_back_to_the_risk(risk, officer):
    assert send_review(officer, risk)["Location"] == risk.get_absolute_url()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"ago": 0, "next_ago": 0}, "The next review must be after"),
        ({"ago": 5, "next_ago": 9}, "The next review must be after"),
        ({"next_ago": -800}, "or earlier"),
        ({"ago": -1, "next_ago": -9}, "The day must be today or in the past"),
        ({"ago": 41}, "when the risk was raised, or later"),
    ],
)
def test_impossible_days_get_an_error_message(risk, officer, days, words):
    answer = send_review(officer, risk, **days)
    assert (answer.status_code, words in answer.text, Review.objects.exists()) == (200, True, False)


# Independent views


@pytest.mark.parametrize(
    ("ratings", "is_above"), [((5, 5), True), ((3, 5), True), ((3, 4), False), (None, False)]
)
def test_above_tolerance_goes_by_the_scheme(ratings, is_above):
    assert is_above_tolerance(make_risk(assessed=ratings)) == is_above


def test_a_rating_by_an_earlier_scheme_says_nothing_of_tolerance():
    risk = make_risk(assessed=(5, 5))
    risk.register.scheme = make_scheme()
    assert not is_above_tolerance(risk)


@pytest.mark.parametrize(
    ("ratings", "days", "reviewed", "expected"),
    [
        ([(5, 5)], [60], None, False),  # above once
        ([(5, 5), (5, 5)], [60, 30], None, True),  # judged above on two days, never reviewed
        ([(5, 5), (5, 5)], [60, 60], None, False),  # twice on one day is once
        ([(2, 2), (5, 5)], [60, 30], None, False),
        ([(5, 5), (2, 2)], [60, 30], None, False),  # not above now
        (
            [(5, 5), (2, 2), (5, 5)],
            [60, 40, 30],
            None,
            False,
        ),  # above before, but not when last judged
        ([(5, 5)], [60], 30, True),  # the review found it above
        ([(2, 2), (5, 5)], [60, 30], 45, False),  # the review found it below
        ([(2, 2), (5, 5)], [60, 30], 30, False),  # judged and reviewed on one day: one look
        ([(5, 5)], [60], 60, False),
        ([(5, 5), (5, 5)], [60, 30], 30, True),
        (
            [(5, 5), (2, 2), (5, 5)],
            [60, 40, 30],
            50,
            True,
        ),  # the review decides, whatever was judged since
    ],
)
def test_above_tolerance_twice_running(ratings, days, reviewed, expected):
    risk = make_risk(assessed=ratings[0], on=days_ago(days[0]))
    for pair, ago in zip(ratings[1:], days[1:], strict=True):
        make_assessment(risk, pair, on=days_ago(ago))
    if reviewed:
        make_review(risk, on=days_ago(reviewed), next_on=days_ago(-9))
    risk.refresh_from_db()
    assert is_above_tolerance_twice_running(risk) == expected


def test_the_latest_review_counts_and_not_an_earlier_one():
    risk = make_risk(assessed=(5, 5), on=days_ago(60))
    make_review(risk, on=days_ago(50), next_on=days_ago(-9))
    make_assessment(risk, (2, 2), on=days_ago(40))
    make_review(risk, on=days_ago(35), next_on=days_ago(-9))
    make_assessment(risk, (5, 5), on=days_ago(30))
    risk.refresh_from_db()
    assert not is_above_tolerance_twice_running(risk)


@pytest.mark.parametrize(
    "other", [{"kind": "target"}, {"kind": "inherent"}, {"perspective": "peer"}]
)
def test_only_our_own_current_judgements_count(other):
    risk = make_risk(assessed=(2, 2), on=days_ago(60))
    make_assessment(risk, (5, 5), on=days_ago(50), **other)
    make_assessment(risk, (5, 5), on=days_ago(30))
    risk.refresh_from_db()
    assert not is_above_tolerance_twice_running(risk)


@pytest.fixture
def twice_above(risk):
    make_assessment(risk, (5, 5), on=days_ago(30))
    make_assessment(risk, (5, 5), on=days_ago(20))
    risk.refresh_from_db()
    return risk


def test_the_review_form_asks_whose_independent_view_was_sought(twice_above, officer):
    assert "/library/insights/1/" in officer.get(f"{twice_above.get_absolute_url()}review/").text
    answer = send_review(officer, twice_above, version=twice_above.version)
    assert "Enter who you asked for outside advice, or “Nobody yet, because” and why" in answer.text
    assert not Review.objects.exists()


def test_nobody_yet_is_a_valid_answer(twice_above, officer, member):
    send_review(
        officer,
        twice_above,
        version=twice_above.version,
        asked_outside="Nobody yet, because we met yesterday.",
    )
    for page in ("", "history/"):
        assert (
            "Nobody yet, because we met yesterday."
            in member.get(f"{twice_above.get_absolute_url()}{page}").text
        )


def test_below_tolerance_it_may_be_left_empty(risk, officer):
    assert "/library/insights/1/" not in officer.get(f"{risk.get_absolute_url()}review/").text
    assert send_review(officer, risk).status_code == 302


def test_a_risk_that_waits_for_the_answer_says_so(twice_above, risk, member):
    assert "No review records outside advice" in member.get(twice_above.get_absolute_url()).text
    make_review(twice_above, asked_outside="The council next door.")
    text = member.get(twice_above.get_absolute_url()).text
    assert "The council next door." in text and "No review records outside advice" not in text


def test_a_past_day_does_not_show_a_later_answer(twice_above, member):
    make_review(twice_above, asked_outside="The council next door.")
    assert (
        "next door" not in member.get(f"{twice_above.get_absolute_url()}?as_at={days_ago(1)}").text
    )


def test_a_person_who_left_keeps_their_name_and_cannot_review(risk, officer):
    leaver = make_person(risk.register.organisation, name="Lee Fern")
    make_review(risk, by=leaver)
    client = Client()
    client.force_login(leaver)
    leaver.memberships.update(until=days_ago(1))
    assert (
        client.get(risk.get_absolute_url()).status_code,
        send_review(client, risk).status_code,
    ) == (
        404,
        404,
    )
    leaver.is_active = False
    leaver.save()
    assert send_review(client, risk)["Location"].startswith("/accounts/login/")
    history = f"{risk.get_absolute_url()}history/"
    assert "reviewed by an officer" in officer.get(history).text
    assert "Lee Fern" in client_of(risk, Role.MANAGER).get(history).text
    assert Review.objects.count() == 1


def test_the_last_review_stands_on_the_page(risk, member):
    make_review(risk, "judge", on=days_ago(9), note="An older note.")
    make_review(risk, "wording", on=days_ago(5), note="See https://example.org/report.")
    text = member.get(risk.get_absolute_url()).text
    section = text.partition('id="last-review"')[2].partition("</section>")[0]
    words = ("Last review: ", "Wording to be updated", "Next review: ")
    assert [row for row in words if row not in section] == []
    assert 'href="https://example.org/report" rel="noreferrer noopener"' in section
    assert "An older note." not in text


def test_a_review_of_a_draft_is_not_told_to_who_sees_no_drafts(risk, member):
    draft = make_risk(risk.register, status="draft", on=days_ago(9))
    make_review(draft, on=days_ago(5), note="A working note.")
    draft.refresh_from_db()
    draft.open(by=draft.raised_by, version=draft.version)
    assert "A working note." not in member.get(draft.get_absolute_url()).text


def test_a_risk_with_no_register_above_is_not_to_be_taken_higher(risk, officer):
    address = f"{risk.get_absolute_url()}review/"
    assert "To be escalated" not in officer.get(address).text
    assert "Select the outcome of the review" in send_review(officer, risk, outcome="higher").text


def test_a_risk_to_be_taken_higher_leads_to_its_proposal(risk, officer):
    register = risk.register
    register.parent = make_register(register.organisation)
    register.save()
    answer = send_review(officer, risk, outcome="higher")
    assert answer["Location"] == f"{risk.get_absolute_url()}escalate/"
    assert "Propose escalation" in officer.get(risk.get_absolute_url()).text
