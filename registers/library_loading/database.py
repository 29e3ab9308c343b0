"""The library's rows in the database: for each model one query, and one for each kind of link."""

from collections import defaultdict
from functools import cached_property

from django.db import DEFAULT_DB_ALIAS

from registers.library_loading.parse import columns, has_natural_key, links


class Tables(dict):
    """A Table for each model, read when it is first used."""

    def __missing__(self, model):
        self[model] = Table(model, self)
        return self[model]


class Table:
    """ids: natural key -> id. rows: natural key -> {column: value}, references as natural keys."""

    def __init__(self, model, tables):
        self.model, self.tables = model, tables
        self.ids, self.rows, self._raw = {}, {}, {}
        self._names = [f.attname for f in model._meta.concrete_fields]
        # Parts of the natural key that are columns of another table.
        joined = [path for path in model.natural_key_fields if "__" in path]
        references = {
            f.attname: tables[f.related_model].keys for f in columns(model) if has_natural_key(f)
        }
        for values in model._base_manager.order_by().values_list(*self._names, *joined):
            row = dict(zip([*self._names, *joined], values, strict=True))
            key = tuple(row[path] for path in model.natural_key_fields)
            self.ids[key] = row[model._meta.pk.attname]
            self._raw[key] = values[: len(self._names)]
            self.rows[key] = {
                f.name: references[f.attname].get(row[f.attname])
                if f.attname in references
                else row[f.attname]
                for f in columns(model)
            }

    @cached_property
    def keys(self):
        """id -> natural key."""
        return {pk: key for key, pk in self.ids.items()}

    @cached_property
    def links(self):
        """{name of the link: {natural key: natural keys that it links to}}."""
        return {f.name: self._linked_keys(f) for f in links(self.model)}

    def _linked_keys(self, f):
        through = f.remote_field.through
        names = [
            through._meta.get_field(name).attname
            for name in (f.m2m_field_name(), f.m2m_reverse_field_name())
        ]
        source_keys, target_keys = self.keys, self.tables[f.related_model].keys
        linked = defaultdict(set)
        for source, target in through._base_manager.order_by().values_list(*names):
            # A row may have been added since those tables were read.
            if source in source_keys and target in target_keys:
                linked[source_keys[source]].add(target_keys[target])
        return linked

    def instance(self, key):
        """A new instance of the model for a row, made without a query."""
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, self._raw[key])
