from registers.forms.filters import DayForm, PositionFilter
from registers.forms.risks import AssessmentForm, EditRiskForm, LogRiskForm

__all__ = ["AssessmentForm", "DayForm", "EditRiskForm", "LogRiskForm", "PositionFilter"]
