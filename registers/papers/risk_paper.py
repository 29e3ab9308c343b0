"""The risk paper: its sections in plain sentences, whose numbers are the dashboard's.

A section is a function of Material that returns a Section. A part is built for one reader, so that
what they may not see is neither named nor counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.formats import date_format

from registers.agreements import agreement_cards
from registers.dashboard import Dashboard
from registers.dashboard.above_tolerance import AboveTolerance
from registers.dashboard.data import UNSCORED
from registers.dashboard.headline import Headline
from registers.dashboard.precedent_matches import PrecedentMatches
from registers.home import gaps_of
from registers.models import AdverseImpact, Agreement, Paper, PaperDraft, Register
from registers.models.body import name_in_sentence
from registers.papers.document import Paragraph, Section
from registers.papers.matrix import matrix_block
from registers.papers.position import paper_dashboard
from registers.papers.questions import questions_section
from registers.papers.risk_tables import (
    above_table,
    late_actions_table,
    moved_tables,
    read_rows,
    signs_table,
    stuck_table,
)
from registers.permissions import positions_for
from registers.phrases.papers import (
    NOT_RECORDED,
    agreed_sentence,
    assurance_sentence,
    compared_sentence,
    costs_sentence,
    evidence_sentence,
    gaps_sentence,
    hardest_sentence,
    no_agreement_sentence,
    position_sentence,
    reason_sentence,
    recommendation_sentence,
    redated_sentence,
    unrated_risks_sentence,
)

SERVICE = AdverseImpact.FallsOn.SERVICE


@dataclass(frozen=True)
class Material:
    """What a part is made of. reader: for whom. is_public: whether it is open to the public."""

    paper: Paper
    register: Register
    draft: PaperDraft
    reader: object
    is_public: bool

    @cached_property
    def dashboard(self) -> Dashboard:
        return paper_dashboard(self.register, self.reader, self.draft)

    @property
    def data(self):
        return self.dashboard.data

    @property
    def registers(self) -> int:
        """How many the paper covers."""
        return len(self.paper.register_keys)

    @property
    def body(self):
        """ "The Audit Committee", to begin a sentence with."""
        name = name_in_sentence(self.paper.meeting.body.name)
        return name[0].upper() + name[1:]

    @cached_property
    def above(self):
        """The risks above tolerance, the highest score first, with all that a paper says."""
        return read_rows(self.data, self.data.above.order_by("-score", "number"))


def materials_of(paper, draft, reader, *, is_public) -> list[Material]:
    """One for each register of the paper, in its order.

    With registers of their own, as their scheme becomes that of the draft's day.
    """
    rows = Register.objects.select_related("organisation", "scheme")
    registers = rows.in_bulk(paper.register_keys)
    return [
        Material(paper, registers[key], draft, reader, is_public) for key in paper.register_keys
    ]


def paragraphs(key, heading, **texts) -> Section:
    """A section of paragraphs: name -> text, "" for none."""
    rows = [Paragraph(f"{key}.{name}", text) for name, text in texts.items() if text]
    return Section(key, heading, tuple(rows))


def executive_summary(m):
    headline = m.dashboard.section(Headline)
    above, *further = headline.sentences
    names = ("stuck", "actions")
    unrated = m.data.current_by_band.get(UNSCORED[0])
    return paragraphs(
        "executive_summary",
        "Executive summary",
        about=position_sentence(m.draft.effective_on, m.registers),
        above=above,
        **dict(zip(names, further, strict=False)),
        unrated=unrated_risks_sentence(unrated) if unrated else "",
    )


def equalities(m):
    rows = m.data.above.filter(current__driver__falls_on=SERVICE).order_by("-score", "number")
    numbers = rows.values_list("number", flat=True)
    references = [m.data.register.reference(number) for number in numbers]
    return paragraphs(
        "equalities",
        "Equalities: who bears this hardest",
        hardest=hardest_sentence(references),
        assessment="No equality impact assessment is recorded.",
    )


def use_of_evidence(m):
    day, instant = m.draft.effective_on, m.draft.recorded_at
    return paragraphs(
        "use_of_evidence",
        "Use of evidence",
        source=evidence_sentence(day, instant),
    )


def budget(m):
    rows = m.data.above.filter(revision__estimated_cost__isnull=False)
    rows = rows.select_related("revision").order_by("-score", "number")
    costs = [
        (m.data.register.reference(row.number), row.revision.get_estimated_cost_display())
        for row in rows
    ]
    return paragraphs("budget", "Budget", costs=costs_sentence(costs))


def risk_assessment(m):
    text = "The whole paper is about risk. It changes no rating."
    return paragraphs("risk_assessment", "Risk assessment", whole=text)


def other_implications(m):
    return paragraphs("other_implications", "Other implications", none=f"{NOT_RECORDED}.")


def recommendation(m):
    text = recommendation_sentence(m.body, m.draft.effective_on, m.registers)
    return paragraphs("recommendation", "Recommendation", note=text)


def reasons(m):
    text = reason_sentence(m.body, m.registers)
    return paragraphs("reasons", "Reason for recommendation", oversees=text)


def appendices(m):
    return paragraphs("appendices", "Appendices", none="None.")


def background_papers(m):
    day = date_format(m.draft.effective_on, "j F Y")
    text = f"{m.register}, position on {day}."
    return paragraphs("background_papers", "Background papers", register=text)


def agreed_position(m):
    agreements = Agreement.objects.in_force().filter(
        register=m.register.pk, recorded_at__lte=m.draft.recorded_at, on__lte=m.draft.effective_on
    )
    of_body = agreements.filter(body=m.paper.meeting.body_id).first()
    agreement = of_body or agreements.first()
    if agreement is None:
        text = no_agreement_sentence(m.body)
    else:
        agreement.register = m.register
        positions = positions_for(m.reader, m.register, agreement.on, agreement.recorded_by)
        (card,) = agreement_cards(m.register, [(agreement, positions)])
        text = agreed_sentence(agreement, card.total, card.above_tolerance, card.words)
    return paragraphs("agreed_position", "The agreed position", agreed=text)


def movement(m):
    heading = f"What changed since {m.data.since_in_words}"
    moved = m.dashboard.moved
    rows = [Paragraph(f"movement.{n}", text) for n, text in enumerate(moved.sentences, 1)]
    return Section("movement", heading, (*rows, *moved_tables(m.dashboard)))


def matrix(m):
    return Section("matrix", "Likelihood and impact", (matrix_block(m.dashboard),))


def above_tolerance(m):
    text = m.dashboard.section(Headline).sentence
    blocks = [Paragraph("above_tolerance.count", text)]
    if m.above:
        blocks += above_table(m.above, m.data.above_count)
    return Section("above_tolerance", "Risks above tolerance", tuple(blocks))


def stuck(m):
    band = m.data.rules.bands[-1].label
    sentences = m.dashboard.section(Headline).sentences
    text = sentences[1] if len(sentences) > 1 else sentences[0]
    table = stuck_table(m.data)
    heading = f"Risks stuck at {band}"
    return Section("stuck", heading, (Paragraph("stuck.count", text), *table))


def overdue_actions(m):
    counts, key, heading = m.data.action_counts, "overdue_actions", "Overdue actions"
    dates = redated_sentence(counts.redated, counts.undated)
    texts = paragraphs(key, heading, count=counts.sentence, dates=dates)
    return replace(texts, blocks=(*texts.blocks, *late_actions_table(m.data)))


def assurance_gaps(m):
    key, heading, total = "assurance_gaps", "Assurance gaps", m.data.above_count
    if not total:
        return paragraphs(key, heading, none=m.dashboard.section(Headline).sentence)
    gaps = m.dashboard.section(AboveTolerance).assurance_gaps
    texts = {
        f"gap{n}": assurance_sentence(count, total, words)
        for n, (count, words, _) in enumerate(gaps, 1)
    }
    complete = "Every risk above tolerance has valid assurance from line 2, 3 or 4."
    return paragraphs(key, heading, **texts or {"none": complete})


def warning_signs(m):
    cases = m.dashboard.section(PrecedentMatches).cases
    text = "These warning signs from other cases are marked as relevant to our risks."
    if not cases:
        text = "No warning sign from another case is marked as relevant."
    blocks = (Paragraph("warning_signs.about", text), *signs_table(cases))
    return Section("warning_signs", "Warning signs from other cases", blocks)


def case(m):
    topic = m.dashboard.section(PrecedentMatches).to_discuss
    if topic is None:
        return paragraphs("case", "The case for this meeting", none="No case is chosen.")
    risk, tested = topic
    study = tested.sign.case
    return paragraphs(
        "case",
        f"The case for this meeting: {study.short_name}",
        risk=compared_sentence(risk.reference, study.name),
        story=study.in_short,
        question=f"Ask: {study.question}",
    )


def register_quality(m):
    gaps = gaps_of(m.data.rows.current, m.draft.effective_on, is_today=False)
    text = "No review is overdue, and every risk has a rating, an owner and a failure type."
    if gaps:
        text = gaps_sentence([(count, gap.label) for gap, count in gaps], m.data.total)
    return paragraphs("register_quality", "Quality of the register", gaps=text)


COVER = (
    *(executive_summary, equalities, use_of_evidence, budget, risk_assessment),
    *(other_implications, recommendation, reasons, appendices, background_papers),
)
BODY = (
    *(agreed_position, movement, matrix, above_tolerance, stuck, overdue_actions),
    *(assurance_gaps, warning_signs, case, questions_section, register_quality),
)
