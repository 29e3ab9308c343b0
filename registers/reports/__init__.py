from registers.reports.agreements import Since, agreed_cards
from registers.reports.course import course_of
from registers.reports.dashboard import Cell, Chart, Dashboard, Table
from registers.reports.home import judged_since, latest_changes, register_cards, waiting_for
from registers.reports.life import life_of
from registers.reports.story import story_of

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
    "life_of",
    "register_cards",
    "story_of",
    "waiting_for",
]
