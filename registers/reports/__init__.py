from registers.reports.actions import (
    action_counts,
    actions_beside,
    actions_of,
    actions_on,
    dates_of,
    listed,
    with_risks,
)
from registers.reports.agreements import Since, agreed_cards
from registers.reports.appetite import stated_by_category, tolerance_holding, unstated
from registers.reports.asks import Asks, kept_with_risks
from registers.reports.assurance import AssuranceSummary, rows_of
from registers.reports.below import Below, below
from registers.reports.chart import Cell, Chart, Table
from registers.reports.compared import Compared
from registers.reports.controls import control_story, controls_beside
from registers.reports.course import course_of
from registers.reports.dashboard import Dashboard
from registers.reports.due import due_between, due_soon
from registers.reports.escalations import escalations_beside, escalations_of, listed_from_elsewhere, taken_up
from registers.reports.home import gaps_of, judged_since, latest_changes, register_cards, tasks_for, waiting_for
from registers.reports.judgements import side_by_side
from registers.reports.life import life_of
from registers.reports.owned import Owned, due_for_review
from registers.reports.reviews import asked_outside_of
from registers.reports.story import story_of
from registers.reports.wording import tolerated_in_words
from registers.reports.worklist import Worklist

__all__ = [
    "Asks",
    "AssuranceSummary",
    "Below",
    "Cell",
    "Chart",
    "Compared",
    "Dashboard",
    "Owned",
    "Since",
    "Table",
    "Worklist",
    "action_counts",
    "actions_beside",
    "actions_of",
    "actions_on",
    "agreed_cards",
    "asked_outside_of",
    "below",
    "control_story",
    "controls_beside",
    "course_of",
    "dates_of",
    "due_between",
    "due_for_review",
    "due_soon",
    "escalations_beside",
    "escalations_of",
    "gaps_of",
    "judged_since",
    "kept_with_risks",
    "latest_changes",
    "life_of",
    "listed",
    "listed_from_elsewhere",
    "register_cards",
    "rows_of",
    "side_by_side",
    "stated_by_category",
    "story_of",
    "taken_up",
    "tasks_for",
    "tolerance_holding",
    "tolerated_in_words",
    "unstated",
    "waiting_for",
    "with_risks",
]
