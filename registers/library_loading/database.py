"""What the database holds of the library, each model read once: its rows in one query, each of its
links in another.
"""

from collections import defaultdict
from functools import cached_property

from django.db import DEFAULT_DB_ALIAS

from registers.library_loading.parse import columns, is_named, links


class Tables(dict):
    """A Table for each model, read when it is first asked for."""

    def __missing__(self, model):
        self[model] = Table(model, self)
        return self[model]


class Table:
    """ids: natural key -> id. rows: natural key -> {column: value}, other rows by their natural
    keys.
    """

    def __init__(self, model, tables):
        self.model, self.tables = model, tables
        self.ids, self.rows, self._raw = {}, {}, {}
        self._names = [f.attname for f in model._meta.concrete_fields]
        joined = [
            path for path in model.natural_key_fields if "__" in path
        ]  # parts that stand in another row
        referring = {f.attname: tables[f.related_model].keys for f in columns(model) if is_named(f)}
        plain = [(f.name, f.attname) for f in columns(model)]
        for found in model._base_manager.order_by().values_list(*self._names, *joined):
            row = dict(zip([*self._names, *joined], found, strict=True))
            key = tuple(row[path] for path in model.natural_key_fields)
            self.ids[key] = row[model._meta.pk.attname]
            self._raw[key] = found[: len(self._names)]
            self.rows[key] = {
                name: referring[attname].get(row[attname]) if attname in referring else row[attname]
                for name, attname in plain
            }

    @cached_property
    def keys(self):
        """id -> natural key."""
        return {number: key for key, number in self.ids.items()}

    @cached_property
    def links(self):
        """{name of the link: {natural key: keys of what it leads to}}."""
        return {f.name: self._pairs(f) for f in links(self.model)}

    def _pairs(self, f):
        through = f.remote_field.through
        names = [
            through._meta.get_field(name).attname
            for name in (f.m2m_field_name(), f.m2m_reverse_field_name())
        ]
        own, others = self.keys, self.tables[f.related_model].keys
        found = defaultdict(set)
        for here, there in through._base_manager.order_by().values_list(*names):
            if here in own and there in others:  # or somebody has added them since we read those
                found[own[here]].add(others[there])
        return found

    def thing(self, key):
        """A row as an object of its own, made without a query."""
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, self._raw[key])
