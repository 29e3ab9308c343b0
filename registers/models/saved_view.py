"""Saved views: a name for the filters, the order and the columns of a register's list."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from registers.history.form_token import FormToken
from registers.models.people import User
from registers.models.register import Register

# Of one person for one register.
MOST_VIEWS = 50
LONGEST_NAME = 60


class TooManyViews(Exception):
    """The person has saved as many views of the register as one may."""


class SavedView(models.Model):
    """How somebody looks at a list. It holds no risk and no number, and gives nobody a right.

    So it has no history and no audit entry, like the choice of reminders. query: as in an address;
    whoever opens it sees what their own permissions let them see.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.TextField(
        blank=True, help_text="Filters, order and columns, as in an address: no risk, no number."
    )
    is_shared = models.BooleanField("shared with everybody who may see the register", default=False)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "register", "name"], name="saved_view_name_once_a_person"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self):
        return self.name

    @classmethod
    @transaction.atomic
    def save_as(cls, register, *, by, name, query, is_shared=False, token=None):
        """Keep the filters under a name and return the view.

        A name that the person has used gets these filters; filters that they have saved get this
        name. The same token returns the view that it made. Raises TooManyViews.
        """
        # One form at a time.
        User.objects.select_for_update().get(pk=by.pk)
        views = cls.objects.filter(register=register, user=by)
        token = FormToken(token, register, by)
        view = (
            token.row_of(views)
            or views.filter(name=name).first()
            or views.filter(query=query).first()
        )
        if view:
            views.filter(name=name).exclude(pk=view.pk).delete()
            view.name, view.query, view.is_shared = name, query, is_shared
            view.save(update_fields=["name", "query", "is_shared"])
            return view
        if views.count() >= MOST_VIEWS:
            raise TooManyViews(f"You have {MOST_VIEWS} saved views: delete one first")

        def insert(token):
            fields = {"name": name, "query": query, "is_shared": is_shared}
            return cls.objects.create(register=register, user=by, token=token, **fields)

        return token.insert(cls, insert)

    def share(self, *, is_shared):
        """Show it to everybody who may see the register, or to its owner alone."""
        self.is_shared = is_shared
        self.save(update_fields=["is_shared"])
