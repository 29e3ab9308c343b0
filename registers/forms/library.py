"""Forms for loading the library in the browser: choosing the files, then loading what was shown.

Nothing is kept on the server in between: the page carries the files themselves, compressed and
signed, for an hour and for one person. So what is loaded is what was shown, there is nothing to
tidy up, and sessions stay small.
"""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from registers.forms.fields import PlainTextField
from registers.govuk import GovukRadios, Helper
from registers.library_loading.fixture_files import SUFFIXES, FixtureFile
from registers.library_loading.load import load_library, preview_library
from registers.library_loading.report import LibraryProblem
from registers.phrases.files import library_problems

# Bytes; a request may hold 2,621,440.
LARGEST_TOGETHER = 2_000_000
# Characters; only files that hardly compress come near it.
LARGEST_STEP = 2_500_000
HOUR = 60 * 60
SALT = "library.load"
LOST = "We did not receive all of the files. Select them again."
UPLOADED, INSTALLED = "chosen", "own"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several fixture files; an empty one is left to the loader, which reports it by name."""

    widget = FilesInput(attrs={"accept": ",".join(SUFFIXES)})

    def clean(self, data, initial=None):
        uploads = [super(FilesField, self).clean(upload, initial) for upload in data or [None]]
        uploads = [upload for upload in uploads if upload]
        if sum(upload.size for upload in uploads) > LARGEST_TOGETHER:
            raise ValidationError("Select files of 2 MB or less in total: these are larger")
        names = [upload.name for upload in uploads]
        return [
            FixtureFile(name if names.count(name) == 1 else f"{number} {name}", upload.read())
            for number, (name, upload) in enumerate(zip(names, uploads, strict=True), 1)
        ]


class LibraryFilesForm(forms.Form):
    """Which files. Valid only if they can be loaded.

    report: what loading would do; step: the form that does it. problem: if they cannot be loaded,
    everything that is wrong, by file.
    """

    which = forms.ChoiceField(
        label="Which files?",
        choices=[(UPLOADED, "Files that I select"), (INSTALLED, "The files of this installation")],
        widget=GovukRadios(
            hints={
                UPLOADED: "For example, one file with a new case.",
                INSTALLED: "The files in fixtures/ on the server.",
            }
        ),
        initial=UPLOADED,
        error_messages={"required": "Select which files to check"},
    )
    files = FilesField(
        label="Fixture files",
        help_text="YAML or JSON in the format of Django, 2 MB or less in total.",
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
        return None if self.cleaned_data["which"] == INSTALLED else self.cleaned_data["files"]

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if cleaned["which"] == UPLOADED and not cleaned["files"]:
            self.add_error("files", "Select one or more fixture files")
        elif cleaned["which"] == INSTALLED and cleaned["files"]:
            self.add_error(
                "which",
                "Select your files or the files of this installation, not both",
            )
        else:
            self._look(cleaned["which"])
        return cleaned

    def _look(self, choice):
        try:
            report = preview_library(self.fixture_files)
            self.step = LibraryStepForm.after(report, self.fixture_files, by=self.by)
            self.report = report
        except ValidationError as error:
            self.add_error("files", error)
        except LibraryProblem as problem:
            self.problem = problem
            self.add_error(
                "files" if choice == UPLOADED else "which",
                library_problems(len(problem.problems)),
            )


class LibraryStepForm(forms.Form):
    """What somebody saw and may now load. Bound to the person and to what was shown."""

    step = forms.CharField(widget=forms.HiddenInput, error_messages={"required": LOST})
    helper = Helper("step")

    def __init__(self, data=None, *, by, **options):
        super().__init__(data, **options)
        self.by = by

    @classmethod
    def after(cls, report, files, *, by):
        """The form for the second step.

        Raises ValidationError where the files are too large for a page.
        """
        packed = None if files is None else [[file.name, file.content.decode()] for file in files]
        payload = {"by": by.pk, "seen": report.digest, "files": packed}
        step = signing.dumps(payload, salt=SALT, compress=True)
        if len(step) > LARGEST_STEP:
            raise ValidationError(
                "These files are too large for this page: select fewer, or use manage.py "
                "load_library"
            )
        return cls(initial={"step": step}, by=by)

    def clean_step(self):
        try:
            payload = signing.loads(self.cleaned_data["step"], salt=SALT, max_age=HOUR)
        except signing.SignatureExpired as error:
            raise ValidationError(
                "You checked these changes more than an hour ago. Check them again, then load them."
            ) from error
        except signing.BadSignature as error:
            raise ValidationError(LOST) from error
        if payload["by"] != self.by.pk:
            raise ValidationError(
                "Somebody else checked these changes. Check them yourself, then load them."
            )
        return payload

    @property
    def fixture_files(self):
        packed = self.cleaned_data["step"]["files"]
        return (
            None if packed is None else [FixtureFile(name, text.encode()) for name, text in packed]
        )

    def load(self):
        """Load what was shown.

        Raises LibraryChanged if that is no longer what would happen, or LibraryProblem.
        """
        expected = self.cleaned_data["step"]["seen"]
        return load_library(self.fixture_files, by=self.by, expected_digest=expected)


class SearchForm(forms.Form):
    """Words to search for, on every register of the reader and in the library."""

    marks_optional = False
    q = PlainTextField(
        label="Search your registers and the library",
        subject="The search",
        max_length=200,
        required=False,
        one_line=True,
    )


class LibrarySearchForm(SearchForm):
    def __init__(self, data=None):
        super().__init__(data)
        self.fields["q"].label = "Search the library"
