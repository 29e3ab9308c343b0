"""People who move or leave: posts handed over, roles and seats ended, sign-in stopped."""

import copy
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from makers import (
    days_ago,
    make_action,
    make_body,
    make_control,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    make_seat,
)

from registers.forms.departures import LeaveForm, MoveForm
from registers.models import AuditEntry, Membership, Post, Seat

pytestmark = pytest.mark.django_db

PASSWORD = "three quiet herons"


@pytest.fixture(scope="module")
def module_council(module_db):
    organisation = make_organisation("Southmoor Council")
    administrator = make_person(organisation, "administrator", name="Noor Hazel")
    manager = make_person(organisation, "manager", name="Mo Rowan")
    officer = make_person(organisation, name="Kay Lin", password=PASSWORD)
    post = make_post(organisation, "Director of finance", holder=officer)
    register = make_register(organisation)
    risk = make_risk(register, by=manager, owner=post, title="A secret plan", is_exempt=True)
    make_control(risk, by=manager, owner=post)
    make_action(risk, by=manager, owner=post)
    seat = make_seat(make_body(register, name="Audit Committee"), officer)
    return SimpleNamespace(
        organisation=organisation,
        administrator=administrator,
        manager=manager,
        officer=officer,
        post=post,
        seat=seat,
    )


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


@pytest.fixture
def client(council):
    client = Client()
    client.force_login(council.administrator)
    return client


def path_of(council, person, name="person_leave"):
    return reverse(name, args=[council.organisation.slug, person.pk])


def leave(client, council, person=None, is_confirmed=True, **changes):
    person = person or council.officer
    posts = {f"post_{post.pk}": "vacant" for post in Post.objects.filter(holder=person)}
    fields = {"on": days_ago(0).isoformat()} | posts | changes
    fields |= {"confirmed": "yes"} if is_confirmed else {}
    return client.post(path_of(council, person), fields, follow=True)


def move(client, council, **changes):
    fields = {
        "on": days_ago(0).isoformat(),
        "confirmed": "yes",
        f"post_{council.post.pk}": "keep",
    } | changes
    return client.post(path_of(council, council.officer, "person_move"), fields, follow=True)


def errors_of(form, council, **answers):
    """What a form about the officer says to these answers."""
    fields = {"on": days_ago(0).isoformat()} | answers
    data = MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    )
    about = {"person": council.officer, "organisation": council.organisation}
    return form(data, **about).errors.as_text()


def holder_of(post):
    return Post.objects.get(pk=post.pk).holder


# Leaving


def test_the_page_counts_what_a_post_owns(client, council):
    page = client.get(path_of(council, council.officer)).text
    assert "owns one risk, one control and one open action" in page


def test_the_page_names_no_risk(client, council):
    page = client.get(path_of(council, council.officer)).text
    assert "secret plan" not in page.lower()


def test_the_answers_are_checked_first(client, council):
    page = leave(client, council, is_confirmed=False)
    assert "Check before Kay Lin leaves" in page.text
    assert holder_of(council.post) == council.officer


def test_a_post_becomes_vacant(client, council):
    leave(client, council)
    assert holder_of(council.post) is None


def test_a_post_is_handed_to_another_person(client, council):
    key = council.post.pk
    answers = {f"post_{key}": "person", f"holder_{key}": council.manager.pk}
    leave(client, council, **answers, **{f"interim_{key}": "interim"})
    post = Post.objects.get(pk=key)
    assert (post.holder, post.is_interim) == (council.manager, True)


def test_roles_and_seats_end_on_the_last_day(client, council):
    leave(client, council, on=days_ago(2).isoformat())
    assert Membership.objects.get(user=council.officer).until == days_ago(2)
    assert not Seat.objects.filter(pk=council.seat.pk, until=None).exists()


def test_a_seat_that_would_begin_later_is_removed(client, council):
    Seat.objects.update(from_day=days_ago(-9))
    leave(client, council)
    assert not Seat.objects.exists()


def test_leaving_is_audited(client, council):
    leave(client, council)
    verbs = AuditEntry.objects.filter(by=council.administrator).values_list("verb", flat=True)
    assert {*verbs} == {"post.changed", "membership.changed", "seat.changed", "user.left"}


def test_leaving_twice_leaves_one_entry(client, council):
    leave(client, council)
    leave(client, council)
    assert AuditEntry.objects.filter(verb="user.left").count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"on": "2099-01-01"}, "must be today or in the past"),
        ({"on": "1066-10-14"}, "check the year"),
        ({"on": "yesterday"}, "must be a real date"),
        ({"on": ""}, "Enter the last day"),
    ],
)
def test_a_wrong_day_is_refused_in_words(council, changes, error):
    assert error in errors_of(LeaveForm, council, **changes)


@pytest.mark.parametrize("holder", ["", "0", "x", "officer", "stranger", "former"])
def test_a_post_goes_to_somebody_with_a_role_here(council, holder):
    former = make_membership(
        organisation=council.organisation, role="officer", until=days_ago(1)
    ).user
    people = {
        "officer": council.officer,
        "stranger": make_person(make_organisation()),
        "former": former,
    }
    key = council.post.pk
    holder = people[holder].pk if holder in people else holder
    answers = {f"post_{key}": "person", f"holder_{key}": holder}
    assert "Select the person who takes over" in errors_of(LeaveForm, council, **answers)


def test_what_is_needed_at_times_is_not_called_optional(council):
    about = {"person": council.officer, "organisation": council.organisation}
    names = (f"holder_{council.post.pk}", f"interim_{council.post.pk}", "until")
    assert [MoveForm(**about)[name].is_optional for name in names] == [False] * 3


def test_somebody_whose_last_day_is_today_leaves_at_its_end(client, council):
    page = leave(client, council)
    today = date_format(days_ago(0), "j F Y")
    assert (
        f"Kay Lin leaves at the end of today, {today}." in page.text,
        "Kay Lin has left." in page.text,
        path_of(council, council.officer) in page.text,
    ) == (True, False, False)


def test_somebody_whose_last_day_has_passed_has_left(client, council):
    assert "Kay Lin has left." in leave(client, council, on=days_ago(1).isoformat()).text


def test_somebody_whose_roles_end_today_can_still_hand_over_a_post(client, council):
    Membership.objects.filter(user=council.officer).update(until=days_ago(0))
    page = client.get(path_of(council, council.officer, "person_detail"))
    assert path_of(council, council.officer) in page.text


def test_a_post_without_an_answer_is_asked_about(client, council):
    page = leave(client, council, **{f"post_{council.post.pk}": ""})
    assert "Select who holds the post Director of finance next" in page.text
    assert holder_of(council.post) == council.officer


def test_a_post_given_meanwhile_is_asked_about(client, council):
    form = {"on": days_ago(0).isoformat(), f"post_{council.post.pk}": "vacant", "confirmed": "yes"}
    make_post(council.organisation, "Head of legal", holder=council.officer)
    page = client.post(path_of(council, council.officer), form)
    assert "Select who holds the post Head of legal next" in page.text
    assert holder_of(council.post) == council.officer


def test_the_last_administrator_cannot_leave(client, council):
    page = leave(client, council, council.administrator)
    assert "This is the last administrator" in page.text
    assert Membership.objects.get(user=council.administrator).until is None


def test_leaving_as_the_last_risk_manager_is_warned_of(client, council):
    page = leave(client, council, council.manager, is_confirmed=False)
    assert "Nobody else runs the registers after that" in page.text


def test_another_risk_manager_takes_the_warning_away(client, council):
    make_person(council.organisation, "manager")
    page = leave(client, council, council.manager, is_confirmed=False)
    assert "Nobody else runs the registers" not in page.text


# Signing in afterwards


def sign_in(council):
    return Client().post(
        "/accounts/login/", {"login": council.officer.email, "password": PASSWORD}, follow=True
    )


def test_who_has_left_cannot_sign_in(client, council):
    leave(client, council, on=days_ago(1).isoformat())
    assert "This account is closed" in sign_in(council).text


def test_on_the_last_day_one_can_sign_in(client, council):
    leave(client, council)
    assert sign_in(council).redirect_chain[-1][0] == "/"


def test_a_role_elsewhere_keeps_the_sign_in(client, council):
    make_membership(council.officer, make_organisation())
    leave(client, council, on=days_ago(1).isoformat())
    assert sign_in(council).redirect_chain[-1][0] == "/"


def test_a_role_given_again_opens_the_sign_in(client, council):
    leave(client, council, on=days_ago(1).isoformat())
    client.post(path_of(council, council.officer, "person_role_new"), {"role": "member"})
    assert sign_in(council).redirect_chain[-1][0] == "/"


# Moving


def test_a_person_moves_to_another_post(client, council):
    new = make_post(council.organisation, "Chief executive")
    move(client, council, **{f"post_{council.post.pk}": "vacant", "post": new.pk})
    assert (holder_of(council.post), holder_of(new)) == (None, council.officer)


def test_a_person_moves_to_another_role(client, council):
    membership = Membership.objects.get(user=council.officer)
    move(client, council, ended_roles=[membership.pk], role="manager")
    roles = Membership.objects.filter(user=council.officer).values_list("role", "until")
    assert {*roles} == {("officer", days_ago(0)), ("manager", None)}


def test_a_move_is_audited(client, council):
    move(client, council, role="manager")
    assert AuditEntry.objects.get(verb="user.moved").by == council.administrator


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, "nothing has changed yet"),
        ({"role": "peer"}, "Enter a last day for the role of peer"),
        ({"role": "officer"}, "Select a role from the list"),
        ({"role": "manager", "on": "2099-01-01"}, "must be today or in the past"),
        ({"post": "x"}, "Select a vacant post from the list"),
        ({"ended_roles": ["0"]}, "Select from the list"),
    ],
)
def test_a_wrong_move_is_refused_in_words(council, changes, error):
    answers = {f"post_{council.post.pk}": "keep"} | changes
    assert error in errors_of(MoveForm, council, **answers)


def test_a_move_without_a_change_is_refused(client, council):
    assert "nothing has changed yet" in move(client, council).text


def test_a_post_that_somebody_holds_is_not_taken(council):
    post = make_post(council.organisation, holder=council.manager)
    errors = errors_of(MoveForm, council, post=post.pk, **{f"post_{council.post.pk}": "keep"})
    assert "Select a vacant post from the list" in errors


def test_the_last_administrator_does_not_move_out_of_the_role(client, council):
    make_membership(council.officer, council.organisation, "administrator")
    Membership.objects.filter(user=council.administrator).delete()
    client.force_login(council.officer)
    membership = Membership.objects.get(user=council.officer, role="administrator")
    page = move(client, council, ended_roles=[membership.pk])
    assert "This is the last administrator" in page.text
