"""The limits of a typed day, past or planned: one rule for every form."""

import datetime
import importlib
import pkgutil

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from makers import day as parse_day
from makers import days_ago, make_post, make_register, make_risk, risk_form

import registers.forms
from registers.dates import is_future, years_later
from registers.forms.fields import YEARS_AHEAD, YEARS_BACK, PastDateField, PlannedDateField
from registers.forms.risks import EditRiskForm, LogRiskForm

MODULES = [
    importlib.import_module(m.name)
    for m in pkgutil.iter_modules(registers.forms.__path__, "registers.forms.")
]
# Any day may be looked at.
ADDRESS_PARAMETERS = {
    "DayForm.as_at",
    "DayForm.since",
    "AuditFilterForm.since",
    "AuditFilterForm.until",
}
FIELDS = {
    f"{form.__name__}.{name}": field
    for module in MODULES
    for form in vars(module).values()
    if isinstance(form, type)
    and issubclass(form, forms.Form)
    and form.__module__ == module.__name__
    for name, field in form.base_fields.items()
    if isinstance(field, forms.DateField | forms.DateTimeField | forms.SplitDateTimeField)
}
PAST = [name for name, field in FIELDS.items() if isinstance(field, PastDateField)]
PLANNED = [name for name, field in FIELDS.items() if isinstance(field, PlannedDateField)]


def errors(name, day):
    try:
        FIELDS[name].clean([str(day.day), str(day.month), f"{day.year:04}"])
        return []
    except ValidationError as error:
        return error.messages


def shifted_day(years, days=0):
    today = timezone.localdate()
    return years_later(today, years) - (today - days_ago(-days))


def test_every_typed_day_is_a_past_or_a_planned_day():
    assert len(PAST) > 10 and len(PLANNED) > 5
    assert {*FIELDS} - {*PAST, *PLANNED} == ADDRESS_PARAMETERS


@pytest.mark.parametrize("name", PAST)
def test_a_past_day_cannot_be_in_the_future(name):
    assert [errors(name, days_ago(n)) for n in (0, -1)] == [
        [],
        ["The day must be today or in the past"],
    ]


@pytest.mark.parametrize("name", [*PAST, *PLANNED])
def test_no_day_lies_before_living_memory(name):
    first = shifted_day(-YEARS_BACK)
    words = f"The day must be {date_format(first, 'j F Y')} or later: check the year"
    assert [
        errors(name, day) for day in (first, shifted_day(-YEARS_BACK, -1), first.replace(year=1))
    ] == [
        [],
        [words],
        [words],
    ]


@pytest.mark.parametrize("name", PLANNED)
def test_no_plan_reaches_further_than_can_be_planned(name):
    last = shifted_day(YEARS_AHEAD)
    words = f"The day must be {date_format(last, 'j F Y')} or earlier: check the year"
    messages = [
        errors(name, day)
        for day in (last, shifted_day(YEARS_AHEAD, 1), last.replace(year=9999, month=12, day=31))
    ]
    assert messages == [[], [words], [words]]


# The day of a target


def log_form(register, **fields):
    return LogRiskForm(
        risk_form(owner=make_post(register.organisation).pk, **fields), register=register
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "is_fine"), [(100, True), (101, False)])
def test_a_target_is_not_to_be_met_before_the_risk_was_raised(ago, is_fine):
    form = log_form(make_register(), raised_on=days_ago(100), target_on=days_ago(ago))
    raised = date_format(days_ago(100), "j F Y")
    words = f"The day of the target must be {raised}, when the risk was raised, or later"
    assert form.errors.get("target_on", []) == ([] if is_fine else [words])


@pytest.mark.django_db
def test_a_target_of_a_risk_raised_today_is_not_to_be_met_before():
    assert "target_on" in log_form(make_register(), target_on=days_ago(1)).errors


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "is_fine"), [(40, True), (41, False)])
def test_editing_has_the_same_limits(ago, is_fine):
    risk = make_risk(on=days_ago(40))
    form = EditRiskForm({"title": "Reserves", "target_on": days_ago(ago), "version": 1}, risk=risk)
    assert ("target_on" in form.errors) is not is_fine


@pytest.mark.django_db
def test_an_unchanged_target_day_is_not_checked():
    risk = make_risk(on=days_ago(40), target_on=days_ago(60))
    form = EditRiskForm({"title": "Reserves", "target_on": days_ago(60), "version": 1}, risk=risk)
    assert "target_on" not in form.errors


@pytest.mark.parametrize(
    ("instant", "day", "is_ahead"),
    [
        ("2026-07-10T22:59:00+00:00", "2026-07-11", True),
        ("2026-07-10T23:01:00+00:00", "2026-07-11", False),  # past midnight in London
        ("2026-07-10T23:01:00+00:00", "2026-07-12", True),
        ("2026-12-10T23:59:00+00:00", "2026-12-11", True),
        ("2026-12-11T00:00:00+00:00", "2026-12-11", False),
        ("2026-12-11T00:00:00+00:00", "2026-12-10", False),
    ],
)
def test_a_day_begins_at_midnight_in_london(instant, day, is_ahead):
    assert is_future(parse_day(day), datetime.datetime.fromisoformat(instant)) == is_ahead
