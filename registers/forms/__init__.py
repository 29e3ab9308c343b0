from registers.forms.actions import (
    ActionDoneForm,
    ActionDropForm,
    ActionFilter,
    ActionReopenForm,
    EditActionForm,
    NewActionForm,
)
from registers.forms.agreements import AgreementForm
from registers.forms.appetite import AppetiteForm
from registers.forms.assessments import AssessmentForm, IndependentForm
from registers.forms.assurance import AssuranceForm
from registers.forms.bulk import PostsForm, ReassignForm, ReviewManyForm
from registers.forms.controls import (
    ControlForm,
    ControlTestForm,
    EditControlForm,
    RetireControlForm,
)
from registers.forms.dashboard_filter import DashboardFilter
from registers.forms.escalations import DecisionForm, EscalationForm
from registers.forms.filters import DayForm, PositionFilter
from registers.forms.library import LibraryFilesForm, LibrarySearchForm, LibraryStepForm
from registers.forms.precedents import MarkForms
from registers.forms.questions import EditQuestionForm, QuestionForm, QuestionSourceForm
from registers.forms.reminders import CalendarAddressForm, ReminderForm
from registers.forms.reviews import ReviewForm
from registers.forms.risk_lifecycle import (
    CloseForm,
    DuplicateForm,
    ExemptForm,
    HappenedForm,
    LiftExemptionForm,
    ReopenForm,
)
from registers.forms.risks import EditRiskForm, LogRiskForm, OpenRiskForm
from registers.forms.schemes import SchemeAdoptionForm, SchemeChoiceForm
from registers.forms.worklist import CheckWaiverForm, TakeBackForm, WorklistForm

__all__ = [
    "ActionDoneForm",
    "ActionDropForm",
    "ActionFilter",
    "ActionReopenForm",
    "AgreementForm",
    "AppetiteForm",
    "AssessmentForm",
    "AssuranceForm",
    "CalendarAddressForm",
    "CheckWaiverForm",
    "CloseForm",
    "ControlForm",
    "ControlTestForm",
    "DashboardFilter",
    "DayForm",
    "DecisionForm",
    "DuplicateForm",
    "EditActionForm",
    "EditControlForm",
    "EditQuestionForm",
    "EditRiskForm",
    "EscalationForm",
    "ExemptForm",
    "HappenedForm",
    "IndependentForm",
    "LibraryFilesForm",
    "LibrarySearchForm",
    "LibraryStepForm",
    "LiftExemptionForm",
    "LogRiskForm",
    "MarkForms",
    "NewActionForm",
    "OpenRiskForm",
    "PositionFilter",
    "PostsForm",
    "QuestionForm",
    "QuestionSourceForm",
    "ReassignForm",
    "ReminderForm",
    "ReopenForm",
    "RetireControlForm",
    "ReviewForm",
    "ReviewManyForm",
    "SchemeAdoptionForm",
    "SchemeChoiceForm",
    "TakeBackForm",
    "WorklistForm",
]
