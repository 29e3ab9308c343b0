"""Warning signs beside a risk, and a reader's risks beside warning signs: what pages about
precedents show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Prefetch, prefetch_related_objects
from django.utils.functional import cached_property

from registers.models import CaseStudy, Citation, Position, Precedent
from registers.models.cases import cases_of
from registers.permissions import (
    VisibilityCutOff,
    defaults_to_agreed,
    mark_visibility,
    marks_across,
    marks_of,
    positions_across,
    registers_for,
)
from registers.phrases import a_number
from registers.precedents import Suggestion, suggest, words_of

NAMED = 3  # risks named beside a sign; the numbers beside them count all
READ = ("title", "cause", "event", "consequence")


def suggestions_for(typed: dict) -> list[Suggestion]:
    """What the words of a risk bring up (READ names them; others are left alone), each sign with
    its citations.
    """
    return _with_citations(suggest(words_of(**{name: typed.get(name) for name in READ})))


def suggestions_of(risk) -> list[Suggestion]:
    """The same for the words of a risk as they stand."""
    return suggestions_for({name: getattr(risk, name) for name in READ})


def _with_citations(found):
    citations = Prefetch("citations", Citation.objects.select_related("source"))
    prefetch_related_objects([one.sign for one in found], citations)
    return found


def signs_to_look_at(count: int) -> str:
    """How many there are, to begin a sentence: "Three signs seen elsewhere"."""
    return f"{a_number(count).capitalize()} sign{'s' if count > 1 else ''} seen elsewhere"


@dataclass(frozen=True)
class Standing:
    """The mark that stands on a sign beside a risk, and the earlier ones of that sign, latest
    first.
    """

    mark: Precedent
    earlier: list[Precedent]


def standing_of(risk, day) -> list[Standing]:
    """What officers made of signs beside a risk by that day, those found relevant first. As many
    queries whatever their number.
    """
    by_sign = {}
    for mark in risk.precedents.as_at(day).with_words().order_by("-effective_on", "-pk"):
        by_sign.setdefault(mark.sign_id, []).append(mark)
    return [
        Standing(latest, earlier)
        for latest, *earlier in sorted(by_sign.values(), key=lambda rows: _order(rows[0]))
    ]


def _order(mark):
    return list(Precedent.Mark).index(mark.mark), mark.sign.case.number, mark.sign_id


@dataclass(frozen=True)
class Elsewhere:
    """Where what a risk speaks of has happened. confirmed, others: marks that stand, relevant ones
    and the rest; cut: up to when they are shown to this reader, None where none is; cases: rows
    that show its main type.
    """

    confirmed: list[Precedent] = field(default_factory=list)
    others: list[Precedent] = field(default_factory=list)
    cut: VisibilityCutOff | None = None
    cases: object = ()


def elsewhere_of(reader, risk, position, day, known_by=None) -> Elsewhere:
    """For the risk's page, as read. position: None where the risk did not stand then."""
    if position is None:
        return Elsewhere()
    marks, cut = marks_of(reader, risk, day, known_by)
    found = sorted(marks.with_words(), key=_order)
    confirmed = [mark for mark in found if mark.mark == Precedent.Mark.RELEVANT]
    others = [mark for mark in found if mark.mark != Precedent.Mark.RELEVANT]
    return Elsewhere(confirmed, others, cut, cases_of(position.revision.primary_failure_type))


@dataclass(frozen=True)
class Listed:
    """How many risks of a register, and the address of the list that holds as many."""

    register: object
    count: int
    href: str


@dataclass(frozen=True)
class Marked:
    """The reader's risks that test a sign. risks: a few of them, the highest score first; lists:
    all, by register.
    """

    risks: list[Position]
    lists: list[Listed]


class ReadersRisks:
    """The risks that a reader sees today on every register of theirs, for a page of the library."""

    def __init__(self, reader, day):
        self.reader, self.day = reader, day
        self.registers = list(registers_for(reader))
        self.positions = positions_across(reader, self.registers, day).on_register()

    @cached_property
    def holds_back(self) -> bool:
        """Whether marks may be left out that bodies have not agreed yet."""
        cuts = mark_visibility(self.reader, self.registers, self.day).values()
        return any(cut is None or cut.agreement for cut in cuts)

    @cached_property
    def confirmed(self):
        """The marks that found a sign relevant."""
        return marks_across(self.reader, self.registers, self.day).confirmed()

    def marked(self, **signs):
        """Positions of the risks that test such signs: lookups on Precedent."""
        return self.positions.marked(self.confirmed.filter(**signs))

    def listed(self, positions, **asked) -> list[Listed]:
        """Those of these positions by register. asked: what narrows the list likewise. One query."""
        counted = positions.order_by().values_list("register").annotate(n=Count("pk"))
        return self._lists(dict(counted), asked)

    def _lists(self, counts, asked):
        found = [
            (register, counts[register.pk])
            for register in self.registers
            if counts.get(register.pk)
        ]
        return [
            Listed(register, count, self._address(register, asked)) for register, count in found
        ]

    def _address(self, register, asked):
        if defaults_to_agreed(self.reader, register):
            asked = asked | {"as_at": self.day.isoformat()}
        return f"{register.get_absolute_url()}?{urlencode(asked)}"

    def marked_of(self, case: CaseStudy) -> dict[str, Marked]:
        """code of a sign -> Marked, for the signs of a case that any risk tests. As many queries
        whatever they hold.
        """
        marks = self.confirmed.filter(sign__case=case)
        rows = self.positions.marked(marks).order_by("-score", "register", "number")
        standing = {
            risk: (pk, register)
            for pk, risk, register in rows.values_list("pk", "risk", "register")
        }
        by_sign = {}
        for code, risk in marks.order_by().values_list("sign__code", "risk"):
            if risk in standing:
                by_sign.setdefault(code, []).append(risk)
        places = {risk: place for place, risk in enumerate(standing)}
        by_sign = {code: sorted(risks, key=places.get) for code, risks in by_sign.items()}
        named = {standing[risk][0] for risks in by_sign.values() for risk in risks[:NAMED]}
        words = self.positions.headings_by_key(named) if named else {}
        return {code: self._marked(code, risks, standing, words) for code, risks in by_sign.items()}

    def _marked(self, code, risks, standing, words):
        counts = {}
        for risk in risks:
            register = standing[risk][1]
            counts[register] = counts.get(register, 0) + 1
        return Marked(
            [words[standing[risk][0]] for risk in risks[:NAMED]],
            self._lists(counts, {"sign": code}),
        )
