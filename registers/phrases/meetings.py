"""What pages say of meetings."""

from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from registers.models.body import name_in_sentence
from registers.phrases.numbers import join_names, number_in_words, number_to_begin


def meetings_added(body, count):
    """ "Meeting of the Audit Committee added." body: its name."""
    words = ngettext("Meeting of %(body)s added.", "%(count)d meetings of %(body)s added.", count)
    return words % {"body": name_in_sentence(body), "count": count}


# The record of a meeting


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


# Questions that are put


def question_put_sentence(question) -> str:
    """To whom it goes, by when it is answered, and who reads it."""
    words = {
        "post": question.post.title,
        "day": date_format(question.answer_by, "j F Y"),
        "body": name_in_sentence(question.meeting.body.name),
    }
    if question.post.holder_id:
        answer = gettext("Question put. %(post)s is asked to answer it by %(day)s.")
    else:
        answer = gettext(
            "Question put. %(post)s is vacant, so a risk manager is asked to answer it by %(day)s."
        )
    if question.risk and question.risk.is_exempt:
        readers = gettext("Members of %(body)s and officers who may see the risk can read it.")
    else:
        readers = gettext("Members of %(body)s, officers and auditors can read it.")
    return f"{answer % words} {readers % words}"


# The mail before a meeting


def meeting_mail_subject(body: str, day) -> str:
    """ "Before your meeting: Audit Committee, 10 December 2026" """
    words = gettext("Before your meeting: %(body)s, %(day)s")
    return words % {"body": body, "day": date_format(day, "j F Y")}


def questions_before_sentence(total: int, unanswered: int, meeting) -> str:
    """ "Three questions were on the agenda of 12 October 2026. One is not answered yet." """
    sentence = ngettext(
        "%(n)s question was on the agenda of %(day)s.",
        "%(n)s questions were on the agenda of %(day)s.",
        total,
    ) % {"n": number_to_begin(total), "day": date_format(meeting.on, "j F Y")}
    if not unanswered:
        return sentence
    further = ngettext("%(n)s is not answered yet.", "%(n)s are not answered yet.", unanswered)
    return f"{sentence} {further % {'n': number_to_begin(unanswered)}}"


def meetings_in_words(count: int) -> str:
    """ "two meetings" """
    return ngettext("%(n)s meeting", "%(n)s meetings", count) % {"n": number_in_words(count)}


# A year of questions


def questions_of_year_in_words(counts: Mapping[str, int]) -> str:
    """ "Three questions: two answered, one not answered." counts: by state in words."""
    total = sum(counts.values())
    if not total:
        return ""
    sentence = ngettext("%(n)s question: %(states)s.", "%(n)s questions: %(states)s.", total)
    states = [f"{number_in_words(n)} {state.lower()}" for state, n in counts.items()]
    return sentence % {"n": number_to_begin(total), "states": ", ".join(states)}


def changes_since_in_words(
    before, current, *, actions: int, actions_done: int, controls: int
) -> str:
    """What was recorded of a risk: "It fell from Severe to High. Two actions were added."

    before, current: (label, rank and scheme of the band), None without a rating.
    """
    parts = [
        (actions, ngettext("%(n)s action was added", "%(n)s actions were added", actions)),
        (actions_done, ngettext("%(n)s was finished", "%(n)s were finished", actions_done)),
        (controls, ngettext("%(n)s control was added", "%(n)s controls were added", controls)),
    ]
    added = join_names([words % {"n": number_in_words(n)} for n, words in parts if n])
    added = capfirst(added) or gettext("No action or control was added")
    return f"{_rating_since(before, current)} {added}."


def _rating_since(before, current):
    if current is None:
        return gettext("It has no rating.")
    label, rank, scheme = current
    if before is None or before[2] != scheme:
        return gettext("It was rated %(band)s.") % {"band": label}
    if before[1] == rank:
        return gettext("It is still %(band)s.") % {"band": label}
    if before[1] > rank:
        sentence = gettext("It fell from %(before)s to %(band)s.")
    else:
        sentence = gettext("It rose from %(before)s to %(band)s.")
    return sentence % {"before": before[0], "band": label}
