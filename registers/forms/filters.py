"""What a reader may narrow and sort a register by. Anything else in the address is refused with 400."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q

from registers.forms.fields import Words
from registers.models import FailureType, Gap, Position, Risk
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS

UNDECIDED = "not-decided"
ON_REGISTER = ""
ALL = "all"
ANY_GAP = "any"
SORTS = {
    "score": ("-score", "number"),
    "reference": ("number",),
    "title": ("revision__title", "number"),
    "owner": (F("revision__owner__title").asc(nulls_first=True), "number"),
    "assessed": (F("current__effective_on").asc(nulls_first=True), "number"),
}
SEARCHED = (
    *("revision__title", "revision__cause", "revision__event", "revision__consequence", "revision__notes"),
    "current__rationale",
)
SORT_LABELS = [
    ("score", "Highest score first"),
    ("reference", "Reference"),
    ("title", "Title"),
    ("owner", "Owner"),
    ("assessed", "Longest since assessed"),
]


class SearchFilter(django_filters.Filter):
    field_class = Words


class PositionFilter(django_filters.FilterSet):
    """Narrows positions; made with `register=`, the `reader=`, the `day=` they speak of and `let_stand`, which gives
    the Tolerance of what is read: asked for only where the address asks what is above it."""

    # Where links from the dashboard and the home page lead: not offered unless used.
    SELDOM = ("main_type", "likelihood", "impact", "mine")

    q = SearchFilter(method="search", label="Search", called="The search", max_length=200)
    failure_type = django_filters.ChoiceFilter(method="by_failure_type", label="Failure type", empty_label="Any")
    main_type = django_filters.ChoiceFilter(method="by_main_type", label="Main failure type", empty_label="Any")
    band = django_filters.ChoiceFilter(method="by_band", label="Band", empty_label="Any")
    owner = django_filters.ModelChoiceFilter(
        field_name="revision__owner", queryset=lambda request: None, label="Owner", empty_label="Any"
    )
    status = django_filters.ChoiceFilter(
        method="by_status",
        label="Status",
        empty_label="On the register",
        choices=[(ALL, "Any, closed ones too"), *Risk.Status.choices],
    )
    gap = django_filters.ChoiceFilter(
        method="by_gap",
        label="Missing or late",
        empty_label="All risks",
        choices=[(ANY_GAP, "With anything missing or late"), *((gap.value, gap.label.capitalize()) for gap in Gap)],
    )
    mine = django_filters.ChoiceFilter(
        method="by_mine",
        label="Whose risks",
        empty_label="Anybody's",
        choices=[("yes", "Mine")],
    )
    likelihood = django_filters.ChoiceFilter(method="by_rating", label="Likelihood", empty_label="Any")
    impact = django_filters.ChoiceFilter(method="by_rating", label="Impact", empty_label="Any")
    sort = django_filters.ChoiceFilter(
        method="by_sort", label="Sort by", empty_label=None, null_label=None, choices=SORT_LABELS
    )

    class Meta:
        model = Position
        fields: tuple[str, ...] = ()

    def __init__(self, data, queryset, *, register, reader, day, let_stand):
        super().__init__(data, queryset)
        self.reader, self.day, self.let_stand = reader, day, let_stand
        self.scheme = register.scheme
        rules = self.scheme.rules
        self.filters["owner"].queryset = register.organisation.posts.all()
        self.filters["band"].extra["choices"] = [
            (ABOVE_TOLERANCE, "Above tolerance"),
            *((band.slug, band.label) for band in reversed(rules.bands)),
            (NOT_SCORED, "Not scored"),
            (TO_RE_ASSESS, "To re-assess by the new scheme"),
        ]
        types = [*FailureType.objects.values_list("slug", "name"), (UNDECIDED, "Not decided yet")]
        self.filters["failure_type"].extra["choices"] = self.filters["main_type"].extra["choices"] = types
        for name in ("likelihood", "impact"):
            levels = getattr(rules, name)
            self.filters[name].extra["choices"] = [(level.value, str(level)) for level in levels]

    @property
    def qs(self):
        positions = super().qs if self.is_valid() else self.queryset.none()
        if not self.form.cleaned_data.get("status"):
            positions = positions.on_register()
        return positions.order_by(*SORTS[self.form.cleaned_data.get("sort") or "score"])

    @property
    def unused(self):
        return [name for name in self.SELDOM if not self.form.cleaned_data.get(name)]

    @property
    def is_narrowed(self):
        return any(value for name, value in self.form.cleaned_data.items() if name != "sort")

    def search(self, positions, name, words):
        for word in words.split()[:10]:
            found = Q()
            for field in SEARCHED:
                found |= Q(**{f"{field}__icontains": word})
            if word.rpartition("-")[2].isdecimal() and len(word) < 18:
                found |= Q(number=int(word.rpartition("-")[2]))
            positions = positions.filter(found)
        return positions

    def by_failure_type(self, positions, name, slug):
        if slug == UNDECIDED:
            return positions.filter(primary_failure_type=None)
        return positions.of_failure_type(slug)

    def by_main_type(self, positions, name, slug):
        return positions.filter(primary_failure_type__slug=None if slug == UNDECIDED else slug)

    def by_band(self, positions, name, slug):
        if slug == TO_RE_ASSESS:
            return positions.to_re_assess()
        if slug == ABOVE_TOLERANCE:
            return positions.above_tolerance(self.scheme, self.let_stand())
        return positions.filter(band="") if slug == NOT_SCORED else positions.in_band(slug, self.scheme)

    def by_rating(self, positions, name, value):
        return positions.filter(scheme=self.scheme, **{name: value})

    def by_gap(self, positions, name, slug):
        return positions.missing(*(Gap if slug == ANY_GAP else [Gap(slug)]), day=self.day)

    def by_mine(self, positions, name, value):
        return positions.naming(self.reader)

    def by_status(self, positions, name, status):
        return positions if status == ALL else positions.filter(revision__status=status)

    def by_sort(self, positions, name, value):
        return positions


class DayForm(forms.Form):
    """The days an address may carry: as_at and since, as 2026-09-30; or, in place of as_at, an agreement's number."""

    as_at = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    agreed = forms.RegexField(r"\A[1-9][0-9]{0,17}\Z", required=False, strip=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("as_at") and cleaned.get("agreed"):
            raise ValidationError("Either as_at or agreed.")
        return cleaned
