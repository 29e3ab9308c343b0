"""Pages that exist in tests only: every widget of the pack, behind our own middleware and headers,
in base.html.

A test module takes them with `pytestmark = pytest.mark.urls("govuk_pages")`. With ?filled a page
shows what is stored.
"""

import datetime

from crispy_forms.layout import Fieldset
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import include, path
from playwright.sync_api import expect

from registers.govuk import (
    GovukCheckboxes,
    GovukDateField,
    GovukFormSet,
    GovukRadios,
    Helper,
    MoreDetail,
    RevealingForm,
    Reveals,
)

ENDLESS = "x" * 190
PAGE = """{% extends "base.html" %}
{% block title %}A form{% endblock %}
{% block content %}<div class="govuk-grid-row"><div class="govuk-grid-column-two-thirds">
<h1 class="govuk-heading-l">A form</h1>
{% if received %}<div class="govuk-inset-text" id="received">{{ received }}</div>{% endif %}
{% if formset %}{% include "govuk/formset.html" with submit="Save" cancel="/" unsaved=True %}
{% else %}{% form submit="Save" cancel="/" unsaved=True %}{% endif %}
</div></div>{% endblock %}"""


class ResponseFields(forms.Form):
    response = forms.ChoiceField(
        label="What will be done about it?",
        choices=[("treat", "Treat it"), ("tolerate", "Tolerate it"), ("transfer", "Transfer it")],
        widget=GovukRadios(hints={"tolerate": "Live with it, for a time and for a reason"}),
        error_messages={"required": "Select what will be done about it"},
    )
    tolerate_reason = forms.CharField(
        label="Why is it tolerable?", max_length=200, widget=forms.Textarea
    )
    tolerate_until = GovukDateField(
        label="Until when?", subject="the day until which it is tolerated"
    )
    transfer_to = forms.CharField(label="To whom?", help_text="An insurer, or a partner.")
    transfer_how = forms.ChoiceField(
        label="How?",
        choices=[
            ("", "Select a way"),
            ("insurance", "Insurance"),
            ("contract", f"Contract {ENDLESS}"),
        ],
    )
    touched = forms.MultipleChoiceField(
        label="Whom does it touch?",
        choices=[("staff", "Staff"), ("partners", "Partners")],
        widget=GovukCheckboxes(small=True),
        required=False,
    )
    which_partners = forms.CharField(label="Which partners?")
    is_urgent = forms.BooleanField(
        label="It cannot wait", help_text="For the next meeting.", required=False
    )
    urgent_why = forms.CharField(
        label="Why can it not wait?", widget=forms.Textarea(attrs={"rows": 2})
    )
    note = forms.CharField(label="Note", required=False)

    helper = Helper(
        Reveals(
            "response",
            {
                "tolerate": ["tolerate_reason", "tolerate_until"],
                "transfer": ["transfer_to", "transfer_how"],
            },
        ),
        Fieldset("Reach", Reveals("touched", {"partners": ["which_partners"]})),
        MoreDetail("More detail", Reveals("is_urgent", {True: ["urgent_why"]})),
    )


class ResponseForm(ResponseFields, RevealingForm):
    """Asks for what is revealed, and only then."""


class FileForm(forms.Form):
    title = forms.CharField(label="Title")
    plan = forms.FileField(label="Plan", help_text="A Word document.", max_length=50)


class ControlForm(RevealingForm):
    name = forms.CharField(label="What is done?", error_messages={"required": "Enter what is done"})
    kind = forms.ChoiceField(
        label="What type of control is it?",
        choices=[("prevent", "It prevents"), ("other", "Something else")],
        widget=GovukRadios,
        error_messages={"required": "Select what type of control it is"},
    )
    other = forms.CharField(
        label="What else?", error_messages={"required": "Enter what else it does"}
    )
    since = GovukDateField(label="Since when?", required=False)
    helper = Helper("name", Reveals("kind", {"other": ["other"]}))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("name") == cleaned.get("other") != "":
            raise forms.ValidationError("Say it once only")
        return cleaned


class Controls(GovukFormSet):
    each = "control"

    def clean(self):
        names = [
            form.cleaned_data.get("name") for form in self.forms if form.cleaned_data.get("name")
        ]
        if len(names) > len(set(names)):
            raise forms.ValidationError("Give each control a name of its own")


ControlFormSet = forms.formset_factory(
    ControlForm, formset=Controls, extra=1, max_num=4, can_delete=True
)


class EveryForm(forms.Form):
    """One of each kind, as wide as somebody could make it."""

    text = forms.CharField(label="Text", help_text=ENDLESS)
    long = forms.CharField(
        label="Long text", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    radios = forms.ChoiceField(
        label="Radios",
        choices=[("1", ENDLESS), ("2", "Likely")],
        widget=GovukRadios(hints={"2": ENDLESS}),
    )
    ticks = forms.MultipleChoiceField(
        label="Checkboxes",
        choices=[("a", "Money"), ("b", ENDLESS), ("c", "Law")],
        widget=GovukCheckboxes,
    )
    select = forms.ChoiceField(
        label="Select", choices=[("", "Select one"), ("a", "First"), ("b", ENDLESS)]
    )
    day = GovukDateField(label="Date")
    number = forms.IntegerField(label="Number")
    file = forms.FileField(label="File")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    tick = forms.BooleanField(label=ENDLESS)


FILLED = {
    ResponseForm: {
        "response": "transfer",
        "transfer_to": "The insurer",
        "transfer_how": "contract",
        "touched": ["partners"],
        "which_partners": "The trust",
        "is_urgent": True,
        "urgent_why": "It rains in",
    },
    FileForm: {"title": "Plan", "plan": f"papers/{ENDLESS}.docx"},
    ControlFormSet: [
        {"name": "Two people sign", "kind": "prevent", "since": datetime.date(2026, 3, 27)},
        {"name": "An audit", "kind": "other", "other": "It finds out"},
    ],
    EveryForm: {
        "text": "Savings",
        "long": "\n\n  Long\n",
        "radios": "2",
        "ticks": ["a", "c"],
        "select": "b",
        "day": datetime.date(2026, 3, 27),
        "number": 12,
        "file": "papers/plan.docx",
        "tick": True,
    },
}
FILLED[ResponseFields] = FILLED[ResponseForm]


def page_of(kind, name):
    @login_not_required
    def view(request):
        initial = FILLED[kind] if "filled" in request.GET else None
        submitted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = kind(*submitted, initial=initial)
        context = {name: form}
        if form.is_valid():
            context = {name: kind(), "received": repr(form.cleaned_data)}
        return HttpResponse(Template(PAGE).render(RequestContext(request, context)))

    return view


urlpatterns = [
    path("pack/response/", page_of(ResponseForm, "form")),
    path("pack/careless/", page_of(ResponseFields, "form")),
    path("pack/file/", page_of(FileForm, "form")),
    path("pack/controls/", page_of(ControlFormSet, "formset")),
    path("pack/every/", page_of(EveryForm, "form")),
    path("", include("failing_well.urls")),
]


# How browser tests look at them

LOST = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const names = ["for", "aria-describedby", "aria-controls", "aria-labelledby"];
  const references = names.flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].flatMap((element) =>
      element.getAttribute(name).split(" ")));
  const repeated = ids.filter((id, place) => ids.indexOf(id) < place);
  return [...repeated, ...references.filter((id) => !ids.includes(id))];
}"""


def save(page):
    page.get_by_role("button", name="Save").click()


def lost_ids(page):
    """Ids that two elements have, and references that lead nowhere."""
    return page.evaluate(LOST)


def focus_targets(page):
    """{target of each link of the error summary: element in focus after a click on it}."""
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    targets = {}
    for link in page.locator(".govuk-error-summary a").all():
        link.click()
        targets[link.get_attribute("href")] = f"#{page.locator(':focus').get_attribute('id')}"
    return targets
