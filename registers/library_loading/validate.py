"""What the rows of a load must hold together: what they name is there, their models' rules, what
may stand only once.

All of it is looked at before anything is written, in memory, so that everything wrong can be said
at once and a row may name another that comes with it.
"""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, Q, UniqueConstraint

from registers.library_loading.fixture_files import MODELS
from registers.library_loading.parse import columns, in_words, is_named, links


class Checks:
    """tables: what is stored. entries: {model: {natural key: Entry}}, which it completes with what
    differs, the object to be written and its turn.
    """

    def __init__(self, tables, entries):
        self.tables, self.entries = tables, entries
        self._things = {}

    def problems(self):
        """Everything that is wrong with the rows, in their order."""
        for model in MODELS:
            for entry in self.entries[model].values():
                self._check(entry)
            if any(entry.changes for entry in self.entries[model].values()):
                self._check_what_stands_once(model)
                self._take_turns(model)
        return [
            p for model in MODELS for entry in self.entries[model].values() for p in entry.problems
        ]

    def _check(self, entry):
        self._find_what_it_names(entry)
        entry.changes = self._changes(entry)
        if entry.changes:
            entry.thing = self._made(entry)
            self._ask_its_model(entry)

    def _find_what_it_names(self, entry):
        for f in columns(entry.model):
            key = entry.values[f.name]
            if f.is_relation and key is not None and is_named(f):
                self._find(entry, f, key)
            elif f.is_relation and key is None and not f.null and not _has_problem(entry, f.name):
                entry.wrong(f.name, "is missing.")
        for f in links(entry.model):
            for key in sorted(entry.links.get(f.name, ())):
                self._find(entry, f, key)
            is_new = entry.key not in self.tables[entry.model].ids
            if (
                is_new
                and not f.blank
                and f.name not in entry.row.fields
                and not _has_problem(entry, f.name)
            ):
                entry.wrong(f.name, "is missing: give at least one.")

    def _find(self, entry, f, key):
        kind = f.related_model._meta.verbose_name
        values = self._values(f.related_model, key)
        if values is None:
            entry.wrong(
                f.name,
                f"there is no {kind} {in_words(key)}, neither in the library nor in these files.",
            )
        elif f.get_limit_choices_to() and not holds(Q(**f.get_limit_choices_to()), values):
            wanted = " and ".join(
                f"{name} {value}" for name, value in f.get_limit_choices_to().items()
            )
            entry.wrong(f.name, f"{kind} {in_words(key)} is not one with {wanted}.")

    def _values(self, model, key):
        """What a row will say once all is written; None for one that is nowhere."""
        entry = self.entries.get(model, {}).get(key)
        return entry.values if entry else self.tables[model].rows.get(key)

    def _changes(self, entry):
        table = self.tables[entry.model]
        stored = table.rows.get(entry.key)
        if stored is None:
            said = [name for name, value in entry.values.items() if value not in (None, "", [])]
            return [*said, *(name for name, keys in entry.links.items() if keys)]
        return [
            *(name for name, value in entry.values.items() if stored[name] != value),
            *(
                name
                for name, keys in entry.links.items()
                if table.links[name].get(entry.key, set()) != keys
            ),
        ]

    def _made(self, entry):
        """The object to be written. Those that it names may not have been written yet."""
        table = self.tables[entry.model]
        thing = table.thing(entry.key) if entry.key in table.ids else entry.model()
        for f in columns(entry.model):
            value = entry.values[f.name]
            if is_named(f) and value is not None:
                value = self._thing(f.related_model, value)
            if value is not None or f.null or not f.is_relation:
                setattr(thing, f.name, value)
        return thing

    def _thing(self, model, key):
        """The object behind a key, as it will be; None where there is none."""
        entry = self.entries[model].get(key)
        if entry and entry.thing:
            return entry.thing
        if key in self.tables[model].ids and (model, key) not in self._things:
            self._things[model, key] = self.tables[model].thing(key)
        return self._things.get((model, key))

    def _ask_its_model(self, entry):
        """The rules of fields, then those of the whole row, which may rely on the first."""
        settled = {
            f.name for f in columns(entry.model) if is_named(f) or _has_problem(entry, f.name)
        }
        self._ask(entry, lambda: entry.thing.clean_fields(exclude=settled))
        if not entry.problems:
            self._ask(entry, entry.thing.clean)
        if not entry.problems:
            for constraint in entry.model._meta.constraints:
                if isinstance(constraint, CheckConstraint):
                    self._ask(
                        entry,
                        lambda rule=constraint: rule.validate(entry.model, entry.thing),
                        rule=constraint,
                    )

    def _ask(self, entry, question, rule=None):
        try:
            question()
        except ValidationError as error:
            if rule is not None:
                entry.wrong("", f"breaks the rule: {rule.name.replace('_', ' ')}.")
                return
            found = (
                error.message_dict
                if hasattr(error, "error_dict")
                else {NON_FIELD_ERRORS: error.messages}
            )
            for name, messages in found.items():
                entry.wrong("" if name == NON_FIELD_ERRORS else name, " ".join(messages))
        except (
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
        ) as error:  # of data in a shape no rule thought of
            entry.wrong("", f"does not fit the library ({error}).")

    def _check_what_stands_once(self, model):
        holders = {}
        for key in [k for k in self.tables[model].rows if k not in self.entries[model]] + [
            *self.entries[model]
        ]:
            entry = self.entries[model].get(key)
            for claim in claims(model, self._values(model, key)):
                if entry and claim in holders and not _has_problem(entry, claim[0][-1]):
                    said = ", ".join(in_words(value) for value in claim[1])
                    entry.wrong(
                        ", ".join(claim[0]),
                        f"{said} belongs to {model._meta.verbose_name} {in_words(holders[claim])} already.",
                    )
                holders.setdefault(claim, key)

    def _take_turns(self, model):
        """Whoever gives up what may stand once is written before who takes it: the main type of a
        case, a number.
        """
        stored = self.tables[model].rows
        waiting = [e for e in self.entries[model].values() if e.changes and e.key in stored]
        turn = 0
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
                entry.turn = turn
                if not ready and not entry.problems:
                    entry.wrong(
                        "",
                        "takes what another row gives up only when it takes this one's: load one of them first.",
                    )
            if not ready:
                return
            waiting = [e for e in waiting if e not in ready]
            turn += 1


def _has_problem(entry, name):
    return any(problem.field == name for problem in entry.problems)


def claims(model, values):
    """What a row with these values takes up that may stand once: {(names of columns, their
    values)}.
    """
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
    """Whether a condition that compares columns with values holds. Raises KeyError for one that
    does more.
    """
    found = [
        holds(part, values) if isinstance(part, Q) else values[part[0]] == part[1]
        for part in condition.children
    ]
    return (all(found) if condition.connector == Q.AND else any(found)) != condition.negated
