"""What pages say of meetings."""

from django.utils.formats import date_format
from django.utils.translation import ngettext

from registers.models.body import name_in_sentence


def meetings_added(body, count):
    """ "Meeting of the Audit Committee added." body: its name."""
    words = ngettext("Meeting of %(body)s added.", "%(count)d meetings of %(body)s added.", count)
    return words % {"body": name_in_sentence(body), "count": count}


def approval_sentence(approval):
    """Whether minutes are approved. approval: a MinutesApproval, or None."""
    if approval is None:
        return "Draft. The next meeting decides whether to approve these minutes."
    day = date_format(approval.approving_meeting.on, "j F Y")
    correction = f" Corrected: {approval.correction}" if approval.correction else ""
    return f"Approved on {day}.{correction}"


def declaration_sentence(row):
    """ "Councillor A: other registrable interest. Item: The lease. Left the room." """
    if row.register:
        item = f"position of {row.register}"
    else:
        item = f"{row.risk.reference} {row.risk.title}" if row.risk else row.item
    parts = [f"{row.person}: {row.get_kind_display().lower()}.", f"Item: {item}."]
    parts += [row.interest] if row.interest else []
    parts.append("Left the room." if row.has_left_room else "Stayed in the room.")
    return " ".join(parts)


def resolution_sentence(row):
    """The words of a resolution, who moved it, and whether it was carried."""
    parts = [row.wording, "Carried." if row.is_carried else "Not carried."]
    if row.mover:
        seconder = f", seconded by {row.seconder}" if row.seconder else ""
        parts.append(f"Moved by {row.mover}{seconder}.")
    if row.ground:
        parts.append(f"Ground for excluding the public: {row.ground}.")
    return " ".join(parts)


def action_sentence(row):
    """ "Due 3 May 2027.", "Done on 3 May 2027.", "Cancelled." row: an ActionRow."""
    revision = row.revision
    if revision.done_on:
        return f"Done on {date_format(revision.done_on, 'j F Y')}."
    if row.is_open:
        due_on = revision.due_on
        return f"Due {date_format(due_on, 'j F Y')}." if due_on else "Open, no due date yet."
    return f"{revision.get_status_display()}."
