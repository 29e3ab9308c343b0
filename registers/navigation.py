"""The pages of a register and of an organisation, as their navigation shows them.

A register has seven tabs, some with further pages below; an organisation has one row of pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from registers.permissions import Permission, can, can_on, organisations_for


@dataclass(frozen=True)
class Page:
    """name: of its address. takes_day: whether it can be read as at another day.

    permission: what its readers have; None: of a register, to read it, of an organisation, to
    administer it.
    """

    label: str
    name: str
    takes_day: bool = True
    permission: Permission | None = None


@dataclass(frozen=True)
class Tab:
    """The first page is the tab's own. parts: names of addresses that stand below it as well."""

    label: str
    pages: tuple[Page, ...]
    parts: tuple[str, ...] = ()


RISKS = Tab(
    "Risks",
    (
        Page("All risks", "risk_list"),
        Page("Data quality", "worklist", takes_day=False),
        Page("Escalations", "escalation_list"),
    ),
)
TABS = (
    Tab("Dashboard", (Page("Dashboard", "dashboard"),)),
    RISKS,
    Tab("Actions", (Page("Actions", "action_list"),)),
    Tab(
        "Assurance",
        (Page("Assurance", "assurance_map"), Page("Eight insights", "insight_list")),
        ("insight_detail",),
    ),
    Tab(
        "Agreements",
        (
            Page("Agreements", "agreement_list", takes_day=False),
            Page("Papers", "paper_list", takes_day=False),
        ),
        (
            *("agreement_new", "paper_new", "paper_detail", "paper_text"),
            *("paper_refresh", "paper_clear", "paper_consult", "paper_finalise", "paper_publish"),
            "clearance_rule",
        ),
    ),
    Tab(
        "My questions",
        (Page("My questions", "question_list", permission=Permission.ASK_QUESTION),),
        ("question_edit", "question_put"),
    ),
    Tab(
        "Settings",
        (
            Page("Settings", "register_settings"),
            Page(
                "Scoring scheme",
                "register_scheme",
                takes_day=False,
                permission=Permission.RUN_REGISTER,
            ),
            Page(
                "Import",
                "register_import",
                takes_day=False,
                permission=Permission.RUN_REGISTER,
            ),
            Page("Audit", "register_audit", takes_day=False, permission=Permission.RUN_REGISTER),
        ),
        (
            "appetite_new",
            *("import_detail", "import_sheets", "import_as_at", "import_lookalikes"),
            "import_undo",
        ),
    ),
)


# The pages of an organisation. A page that stands below one of them begins its name alike:
# "post_edit" stands below "post_list".
ORGANISATION_PAGES = (
    Page("Organisation", "organisation_detail", takes_day=False),
    Page("People", "person_list", takes_day=False),
    Page("Posts", "post_list", takes_day=False),
    Page("Bodies", "body_list", takes_day=False),
    Page("Registers", "register_list", takes_day=False),
    Page("Scoring schemes", "scheme_list", takes_day=False),
    Page(
        "Paper templates",
        "paper_template_list",
        takes_day=False,
        permission=Permission.MANAGE_PAPER_TEMPLATES,
    ),
    Page("Audit", "audit_list", takes_day=False),
    Page(
        "Need to know",
        "need_to_know_list",
        takes_day=False,
        permission=Permission.GRANT_NEED_TO_KNOW,
    ),
    Page("Who may do what", "role_list", takes_day=False, permission=Permission.VIEW_REGISTER),
    Page("Sandbox", "sandbox_detail", takes_day=False, permission=Permission.VIEW_REGISTER),
)
OF_REAL_ORGANISATIONS = ("sandbox_detail",)  # pages that a sandbox has not


@dataclass(frozen=True)
class Link:
    """is_page: whether it leads to the page that is read. is_above: to the tab of that page."""

    label: str
    href: str
    is_page: bool
    is_above: bool = False


def tabs_of(reader, register, name: str, query: str = "") -> list[Link]:
    """A link for each tab whose first page this reader may open.

    name: of the address that is read. query: of the day that is read.
    """
    current = tab_of(name)
    return [
        _link(tab.pages[0], register, name, query, label=tab.label, is_above=tab is current)
        for tab in TABS
        if _may_open(reader, register, tab.pages[0])
    ]


def pages_below(reader, register, name: str, query: str = "") -> list[Link]:
    """A link for each page of the tab that this reader may open.

    None where there is only one, nor on a page further below, such as a form.
    """
    pages = [page for page in tab_of(name).pages if _may_open(reader, register, page)]
    if len(pages) == 1 or name not in {page.name for page in pages}:
        return []
    return [_link(page, register, name, query) for page in pages]


def _may_open(reader, register, page):
    return can_on(reader, page.permission or Permission.VIEW_REGISTER, register)


def organisation_pages(reader, organisation, name: str = "") -> list[Link]:
    """A link for each page of the organisation that this reader may open.

    name: of the address read.
    """
    subject = name.partition("_")[0]
    return [
        Link(
            page.label,
            reverse(page.name, args=[organisation.slug]),
            is_page=page.name == name,
            is_above=page.name != name and page.name.partition("_")[0] == subject,
        )
        for page in ORGANISATION_PAGES
        if can(reader, page.permission or Permission.ADMINISTER, organisation)
        and not (organisation.is_sandbox and page.name in OF_REAL_ORGANISATIONS)
    ]


def organisations_run_by(reader):
    """(organisation, the address of the reader's first page of it), where they have one that not
    every reader has. A query where there are any.
    """
    permissions = {page.permission or Permission.ADMINISTER for page in ORGANISATION_PAGES}
    organisations = organisations_for(reader, *permissions - {Permission.VIEW_REGISTER})
    return [(row, organisation_pages(reader, row)[0].href) for row in organisations]


def is_of_meetings(path: str, name: str) -> bool:
    """Whether a page belongs to Meetings in the menu, by its path and the name of its address.

    Adding meetings and periods before elections stand below an organisation, and belong there too.
    """
    return path.startswith("/meetings/") or name.startswith(("meeting_", "pre_election_"))


def tab_of(name: str) -> Tab:
    """The tab that the page of that address stands below: Risks, where no other names it."""
    for tab in TABS:
        if name in tab.parts or any(page.name == name for page in tab.pages):
            return tab
    return RISKS


def _link(page, register, name, query, *, label="", is_above=False):
    href = reverse(page.name, args=[register.slug])
    is_page = page.name == name
    return Link(
        label or page.label,
        f"{href}{query}" if page.takes_day else href,
        is_page,
        is_above and not is_page,
    )
