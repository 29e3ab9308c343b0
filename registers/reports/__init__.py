from registers.reports.agreements import Since, agreed_cards
from registers.reports.appetite import stated_by_category, tolerance_holding, unstated
from registers.reports.assurance import AssuranceSummary, rows_of
from registers.reports.controls import control_story, controls_beside
from registers.reports.course import course_of
from registers.reports.dashboard import Cell, Chart, Dashboard, Table
from registers.reports.due import due_between, due_soon
from registers.reports.home import judged_since, latest_changes, register_cards, waiting_for
from registers.reports.judgements import side_by_side
from registers.reports.story import story_of
from registers.reports.wording import tolerated_in_words

__all__ = [
    "AssuranceSummary",
    "Cell",
    "Chart",
    "Dashboard",
    "Since",
    "Table",
    "agreed_cards",
    "control_story",
    "controls_beside",
    "course_of",
    "due_between",
    "due_soon",
    "judged_since",
    "latest_changes",
    "register_cards",
    "rows_of",
    "side_by_side",
    "stated_by_category",
    "story_of",
    "tolerance_holding",
    "tolerated_in_words",
    "unstated",
    "waiting_for",
]
