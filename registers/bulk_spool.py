"""What has been worked out and is to be written later, laid aside outside of the database and of
the memory.
"""

import pickle
import tempfile
from dataclasses import dataclass

from django.utils import timezone

from registers.history.bulk_insert import keys_of, put, to_put, values_of, write_pairs
from registers.models import Position, Risk

IN_MEMORY = 4_000_000  # bytes of it that are not put on the disk
RENEWED = ("latest", "version", "is_exempt", "current")  # of a risk that is changed


class LaidAside:
    """Things in their order: some are added at a time, all are gone through as often as asked. In a
    file that has no name and goes away with it. Has the length of all that was added.
    """

    def __init__(self):
        self.file, self.counts = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY), []  # noqa: SIM115 (see close)

    def __len__(self):
        return sum(self.counts)

    def __iter__(self):
        self.file.seek(0)
        for _ in self.counts:
            yield from pickle.load(self.file)  # noqa: S301 (we wrote it, where nobody else can write)

    def add(self, things):
        self.file.write(pickle.dumps(things, protocol=pickle.HIGHEST_PROTOCOL))
        self.counts.append(len(things))

    def close(self):
        self.file.close()


class Writing:
    """The rows of a batch by model, each with its key already, and their audit payloads."""

    def __init__(self, register, by, reason, recorded_at):
        self.register, self.by, self.reason, self.recorded_at = register, by, reason, recorded_at
        self.today, self.keys = timezone.localdate(), {Position: keys_of(Position)}
        self._clear()

    def _clear(self):
        self.rows, self.links, self.changed, self.payloads = {}, {}, [], []

    def keep(self, row, many_values=None):
        """Give the row its key and write it with the batch. several: what it says that can be
        several.
        """
        model = type(row)
        if model not in self.keys:
            self.keys[model] = keys_of(model)
        row.pk = next(self.keys[model])
        self.rows.setdefault(model, []).append(row)
        for name, linked_rows in (many_values or {}).items():
            pairs = self.links.setdefault((model, name), [])
            pairs.extend((row.pk, linked_row.pk) for linked_row in linked_rows)

    def take_batch(self, lives):
        """(what is to be written of those lives, what the audit chain is to say), and begin another
        batch.
        """
        changes = [
            Position.objects.changes(
                *(life.risk, life.positions, life.revisions, life.assessments),
                keys=self.keys[Position],
            )
            for life in lives
        ]
        batch = Batch(
            rows=[
                (model, to_put(values_of(model, map(vars, rows))))
                for model, rows in self.rows.items()
            ],
            links=[(*key, pairs) for key, pairs in self.links.items()],
            changed=values_of(Risk, map(vars, self.changed)) if self.changed else [],
            exempt_flags=[(risk.pk, risk.is_exempt) for risk in self.changed],
            positions=to_put(
                values_of(Position, [vars(row) for change in changes for row in change.added])
            ),
            ended=[end for change in changes for end in change.ended],
            removed=[pk for change in changes for pk in change.removed],
        )
        payloads = self.payloads
        for row in (
            row for life in lives for row in (*life.assessments, *life.revisions)
        ):  # which its risk refers to: none frees the other
            row._state.fields_cache.pop("risk", None)
        self._clear()
        return batch, payloads


@dataclass
class Batch:
    """What is to be written of some risks, all as the database takes it. exempt_flags: (key, flag)
    of the changed ones. ended, removed: see PositionChanges.
    """

    rows: list
    links: list
    changed: list
    exempt_flags: list
    positions: list
    ended: list
    removed: list

    def write(self):
        for model, rows in self.rows:
            put(model, rows)
        for model, name, pairs in self.links:
            write_pairs(*_link_of(model, name), pairs)
        put(Risk, self.changed, instead=RENEWED)
        Position.objects.end(self.ended, self.removed)
        put(Position, self.positions)
        Position.objects.mark_exempt(self.exempt_flags)


def _link_of(model, name):
    """(the table of what such a row can have several of, its column for the row, that for the
    other).
    """
    field = model._meta.get_field(name)
    return field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
