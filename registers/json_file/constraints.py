"""A constraint's condition, asked of values that are in no database yet: the same rule, before
anything is written.
"""

from django.db.models import CheckConstraint, F, Q

COMPARE = {
    "exact": lambda value, other: value == other,
    "gt": lambda value, other: value > other,
    "gte": lambda value, other: value >= other,
    "lt": lambda value, other: value < other,
    "lte": lambda value, other: value <= other,
}


def broken(model, values):
    """The name, as words, of the first check of the model that these values do not pass; None where
    they pass all. values: by the name of the field, a relation by its key; a check of what is not
    among them is passed.
    """
    for constraint in model._meta.constraints:
        asked = (
            isinstance(constraint, CheckConstraint)
            and named_in(constraint.condition) <= values.keys()
        )
        if asked and holds(constraint.condition, values) is False:
            return constraint.name.replace("_", " ")
    return None


def named_in(condition):
    """The names of the fields that a condition asks for."""
    if isinstance(condition, Q):
        return {name for child in condition.children for name in named_in(child)}
    lookup, other = condition
    return {lookup.partition("__")[0], *([other.name] if isinstance(other, F) else [])}


def holds(condition, values):
    """True, False, or None where the database would not know: a comparison with what is not there."""
    if not isinstance(condition, Q):
        return _compared(*condition, values)
    found = [holds(child, values) for child in condition.children]
    if condition.connector == Q.AND:
        result = False if False in found else None if None in found else True
    else:
        result = True if True in found else None if None in found else False
    return result if result is None or not condition.negated else not result


def _compared(lookup, other, values):
    name, _, how = lookup.partition("__")
    value = values[name]
    other = values[other.name] if isinstance(other, F) else other
    if how == "isnull" or (other is None and how in ("", "exact")):
        return (value is None) == (True if other is None else other)
    if value is None or other is None:
        return None
    return COMPARE[how or "exact"](value, other)
