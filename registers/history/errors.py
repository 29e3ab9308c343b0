"""Two people at once, or one twice: what the second is told when the first was quicker."""


class EditConflict(Exception):
    """The record has moved on since the version that was to be changed; nothing was written."""

    def __init__(self, record, version):
        super().__init__(f"{record} is at version {record.version}, not {version}.")
        self.record = record
        self.version = version
        self.later, self.changes = record.changed_since(version)

    @property
    def by(self):
        return (
            " and ".join(dict.fromkeys(str(revision.by) for revision in self.later)) or "Somebody"
        )

    @property
    def assessments(self):
        return self._beside("assessment")

    @property
    def reviews(self):
        return self._beside("review")

    def _beside(self, name):
        return [row for revision in self.later if (row := getattr(revision, name, None))]


class BulkEditConflict(Exception):
    """Some of several records have moved on since the versions that were to be changed; nothing was
    written to any.
    """

    def __init__(self, records):
        super().__init__(f"{len(records)} of these records have moved on.")
        self.records = records


class DuplicateSubmission(Exception):
    """The same form was sent before and made this record, at that instant and with other words;
    nothing was written.
    """

    def __init__(self, record, at):
        super().__init__(f"{record} was made by the same form, which says something else now.")
        self.record = record
        self.at = at


def return_existing_or_raise(record, is_same, at):
    """The record that a form made before: the same form twice is one. Raises DuplicateSubmission where it
    says something else now, so that no words are lost as if they were saved.
    """
    if not is_same:
        raise DuplicateSubmission(record, at)
    return record
