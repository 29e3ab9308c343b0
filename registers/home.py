"""The home page: a card for each register, what changed on those that the reader only reads, and
the latest changes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Count, F, Q, Value
from django.utils import timezone

from registers.dates import quarter_ends_before
from registers.models import (
    Agreement,
    Assessment,
    GatheredQuestion,
    MissingInformation,
    Register,
    RiskRevision,
)
from registers.permissions import Permission, PreviousMeeting, can_on, previous_meetings
from registers.phrases.dashboard import none_above_clause
from registers.phrases.register import news_sentence

CHANGES = 8
SPARE = 4  # read besides, for those that are left out
KNOWN_TODAY = (MissingInformation.VACANT_POST, MissingInformation.EARLIER_SCHEME)


@dataclass(frozen=True)
class RegisterCard:
    """A register in few numbers. rated: how many of the total the scheme in force rates, and of
    which alone can be said that they are above tolerance or not. gaps: (gap, how many risks), for
    each gap that there is.

    query_string: leads an address to the day that is counted, where it would show another.
    agreement: the one whose position is counted; today: the card of today beside it; changed: how
    many risks have another band today.
    """

    register: object
    total: int
    rated: int
    above_tolerance: int
    gaps: list[tuple[MissingInformation, int]]
    query_string: str = ""
    agreement: Agreement | None = None
    today: RegisterCard | None = None
    changed: int = 0

    @property
    def none_above(self):
        return none_above_clause(self.rated, self.total)


@dataclass(frozen=True)
class RegisterNews:
    """What changed on a register since the reader's body last met, for somebody who only reads it.

    meeting: that meeting; without one, since the last quarter end. new, moved, assessed: how
    many risks came onto it, changed band and were assessed since. questions: how many the person
    keeps, None for somebody who asks none.
    """

    register: object
    since: datetime.date
    meeting: PreviousMeeting | None
    new: int
    moved: int
    assessed: int
    questions: int | None

    @property
    def sentence(self):
        return news_sentence(self.new, self.moved, self.assessed)


@dataclass(frozen=True)
class Change:
    """One thing that was done to a risk. labels: of the fields that an edit changed, without
    related risks: those may be ones that the reader may not see.

    is_hidden: whether it changed those alone. is_current: whether the rating that was given became
    the current one. before: the current rating until then, if there was one.
    """

    revision: RiskRevision
    labels: list[str]
    is_hidden: bool
    is_current: bool
    before: Assessment | None

    @property
    def risk(self):
        return self.revision.risk

    @property
    def day(self):
        """On which it was recorded, in London."""
        return timezone.localdate(self.revision.recorded_at)

    @property
    def is_same_band(self):
        """Whether a new rating gave the band it had before, by the same scheme."""
        rating = self.revision.assessment
        return self.before and (self.before.band, self.before.scheme_id) == (
            rating.band,
            rating.scheme_id,
        )


def register_cards(registers, positions, day, tolerances, query_string=""):
    """One card a register, in the order given. positions: of all these, on the register that day.

    tolerances: key of each register -> its Tolerances. One query, and one where the statements of
    appetite were not read yet.
    """
    tolerance_by_register = {register.pk: tolerances[register.pk].on(day) for register in registers}
    is_split = any(tolerance.by_category for tolerance in tolerance_by_register.values())
    gaps = {gap.name: Count("pk", filter=gap.on(day)) for gap in MissingInformation}
    positions_by = positions.annotate(about=F("category") if is_split else Value("")).order_by()
    grouped = positions_by.values_list("register", "band", "scheme", "about").annotate(
        n=Count("pk"), **gaps
    )
    rows = {}
    for register, *row in grouped:
        rows.setdefault(register, []).append(row)
    return [
        _card(register, tolerance_by_register[register.pk], rows.get(register.pk, []), query_string)
        for register in registers
    ]


def agreed_cards(cards, agreements, positions, tolerances, changed):
    """The cards of today, with those of agreed registers as the reader's body was given them.

    agreements: key of a register -> the ReadersAgreement, of the registers that the reader sees as
    agreed; positions: on these registers, each as its agreement has them; changed: key of a
    register -> how many risks have another band today. One query, and one for the schemes of
    earlier days; none without agreements.
    """
    if not agreements:
        return cards
    gaps = {
        gap.name: Count("pk", filter=_gap_as_agreed(gap, agreements)) for gap in MissingInformation
    }
    rows = {}
    grouped = positions.order_by().values_list("register", "band", "scheme", "category")
    for register, *row in grouped.annotate(n=Count("pk"), **gaps):
        rows.setdefault(register, []).append(row)
    Register.all_as_rated_on([card.register for card in cards], timezone.localdate())
    agreed = {
        key: _agreed_card(readers.agreement, rows.get(key, []), tolerances[key])
        for key, readers in agreements.items()
    }
    return [
        replace(agreed[key], today=card, changed=changed.get(key, 0)) if key in agreed else card
        for card in cards
        for key in (card.register.pk,)
    ]


def _gap_as_agreed(gap, agreements):
    """The condition that a position lacks this on the data date of its register."""
    return reduce(
        or_,
        (Q(register=key) & gap.on(readers.agreement.on) for key, readers in agreements.items()),
    )


def _agreed_card(agreement, rows, tolerances):
    day, cut_off = agreement.on, agreement.recorded_by
    register = agreement.register.as_rated_on(day, cut_off)
    tolerance = tolerances.on(day, cut_off, register.scheme)
    return replace(_card(register, tolerance, rows, ""), agreement=agreement)


def _card(register, tolerance, rows, query_string):
    """rows: (band, scheme, category or "", how many risks, then how many of them have each gap)."""
    rated = [
        (band, category, n)
        for band, scheme, category, n, *_ in rows
        if band and scheme == register.scheme_id
    ]
    return RegisterCard(
        register,
        total=sum(n for _, _, _, n, *_ in rows),
        rated=sum(n for *_, n in rated),
        above_tolerance=sum(n for band, category, n in rated if tolerance.is_above(band, category)),
        gaps=[
            (gap, n)
            for place, gap in enumerate(MissingInformation, 4)
            if (n := sum(row[place] for row in rows))
        ],
        query_string=query_string,
    )


def gaps_of(positions, day, *, is_today=True):
    """(gap, how many risks) for each gap that there is. One query.

    positions: on the register that day. Of another day than today the gaps are left out that are
    known for today only: who holds a post, and which scheme is in force.
    """
    gaps = [gap for gap in MissingInformation if is_today or gap not in KNOWN_TODAY]
    counts = positions.order_by().aggregate(
        **{gap.name: Count("pk", filter=gap.on(day)) for gap in gaps}
    )
    return [(gap, counts[gap.name]) for gap in gaps if counts[gap.name]]


def register_news(user, registers, positions, day):
    """RegisterNews of each of these registers, in the order given. Three queries.

    positions: of these registers at least, on the register that day.
    """
    meetings = previous_meetings(user, registers, day)
    since = dict.fromkeys((row.pk for row in registers), quarter_ends_before(day, 1)[0])
    since |= {key: meeting.since for key, meeting in meetings.items()}
    counts = _counts_since(positions, since)
    rows = GatheredQuestion.objects.on_list().filter(by=user, register__in=registers)
    questions = dict(rows.order_by().values_list("register").annotate(n=Count("pk")))
    return [
        RegisterNews(
            register,
            since[register.pk],
            meetings.get(register.pk),
            *counts.get(register.pk, (0, 0, 0)),
            questions=questions.get(register.pk, 0)
            if can_on(user, Permission.ASK_QUESTION, register)
            else None,
        )
        for register in registers
    ]


def _counts_since(positions, since):
    """Register -> (how many are new, how many changed band, how many were assessed) since its day.

    since: {register: day}. One query.
    """

    def after(name):
        days = (Q(register=pk, **{f"{name}__gt": day}) for pk, day in since.items())
        return reduce(or_, days, Q(pk__in=()))

    rows = positions.filter(register__in=since).order_by().values_list("register")
    rows = rows.annotate(
        new=Count("pk", filter=after("risk__raised_on")),
        moved=Count("pk", filter=after("band_since") & ~Q(band_before="")),
        assessed=Count("pk", filter=after("current__effective_on")),
    )
    return {register: counts for register, *counts in rows}


def latest_changes(revisions):
    """The latest few of these revisions, newest recorded first; those of one instant by key.

    Without edits of related risks alone: history leaves out those of risks that a reader may not
    see, and this list those of all. One query for their keys, and those for their words and for
    what they changed.
    """
    latest = list(
        revisions.order_by("-recorded_at", "-pk").values_list("risk", "number")[: CHANGES + SPARE]
    )
    revisions_by_key = _with_previous(latest)
    judgements = (
        Assessment.objects.current()
        .filter(risk__in={risk for risk, _ in latest})
        .defer("rationale")
    )
    judged = {}
    for assessment in judgements.prefetch_related("scheme"):
        judged.setdefault(assessment.risk_id, []).append(assessment)
    changes = (
        _change(
            revisions_by_key[key],
            revisions_by_key.get((key[0], key[1] - 1)),
            judged.get(key[0], []),
        )
        for key in latest
    )
    return [change for change in changes if not change.is_hidden][:CHANGES]


def _with_previous(keys):
    """(risk, number) -> revision, for each of these keys and for the previous number."""
    wanted = (Q(risk=risk, number__in=(number - 1, number)) for risk, number in keys)
    words = ("by", "on_behalf_of", "owner", "primary_failure_type", "assessment")
    rows = (
        RiskRevision.objects.filter(reduce(or_, wanted, Q(pk__in=())))
        .select_related("risk__latest", *words)
        .defer(
            "risk__latest__cause",
            "risk__latest__event",
            "risk__latest__consequence",
            "risk__latest__notes",
            "assessment__rationale",
        )
        .prefetch_related(*RiskRevision.MANY, "assessment__scheme", "risk__register__organisation")
    )
    return {(revision.risk_id, revision.number): revision for revision in rows}


def _change(revision, earlier, judgements):
    """earlier: the revision before it, if any. judgements: our own current ratings of the risk, by
    the day they count from.
    """
    judgement, is_edit = revision.assessment, revision.what == RiskRevision.Event.EDITED
    is_ours = judgement in judgements
    before = [row for row in judgements if is_ours and row.pk < judgement.pk][-1:]
    changes = revision.changes_since(earlier) if is_edit and earlier else []
    labels = [change.label.lower() for change in changes if change.name != "related_risks"]
    return Change(
        revision,
        labels=labels,
        is_hidden=bool(changes) and not (labels or judgement or revision.review_id),
        before=before[0] if before else None,
        is_current=is_ours and all(row.effective_on <= judgement.effective_on for row in before),
    )
