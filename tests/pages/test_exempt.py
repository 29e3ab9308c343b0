"""Marking a risk as exempt with its ground, and lifting that."""

import html

import pytest
from django.test import Client
from makers import (
    make_agreement,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
)

from registers.forms.risk_lifecycle import GROUNDS
from registers.models import InvalidTransition, Position, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk():
    return make_risk(make_register(slug="ours", prefix="C"), assessed=(3, 4))


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def person(risk, role=Role.OFFICER):
    return make_person(risk.register.organisation, role)


def text_of(answer):
    return html.unescape(answer.text)


FORM_DATA = {
    "ground": "3",
    "exempt_interest": "It would cost residents.",
    "exempt_decided_by": "Monitoring Officer",
}


def mark(client, risk, **fields):
    return client.post(
        f"{risk.get_absolute_url()}exempt/", FORM_DATA | {"version": risk.version} | fields
    )


def lift(client, risk, **fields):
    form = {"reason": "The claim is settled.", "version": risk.version, "confirmed": "yes"}
    return client.post(f"{risk.get_absolute_url()}exempt/lift/", form | fields)


def test_it_is_marked_with_its_ground_and_who_decided(risk):
    mark(client_of(person(risk, Role.MANAGER)), risk)
    risk.refresh_from_db()
    assert (risk.is_exempt, risk.exempt_ground, risk.exempt_decided_by) == (
        True,
        GROUNDS["3"],
        "Monitoring Officer",
    )
    assert risk.revisions.latest().what == "exempted"


def test_its_page_says_that_it_is_exempt(risk):
    client = client_of(person(risk, Role.MANAGER))
    before = client.get(risk.get_absolute_url()).text
    mark(client, risk)
    after = client.get(risk.get_absolute_url()).text
    assert ["Exempt from publication" in page for page in (before, after)] == [False, True]


def test_a_body_outside_schedule_12a_gives_its_own_ground(risk):
    mark(
        client_of(person(risk, Role.MANAGER)),
        risk,
        ground="other",
        other_ground="Freedom of Information Act, 43",
    )
    risk.refresh_from_db()
    assert risk.exempt_ground == "Freedom of Information Act, 43"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ground": ""}, "Select on what ground it is exempt"),
        ({"ground": "8"}, "Select on what ground it is exempt"),
        ({"ground": "other"}, "Enter the ground on which it is exempt"),
        ({"exempt_interest": ""}, "Enter why the public interest favours not publishing it"),
        ({"exempt_decided_by": " "}, "Enter who decided that it is exempt"),
    ],
)
def test_missing_fields_are_named(risk, fields, words):
    answer = mark(client_of(person(risk, Role.MANAGER)), risk, **fields)
    risk.refresh_from_db()
    assert (words in text_of(answer), risk.is_exempt) == (True, False)


def test_positions_and_agreements_follow_the_flag(risk):
    make_agreement(risk.register)
    mark(client_of(person(risk, Role.MANAGER)), risk)
    assert set(Position.objects.filter(risk=risk).values_list("is_exempt", flat=True)) == {True}
    risk.refresh_from_db()
    lift(client_of(person(risk, Role.MANAGER)), risk)
    assert set(Position.objects.filter(risk=risk).values_list("is_exempt", flat=True)) == {False}


def test_an_officer_who_loses_access_gets_a_warning_and_a_notice(risk):
    client = client_of(person(risk))
    assert (
        "You will no longer see this risk" in client.get(f"{risk.get_absolute_url()}exempt/").text
    )
    answer = client.post(
        f"{risk.get_absolute_url()}exempt/", FORM_DATA | {"version": 1}, follow=True
    )
    assert (answer.redirect_chain, "You can no longer see it" in answer.text) == (
        [("/registers/ours/", 302)],
        True,
    )
    assert client.get(risk.get_absolute_url()).status_code == 404


def raises(risk, user):
    type(risk).objects.filter(pk=risk.pk).update(raised_by=user)


def holds(risk, user):
    make_revision(risk, owner=make_post(risk.register.organisation, holder=user))


@pytest.mark.parametrize("tie", [raises, holds])
def test_an_officer_whose_own_it_is_still_sees_it(risk, tie):
    user = person(risk)
    tie(risk, user)
    risk.refresh_from_db()
    client = client_of(user)
    assert (
        "You will no longer see this risk"
        not in client.get(f"{risk.get_absolute_url()}exempt/").text
    )
    assert mark(client, risk)["Location"] == risk.get_absolute_url()
    assert GROUNDS["3"] in text_of(client.get(risk.get_absolute_url()))


def test_its_ground_can_be_changed(risk):
    client = client_of(person(risk, Role.MANAGER))
    mark(client, risk)
    risk.refresh_from_db()
    assert client.get(f"{risk.get_absolute_url()}exempt/").context["form"]["ground"].value() == "3"
    mark(client, risk, ground="5")
    risk.refresh_from_db()
    assert (risk.exempt_ground, risk.version) == (GROUNDS["5"], 3)


def test_a_closed_risk_can_be_marked(risk):
    risk.close(by=make_user(), version=1, reason="Over.", depends_on="Nobody.")
    mark(client_of(person(risk, Role.MANAGER)), risk)
    risk.refresh_from_db()
    assert (risk.is_exempt, risk.status) == (True, "closed")


def test_marked_over_another_change_it_is_a_conflict(risk):
    make_revision(risk, title="Another")
    risk.version = 1
    answer = mark(client_of(person(risk, Role.MANAGER)), risk, exempt_interest="My <reasons>.")
    assert (answer.status_code, "My <reasons>." in text_of(answer)) == (409, True)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MEMBER, 403), (Role.PEER, 403), (Role.ADMINISTRATOR, 403)]
)
def test_a_non_editor_marks_nothing(risk, role, status):
    assert mark(client_of(person(risk, role)), risk).status_code == status


# Lifting it


@pytest.fixture
def exempt(risk):
    mark(client_of(person(risk, Role.MANAGER)), risk)
    risk.refresh_from_db()
    return risk


def test_a_manager_lifts_it_with_a_reason(exempt):
    lift(client_of(person(exempt, Role.MANAGER)), exempt)
    exempt.refresh_from_db()
    assert (exempt.is_exempt, exempt.exempt_ground) == (False, "")
    assert (exempt.revisions.latest().what, exempt.revisions.latest().reason) == (
        "exemption-lifted",
        "The claim is settled.",
    )


def test_lifting_sent_twice_is_one(exempt):
    client = client_of(person(exempt, Role.MANAGER))
    assert [lift(client, exempt).status_code for _ in range(2)] == [302, 302]
    assert exempt.revisions.count() == 3


def test_lifting_wants_a_reason(exempt):
    answer = lift(client_of(person(exempt, Role.MANAGER)), exempt, reason="")
    assert "Enter why it can be published" in answer.text


def test_an_officer_whose_own_it_is_does_not_lift_it(exempt):
    user = person(exempt)
    raises(exempt, user)
    assert lift(client_of(user), exempt).status_code == 403
    assert "/lift/" not in client_of(user).get(f"{exempt.get_absolute_url()}exempt/").text


def test_a_risk_not_exempt_cannot_be_lifted(risk):
    with pytest.raises(InvalidTransition):
        risk.lift_exemption(by=make_user(), version=1, reason="It is settled.")
    assert "there is no exemption to lift" in lift(client_of(person(risk, Role.MANAGER)), risk).text
