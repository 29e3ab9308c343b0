"""Positions -> pandas, and what is counted from them. Pure once the rows are read; frames hold no text of a risk."""

from __future__ import annotations

import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, ExpressionWrapper, F

from registers.scoring import Tolerance

if TYPE_CHECKING:
    import pandas as pd

UNSCORED = ""
OTHER_SCHEME = "to-re-assess"
NEW, LEFT, UP, DOWN, SCORED, UNCHANGED = "new", "left", "up", "down", "scored", "unchanged"


def position_frame(positions, scheme: int, *, also=()) -> pd.DataFrame:
    """How many risks are alike: band (slug, UNSCORED, or OTHER_SCHEME when not by the scheme of that id), likelihood,
    impact (0 when not scored), failure_type (id of the primary one, 0 when not decided), risks (count). also:
    positions that are no rows. One query, a row for each combination there is, and one for each of those."""
    import pandas as pd

    columns = ["band", "scheme", "likelihood", "impact", "failure_type", "risks"]
    fields = ("band", "scheme_id", "likelihood", "impact", "primary_failure_type_id")
    alike = positions.order_by().values_list(*fields).annotate(risks=Count("pk"))
    rows = [*alike, *((*attrgetter(*fields)(position), 1) for position in also)]
    frame = pd.DataFrame.from_records(rows, columns=columns)
    return _by_scheme(frame.fillna({"failure_type": 0}).astype(dict.fromkeys(columns[2:], "int64")), scheme)


def standing_frame(positions, scheme: int, *, by_category: bool = False, also=()) -> pd.DataFrame:
    """pk (of the position), risk_id and band (see position_frame) of every risk: what movement compares; and its
    category, where that is asked for. also: positions that are no rows. One query."""
    import pandas as pd

    columns = ["pk", "risk_id", "band", "scheme", *(["category"] if by_category else [])]
    fields = ["scheme_id" if column == "scheme" else column for column in columns]
    rows = [*positions.order_by().values_list(*fields), *map(attrgetter(*fields), also)]
    return _by_scheme(pd.DataFrame.from_records(rows, columns=columns), scheme)


def course_frame(course, scheme: int, *, by_category: bool = False, also=()) -> pd.DataFrame:
    """day (ISO text), band (see position_frame), change: by how many the count of that band rose or fell as that day
    began; and of which category, where that is asked for. also: positions that are no rows. Two queries, grouped by
    day, whatever the number of risks."""
    import pandas as pd

    rows = []
    category = ["category"] if by_category else []
    for end, sign in (("from_day", 1), ("until_day", -1)):
        as_text = ExpressionWrapper(F(end), output_field=CharField())  # thousands of days need not become objects
        counts = course.order_by().values_list(as_text, "band", "scheme_id", *category).annotate(n=Count("pk"))
        rows += [(str(day), *row, sign * n) for day, *row, n in counts]
        said = attrgetter("band", "scheme_id", *category)
        rows += [(getattr(position, end).isoformat(), *said(position), sign) for position in also]
    return _by_scheme(pd.DataFrame(rows, columns=["day", "band", "scheme", *category, "change"]), scheme)


def counts_on(course: pd.DataFrame, days: list[datetime.date], bands: list[str]) -> pd.DataFrame:
    """Risks by band (columns, as given) at the end of each day (index). course: see course_frame."""
    changes = course.pivot_table(index="day", columns="band", values="change", aggfunc="sum").sort_index()
    table = changes.fillna(0).cumsum().reindex([day.isoformat() for day in days], method="ffill")
    return table.set_axis(days).reindex(columns=bands).fillna(0).astype("int64")


def is_above(frame: pd.DataFrame, tolerance: Tolerance) -> pd.Series:
    """Of each row, whether its band is above what is let stand. frame: with band, and category where the tolerance
    differs by it."""
    if not tolerance.own:
        return frame["band"].isin([band.slug for band in tolerance.above()])
    ranks, general = frame["band"].map(tolerance.scheme.ranks), tolerance.of("").rank
    own = {category: tolerance.of(category).rank for category in tolerance.own}
    return ranks > frame["category"].map(own).fillna(general)


def above_on(course: pd.DataFrame, days: list[datetime.date], tolerances: list[Tolerance]) -> list[int]:
    """How many risks stood above tolerance at the end of each day, by the tolerance of that day. days: oldest first;
    course: see course_frame."""
    found: list[int] = []
    for tolerance, alike in groupby(zip(days, tolerances, strict=True), key=itemgetter(1)):
        changes = course.loc[is_above(course, tolerance)].groupby("day")["change"].sum().sort_index()
        count = changes.cumsum().reindex([day.isoformat() for day, _ in alike], method="ffill")
        found += count.fillna(0).astype("int64").tolist()
    return found


def counts_above_on(
    course: pd.DataFrame, days: list[datetime.date], tolerances: list[Tolerance], bands: list[str]
) -> pd.DataFrame:
    """counts_on of those risks alone that stood above tolerance, by the tolerance of each day."""
    import pandas as pd

    found = [
        counts_on(course.loc[is_above(course, tolerance)], [day for day, _ in alike], bands)
        for tolerance, alike in groupby(zip(days, tolerances, strict=True), key=itemgetter(1))
    ]
    return pd.concat(found)


def band_counts(bands: pd.Series, wanted: list[str]) -> dict[str, int]:
    """Risks in each wanted band, from the bands of all risks; bands without any included."""
    counts = bands.value_counts()
    return {band: int(counts.get(band, 0)) for band in wanted}


def cell_counts(positions: pd.DataFrame) -> dict[tuple[int, int], int]:
    """Scored risks by (likelihood, impact); cells without any left out. positions: see position_frame."""
    scored = positions.loc[~positions["band"].isin([UNSCORED, OTHER_SCHEME])]
    return {pair: int(n) for pair, n in scored.groupby(["likelihood", "impact"])["risks"].sum().items()}


def type_by_band(positions: pd.DataFrame, types: list[int], bands: list[str]) -> pd.DataFrame:
    """Risks by primary failure type (index: ids as given, 0 for not decided) and band (columns, as given).
    positions: see position_frame."""
    table = positions.pivot_table(index="failure_type", columns="band", values="risks", aggfunc="sum")
    return table.reindex(index=types, columns=bands).fillna(0).astype("int64")


def movement(now: pd.DataFrame, then: pd.DataFrame, ranks: dict[str, int]) -> pd.DataFrame:
    """What each risk of either position did between them: risk_id, pk (of its position now; of then for LEFT), move
    (NEW, LEFT, UP, DOWN, SCORED or UNCHANGED), was (slug of the band then; missing for NEW).

    Up and down mean that the band changed. SCORED: has a band now and had none, or has lost it. now, then: see
    standing_frame; ranks: band slug -> rank. All moves but LEFT add up to the number of risks now."""
    both = now.merge(then, on="risk_id", how="outer", suffixes=("_now", "_then"), indicator=True)
    rank_now, rank_then = both["band_now"].map(ranks), both["band_then"].map(ranks)
    both["move"] = UNCHANGED
    both.loc[rank_now.isna() != rank_then.isna(), "move"] = SCORED
    both.loc[rank_now > rank_then, "move"] = UP
    both.loc[rank_now < rank_then, "move"] = DOWN
    both.loc[both["_merge"] == "left_only", "move"] = NEW
    both.loc[both["_merge"] == "right_only", "move"] = LEFT
    both["pk"] = both["pk_now"].fillna(both["pk_then"]).astype("int64")
    return both.rename(columns={"band_then": "was"})[["risk_id", "pk", "move", "was"]]


def _by_scheme(frame: pd.DataFrame, scheme: int) -> pd.DataFrame:
    """Bands that another scheme gave become OTHER_SCHEME: its words mean something else."""
    ours = (frame["scheme"] == scheme) | (frame["band"] == UNSCORED)
    return frame.assign(band=frame["band"].where(ours, OTHER_SCHEME)).drop(columns="scheme")
