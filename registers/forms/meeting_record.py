"""The forms for the record of a meeting: who came, interests, resolutions, deep dives, approval."""

import re
import uuid

from django import forms
from django.db import transaction

from registers.forms.concurrency import TokenField
from registers.forms.fields import (
    PlainTextField,
    RecordChoiceField,
    RecordMultipleChoiceField,
    selection_errors,
)
from registers.forms.questions import find_risk_across
from registers.govuk import GovukCheckboxes, GovukRadios, Helper
from registers.models import Attendance, AttendanceKind, InterestKind, User
from registers.models.meeting_attendance import members_of
from registers.models.meeting_record import (
    LONGEST_RESOLUTION,
    meetings_to_approve,
    seated_people,
)
from registers.permissions import possible_substitutes, registers_in, risks_across

OTHER_ITEM = "other"
REFERENCE = re.compile(r"\s*\w+-[0-9]{3,9}\s*")


class PersonField(RecordChoiceField):
    def __init__(self, label, missing):
        super().__init__(
            None,
            label=label,
            empty_label="Select a person",
            error_messages=selection_errors(missing),
        )


class YesNoField(forms.TypedChoiceField):
    """Radios with two answers. missing: what to do where neither is chosen."""

    def __init__(self, *, yes, no, missing, **options):
        super().__init__(
            choices=[("yes", yes), ("no", no)],
            coerce=lambda value: value == "yes",
            widget=GovukRadios,
            error_messages=selection_errors(missing),
            **options,
        )


def people_of(seats):
    """The people of these seats, by name."""
    return User.objects.filter(pk__in=seats.order_by().values("user")).order_by("name")


class ForPersonForm(forms.Form):
    """A form about somebody who sits on the body: any of them, or the reader alone.

    is_for_all: whether the reader records it for others. ORDER: of the fields.
    """

    ORDER: tuple[str, ...] = ()

    def __init__(self, data=None, *, people, user, is_for_all, **options):
        super().__init__(data, **options)
        self.reader = user
        self.fields["person"].queryset = people
        if not is_for_all:
            del self.fields["person"]
        self.helper = Helper(*(name for name in self.ORDER if name in self.fields))

    def clean(self):
        cleaned = super().clean()
        if "person" not in self.fields:
            cleaned["person"] = self.reader
        return cleaned


class ApologiesForm(ForPersonForm):
    person = PersonField("Which member is it?", "Select a member")
    kind = forms.ChoiceField(
        label="Does this member come?",
        choices=[
            (AttendanceKind.APOLOGIES.value, "No, record apologies"),
            (AttendanceKind.EXPECTED.value, "Yes, after all"),
        ],
        widget=GovukRadios,
        error_messages=selection_errors("Select whether this member comes"),
    )
    substitute = RecordChoiceField(
        None,
        label="Who sits in, if anybody?",
        empty_label="Nobody",
        required=False,
        help_text="A substitute sits on the body for the day of the meeting.",
        error_messages={"invalid_choice": "Select a substitute from the list"},
    )
    token = TokenField()
    ORDER = ("person", "kind", "substitute")

    def __init__(self, data=None, *, meeting, user, is_for_all):
        people = people_of(members_of(meeting))
        initial = {"kind": AttendanceKind.APOLOGIES}
        super().__init__(data, people=people, user=user, is_for_all=is_for_all, initial=initial)
        self.fields["substitute"].queryset = possible_substitutes(meeting)

    def clean(self):
        cleaned = super().clean()
        substitute = cleaned.get("substitute")
        if substitute and cleaned.get("kind") == AttendanceKind.EXPECTED:
            self.add_error("substitute", "Select nobody, as this member comes")
        if substitute and substitute == cleaned.get("person"):
            self.add_error("substitute", "Select somebody else as the substitute")
        return cleaned


class AttendanceForm(forms.Form):
    """Who was present. Everybody else was absent, or sent apologies before."""

    present = RecordMultipleChoiceField(
        None,
        label="Which members were present?",
        widget=GovukCheckboxes,
        required=False,
        help_text="Members without a tick are recorded as absent, unless they sent apologies.",
        error_messages={"invalid_choice": "Select members of this body"},
    )
    token = TokenField()
    helper = Helper("present")

    def __init__(self, data=None, *, meeting, attendance):
        self.meeting, self.attendance = meeting, attendance
        is_new = not any(row.is_present for row in attendance)
        initial = [
            row.seat.user_id
            for row in attendance
            if row.is_present or (is_new and not row.sends_apologies)
        ]
        super().__init__(data, initial={"present": initial})
        self.fields["present"].queryset = people_of(members_of(meeting))

    @transaction.atomic
    def save(self, *, by):
        """Record what is new, one row a member, and return how many."""
        present = {person.pk for person in self.cleaned_data["present"]}
        count = 0
        for row in self.attendance:
            kind = self._kind(row, present)
            if kind != row.kind:
                token = uuid.uuid5(self.cleaned_data["token"], str(row.seat.user_id))
                person = row.seat.user
                Attendance.record(self.meeting, by=by, person=person, kind=kind, token=token)
                count += 1
        return count

    def _kind(self, row, present):
        if row.seat.user_id in present:
            return AttendanceKind.PRESENT
        return row.kind if row.sends_apologies else AttendanceKind.ABSENT


class DeclarationForm(ForPersonForm):
    """items: {value: (label, the register or risk)} of the agenda; any other is typed."""

    HINTS = {
        InterestKind.PECUNIARY: "Employment, contracts, land and the like, of the member or their "
        "partner. The member leaves the room unless they have a dispensation.",
        InterestKind.REGISTRABLE: "Bodies in which the member holds a position or of which they "
        "are in control.",
        InterestKind.NON_REGISTRABLE: "The item touches the money or well-being of the member, a "
        "relative or a close associate.",
    }
    person = PersonField("Who declares an interest?", "Select who declares an interest")
    kind = forms.ChoiceField(
        label="What kind of interest is it?",
        choices=InterestKind.choices,
        widget=GovukRadios(hints={kind.value: hint for kind, hint in HINTS.items()}),
        error_messages=selection_errors("Select what kind of interest it is"),
    )
    about = forms.ChoiceField(
        label="Which item is it about?",
        widget=GovukRadios,
        error_messages=selection_errors("Select which item it is about"),
    )
    item = PlainTextField(
        label="If it is another item, which one?",
        subject="The item",
        required=False,
        max_length=200,
        one_line=True,
        help_text="For another risk enter its reference alone, for example CORP-007.",
    )
    interest = PlainTextField(
        label="What is the interest?",
        subject="The interest",
        required=False,
        rows=2,
        help_text="Leave it empty if it is sensitive. The minutes then say only that there is one.",
    )
    has_left_room = YesNoField(
        label="Does the member leave the room for this item?",
        yes="Yes",
        no="No",
        missing="Select whether the member leaves the room",
        help_text="Who leaves no longer sees what is exempt of this register or risk, on any page.",
    )
    token = TokenField()
    ORDER = ("person", "kind", "about", "item", "interest", "has_left_room")

    def __init__(self, data=None, *, meeting, items, user, is_for_all):
        people = people_of(seated_people(meeting))
        super().__init__(data, people=people, user=user, is_for_all=is_for_all)
        self.meeting, self.items = meeting, items
        choices = [(value, label) for value, (label, _) in items.items()]
        self.fields["about"].choices = [*choices, (OTHER_ITEM, "Another item")]

    def clean_item(self):
        """The Risk whose reference was typed, or what was typed."""
        item = self.cleaned_data["item"]
        if not REFERENCE.fullmatch(item):
            return item
        registers = registers_in(self.reader, self.meeting.body.organisation)
        return find_risk_across(risks_across(self.reader, registers), registers, item)

    def clean(self):
        cleaned = super().clean()
        is_other = cleaned.get("about") == OTHER_ITEM
        if is_other and not cleaned.get("item") and "item" not in self.errors:
            self.add_error("item", "Enter which item it is")
        if cleaned.get("item") and not is_other and "about" in cleaned:
            self.add_error("about", "Select another item, or leave its name empty")
        return cleaned

    @property
    def arguments(self):
        values = dict(self.cleaned_data)
        about = values.pop("about")
        record = values["item"] if about == OTHER_ITEM else self.items[about][1]
        if isinstance(record, str):
            return values
        return values | {"item": "", record._meta.model_name: record}


class ReasonForm(forms.Form):
    """Why something no longer counts."""

    reason = PlainTextField(
        label="Why is it withdrawn?",
        subject="The reason",
        rows=3,
        help_text="For example, it was recorded by mistake, or the interest ended.",
        missing="Enter why it is withdrawn",
    )
    token = TokenField()
    helper = Helper("reason")


class ResolutionForm(forms.Form):
    """resolution: the one that it corrects, or None. draft: its wording and ground, or None."""

    wording = PlainTextField(
        label="What did the meeting resolve?",
        subject="The resolution",
        rows=4,
        max_length=LONGEST_RESOLUTION,
        help_text="In the words of the minutes. Everybody in the organisation can read it, so "
        "leave out what is exempt.",
        missing="Enter what the meeting resolved",
    )
    mover = PlainTextField(
        label="Moved by", subject="The name", required=False, max_length=200, one_line=True
    )
    seconder = PlainTextField(
        label="Seconded by", subject="The name", required=False, max_length=200, one_line=True
    )
    is_carried = YesNoField(
        label="Was it carried?",
        yes="Carried",
        no="Not carried",
        missing="Select whether it was carried",
    )
    ground = PlainTextField(
        label="If it excludes the public, on which ground?",
        subject="The ground",
        required=False,
        max_length=200,
        one_line=True,
        help_text="For example, paragraph 3 of Part 1 of Schedule 12A to the Local Government Act "
        "1972.",
    )
    token = TokenField()
    helper = Helper("wording", "mover", "seconder", "is_carried", "ground")

    def __init__(self, data=None, *, resolution=None, draft=None):
        initial = {"wording": draft.wording, "ground": draft.ground} if draft else {}
        if resolution:
            names = ("wording", "mover", "seconder", "ground")
            initial = {name: getattr(resolution, name) for name in names}
            initial["is_carried"] = "yes" if resolution.is_carried else "no"
        super().__init__(data, initial=initial)


class DeepDiveForm(forms.Form):
    """A risk that the meeting looks at in depth, by its reference."""

    risk = PlainTextField(
        label="Which risk does the meeting look at in depth?",
        subject="The reference",
        max_length=40,
        one_line=True,
        help_text="Its reference, for example CORP-007.",
        missing="Enter the reference of a risk",
    )
    token = TokenField()
    helper = Helper("risk")

    def __init__(self, data=None, *, meeting, user, initial=None):
        super().__init__(data, initial=initial)
        self.meeting, self.user = meeting, user

    def clean_risk(self):
        registers = registers_in(self.user, self.meeting.body.organisation)
        risks = risks_across(self.user, registers)
        return find_risk_across(risks, registers, self.cleaned_data["risk"])


class DeepDiveOutcomeForm(forms.Form):
    took_place = YesNoField(
        label="Did the meeting look at this risk in depth?",
        yes="Yes",
        no="No, take it off the agenda",
        missing="Select whether the meeting looked at it",
    )
    attendees = PlainTextField(
        label="Who came to speak about it?",
        subject="Who came",
        required=False,
        max_length=500,
        one_line=True,
        help_text="Posts rather than names. For example, Head of ICT and internal audit.",
    )
    note = PlainTextField(
        label="What came of it?",
        subject="The note",
        required=False,
        rows=3,
        max_length=2000,
        help_text="In the words of the minutes. Optional.",
    )
    token = TokenField()
    helper = Helper("took_place", "attendees", "note")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("took_place") and not cleaned.get("attendees") and not self.errors:
            self.add_error("attendees", "Enter who came")
        return cleaned


class MinutesApprovalForm(forms.Form):
    approving_meeting = RecordChoiceField(
        None,
        label="Which meeting approved the minutes?",
        empty_label="Select a meeting",
        error_messages=selection_errors("Select the meeting that approved the minutes"),
    )
    correction = PlainTextField(
        label="What was corrected, if anything?",
        subject="The correction",
        required=False,
        rows=3,
        help_text="In the words of that meeting. Correct the record first: the approval closes it.",
    )
    token = TokenField()
    helper = Helper("approving_meeting", "correction")

    def __init__(self, data=None, *, meeting):
        meetings = meetings_to_approve(meeting).select_related("body")
        super().__init__(data, initial={"approving_meeting": meetings.first()})
        self.fields["approving_meeting"].queryset = meetings
