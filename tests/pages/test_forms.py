"""The forms of a risk: ratings and owners, forged fields, repeated forms, days."""

import copy
import uuid

import pytest
from django.db import transaction
from django.utils import timezone
from hostile_values import Controls, errors_in
from makers import days_ago, make_risk, preset
from risk_forms import DATES, PATHS, World, control_values, every_form, rows

from registers.models import Risk, RiskRevision

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_world(module_db):
    return World()


@pytest.fixture
def world(module_world):
    return copy.deepcopy(module_world)


# Ratings and owners

OUTSIDE = ["0", "6", "-1", "1.5", "", " ", "99999999999999999999", "None", "true"]


@pytest.mark.parametrize("name", ["new", "assess"])
@pytest.mark.parametrize("field", ["likelihood", "impact"])
def test_a_rating_that_the_scheme_lacks_is_refused(world, name, field):
    words = {"likelihood": "Select how likely it is", "impact": "Select how bad it would be"}[field]
    due = {value: {field: [words]} for value in OUTSIDE}
    if name == "new":
        due[""] = {field: [f"{words}, or clear the other ratings and assess the risk later"]}
    errors = {value: world.fill_in(name, **{field: value}).errors for value in OUTSIDE}
    assert errors == due
    before = rows()
    answer = world.send(name, world.form(name, **{field: "6"}))
    assert (answer.status_code, errors_in(answer), rows() == before) == (200, [words], True)


@pytest.mark.parametrize("name", ["new", "assess"])
def test_a_smaller_scheme_has_fewer_ratings(world, name):
    world.register.scheme = preset("four-by-four")
    world.register.save()
    assert errors_in(world.send(name, world.form(name, likelihood="5"))) == [
        "Select how likely it is"
    ]


def test_half_a_judgement_is_none(world):
    parts = ("likelihood", "impact", "driver", "rationale")
    errors = {part: [*world.fill_in("new", **{part: ""}).errors] for part in parts}
    assert errors == {part: [part] for part in parts}
    before = rows()
    answer = world.send("new", world.form("new", driver=""))
    assert (answer.status_code, len(errors_in(answer)), rows() == before) == (200, 1, True)


def test_a_risk_may_be_logged_without_a_judgement(world):
    world.send(
        "new",
        world.form("new", **dict.fromkeys(("likelihood", "impact", "driver", "rationale"), "")),
    )
    assert Risk.objects.latest("pk").current is None


def test_a_risk_may_be_logged_before_its_type_is_decided(world):
    world.send("new", world.form("new", primary_failure_type="", other_failure_types=[]))
    assert Risk.objects.latest("pk").primary_failure_type is None


def test_a_risk_may_be_logged_before_its_owner_is_decided(world):
    world.send("new", world.form("new", owner=""))
    assert Risk.objects.get(number=2).owner is None


def raised(ago):
    on = days_ago(ago)
    return {"raised_on_0": on.day, "raised_on_1": on.month, "raised_on_2": on.year}


def test_a_risk_older_than_its_rating_counts_from_the_day_it_was_raised(world):
    world.send("new", world.form("new", **raised(400)))
    first, second = RiskRevision.objects.filter(risk__number=2)
    assert (first.effective_on, second.effective_on) == (days_ago(400), timezone.localdate())


def test_a_risk_cannot_be_raised_on_a_future_day(world):
    answer = world.send("new", world.form("new", **raised(-1)))
    assert "The day must be today or in the past" in answer.text


def test_notes_are_in_the_history(world):
    world.send("edit", world.form("edit", notes="Old score: 16, red"))
    assert world.risk.revisions.latest().notes == "Old score: 16, red"


@pytest.mark.parametrize("name", ["new", "edit"])
def test_an_owner_that_is_no_post_of_ours_is_refused(world, name):
    owners = ["0", "-1", "99999999999999999999", "x", "1e0"]
    words = "Select a post of this organisation"
    errors = {owner: world.fill_in(name, owner=owner).errors for owner in owners}
    assert errors == {owner: {"owner": [words]} for owner in owners}
    before = rows()
    answer = world.send(name, world.form(name, owner=world.their_post.pk))
    assert (errors_in(answer), rows() == before) == ([words], True)


@pytest.mark.parametrize("name", ["new", "edit"])
def test_a_refusal_does_not_name_another_organisations_post(world, name):
    assert (
        "Their treasurer" not in world.send(name, world.form(name, owner=world.their_post.pk)).text
    )


@pytest.mark.parametrize("name", ["new", "edit"])
def test_a_type_is_not_main_and_other_at_once(world, name):
    answer = world.send(name, world.form(name, other_failure_types=["financial", "governance"]))
    assert errors_in(answer) == ["Financial is already the main type. Clear its box here"]


# Everything right


def test_logging_leads_to_the_risk(world):
    answer = world.send("new", world.form("new"))
    assert answer["Location"] == "/registers/ours/risks/2/"


def test_logging_stores_the_content(world):
    world.send("new", world.form("new"))
    risk = Risk.objects.latest("pk")
    content = (
        risk.title,
        risk.owner,
        risk.primary_failure_type.slug,
        [t.slug for t in risk.other_failure_types.all()],
    )
    assert content == ("Reserves run out", world.post, "financial", ["governance"])


def test_logging_stores_the_rating(world):
    world.send("new", world.form("new"))
    rating = Risk.objects.latest("pk").current
    assert (rating.likelihood, rating.impact, rating.driver.slug, rating.by) == (
        3,
        4,
        "harm-to-users",
        world.officer,
    )


def test_editing_stores_the_content(world):
    world.send("edit", world.form("edit"))
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (risk.title, risk.version, risk.revisions.latest().reason) == (
        "Savings run late",
        2,
        "We looked again.",
    )


def test_assessing_adds_a_judgement(world):
    world.send("assess", world.form("assess"))
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (risk.assessments.count(), risk.current.score, risk.current.by) == (2, 12, world.officer)


@every_form
def test_a_form_starts_with_the_stored_title(world, name):
    page = world.client.get(PATHS[name])
    assert control_values(page).get("title", "") == (world.risk.title if name == "edit" else "")


@pytest.fixture(scope="module")
def refused(module_world):
    """form -> (its values, the answer that refuses it): one value is wrong."""
    world, answers = copy.deepcopy(module_world), {}
    wrong = {"new": "event", "edit": "event", "assess": "rationale", "review": "note"}
    for name, field in wrong.items():
        form = world.form(name, **{field: ""})
        answers[name] = form, world.send(name, form)
    return answers


@every_form
def test_a_refused_form_keeps_every_value(refused, name):
    form, answer = refused[name]
    values = Controls(answer.text).values
    expected = {
        field: value if isinstance(value, list) else [str(value)] for field, value in form.items()
    }
    assert {field: values.get(field) for field in expected} == expected


@every_form
def test_the_title_of_a_page_with_errors_begins_so(refused, name):
    assert "<title>Error: " in refused[name][1].text


# Forged fields


@every_form
def test_forged_fields_change_nothing(world, name):
    forged = {
        "register": world.their_register.pk,
        "organisation": world.their_register.organisation_id,
        "raised_by": world.colleague.pk,
        "by": world.colleague.pk,
        "recorded_at": "2001-01-01",
        "number": 99,
        "id": 1,
        "pk": 1,
        "risk": 99,
        "is_exempt": "true",
        "status": "closed",
        "current": 1,
        "score": 25,
        "band": "severe",
        "scheme": 1,
        "perspective": "external",
        "what": "closed",
        "on_behalf_of": world.colleague.pk,
    }
    if name == "new":
        forged |= {"version": 7, "effective_on": "2001-01-01", "reason": "forged", "kind": "target"}
    if name == "edit":
        forged |= {
            "effective_on": "2001-01-01",
            "likelihood": 5,
            "impact": 5,
            "rationale": "forged",
        }
    if name != "new":
        forged |= {"raised_on": "2001-01-01"}
    if name in ("assess", "review"):
        forged |= {"title": "forged", "owner": world.their_post.pk, "reason": "forged"}
    plain, with_forged = (self_portrait(world, name, extra) for extra in ({}, forged))
    assert with_forged == plain


def self_portrait(world, name, extra):
    """What saving the form wrote, without values that always differ; rolled back."""
    differ = {
        "id",
        "token",
        "recorded_at",
        "known_from",
        "known_until",
        "at",
        "signature",
        "previous_signature",
        "text_digest",
        "revision_id",
    }
    excluded = differ | {"risk_id", "assessment_id", "review_id", "current_id", "subject", "facts"}
    with transaction.atomic():
        answer = world.send(name, world.form(name) | extra)
        content = {
            model: [{k: v for k, v in row.items() if k not in excluded} for row in records]
            for model, records in rows().items()
        }
        transaction.set_rollback(True)
    assert answer.status_code == 302
    return content


# The same form twice


def test_the_same_form_twice_makes_one_risk(world):
    form = world.form("new")
    first, second = world.send("new", form), world.send("new", form)
    assert (first["Location"], second["Location"], Risk.objects.count()) == (
        *[first["Location"]] * 2,
        2,
    )


def test_the_same_edit_twice_makes_one_revision(world):
    form = world.form("edit")
    answers = [world.send("edit", form).status_code for _ in range(2)]
    assert (answers, world.risk.revisions.count()) == ([302, 302], 2)


def test_the_same_assessment_twice_makes_one(world):
    form = world.form("assess")
    answers = [world.send("assess", form).status_code for _ in range(2)]
    assert (answers, world.risk.assessments.count()) == ([302, 302], 2)


def test_the_same_review_twice_makes_one(world):
    form = world.form("review")
    answers = [world.send("review", form).status_code for _ in range(2)]
    assert (answers, world.risk.reviews.count()) == ([302, 302], 1)


def test_every_form_for_a_new_risk_has_a_token_of_its_own(world):
    tokens = {control_values(world.client.get(PATHS["new"]))["token"] for _ in range(2)}
    assert len({uuid.UUID(token) for token in tokens}) == 2


def test_the_token_of_another_persons_risk_makes_a_new_one(world):
    other_risk = make_risk(world.their_register, token=uuid.uuid4(), title="Their secret")
    answer = world.send("new", world.form("new", token=str(other_risk.token)))
    risk = world.register.risks.latest("pk")
    assert (answer["Location"], risk.title, risk.token != other_risk.token) == (
        "/registers/ours/risks/2/",
        "Reserves run out",
        True,
    )


def test_the_token_of_a_colleagues_risk_makes_a_new_one(world):
    other_risk = make_risk(world.register, by=world.colleague, token=uuid.uuid4(), is_exempt=True)
    world.send("new", world.form("new", token=str(other_risk.token)))
    assert world.register.risks.latest("pk").raised_by == world.officer


def test_the_token_of_another_persons_risk_leaves_that_risk_alone(world):
    other_risk = make_risk(world.their_register, token=uuid.uuid4(), title="Their secret")
    world.send("new", world.form("new", token=str(other_risk.token)))
    other_risk.refresh_from_db()
    assert (other_risk.title, other_risk.version) == ("Their secret", 1)


def test_the_token_of_another_persons_assessment_makes_a_new_one(world):
    other_rating = make_risk(world.their_register, assessed=(1, 1)).current
    world.send("assess", world.form("assess", token=str(other_rating.token)))
    assert Risk.objects.get(pk=world.risk.pk).current.score == 12


# The day of a judgement


def test_a_future_day_is_refused_with_a_message(world):
    before = rows()
    answer = world.send("assess", world.form("assess", **day_parts(days_ago(-1))))
    assert (errors_in(answer), rows() == before) == (["The day must be today or in the past"], True)


def test_a_day_before_the_risk_was_raised_is_refused_with_a_message(world):
    before = rows()
    answer = world.send("assess", world.form("assess", **day_parts(days_ago(21))))
    assert ("when the risk was raised, or later" in errors_in(answer)[0], rows() == before) == (
        True,
        True,
    )


def day_parts(day):
    return {"effective_on_0": day.day, "effective_on_1": day.month, "effective_on_2": day.year}


def iso(day):
    return {
        "effective_on_0": "",
        "effective_on_1": "",
        "effective_on_2": "",
        "effective_on": day.isoformat(),
    }


def named_month(day):
    return day_parts(day) | {"effective_on_1": f"{day:%B}"}


@pytest.mark.parametrize("date_format", [day_parts, iso, named_month])
def test_a_day_is_read_however_it_is_written(world, date_format):
    for day in (days_ago(0), days_ago(5)):
        assert world.fill_in("assess", **date_format(day)).cleaned_data["effective_on"] == day
    world.send("assess", world.form("assess", **date_format(days_ago(20))))
    assert world.risk.assessments.latest("pk").effective_on == days_ago(20)


NO_DAYS = [
    ("31", "2", "2026"),
    ("1", "13", "2026"),
    ("0", "1", "2026"),
    ("1", "1", "26"),
    ("1", "", "2026"),
]


def test_a_day_that_is_none_is_refused_with_a_message(world):
    for parts in NO_DAYS:
        fields = dict(zip(DATES, parts, strict=False))
        [[words]] = world.fill_in("assess", **fields).errors.values()
        assert words.startswith("The da")
    assert errors_in(world.send("assess", world.form("assess", **fields))) == [words]


def test_a_judgement_of_an_earlier_day_does_not_replace_a_later_one(world):
    world.send("assess", world.form("assess", **day_parts(days_ago(3)), likelihood="5", impact="5"))
    world.send("assess", world.form("assess", **day_parts(days_ago(9)), likelihood="1", impact="1"))
    assert Risk.objects.get(pk=world.risk.pk).current.score == 25


@pytest.mark.parametrize("kind", ["inherent", "target"])
def test_another_kind_of_judgement_leaves_the_current_one(world, kind):
    world.send("assess", world.form("assess", kind=kind))
    assert Risk.objects.get(pk=world.risk.pk).current.score == 4
