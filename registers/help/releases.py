"""What is new, for readers, the latest release first. docs/releases.md has it for operators."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone


@dataclass(frozen=True)
class Release:
    """on: the day of the release, None until it has one. changes: (subject, sentence)."""

    version: str
    on: datetime.date | None
    changes: tuple[tuple[str, str], ...]

    def is_news_to(self, person):
        """Whether they knew an earlier version: their account is older than this release."""
        return self.on is not None and timezone.localdate(person.date_joined) < self.on


RELEASES = (
    Release(
        "0.3.0",
        None,
        (
            (
                "My tasks",
                "One list of everything that is due or waits for you, from all your registers. "
                "Your e-mail and calendar show the same list.",
            ),
            (
                "The position of your body",
                "A committee member opens on what was reported to their own body. "
                "Where a figure is different today, the page says so.",
            ),
            (
                "Agreements",
                "An agreement says whether the body approved, considered or noted the register. "
                "A manager can supersede an agreement that was recorded in error.",
            ),
            (
                "The list of risks",
                "Choose the columns, sort by any heading and save a view under a name. "
                "Change owner, category, response or next review for many risks at once.",
            ),
            (
                "Search",
                "Search every register that you may see, and the library, from any page. "
                "Each result shows the words in their context.",
            ),
            (
                "Risk pages",
                "The page of a risk begins with its last review. "
                "It shows early-warning indicators, related risks and the estimated cost.",
            ),
            (
                "Names",
                "Pages show posts in place of people. Risk managers still see names on screen.",
            ),
            (
                "People",
                "Administrators invite colleagues by e-mail, move them to another post and hand "
                "over their posts when they leave.",
            ),
            (
                "Administration",
                "An organisation's administrator keeps its posts, bodies, registers and scoring "
                "schemes on pages of its own, and imports posts and bodies from files.",
            ),
            (
                "Sandbox",
                "An administrator can make a sandbox with made-up risks, for training and to try "
                "an import. Every page of it says that nothing there is real.",
            ),
            (
                "Meetings",
                "See when each body meets and by when its papers are published. Clerks and "
                "managers add meetings, one or a series. Dashboards compare with the last meeting.",
            ),
            (
                "Questions and answers",
                "Put a question from your list to a post, for a meeting of your body. The answer "
                "stands beside it, and what is not answered is carried over to the next meeting.",
            ),
            (
                "Audit",
                "Managers and administrators read who did what, with sign-ins, downloads and "
                "reads of exempt risks.",
            ),
            (
                "Check your answers",
                "Steps that you cannot undo show your answers first and ask you to confirm them.",
            ),
            (
                "Import",
                "Import from LibreOffice, Word or a pasted table as well as Excel. "
                "Every row of the file is listed with what happened to it.",
            ),
            (
                "Help",
                "A guide for each role and a glossary. The foot of every page leads to both.",
            ),
            (
                "Exempt risks",
                "A committee member sees the exempt risks of registers that their body oversees. "
                "The monitoring officer can let others see one, for a reason and until a day.",
            ),
            (
                "Roles",
                "Clerk, monitoring officer, section 151 officer, internal auditor, external "
                "auditor and commissioner are roles of their own. A page says who may do what.",
            ),
        ),
    ),
    Release(
        "0.2.0",
        None,
        (
            (
                "Progress notes",
                "Add a dated note of how a risk stands. It does not change the rating.",
            ),
            (
                "Signing in",
                "An administrator changes your e-mail address. You confirm it by a link that we "
                "send to you.",
            ),
            ("On a phone", "No page is wider than a phone, however long its words are."),
        ),
    ),
)
LATEST = RELEASES[0]
