"""Forms of somebody who moves to another post or leaves: what becomes of what they hold."""

from dataclasses import asdict

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.administration.departures import leaves_without
from registers.administration.holders import Handover, posts_held_by
from registers.administration.people import all_people, is_shared_account
from registers.administration.posts import holdings_by_post
from registers.forms.fields import PastDateField, RecordChoiceField, selection_errors
from registers.forms.people import (
    DATED_ROLE_HINT,
    LAST_ADMINISTRATOR,
    LastDayField,
    check_giver,
    check_last_day,
)
from registers.govuk import GovukCheckboxes, GovukRadios, Helper, RevealingForm, Reveals
from registers.models import Role
from registers.models.people import DATED_ROLES
from registers.permissions import Permission
from registers.permissions.roles import roles_with
from registers.phrases.people import (
    departure_message,
    holdings_in_words,
    last_day_missing,
    leave_sentence,
    move_sentence,
)

KEEP, VACANT, HAND_OVER = "keep", "vacant", "person"


class PersonChoiceField(RecordChoiceField):
    """People by name and address: two may have one name."""

    def label_from_instance(self, person):
        return f"{person} ({person.email})"


class PostsHandoverForm(RevealingForm):
    """A question about each post of a person: who holds it next. may_keep: the person may.

    people: whom a post can be given to.
    """

    may_keep = False
    condition_in_hint = ()
    on = PastDateField(
        label="Last day",
        subject="the last day",
        help_text="Today or earlier. The posts change when you save this.",
        initial=timezone.localdate,
    )

    def __init__(self, data=None, *, person, organisation):
        super().__init__(data)
        self.person, self.organisation = person, organisation
        self.posts = list(posts_held_by(person, organisation))
        people = all_people(organisation).filter(is_current=True, is_active=True)
        holdings = holdings_by_post(self.posts)
        for post in self.posts:
            self._ask_about(post, people.exclude(pk=person.pk), asdict(holdings[post.pk]))
        questions = [
            f"{name}_{post.pk}" for post in self.posts for name in ("post", "holder", "interim")
        ]
        self.order_fields(["on", *questions])
        # Of which one answer is "Permanently".
        self.condition_in_hint = (
            *self.condition_in_hint,
            *(f"interim_{post.pk}" for post in self.posts),
        )

    def _ask_about(self, post, people, counts):
        choices = [(VACANT, "Nobody: it is vacant"), (HAND_OVER, "Another person")]
        if self.may_keep:
            choices.insert(0, (KEEP, f"{self.person}, as now"))
        self.fields[f"post_{post.pk}"] = forms.ChoiceField(
            label=f"Who holds the post {post.title} next?",
            help_text=f"It {holdings_in_words(counts)}.",
            choices=choices,
            widget=GovukRadios,
            error_messages=selection_errors(f"Select who holds the post {post.title} next"),
        )
        missing = f"Select the person who takes over as {post.title}"
        self.fields[f"holder_{post.pk}"] = PersonChoiceField(
            people,
            label=f"New holder of {post.title}",
            empty_label="Select a person",
            error_messages={"required": missing, "invalid_choice": missing},
        )
        self.fields[f"interim_{post.pk}"] = forms.ChoiceField(
            label=f"How do they hold {post.title}?",
            choices=[("", "Permanently"), ("interim", "As an interim")],
            required=False,
        )

    def questions_of_posts(self):
        """Of the layout: each post, and below it the next holder."""
        return [
            Reveals(f"post_{post.pk}", {HAND_OVER: [f"holder_{post.pk}", f"interim_{post.pk}"]})
            for post in self.posts
        ]

    def refuse_last_administrator(self, on):
        if leaves_without(self.person, self.organisation, Permission.ADMINISTER, on):
            self.add_error(None, LAST_ADMINISTRATOR)

    @property
    def handovers(self):
        """A Handover for each post that the person gives up."""
        values = self.cleaned_data
        return [
            Handover(post, values[f"holder_{post.pk}"] or None, bool(values[f"interim_{post.pk}"]))
            for post in self.posts
            if values[f"post_{post.pk}"] != KEEP
        ]


class LeaveForm(PostsHandoverForm):
    def __init__(self, data=None, **about):
        super().__init__(data, **about)
        self.fields["on"].help_text = (
            "Today or earlier. Access stops at the end of this day: to stop it now, enter "
            "yesterday. The posts change when you save this."
        )
        self.helper = Helper("on", *self.questions_of_posts())

    def clean(self):
        cleaned = super().clean()
        if on := cleaned.get("on"):
            self.refuse_last_administrator(on)
        return cleaned

    @property
    def consequence(self):
        on = self.cleaned_data["on"]
        return leave_sentence(
            str(self.person),
            on,
            stays_elsewhere=is_shared_account(self.person, self.organisation),
            leaves_no_manager=leaves_without(
                self.person, self.organisation, Permission.RUN_REGISTER, on
            ),
        )

    @property
    def success_message(self):
        return departure_message(str(self.person), self.cleaned_data["on"], timezone.localdate())

    @property
    def departure(self):
        """The keyword arguments of administration.departures.leave."""
        return {"on": self.cleaned_data["on"], "handovers": self.handovers}


class MoveForm(PostsHandoverForm):
    """What the person gives up, and what they take on: at least one of the two."""

    may_keep = True
    ended_roles = forms.MultipleChoiceField(
        label="Which roles end on that day?",
        help_text="Leave empty what they keep.",
        required=False,
        widget=GovukCheckboxes,
        error_messages=dict.fromkeys(("invalid_choice", "invalid_list"), "Select from the list"),
    )
    post = RecordChoiceField(
        None,
        label="New post",
        help_text="Vacant posts. To give them a post that somebody else holds, first change its "
        "holder.",
        empty_label="No new post",
        required=False,
        error_messages={"invalid_choice": "Select a vacant post from the list"},
    )
    interim = forms.ChoiceField(
        label="How do they hold the new post?",
        choices=[("", "Permanently"), ("interim", "As an interim")],
        required=False,
    )
    role = forms.ChoiceField(
        label="New role",
        required=False,
        error_messages={"invalid_choice": "Select a role from the list"},
    )
    until = LastDayField(label="Last day in the new role", help_text=DATED_ROLE_HINT)
    condition_in_hint = ("interim", "until")

    def __init__(self, data=None, *, is_own=False, **about):
        super().__init__(data, **about)
        self.is_own = is_own
        self.fields["on"].label = "Last day in the old post or role"
        self.memberships = list(self.organisation.memberships.active().filter(user=self.person))
        self.fields["ended_roles"].choices = [
            (row.pk, row.get_role_display()) for row in self.memberships
        ]
        roles = {row.role for row in self.memberships}
        self.fields["role"].choices = [
            ("", "No new role"),
            *((role, label) for role, label in Role.choices if role not in roles),
        ]
        self.fields["post"].queryset = self.organisation.posts.filter(holder=None)
        if not self.memberships:
            del self.fields["ended_roles"]
        ended = ["ended_roles"] if self.memberships else []
        self.helper = Helper(
            Fieldset("What they give up", "on", *self.questions_of_posts(), *ended),
            Fieldset("What they take on", "post", "interim", "role", "until"),
        )

    def clean(self):
        cleaned = super().clean()
        role = cleaned.get("role")
        check_giver(self, role)
        check_last_day(self, "until", last_day_missing(Role(role)) if role in DATED_ROLES else "")
        ended = self._ended_roles
        if cleaned.get("on") and set(roles_with(Permission.ADMINISTER)) & ended:
            self.refuse_last_administrator(cleaned["on"])
        if not self.errors and not self._is_a_change:
            raise ValidationError("Select what ends and what begins: nothing has changed yet")
        return cleaned

    @property
    def consequence(self):
        ends_managing = set(roles_with(Permission.RUN_REGISTER)) & self._ended_roles
        return move_sentence(
            leaves_no_manager=bool(ends_managing)
            and leaves_without(
                self.person, self.organisation, Permission.RUN_REGISTER, self.cleaned_data["on"]
            )
        )

    @property
    def _ended_roles(self):
        keys = {*self.cleaned_data.get("ended_roles", ())}
        return {row.role for row in self.memberships if str(row.pk) in keys}

    @property
    def _is_a_change(self):
        values = self.cleaned_data
        return bool(self.handovers or values.get("ended_roles") or values["post"] or values["role"])

    @property
    def success_message(self):
        return f"The move of {self.person} is saved."

    @property
    def departure(self):
        """The keyword arguments of administration.departures.move."""
        values = self.cleaned_data
        return {
            "on": values["on"],
            "handovers": self.handovers,
            "ended_roles": [int(key) for key in values.get("ended_roles", ())],
            "post": values["post"],
            "is_interim": bool(values["post"] and values["interim"]),
            "role": values["role"],
            "until": values["until"] if values["role"] else None,
        }
