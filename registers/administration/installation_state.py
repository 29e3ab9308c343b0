"""What the staff of an installation look at first: whether what runs by itself still runs."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q

from registers.models import AuditEntry, RegisterImport, ReminderMail


class InstallationState(NamedTuple):
    """library_loaded_at: when it last changed; reminded_on: the day of the latest reminder; None
    where there was none. imports: how many are not finished, the oldest begun at oldest_import_at.
    """

    library_loaded_at: datetime.datetime | None
    reminded_on: datetime.date | None
    imports: int
    oldest_import_at: datetime.datetime | None


def read_installation_state() -> InstallationState:
    loads = AuditEntry.objects.filter(subject="library", verb="library.loaded")
    unfinished = RegisterImport.objects.exclude(stage=RegisterImport.Stage.DONE)
    imports = unfinished.aggregate(count=Count("pk"), oldest=Min("begun_at"))
    return InstallationState(
        library_loaded_at=loads.aggregate(at=Max("at"))["at"],
        reminded_on=ReminderMail.objects.filter(~Q(sent_at=None)).aggregate(on=Max("day"))["on"],
        imports=imports["count"],
        oldest_import_at=imports["oldest"],
    )
