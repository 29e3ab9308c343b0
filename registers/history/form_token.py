"""The token of a form: sent twice, the same form makes one row."""

import uuid

from django.db import IntegrityError, transaction


class FormToken:
    """The token that a form carries, or a new one.

    about: the records that identify the form: who sends it, and what it is about. From them follows
    a second token, used where the first one is taken by a row of another form. The same form has
    the same two tokens however often it is sent.
    """

    def __init__(self, token, *about):
        self.is_new = not token
        first = token or uuid.uuid4()
        self.both = (
            first,
            uuid.uuid5(first, ",".join(f"{record._meta.label}:{record.pk}" for record in about)),
        )

    def rows(self, rows):
        """Those of these rows that the form made."""
        return rows.filter(token__in=self.both)

    def row_of(self, rows):
        """The one of these rows that the form made before, or None."""
        return None if self.is_new else self.rows(rows).first()

    def insert(self, model, insert, *, same=None, again=None):
        """Run insert(token) in a transaction of its own and return its result.

        same: a queryset with the row that the same form may insert at the same time; again(row) is
        returned in its place.
        """
        for token in self.both:
            try:
                with transaction.atomic():
                    return insert(token)
            except IntegrityError:
                if same is not None and (row := self.rows(same).first()):
                    return again(row)
                if token == self.both[1] or not model._base_manager.filter(token=token).exists():
                    raise
        return None
