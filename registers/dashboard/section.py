"""What each section of a dashboard is: a class with its template, that reads what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class Section:
    """One section of a dashboard. Its template shows it under the name `section`.

    anchor: the id of its heading; title: what the list of contents calls it, "" where it is not in
    it. indicator: what a question about it calls it, "" where there is nothing to ask about. The
    three kinds of keys are of positions. What several sections ask for is read together,
    and given by dashboard.headings, .histories and .next_actions.
    """

    template: ClassVar[str]
    anchor: ClassVar[str] = ""
    title: str = ""
    indicator: ClassVar[str] = ""

    def __init__(self, dashboard):
        self.dashboard, self.data = dashboard, dashboard.data

    @property
    def is_shown(self) -> bool:
        return bool(self.data.total)

    @property
    def heading_keys(self) -> Iterable[int]:
        """Of the risks that the section names."""
        return ()

    @property
    def history_keys(self) -> Iterable[int]:
        return ()

    @property
    def next_action_keys(self) -> Iterable[int]:
        return ()
