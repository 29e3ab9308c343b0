"""Every form with every field at the extremes of its type: refused or accepted, never a fault.

Most values are tried on the forms that the pages show, at the cost of a request a page; then a few
values are posted to each page.
"""

import datetime

import pytest
from access_table import REPEATED_PAGES, TABLE, TAKE_POST, make_people, path_of, signed_in
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import override_settings
from hostile_values import (
    UNSTORABLE,
    bound_form,
    forms_of,
    initial_data,
    query_of,
    values_for,
    widget_data,
)
from makers import make_import

from registers.models import Register

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NO_TEXT = tuple(
    value for value in UNSTORABLE if not value.isprintable() and "\0" not in value
)  # never gets here
PAGES = [name for name in TAKE_POST if not REPEATED_PAGES.match(name) and "delete" not in name]
PAGES += ["admin:registers_user_add", "admin:registers_user_change"]
ROLES = (
    *("manager", "officer", "peer", "monitoring-officer", "administrator", "nobody", "installer"),
)


@pytest.fixture(scope="module")
def page_forms(module_db):
    """(address, client, form) for each form shown at an address that takes one."""
    with override_settings(ACCOUNT_RATE_LIMITS=False):
        people = make_people()
        yield list(forms_for({person: signed_in(people[person]) for person in ROLES}))


def forms_for(clients):
    keys = set()
    for name in dict.fromkeys(PAGES):
        for person, client in clients.items():
            if TABLE[name][1][person] == 200:
                for form in forms_of(client.get(path_of(name))):
                    key = (name, type(form).__name__, *form.fields)
                    if key not in keys:
                        keys.add(key)
                        yield path_of(name), client, form
    yield from forms_of_import_steps(clients["manager"])


def forms_of_import_steps(client):
    """The forms of two imports: one with words to match, one without."""
    for rows in (b"Reserves,Treasurer,4x5\nFlood,,High\n", b"Reserves,Treasurer,4x5\n"):
        batch = make_import(Register.objects.get(slug="ours"), b"Title,Owner,Score\n" + rows)
        address = batch.get_absolute_url()
        for _ in range(3):
            page_forms = forms_of(client.get(address))
            for form in page_forms:
                yield address, client, form
            data = {
                name: texts for form in page_forms for name, texts in initial_data(form).items()
            }
            client.post(address, query_of(data | {"step": [batch.stage]}))
            batch.refresh_from_db()


def complete_data(form):
    """The form's data with a value in each field."""
    data = initial_data(form)
    for name, field in form.fields.items():
        if not form[name].value():
            data |= widget_data(field.widget, form.add_prefix(name), sample_value(field))
    return data


def sample_value(field):
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return next(
            (str(getattr(value, "value", value)) for value, _ in field.choices if value), ""
        )
    is_day = isinstance(field, forms.DateField)
    return (
        datetime.date.today().isoformat()
        if is_day
        else "Words"
        if isinstance(field, forms.CharField)
        else "1"
    )


def test_no_field_is_a_fault_at_the_ends_of_its_type(page_forms):
    assert len(page_forms) > 50
    faults = []
    for path, _, form in page_forms:
        data = complete_data(form)
        for name, field in form.fields.items():
            is_refused = False
            for value in values_for(field):
                if value in NO_TEXT or requires_a_request(form):
                    continue
                if refuses(field, value):
                    if is_refused:
                        continue
                    is_refused = True
                faults += faults_of(form, path, name, value, data)
    assert "\n".join(faults) == ""


def refuses(field, value):
    """Whether the field refuses it by itself: the form is then as with any value it refuses."""
    if isinstance(field, forms.FileField):
        return False
    try:
        field.clean(
            field.widget.value_from_datadict(
                query_of(widget_data(field.widget, "x", value)), {}, "x"
            )
        )
    except ValidationError:
        return True
    except Exception:  # the form says which
        return False
    return False


def requires_a_request(form):
    """Whether the form needs the request it came with, as the account library's forms do."""
    return type(form).__module__.startswith("allauth")


def faults_of(form, path, name, value, data):
    try:
        with transaction.atomic():
            bound_form(
                form, data | widget_data(form.fields[name].widget, form.add_prefix(name), value)
            )
            transaction.set_rollback(True)
    except Exception as fault:  # whatever it is
        return [f"{path} {type(form).__name__}.{name} {value[:30]!r}: {fault!r}"]
    return []


def test_no_page_answers_a_form_at_the_ends_of_its_types_with_a_fault(page_forms):
    """All fields at once: with the first and the last day that the form takes and text that is odd,
    then with what no field takes.
    """
    faults = []
    for place, (path, client, form) in enumerate(page_forms):
        accepted = {
            name: values for name in form.fields if (values := accepted_values(form.fields[name]))
        }
        extreme = {name: values_for(field)[place % 4] for name, field in form.fields.items()}
        for values in (
            {name: choices[0] for name, choices in accepted.items()},
            {n: choices[-1] for n, choices in accepted.items()},
            extreme,
        ):
            status = answer_to(client, path, form, values)
            faults += (
                [f"{path} {type(form).__name__}: {status}"]
                if status not in (200, 302, 400, 409)
                else []
            )
    assert "\n".join(faults) == ""


def accepted_values(field):
    """Values that the field accepts by itself, days in order."""
    today = datetime.date.today()
    days = [today.replace(year=today.year + n, day=1).isoformat() for n in (-49, -1, 0, 1, 19)]
    values = days if isinstance(field, forms.DateField) else values_for(field)[1:]
    return [value for value in values if value not in NO_TEXT and is_accepted(field, value)]


def is_accepted(field, value):
    try:
        texts = [text for texts in widget_data(field.widget, "x", value).values() for text in texts]
        field.clean(
            texts if len(texts) > 1 or isinstance(field, forms.MultipleChoiceField) else texts[0]
        )
    except (ValidationError, TypeError, AttributeError):
        return False
    return True


def answer_to(client, path, form, values):
    data = complete_data(form)
    for name, value in values.items():
        data |= widget_data(form.fields[name].widget, form.add_prefix(name), value)
    client.raise_request_exception, cookies = False, client.cookies.copy()
    with transaction.atomic():
        answer = client.post(path, query_of(data))
        if answer.status_code == 302:
            answer = client.get(answer["Location"], follow=True)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer.status_code if not getattr(answer, "exc_info", None) else repr(answer.exc_info[1])
