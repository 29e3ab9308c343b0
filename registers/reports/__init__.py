from registers.reports.agreements import Since, agreed_cards
from registers.reports.appetite import stated_by_category, tolerance_holding, unstated
from registers.reports.course import course_of
from registers.reports.dashboard import Cell, Chart, Dashboard, Table
from registers.reports.home import judged_since, latest_changes, register_cards, waiting_for
from registers.reports.judgements import side_by_side
from registers.reports.story import story_of
from registers.reports.wording import tolerated_in_words

__all__ = [
    "Cell",
    "Chart",
    "Dashboard",
    "Since",
    "Table",
    "agreed_cards",
    "course_of",
    "judged_since",
    "latest_changes",
    "register_cards",
    "side_by_side",
    "stated_by_category",
    "story_of",
    "tolerance_holding",
    "tolerated_in_words",
    "unstated",
    "waiting_for",
]
