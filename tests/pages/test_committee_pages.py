"""A committee's record on its pages: what is offered when, to whom, and what stays hidden."""

import copy
import io
import uuid
from types import SimpleNamespace

import docx
import pytest
from access_table import signed_in
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_committee_action,
    make_declaration,
    make_deep_dive,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_put_question,
    make_register,
    make_resolution,
    make_risk,
)
from query_counts import queries_for

from registers.models import Attendance, CommitteeAction, Declaration, MinutesApproval, Resolution
from registers.models.committee_action import municipal_year

pytestmark = pytest.mark.django_db
SECRET = "Claim over the leisure centre"


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation()
    register = make_register(organisation, prefix="CORP")
    roles = ("clerk", "member", "manager", "officer")
    people = {role: make_person(organisation, role) for role in roles}
    people["substitute"] = make_person(organisation, "member", name="Sam Tully")
    body = make_body(register, members=[people["member"]])
    risk, exempt = (
        make_risk(register, by=people["manager"], on=days_ago(60), title=title, is_exempt=is_exempt)
        for title, is_exempt in (("Flooding", False), (SECRET, True))
    )
    return SimpleNamespace(
        organisation=organisation,
        register=register,
        body=body,
        risk=risk,
        exempt=exempt,
        post=make_post(organisation, holder=people["officer"]),
        to_come=make_meeting(body, days_ago(-20)),
        meeting=make_meeting(body, days_ago(10)),
        **people,
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def page(records, reader, meeting="meeting"):
    address = getattr(records, meeting).get_absolute_url()
    return signed_in(getattr(records, reader)).get(address).text


def post(records, name, *more, reader="clerk", meeting="meeting", **fields):
    address = reverse(name, args=[getattr(records, meeting).pk, *more])
    return signed_in(getattr(records, reader)).post(address, {"token": "", **fields})


def record_action(records, **fields):
    meeting = fields.pop("meeting", records.meeting)
    return make_committee_action(meeting, by=records.clerk, **{"post": records.post, **fields})


def add_everything(records, risk):
    """What a meeting may say of a risk."""
    meeting, by = records.meeting, records.manager
    record_action(records, risk=risk, wording=f"Look at {risk.title}")
    make_declaration(meeting, records.member, risk=risk, has_left_room=False)
    dive = make_deep_dive(meeting, risk, by=by)
    dive.conclude(by=by, took_place=True, attendees="Head of law")
    make_put_question(meeting, records.register, by=by, risk=risk, wording=f"Why {risk.title}?")


# Only what is next is offered


def test_a_meeting_to_come_takes_no_action(records):
    assert "Record an action" not in page(records, "clerk", "to_come")


def test_a_meeting_that_was_takes_actions_from_the_clerk(records):
    assert "Record an action" in page(records, "clerk")


def test_a_member_is_offered_nothing_to_record(records):
    text = page(records, "member")
    assert "Record an action" not in text and "Record a resolution" not in text


def test_a_member_sends_apologies_for_a_meeting_to_come(records):
    assert "Send your apologies" in page(records, "member", "to_come")


def test_a_member_of_no_body_does_not(records):
    assert "Send your apologies" not in page(records, "substitute", "to_come")


def test_approved_minutes_offer_nothing(records):
    later = make_meeting(records.body, days_ago(5))
    MinutesApproval.record(records.meeting, by=records.clerk, approving_meeting=later)
    text = page(records, "clerk")
    assert "Record a" not in text and "The minutes were approved" in text


# Recording


def test_a_field_and_a_post_record_an_action(records):
    post(records, "committee_action_new", wording="Bring a plan", post=records.post.pk)
    action = CommitteeAction.objects.get()
    assert action.latest.wording in page(records, "member")


def test_a_double_click_records_one_action(records):
    fields = {"wording": "Bring a plan", "post": records.post.pk, "token": str(uuid.uuid4())}
    for _ in range(2):
        post(records, "committee_action_new", **fields)
    assert CommitteeAction.objects.count() == 1


@pytest.mark.parametrize("wording", ["", "x" * 501, "a\x00b", "x" * 20_000])
def test_an_action_without_storable_words_is_refused(wording, records):
    answer = post(records, "committee_action_new", wording=wording, post=records.post.pk)
    assert "govuk-error-summary" in answer.text and not CommitteeAction.objects.exists()


def test_a_new_due_date_has_a_reason(records):
    action = record_action(records, due_on=days_ago(1))
    day = days_ago(-9)
    fields = {"due_on_0": day.day, "due_on_1": day.month, "due_on_2": day.year, "version": 1}
    fields |= {"wording": "Bring a plan", "post": records.post.pk}
    answer = post(records, "committee_action_edit", action.pk, **fields)
    assert "Enter why the due date changes" in answer.text


def test_the_second_of_two_changes_is_a_conflict(records):
    action = record_action(records)
    action.revise(by=records.manager, version=1, wording="Bring it in May")
    fields = {"wording": "Bring it in June", "post": records.post.pk, "version": 1}
    answer = post(records, "committee_action_edit", action.pk, **fields)
    assert answer.status_code == 409 and "Bring it in May" in answer.text


def test_the_holder_of_the_post_marks_it_as_done(records):
    action = record_action(records)
    day = days_ago(1)
    fields = {"done_on_0": day.day, "done_on_1": day.month, "done_on_2": day.year}
    fields |= {"evidence": "Minute 4", "version": 1}
    post(records, "committee_action_done", action.pk, reader="officer", **fields)
    assert CommitteeAction.objects.get().latest.status == "done"


def test_an_action_of_another_meeting_is_not_there(records):
    action = record_action(records, meeting=make_meeting(records.body, days_ago(30)))
    answer = post(records, "committee_action_done", action.pk)
    assert answer.status_code == 404


def test_a_member_sends_their_own_apologies(records):
    fields = {"kind": "apologies", "substitute": records.substitute.pk}
    post(records, "meeting_apologies", reader="member", meeting="to_come", **fields)
    row = Attendance.objects.get()
    assert (row.person, row.substitute) == (records.member, records.substitute)


def test_a_member_of_another_body_sends_no_apologies(records):
    answer = post(records, "meeting_apologies", reader="substitute", kind="apologies")
    assert answer.status_code == 403


def test_nobody_is_offered_as_substitute_who_sits_there(records):
    address = reverse("meeting_apologies", args=[records.to_come.pk])
    text = signed_in(records.clerk).get(address).text.partition('name="substitute"')[2]
    assert str(records.substitute) in text and str(records.member) not in text


def test_members_without_a_tick_are_absent(records):
    post(records, "meeting_attendance")
    assert [row.kind for row in Attendance.objects.all()] == ["absent"]


def test_attendance_sent_twice_is_recorded_once(records):
    for _ in range(2):
        post(records, "meeting_attendance", present=[records.member.pk])
    assert [row.kind for row in Attendance.objects.all()] == ["present"]


def test_another_item_has_a_name(records):
    fields = {"person": records.member.pk, "kind": "registrable", "about": "other"}
    answer = post(records, "declaration_new", has_left_room="no", **fields)
    assert "Enter which item it is" in answer.text and not Declaration.objects.exists()


def declare_another(records, reader):
    """Declare an interest in an exempt risk that is no item of the agenda, by its reference."""
    fields = {"kind": "registrable", "about": "other", "item": f" {records.exempt.reference} "}
    fields |= {"person": records.member.pk, "has_left_room": "yes"}
    return post(records, "declaration_new", reader=reader, **fields)


def test_an_interest_in_another_risk_is_about_that_risk(records):
    declare_another(records, "member")
    row = Declaration.objects.get()
    assert (row.risk, row.item) == (records.exempt, "")


def test_the_clerk_learns_nothing_of_an_exempt_risk_by_its_reference(records):
    answer = declare_another(records, "clerk")
    assert "Enter the reference of a risk that you can see" in answer.text
    assert not Declaration.objects.exists()


def test_the_clerk_does_not_plan_a_deep_dive_into_what_is_exempt(records):
    answer = post(records, "deep_dive_new", risk=records.exempt.reference)
    assert "Enter the reference of a risk that you can see" in answer.text


def test_a_corrected_resolution_shows_its_new_words(records):
    row = make_resolution(records.meeting, by=records.clerk, wording="That it be deferred.")
    fields = {"wording": "That it be approved.", "is_carried": "yes"}
    post(records, "resolution_correct", row.pk, **fields)
    text = page(records, "member")
    assert "That it be approved." in text and "deferred" not in text
    assert Resolution.objects.count() == 2


# Exempt risks


def record_pages(records):
    body = records.body.pk
    year = municipal_year(records.organisation, records.meeting.on)
    return [
        records.meeting.get_absolute_url(),
        records.to_come.get_absolute_url(),
        reverse("meeting_brief", args=[records.meeting.pk]),
        reverse("meeting_brief", args=[records.to_come.pk]),
        reverse("committee_action_list", args=[body]),
        reverse("work_programme", args=[body]),
        reverse("year_report", args=[body, year]),
    ]


def test_who_may_not_see_a_risk_reads_nothing_of_it(records):
    add_everything(records, records.exempt)
    make_deep_dive(records.to_come, records.exempt, by=records.manager)
    client = signed_in(records.clerk)
    for address in record_pages(records):
        text = client.get(address).text
        assert not [word for word in (SECRET, records.exempt.reference) if word in text], address


def test_who_may_see_it_reads_it_on_the_meetings_page(records):
    add_everything(records, records.exempt)
    assert page(records, "member").count(SECRET) >= 4


def test_an_action_about_an_exempt_risk_is_not_there_for_others(records):
    action = record_action(records, risk=records.exempt)
    answer = signed_in(records.clerk).get(action.get_absolute_url())
    assert answer.status_code == 404


def test_an_action_that_was_about_an_exempt_risk_stays_hidden(records):
    action = record_action(records, risk=records.exempt, wording=SECRET)
    action.revise(by=records.manager, version=1, risk=None, wording="Bring a plan")
    assert signed_in(records.clerk).get(action.get_absolute_url()).status_code == 404


def test_who_left_the_room_reads_that_it_was_an_exempt_item(records):
    make_declaration(records.meeting, records.member, risk=records.exempt)
    text = page(records, "member")
    assert "an exempt item" in text and SECRET not in text


def words_of(answer):
    document = docx.Document(io.BytesIO(answer.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def minutes(records, reader="manager", meeting="meeting"):
    address = reverse("meeting_minutes", args=[getattr(records, meeting).pk])
    return signed_in(getattr(records, reader)).get(address)


def test_minutes_and_report_have_nothing_exempt_whoever_reads_them(records):
    add_everything(records, records.exempt)
    report = signed_in(records.manager).get(record_pages(records)[-1]).text
    for text in (words_of(minutes(records)), report):
        assert SECRET not in text and records.exempt.reference not in text


@pytest.mark.parametrize("name", ["year_report", "year_report_docx"])
def test_the_report_holds_back_a_text_that_names_an_exempt_risk(records, name):
    for wording in (f"That {records.exempt.reference} be closed.", "That it be noted."):
        make_resolution(records.meeting, by=records.clerk, wording=wording)
    year = municipal_year(records.organisation, records.meeting.on)
    answer = signed_in(records.manager).get(reverse(name, args=[records.body.pk, year]))
    text = words_of(answer) if name.endswith("docx") else answer.text
    assert "Withheld: names an exempt risk" in text and "That it be noted." in text
    assert records.exempt.reference not in text


def test_minutes_have_what_the_meeting_did(records):
    add_everything(records, records.risk)
    make_resolution(records.meeting, by=records.clerk, wording="That it be noted.")
    text = words_of(minutes(records))
    for part in (
        "Look at Flooding",
        "Why Flooding?",
        "Attended: Head of law.",
        "That it be noted.",
    ):
        assert part in text


def test_minutes_are_a_draft_until_they_are_approved(records):
    assert words_of(minutes(records)).count("Draft.") == 1
    later = make_meeting(records.body, days_ago(5))
    MinutesApproval.record(records.meeting, by=records.clerk, approving_meeting=later)
    assert "Approved on" in words_of(minutes(records))


def test_minutes_keep_an_answer_that_is_not_published(records):
    question = make_put_question(records.meeting, records.register, by=records.manager)
    question.answer(by=records.manager, wording="For you alone.", is_published=False)
    assert "For you alone." not in words_of(minutes(records))


def test_a_meeting_to_come_has_no_minutes(records):
    assert minutes(records, meeting="to_come").status_code == 404


# The year


def test_the_work_programme_has_each_risk_once(records):
    make_deep_dive(records.to_come, records.risk, by=records.clerk)
    text = signed_in(records.clerk).get(reverse("work_programme", args=[records.body.pk])).text
    assert text.count("Flooding") == 1 and "Never looked at in depth: 0" in text


def test_a_deep_dive_of_a_cancelled_meeting_is_not_planned(records):
    make_deep_dive(records.to_come, records.risk, by=records.clerk)
    records.to_come.cancel(by=records.clerk, reason="Snow.")
    text = signed_in(records.clerk).get(reverse("work_programme", args=[records.body.pk])).text
    assert "No deep dive is planned" in text and "Never looked at in depth: 1" in text


def test_the_report_counts_who_was_present_last(records):
    for kind in ("present", "absent"):
        Attendance.record(records.meeting, by=records.clerk, person=records.member, kind=kind)
    text = signed_in(records.clerk).get(record_pages(records)[-1]).text
    assert "Not recorded" in text


def test_a_year_without_a_meeting_has_no_report(records):
    address = reverse("year_report", args=[records.body.pk, 1066])
    assert signed_in(records.clerk).get(address).status_code == 404


@pytest.mark.parametrize("year", [0, 1, 9999, 10**12])
def test_the_ends_of_years_have_no_report(year, records):
    address = reverse("year_report", args=[records.body.pk, year])
    assert signed_in(records.clerk).get(address).status_code == 404


def test_many_records_take_as_many_queries_as_one(records):
    client, addresses = signed_in(records.manager), record_pages(records)

    def grow(count):
        for _ in range(count):
            risk = make_risk(records.register, by=records.manager, on=days_ago(30))
            add_everything(records, risk)
            make_resolution(records.meeting, by=records.clerk)

    grow(1)
    fewest = queries_for(client, addresses)
    grow(2)
    assert queries_for(client, addresses) == fewest
