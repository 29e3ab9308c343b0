"""The tasks of a person: counted, listed by urgency, and as mail and calendar take them."""

from collections import Counter

from django.utils.functional import cached_property

from registers.models import TaskKind
from registers.tasks.recipients import TaskReader
from registers.tasks.sources import OF_MANAGERS, SOURCES, TaskRow
from registers.tasks.task import Span, Urgency, due_span
from registers.tasks.words import tasks_of


class TaskList:
    """The tasks of one person on a day, by urgency.

    As many queries as task_keys, one for the registers, and one for each kind of record among those
    that are shown. registers: those the person may read, where they are known.
    """

    def __init__(self, user, day, registers=None):
        self.day = day
        self.reader = TaskReader(user, day, registers)
        self.keys = task_keys(self.reader, {kind: due_span(kind, day) for kind in TaskKind})

    def __len__(self):
        return len(self.keys)

    @cached_property
    def urgency_counts(self):
        """Urgency -> how many tasks, the most pressing first; those without any left out."""
        counts = Counter(key.urgency(self.day) for key in self.keys)
        return {urgency: counts[urgency] for urgency in Urgency if counts[urgency]}

    @cached_property
    def register_counts(self):
        """(register, how many tasks), in the order of the person's registers."""
        counts = Counter(key.register for key in self.keys)
        return [
            (register, counts[pk]) for pk, register in self.reader.registers.items() if counts[pk]
        ]

    def of_register(self, slug):
        """Narrowed to one register, whether or not the person has tasks there."""
        self.keys = [key for key in self.keys if self.reader.registers[key.register].slug == slug]

    def load(self, keys):
        """The Tasks of these keys, in the same order."""
        return tasks_of(keys, self.reader)

    def first(self, count):
        """The first few: escalations, which somebody else waits for, and then by urgency."""
        keys = sorted(self.keys, key=lambda key: key.kind != TaskKind.ESCALATION)
        return self.load(keys[:count])


def task_count(user, day):
    """How many tasks TaskList has. None for somebody who has none anywhere: they edit no register.

    As many queries as task_keys, one for registers and one for the person's roles.
    """
    reader = TaskReader(user, day)
    if not reader.registers:
        return None
    return len(task_keys(reader, {kind: due_span(kind, day) for kind in TaskKind}))


def tasks_due(user, day, kinds=TaskKind):
    """Those of these kinds that are overdue, due soon or waiting on that day, by urgency.

    As mail may carry them.
    """
    reader = TaskReader(user, day)
    keys = task_keys(reader, {kind: due_span(kind, day) for kind in kinds})
    return [task.for_outside() for task in tasks_of(keys, reader)]


def tasks_between(user, first, last, day, limit):
    """Those with a day from the first to the last, inclusive: the first few, as a calendar may
    carry them.
    """
    reader, span = TaskReader(user, day), Span(first, last, includes_waiting=False)
    keys = task_keys(reader, dict.fromkeys(TaskKind, span))[:limit]
    return [task.for_outside() for task in tasks_of(keys, reader)]


def task_keys(reader, spans):
    """The TaskKeys of a person, by urgency. spans: {kind: Span}.

    One query; for risk managers one for the organisation's editors, and one where exempt risks are
    somebody else's work.
    """
    rows = _union(reader, spans)
    rows = [] if rows is None else [TaskRow(*values) for values in rows]
    pairs = {row.pair for row in rows if row.exempt_risk and row.recipient}
    workable = reader.workable(pairs)
    keys = [SOURCES[row.kind].key(row) for row in rows if row.pair not in workable]
    return sorted(keys, key=lambda key: key.order)


def _union(reader, spans):
    """The rows of all these kinds in one query; None where there can be none."""
    if not reader.registers:
        return None
    kinds = [kind for kind in spans if reader.managed or kind not in OF_MANAGERS]
    querysets = [SOURCES[kind].keys(kind, reader, spans[kind]) for kind in kinds]
    querysets = [rows for rows in querysets if rows is not None]
    return querysets[0].union(*querysets[1:], all=True) if querysets else None
