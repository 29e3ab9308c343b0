"""Forms for directorates, posts and who holds them."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from registers.administration.posts import normalise_title
from registers.dates import with_example_days
from registers.forms.fields import PastDateField, PlainTextField, RecordChoiceField
from registers.forms.record_state import RecordStateForm
from registers.govuk import Helper
from registers.models import Directorate, Post
from registers.permissions import current_people


class PersonChoiceField(RecordChoiceField):
    """A person of an organisation: two of one name differ by their address."""

    def label_from_instance(self, person):
        return f"{person} ({person.email})"


class EntryForm(RecordStateForm, forms.ModelForm):
    """Adds a row of an organisation, or changes one, with an audit entry."""

    @transaction.atomic
    def save(self, *, by):
        is_new = self.instance.pk is None
        if is_new or self.changed_fields:
            super().save()
            changes = {"changes": ", ".join(self.changed_fields)}
            self.instance.enter("added" if is_new else "changed", by=by, text=changes)
        return self.instance

    def check_unique(self, rows, name, message):
        """The name, unless another of these rows has the same but for case and spaces."""
        values = rows.exclude(pk=self.instance.pk).values_list(self.NAME, flat=True)
        if normalise_title(name) in map(normalise_title, values):
            raise ValidationError(message)
        return name


class DirectorateForm(EntryForm):
    STATE = ("name",)
    NAME = "name"
    name = PlainTextField(
        label="Name",
        subject="The name",
        missing="Enter the name of the directorate",
        help_text="For example, Adult social care. Use your own word for a directorate: "
        "department, division, school.",
        max_length=200,
        one_line=True,
    )
    helper = Helper("name")

    class Meta:
        model = Directorate
        fields = ("name",)

    def clean_name(self):
        rows = self.instance.organisation.directorates.all()
        message = "There is already a directorate with this name"
        return self.check_unique(rows, self.cleaned_data["name"], message)


class PostForm(EntryForm):
    STATE = ("title", "directorate_id")
    NAME = "title"
    title = PlainTextField(
        label="Title",
        subject="The title",
        missing="Enter the title of the post",
        help_text="The post, not the person. For example, Head of finance.",
        max_length=200,
        one_line=True,
    )
    directorate = RecordChoiceField(
        None,
        label="Directorate",
        required=False,
        empty_label="No directorate",
        error_messages={"invalid_choice": "Select one of the directorates"},
    )
    helper = Helper("title", "directorate")

    class Meta:
        model = Post
        fields = ("title", "directorate")

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.fields["directorate"].queryset = instance.organisation.directorates.all()

    def clean_title(self):
        rows = self.instance.organisation.posts.all()
        message = "There is already a post with this title"
        return self.check_unique(rows, self.cleaned_data["title"], message)


HOLDER_STATE = ("holder_id", "is_interim", "held_since", "vacant_since")


class HolderFields(forms.Form):
    """Who holds a post, and since when."""

    holder = PersonChoiceField(
        None,
        label="Who holds this post?",
        empty_label="Select a person",
        help_text="People who have a role in this organisation. Somebody who is invited is on the "
        "list once they accept.",
        error_messages={
            "required": "Select who holds this post",
            "invalid_choice": "Select one of the people of this organisation",
        },
    )
    is_interim = forms.BooleanField(
        label="They hold it as an interim",
        help_text="For example, acting up, or an agency appointment.",
        required=False,
    )
    held_since = PastDateField(
        subject="the day since when they hold it",
        label="Held since",
        help_text=with_example_days(
            "Their first day in this post. For example, {past}. Leave it empty if you do "
            "not know it."
        ),
        required=False,
    )

    def offer_people(self, organisation):
        self.fields["holder"].queryset = current_people(organisation)

    def give_post(self, post, *, by):
        values = self.cleaned_data
        post.give_to(
            values["holder"], by=by, is_interim=values["is_interim"], since=values["held_since"]
        )


class NewPostForm(HolderFields, PostForm):
    """A new post, vacant or with its holder."""

    field_order = ("title", "directorate", "holder", "is_interim", "held_since")
    helper = Helper(*field_order)

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.offer_people(instance.organisation)
        self.fields["holder"].required = False
        self.fields["holder"].empty_label = "Nobody: the post is vacant"

    def clean(self):
        cleaned = super().clean()
        is_held = cleaned.get("is_interim") or cleaned.get("held_since")
        if is_held and not cleaned.get("holder") and "holder" not in self.errors:
            self.add_error("holder", "Select who holds this post, or clear what you said of them")
        return cleaned

    @transaction.atomic
    def save(self, *, by):
        post = super().save(by=by)
        if self.cleaned_data["holder"]:
            self.give_post(post, by=by)
        return post


class HolderForm(RecordStateForm, HolderFields, forms.ModelForm):
    STATE = HOLDER_STATE
    helper = Helper("holder", "is_interim", "held_since")

    class Meta:
        model = Post
        fields = ("holder", "is_interim", "held_since")

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.offer_people(instance.organisation)

    def clean(self):
        cleaned = super().clean()
        changed = self.changed_fields
        if cleaned.get("held_since") and "holder" in changed and "held_since" not in changed:
            words = "Enter the first day of the new holder, or clear the date if you do not know it"
            self.add_error("held_since", words)
        return cleaned

    def save(self, *, by):
        if self.changed_fields:
            self.give_post(self.instance, by=by)
        return self.instance


class VacancyForm(RecordStateForm, forms.ModelForm):
    STATE = HOLDER_STATE
    vacant_since = PastDateField(
        subject="the day since when the post is vacant",
        label="Vacant since",
        help_text=with_example_days("The first day without a holder. For example, {past}."),
    )
    helper = Helper("vacant_since")

    class Meta:
        model = Post
        fields = ("vacant_since",)

    def clean_vacant_since(self):
        day, since = self.cleaned_data["vacant_since"], self.instance.held_since
        if since and day <= since:
            raise ValidationError("The post must be vacant from a day after it was first held")
        return day

    def save(self, *, by):
        self.instance.vacate(by=by, since=self.cleaned_data["vacant_since"])
        return self.instance
