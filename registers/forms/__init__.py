from registers.forms.agreements import AgreementForm
from registers.forms.assessments import AssessmentForm
from registers.forms.filters import DayForm, PositionFilter
from registers.forms.reviews import ReviewForm
from registers.forms.risks import EditRiskForm, LogRiskForm

__all__ = [
    "AgreementForm",
    "AssessmentForm",
    "DayForm",
    "EditRiskForm",
    "LogRiskForm",
    "PositionFilter",
    "ReviewForm",
]
