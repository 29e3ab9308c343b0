"""The filters and sorting of a register's list. Anything else in the address is answered 400."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.functional import cached_property

from registers.forms.fields import PlainTextField
from registers.models import (
    AdverseImpact,
    AssuranceLevel,
    CaseStudy,
    Category,
    ControlWeakness,
    FailureType,
    Insight,
    MissingInformation,
    Position,
    Register,
    Risk,
    Tolerances,
    WarningSign,
)
from registers.movement import (
    ABOVE,
    FELL,
    NEW,
    ROSE,
    UNCHANGED,
    WITHIN,
    movements_between,
    movements_by_tolerance,
    read_risk_points,
    without_lasting,
)
from registers.permissions import mark_visibility, marks_across, sees_drafts
from registers.risk_list import DEFAULT_ORDER, SORT_LABELS, in_order, risks_by_direction
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS

UNDECIDED = "not-decided"
ON_REGISTER = ""
ALL = "all"
ANY_GAP = "any"


# By which the lead of the dashboard names risks, beside "yes" for any change.
CHANGED_KINDS = [
    (NEW, "new"),
    (ABOVE, "rose above tolerance"),
    (WITHIN, "fell back within tolerance"),
    (ROSE, "rose without crossing tolerance"),
    (FELL, "fell without crossing tolerance"),
]
MARKED = {"case": "sign__case", "sign": "sign", "insight": "sign__insights"}


class SearchFilter(django_filters.Filter):
    field_class = PlainTextField


class LibraryField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, row):
        return f"{row.code}: {row.title}" if isinstance(row, WarningSign) else str(row)


class LibraryFilter(django_filters.ModelChoiceFilter):
    """A choice among rows of the library, which are read only where it is used."""

    field_class = LibraryField

    def __init__(self, model, field, **options):
        super().__init__(
            queryset=model.objects.all(), to_field_name=field, empty_label="Any", **options
        )


class FilterForm(forms.Form):
    """Narrows a list: no field of it needs to say that it is optional."""

    marks_optional = False


class PositionFilter(django_filters.FilterSet):
    """Filters positions.

    day: the one they speak of. recorded_by: the instant by which that was known, if it is limited.
    comparison: (the day compared with, a function of none that returns its positions as far as the
    reader may see).
    """

    # For links from the dashboard, the home page and the assurance map: shown only if used.
    SELDOM = (
        *("main_type", "likelihood", "impact", "mine", "adverse_impact", "case", "sign", "insight"),
        *(
            "assurance",
            "controls",
            "stuck",
            "could_be",
            "also_band",
            "also_adverse_impact",
            "level",
            "changed",
        ),
    )
    NONE = "none"

    q = SearchFilter(method="search", label="Search", subject="The search", max_length=200)
    failure_type = django_filters.ChoiceFilter(
        method="by_failure_type", label="Failure type", empty_label="Any"
    )
    main_type = django_filters.ChoiceFilter(
        method="by_main_type", label="Main failure type", empty_label="Any"
    )
    band = django_filters.ChoiceFilter(method="by_band", label="Band", empty_label="Any")
    owner = django_filters.ModelChoiceFilter(
        field_name="owner",
        queryset=lambda request: None,
        label="Owner",
        empty_label="Any",
        null_label="Not decided yet",
        null_value=NONE,
    )
    directorate = django_filters.ModelChoiceFilter(
        field_name="owner__directorate",
        queryset=lambda request: None,
        label="Directorate",
        empty_label="Any",
        null_label="No directorate",
        null_value=NONE,
    )
    category = django_filters.ChoiceFilter(
        method="by_category",
        label="Category",
        empty_label="Any",
        choices=[*Category.choices, (NONE, "Not decided yet")],
    )
    response = django_filters.ChoiceFilter(
        method="by_response",
        label="Response",
        empty_label="Any",
        choices=[
            *((r.value, r.label.partition(":")[0]) for r in Risk.Response),
            (NONE, "Not decided yet"),
        ],
    )
    status = django_filters.ChoiceFilter(
        method="by_status",
        label="Status",
        empty_label="On the register",
        choices=[
            (ALL, "Any, including closed"),
            *(c for c in Risk.Status.choices if c[0] != Risk.Status.DRAFT),
        ],
    )
    gap = django_filters.ChoiceFilter(
        method="by_gap",
        label="Missing or overdue",
        empty_label="All risks",
        choices=[
            (ANY_GAP, "Anything missing or overdue"),
            *((gap.value, gap.label.capitalize()) for gap in MissingInformation),
        ],
    )
    mine = django_filters.ChoiceFilter(
        method="by_mine",
        label="Whose risks",
        empty_label="Any owner",
        choices=[("yes", "Mine")],
    )
    assurance = django_filters.ChoiceFilter(
        method="by_assurance",
        label="Assurance",
        empty_label="All risks",
        choices=[(level.value, level.label.capitalize()) for level in AssuranceLevel],
    )
    controls = django_filters.ChoiceFilter(
        method="by_controls",
        label="Controls",
        empty_label="All risks",
        choices=[(weakness.value, weakness.label.capitalize()) for weakness in ControlWeakness],
    )
    stuck = django_filters.ChoiceFilter(
        method="by_stuck",
        label="Stuck",
        empty_label="All risks",
        choices=[("yes", "In the highest band at four quarter ends in a row")],
    )
    changed = django_filters.ChoiceFilter(
        method="by_changed",
        label="Changed",
        empty_label="All risks",
        choices=[("yes", "New, closed or in another band"), *CHANGED_KINDS],
    )
    could_be = django_filters.ChoiceFilter(
        method="by_reach",
        label="Could be in another band",
        empty_label="All risks",
        choices=[
            ("higher", "In a higher band"),
            (ABOVE_TOLERANCE, "Above tolerance, now within it"),
        ],
    )
    likelihood = django_filters.ChoiceFilter(
        method="by_rating", label="Likelihood", empty_label="Any"
    )
    impact = django_filters.ChoiceFilter(method="by_rating", label="Impact", empty_label="Any")
    adverse_impact = LibraryFilter(
        AdverseImpact,
        "slug",
        method="by_adverse_impact",
        label="Adverse impact",
        null_label="Not recorded",
        null_value=NONE,
    )
    level = django_filters.ChoiceFilter(
        field_name="register__level",
        label="Level of the register",
        empty_label="Any",
        choices=Register.Level.choices,
    )
    # Beside band and adverse_impact: a dashboard narrowed by one of these counts by it as well.
    also_band = django_filters.ChoiceFilter(method="by_band", label="And band", empty_label="Any")
    also_adverse_impact = LibraryFilter(
        AdverseImpact, "slug", method="by_adverse_impact", label="And adverse impact"
    )
    case = LibraryFilter(
        CaseStudy, "slug", method="by_mark", label="Warning signs marked relevant, from the case"
    )
    sign = LibraryFilter(
        WarningSign, "code", method="by_mark", label="Warning sign marked relevant"
    )
    insight = LibraryFilter(
        Insight, "number", method="by_mark", label="Warning signs marked relevant, with the insight"
    )
    sort = django_filters.ChoiceFilter(
        method="by_sort", label="Sort by", empty_label=None, null_label=None, choices=SORT_LABELS
    )

    class Meta:
        form = FilterForm
        model = Position
        fields: tuple[str, ...] = ()

    def __init__(
        self,
        data,
        queryset,
        *,
        register,
        reader,
        day,
        recorded_by=None,
        comparison=None,
        prefix=None,
    ):
        self.base_filters = {name: self.base_filters[name] for name in self.needed(data, prefix)}
        super().__init__(data, queryset, prefix=prefix)
        self.register, self.reader, self.day, self.recorded_by = register, reader, day, recorded_by
        self.scheme, self.comparison = register.scheme, comparison
        self.filters["owner"].queryset = register.organisation.posts.all()
        self.filters["directorate"].queryset = register.organisation.directorates.all()
        rules = self.scheme.rules
        bands = [
            (ABOVE_TOLERANCE, "Above tolerance"),
            *((band.slug, band.label) for band in reversed(rules.bands)),
            (NOT_SCORED, "Not scored"),
            (TO_RE_ASSESS, "To re-assess under the new scheme"),
        ]
        self._offer(bands, "band", "also_band")
        types = [*FailureType.objects.values_list("slug", "name"), (UNDECIDED, "Not decided yet")]
        self._offer(types, "failure_type", "main_type")
        self._offer([(level.value, str(level)) for level in rules.likelihood], "likelihood")
        self._offer([(level.value, str(level)) for level in rules.impact], "impact")
        if comparison:
            since = date_format(comparison[0], "j F Y")
            kinds = [("yes", "new, closed or in another band"), *CHANGED_KINDS]
            self._offer([(kind, f"Since {since}: {words}") for kind, words in kinds], "changed")
        if sees_drafts(reader, register):
            self._offer([(ALL, "Any, including closed and drafts"), *Risk.Status.choices], "status")

    @classmethod
    def needed(cls, data, prefix):
        """The names of the filters to build, in order.

        Each costs time, and those seldom used are most of them.
        """
        requested = {name.removeprefix(f"{prefix}-") if prefix else name for name in data or ()}
        return [name for name in cls.base_filters if name in requested or name not in cls.SELDOM]

    def _offer(self, choices, *names):
        for name in names:
            if name in self.filters:
                self.filters[name].extra["choices"] = choices

    @property
    def qs(self):
        positions = super().qs if self.is_valid() else self.queryset.none()
        if not self.form.cleaned_data.get("status"):
            positions = positions.on_register()
        directions = self._directions if self.comparison else None
        return in_order(positions, self.order, self.day, self.recorded_by, directions)

    @property
    def order(self):
        """Of risk_list.ORDERS, with or without a minus."""
        return self.form.cleaned_data.get("sort") or DEFAULT_ORDER

    @property
    def earlier_positions(self):
        """Those of the day compared with, on the register; None where there is no such day."""
        return self.comparison and self.comparison[1]().on_register()

    @property
    def unused(self):
        return [name for name in self.SELDOM if not self.form.cleaned_data.get(name)]

    @cached_property
    def selected(self):
        """name -> value of each filter in use."""
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value and name != "sort"
        }

    @property
    def is_narrowed(self):
        return bool(self.selected)

    @property
    def words(self):
        """The filters in use, as "directorate: Adult social care; band: Severe"."""
        return "; ".join(
            f"{self.filters[name].label.lower()}: {self._word(name)}" for name in self.selected
        )

    def _word(self, name):
        value = self.selected[name]
        if isinstance(value, Model):
            return str(value)
        if value == self.NONE and name in ("directorate", "owner", "adverse_impact"):
            return self.filters[name].extra["null_label"].lower()
        return dict(getattr(self.form.fields[name], "choices", ())).get(value, value)

    def search(self, positions, name, words):
        return positions.with_all_of(words)

    def by_failure_type(self, positions, name, slug):
        if slug == UNDECIDED:
            return positions.filter(primary_failure_type=None)
        return positions.of_failure_type(slug)

    def by_main_type(self, positions, name, slug):
        return positions.filter(primary_failure_type__slug=None if slug == UNDECIDED else slug)

    def by_band(self, positions, name, slug):
        return self.in_band(positions, slug, self.day, self.recorded_by)

    def in_band(self, positions, slug, day, recorded_by):
        """By the scheme that was in force on that day, and by what was tolerated then."""
        is_day_read = day == self.day
        scheme = self.scheme if is_day_read else self.register.scheme_on(day, recorded_by)
        if slug == TO_RE_ASSESS:
            return positions.to_re_assess(scheme)
        if slug == ABOVE_TOLERANCE:
            tolerance = Tolerances.of(self.register).on(day, recorded_by, scheme)
            return positions.above_tolerance(scheme, tolerance)
        return positions.filter(band="") if slug == NOT_SCORED else positions.in_band(slug, scheme)

    def by_reach(self, positions, name, reach):
        if reach == ABOVE_TOLERANCE:
            tolerance = Tolerances.of(self.register).on(self.day, self.recorded_by)
            return positions.could_be_above(self.scheme, tolerance)
        return positions.could_be_higher(self.scheme)

    def by_rating(self, positions, name, value):
        return positions.filter(scheme=self.scheme, **{name: value})

    def by_gap(self, positions, name, slug):
        return positions.missing(
            *(MissingInformation if slug == ANY_GAP else [MissingInformation(slug)]), day=self.day
        )

    def by_assurance(self, positions, name, slug):
        return positions.filter(AssuranceLevel(slug).on(self.day, self.recorded_by))

    def by_controls(self, positions, name, slug):
        return positions.filter(ControlWeakness(slug).on(self.day, self.recorded_by))

    def by_stuck(self, positions, name, value):
        return positions.stuck(self.scheme, self.day)

    def by_changed(self, positions, name, value):
        """Those that came, were closed or changed band since the day compared with.

        Or those of one of CHANGED_KINDS, counted as the lead of the dashboard counts them.
        """
        if self.comparison is None:
            return positions.none()
        movements, *points = self._movements(by_category=value != "yes")
        if value == "yes":
            moved = [movement for movement in movements if movement.kind != UNCHANGED]
        else:
            tolerance = Tolerances.of(self.register).on(self.day, self.recorded_by)
            moved = movements_by_tolerance(movements, *points, tolerance)[value]
        return positions.filter(risk__in=[movement.risk for movement in moved])

    def _movements(self, *, by_category=False):
        """What risks did since the day compared with, but for those that stand as they did; and
        the points of both days that it follows from, the later first.
        """
        both_days = without_lasting(
            self.queryset.on_register(), self.earlier_positions, self.comparison[0], self.day
        )
        points = [
            read_risk_points(rows, self.scheme.pk, by_category=by_category) for rows in both_days
        ]
        return movements_between(*points, self.scheme.rules.ranks), *points

    def _directions(self):
        movements, current, _ = self._movements()
        return risks_by_direction(movements, current, self.scheme.rules.ranks)

    def by_mine(self, positions, name, value):
        return positions.answered_for_by(self.reader)

    def by_category(self, positions, name, value):
        return positions.filter(category="" if value == self.NONE else value)

    def by_response(self, positions, name, value):
        return positions.filter(revision__response="" if value == self.NONE else value)

    def by_status(self, positions, name, status):
        return positions if status == ALL else positions.filter(revision__status=status)

    def by_adverse_impact(self, positions, name, impact):
        return positions.of_adverse_impact(None if impact == self.NONE else impact)

    def by_mark(self, positions, name, row):
        """Those with a mark on a sign of the case or of the insight, or on that very sign."""
        return positions.marked(self.confirmed.filter(**{MARKED[name]: row}))

    @property
    def holds_back(self):
        """Whether marks that nobody has agreed yet are left out of the list."""
        if not any(self.form.cleaned_data.get(name) for name in MARKED):
            return False
        cut = mark_visibility(self.reader, [self.register], self.day, self.recorded_by)[
            self.register
        ]
        return cut is None or cut.agreement is not None

    @cached_property
    def confirmed(self):
        return marks_across(self.reader, [self.register], self.day, self.recorded_by).confirmed()

    def by_sort(self, positions, name, value):
        return positions


class DayForm(forms.Form):
    """The days in an address: as_at and since, as 2026-09-30.

    In place of as_at also an agreement's key.
    """

    as_at = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    agreed = forms.RegexField(r"\A[1-9][0-9]{0,17}\Z", required=False, strip=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("as_at") and cleaned.get("agreed"):
            raise ValidationError("Either as_at or agreed.")
        return cleaned
