"""Steps with no way back: a page of answers to check comes before each of them."""

import html
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_action,
    make_control,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    risk_form,
)

from registers.models import Risk, Role

pytestmark = pytest.mark.django_db

WORDS = 'My "own" <b>words</b>\nin two lines'


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation()
    register = make_register(organisation, slug="ours")
    manager = make_person(organisation, Role.MANAGER)
    posts = [make_post(organisation, title) for title in ("Old post", "New post")]
    client = Client()
    client.force_login(manager)
    risks = {
        "open": make_risk(register, by=manager, owner=posts[0], on=days_ago(30)),
        "draft": make_risk(register, by=manager, status="draft", on=days_ago(30)),
        "exempt": make_risk(register, by=manager, is_exempt=True, on=days_ago(30)),
    }
    return SimpleNamespace(client=client, manager=manager, posts=posts, **risks)


def reassign_form(records):
    records.address = "/registers/ours/reassign/?from_post={}&to_post={}".format(
        *(post.pk for post in records.posts)
    )
    return {"risks": [f"{records.open.pk}-{records.open.version}"], "reason": WORDS}


def step_of(risk, step, **form):
    def prepare(records):
        records.risk = getattr(records, risk)
        records.address = f"{records.risk.get_absolute_url()}{step}/"
        return {"version": records.risk.version, **form}

    return prepare


DAY = days_ago(3).isoformat()
STEPS = {
    "put on the register": (
        step_of("draft", "put-on-register", **{**risk_form(), "event": WORDS}),
        "It cannot become a draft again.",
        lambda records: Risk.objects.get(pk=records.draft.pk).status == "open",
    ),
    "materialised": (
        step_of("open", "happened", happened_on=DAY, happened_what=WORDS),
        "You cannot undo this.",
        lambda records: Risk.objects.get(pk=records.open.pk).status == "happened",
    ),
    "lift the exemption": (
        step_of("exempt", "exempt/lift", reason=WORDS),
        "You cannot undo what people have read.",
        lambda records: not Risk.objects.get(pk=records.exempt.pk).is_exempt,
    ),
    "reassign": (
        reassign_form,
        "You cannot undo this in one step",
        lambda records: Risk.objects.get(pk=records.open.pk).owner == records.posts[1],
    ),
}
each_step = pytest.mark.parametrize("name", STEPS)


def hidden_fields(page):
    """What the check page sends: the hidden fields of its own form."""
    form = page.partition('class="govuk-summary-list app-answers"')[2].partition("</form>")[0]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    data = {}
    for name, value in fields:
        data.setdefault(name, []).append(html.unescape(value))
    data.pop("csrfmiddlewaretoken")
    return data


def checked(records, name):
    """(the check page of the step, its hidden fields)."""
    prepare, consequence, _ = STEPS[name]
    form = prepare(records)
    answer = records.client.post(records.address, form)
    assert (answer.status_code, consequence in html.unescape(answer.text)) == (200, True)
    return answer.text, hidden_fields(answer.text)


@each_step
def test_the_answers_are_shown_and_nothing_is_done_yet(records, name):
    text, _ = checked(records, name)
    assert "My &quot;own&quot; &lt;b&gt;words&lt;/b&gt;<br>in two lines" in text
    assert not STEPS[name][2](records)


@each_step
def test_confirming_takes_the_step(records, name):
    _, fields = checked(records, name)
    answer = records.client.post(records.address, fields | {"confirmed": "yes"})
    assert (answer.status_code, STEPS[name][2](records)) == (302, True)


@each_step
def test_changing_goes_back_with_everything_typed(records, name):
    _, fields = checked(records, name)
    answer = records.client.post(records.address, fields | {"change": "yes"})
    assert (answer.status_code, STEPS[name][2](records)) == (200, False)
    assert WORDS.splitlines()[0] in html.unescape(answer.text)
    assert 'name="confirmed"' not in answer.text and "error-summary" not in answer.text


@each_step
def test_what_changed_meanwhile_is_answered_409_at_the_confirmation(records, name):
    _, fields = checked(records, name)
    make_revision(records.open if name == "reassign" else records.risk, title="Another title")
    answer = records.client.post(records.address, fields | {"confirmed": "yes"})
    assert (answer.status_code, STEPS[name][2](records)) == (409, False)
    assert WORDS.splitlines()[0] in html.unescape(answer.text)


@each_step
def test_an_invalid_form_is_not_asked_to_be_checked(records, name):
    STEPS[name][0](records)
    answer = records.client.post(records.address, {"confirmed": "yes"})
    assert (answer.status_code, "error-summary" in answer.text) == (200, True)
    assert not STEPS[name][2](records)


def test_choices_and_days_are_shown_in_words(records):
    text, _ = checked(records, "materialised")
    assert f"{days_ago(3).day} {days_ago(3):%B %Y}" in text
    assert records.open.title in checked(records, "reassign")[0]


def test_a_step_that_can_be_undone_is_taken_at_once(records):
    """Closing is undone by reopening, a dropped action and a retired control are reopened."""
    control, action = make_control(records.open), make_action(records.open)
    for record, step in ((control, "retire/"), (action, "drop/")):
        address = f"{records.open.get_absolute_url()}{record._meta.model_name}s/{record.pk}/{step}"
        form = {"version": record.version, "reason": "It is over."}
        assert records.client.post(address, form).status_code == 302
