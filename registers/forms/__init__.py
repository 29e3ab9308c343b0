from registers.forms.agreements import AgreementForm
from registers.forms.assessments import AssessmentForm
from registers.forms.exempt import ExemptForm, LiftExemptionForm
from registers.forms.filters import DayForm, PositionFilter
from registers.forms.library import LibraryFilesForm, LibraryStepForm
from registers.forms.reviews import ReviewForm
from registers.forms.risks import EditRiskForm, LogRiskForm, OpenRiskForm
from registers.forms.search import LibrarySearchForm
from registers.forms.standing import CloseForm, DuplicateForm, HappenedForm, ReopenForm

__all__ = [
    "AgreementForm",
    "AssessmentForm",
    "CloseForm",
    "DayForm",
    "DuplicateForm",
    "EditRiskForm",
    "ExemptForm",
    "HappenedForm",
    "LibraryFilesForm",
    "LibrarySearchForm",
    "LibraryStepForm",
    "LiftExemptionForm",
    "LogRiskForm",
    "OpenRiskForm",
    "PositionFilter",
    "ReopenForm",
    "ReviewForm",
]
