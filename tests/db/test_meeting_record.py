"""Who comes to a meeting, who leaves the room, and what that lets them see."""

import copy
from types import SimpleNamespace

import pytest
from makers import (
    days_ago,
    make_body,
    make_declaration,
    make_deep_dive,
    make_grant,
    make_meeting,
    make_organisation,
    make_person,
    make_register,
    make_resolution,
    make_risk,
    make_seat,
)

from registers.models import Attendance, InvalidTransition, Seat, User
from registers.models.meeting_attendance import seat_substitutes
from registers.permissions import counts_everything, positions_for, risks_for, would_see_exempt
from registers.tasks.task_list import task_count

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation()
    register = make_register(organisation)
    people = {role: make_person(organisation, role) for role in ("clerk", "member", "manager")}
    people["substitute"] = make_person(organisation, "member")
    body = make_body(register, members=[people["member"]])
    exempt, other = (
        make_risk(register, by=people["manager"], is_exempt=True, on=days_ago(60)) for _ in range(2)
    )
    return SimpleNamespace(
        register=register,
        body=body,
        exempt=exempt,
        other=other,
        meeting=make_meeting(body, days_ago(0)),
        **people,
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def visible(user, register):
    """The exempt risks that the person sees today. Who they are is read again."""
    user = User.objects.get(pk=user.pk)
    return {*risks_for(user, register).filter(is_exempt=True).values_list("number", flat=True)}


def send_apologies(records, **fields):
    fields = {"kind": "apologies", "substitute": records.substitute, **fields}
    return Attendance.record(records.meeting, by=records.clerk, person=records.member, **fields)


def test_a_substitute_sits_on_the_body_for_the_day_of_the_meeting(records):
    send_apologies(records)
    seat = Seat.objects.get(user=records.substitute)
    assert (seat.capacity, seat.from_day, seat.until) == ("substitute", days_ago(0), days_ago(0))


def test_a_substitute_sees_what_the_member_saw(records):
    assert visible(records.substitute, records.register) == set()
    send_apologies(records)
    assert visible(records.substitute, records.register) == {1, 2}


def test_a_substitute_moves_with_the_meeting(records):
    meeting = make_meeting(records.body, days_ago(-20))
    apologies = {"kind": "apologies", "substitute": records.substitute}
    Attendance.record(meeting, by=records.clerk, person=records.member, **apologies)
    meeting.on = days_ago(-25)
    meeting.save()
    seat_substitutes(meeting, by=records.clerk)
    assert Seat.objects.get(user=records.substitute).from_day == days_ago(-25)


def test_a_cancelled_meeting_has_no_substitute(records):
    send_apologies(records)
    records.meeting.cancel(by=records.clerk, reason="Snow.")
    assert not Seat.objects.filter(user=records.substitute).exists()


def test_a_member_who_comes_after_all_needs_no_substitute(records):
    send_apologies(records)
    send_apologies(records, kind="expected", substitute=None)
    assert not Seat.objects.filter(user=records.substitute).exists()


def test_apologies_sent_twice_seat_one_substitute(records):
    for _ in range(2):
        send_apologies(records)
    assert Seat.objects.filter(user=records.substitute).count() == 1


def test_nobody_substitutes_who_sits_on_the_body_already(records):
    make_seat(records.body, records.substitute)
    with pytest.raises(InvalidTransition, match="sits on this body already"):
        send_apologies(records)


def test_nobody_substitutes_for_two_members(records):
    send_apologies(records)
    second = make_person(records.register.organisation, "member")
    make_seat(records.body, second)
    with pytest.raises(InvalidTransition, match="sits on this body already"):
        send_apologies(SimpleNamespace(**{**vars(records), "member": second}))


def test_a_member_of_another_body_sends_no_apologies(records):
    with pytest.raises(ValueError, match="does not sit on"):
        Attendance.record(
            records.meeting, by=records.clerk, person=records.substitute, kind="apologies"
        )


def test_nobody_was_present_before_the_meeting(records):
    meeting = make_meeting(records.body, days_ago(-20))
    with pytest.raises(InvalidTransition, match="still to come"):
        Attendance.record(meeting, by=records.clerk, person=records.member, kind="present")


def test_who_left_the_room_for_a_risk_does_not_see_it(records):
    make_declaration(records.meeting, records.member, risk=records.exempt)
    assert visible(records.member, records.register) == {2}


def test_who_left_the_room_for_a_register_sees_nothing_exempt_of_it(records):
    make_declaration(records.meeting, records.member, register=records.register)
    assert visible(records.member, records.register) == set()


def test_who_stayed_in_the_room_sees_it(records):
    make_declaration(records.meeting, records.member, risk=records.exempt, has_left_room=False)
    assert visible(records.member, records.register) == {1, 2}


def test_an_interest_in_another_item_hides_nothing(records):
    make_declaration(records.meeting, records.member)
    assert visible(records.member, records.register) == {1, 2}


def test_a_withdrawn_interest_hides_nothing(records):
    row = make_declaration(records.meeting, records.member, risk=records.exempt)
    row.withdraw(by=records.clerk, reason="It ended.")
    assert visible(records.member, records.register) == {1, 2}


def test_the_position_has_no_risk_for_which_somebody_left_the_room(records):
    make_declaration(records.meeting, records.member, risk=records.exempt)
    member = User.objects.get(pk=records.member.pk)
    numbers = positions_for(member, records.register, days_ago(0)).values_list("number", flat=True)
    assert [*numbers] == [2]


def test_the_page_says_that_risks_are_not_counted(records):
    make_declaration(records.meeting, records.member, risk=records.exempt)
    assert not counts_everything(User.objects.get(pk=records.member.pk), records.register)


def test_an_interest_goes_before_a_need_to_know(records):
    make_grant(records.register, records.member, risk=records.exempt)
    make_declaration(records.meeting, records.member, risk=records.exempt)
    assert visible(records.member, records.register) == {2}


def test_an_interest_goes_before_a_role(records):
    make_seat(records.body, records.manager)
    make_declaration(records.meeting, records.manager, risk=records.exempt)
    manager = User.objects.get(pk=records.manager.pk)
    assert visible(records.manager, records.register) == {2}
    assert not would_see_exempt(manager, records.exempt)


def test_a_task_about_it_is_not_of_who_left_the_room(records):
    make_seat(records.body, records.manager)
    before = task_count(records.manager, days_ago(0))
    make_declaration(records.meeting, records.manager, register=records.register)
    manager = User.objects.get(pk=records.manager.pk)
    assert (before, task_count(manager, days_ago(0))) == (4, 0)


def test_nobody_without_a_seat_declares_an_interest(records):
    with pytest.raises(ValueError, match="does not sit on"):
        make_declaration(records.meeting, records.substitute)


def test_a_declaration_is_withdrawn_once(records):
    row = make_declaration(records.meeting, records.member)
    row.withdraw(by=records.clerk, reason="It ended.")
    with pytest.raises(InvalidTransition, match="withdrawn before"):
        row.withdraw(by=records.clerk, reason="It ended again.")


def test_a_corrected_resolution_stands_no_more(records):
    row = make_resolution(records.meeting, by=records.clerk)
    correct = make_resolution(
        records.meeting, by=records.clerk, wording="That it be approved.", corrects=row
    )
    assert [*records.meeting.resolutions.in_force()] == [correct]


def test_a_resolution_is_corrected_once(records):
    row = make_resolution(records.meeting, by=records.clerk)
    make_resolution(records.meeting, by=records.clerk, corrects=row)
    with pytest.raises(InvalidTransition, match="corrected before"):
        make_resolution(records.meeting, by=records.clerk, corrects=row)


def test_a_risk_is_on_the_agenda_once(records):
    make_deep_dive(records.meeting, records.exempt, by=records.manager)
    with pytest.raises(InvalidTransition, match="on the agenda already"):
        make_deep_dive(records.meeting, records.exempt, by=records.manager)


def test_a_deep_dive_does_not_take_place_before_the_meeting(records):
    meeting = make_meeting(records.body, days_ago(-20))
    row = make_deep_dive(meeting, records.exempt, by=records.manager)
    with pytest.raises(InvalidTransition, match="still to come"):
        row.conclude(by=records.clerk, took_place=True, attendees="Head of ICT")
