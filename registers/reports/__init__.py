from registers.reports.agreements import Since, agreed_cards
from registers.reports.assurance import AssuranceSummary, rows_of
from registers.reports.controls import control_story, controls_beside
from registers.reports.course import course_of
from registers.reports.dashboard import Cell, Chart, Dashboard, Table
from registers.reports.due import due_between, due_soon
from registers.reports.home import judged_since, latest_changes, register_cards, waiting_for
from registers.reports.owned import Owned, due_for_review
from registers.reports.story import story_of
from registers.reports.worklist import Worklist

__all__ = [
    "AssuranceSummary",
    "Cell",
    "Chart",
    "Dashboard",
    "Owned",
    "Since",
    "Table",
    "Worklist",
    "agreed_cards",
    "control_story",
    "controls_beside",
    "course_of",
    "due_between",
    "due_for_review",
    "due_soon",
    "judged_since",
    "latest_changes",
    "register_cards",
    "rows_of",
    "story_of",
    "waiting_for",
]
