"""What a cell of the workbook can be chosen from."""

from dataclasses import dataclass

from registers.cell_lists import single_line
from registers.exports.columns import BY_TARGET, CHOICES
from registers.import_fields import KINDS

# target -> what is said when a cell of it is chosen
LISTS = {
    **{f"{kind}.likelihood": "A level of the scheme: see the sheet Scheme." for kind in KINDS},
    **{f"{kind}.impact": "A level of the scheme: see the sheet Scheme." for kind in KINDS},
    "primary_failure_type": "The type of failure that the risk is most like.",
    "owner": "A post, not a person.",
}


@dataclass(frozen=True)
class Choices:
    """A list by its name, and the headings of the columns that choose from it."""

    name: str
    headings: tuple[str, ...]
    words: list[str | int]


def choices_of(table) -> list[Choices]:
    """The lists of a RegisterTable; those without any words are left out."""
    rules, beside = table.register.scheme.rules, table.beside
    posts = sorted({single_line(title) for title, _ in beside.posts.values()}, key=str.lower)
    found = [
        _choices(name.replace("_", " ").capitalize(), [*words.values()], name)
        for name, words in CHOICES.items()
    ]
    found += [
        _choices("Failure types", [*beside.types.values()], "primary_failure_type"),
        _choices(
            "Adverse impacts", [*beside.impacts.values()], *(f"{kind}.driver" for kind in KINDS)
        ),
        _choices("Posts", posts, "owner"),
        _choices(
            "Likelihood",
            [one.value for one in rules.likelihood],
            *(f"{kind}.likelihood" for kind in KINDS),
        ),
        _choices(
            "Impact", [one.value for one in rules.impact], *(f"{kind}.impact" for kind in KINDS)
        ),
    ]
    return [one for one in found if one.words]


def _choices(name, words, *targets) -> Choices:
    headings = tuple(BY_TARGET[target].heading for target in targets)
    return Choices(name, headings, [word if isinstance(word, int) else str(word) for word in words])
