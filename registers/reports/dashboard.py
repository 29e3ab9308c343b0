"""What the committee opens: counts by band and what moved, the matrix, and two charts with their tables."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import date_format

from registers.models import FailureType
from registers.reports import frames
from registers.reports.blind_spots import blind_spots
from registers.reports.chart import Cell, Chart, Table
from registers.reports.counted import Counted, judged_alike
from registers.reports.figures import stacked_bars
from registers.reports.first_look import FirstLook
from registers.reports.headline import Above, above_said, came_and_went_said, nothing_said, stuck_said
from registers.reports.kinds import Kinds
from registers.reports.links import Links
from registers.reports.matrix import matrix_of
from registers.reports.more_detail import MoreDetail
from registers.reports.moves import moves_of
from registers.reports.seen_elsewhere import SeenElsewhere
from registers.reports.standing_above import StandingAbove
from registers.reports.wording import a_number, above_in_words, course_of_a_count, tolerated_in_words
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS

# Risks without a band of the scheme in force: key in a frame, word, and what the list's address calls them.
UNSCORED = (frames.UNSCORED, "Not scored", NOT_SCORED)
OTHER_SCHEME = (frames.OTHER_SCHEME, "To re-assess", TO_RE_ASSESS)


@dataclass(frozen=True)
class BandCount:
    """band is None for risks that are not scored."""

    label: str
    band: object
    count: int
    before: int
    href: str
    href_before: str

    @property
    def change(self):
        return self.count - self.before

    @property
    def fewer(self):
        return -self.change


class Dashboard:
    """Everything the dashboard page says. now, then: positions as at the two days, or now as agreed; course: all live
    positions; days: those to count bands on, oldest first, at last the day of now; reading: the day, the day compared
    with; tolerances: what is let stand, on any day; marks: confirmed ones that the reader is shown; narrowing: what all
    of it is narrowed by; known: what an agreement knew otherwise of the days until then
    (permissions.known_otherwise_for). Reads on first use.

    As agreed, all of it is as known by the agreement: nothing recorded afterwards moves a figure. A day compared with
    that lies after the agreement's is as known now."""

    def __init__(self, register, *, now, then, course, days, reading, tolerances, narrowing, marks=None, known=()):
        self.register = register
        self.reading = reading
        self.days = days
        self.rules = register.scheme.rules
        self._narrowing = narrowing
        self._whole = Counted.read(now=now, then=then, course=course, known=known, reading=reading)
        self._rows = self._whole.narrowed(narrowing, reading) if narrowing.said else self._whole
        self._scheme = register.scheme.pk
        self._tolerances = tolerances
        self._links = Links(register, reading, narrowing.asked, narrowing.asked_beside)
        self.href = self._links.risks
        self.elsewhere = SeenElsewhere(marks, self._rows.now, self.href)

    @cached_property
    def tolerance(self):
        """As read: that of the day, or as it was known by an agreement."""
        return self._tolerances.on(self.reading.day, self.reading.known_by)

    @cached_property
    def tolerance_then(self):
        return self._tolerances.on(self.reading.since, self.reading.since_is_known_by)

    @cached_property
    def _over_days(self):
        """The tolerance of each day that bands are counted on."""
        return [self._tolerances.on(day, self.reading.known_by) for day in self.days]

    @cached_property
    def _split(self):
        """How rows are read: by category only where what is let stand differs by it, which few organisations say."""
        every = (self.tolerance, self.tolerance_then, *self._over_days)
        return {"by_category": any(tolerance.own for tolerance in every)}

    @cached_property
    def now(self):
        return frames.standing_frame(self._rows.now, self._scheme, **self._split)

    @cached_property
    def then(self):
        return frames.standing_frame(self._rows.then, self._scheme, **self._split, also=self._rows.known_then)

    @cached_property
    def _whole_now(self):
        return frames.standing_frame(self._whole.now, self._scheme)

    @property
    def whole_total(self):
        """How many there are where the page is not narrowed."""
        return len(self._whole_now if self._narrowing.said else self.now)

    @cached_property
    def alike(self):
        return frames.position_frame(self._rows.now, self._scheme)

    @property
    def total(self):
        return len(self.now)

    @cached_property
    def course(self):
        return frames.course_frame(self._rows.course, self._scheme, **self._split, also=self._rows.known)

    @cached_property
    def groups(self):
        """What risks are counted by, lowest band first: (key in a frame, word, name in an address). Ratings by another
        scheme are a group of their own, where there are any."""
        bands = [(band.slug, band.label, band.slug) for band in self.rules.bands]
        seen = {band for frame in (self.now, self.then, self.course) for band in frame["band"].unique()}
        return [*bands, UNSCORED, *([OTHER_SCHEME] if frames.OTHER_SCHEME in seen else [])]

    @cached_property
    def _alike(self):
        return judged_alike(self._rows.now, by_category=bool(self.tolerance.own))

    @cached_property
    def more_detail(self):
        return MoreDetail(self._alike, self.register, self.tolerance, self.href, self._links.risk, self._named)

    @property
    def ways(self):
        return Kinds(self._rows.now, self._alike, self.groups, self._scheme, self.href).ways

    def _named(self, numbers):
        return {position.number: position for position in self._rows.now.filter(number__in=numbers).with_headings()}

    @property
    def _keys(self):
        return [key for key, *_ in self.groups]

    @property
    def _labels(self):
        return [label for _, label, _ in self.groups]

    @cached_property
    def bands(self):
        """Highest band first, then those without one."""
        count, before = (frames.band_counts(frame["band"], self._keys) for frame in (self.now, self.then))
        known = {band.slug: band for band in self.rules.bands}
        size = len(known)
        return [
            BandCount(
                label,
                known.get(key),
                count[key],
                before[key],
                self.href(band=name),
                self.href(self.reading.since, band=name),
            )
            for key, label, name in [*self.groups[:size][::-1], *self.groups[size:]]
        ]

    @property
    def tolerated(self):
        return tolerated_in_words(self.tolerance)

    @cached_property
    def above_tolerance(self):
        """(now, then): how many risks stand in a band above what was tolerated for their category on that day."""
        both = (self.now, self.tolerance), (self.then, self.tolerance_then)
        return tuple(int(frames.is_above(frame, tolerance).sum()) for frame, tolerance in both)

    @property
    def above_href(self):
        return self.href(band=ABOVE_TOLERANCE)

    @cached_property
    def first_look(self):
        moved = {"reading": self.reading, "tolerance": self.tolerance, "moved": self._moved}
        return FirstLook(self.register, now=self._rows.now, **moved)

    @property
    def sentences(self):
        """Three at most: what is above tolerance, what has not come down, what is late."""
        if not self.total:
            return [nothing_said(self.whole_total)]
        now, then = self.above_tolerance
        reading, top = self.reading, self.rules.bands[-1]
        above = Above(
            now, self.total, above_in_words(self.tolerance), then if reading.compares else None, reading.since
        )
        stuck = [(self.register.reference(number), ends) for _, number, ends in self.first_look.stuck]
        rated = next(row.count for row in self.bands if row.band == top)
        return [above_said(above), stuck_said(top.label, stuck, rated), self.first_look.actions.sentence]

    @cached_property
    def standing_above(self):
        above = self._rows.now.above_tolerance(self.register.scheme, self.tolerance)
        return StandingAbove(above, self.reading, self.href)

    @cached_property
    def blind_spots(self):
        return blind_spots(self._rows.now, self.reading.day)

    @property
    def is_of_some_kinds(self):
        """Whether it is narrowed by what blind spots are looked for in, or to a band: all others would be blind."""
        return bool({"failure_type", "adverse_impact", "band"} & self._narrowing.said.keys())

    @property
    def stuck_href(self):
        return self.href(stuck="yes")

    @property
    def late_href(self):
        return self._links.actions("late")

    @property
    def redated_href(self):
        return self._links.actions("redated")

    @property
    def undated_href(self):
        return self._links.actions("undated")

    @property
    def moved_sentences(self):
        """What has changed since the day compared with; and what cannot have, for want of a rating by this scheme."""
        since = date_format(self.reading.since, "j F Y")
        found = []
        if self.tolerance != self.tolerance_then:
            found.append(f"What is tolerated was another then: above it was {above_in_words(self.tolerance_then)}.")
        counts = {move.kind: move.count for move in self.moves}
        said_of = [
            (frames.NEW, "new"),
            (frames.UP, "up a band or more"),
            (frames.DOWN, "down"),
            *([(frames.SCORED, "rated for the first time")] if counts[frames.SCORED] else []),
            (frames.LEFT, "closed or taken off"),
            (frames.UNCHANGED, "unchanged"),
        ]
        found.append(f"Since {since}: {', '.join(f'{a_number(counts[kind])} {words}' for kind, words in said_of)}.")
        return [*found, *self._came_and_went]

    @property
    def _came_and_went(self):
        """Of a narrowed page: those that fit on one of the two days alone and were on the register on both."""
        if not self._narrowing.said:
            return []
        moved = self._moved
        both = set(moved.loc[~moved["move"].isin((frames.NEW, frames.LEFT)), "risk_id"])
        now, then = set(self.now["risk_id"]), set(self.then["risk_id"])
        return came_and_went_said(len(both - then), len(both - now))

    @property
    def unrated_sentences(self):
        found, counted = [], {row.label: row.count for row in self.bands}
        for label, said in ((UNSCORED[1], "no current rating"), (OTHER_SCHEME[1], "to be re-assessed by this scheme")):
            if n := counted.get(label):
                found.append(f"{a_number(n).capitalize()} {'has' if n == 1 else 'have'} {said}.")
        return found

    @cached_property
    def _moved(self):
        """Of a narrowed page: what those that fit on either day did on the register, whether they fit on both."""
        if not self._narrowing.said:
            return frames.movement(self.now, self.then, self.rules.ranks)
        then = frames.standing_frame(self._whole.then, self._scheme, also=self._whole.known_then)
        moved = frames.movement(self._whole_now, then, self.rules.ranks)
        return moved.loc[moved["risk_id"].isin({*self.now["risk_id"], *self.then["risk_id"]})]

    @cached_property
    def moves(self):
        return moves_of(self._moved, self.rules, self._whole.known_then, (self.reading.day, self.reading.known_by))

    @cached_property
    def matrix(self):
        before = frames.cell_counts(self.alike_then) if self.reading.compares else None
        return matrix_of(self.rules, self.tolerance, frames.cell_counts(self.alike), before, self.href)

    @cached_property
    def alike_then(self):
        return frames.position_frame(self._rows.then, self._scheme, also=self._rows.known_then)

    @cached_property
    def by_type(self):
        types = [*FailureType.objects.values_list("pk", "slug", "name"), (0, "not-decided", "Not decided yet")]
        table = frames.type_by_band(self.alike, [pk for pk, *_ in types], self._keys)
        rows = [
            [Cell(name, self.href(main_type=slug)), *self._cells(table.loc[pk], main_type=slug)]
            for pk, slug, name in types
        ]
        totals = table.sum(axis=1)
        largest = max(totals)
        most = [name for pk, _, name in types if totals[pk] == largest and largest]
        none = [name for pk, _, name in types if pk and not totals[pk]]
        commonest = f"The most common type{'s are' if len(most) > 1 else ' is'} {' and '.join(most)}"
        summary = f"{commonest}: {largest} of {self.total}{' each' if len(most) > 1 else ''}." if most else "No risks."
        if most and none:
            summary += f" Nothing is recorded as {' or '.join(none)}."
        figure = stacked_bars(
            table, [name for *_, name in types], self._labels, bands=len(self.rules.bands), sideways=True
        )
        return Chart("by-type", "Risks by failure type", summary, figure, Table(["Failure type", *self._labels], rows))

    @cached_property
    def over_time(self):
        counted = self.course, self.days
        if self._narrowing.by_the_day:
            table = frames.counts_above_on(*counted, self._over_days, self._keys)
        else:
            table = frames.counts_on(*counted, self._keys)
        table.iloc[-1] = frames.band_counts(self.now["band"], self._keys)  # what was agreed may be other than is known
        names = [date_format(day, "j M Y") for day in self.days]
        days = [*self.days[:-1], None]
        rows = [
            [Cell(name), *self._cells(table.loc[day], then)]
            for name, day, then in zip(names, self.days, days, strict=True)
        ]
        above = [*frames.above_on(self.course, self.days, self._over_days)[:-1], self.above_tolerance[0]]
        summary = f"Above tolerance: {course_of_a_count(above, names)}."
        figure = self._bars(table, names)
        columns = ["At the end of", *self._labels]
        return Chart("over-time", "Risks by band over time", summary, figure, Table(columns, rows))

    def _bars(self, table, names, **how):
        return stacked_bars(table, names, self._labels, bands=len(self.rules.bands), **how)

    def _cells(self, counts, day=None, **filters):
        """A cell for each group, leading to its risks on that day, or as read."""
        return [
            Cell(str(n), self.href(day, **filters, band=name), int(n))
            for (*_, name), n in zip(self.groups, counts, strict=True)
        ]
