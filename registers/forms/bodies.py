"""Forms for bodies, who sits on them, and who chairs them."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from registers.administration.bodies import hand_over_chair, overlapping_seats
from registers.dates import with_example_days
from registers.forms.fields import (
    ClearDaysField,
    PlainTextField,
    PlannedDateField,
    RecordMultipleChoiceField,
    selection_errors,
)
from registers.forms.posts import EntryForm, PersonChoiceField
from registers.forms.record_state import RecordStateForm
from registers.govuk import GovukCheckboxes, GovukRadios, Helper
from registers.models import Body, BodyKind, Capacity, Seat
from registers.models.body import normalise_name
from registers.models.meeting import usual_clear_days
from registers.permissions import current_people

CAPACITY_HINTS = {
    Capacity.MEMBER: "For example, a councillor, a governor or a non-executive.",
    Capacity.INDEPENDENT: "A lay member from outside the organisation.",
    Capacity.SUBSTITUTE: "Sits in place of a member, on stated days only.",
}
NO_CHAIR = ""


class BodyForm(EntryForm):
    STATE = ("name", "kind", "registers", "clear_days")
    name = PlainTextField(
        label="Name",
        subject="The name",
        missing="Enter the name of the body",
        help_text="For example, Audit and governance committee.",
        max_length=100,
        one_line=True,
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=BodyKind.choices,
        widget=GovukRadios,
        error_messages=selection_errors("Select what kind of body it is"),
    )
    registers = RecordMultipleChoiceField(
        None,
        label="Registers that it oversees",
        help_text="Its members open these registers on what the body was last given.",
        widget=GovukCheckboxes,
        required=False,
        error_messages={"invalid_choice": "Select registers from the list"},
    )
    clear_days = ClearDaysField(
        label="Clear days of notice",
        required=False,
        help_text="Working days between the day when papers are published and the meeting.",
    )
    helper = Helper("name", "kind", "registers", "clear_days")

    class Meta:
        model = Body
        fields = ("name", "kind", "registers", "clear_days")

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        usual = usual_clear_days(instance.organisation)
        self.fields["clear_days"].help_text += f" Leave it empty for the usual {usual}."
        registers = instance.organisation.registers.order_by("name")
        overseen = instance.registers.values("pk") if instance.pk else ()
        offered = registers.in_use() | registers.filter(pk__in=overseen)
        self.fields["registers"].queryset = offered
        if not instance.pk and len(only := list(offered[:2])) == 1:
            self.initial["registers"] = only

    def clean_name(self):
        name, rows = self.cleaned_data["name"], self.instance.organisation.bodies
        names = rows.exclude(pk=self.instance.pk).values_list("name", flat=True)
        if normalise_name(name) in map(normalise_name, names):
            raise ValidationError("There is already a body with this name")
        return name


class SeatForm(RecordStateForm, forms.ModelForm):
    """capacity, voting and last day of a seat that is there."""

    STATE = ("capacity", "is_voting", "until")
    capacity = forms.ChoiceField(
        label="In what capacity?",
        choices=Capacity.choices,
        widget=GovukRadios(hints=CAPACITY_HINTS),
        error_messages=selection_errors("Select in what capacity they sit on the body"),
    )
    is_voting = forms.BooleanField(label="They may vote", required=False)
    until = PlannedDateField(
        subject="their last day",
        label="Last day",
        help_text=with_example_days(
            "For example, {planned}. Leave it empty if there is no end. A substitute always "
            "has a last day: the day of the meeting."
        ),
        required=False,
    )
    helper = Helper("capacity", "is_voting", "until")

    class Meta:
        model = Seat
        fields = ("capacity", "is_voting", "until")

    def clean(self):
        cleaned = super().clean()
        until = cleaned.get("until")
        from_day = cleaned.get("from_day") or self.instance.from_day
        if cleaned.get("capacity") == Capacity.SUBSTITUTE:
            if not until and "until" not in self.errors:
                self.add_error("until", "Enter the last day of a substitute")
            if self.instance.is_chair:
                words = "The chair cannot be a substitute. Choose another chair first"
                self.add_error("capacity", words)
        if until and from_day and until < from_day:
            self.add_error("until", "The last day must be on or after the first day")
        elif not self.errors and self._is_double(cleaned, from_day, until):
            name = "person" if "person" in self.fields else "until"
            self.add_error(name, "This person already sits on the body on some of these days")
        return cleaned

    def _is_double(self, cleaned, from_day, until):
        person = cleaned.get("person") or self.instance.user
        seats = overlapping_seats(self.instance.body, person, from_day, until)
        return seats.exclude(pk=self.instance.pk).exists()

    @transaction.atomic
    def save(self, *, by):
        is_new = self.instance.pk is None
        if is_new or self.changed_fields:
            super().save()
            verb = "added" if is_new else "changed"
            self.instance.enter(verb, by=by, subject=self.instance.body)
        return self.instance


class NewSeatForm(SeatForm):
    person = PersonChoiceField(
        None,
        label="Who?",
        empty_label="Select a person",
        help_text="People who have a role in this organisation. Somebody who is invited is on the "
        "list once they accept.",
        error_messages=selection_errors("Select a person"),
    )
    from_day = PlannedDateField(
        subject="their first day",
        label="First day",
        help_text=with_example_days(
            "The first day on which they sit on the body. For example, {past}."
        ),
    )
    helper = Helper("person", "capacity", "is_voting", "from_day", "until")

    class Meta:
        model = Seat
        fields = ("capacity", "is_voting", "from_day", "until")

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.fields["person"].queryset = current_people(instance.body.organisation)

    def save(self, *, by):
        self.instance.user = self.cleaned_data["person"]
        return super().save(by=by)


class ChairForm(forms.Form):
    """seats: those of the body that may chair it from today."""

    chair = forms.ChoiceField(
        label="Who chairs the body?",
        widget=GovukRadios,
        required=False,
        help_text="Members and independent members. A substitute cannot be the chair.",
        error_messages={"invalid_choice": "Select one of the members"},
    )
    helper = Helper("chair")

    def __init__(self, data=None, *, body):
        seats = body.seats.active(timezone.localdate()).select_related("user")
        self.body = body
        self.seats = {str(seat.pk): seat for seat in seats.exclude(capacity=Capacity.SUBSTITUTE)}
        chair = next((key for key, seat in self.seats.items() if seat.is_chair), NO_CHAIR)
        super().__init__(data, initial={"chair": chair})
        names = [(key, str(seat.user)) for key, seat in self.seats.items()]
        self.fields["chair"].choices = [*names, (NO_CHAIR, "No chair at present")]

    def save(self, *, by):
        seat = self.seats.get(self.cleaned_data["chair"])
        hand_over_chair(self.body, by=by, seat=seat, day=timezone.localdate())
