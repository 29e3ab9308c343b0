"""What the second of two people, or of two identical forms, is told when the first was quicker."""


class EditConflict(Exception):
    """The record has changed since the version that was to be edited; nothing was written."""

    def __init__(self, record, version):
        super().__init__(f"{record} is at version {record.version}, not {version}.")
        self.record = record
        self.version = version
        self.later, self.changes = record.changed_since(version)

    @property
    def people(self):
        """Who changed it since, each once."""
        return list(dict.fromkeys(revision.by for revision in self.later))

    @property
    def assessments(self):
        return self._rows_of("assessment")

    @property
    def reviews(self):
        return self._rows_of("review")

    def _rows_of(self, name):
        return [row for revision in self.later if (row := getattr(revision, name, None))]


class BulkEditConflict(Exception):
    """Some of several records have changed since the versions to be edited.

    Nothing was written to any.
    """

    def __init__(self, records):
        super().__init__(f"{len(records)} of these records have moved on.")
        self.records = records


class DuplicateSubmission(Exception):
    """The same form made this record before, at that instant and with other values.

    Nothing was written.
    """

    def __init__(self, record, recorded_at):
        super().__init__(f"{record} was made by the same form, which says something else now.")
        self.record = record
        self.recorded_at = recorded_at


class InvalidTransition(ValueError):
    """A step that the status does not allow: editing what is closed, reopening what is open."""


def return_existing_or_raise(record, is_same, recorded_at):
    """The record that a form made before: sending the same form twice makes one record.

    Raises DuplicateSubmission where its values differ, so that nothing typed is lost unnoticed.
    """
    if not is_same:
        raise DuplicateSubmission(record, recorded_at)
    return record
