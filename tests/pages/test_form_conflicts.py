"""The same form sent twice is saved once; with other words it is answered 409 and stays.

Every form is tested.
"""

import copy
import re
from types import SimpleNamespace

import pytest
from form_table import FORMS, Council, Form
from risk_histories import rollback

pytestmark = pytest.mark.django_db

# Fields that a refused form sets anew.
RENEWED = ("token", "version", "text_version")
STEPS_THAT_ARE_TAKEN = {  # and the message to whoever takes one again
    "agreement_supersede": "this agreement was superseded already",
    "risk_escalate": "cannot be escalated now",
    "check_take_back": "Nothing is set aside",
    "risk_review_many": "Nothing is reviewed yet",
    "register_scheme": "which is in force",
}


@pytest.fixture(scope="module")
def council(module_db):
    return Council()


@pytest.fixture(scope="module", params=FORMS)
def form(request, council):
    """A form that nobody sent yet, for all tests of it in turn."""
    with rollback():
        yield Form(request.param, copy.deepcopy(council))


@pytest.fixture(scope="module")
def answers(form):
    """The form sent, sent again, and sent with other words: each with the number of rows after."""
    with rollback():
        _, once = form.send()
        yield SimpleNamespace(once=once, repeat=form.send(), conflict=form.send(**form.other))


def test_the_same_form_twice_is_one_row_and_no_error(answers):
    answer, twice = answers.repeat
    assert (answer.status_code, twice) == (302, answers.once)


def test_other_words_by_the_same_form_are_a_conflict(answers):
    answer, twice = answers.conflict
    assert (answer.status_code, twice) == (409, answers.once)
    assert (
        "you saved this form with different answers on" in answer.text
        and "See what you saved" in answer.text
    )


def test_a_conflict_keeps_the_form_and_lets_it_be_sent_again(form, answers):
    answer, once = answers.conflict
    shown = answer.context["form"]
    assert {name: shown[name].value() for name in form.other} == form.other
    again = {name: shown[name].value() for name in RENEWED if name in shown.fields}
    answer, twice = form.send(**form.other, **again)
    if words := STEPS_THAT_ARE_TAKEN.get(form.name):
        assert (twice, words in answer.text) == (once, True)
    else:
        assert (answer.status_code, twice) == (302, once + 1)


def test_the_page_links_to_the_saved_record(form, answers):
    link = re.search(r'href="([^"]*)">See what you saved', answers.conflict[0].text)[1]
    assert form.council.client.get(link).status_code == 200
