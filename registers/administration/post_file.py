"""Posts from a file of an HR system: matched by title, holders by e-mail address.

Nothing is removed by a file, and a person's name never becomes a post or a person.
"""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from registers.administration.file_plan import FilePlan, Outcome, PlannedRow, PlanOutdated
from registers.administration.file_table import NO, TABLES, YES, FileTable, Unreadable, read_table
from registers.administration.posts import normalise_title
from registers.dates import years_later
from registers.history.seals import seals_of
from registers.imports.upload import read_sheets
from registers.models import AuditEntry, Directorate, Post
from registers.permissions import current_people

SALT = "registers.post-file"
ACCEPT, FORMATS = TABLES
REQUIRED = ("title",)
YEARS_BACK = 50
VACANT = {"vacant", "vacancy", "unfilled"}
HEADINGS = {
    "title": (
        "post title",
        "post",
        "job title",
        "position title",
        "position",
        "role title",
        "post name",
        "job",
        "role",
    ),
    "directorate": (
        "directorate",
        "department",
        "directorate department",
        "directorate name",
        "department name",
        "division",
        "service area",
        "service",
        "organisation unit",
        "org unit",
    ),
    "email": (
        "holder email",
        "holder e mail",
        "email",
        "e mail",
        "email address",
        "e mail address",
        "work email",
        "work email address",
        "post holder email",
    ),
    "holder": (
        "holder",
        "holder name",
        "post holder",
        "postholder",
        "post holder name",
        "employee name",
        "employee",
        "full name",
        "name",
        "incumbent",
    ),
    "interim": (
        "interim",
        "interim acting",
        "interim or acting",
        "acting",
        "is interim",
        "acting interim",
    ),
    "start": (
        "held since",
        "start date",
        "in post since",
        "position start date",
        "date started",
        "start",
        "since",
        "from",
    ),
    "vacant": ("vacant", "vacancy", "is vacant", "post status", "position status"),
    "vacant_since": ("vacant since", "vacant from", "vacancy date", "date vacant"),
}
LABELS = {
    "title": "Post title",
    "directorate": "Directorate",
    "email": "E-mail address of the holder",
    "holder": "Name of the holder, to recognise rows by",
    "interim": "Interim",
    "start": "Held since",
    "vacant": "Vacant",
    "vacant_since": "Vacant since",
}
INTERIM = {*YES, "interim", "acting", "acting up", "temporary", "secondment", "agency"}
PERMANENT = {*NO, "permanent", "substantive", "fixed term"}
IS_VACANT = {*YES, *VACANT}
IS_HELD = {*NO, "filled", "occupied", "held", "active"}


class _Records:
    """What is here, by what the file knows it by."""

    def __init__(self, organisation):
        self.posts: dict[str, list[Post]] = {}
        for post in organisation.posts.select_related("directorate", "holder"):
            self.posts.setdefault(normalise_title(post.title), []).append(post)
        self.directorates = {
            normalise_title(row.name): row.name for row in organisation.directorates.all()
        }
        self.people = {person.email: person for person in current_people(organisation)}


def read(name: str, content: bytes) -> FileTable:
    """The table of the file. Raises CannotRead."""
    return read_table(read_sheets(name, content), HEADINGS, REQUIRED)


def plan_posts(organisation, table: FileTable) -> FilePlan:
    """What the table would change. As many queries whatever its length."""
    records, today = _Records(organisation), timezone.localdate()
    plan = FilePlan([])
    unknown: dict[str, None] = {}
    parents: dict[str, str] = {}
    first_rows: dict[str, tuple[PlannedRow, dict]] = {}
    for row in table.rows:
        planned = PlannedRow(row.number, row.values.get("title", ""))
        plan.rows.append(planned)
        try:
            title, values = _read_row(row, table, today)
            if earlier := first_rows.get(normalise_title(title)):
                _compare_with_earlier(planned, values, *earlier)
                continue
            first_rows[normalise_title(title)] = (planned, values)
            _plan_row(planned, title, values, records, unknown)
            if values["directorate"] and planned.outcome in (Outcome.ADD, Outcome.CHANGE):
                name = normalise_title(values["directorate"])
                if name not in records.directorates:
                    parents.setdefault(name, values["directorate"])
                    planned.values["directorate"] = parents[name]
        except Unreadable as problem:
            planned.outcome, planned.reason = Outcome.UNREAD, str(problem)
    _refuse_contradictions(plan, first_rows)
    wanted = {row.values.get("directorate") for row in (*plan.added, *plan.changed)}
    plan.new_parents = {name: "" for name in parents.values() if name in wanted}
    titles = {normalise_title(row.name) for row in plan.rows}
    plan.missing = [
        post.title
        for title, posts in records.posts.items()
        for post in posts
        if title not in titles
    ]
    plan.unknown = list(unknown)
    return plan


def _read_row(row, table, today):
    """(title, what the row says of the post). Raises Unreadable."""
    title = row.text("title", "title")
    if not title:
        raise Unreadable("It has no post title.")
    if normalise_title(title) in VACANT:
        raise Unreadable("“Vacant” is not the title of a post.")
    email, name = row.email("email"), row.values.get("holder", "")
    is_vacant = row.flag("vacant", "vacant", IS_VACANT, IS_HELD) or {email, name.lower()} & VACANT
    if email in VACANT:
        email = ""
    if is_vacant and email:
        raise Unreadable("It is marked vacant and names a holder.")
    values = {
        "directorate": row.text("directorate", "directorate"),
        "email": email,
        "name": "" if name.lower() in VACANT else name,
        "is_vacant": bool(is_vacant),
        "interim": row.flag("interim", "interim", INTERIM, PERMANENT),
        "start": row.day("start", "start date"),
        "vacant_since": row.day("vacant_since", "day of the vacancy"),
    }
    for day in (values["start"], values["vacant_since"]):
        if day and day > today:
            on = date_format(day, "j F Y")
            raise Unreadable(f"It speaks of {on}. Import the file again from that day.")
        if day and day < years_later(today, -YEARS_BACK):
            raise Unreadable("Its date is more than 50 years ago. Check the year.")
    return title, values


def _compare_with_earlier(planned, values, first, first_values):
    if values == first_values:
        planned.note = f"It repeats row {first.number}."
    else:
        planned.outcome = Outcome.UNREAD
        planned.reason = f"It contradicts row {first.number}, which has the same post title."
        first_values["contradicted_by"] = planned.number


def _refuse_contradictions(plan, first_rows):
    """Of rows that contradict each other, the first is not right either."""
    for first, values in first_rows.values():
        if number := values.get("contradicted_by"):
            first.outcome, first.changes, first.values = Outcome.UNREAD, [], {}
            first.reason = f"Row {number} has the same post title and says something else."


def _plan_row(planned, title, values, records, unknown):
    posts = records.posts.get(normalise_title(title), [])
    if len(posts) > 1:
        raise Unreadable("Two posts here have this title. Rename one of them.")
    post = posts[0] if posts else Post(title=title)
    planned.key, planned.name = post.pk, post.title
    holder = _holder_of(values, post, records, planned, unknown)
    wanted = {
        "directorate": _directorate_of(values, post, records),
        "holder": holder,
        **_dates_of(values, post, holder),
    }
    current = {
        "directorate": post.directorate.name if post.directorate else "",
        "holder": post.holder,
        "is_interim": post.is_interim,
        "held_since": post.held_since,
        "vacant_since": post.vacant_since,
    }
    planned.changes = [
        (label, _in_words(current[name], name), _in_words(wanted[name], name))
        for name, label in FIELDS.items()
        if current[name] != wanted[name] or (name == "holder" and not posts)
    ]
    planned.values = {**wanted, "holder": holder and holder.pk}
    if not posts:
        planned.outcome = Outcome.ADD
    elif planned.changes:
        planned.outcome = Outcome.CHANGE


OF_HOLDER = ("is_interim", "held_since", "vacant_since")
FIELDS = {
    "directorate": "Directorate",
    "holder": "Holder",
    "is_interim": "Interim",
    "held_since": "Held since",
    "vacant_since": "Vacant since",
}


def _directorate_of(values, post, records):
    """The name of the one that the row asks for; without one, that of the post."""
    if values["directorate"]:
        return records.directorates.get(
            normalise_title(values["directorate"]), values["directorate"]
        )
    return post.directorate.name if post.directorate else ""


def _holder_of(values, post, records, planned, unknown):
    """Who holds the post after the row: whom it does not know, it leaves as they are."""
    if values["is_vacant"]:
        return None
    if holder := records.people.get(values["email"]):
        return holder
    if name := values["email"] or values["name"]:
        unknown[name] = None
        reason = (
            "no role in this organisation" if values["email"] else "no e-mail address in the file"
        )
        stays = "the holder stays" if post.holder else "the post is vacant"
        planned.note = f"{name} has {reason}, so {stays}."
    return post.holder


def _dates_of(values, post, holder):
    if holder is None:
        was_vacant = post.holder is None
        vacant_since = values["vacant_since"] if values["is_vacant"] else None
        former = post.vacant_since if was_vacant else None
        return {"is_interim": False, "held_since": None, "vacant_since": vacant_since or former}
    if holder.email != values["email"]:
        return {"is_interim": post.is_interim, "held_since": post.held_since, "vacant_since": None}
    is_same = post.holder == holder
    interim, start = values["interim"], values["start"]
    return {
        "is_interim": (is_same and post.is_interim) if interim is None else interim,
        "held_since": start or (post.held_since if is_same else None),
        "vacant_since": None,
    }


def _in_words(value, name):
    if name == "is_interim":
        return "yes" if value else "no"
    if name == "holder":
        return str(value) if value else "vacant"
    if hasattr(value, "isoformat"):
        return date_format(value, "j F Y")
    return str(value or "not recorded")


@transaction.atomic
def import_posts(organisation, table: FileTable, *, by, state: str) -> FilePlan:
    """Write what the table changes, in one transaction with an audit entry; return the plan.

    state: of the plan that the preview showed. Raises PlanOutdated where it is another by now.
    """
    organisation.lock_for_update()
    plan = plan_posts(organisation, table)
    if not plan.writes:
        return plan
    if plan.state != state:
        raise PlanOutdated
    added = [Directorate(organisation=organisation, name=name) for name in plan.new_parents]
    Directorate.objects.bulk_create(added)
    posts = _write_posts(organisation, plan)
    counts = Counter(row.outcome.value for row in plan.rows)
    AuditEntry.record(
        organisation=organisation,
        by=by,
        verb="posts.imported",
        subject=organisation,
        facts=dict(counts),
        text={"by": str(by)},
        seals=seals_of([*added, *posts]),
    )
    return plan


def _write_posts(organisation, plan):
    """Write the posts of a plan, all at once, and return them."""
    directorates = {row.name: row for row in organisation.directorates.all()}
    stored = organisation.posts.in_bulk([row.key for row in plan.changed])
    posts = []
    for row in (*plan.added, *plan.changed):
        post = stored.get(row.key) or Post(organisation=organisation, title=row.name)
        post.directorate = directorates.get(row.values["directorate"])
        post.holder_id = row.values["holder"]
        for name in OF_HOLDER:
            setattr(post, name, row.values[name])
        posts.append(post)
    Post.objects.bulk_create(post for post in posts if not post.pk)
    Post.objects.bulk_update(stored.values(), ["directorate", "holder", *OF_HOLDER], 500)
    return posts
