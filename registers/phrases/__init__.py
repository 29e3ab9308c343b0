"""What Python says in sentences: numbers, plurals and lists in words.

Every plural goes through ngettext, with the whole sentence or clause as its message, so that
another language is a catalogue. Where a sentence has two counts it has a clause for each.
"""

from registers.phrases.bands import (
    INDEPENDENT_RATERS,
    above_in_words,
    categories_in_words,
    possible_bands_in_words,
    tolerated_in_words,
)
from registers.phrases.numbers import (
    count_history_in_words,
    duration_in_words,
    join_names,
    more_or_fewer,
    number_in_words,
    times_in_words,
)

__all__ = [
    "INDEPENDENT_RATERS",
    "above_in_words",
    "categories_in_words",
    "count_history_in_words",
    "duration_in_words",
    "join_names",
    "more_or_fewer",
    "number_in_words",
    "possible_bands_in_words",
    "times_in_words",
    "tolerated_in_words",
]
