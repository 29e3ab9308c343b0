from registers.forms.agreements import AgreementForm
from registers.forms.appetite import AppetiteForm
from registers.forms.assessments import AssessmentForm, IndependentForm
from registers.forms.filters import DayForm, PositionFilter
from registers.forms.library import LibraryFilesForm, LibraryStepForm
from registers.forms.reviews import ReviewForm
from registers.forms.risks import EditRiskForm, LogRiskForm
from registers.forms.search import LibrarySearchForm

__all__ = [
    "AgreementForm",
    "AppetiteForm",
    "AssessmentForm",
    "DayForm",
    "EditRiskForm",
    "IndependentForm",
    "LibraryFilesForm",
    "LibrarySearchForm",
    "LibraryStepForm",
    "LogRiskForm",
    "PositionFilter",
    "ReviewForm",
]
