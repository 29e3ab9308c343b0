"""Check the rows of a load together: references, rules of their models, and unique values.

All of it is done in memory before anything is written, so that all problems are reported at once
and a row may refer to another that comes with it.
"""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, Q, UniqueConstraint

from registers.library_loading.fixture_files import MODELS
from registers.library_loading.parse import columns, format_value, has_natural_key, links


class Validator:
    """Checks all entries and fills in their changes, instance and write_order.

    tables: the rows in the database. entries: {model: {natural key: Entry}}.
    """

    def __init__(self, tables, entries):
        self.tables, self.entries = tables, entries
        self._instances = {}

    def problems(self):
        """All problems of the rows, in their order."""
        for model in MODELS:
            for entry in self.entries[model].values():
                self._check(entry)
            if any(entry.changes for entry in self.entries[model].values()):
                self._check_unique(model)
                self._order_writes(model)
        return [
            p for model in MODELS for entry in self.entries[model].values() for p in entry.problems
        ]

    def _check(self, entry):
        self._check_references(entry)
        entry.changes = self._changes(entry)
        if entry.changes:
            entry.instance = self._build_instance(entry)
            self._check_model_rules(entry)

    def _check_references(self, entry):
        for f in columns(entry.model):
            key = entry.values[f.name]
            if f.is_relation and key is not None and has_natural_key(f):
                self._check_reference(entry, f, key)
            elif f.is_relation and key is None and not f.null and not _has_problem(entry, f.name):
                entry.add_problem(f.name, "is missing.")
        for f in links(entry.model):
            for key in sorted(entry.links.get(f.name, ())):
                self._check_reference(entry, f, key)
            is_new = entry.key not in self.tables[entry.model].ids
            if (
                is_new
                and not f.blank
                and f.name not in entry.row.fields
                and not _has_problem(entry, f.name)
            ):
                entry.add_problem(f.name, "is missing: give at least one.")

    def _check_reference(self, entry, f, key):
        kind = f.related_model._meta.verbose_name
        values = self._values(f.related_model, key)
        if values is None:
            entry.add_problem(
                f.name,
                f"there is no {kind} {format_value(key)}, neither in the library nor in these "
                "files.",
            )
        elif f.get_limit_choices_to() and not holds(Q(**f.get_limit_choices_to()), values):
            wanted = " and ".join(
                f"{name} {value}" for name, value in f.get_limit_choices_to().items()
            )
            entry.add_problem(f.name, f"{kind} {format_value(key)} is not one with {wanted}.")

    def _values(self, model, key):
        """A row's values once all is written; None where there is no such row."""
        entry = self.entries.get(model, {}).get(key)
        return entry.values if entry else self.tables[model].rows.get(key)

    def _changes(self, entry):
        table = self.tables[entry.model]
        stored = table.rows.get(entry.key)
        if stored is None:
            names = [name for name, value in entry.values.items() if value not in (None, "", [])]
            return [*names, *(name for name, keys in entry.links.items() if keys)]
        return [
            *(name for name, value in entry.values.items() if stored[name] != value),
            *(
                name
                for name, keys in entry.links.items()
                if table.links[name].get(entry.key, set()) != keys
            ),
        ]

    def _build_instance(self, entry):
        """The instance to be written. Those it refers to may not have been written yet."""
        table = self.tables[entry.model]
        instance = table.instance(entry.key) if entry.key in table.ids else entry.model()
        for f in columns(entry.model):
            value = entry.values[f.name]
            if has_natural_key(f) and value is not None:
                value = self._instance(f.related_model, value)
            if value is not None or f.null or not f.is_relation:
                setattr(instance, f.name, value)
        return instance

    def _instance(self, model, key):
        """The instance of a key as it will be; None where there is none."""
        entry = self.entries[model].get(key)
        if entry and entry.instance:
            return entry.instance
        if key in self.tables[model].ids and (model, key) not in self._instances:
            self._instances[model, key] = self.tables[model].instance(key)
        return self._instances.get((model, key))

    def _check_model_rules(self, entry):
        """The rules of fields, then those of the row, which may rely on the first."""
        checked = {
            f.name
            for f in columns(entry.model)
            if has_natural_key(f) or _has_problem(entry, f.name)
        }
        self._run_rule(entry, lambda: entry.instance.clean_fields(exclude=checked))
        if not entry.problems:
            self._run_rule(entry, entry.instance.clean)
        if not entry.problems:
            for constraint in entry.model._meta.constraints:
                if isinstance(constraint, CheckConstraint):
                    self._run_rule(
                        entry,
                        lambda rule=constraint: rule.validate(entry.model, entry.instance),
                        constraint=constraint,
                    )

    def _run_rule(self, entry, rule, constraint=None):
        try:
            rule()
        except ValidationError as error:
            if constraint is not None:
                entry.add_problem("", f"breaks the rule: {constraint.name.replace('_', ' ')}.")
                return
            by_field = (
                error.message_dict
                if hasattr(error, "error_dict")
                else {NON_FIELD_ERRORS: error.messages}
            )
            for name, messages in by_field.items():
                entry.add_problem("" if name == NON_FIELD_ERRORS else name, " ".join(messages))
        except (TypeError, ValueError, ArithmeticError, LookupError) as error:
            # The data has a shape that the rule does not expect.
            entry.add_problem("", f"does not fit the library ({error}).")

    def _check_unique(self, model):
        holders = {}
        stored = [key for key in self.tables[model].rows if key not in self.entries[model]]
        for key in [*stored, *self.entries[model]]:
            entry = self.entries[model].get(key)
            for claim in claims(model, self._values(model, key)):
                if entry and claim in holders and not _has_problem(entry, claim[0][-1]):
                    values = ", ".join(format_value(value) for value in claim[1])
                    holder = f"{model._meta.verbose_name} {format_value(holders[claim])}"
                    entry.add_problem(
                        ", ".join(claim[0]),
                        f"{values} belongs to {holder} already.",
                    )
                holders.setdefault(claim, key)

    def _order_writes(self, model):
        """A row that gives up a unique value is written before the one that takes it."""
        stored = self.tables[model].rows
        waiting = [e for e in self.entries[model].values() if e.changes and e.key in stored]
        write_order = 0
        while waiting:
            holders = {claim: e.key for e in waiting for claim in claims(model, stored[e.key])}
            ready = [
                e
                for e in waiting
                if all(
                    holders.get(c, e.key) == e.key
                    for c in claims(model, self._values(model, e.key))
                )
            ]
            for entry in ready or waiting:
                entry.write_order = write_order
                if not ready and not entry.problems:
                    entry.add_problem(
                        "",
                        "takes what another row gives up only when it takes this one's: load one "
                        "of them first.",
                    )
            if not ready:
                return
            waiting = [e for e in waiting if e not in ready]
            write_order += 1


def _has_problem(entry, name):
    return any(problem.field == name for problem in entry.problems)


def claims(model, values):
    """The unique values of a row: {(names of columns, their values)}."""
    unique = [((f.name,), None) for f in columns(model) if f.unique]
    unique += [
        (c.fields, c.condition)
        for c in model._meta.constraints
        if isinstance(c, UniqueConstraint) and c.fields
    ]
    return {
        (tuple(names), tuple(values[name] for name in names))
        for names, condition in unique
        if (condition is None or holds(condition, values))
        and None not in [values[name] for name in names]
    }


def holds(condition, values):
    """Whether a condition that compares columns with values holds, else raises KeyError."""
    results = [
        holds(part, values) if isinstance(part, Q) else values[part[0]] == part[1]
        for part in condition.children
    ]
    return (all(results) if condition.connector == Q.AND else any(results)) != condition.negated
