"""The forms for meetings, their officers and late items, and for periods before elections."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from registers.dates import time_in_words, with_example_days
from registers.forms.concurrency import TokenField
from registers.forms.fields import (
    ClearDaysField,
    PlainTextField,
    PlannedDateField,
    RecordChoiceField,
    RecordMultipleChoiceField,
    selection_errors,
)
from registers.forms.posts import EntryForm
from registers.forms.record_state import RecordStateForm
from registers.govuk import GovukCheckboxes, GovukRadios, Helper
from registers.meetings.series import MOST, days_of_series, series_days
from registers.models import Body, Meeting, PreElectionPeriod
from registers.models.meeting import clear_days_of
from registers.models.meeting_attendance import seat_substitutes
from registers.phrases.meetings import meetings_added

TIMES = ("%H:%M", "%H.%M", "%I:%M%p", "%I.%M%p", "%I%p")
LINK = "address of the online meeting"


class TimeOfDayField(forms.TimeField):
    """ "10am", "6:30pm" or "18:30"."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-5"})

    def __init__(self, **options):
        words = "Enter a time such as 10am, 6:30pm or 18:30"
        super().__init__(input_formats=TIMES, error_messages={"invalid": words}, **options)

    def to_python(self, value):
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)

    def prepare_value(self, value):
        return value if isinstance(value, str) or value is None else time_in_words(value)


class LinkField(forms.URLField):
    """An address on the web, with or without its https."""

    def __init__(self, **options):
        words = f"Enter the {LINK}, for example https://example.org/meeting"
        super().__init__(
            assume_scheme="https",
            error_messages={"invalid": words, "max_length": f"The {LINK} is too long"},
            max_length=500,
            widget=forms.TextInput(attrs={"inputmode": "url"}),
            **options,
        )
        self.validators.append(URLValidator(["http", "https"], message=words))


class BodyChoiceField(RecordChoiceField):
    def __init__(self, **options):
        super().__init__(
            None,
            label="Body",
            empty_label="Select a body",
            error_messages=selection_errors("Select which body meets"),
            **options,
        )


def day_field():
    return PlannedDateField(
        subject="the day of the meeting",
        label="Day of the meeting",
        help_text=with_example_days("For example, {planned}."),
    )


def title_field():
    return PlainTextField(
        label="Name of the meeting",
        subject="The name",
        required=False,
        max_length=100,
        one_line=True,
        help_text="Leave it empty for an ordinary meeting. For example, Extraordinary meeting.",
    )


def place_field():
    return PlainTextField(
        label="Place",
        subject="The place",
        required=False,
        max_length=200,
        one_line=True,
        help_text="For example, Committee Room 1, County Hall.",
    )


def time_field():
    return TimeOfDayField(label="Time", required=False, help_text="For example, 10am or 6:30pm.")


def link_field():
    return LinkField(
        label="Online meeting", required=False, help_text="The address where it can be followed."
    )


class MeetingForm(RecordStateForm, forms.ModelForm):
    """A meeting that is there. Moved, it remembers the day that was announced first."""

    STATE = (
        *("title", "on", "starts_at", "place", "link", "clear_days", "papers_due", "registers"),
        *("is_annual", "cancelled_on"),
    )
    on = day_field()
    starts_at = time_field()
    title = title_field()
    place = place_field()
    link = link_field()
    registers = RecordMultipleChoiceField(
        None,
        label="Registers that the meeting looks at",
        widget=GovukCheckboxes,
        required=False,
        error_messages={"invalid_choice": "Select registers from the list"},
    )
    clear_days = ClearDaysField(
        label="Clear days of notice",
        help_text="Working days between the day when the papers are published and the meeting.",
    )
    papers_due = PlannedDateField(
        subject="the day when papers are due",
        label="Papers due from authors",
        required=False,
        help_text="The day by which officers hand in their papers.",
    )
    is_annual = forms.BooleanField(
        label="This is the annual meeting",
        required=False,
        help_text="The council\u2019s year begins with it. Actions of its committees are numbered "
        "from 1 again.",
    )
    helper = Helper(
        *("on", "starts_at", "title", "place", "link", "registers", "clear_days", "papers_due"),
        "is_annual",
    )

    class Meta:
        model = Meeting
        fields = (
            *("on", "starts_at", "title", "place", "link", "registers", "clear_days"),
            *("papers_due", "is_annual"),
        )

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.announced_day = instance.moved_from or instance.on
        registers = instance.body.organisation.registers.order_by("name")
        selected = registers.filter(pk__in=instance.registers.values("pk"))
        self.fields["registers"].queryset = registers.in_use() | selected

    def clean(self):
        cleaned = super().clean()
        day, due = cleaned.get("on"), cleaned.get("papers_due")
        if "on" in self.changed_data and self.instance.agreements.exists():
            words = "A decision of this meeting is recorded, so its day cannot change"
            self.add_error("on", words)
        if "on" in self.changed_data and hasattr(self.instance, "minutes_approval"):
            self.add_error("on", "The minutes are approved, so the day cannot change")
        if day and due and due > day:
            self.add_error("papers_due", "Papers must be due on or before the day of the meeting")
        return cleaned

    @transaction.atomic
    def save(self, *, by):
        if self.changed_fields:
            is_moved = self.announced_day != self.instance.on
            self.instance.moved_from = self.announced_day if is_moved else None
            super().save()
            if "on" in self.changed_fields:
                seat_substitutes(self.instance, by=by)
            changes = {"changes": ", ".join(self.changed_fields)}
            self.instance.enter("changed", by=by, text=changes)
        return self.instance


class NewMeetingForm(forms.Form):
    """A first meeting, or the same again every so many months.

    Registers and notice are those of the body, and can be changed afterwards.
    """

    EVERY = {"": "It does not repeat", "1": "Every month", "2": "Every two months"}
    EVERY |= {"3": "Every three months", "6": "Every six months", "12": "Every year"}

    body = BodyChoiceField()
    on = day_field()
    starts_at = time_field()
    title = title_field()
    place = place_field()
    link = link_field()
    every = forms.ChoiceField(
        label="Does it repeat?",
        choices=[*EVERY.items()],
        required=False,
        widget=GovukRadios,
        help_text="Further meetings are on the same weekday of the month, such as the second "
        "Tuesday.",
        error_messages=selection_errors("Select how often the meeting repeats"),
    )
    count = forms.IntegerField(
        label="How many meetings in all?",
        required=False,
        min_value=1,
        max_value=MOST,
        help_text="Needed if it repeats. For example, 4.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
        error_messages={
            "invalid": "Enter how many meetings as a whole number, such as 4",
            "min_value": f"There must be between 1 and {MOST} meetings",
            "max_value": f"There must be between 1 and {MOST} meetings",
        },
    )
    token = TokenField()
    condition_in_hint = ("count",)
    helper = Helper("body", "on", "starts_at", "title", "place", "link", "every", "count")

    def __init__(self, data=None, *, organisation, initial=None):
        super().__init__(data, initial={"every": "", **(initial or {})})
        self.organisation = organisation
        bodies = self.fields["body"].queryset = organisation.bodies.order_by("name")
        if not self.initial.get("body") and len(only := list(bodies[:2])) == 1:
            self.initial["body"] = only[0]

    def clean(self):
        cleaned = super().clean()
        every, count = cleaned.get("every"), cleaned.get("count")
        if every and not count and "count" not in self.errors:
            self.add_error("count", "Enter how many meetings there are in all")
        if count and count > 1 and not every and "every" not in self.errors:
            self.add_error("every", "Select how often the meeting repeats")
        return cleaned

    @property
    def is_series(self):
        return self._series[-1] > 1

    @property
    def days(self):
        """The SeriesDay of each meeting."""
        return series_days(*self._series, self.organisation.nation)

    @property
    def message(self):
        """What the next page says once it is saved."""
        return meetings_added(self.cleaned_data["body"].name, self._series[-1])

    @property
    def _series(self):
        values = self.cleaned_data
        every = int(values["every"] or 0)
        return values["on"], every, values["count"] if every else 1

    @transaction.atomic
    def save(self, *, by):
        """Add the meetings and return the first. The same form again adds none."""
        body = self.cleaned_data["body"]
        body.organisation = self.organisation
        Body.objects.select_for_update(no_key=True).get(pk=body.pk)  # one form at a time
        days = days_of_series(*self._series)
        first, *_ = [self._existing_or_new(body, day, by) for day in days]
        return first

    def _existing_or_new(self, body, day, by):
        """Sent again with another body, day, name or time, the form means another meeting."""
        values = self.cleaned_data
        fields = {name: values[name] for name in ("starts_at", "title", "place", "link")}
        about = (body.pk, day, values["title"], values["starts_at"])
        token = uuid.uuid5(values["token"], str(about))
        if meeting := Meeting.objects.filter(token=token).first():
            return meeting
        fields |= {"body": body, "on": day, "token": token, "clear_days": clear_days_of(body)}
        meeting = Meeting.objects.create(**fields)
        meeting.registers.set(body.registers.in_use())
        meeting.enter("added", by=by)
        return meeting


class CancellationForm(forms.Form):
    reason = PlainTextField(
        label="Why is the meeting cancelled?",
        subject="The reason",
        rows=3,
        help_text="Everybody who can see the meeting can read this.",
        missing="Enter why the meeting is cancelled",
    )
    helper = Helper("reason")


class LateItemForm(forms.Form):
    title = PlainTextField(
        label="What is the item?",
        subject="The item",
        max_length=200,
        one_line=True,
        missing="Enter what the item is",
    )
    reason = PlainTextField(
        label="Why does the chair take it as urgent?",
        subject="The reason",
        rows=3,
        help_text="In the words that go into the minutes. You cannot change them later.",
        missing="Enter why the chair takes the item as urgent",
    )
    token = TokenField()
    helper = Helper("title", "reason")


class OfficerForm(forms.Form):
    """posts: those of the organisation that do not attend yet."""

    post = RecordChoiceField(
        None,
        label="Which officer attends?",
        empty_label="Select a post",
        help_text="So that questions can be answered at the meeting.",
        error_messages=selection_errors("Select a post"),
    )
    helper = Helper("post")

    def __init__(self, data=None, *, meeting):
        super().__init__(data)
        self.meeting = meeting
        posts = meeting.body.organisation.posts.order_by("title")
        self.fields["post"].queryset = posts.exclude(pk__in=meeting.attending.values("pk"))

    @transaction.atomic
    def save(self, *, by):
        post = self.cleaned_data["post"]
        self.meeting.attending.add(post)
        self.meeting.enter("changed", by=by, text={"changes": f"attending: {post}"})


class PreElectionPeriodForm(EntryForm):
    STATE = ("name", "from_day", "until")
    name = PlainTextField(
        label="Election",
        subject="The election",
        missing="Enter which election it is",
        help_text="For example, Local elections 2027.",
        max_length=100,
        one_line=True,
    )
    from_day = PlannedDateField(
        subject="the first day",
        label="First day",
        help_text=with_example_days(
            "As a rule, the day when notice of the election is given. For example, {planned}."
        ),
    )
    until = PlannedDateField(
        subject="the last day",
        label="Last day",
        help_text="As a rule, the day of the election.",
    )
    helper = Helper("name", "from_day", "until")

    class Meta:
        model = PreElectionPeriod
        fields = ("name", "from_day", "until")

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("from_day"), cleaned.get("until")
        if first and last and last < first:
            self.add_error("until", "The last day must be on or after the first day")
        return cleaned

    def clean_name(self):
        name = self.cleaned_data["name"]
        rows = self.instance.organisation.pre_election_periods.exclude(pk=self.instance.pk)
        if rows.filter(name__iexact=name).exists():
            raise ValidationError("There is already an election with this name")
        return name
