"""Workbooks with more on their sheet than a table of risks. Their content is made up.

Each gives rows, merged cells, and what is expected: the number of risks, and the outcome of each
row that is none, by number.
"""

HEADS = ["Ref", "Risk title", "Likelihood", "Impact", "Score", "Controls", "Owner"]


def risk(number, controls="Checked monthly", title=None):
    title = title or f"Something goes wrong in service {number}"
    return [f"CR{number:03}", title, "3", "4", "12", controls, "Head of Legal"]


def copied_formulas():
    """Formulas that were copied down, with the references of an empty form."""
    zeros = [[f"CR{n:03}", "", "0", "0", "0", "", ""] for n in range(3, 903)]
    zeros[5][4] = "#REF!"
    rows = [HEADS, risk(1), risk(2), *zeros]
    asides = {1: "heading", **dict.fromkeys(range(4, 904), "below")}
    return rows, [], {"risks": 2, "asides": asides}


def pages():
    """The title and the headings stand on every page."""
    head = [["Corporate risk register"], HEADS]
    rows = [*head, risk(1), risk(2), *head, risk(3), risk(4)]
    asides = {1: "above", 2: "heading", 5: "heading", 6: "heading"}
    return rows, [], {"risks": 4, "asides": asides}


def directorates():
    """Section headings, some merged across."""
    rows = [HEADS, ["Resources"], risk(1), risk(2), ["Adult care"], risk(3)]
    asides = {1: "heading", 2: "section", 5: "section"}
    return rows, ["A2:G2"], {"risks": 3, "asides": asides}


def two_tables():
    """Another table below the risks, with a title."""
    actions = [["Actions agreed"], ["Action", "Owner", "Due date"], ["Buy a pump", "Clerk", "May"]]
    rows = [HEADS, risk(1), risk(2), [], *actions]
    asides = {1: "heading", 4: "empty", 5: "below", 6: "below", 7: "below"}
    return rows, [], {"risks": 2, "asides": asides}


def footnotes():
    """Notes, sources and a bibliography."""
    notes = [["Notes"], ["1. Scores are after controls"], ["Bibliography"], ["A book, 2023"]]
    rows = [HEADS, risk(1), risk(2), risk(3), [], *notes]
    asides = {1: "heading", 5: "empty", **dict.fromkeys(range(6, 10), "below")}
    return rows, [], {"risks": 3, "asides": asides}


def merged_risks():
    """A risk over three rows, its reference and title merged."""
    more = ["", "", "", "", "", "Tested each spring", ""]
    rows = [HEADS, risk(1), more, [*more[:5], "Insured", ""], risk(2)]
    asides = {1: "heading", 3: "continuation", 4: "continuation"}
    return rows, ["A2:A4", "B2:B4"], {"risks": 2, "asides": asides}


def long_numbers():
    """Averages of several people's scores, longer than any word."""
    first = ["CR001", "Flood", "3.3333333333333335", "3.6666666666666665", "12.222222222222223"]
    rows = [HEADS, [*first, "A wall", ""], risk(2), risk(3)]
    return rows, [], {"risks": 3, "asides": {1: "heading"}}


def total_between():
    """A line that counts the risks, in the middle of them."""
    rows = [HEADS, risk(1), risk(2), ["Total so far: 2"], risk(3), risk(4)]
    return rows, [], {"risks": 4, "asides": {1: "heading", 4: "section"}}


ALL = (
    copied_formulas,
    pages,
    directorates,
    two_tables,
    footnotes,
    merged_risks,
    long_numbers,
    total_between,
)
