"""Positions -> pandas, and what is counted from them. Pure once the rows are read; frames hold no text of a risk."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Count

if TYPE_CHECKING:
    import pandas as pd

UNSCORED = ""
NEW, LEFT, UP, DOWN, SCORED, UNCHANGED = "new", "left", "up", "down", "scored", "unchanged"


def position_frame(positions) -> pd.DataFrame:
    """One row a risk: risk_id, band (slug, "" when not scored), likelihood, impact (0 when not scored),
    failure_type (id of the primary one, 0 when not decided). One query."""
    import pandas as pd

    rows = positions.order_by().values_list(
        "risk_id", "band", "current__likelihood", "current__impact", "revision__primary_failure_type_id"
    )
    frame = pd.DataFrame.from_records(list(rows), columns=["risk_id", "band", "likelihood", "impact", "failure_type"])
    numbers = ["likelihood", "impact", "failure_type"]
    frame[numbers] = frame[numbers].fillna(0).astype("int64")
    return frame


def course_frame(course) -> pd.DataFrame:
    """day, band, change: by how many the count of that band rose or fell as that day began. Two queries, grouped by
    day, whatever the number of risks."""
    import pandas as pd

    rows = []
    for end, sign in (("from_day", 1), ("until_day", -1)):
        counts = course.order_by().values_list(end, "band").annotate(n=Count("pk"))
        rows += [(day, band, sign * n) for day, band, n in counts if day != datetime.date.max]
    return pd.DataFrame(rows, columns=["day", "band", "change"])


def counts_on(course: pd.DataFrame, days: list[datetime.date], bands: list[str]) -> pd.DataFrame:
    """Risks by band (columns, as given) at the end of each day (index). course: see course_frame."""
    import pandas as pd

    rows = [course.loc[course["day"] <= day].groupby("band")["change"].sum() for day in days]
    table = pd.DataFrame(rows, index=days)
    return table.reindex(columns=bands).fillna(0).astype("int64")


def band_counts(positions: pd.DataFrame, bands: list[str]) -> dict[str, int]:
    """Risks in each band, bands without any included."""
    counts = positions["band"].value_counts()
    return {band: int(counts.get(band, 0)) for band in bands}


def cell_counts(positions: pd.DataFrame) -> dict[tuple[int, int], int]:
    """Scored risks by (likelihood, impact); cells without any left out."""
    scored = positions.loc[positions["band"] != UNSCORED]
    return {pair: int(n) for pair, n in scored.groupby(["likelihood", "impact"]).size().items()}


def type_by_band(positions: pd.DataFrame, bands: list[str]) -> pd.DataFrame:
    """Risks by primary failure type (index: id, 0 for not decided) and band (columns, as given)."""
    import pandas as pd

    table = pd.crosstab(positions["failure_type"], positions["band"])
    return table.reindex(columns=bands, fill_value=0).astype("int64")


def movement(now: pd.DataFrame, then: pd.DataFrame, ranks: dict[str, int]) -> pd.DataFrame:
    """What each risk of either position did between them: risk_id, move (NEW, LEFT, UP, DOWN, SCORED or UNCHANGED).

    Up and down mean that the band changed. SCORED: has a band now and had none, or has lost it. ranks: band slug ->
    rank. All moves but LEFT add up to the number of risks now."""
    both = now[["risk_id", "band"]].merge(
        then[["risk_id", "band"]], on="risk_id", how="outer", suffixes=("_now", "_then"), indicator=True
    )
    rank_now, rank_then = both["band_now"].map(ranks), both["band_then"].map(ranks)
    both["move"] = UNCHANGED
    both.loc[rank_now.isna() != rank_then.isna(), "move"] = SCORED
    both.loc[rank_now > rank_then, "move"] = UP
    both.loc[rank_now < rank_then, "move"] = DOWN
    both.loc[both["_merge"] == "left_only", "move"] = NEW
    both.loc[both["_merge"] == "right_only", "move"] = LEFT
    return both[["risk_id", "move"]]
