"""Sentences about a register and its risks: actions, assurance, agreements, the worklist."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from registers.models import AssuranceLevel, ControlWeakness
from registers.phrases.numbers import (
    figures,
    join_names,
    join_with_or,
    number_in_words,
    number_to_begin,
    quarters_in_words,
    times_in_words,
)

# Actions


def open_actions_sentence(count: int, late: int) -> str:
    """Of one risk: "Three are open, one overdue.", "" where none is open."""
    if not count:
        return ""
    clause = ngettext("%(count)s is open", "%(count)s are open", count)
    if late:
        late_clause = ngettext("and overdue", "%(late)s overdue", count)
        clause = f"{clause}, {late_clause}"
    return f"{clause % {'count': number_to_begin(count), 'late': number_in_words(late)}}."


def action_counts_sentence(count: int, late: int, late_before: int) -> str:
    """Of a register: "Two of 9 open actions are overdue. One had its due date changed before."

    count: open actions. late_before: late ones that were re-dated before.
    """
    if not count:
        return gettext("No action is open.")
    if not late:
        sentence = ngettext(
            "One action is open. It is not overdue.",
            "None of %(count)s open actions is overdue.",
            count,
        )
        return sentence % {"count": count}
    if count == 1:
        if late_before:
            return gettext("One action is open. It is overdue. Its due date was changed before.")
        return gettext("One action is open. It is overdue.")
    clause = ngettext(
        "%(late)s of %(count)s open actions is overdue",
        "%(late)s of %(count)s open actions are overdue",
        late,
    ) % {"late": number_to_begin(late), "count": count}
    before = _re_dated_sentence(late, late_before)
    return f"{clause}. {before}" if before else f"{clause}."


def _re_dated_sentence(late: int, late_before: int) -> str:
    """How many of the late actions were re-dated before; "" where none was."""
    if late == 1:
        return gettext("Its due date was changed before.") if late_before else ""
    sentence = ngettext(
        "One had its due date changed before.",
        "%(count)s had their due date changed before.",
        late_before,
    )
    return sentence % {"count": number_to_begin(late_before)} if late_before else ""


def put_off_in_words(times: int, actions: int = 1) -> str:
    """ "due date changed twice", of several actions "due date of one changed twice", "" of none."""
    if not times:
        return ""
    clause = ngettext("due date changed %(times)s", "due date of one changed %(times)s", actions)
    return clause % {"times": times_in_words(times)}


def put_off_sentence(title: str, times: int) -> str:
    sentence = gettext("Due date of “%(title)s” changed %(times)s.")
    return sentence % {"title": title, "times": times_in_words(times)}


# What stands behind a risk


def state_in_words(state: AssuranceLevel | ControlWeakness, count: int) -> str:
    """How many risks are in a state, as a clause that follows "Of 35 risks"."""
    n = max(count, 1)  # "none" takes the singular
    if isinstance(state, AssuranceLevel):  # some members of the two classes are equal texts
        clauses = {
            AssuranceLevel.BEYOND: ngettext(
                "%(count)s has valid assurance from line 2, 3 or 4",
                "%(count)s have valid assurance from line 2, 3 or 4",
                n,
            ),
            AssuranceLevel.FIRST_LINE: ngettext(
                "%(count)s has assurance from line 1 only",
                "%(count)s have assurance from line 1 only",
                n,
            ),
            AssuranceLevel.EXPIRED: ngettext(
                "%(count)s has only expired assurance", "%(count)s have only expired assurance", n
            ),
            AssuranceLevel.NONE: ngettext(
                "%(count)s has no assurance", "%(count)s have no assurance", n
            ),
        }
    else:
        clauses = {
            ControlWeakness.NONE: ngettext(
                "%(count)s has no controls recorded", "%(count)s have no controls recorded", n
            ),
            ControlWeakness.UNTESTED: ngettext(
                "%(count)s has a control not tested in twelve months",
                "%(count)s have a control not tested in twelve months",
                n,
            ),
        }
    return clauses[state] % {"count": number_in_words(count)}


def assurance_gap_in_words(gap: AssuranceLevel, count: int) -> str:
    """What risks above tolerance lack, to follow "3 of 8"."""
    clauses = {
        AssuranceLevel.FIRST_LINE: ngettext(
            "has assurance from line 1 (management) only",
            "have assurance from line 1 (management) only",
            count,
        ),
        AssuranceLevel.EXPIRED: ngettext(
            "has only expired assurance", "have only expired assurance", count
        ),
        AssuranceLevel.NONE: ngettext("has no assurance", "have no assurance", count),
    }
    return clauses[gap]


# Agreements


def reported_in_words(agreement) -> str:
    """ "As reported to the Audit Committee: position at 23 September 2026" """
    words = gettext("As reported to %(body)s: position at %(day)s")
    if getattr(agreement, "supersession", None):
        words = gettext("As reported to %(body)s: position at %(day)s (superseded)")
    day = date_format(agreement.on, "j F Y")
    return words % {"body": agreement.body_in_sentence, "day": day}


def today_differs_in_words(
    band: str, since: datetime.date, *, is_off_register: bool, is_above: bool | None
) -> str:
    """ "Now Severe, since 14 October, above tolerance", of a risk that reads otherwise as agreed.

    band: its label, "" without a rating. is_above: None where the page does not say.
    """
    if is_off_register:
        return gettext("No longer on the register today")
    is_this_year = since.year == timezone.localdate().year
    day = date_format(since, "j F" if is_this_year else "j F Y")
    names = {"band": band, "day": day}
    if not band:
        return gettext("Not rated since %(day)s") % names
    if is_above is None:
        return gettext("Now %(band)s, since %(day)s") % names
    if is_above:
        return gettext("Now %(band)s, since %(day)s, above tolerance") % names
    return gettext("Now %(band)s, since %(day)s, within tolerance") % names


def days_old(days: int) -> str:
    """ "68 days ago" """
    clause = ngettext("%(count)s day ago", "%(count)s days ago", days)
    return clause % {"count": figures(days)} if days else gettext("today")


def changed_band_sentence(count: int) -> str:
    return f"{_changed_band(count)}."


def changes_sentence(changed: int, scored: int, rated_otherwise: int, new: int, left: int) -> str:
    """changed: risks in another band; scored: rated for the first time; left: closed.

    rated_otherwise: rated by another scheme, so that bands are not compared.
    """
    clauses = [
        (
            scored,
            ngettext(
                "%(count)s is rated for the first time",
                "%(count)s are rated for the first time",
                scored,
            ),
        ),
        (
            rated_otherwise,
            ngettext(
                "%(count)s is rated under another scheme",
                "%(count)s are rated under another scheme",
                rated_otherwise,
            ),
        ),
        (new, ngettext("%(count)s is new", "%(count)s are new", new)),
        (left, ngettext("%(count)s is closed", "%(count)s are closed", left)),
    ]
    words = [clause % {"count": number_in_words(n)} for n, clause in clauses if n]
    if changed or not rated_otherwise:
        words.insert(0, _changed_band(changed))
    return f"{capfirst(', '.join(words))}."


def _changed_band(count: int) -> str:
    if not count:
        return gettext("No risk has changed band since")
    clause = ngettext(
        "%(count)s risk has changed band since", "%(count)s risks have changed band since", count
    )
    return clause % {"count": number_to_begin(count)}


# The worklist, and questions for a meeting


def untested_sentence(untested: int, in_place: int, months: int) -> str:
    sentence = ngettext(
        "Not tested for %(months)s months: %(untested)s of %(count)s control.",
        "Not tested for %(months)s months: %(untested)s of %(count)s controls.",
        in_place,
    )
    return sentence % {"months": months, "untested": untested, "count": in_place}


def slippage_sentence(redated: int, past: int, count: int, times: int) -> str:
    """Of open actions, those re-dated so often and those past their first day; "" without any."""
    often = ngettext(
        "%(count)s with the due date changed %(times)s times or more",
        "%(count)s with the due date changed %(times)s times or more",
        redated,
    )
    late = ngettext("%(count)s past the first due date", "%(count)s past the first due date", past)
    clauses = [
        clause % {"count": n, "times": times} for n, clause in ((redated, often), (past, late)) if n
    ]
    if not clauses:
        return ""
    sentence = ngettext(
        "Of %(count)s open action: %(clauses)s.", "Of %(count)s open actions: %(clauses)s.", count
    )
    return sentence % {"count": count, "clauses": ", ".join(clauses)}


def undated_sentence(undated: int, count: int) -> str:
    sentence = ngettext(
        "No due date: %(undated)s of %(count)s open action.",
        "No due date: %(undated)s of %(count)s open actions.",
        count,
    )
    return sentence % {"undated": undated, "count": count}


def missing_part_sentence(parts: Sequence[str]) -> str:
    """parts: of a risk's statement, "cause" and so on."""
    return gettext("It has no %(parts)s.") % {"parts": join_with_or(parts)}


def worklist_sentence(count: int, risks: int) -> str:
    """ "Three data quality issues, on two risks." """
    if not count:
        return gettext("No data quality issues found.")
    on_risks = ngettext("on %(count)s risk", "on %(count)s risks", risks)
    things = ngettext("%(count)s data quality issue", "%(count)s data quality issues", count)
    words = things % {"count": number_to_begin(count)}
    return f"{words}, {on_risks % {'count': number_in_words(risks)}}."


def stuck_reason(band: str, quarter_ends: int) -> str:
    """ "Severe at the end of the last five quarters." """
    sentence = gettext("%(band)s at the end of the last %(quarters)s.")
    return sentence % {"band": band, "quarters": quarters_in_words(quarter_ends)}


def stuck_source(band: str, quarter_ends: int) -> str:
    return gettext("It is stuck: %(reason)s") % {"reason": stuck_reason(band, quarter_ends)}


def signs_to_look_at(count: int) -> str:
    words = ngettext(
        "Compare with %(count)s warning sign from other cases",
        "Compare with %(count)s warning signs from other cases",
        count,
    )
    return words % {"count": number_in_words(count)}


# Many risks at once


def reviewed_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s risk is reviewed today with no change.",
        "%(count)s risks are reviewed today with no change.",
        count,
    )
    return sentence % {"count": count}


def too_many_to_review(most: int, chosen: int) -> str:
    message = ngettext(
        "Select %(most)s risk or fewer: you have selected %(chosen)s",
        "Select %(most)s risks or fewer: you have selected %(chosen)s",
        most,
    )
    return message % {"most": most, "chosen": chosen}


def changed_risks_sentence(count: int) -> str:
    return ngettext("%(count)s risk is changed.", "%(count)s risks are changed.", count) % {
        "count": count
    }


def no_longer_to_change(count: int) -> str:
    """Of selected risks that were closed, or hidden from the reader, while a form was open."""
    words = ngettext(
        "%(count)s of the risks that you selected can no longer be changed. "
        "Check the rest and send the form again",
        "%(count)s of the risks that you selected can no longer be changed. "
        "Check the rest and send the form again",
        count,
    )
    return words % {"count": number_to_begin(count)}


def too_many_to_change(most: int, count: int) -> str:
    """Somebody selected more than may be changed at once. count: at least two."""
    words = gettext("You selected %(count)s risks. Change at most %(most)s at a time.")
    return words % {"count": count, "most": most}


def reassigned_sentence(count: int, post: str) -> str:
    sentence = ngettext(
        "%(count)s record reassigned. %(post)s owns it now.",
        "%(count)s records reassigned. %(post)s owns them now.",
        count,
    )
    return sentence % {"count": count, "post": post}


# Another version of the scheme


def to_re_assess_sentence(count: int, scheme: str) -> str:
    """Before the scheme in force gives way to another. count: the risks that it rated."""
    if not count:
        return gettext("No risk is rated under %(scheme)s.") % {"scheme": scheme}
    sentence = ngettext(
        "%(count)s risk is rated under %(scheme)s and will read “to re-assess”.",
        "%(count)s risks are rated under %(scheme)s and will read “to re-assess”.",
        count,
    )
    return sentence % {"count": number_to_begin(count), "scheme": scheme}


def earlier_scheme_sentence(count: int) -> str:
    """Of risks that read "to re-assess" already; "" for none."""
    if not count:
        return ""
    sentence = ngettext(
        "%(count)s more already reads “to re-assess”.",
        "%(count)s more already read “to re-assess”.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


def adopted_sentence(scheme: str, count: int) -> str:
    """count: the risks to re-assess."""
    if not count:
        clause = gettext("No risk needs a new assessment.")
    else:
        clause = ngettext(
            "%(count)s risk needs a new assessment.",
            "%(count)s risks need a new assessment.",
            count,
        ) % {"count": number_to_begin(count)}
    sentence = gettext("%(scheme)s is in force.") % {"scheme": scheme}
    return f"{sentence} {clause}"


def review_days_in_words(days: int) -> str:
    words = ngettext("within %(count)s day", "within %(count)s days", days)
    return words % {"count": days}


def matrix_in_words(likelihood: int, impact: int, moved: int | None = None) -> str:
    """likelihood, impact: how many levels. moved: pairs in another band; None: do not say."""
    size = gettext("%(likelihood)s by %(impact)s") % {"likelihood": likelihood, "impact": impact}
    if moved is None:
        return size
    clause = ngettext(
        "%(count)s pair of ratings in another band",
        "%(count)s pairs of ratings in another band",
        moved,
    )
    return f"{size}, {clause % {'count': number_in_words(moved)}}"


# When and why


def happened_sentence(day: datetime.date) -> str:
    return gettext("Materialised on %(day)s.") % {"day": date_format(day, "j F Y")}


def rose_sentence(band: str, since: str) -> str:
    """band: the one before, "" for a new risk. since: the day compared with, in words."""
    sentence = gettext("Up from %(band)s since %(day)s.") if band else gettext("New since %(day)s.")
    return sentence % {"band": band, "day": since}


def due_in_words(on: datetime.date, today: datetime.date) -> str:
    if on == today:
        words = gettext("Due today, %(day)s")
    else:
        words = gettext("Was due on %(day)s") if on < today else gettext("Due on %(day)s")
    return words % {"day": date_format(on, "j F Y")}


def missing_details_sentence(names: list[str]) -> str:
    """ "No owner and no failure type decided"."""
    missing = [gettext("no %(name)s") % {"name": name} for name in names]
    sentence = gettext("%(missing)s decided") % {"missing": join_names(missing)}
    return capfirst(sentence)


def proposed_sentence(is_up: bool, home: str, on: datetime.date) -> str:
    """Of an escalation that waits. home: the register of the risk."""
    if is_up:
        words = gettext("Proposed on %(day)s: escalate from %(home)s")
    else:
        words = gettext("Proposed on %(day)s: de-escalate to %(home)s")
    return words % {"day": date_format(on, "j F Y"), "home": home}


def news_sentence(new: int, moved: int, assessed: int) -> str:
    """ "2 new risks, 1 in another band, 5 assessed." of a register since a day."""
    clauses = []
    if new:
        clauses.append(ngettext("%(n)s new risk", "%(n)s new risks", new) % {"n": new})
    if moved:
        words = ngettext("%(n)s in another band", "%(n)s in another band", moved)
        clauses.append(words % {"n": moved})
    if assessed:
        clauses.append(ngettext("%(n)s assessed", "%(n)s assessed", assessed) % {"n": assessed})
    return f"{', '.join(clauses)}." if clauses else gettext("Nothing changed.")


def next_review_in_words(
    band: str, owner: str, on: datetime.date, after: datetime.date, today: datetime.date
) -> str:
    """band, owner: "" where there is none. on: its next review; after: the one after that."""
    if on < today:
        words = gettext("%(band)s. Review overdue since %(on)s. Next review after this: %(after)s.")
    else:
        words = gettext("%(band)s. Review due on %(on)s. Next review after this: %(after)s.")
    sentences = words % {
        "band": band or gettext("Not rated"),
        "on": date_format(on, "j F Y"),
        "after": date_format(after, "j F Y"),
    }
    return f"{sentences} {owner or gettext('No owner')}."


def proposal_in_words(register: str, *, is_up: bool) -> str:
    """Of an escalation."""
    words = (
        gettext("escalation to %(register)s proposed")
        if is_up
        else gettext("de-escalation from %(register)s proposed")
    )
    return words % {"register": register}


def decision_in_words(register: str, *, is_up: bool, is_approved: bool) -> str:
    """Of an escalation."""
    words = {
        (True, True): gettext("escalation to %(register)s approved"),
        (True, False): gettext("escalation to %(register)s refused"),
        (False, True): gettext("de-escalation from %(register)s approved"),
        (False, False): gettext("de-escalation from %(register)s refused"),
    }
    return words[is_up, is_approved] % {"register": register}
