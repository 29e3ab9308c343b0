from registers.forms.action_filter import ActionFilter
from registers.forms.actions import ActionDoneForm, ActionDropForm, ActionReopenForm, EditActionForm, NewActionForm
from registers.forms.agreements import AgreementForm
from registers.forms.assessments import AssessmentForm
from registers.forms.assurance import AssuranceForm
from registers.forms.bulk import PostsForm, ReassignForm, ReviewManyForm
from registers.forms.controls import ControlForm, ControlTestForm, EditControlForm, RetireControlForm
from registers.forms.escalations import DecisionForm, EscalationForm
from registers.forms.filters import DayForm, PositionFilter
from registers.forms.library import LibraryFilesForm, LibraryStepForm
from registers.forms.precedents import MarkForms
from registers.forms.reminders import CalendarAddressForm, ReminderForm
from registers.forms.reviews import ReviewForm
from registers.forms.risks import EditRiskForm, LogRiskForm
from registers.forms.search import LibrarySearchForm
from registers.forms.worklist import SetAsideForm, TakeBackForm, WorklistForm

__all__ = [
    "ActionDoneForm",
    "ActionDropForm",
    "ActionFilter",
    "ActionReopenForm",
    "AgreementForm",
    "AssessmentForm",
    "AssuranceForm",
    "CalendarAddressForm",
    "ControlForm",
    "ControlTestForm",
    "DayForm",
    "DecisionForm",
    "EditActionForm",
    "EditControlForm",
    "EditRiskForm",
    "EscalationForm",
    "LibraryFilesForm",
    "LibrarySearchForm",
    "LibraryStepForm",
    "LogRiskForm",
    "MarkForms",
    "NewActionForm",
    "PositionFilter",
    "PostsForm",
    "ReassignForm",
    "ReminderForm",
    "RetireControlForm",
    "ReviewForm",
    "ReviewManyForm",
    "SetAsideForm",
    "TakeBackForm",
    "WorklistForm",
]
