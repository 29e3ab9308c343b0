"""The sentences of quarterly summaries and of extracts for the annual governance statement."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from registers.phrases.numbers import (
    figures,
    join_names,
    number_in_words,
    number_to_begin,
)

REFERENCES = 8  # references in a sentence


def _references(references: Sequence[str]) -> str:
    """ "CORP-001, CORP-002 and 12 more" """
    more = len(references) - REFERENCES
    if more <= 0:
        return join_names(references)
    return join_names(
        [*references[:REFERENCES], gettext("%(count)s more") % {"count": figures(more)}]
    )


def _of_risks(sentence, references):
    """sentence: of so many risks, with a place for their references; "" without any."""
    return sentence % {"risks": _references(references)} if references else ""


def no_actions_sentence(references: Sequence[str]) -> str:
    """references: of risks above tolerance that are to be treated, and have no open action."""
    sentence = ngettext(
        "%(risks)s is above tolerance and has no open action. What should be done about it?",
        "%(risks)s are above tolerance and have no open action. What should be done about them?",
        len(references),
    )
    return _of_risks(sentence, references)


def tolerated_sentence(references: Sequence[str]) -> str:
    """references: of risks above tolerance whose response is to tolerate."""
    sentence = ngettext(
        "%(risks)s is above tolerance, and the response is to tolerate it. Is that still right?",
        "%(risks)s are above tolerance, and the response is to tolerate them. Is that still right?",
        len(references),
    )
    return _of_risks(sentence, references)


def proposals_sentence(references: Sequence[str]) -> str:
    """references: of risks with a proposal to another register that waits."""
    sentence = ngettext(
        "It is proposed to move %(risks)s to another register. Should it move?",
        "It is proposed to move %(risks)s to another register. Should they move?",
        len(references),
    )
    return _of_risks(sentence, references)


def no_owner_sentence(references: Sequence[str]) -> str:
    sentence = ngettext(
        "%(risks)s has no owner. Which post owns it?",
        "%(risks)s have no owner. Which posts own them?",
        len(references),
    )
    return _of_risks(sentence, references)


def due_dates_sentence(late: int) -> str:
    """late: how many open actions are overdue; "" for none."""
    if not late:
        return ""
    sentence = ngettext(
        "%(count)s open action is overdue. Does its date still hold?",
        "%(count)s open actions are overdue. Do their dates still hold?",
        late,
    )
    return sentence % {"count": number_to_begin(late)}


def no_decision_sentence(body: str) -> str:
    sentence = gettext("The register leaves no decision open. %(body)s is asked to note it.")
    return sentence % {"body": body}


def overdue_reviews_sentence(count: int) -> str:
    if not count:
        return gettext("No review is overdue.")
    sentence = ngettext("%(count)s review is overdue.", "%(count)s reviews are overdue.", count)
    return sentence % {"count": number_to_begin(count)}


def further_posts_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s further post has something overdue.",
        "%(count)s further posts have something overdue.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


# The extract for the annual governance statement


def statement_sentence(year: str, *, is_council: bool) -> str:
    """What the extract is for. year: "2025/26"."""
    about = gettext(
        "This extract is for the annual governance statement of %(year)s: what the register "
        "recorded as issues, what was done about them in the year, and what remains."
    ) % {"year": year}
    framework = gettext(
        "The framework of the Chartered Institute of Public Finance and Accountancy (CIPFA) and "
        "Solace asks for these."
    )
    return f"{about} {framework}" if is_council else about


def significant_sentence(body: str) -> str:
    sentence = gettext(
        "%(body)s is asked to decide which of these issues are significant, and belong in the "
        "statement."
    )
    return sentence % {"body": body}


def year_sources_sentence(year: str) -> str:
    sentence = gettext(
        "The extract tells of %(year)s as the register recorded it. Other sources, such as the "
        "opinion of internal audit, are not in it."
    )
    return sentence % {"year": year}


def of_all_risks_sentence(total: int, words: str) -> str:
    """words: "two have no assurance"."""
    sentence = ngettext(
        "Of %(total)s risk on the register, %(words)s.",
        "Of %(total)s risks on the register, %(words)s.",
        total,
    )
    return sentence % {"total": figures(total), "words": words}


def weak_controls_sentence(count: int) -> str:
    if not count:
        return gettext("No control was judged not adequate or not effective.")
    sentence = ngettext(
        "%(count)s control was judged not adequate or not effective.",
        "%(count)s controls were judged not adequate or not effective.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


def actions_done_sentence(done: int, open_actions: int) -> str:
    """done: actions finished in the year. open_actions: at its end."""
    finished = ngettext(
        "%(count)s action was finished in the year.",
        "%(count)s actions were finished in the year.",
        done,
    ) % {"count": number_to_begin(done)}
    remaining = ngettext(
        "At its end %(count)s was open.", "At its end %(count)s were open.", open_actions
    ) % {"count": number_in_words(open_actions)}
    return f"{finished} {remaining}"
