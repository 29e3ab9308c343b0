"""Every form that saves something of an organisation: filled in, sent twice, sent elsewhere."""

import copy

import pytest
from access_table import OUR_VIEWS, TABLE, TAKE_POST
from django.test import Client
from form_table import ORGANISATION_FORMS, Administration, OrganisationForm

from registers.models import (
    Answer,
    AuditEntry,
    Body,
    Directorate,
    Invitation,
    LateItem,
    Meeting,
    Membership,
    NeedToKnow,
    NeedToKnowWithdrawal,
    Organisation,
    Post,
    PreElectionPeriod,
    Question,
    QuestionClosure,
    Register,
    SchemeDraft,
    ScoringScheme,
    Seat,
)

pytestmark = pytest.mark.django_db

ANSWERS = {200, 302, 404, 409}
COUNTED = (
    *(Body, Directorate, Invitation, Membership, NeedToKnow, NeedToKnowWithdrawal, Organisation),
    *(Post, Register, SchemeDraft, ScoringScheme, Seat, Meeting, LateItem, PreElectionPeriod),
    *(Question, Answer, QuestionClosure),
)


@pytest.fixture(scope="module")
def module_administration(module_db):
    return Administration()


@pytest.fixture
def administration(module_administration):
    return copy.deepcopy(module_administration)


@pytest.fixture
def form(administration, request, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    return OrganisationForm(request.param, administration)


def send(form):
    client = Client()
    client.force_login(form.sender)
    return client.post(form.address, form.data)


each = pytest.mark.parametrize("form", ORGANISATION_FORMS, indirect=True)


def test_every_form_of_an_organisation_is_in_the_table():
    kinds = {"organisation", "meeting"}
    forms = {*TAKE_POST} & {*OUR_VIEWS}
    names = {name for name in forms if kinds & {*kinds_of(name)}}
    assert names | {"organisation_new"} == {*ORGANISATION_FORMS}


def kinds_of(name):
    """What the address of that name is below: "organisation", or the kind of a record."""
    arguments = TABLE[name][0]
    return [*arguments, *(str(value).rpartition(".")[2] for value in arguments.values())]


@each
def test_a_form_filled_in_is_saved_and_audited(form):
    before = AuditEntry.objects.count()
    answer = send(form)
    assert (answer.status_code, AuditEntry.objects.count() > before) == (302, True)


@each
def test_a_form_sent_twice_is_answered_in_words(form):
    assert {send(form).status_code, send(form).status_code} <= ANSWERS


@each
def test_a_double_click_adds_no_second_record(form):
    send(form)
    counts = [model.objects.count() for model in COUNTED]
    send(form)
    assert [model.objects.count() for model in COUNTED] == counts
