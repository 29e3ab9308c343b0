"""Controls: adding, testing and retiring them, their forms, and a risk's page on any day."""

import copy
import uuid
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hostile_values import filled_in, messages_of
from makers import (
    day,
    days_ago,
    make_agreement,
    make_control,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    make_user,
)

from registers.models import Control, ControlRevision, EditConflict, InvalidTransition, Role
from registers.phrases.numbers import duration_in_words
from registers.risk_page.controls import control_history

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """A rated risk, and an officer and a member of its organisation."""
    risk = make_risk(make_register(slug="ours"), assessed=(3, 4), on=days_ago(400))
    return SimpleNamespace(risk=risk, officer=client_of(risk), member=client_of(risk, Role.MEMBER))


def client_of(risk, role=Role.OFFICER):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return client


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def member(records):
    return records.member


def parts(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def form(**fields):
    return {"title": "Monthly reconciliation", "kind": "detective", "run_by": "own", **fields}


def address(risk, place="controls/new/"):
    return f"{risk.get_absolute_url()}{place}"


def text_of(client, risk, query=""):
    return " ".join(client.get(risk.get_absolute_url() + query).text.split())


# The verbs


def test_a_test_counts_from_its_own_day(risk):
    control = make_control(risk, on=days_ago(90))
    revision = control.test(
        by=make_user(),
        version=1,
        last_tested_on=days_ago(30),
        tested_by_line=2,
        operating="works",
        reason="Tried.",
    )
    assert (revision.effective_on, control.version, control.operating) == (days_ago(30), 2, "works")


def test_a_test_from_before_the_latest_revision_counts_from_that(risk):
    control = make_control(risk, on=days_ago(20))
    result = {"last_tested_on": days_ago(30), "tested_by_line": 2, "operating": "works"}
    assert control.test(by=make_user(), version=1, **result).effective_on == days_ago(20)


def test_a_test_with_an_unchanged_result_is_kept_for_its_note(risk):
    result = {"last_tested_on": days_ago(0), "tested_by_line": 2, "operating": "works"}
    control = make_control(risk)
    control.test(by=make_user(), version=1, reason="In the morning.", **result)
    control.test(by=make_user(), version=2, reason="In the afternoon.", **result)
    assert [r.reason for r in control.revisions.all()] == [
        "",
        "In the morning.",
        "In the afternoon.",
    ]


def test_the_same_test_sent_twice_is_one(risk):
    result = {
        "last_tested_on": days_ago(0),
        "tested_by_line": 2,
        "operating": "works",
        "reason": "Tried.",
    }
    control, by = make_control(risk), make_user()
    assert control.test(by=by, version=1, **result) == control.test(by=by, version=1, **result)


def test_a_retired_control_keeps_its_content(risk):
    control = make_control(risk, operating="works")
    control.retire(by=make_user(), version=1, reason="Replaced.")
    assert (control.is_in_place, control.operating, control.revisions.count()) == (
        False,
        "works",
        2,
    )


def test_a_newer_version_is_a_conflict(risk):
    control = make_control(risk)
    control.revise(by=make_user(), version=1, title="Weekly")
    with pytest.raises(EditConflict):
        control.retire(by=make_user(), version=1, reason="Replaced.")


def test_a_closed_risk_takes_no_control(risk):
    control = make_control(risk)
    risk.close(by=make_user(), version=1, reason="Over.")
    with pytest.raises(InvalidTransition, match="is closed"):
        make_control(risk)
    with pytest.raises(InvalidTransition, match="is closed"):
        control.revise(by=make_user(), version=1, title="Weekly")


def test_the_database_refuses_a_day_of_a_test_without_a_line(risk):
    with (
        pytest.raises(IntegrityError, match="control_test_has_a_day_and_a_line"),
        transaction.atomic(),
    ):
        make_control(risk, last_tested_on=days_ago(1))


def test_a_post_of_another_organisation_owns_nothing_here(risk):
    with pytest.raises(ValueError, match="another organisation"):
        make_control(risk, owner=make_post())


@pytest.mark.parametrize(
    "change", [{"operating": "works"}, {"title": "Another"}, {"reason": "x"}, {"status": "x"}]
)
def test_a_changed_revision_of_a_control_is_found(risk, change):
    make_control(risk)
    QuerySet(ControlRevision).update(**change)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit")


def test_the_history_names_the_event_of_each_revision(risk):
    control, by = make_control(risk, on=days_ago(9)), make_user()
    control.test(by=by, version=1, last_tested_on=days_ago(3), tested_by_line=1, operating="partly")
    control.revise(by=by, version=2, title="Weekly reconciliation")
    control.retire(by=by, version=3, reason="Replaced.")
    control.revise(by=by, version=4, status="in-place")
    events = [revision.event for revision in control_history(control)]
    assert events == ["back in place", "retired", "changed", "tested", "added"]


@pytest.mark.parametrize(
    ("days", "words"), [(0, ""), (1, "1 day"), (13, "13 days"), (14, "2 weeks"), (55, "7 weeks")]
)
def test_short_times_are_in_days_and_weeks(days, words):
    assert duration_in_words(days_ago(days), days_ago(0)) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-01-31", "2026-03-30", "1 month"),
        ("2026-01-31", "2026-03-31", "2 months"),
        ("2024-10-01", "2026-09-30", "23 months"),
        ("2024-10-01", "2026-10-01", "2 years"),
        ("2020-02-29", "2026-02-28", "5 years"),
    ],
)
def test_long_times_are_in_full_months_and_years(start, end, words):
    assert duration_in_words(day(start), day(end)) == words


# The forms


def test_a_new_control_is_on_the_risks_page(risk, officer):
    owner = make_post(risk.register.organisation, "Head of Finance")
    answer = officer.post(address(risk), form(owner=owner.pk, operating="fails", run_by="interim"))
    assert answer["Location"] == risk.get_absolute_url()
    text = text_of(officer, risk)
    texts = [
        "Monthly reconciliation",
        "Detective",
        "Head of Finance (vacant)",
        "Run by interim or agency staff",
        "Not effective",
    ]
    assert [words for words in [*texts, "Not assessed yet", "Never"] if words not in text] == []


def test_a_form_sent_twice_makes_one_control(risk, officer):
    data = form(token=str(uuid.uuid4()))
    officer.post(address(risk), data)
    officer.post(address(risk), data)
    assert risk.controls.count() == 1


@pytest.fixture(scope="module")
def blank_form(module_records):
    """The form for a new control, read once."""
    return copy.deepcopy(module_records.officer).get(address(module_records.risk)).context["form"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "Enter what the control is"),
        ({"title": "x" * 201}, "The control must be 200 characters or fewer"),
        ({"title": "a\x00b"}, "character that cannot be stored"),
        ({"kind": "magic"}, "Select what type of control it is"),
        ({"run_by": ""}, "Select who runs it"),
        ({"design": "x"}, "Select whether the design is adequate"),
        ({"operating": "x"}, "Select how effective it is in practice"),
        ({"owner": "x"}, "Select a post of this organisation"),
        ({"tested_by_line": "9"}, "Select who tested it"),
        ({"tested_by_line": "2"}, "Enter the day of the test, or clear who tested it"),
        (parts("last_tested_on", days_ago(2)), "Select who tested it, or clear the day"),
        (
            parts("last_tested_on", days_ago(-1)) | {"tested_by_line": "2"},
            "The day must be today or in the past",
        ),
        (
            {"last_tested_on_0": "31", "last_tested_on_1": "2", "last_tested_on_2": "2026"},
            "must be a real date",
        ),
    ],
)
def test_invalid_input_is_refused_with_a_message(blank_form, fields, words):
    assert words in messages_of(filled_in(blank_form, form(**fields)))


def test_invalid_input_adds_no_control(risk, officer):
    answer = officer.post(address(risk), form(title=" "))
    assert (answer.status_code, Control.objects.exists()) == (200, False)
    assert "Enter what the control is" in answer.text


def test_the_owner_of_another_organisation_is_refused(risk, officer):
    answer = officer.post(address(risk), form(owner=make_post().pk))
    assert "Select a post of this organisation" in answer.text
    assert not Control.objects.exists()


@pytest.mark.parametrize(
    "place", ["controls/new/", "controls/{}/", "controls/{}/test/", "controls/{}/retire/"]
)
def test_a_closed_risk_refuses_in_words(risk, officer, place):
    place = place.format(make_control(risk).pk)
    risk.close(by=make_user(), version=1, reason="Over.")
    test = parts("last_tested_on", days_ago(0)) | {"tested_by_line": "1", "operating": "works"}
    answer = officer.post(address(risk, place), form(version=1, reason="x", **test))
    assert (answer.status_code, "is closed. Reopen the risk" in answer.text) == (
        200,
        True,
    )
    assert ControlRevision.objects.count() == 1


@pytest.mark.parametrize("name", ["control_edit", "control_test", "control_retire"])
def test_the_control_of_another_risk_is_not_found(risk, officer, name):
    other = make_control(make_risk(risk.register))
    path = reverse(name, args=["ours", risk.number, other.pk])
    assert [officer.get(path).status_code, officer.post(path).status_code] == [404, 404]


def test_an_edit_is_kept_with_its_reason(risk, officer):
    control = make_control(risk)
    officer.post(
        control.get_absolute_url(), form(version=1, title="Weekly", reason="Monthly was too late.")
    )
    latest = control.revisions.latest()
    assert (latest.title, latest.reason) == ("Weekly", "Monthly was too late.")
    assert "Monthly was too late." in officer.get(control.get_absolute_url()).text


def test_an_edit_over_a_newer_version_keeps_typed_values_and_takes_the_other_changes(risk, officer):
    control = make_control(risk, kind="detective")
    tested = {"last_tested_on": days_ago(5), "tested_by_line": 3}
    colleague = make_person(risk.register.organisation, name="Sasha Birch")
    control.revise(by=colleague, version=1, **tested)
    answer = officer.post(control.get_absolute_url(), form(version=1, title="Weekly"))
    assert answer.status_code == 409
    assert "an officer changed this control after you opened it" in answer.text
    edited = answer.context["form"]
    assert edited["title"].value() == "Weekly"
    data = {
        name: edited[name].value()
        for name in ("title", "kind", "run_by", "tested_by_line", "version")
    }
    officer.post(
        control.get_absolute_url(), data | {"last_tested_on": edited["last_tested_on"].value()}
    )
    control.refresh_from_db()
    assert (control.title, control.last_tested_on, control.tested_by_line) == (
        "Weekly",
        days_ago(5),
        3,
    )


def test_an_edit_without_its_version_is_refused_with_a_message(risk, officer):
    control = make_control(risk)
    assert "We cannot save this form" in officer.post(control.get_absolute_url(), form()).text


def sent_test(officer, control, day=0, **fields):
    data = {
        "tested_by_line": "3",
        "operating": "partly",
        "reason": "20 payments.",
        "version": control.version,
    }
    return officer.post(
        f"{control.get_absolute_url()}test/", data | parts("last_tested_on", days_ago(day)) | fields
    )


def test_a_recorded_test_is_on_the_risks_page(risk, officer):
    sent_test(officer, make_control(risk, on=days_ago(300)), 70)
    text = text_of(officer, risk)
    assert (
        '2 months ago, by <span class="app-nowrap">line 3</span>' in text
        and "Partly effective" in text
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"operating": ""}, "Select the result"),
        ({"tested_by_line": ""}, "Select who tested it"),
        ({"reason": ""}, "Enter what was tested and what was found"),
        ({"day": -1}, "The day must be today or in the past"),
        ({"day": 11}, "is already recorded. Enter that day or later"),
    ],
)
def test_a_test_that_cannot_be_is_refused_with_a_message(risk, officer, fields, words):
    control = make_control(risk, on=days_ago(40), last_tested_on=days_ago(10), tested_by_line=1)
    answer = sent_test(officer, control, **fields)
    assert (answer.status_code, words in answer.text, control.revisions.count()) == (200, True, 1)


def test_two_tests_at_once_are_a_conflict(risk, officer):
    control = make_control(risk)
    control.revise(by=make_user(), version=1, title="Weekly")
    assert sent_test(officer, control, version=1).status_code == 409


def test_a_retired_control_is_collapsed_with_its_reason(risk, officer):
    control = make_control(risk)
    path = f"{control.get_absolute_url()}retire/"
    assert "Enter why you are retiring the control" in officer.post(path, {"version": 1}).text
    officer.post(path, {"version": 1, "reason": "The team was cut."})
    text = text_of(officer, risk)
    assert "Retired controls (1)" in text and "The team was cut." in text


def test_a_retired_control_can_be_used_again(risk, officer):
    control = make_control(risk)
    control.retire(by=make_user(), version=1, reason="Replaced.")
    officer.post(
        control.get_absolute_url(), form(version=2, status="in-place", reason="The new one failed.")
    )
    control.refresh_from_db()
    assert control.is_in_place


# The risk's page


def test_a_risk_without_controls_explains_what_one_is(risk, member):
    assert "No controls recorded" in text_of(member, risk)


def test_a_test_of_long_ago_is_said_to_be_one(risk, member):
    make_control(risk, on=days_ago(390), last_tested_on=days_ago(366), tested_by_line=2)
    assert "Not in twelve months" in text_of(member, risk)


def test_a_post_held_by_an_interim_is_marked(risk, member):
    make_control(
        risk, owner=make_post(risk.register.organisation, holder=make_user(), is_interim=True)
    )
    assert "held by an interim" in text_of(member, risk)


def test_a_past_day_shows_what_stood_then(risk, member):
    control = make_control(risk, title="Old words", on=days_ago(50))
    control.revise(by=make_user(), version=1, title="New words", effective_on=days_ago(10))
    titles = {ago: text_of(member, risk, f"?as_at={days_ago(ago)}") for ago in (60, 30, 5)}
    assert "No controls recorded" in titles[60]
    assert ("Old words" in titles[30], "New words" in titles[30]) == (True, False)
    assert ("Old words" in titles[5], "New words" in titles[5]) == (False, True)


def test_what_was_agreed_leaves_out_what_was_recorded_later(risk, member):
    make_control(risk, title="Told in time", on=days_ago(50))
    agreement = make_agreement(risk.register)
    make_control(risk, title="Told late", on=days_ago(50))
    assert "Told late" in text_of(member, risk, f"?as_at={days_ago(20)}")
    agreed = text_of(member, risk, f"?agreed={agreement.pk}")
    assert ("Told in time" in agreed, "Told late" in agreed) == (True, False)


def test_only_who_may_edit_is_led_to_forms_and_only_today(risk, officer, member):
    make_control(risk, on=days_ago(50))
    has_forms = [
        text_of(client, risk, query)
        for client in (officer, member)
        for query in ("", f"?as_at={days_ago(5)}")
    ]
    assert ["/controls/" in text for text in has_forms] == [True, False, False, False]


def test_the_page_takes_as_many_queries_for_three_controls_as_for_one(
    risk, officer, django_assert_num_queries
):
    make_control(risk, owner=make_post(risk.register.organisation, holder=make_user()))
    with CaptureQueriesContext(connection) as single:
        officer.get(risk.get_absolute_url())
    for _ in range(2):
        make_control(risk, owner=make_post(risk.register.organisation, holder=make_user()))
    with django_assert_num_queries(len(single)):
        officer.get(risk.get_absolute_url())


def test_hostile_words_stay_words(risk, officer):
    make_control(risk, title="<script>alert(1)</script>", detail="<b>x</b>")
    assert "<script>alert(1)" not in text_of(officer, risk)


def test_a_stranger_finds_no_control(risk):
    client = Client()
    client.force_login(make_person(make_organisation(), Role.MANAGER))
    assert client.get(make_control(risk).get_absolute_url()).status_code == 404
