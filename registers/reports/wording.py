"""Small numbers and comparisons as people say them."""

WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def a_number(n: int) -> str:
    """Words up to nine, figures beyond."""
    return WORDS[n] if n < len(WORDS) else f"{n:,}"


def more_or_fewer(change: int) -> str:
    """A change of a count, to be followed by the day compared with."""
    if change == 0:
        return "as many as on"
    return f"{a_number(abs(change))} {'more' if change > 0 else 'fewer'} than on"
