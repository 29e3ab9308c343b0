"""Days counted in whole years."""

import datetime


def years_later(day: datetime.date, years: int) -> datetime.date:
    """The same day of a later year, or of an earlier one for fewer than none; of 29 February the day before it where
    there is none. Before the first year there is, and after the last, that year's."""
    year = min(max(day.year + years, datetime.MINYEAR), datetime.MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
