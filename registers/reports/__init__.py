from registers.reports.dashboard import Cell, Chart, Dashboard, Table
from registers.reports.home import register_cards

__all__ = ["Cell", "Chart", "Dashboard", "Table", "register_cards"]
