"""The sentences of papers: figures in, words out."""

from __future__ import annotations

import datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from registers.dates import instant_in_words
from registers.phrases.numbers import (
    figures,
    join_names,
    number_in_words,
    number_to_begin,
    times_in_words,
)

NOT_RECORDED = "Not recorded"
SOME = 20  # risks that a sentence names


def registers_label(count: int) -> str:
    return ngettext("Register", "Registers", count)


def position_sentence(day: datetime.date, registers: int = 1) -> str:
    sentence = ngettext(
        "This paper reports the risk register as it stood on %(day)s.",
        "This paper reports %(count)s risk registers as they stood on %(day)s.",
        registers,
    )
    return sentence % {"day": date_format(day, "j F Y"), "count": number_in_words(registers)}


def evidence_sentence(day: datetime.date, recorded_at: datetime.datetime) -> str:
    sentence = gettext(
        "Every figure comes from the register: its position on %(day)s, as recorded by %(instant)s."
    )
    return sentence % {
        "day": date_format(day, "j F Y"),
        "instant": instant_in_words(recorded_at),
    }


def agreed_sentence(agreement, total: int, above: int, bands: str) -> str:
    """What a body did with a position. total, above: its risks, and those above tolerance."""
    decision = gettext("%(body)s %(decision)s the position of %(day)s on %(met)s.") % {
        "body": agreement.body_in_sentence[0].upper() + agreement.body_in_sentence[1:],
        "decision": agreement.get_decision_display().lower(),
        "day": date_format(agreement.on, "j F Y"),
        "met": date_format(agreement.met_on, "j F Y"),
    }
    counts = ngettext(
        "The register had %(total)s risk then, %(above)s of them above tolerance (%(bands)s).",
        "The register had %(total)s risks then, %(above)s of them above tolerance (%(bands)s).",
        total,
    ) % {"total": figures(total), "above": number_in_words(above), "bands": bands}
    return f"{decision} {counts}"


def unrated_risks_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s risk has no residual rating.", "%(count)s risks have no residual rating.", count
    )
    return sentence % {"count": number_to_begin(count)}


def no_agreement_sentence(body: str) -> str:
    return gettext("No body has agreed a position of this register. %(body)s is the first.") % {
        "body": body
    }


def _join_some(names) -> str:
    """Up to twenty of them, and how many more there are."""
    more = [gettext("%(count)s more") % {"count": figures(len(names) - SOME)}]
    return join_names([*names[:SOME], *(more if len(names) > SOME else [])])


def hardest_sentence(references) -> str:
    """references: of the risks above tolerance whose impact falls on users of services first."""
    if not references:
        return gettext(
            "No risk above tolerance was rated by its impact on people who use services."
        )
    sentence = ngettext(
        "%(count)s risk above tolerance would fall on people who use services first: %(risks)s.",
        "%(count)s risks above tolerance would fall on people who use services first: %(risks)s.",
        len(references),
    )
    count = number_to_begin(len(references))
    return sentence % {"count": count, "risks": _join_some(references)}


def costs_sentence(costs) -> str:
    """costs: (reference, the estimated cost in words) of risks above tolerance."""
    if not costs:
        return gettext("No estimated cost is recorded for the risks above tolerance.")
    rows = [f"{reference} {cost}" for reference, cost in costs]
    sentence = gettext("Estimated costs, if these risks came true: %(costs)s.")
    return sentence % {"costs": _join_some(rows)}


def recommendation_sentence(body: str, day: datetime.date, registers: int = 1) -> str:
    sentence = ngettext(
        "%(body)s is asked to note the position of the register on %(day)s, and to say which risks "
        "it wants to look at next.",
        "%(body)s is asked to note the position of the registers on %(day)s, and to say which "
        "risks it wants to look at next.",
        registers,
    )
    return sentence % {"body": body, "day": date_format(day, "j F Y")}


def reason_sentence(body: str, registers: int = 1) -> str:
    sentence = ngettext(
        "%(body)s oversees this register.", "%(body)s reviews these registers.", registers
    )
    return sentence % {"body": body}


def assurance_sentence(count: int, total: int, words: str) -> str:
    """ "One of six risks above tolerance has no assurance." words: with their verb."""
    if total == 1:
        return gettext("The one risk above tolerance %(words)s.") % {"words": words}
    sentence = ngettext(
        "%(count)s of %(total)s risk above tolerance %(words)s.",
        "%(count)s of %(total)s risks above tolerance %(words)s.",
        total,
    )
    count_words, total_words = number_to_begin(count), number_in_words(total)
    return sentence % {"count": count_words, "total": total_words, "words": words}


def gaps_sentence(gaps, total: int) -> str:
    """gaps: (how many risks, what they lack: "with an overdue review")."""
    clauses = [f"{number_in_words(count)} {words}" for count, words in gaps]
    sentence = ngettext(
        "Gaps on a register of %(total)s risk: %(gaps)s.",
        "Gaps on a register of %(total)s risks: %(gaps)s.",
        total,
    )
    return sentence % {"total": figures(total), "gaps": join_names(clauses)}


def redated_sentence(count: int, undated: int) -> str:
    """count: open actions re-dated twice or more; undated: those without a day."""
    often = ngettext(
        "The due date of %(count)s open action changed twice or more.",
        "The due dates of %(count)s open actions changed twice or more.",
        count,
    )
    often %= {"count": number_in_words(count)}
    without = ngettext(
        "%(count)s open action has no due date.",
        "%(count)s open actions have no due date.",
        undated,
    )
    without %= {"count": number_to_begin(undated)}
    sentences = [*([often] if count else []), *([without] if undated else [])]
    return " ".join(sentences)


def changed_times(count: int) -> str:
    """ "Twice", "No" """
    return capfirst(times_in_words(count)) if count else gettext("No")


def unpublished_questions_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s further question was put for that meeting, without a published answer.",
        "%(count)s further questions were put for that meeting, without a published answer.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


def compared_sentence(risk: str, case: str) -> str:
    sentence = gettext("%(risk)s is compared with this case: %(case)s.")
    return sentence % {"risk": risk, "case": case}


def exempt_count_sentence(count: int, total: int) -> str:
    if total == 1:
        return gettext("The one risk on this register is exempt.")
    sentence = ngettext(
        "%(count)s of the %(total)s risks on this register is exempt.",
        "%(count)s of the %(total)s risks on this register are exempt.",
        count,
    )
    return sentence % {"count": number_to_begin(count), "total": figures(total)}


def long_paper_sentence(pages: int, limit: int) -> str:
    return ngettext(
        "This paper has about %(pages)s page. The limit is %(limit)s.",
        "This paper has about %(pages)s pages. The limit is %(limit)s.",
        pages,
    ) % {"pages": pages, "limit": limit}


def acronyms_sentence(acronyms) -> str:
    sentence = ngettext(
        "Spell this out when it first appears: %(acronyms)s.",
        "Spell these out when they first appear: %(acronyms)s.",
        len(acronyms),
    )
    return sentence % {"acronyms": join_names(acronyms)}
