"""Loading the library in the browser: which files, then, having seen what they would do, do it.

Between the two steps nothing is kept on the server: the page carries the files themselves, packed
and signed, for an hour and for the person who looked. So what is loaded is what was shown, there is
nothing to tidy up, and a session that every page reads stays small.
"""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from registers.govuk import GovukRadios, Helper
from registers.library_loading.fixture_files import SUFFIXES, FixtureFile
from registers.library_loading.load import load_library, preview_library
from registers.library_loading.report import LibraryProblem

LARGEST_TOGETHER = 2_000_000  # bytes; a request may hold 2,621,440
LARGEST_STEP = 2_500_000  # characters; only files that hardly compress come near it
HOUR = 60 * 60
SALT = "library.load"
LOST = "What you looked at did not arrive whole. Select the files again."
CHOSEN, OWN = "chosen", "own"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Fixture files, as many as somebody selects; an empty one is for the loader to speak of, with
    its name.
    """

    widget = FilesInput(attrs={"accept": ",".join(SUFFIXES)})

    def clean(self, data, initial=None):
        uploads = [super(FilesField, self).clean(upload, initial) for upload in data or [None]]
        uploads = [upload for upload in uploads if upload]
        if sum(upload.size for upload in uploads) > LARGEST_TOGETHER:
            raise ValidationError("Select files of at most 2 megabytes together: these are larger")
        names = [upload.name for upload in uploads]
        return [
            FixtureFile(name if names.count(name) == 1 else f"{number} {name}", upload.read())
            for number, (name, upload) in enumerate(zip(names, uploads, strict=True), 1)
        ]


class LibraryFilesForm(forms.Form):
    """Which files. Valid only if they can be loaded: then `report` says what that would do, and
    `step` does it. If not, `problem` says everything that is wrong, by file.
    """

    which = forms.ChoiceField(
        label="Which files?",
        choices=[(CHOSEN, "Files that I select"), (OWN, "This installation's own files")],
        widget=GovukRadios(
            hints={
                CHOSEN: "For example one file with a new case.",
                OWN: "Those under fixtures/ on the server.",
            }
        ),
        initial=CHOSEN,
        error_messages={"required": "Select which files to look at"},
    )
    files = FilesField(
        label="Fixture files",
        help_text="YAML or JSON in Django's format, at most 2 megabytes together.",
        required=False,
        allow_empty_file=True,
    )
    helper = Helper("which", "files")
    report = problem = step = None

    def __init__(self, data=None, files=None, *, by):
        super().__init__(data, files)
        self.by = by

    @property
    def fixture_files(self):
        """The files, None for the installation's own."""
        return None if self.cleaned_data["which"] == OWN else self.cleaned_data["files"]

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if cleaned["which"] == CHOSEN and not cleaned["files"]:
            self.add_error("files", "Select one or more fixture files")
        elif cleaned["which"] == OWN and cleaned["files"]:
            self.add_error(
                "which",
                "Select whether to load your files or the installation's own: you gave both",
            )
        else:
            self._look(cleaned["which"])
        return cleaned

    def _look(self, which):
        try:
            report = preview_library(self.fixture_files)
            self.step = LibraryStepForm.after(report, self.fixture_files, by=self.by)
            self.report = report
        except ValidationError as error:
            self.add_error("files", error)
        except LibraryProblem as problem:
            self.problem = problem
            self.add_error(
                "files" if which == CHOSEN else "which",
                f"These files cannot be loaded: {len(problem.problems)} "
                f"problem{'s' if len(problem.problems) > 1 else ''}, listed on this page. Nothing was changed",
            )


class LibraryStepForm(forms.Form):
    """What somebody looked at and may now load. Bound to them, and to what they were shown."""

    step = forms.CharField(widget=forms.HiddenInput, error_messages={"required": LOST})
    helper = Helper("step")

    def __init__(self, data=None, *, by, **options):
        super().__init__(data, **options)
        self.by = by

    @classmethod
    def after(cls, report, files, *, by):
        """The form for the second step. Raises ValidationError where the files do not fit into a
        page.
        """
        packed = None if files is None else [[file.name, file.content.decode()] for file in files]
        said = {"by": by.pk, "seen": report.digest, "files": packed}
        step = signing.dumps(said, salt=SALT, compress=True)
        if len(step) > LARGEST_STEP:
            raise ValidationError(
                "These files are too large for this page: select fewer, or use manage.py load_library"
            )
        return cls(initial={"step": step}, by=by)

    def clean_step(self):
        try:
            said = signing.loads(self.cleaned_data["step"], salt=SALT, max_age=HOUR)
        except signing.SignatureExpired as error:
            raise ValidationError(
                "You looked at this more than an hour ago. Look again, then load it."
            ) from error
        except signing.BadSignature as error:
            raise ValidationError(LOST) from error
        if said["by"] != self.by.pk:
            raise ValidationError("Somebody else looked at this. Look yourself, then load it.")
        return said

    @property
    def fixture_files(self):
        packed = self.cleaned_data["step"]["files"]
        return (
            None if packed is None else [FixtureFile(name, text.encode()) for name, text in packed]
        )

    def load(self):
        """Load what was shown. Raises LibraryChanged if that is no longer what would happen, or
        LibraryProblem.
        """
        return load_library(
            self.fixture_files, by=self.by, expected_digest=self.cleaned_data["step"]["seen"]
        )
