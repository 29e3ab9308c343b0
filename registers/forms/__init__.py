from registers.forms.agreements import AgreementForm
from registers.forms.appetite import AppetiteForm
from registers.forms.assessments import AssessmentForm, IndependentForm
from registers.forms.assurance import AssuranceForm
from registers.forms.controls import ControlForm, ControlTestForm, EditControlForm, RetireControlForm
from registers.forms.filters import DayForm, PositionFilter
from registers.forms.library import LibraryFilesForm, LibraryStepForm
from registers.forms.precedents import MarkForms
from registers.forms.reminders import CalendarAddressForm, ReminderForm
from registers.forms.reviews import ReviewForm
from registers.forms.risks import EditRiskForm, LogRiskForm
from registers.forms.search import LibrarySearchForm

__all__ = [
    "AgreementForm",
    "AppetiteForm",
    "AssessmentForm",
    "AssuranceForm",
    "CalendarAddressForm",
    "ControlForm",
    "ControlTestForm",
    "DayForm",
    "EditControlForm",
    "EditRiskForm",
    "IndependentForm",
    "LibraryFilesForm",
    "LibrarySearchForm",
    "LibraryStepForm",
    "LogRiskForm",
    "MarkForms",
    "PositionFilter",
    "ReminderForm",
    "RetireControlForm",
    "ReviewForm",
]
