"""The token of one form, sent by two people at once: each is answered, with one row or two."""

import uuid

import pytest
from database import in_parallel
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from form_table import FORMS, ORGANISATION_FORMS, Administration, Form, OrganisationForm
from makers import (
    days_ago,
    impact,
    make_action,
    make_body,
    make_membership,
    make_organisation,
    make_person,
    make_precedent,
    make_question,
    make_register,
    make_review,
    make_risk,
    make_user,
)
from profiles import CI

from registers.models import GatheredQuestion, Register, RegisterImport, Risk
from registers.services import agree

pytestmark = pytest.mark.django_db(transaction=True)
EACH = 3 if CI else 1  # times that each of the two sends the form


def client_of(person):
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def statuses_at_once(clients, send):
    return in_parallel(
        EACH * len(clients), lambda number: send(clients[number % len(clients)]).status_code
    )


def test_every_form_of_an_organisation_is_answered_to_two_people_at_once():
    for name in ORGANISATION_FORMS:
        administration = Administration()
        form = OrganisationForm(name, administration)
        roles = {"is_staff": True, "is_superuser": True}
        other = make_user(**(roles if form.sender.is_superuser else {}))
        for membership in form.sender.memberships.all():
            make_membership(other, administration.organisation, membership.role)
        clients = [client_of(person) for person in (form.sender, other)]
        statuses = statuses_at_once(
            clients, lambda client, form=form: client.post(form.address, form.data)
        )
        assert (name, {*statuses} - {200, 302, 404, 409}) == (name, set())
        assert (name, 302 in statuses) == (name, True)


def test_every_form_with_a_token_is_answered_to_two_people_at_once():
    for name in FORMS:
        form = Form(name)
        clients = [
            client_of(person)
            for person in (form.council.manager, make_person(form.council.organisation, "manager"))
        ]
        before = form.model._base_manager.count()
        statuses = statuses_at_once(
            clients, lambda client, form=form: client.post(form.address, form.data)
        )
        added = form.model._base_manager.count() - before
        assert (name, set(statuses) - {302, 200, 409}, added in (1, 2)) == (name, set(), True)
        Register.objects.filter(pk=form.council.register.pk).update(
            slug=f"was-ours-{form.council.register.pk}"
        )


def test_a_question_is_kept_on_both_lists():
    register = make_register(slug="ours")
    clients = [client_of(make_person(register.organisation, "member")) for _ in range(2)]
    data = {"text": "Who looks at this?", "token": str(uuid.uuid4())}
    statuses = statuses_at_once(
        clients, lambda client: client.post("/registers/ours/questions/", data)
    )
    assert (set(statuses), GatheredQuestion.objects.count()) == ({302}, 2)


def test_the_same_words_of_one_person_are_kept_once():
    register = make_register()
    member = make_person(register.organisation, "member")
    in_parallel(4, lambda _: make_question(register, "One?", by=member))
    assert [question.text for question in GatheredQuestion.objects.on_list()] == ["One?"]


def test_a_copy_is_made_for_both():
    risk = make_risk(make_register(slug="ours"))
    clients = [client_of(make_person(risk.register.organisation)) for _ in range(2)]
    data = {"token": str(uuid.uuid4())}
    statuses = statuses_at_once(
        clients, lambda client: client.post(f"{risk.get_absolute_url()}duplicate/", data)
    )
    assert (set(statuses), Risk.objects.count()) == ({302}, 3)


# Of two registers, risks or organisations


def make_two_at_once(make):
    """What make(number, token) returns for both at once."""
    token = uuid.uuid4()
    return in_parallel(2, lambda number: make(number, token))


def test_a_workbook_begins_an_import_in_each_register():
    token = str(uuid.uuid4())
    organisation = make_organisation()
    manager = make_person(organisation, "manager")
    registers = [make_register(organisation) for _ in range(2)]

    def send(number, _):
        file = SimpleUploadedFile("risks.csv", b"Title,Owner\nReserves run out,Treasurer\n")
        path = f"/registers/{registers[number].slug}/import/"
        return client_of(manager).post(path, {"file": file, "token": token}).status_code

    assert make_two_at_once(send) == [302, 302]
    assert {row.register_id for row in RegisterImport.objects.all()} == {
        register.pk for register in registers
    }


def test_a_token_of_another_persons_import_begins_an_import():
    register, token = make_register(slug="ours"), str(uuid.uuid4())
    for title in (b"Reserves run out", b"A school fails"):
        file = SimpleUploadedFile("risks.csv", b"Title,Owner\n" + title + b",Treasurer\n")
        client = client_of(make_person(register.organisation, "manager"))
        assert (
            client.post("/registers/ours/import/", {"file": file, "token": token}).status_code
            == 302
        )
    assert RegisterImport.objects.count() == 2


def makers_by_record():
    """What adds each kind of record to a risk of version 1, with a token."""
    day, later = days_ago(0), days_ago(-30)
    judgement = {"version": 1, "rationale": "So.", "likelihood": 3, "impact": 3, "driver": impact()}
    return {
        "assess": lambda risk, by, token: risk.assess(
            by=by, token=token, kind="current", **judgement
        ),
        "review": lambda risk, by, token: make_review(risk, by=by, token=token, next_on=later),
        "action": lambda risk, by, token: make_action(risk, by=by, token=token),
        "mark": lambda risk, by, token: make_precedent(risk, by=by, token=token),
        "agree": lambda risk, by, token: agree(
            register=risk.register,
            by=by,
            body=make_body(risk.register),
            decision="noted",
            on=day,
            token=token,
        ),
        "log": lambda risk, by, token: make_risk(risk.register, by=by, token=token),
    }


def test_a_token_makes_a_row_of_each_of_two_risks_at_once():
    risks, by = [make_risk(make_register()) for _ in range(2)], make_user()
    for name, make in makers_by_record().items():
        rows = make_two_at_once(lambda number, token, make=make: make(risks[number], by, token))
        assert (name, rows[0] != rows[1]) == (name, True)
