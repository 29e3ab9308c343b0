"""One risk on one page of A4: a Document of what the risk's own page shows.

Where its texts or lists are long, they are cut until the page holds them, and it says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import date_format
from django.utils.text import Truncator

from registers.actions import post_name
from registers.models import Answer, Question, Risk
from registers.papers.document import Block, Document, Layout, Paragraph, Section, Table
from registers.papers.page_fit import fits_one_page
from registers.papers.parts import DRAFT
from registers.papers.risk_paper import paragraphs
from registers.papers.risk_tables import rating_in_words, short_day
from registers.permissions import put_questions_for
from registers.phrases.files import name_in_files
from registers.phrases.papers import NOT_RECORDED
from registers.phrases.risk_one_page import (
    EXEMPT,
    SHORTENED,
    further_actions_sentence,
    further_controls_sentence,
    further_questions_sentence,
    on_day,
    opinion_in_words,
    tolerance_sentence,
)
from registers.risk_page.page import latest_ratings


@dataclass(frozen=True)
class Fit:
    """How much a page holds. text: characters of a text. rows: of each table."""

    text: int
    rows: int

    def cut(self, text: str, share: float = 1) -> str:
        """As one line, of that share of the characters at most."""
        return Truncator(" ".join(text.split())).chars(max(60, round(self.text * share)))


UNCUT = Fit(100_000, 10_000)
# Rows go first: what could happen matters more than the fifth action.
FITS = tuple(
    Fit(*fit)
    for fit in (
        *((900, 9), (900, 6), (700, 5), (600, 4), (500, 3), (420, 3), (360, 3), (300, 3)),
        *((300, 2), (240, 2), (200, 2), (160, 2), (160, 1), (120, 1), (90, 1), (60, 1)),
    )
)


@dataclass(frozen=True)
class OnePageRisk:
    """A risk as its reader sees it. shown: of risk_page.page.risk_page_context, with a position.

    questions: put about it, the latest meeting first, each with its latest published answer.
    """

    risk: Risk
    as_of: Any
    shown: dict[str, Any]
    questions: list[tuple[Question, Answer | None]]

    @classmethod
    def of(cls, reader, risk, as_of, shown) -> OnePageRisk:
        """Two queries."""
        rows = put_questions_for(reader, risk.register.organisation).filter(risk=risk)
        rows = rows.as_at(as_of.day, as_of.recorded_by).select_related("meeting__body", "post")
        questions = list(rows.order_by("-meeting__on", "-pk"))
        answers = Answer.objects.as_at(as_of.day, as_of.recorded_by)
        answers = answers.filter(is_published=True, question__in=questions).order_by("pk")
        latest = {answer.question_id: answer for answer in answers}
        return cls(risk, as_of, shown, [(row, latest.get(row.pk)) for row in questions])

    @property
    def words(self):
        return self.shown["position"].revision

    @property
    def document(self) -> Document:
        """The fullest that fits one page, and if any is cut with a sentence that says so."""
        uncut = self._document(UNCUT)
        if fits_one_page(uncut):
            return uncut
        note = Paragraph("questions.shortened", str(SHORTENED))
        for fit in FITS:
            cut = self._document(fit)
            last = cut.sections[-1]
            last = replace(last, blocks=(*last.blocks, note))
            cut = replace(cut, sections=(*cut.sections[:-1], last))
            if fits_one_page(cut):
                break
        return cut

    def _document(self, fit: Fit) -> Document:
        title = f"{self.risk.reference} {fit.cut(self.words.title, 0.4)}"
        sections = (_ratings, _controls, _actions, _questions)
        rows = tuple(section(self, fit) for section in sections)
        return Document(title, _front(self, fit), rows, mark=_mark(self), layout=Layout.COMPACT)


def _mark(page):
    marks = [str(EXEMPT)] if page.risk.is_exempt else []
    if page.words.status == Risk.Status.DRAFT:
        marks.append(DRAFT)
    return ". ".join(marks)


def _front(page, fit):
    register, words = page.risk.register, page.words
    organisation, day = register.organisation, date_format(page.as_of.day, "j F Y")
    texts = {"Event": words.event, "Cause": words.cause, "Consequence": words.consequence}
    lines = {name: fit.cut(text) or NOT_RECORDED for name, text in texts.items()}
    lines |= {
        "Rating": _rating(page),
        "Owner": _post(words.owner),
        "Response": words.get_response_display() or "Not decided yet",
        "Next review": _review(page),
    }
    return {
        "authority": ("Authority", name_in_files(organisation)),
        "committee": ("Register", f"{register}, {day}. {words.get_status_display()}"),
        **{name.lower(): (name, text) for name, text in lines.items()},
    }


def _rating(page):
    current = page.shown["position"].current
    if current is None:
        return "Not rated yet"
    return f"{rating_in_words(current)}. {tolerance_sentence(page.shown['tolerance'])}"


def _review(page):
    on = page.shown["position"].next_review_on
    return date_format(on, "j F Y") if on else "No date"


def _post(owner):
    return post_name(owner and owner.pk, owner and owner.title, owner and owner.holder_id)


def _ratings(page, fit):
    """Each rating on the day compared with and on the day read, and how the band went."""
    key, heading = "ratings", "Ratings"
    latest, since = page.shown["ratings"], page.as_of.since
    if not page.shown["assessments"]:
        return paragraphs(key, heading, none="No rating yet.")
    before = latest_ratings(row for row in page.shown["assessments"] if row.effective_on <= since)
    kinds = (("Inherent", "inherent"), ("Residual", "current"), ("Target", "target"))
    rows = tuple(
        (label, *(rating_in_words(getattr(ratings, name)) for ratings in (before, latest)))
        for label, name in kinds
    )
    headings = ("Rating", on_day(since), on_day(page.as_of.day))
    blocks: list[Block] = [_table(f"{key}.both", "Ratings on the two days", headings, rows)]
    if page.shown["sparkline"].words:
        words = f"{page.shown['sparkline'].words}."
        blocks.append(Paragraph(f"{key}.history", f"Band over time: {words}"))
    blocks += [
        Paragraph(f"{key}.independent{n}", row.comparison)
        for n, row in enumerate(latest.independent, 1)
    ]
    return Section(key, heading, tuple(blocks))


def _controls(page, fit):
    key, heading = "controls", "Controls and assurance"
    controls = page.shown["controls"]
    blocks: list[Block] = []
    if rows := controls.in_place[: fit.rows]:
        table = tuple(_control_row(row.revision, fit) for row in rows)
        headings = ("Control and owner", "Design", "Operating effectiveness", "Last tested")
        blocks.append(_table(f"{key}.in_place", "Controls in place", headings, table))
    else:
        blocks.append(Paragraph(f"{key}.none", "No controls recorded."))
    if further := len(controls.in_place) - len(rows):
        blocks.append(Paragraph(f"{key}.further", further_controls_sentence(further)))
    if controls.is_assured:
        headings = tuple(cell.line.label for cell, _ in controls.lines)
        opinions = tuple(opinion_in_words(cell) for cell, _ in controls.lines)
        headings, opinions = ("Assurance", *headings), ("Latest opinion", *opinions)
        blocks.append(_table(f"{key}.assurance", "Assurance by line", headings, (opinions,)))
    else:
        blocks.append(Paragraph(f"{key}.no_assurance", "No assurance recorded."))
    return Section(key, heading, tuple(blocks))


def _table(key, caption, headings, rows):
    """Its section's heading says what it is."""
    return Table(key, caption, headings, rows, is_captioned=False)


def _control_row(control, fit):
    tested = control.last_tested_on
    return (
        f"{fit.cut(control.title, 0.4)}\nOwner: {_post(control.owner)}",
        control.get_design_display() or "Not assessed yet",
        control.get_operating_display() or "Not assessed yet",
        short_day(tested) if tested else "Never",
    )


def _actions(page, fit):
    key, heading = "actions", "Actions"
    actions = page.shown["actions"]
    blocks: list[Block] = [Paragraph(f"{key}.count", _count(actions))]
    if rows := actions.open[: fit.rows]:
        table = tuple(_action_row(row, fit) for row in rows)
        headings = ("Open action", "Owner", "Due", "First due")
        blocks.append(_table(f"{key}.open", "Open actions", headings, table))
    if further := len(actions.open) - len(rows):
        blocks.append(Paragraph(f"{key}.further", further_actions_sentence(further)))
    return Section(key, heading, tuple(blocks))


def _count(actions):
    return actions.sentence if actions.open or actions.done else "No actions recorded."


def _action_row(row, fit):
    revision = row.revision
    due = short_day(revision.due_on)
    return (
        fit.cut(revision.title, 0.4),
        _post(revision.owner),
        f"{due}\nOverdue" if row.is_late else due,
        short_day(row.original_due_on) if row.original_due_on else "No date",
    )


def _questions(page, fit):
    key, heading = "questions", "Questions asked about it"
    if not page.questions:
        return paragraphs(key, heading, none="No question was put about this risk.")
    shown = page.questions[: (fit.rows + 1) // 2]
    rows = tuple(
        (
            fit.cut(question.wording, 0.7),
            f"{question.meeting.body}, {short_day(question.meeting.on)}",
            fit.cut(answer.wording, 0.7) if answer else "No published answer",
        )
        for question, answer in shown
    )
    headings = ("Question", "Meeting", "Answer")
    blocks: list[Block] = [_table(f"{key}.put", "Questions and answers", headings, rows)]
    if further := len(page.questions) - len(shown):
        blocks.append(Paragraph(f"{key}.further", further_questions_sentence(further)))
    return Section(key, heading, tuple(blocks))
