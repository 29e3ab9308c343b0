"""How every form looks: crispy-forms' template pack "govuk" (templates/govuk/).

A page that has `form` in its context writes

    {% extends "base.html" %}
    {% block content %}
      <h1 class="govuk-heading-xl">Log a risk</h1>
      {% form submit="Log it" cancel=register.get_absolute_url %}
    {% endblock %}

base.html begins the title with "Error: " and puts the error summary above the heading; the tag
`form` (components/form.html) prints the form, its token and its buttons. A form says nothing about
looks, unless it wants a group or a folded part:

    class RiskForm(forms.Form):
        likelihood = forms.ChoiceField(
            label="How likely is it?", widget=GovukRadios(hints={"1": "Once in ten years"})
        )
        found_on = GovukDateField(label="When was it found?", subject="the day it was found")
        helper = Helper(
            Fieldset("What could happen", "title", "cause"), MoreDetail("More detail", "evidence")
        )

Fields that the helper does not mention follow at the end, hidden ones too. `label_size` ("s", "m",
"l" or "") on a field or on the form sets the size of labels; a widget's own "class" is kept. Hints
are the fields' `help_text`.

The label of a field with required=False ends in "(optional)"; nothing marks a required one. What is
needed only at times is named in the form's `condition_in_hint`, and its hint says when:

    condition_in_hint = ("reason",)

A form that searches or filters has `marks_optional = False`.

Radios and checkboxes may show further fields below a choice while it is made. A RevealingForm asks
for those only then, and forgets what was typed below a choice that was taken back; so each is
required or not as if it stood alone:

    class ResponseForm(RevealingForm):
        response = forms.ChoiceField(choices=Response.choices, widget=GovukRadios, ...)
        reason = forms.CharField(label="Why is it tolerable?", ...)
        until = GovukDateField(label="Until when?", required=False, ...)
        helper = Helper(Reveals("response", {"tolerate": ["reason", "until"]}))

A single checkbox reveals by {True: [...]}. What is revealed: text, numbers, long text, selects,
dates.

A page with several of one small form has `formset` in its context and includes
govuk/formset.html, which prints the rows under headings ("Control 2 of 3") and a button for
one more that works without JavaScript:

    class Controls(GovukFormSet):
        each = "control"

    ControlFormSet = forms.formset_factory(
        ControlForm, formset=Controls, extra=1, max_num=10, can_delete=True
    )

A form with a file is sent as it needs to be by itself; its view passes request.FILES.
"""

from registers.govuk.fields import GovukBoundField, Renderer
from registers.govuk.formsets import GovukFormSet
from registers.govuk.layout import Helper, MoreDetail, RevealingForm, Reveals
from registers.govuk.widgets import DateInputWidget, GovukCheckboxes, GovukDateField, GovukRadios

__all__ = [
    "DateInputWidget",
    "GovukBoundField",
    "GovukCheckboxes",
    "GovukDateField",
    "GovukFormSet",
    "GovukRadios",
    "Helper",
    "MoreDetail",
    "Renderer",
    "RevealingForm",
    "Reveals",
]
