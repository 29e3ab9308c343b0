"""Posts that rows name and the organisation has not got: they are added with the import, vacant."""

from registers.models import ImportedRow


def posts_to_add(posts, rows) -> list[str]:
    """The titles, each once, as the first row spells it. posts: a queryset; rows: staged, and to be
    taken in.
    """
    there = {title.casefold() for title in posts.values_list("title", flat=True)}
    found = {}
    for title in (title for row in rows for title in named_by(row)):
        if title.casefold() not in there:
            found.setdefault(title.casefold(), title)
    return list(found.values())


def named_by(row) -> list[str]:
    """The posts that would own something by what is new in this row."""
    held, owner = row.reads["held"], row.reads["values"].get("owner")
    is_owner_new = row.outcome == ImportedRow.Outcome.NEW or any(
        name == "owner" for name, _, _ in held["changes"]
    )
    actions = [action["owner"] for action in held["actions"] if action["owner"]]
    return [owner, *actions] if owner and is_owner_new else actions
