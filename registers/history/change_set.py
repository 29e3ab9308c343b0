"""The rows of a change: built first, then written together. One edit and ten thousand alike."""

from functools import cache

from django.db import DEFAULT_DB_ALIAS

from registers.history.bulk_insert import insert_pairs, insert_rows, take_keys


class ChangeSet:
    """New rows, what they link to, and the records that point to them.

    Rows refer to each other as objects. They get their keys when they are written.
    """

    def __init__(self):
        self.rows, self.links, self.records = {}, [], {}

    def add(self, row, links=None):
        """Insert a row. links: name of a many-to-many field -> the rows that it links to."""
        self.rows.setdefault(type(row), []).append(row)
        self.links += [(row, name, linked) for name, linked in (links or {}).items()]

    def repoint(self, record):
        """Write where a record points to now: its POINTERS."""
        if not record._state.adding:
            self.records.setdefault(type(record), {})[record.pk] = record

    def write(self):
        """In a transaction that holds the records. Then every row has its key."""
        keys = take_keys({model: len(rows) for model, rows in self.rows.items()})
        for model, rows in self.rows.items():
            for row, key in zip(rows, keys[model], strict=True):
                row.pk = key
        for model, rows in self.rows.items():
            insert_rows(model, [_columns(row) for row in rows])
            for row in rows:
                row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        self._write_links()
        for model, records in self.records.items():
            for record in records.values():
                _columns(record)
            model._base_manager.bulk_update(records.values(), model.POINTERS)

    def _write_links(self):
        pairs = {}
        for row, name, linked in self.links:
            pairs.setdefault((type(row), name), []).extend((row.pk, each.pk) for each in linked)
        for (model, name), keys in pairs.items():
            insert_pairs(model, name, keys)


def _columns(row):
    """Attname -> value of the row, with the keys of rows that had none when it was built."""
    values, related = vars(row), row._state.fields_cache
    for name, attname in _relations(type(row)):
        if values[attname] is None and related.get(name) is not None:
            values[attname] = related[name].pk
    return values


@cache
def _relations(model):
    return [(f.name, f.attname) for f in model._meta.concrete_fields if f.is_relation]
