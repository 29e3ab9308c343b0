from registers.reports.agreements import Since, agreed_cards
from registers.reports.course import course_of
from registers.reports.dashboard import Cell, Chart, Dashboard, Table
from registers.reports.due import due_between, due_soon
from registers.reports.home import judged_since, latest_changes, register_cards, waiting_for
from registers.reports.owned import Owned, due_for_review
from registers.reports.story import story_of
from registers.reports.worklist import Worklist

__all__ = [
    "Cell",
    "Chart",
    "Dashboard",
    "Owned",
    "Since",
    "Table",
    "Worklist",
    "agreed_cards",
    "course_of",
    "due_between",
    "due_for_review",
    "due_soon",
    "judged_since",
    "latest_changes",
    "register_cards",
    "story_of",
    "waiting_for",
]
