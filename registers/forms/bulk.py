"""Forms for many records: reviewing risks that stay as they are, and reassigning records.

And what they offer: risks whose review is due, and what a post owns.
"""

import datetime
import re

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils import timezone
from django.utils.text import Truncator

from registers.forms.concurrency import LARGEST_VERSION, LOST, TokenField
from registers.forms.fields import PlainTextField, RecordChoiceField
from registers.govuk import GovukCheckboxes, Helper, RevealingForm, Reveals
from registers.models import Action, CommitteeAction, Control, Question, Risk
from registers.models.review import above_tolerance_twice_running, proposed_next_review
from registers.permissions import open_committee_actions, open_questions
from registers.phrases.register import next_review_in_words, too_many_to_review

# Days before a review is due from which it is offered: a meeting looks at a fortnight's reviews.
DUE_SOON = 14
MOST_REVIEWED = 50
# Of each kind: more are moved by sending the form again.
MOST_MOVED = 200
LONGEST_TITLE = 120  # characters of a question
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
VALUE = re.compile(r"(?P<pk>[1-9][0-9]{0,17})-(?P<version>[0-9]{1,9})")


def due_for_review(risks, reader, day):
    """Risks on the register whose review is late or due within DUE_SOON days.

    Those of the reader's posts come first, then those due longest ago. risks: a queryset of what
    the reader may see.
    """
    by_then = day + datetime.timedelta(days=DUE_SOON)
    due = risks.filter(latest__status__in=Risk.ON_REGISTER, latest__next_review_on__lte=by_then)
    own_first = Case(When(latest__owner__holder=reader, then=0), default=1)
    return with_headings(due).order_by(own_first, "latest__next_review_on", "number")


def with_headings(risks):
    """With what the form shows of each risk. Two queries for any number of schemes."""
    texts = (f"latest__{name}" for name in ("cause", "event", "consequence", "notes"))
    rows = risks.select_related("latest__owner", "current").prefetch_related("current__scheme")
    return rows.defer(*texts, "current__rationale", "current__evidence")


class PostHoldings:
    """What a post owns: risks that are not closed, their controls in place and open actions, open
    actions of committees, and questions that it is to answer.

    risks: a queryset of what the reader may see, of any registers. post: None for any post.
    """

    def __init__(self, reader, organisation, risks, post=None):
        live = risks.exclude(latest__status=Risk.Status.CLOSED)
        by_post = {"latest__owner": post} if post else {}
        about = {"post": post} if post else {}
        owned = live.filter(**by_post).select_related("register", "latest")

        def records(model, status):
            rows = model.objects.filter(
                latest__status=status, risk__in=live.order_by().values("pk"), **by_post
            )
            rows = rows.select_related("latest", "risk__latest", "risk__register")
            return rows.order_by("risk__register", "risk__number", "pk")

        self.sets = {
            "risks": owned.order_by("register", "number"),
            "controls": records(Control, Control.Status.IN_PLACE),
            "actions": records(Action, Action.Status.OPEN),
            "committee_actions": open_committee_actions(reader, organisation, **about),
            "questions": open_questions(reader, organisation, **about),
        }


class ReviewManyForm(RevealingForm):
    """Risks that were reviewed and stay as they are.

    due: those offered. risks: a queryset of what the reader may see, for risks that were offered
    when the form was opened and are no longer due. outside: due, but left out because their review
    asks one question more.
    """

    risks = forms.MultipleChoiceField(
        label="Which risks did you review with no change?",
        help_text="Select only risks that were reviewed. If a risk should change, open it instead.",
        widget=GovukCheckboxes,
        error_messages={
            "required": "Select the risks that you reviewed",
            "invalid_choice": "Select risks from the list",
            "invalid_list": "Select risks from the list",
        },
    )
    note = PlainTextField(
        label="What did you review, and what did you find?",
        subject="The note",
        rows=3,
        required=False,
        help_text="Say what you checked and who was there. This note applies to every risk "
        "without its own note, and stays in the history. Needed unless each risk has its own.",
    )
    token = TokenField()
    condition_in_hint = ("note",)
    moved = ()

    def __init__(self, data=None, *, register, due, risks):
        super().__init__(data)
        today = timezone.localdate()
        self.rows = {str(risk.number): risk for risk in due}
        if data is not None:
            posted = [
                n for n in data.getlist("risks") if NUMBER.fullmatch(n) and n not in self.rows
            ]
            reviewed = risks.filter(
                latest__status__in=Risk.ON_REGISTER, latest__next_review_on__isnull=False
            )
            posted_risks = with_headings(
                reviewed.filter(number__in=posted[:MOST_REVIEWED])
            ).order_by("number")
            self.rows |= {str(risk.number): risk for risk in posted_risks}
        for risk in self.rows.values():
            risk.register = register
        needing_question = above_tolerance_twice_running(register, self.rows.values())
        self.outside = [risk for risk in self.rows.values() if risk.pk in needing_question]
        self.rows = {n: risk for n, risk in self.rows.items() if risk.pk not in needing_question}
        question = self.fields["risks"]
        question.choices = [
            (n, f"{risk.register.reference(risk.number)} {risk.title}")
            for n, risk in self.rows.items()
        ]
        question.widget.hints = {n: _due_words(risk, today) for n, risk in self.rows.items()}
        for n, risk in self.rows.items():
            self.fields[f"note_{n}"] = PlainTextField(
                label="Note for this risk",
                subject=f"The note of {risk.register.reference(risk.number)}",
                rows=2,
                required=False,
            )
            self.fields[f"version_{n}"] = forms.IntegerField(
                min_value=0,
                max_value=LARGEST_VERSION,
                required=False,
                initial=risk.version,
                widget=forms.HiddenInput,
            )
        self.helper = Helper(Reveals("risks", {n: [f"note_{n}"] for n in self.rows}), "note")

    def clean_risks(self):
        numbers = self.cleaned_data["risks"]
        if len(numbers) > MOST_REVIEWED:
            raise ValidationError(too_many_to_review(MOST_REVIEWED, len(numbers)))
        return numbers

    def clean(self):
        cleaned = super().clean()
        numbers = cleaned.get("risks", [])
        if any(cleaned.get(f"version_{n}") is None for n in numbers):
            for n in self.rows:
                self.errors.pop(f"version_{n}", None)
            raise ValidationError(LOST)
        if (
            "note" not in self.errors
            and not cleaned.get("note")
            and not all(cleaned.get(f"note_{n}") for n in numbers)
        ):
            self.add_error(
                "note", "Enter what you reviewed and what you found, here or below each risk"
            )
        return cleaned

    @property
    def reviews(self):
        """(risk, version, note) for each risk that was ticked."""
        values = self.cleaned_data
        return [
            (self.rows[n], values[f"version_{n}"], values[f"note_{n}"] or values["note"])
            for n in values["risks"]
        ]

    def rebase(self, conflict):
        """Untick the risks that changed meanwhile; ticked again they are sent again."""
        self.moved = conflict.records
        numbers = {str(risk.number): risk for risk in self.moved}
        self.data = self.data.copy()
        self.data.setlist("risks", [n for n in self.data.getlist("risks") if n not in numbers])
        for n, risk in numbers.items():
            self.data[f"version_{n}"] = risk.version


def _due_words(risk, today):
    return next_review_in_words(
        risk.current.band_now.label if risk.current else "",
        str(risk.owner or ""),
        risk.next_review_on,
        proposed_next_review(risk, today),
        today,
    )


class PostsForm(forms.Form):
    """From which post to which."""

    from_post = RecordChoiceField(
        None,
        label="Which post owns these now?",
        empty_label="Select a post",
        error_messages={
            "required": "Select the post that owns these now",
            "invalid_choice": "Select a post of this organisation",
        },
    )
    to_post = RecordChoiceField(
        None,
        label="Which post will own them?",
        empty_label="Select a post",
        error_messages={
            "required": "Select the post that will own them",
            "invalid_choice": "Select a post of this organisation",
        },
    )

    def __init__(self, data=None, *, organisation):
        super().__init__(data)
        for name in ("from_post", "to_post"):
            self.fields[name].queryset = organisation.posts.all()

    def clean_to_post(self):
        post = self.cleaned_data["to_post"]
        if post == self.cleaned_data.get("from_post"):
            raise ValidationError("Select a different post from the one that owns these now")
        return post


def records_field():
    errors = dict.fromkeys(("invalid_choice", "invalid_list"), "Select from the list")
    widget = GovukCheckboxes(small=True)
    return forms.MultipleChoiceField(required=False, widget=widget, error_messages=errors)


class ReassignForm(forms.Form):
    """Which records are reassigned.

    owned: what the first post owns. readable: what the reader may see of any post's, for records
    that were owned when the form was opened and are no longer. Each value is a key and a version.
    """

    KINDS = {
        "risks": "Risks",
        "controls": "Controls in place",
        "actions": "Open actions",
        "committee_actions": "Open actions of committees",
        "questions": "Questions to answer",
    }
    risks, controls, actions = records_field(), records_field(), records_field()
    committee_actions, questions = records_field(), records_field()
    reason = PlainTextField(
        label="Why are you reassigning them?",
        subject="The reason",
        rows=2,
        max_length=1000,
        help_text="The history of each record keeps your reason. For example: the post was "
        "merged with another in April.",
        missing="Enter why you are reassigning them",
    )
    condition_in_hint = tuple(KINDS)
    moved = ()

    def __init__(self, data=None, *, owned, readable):
        super().__init__(data)
        self.totals, self.rows, self.posted_records = {}, {}, {}
        for name, label in self.KINDS.items():
            rows = list(owned.sets[name][: MOST_MOVED + 1])
            self.totals[name] = len(rows) if len(rows) <= MOST_MOVED else owned.sets[name].count()
            rows = self.rows[name] = rows[:MOST_MOVED]
            posted = self._posted(name)
            self.posted_records[name] = (
                readable.sets[name].in_bulk({pk for pk, _ in posted}) if posted else {}
            )
            field = self.fields[name]
            field.label = f"{label} ({self.totals[name]})"
            if self.totals[name] > MOST_MOVED:
                field.help_text = (
                    f"The first {MOST_MOVED}. Reassign these, then come back for the rest."
                )
            offered = {_value(row): _title(row) for row in rows}
            sent = {
                f"{pk}-{version}": _title(row)
                for pk, version in posted
                if (row := self.posted_records[name].get(pk))
            }
            field.choices = list({**offered, **sent}.items())
            self.initial[name] = list(offered)
        names = [name for name in self.KINDS if self.fields[name].choices]
        for name in set(self.KINDS) - set(names):
            del self.fields[name]
        self.helper = Helper(Fieldset("What to reassign", *names), "reason")

    @property
    def total(self):
        return sum(self.totals.values())

    def clean(self):
        cleaned = super().clean()
        names = [name for name in self.KINDS if name in self.fields]
        if not self.errors and not any(cleaned.get(name) for name in names):
            raise ValidationError("Select what to reassign")
        return cleaned

    @property
    def chosen(self):
        """The keyword arguments of services.reassign for what was ticked."""
        pairs = {name: self._pairs(self.cleaned_data.get(name, ())) for name in self.KINDS}
        return {
            name: [(self.posted_records[name][pk], version) for pk, version in rows]
            for name, rows in pairs.items()
        }

    def rebase(self, conflict):
        """Take the records as they are now; what is no longer the first post's leaves the list."""
        self.moved = conflict.records
        self.data = self.data.copy()
        for name in self.KINDS:
            if name in self.fields:
                ticked_keys = {pk for pk, _ in self._posted(name)}
                self.data.setlist(
                    name, [_value(row) for row in self.rows[name] if row.pk in ticked_keys]
                )
                self.fields[name].choices = [(_value(row), _title(row)) for row in self.rows[name]]

    def _posted(self, name):
        return self._pairs(self.data.getlist(name)[: 2 * MOST_MOVED]) if self.is_bound else []

    @staticmethod
    def _pairs(values):
        matches = [VALUE.fullmatch(value) for value in values]
        return [(int(match["pk"]), int(match["version"])) for match in matches if match]


def _value(row):
    return f"{row.pk}-{row.version}"


def _title(row):
    """The title of a risk, or of a record that belongs to one, or to a meeting."""
    if isinstance(row, CommitteeAction):
        return f"{row} {row.latest.wording} ({row.body})"
    if isinstance(row, Question):
        return f"{Truncator(row.wording).chars(LONGEST_TITLE)} ({row.meeting})"
    risk = getattr(row, "risk", None)
    owner_text = (
        f" (beside {risk.reference} {risk.title}, {risk.register})"
        if risk
        else f" ({row.register})"
    )
    return f"{row.title if risk else row}{owner_text}"
