"""Check a model's constraints against values that are in no database yet."""

from django.db.models import CheckConstraint, F, Q

COMPARE = {
    "in": lambda value, other: value in other,
    "exact": lambda value, other: value == other,
    "gt": lambda value, other: value > other,
    "gte": lambda value, other: value >= other,
    "lt": lambda value, other: value < other,
    "lte": lambda value, other: value <= other,
}


def broken_rule(model, values):
    """The name, as words, of the first check constraint that the values break, else None.

    values: by the name of the field, a relation by its key. Constraints on other fields are passed
    over.
    """
    for constraint in model._meta.constraints:
        if (
            isinstance(constraint, CheckConstraint)
            and field_names(constraint.condition) <= values.keys()
            and holds(constraint.condition, values) is False
        ):
            return constraint.name.replace("_", " ")
    return None


def field_names(condition):
    """The names of the fields in a condition."""
    if isinstance(condition, Q):
        return {name for child in condition.children for name in field_names(child)}
    lookup, other = condition
    return {lookup.partition("__")[0], *([other.name] if isinstance(other, F) else [])}


def holds(condition, values):
    """True, False, or None as the database's NULL: a comparison with a value that is not there."""
    if not isinstance(condition, Q):
        return _compare(*condition, values)
    results = [holds(child, values) for child in condition.children]
    if condition.connector == Q.AND:
        result = False if False in results else None if None in results else True
    else:
        result = True if True in results else None if None in results else False
    return result if result is None or not condition.negated else not result


def _compare(lookup, other, values):
    name, _, operator = lookup.partition("__")
    value = values[name]
    other = values[other.name] if isinstance(other, F) else other
    if operator == "isnull" or (other is None and operator in ("", "exact")):
        return (value is None) == (True if other is None else other)
    if value is None or other is None:
        return None
    return COMPARE[operator or "exact"](value, other)
