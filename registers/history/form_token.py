"""The token of a form: what makes the same form, sent twice, one row."""

import uuid

from django.db import IntegrityError, transaction


class FormToken:
    """The token that a form carries, or a new one, and the one that takes its place where the form
    of somebody else, or one about something else, made a row by it. about: the records that make
    the form this one: whoever sends it, and what it speaks of. The same form has the same two,
    however often it is sent.
    """

    def __init__(self, token, *about):
        self.is_new = not token
        first = token or uuid.uuid4()
        self.both = (
            first,
            uuid.uuid5(first, ",".join(f"{record._meta.label}:{record.pk}" for record in about)),
        )

    def rows(self, rows):
        """Those of them that the form made."""
        return rows.filter(token__in=self.both)

    def row_of(self, rows):
        """The one of these that the form made before, or None."""
        return None if self.is_new else self.rows(rows).first()

    def insert(self, model, insert, *, same=None, again=None):
        """What insert(token) writes, in a transaction of its own. same: a queryset with the row
        that the same form may write at the same time: again(row) then stands in its place.
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
