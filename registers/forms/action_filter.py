"""The filters of a register's actions. Anything else in the address is answered 400."""

import django_filters

from registers.forms.actions import KIND_LABELS
from registers.models import Action

NOBODY = "none"
SHOWN = [
    ("late", "Late"),
    ("soon", "Due within 30 days"),
    ("undated", "Without a day"),
    ("redated", "Re-dated twice or more"),
    ("done", "Done"),
    ("dropped", "Dropped"),
]


class ActionFilter(django_filters.FilterSet):
    """Filters actions; open ones unless others are selected. day: the one they speak of."""

    show = django_filters.ChoiceFilter(
        method="by_show", label="Which actions", empty_label="Open", choices=SHOWN
    )
    owner = django_filters.ChoiceFilter(method="by_owner", label="Post", empty_label="Any")
    kind = django_filters.ChoiceFilter(label="Kind", empty_label="Any", choices=KIND_LABELS)

    class Meta:
        model = Action
        fields: tuple[str, ...] = ()

    def __init__(self, data, queryset, *, organisation, day):
        super().__init__(data, queryset)
        self.day = day
        posts = [(str(post.pk), str(post)) for post in organisation.posts.all()]
        self.filters["owner"].extra["choices"] = [(NOBODY, "No owner yet"), *posts]

    @property
    def qs(self):
        actions = super().qs if self.is_valid() else self.queryset.none()
        return actions if self.form.cleaned_data.get("show") else actions.open()

    @property
    def is_narrowed(self):
        return any(self.form.cleaned_data.values())

    def by_show(self, actions, name, shown):
        days = {"late": actions.late, "soon": actions.soon}
        if shown in days:
            return days[shown](self.day)
        ends = {"done": Action.Status.DONE, "dropped": Action.Status.DROPPED}
        if shown in ends:
            return actions.filter(status=ends[shown])
        return actions.undated() if shown == "undated" else actions.redated_often()

    def by_owner(self, actions, name, owner):
        return actions.filter(owner=None if owner == NOBODY else owner)
