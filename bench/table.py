"""The figures as tables of Markdown, beside the budgets. Pure."""

BUDGETS = {  # milliseconds of CPU at 10,000 risks, times the floor, times the figure of 10,000 at 100,000
    "list": (30, 6, 2),
    "one risk": (30, 6, 2),
    "log a risk: the form": (30, 6, 2),
    "log a risk: the save": (30, 6, 2),
    "dashboard": (100, None, None),
}
BUDGETED = 10_000
FLOOR = "floor: an empty page"
MEMORY, START_UP, IMPORT, IMPORT_MEMORY = 180, 4, 30, 300  # MB, seconds, seconds, MB


def tables(found):
    """found: what bench/one.py wrote. A table for each database and size, one of growth, one of
    imports.
    """
    found = sorted(found, key=lambda one: (one["database"] != "sqlite", one["risks"]))
    parts = [page_table(one) for one in found]
    for database in dict.fromkeys(one["database"] for one in found):
        parts.append(growth_table([one for one in found if one["database"] == database]))
    imports = [one for one in found if one["import"]]
    return "\n\n".join([*parts, *([import_table(imports)] if imports else [])])


def page_table(one):
    floor = next(visit["cpu"] for visit in one["visits"] if visit["name"] == FLOOR)
    rows = [
        [
            visit["name"],
            f"{visit['wall']:.1f}",
            f"{visit['wall_95']:.1f}",
            f"{visit['cpu']:.1f}",
            f"{visit['cpu_95']:.1f}",
            f"{visit['cpu'] / floor:.1f}",
            visit["queries"],
            f"{visit['size'] / 1000:,.1f}",
            verdict(visit, floor) if one["risks"] == BUDGETED else "",
        ]
        for visit in one["visits"]
    ]
    head = ["page", "wall ms", "95th", "CPU ms", "95th", "x floor", "queries", "kB", "budget"]
    title = f"### {one['database']}, {one['risks']:,} risks, {one['assessments']:,} assessments, {one['reader']}"
    built = f"built in {one['built_in']:.0f} s; " if one["built_in"] else ""
    said = (
        f"{one['times']} requests a page; {built}start-up {one['start_up']:.1f} s "
        f"({_kept(one['start_up'], START_UP)}); "
        f"a worker's memory at most {one['memory']:.0f} MB ({_kept(one['memory'], MEMORY)}), "
        f"after the files {one['memory_of_files']:.0f} MB (the bench holds each whole); "
        f"load average {one['load']:.1f}; Python {one['python']}"
    )
    return "\n\n".join([title, said, _table(head, rows)])


def verdict(visit, floor):
    if visit["name"] not in BUDGETS:
        return ""
    limit, times, _ = BUDGETS[visit["name"]]
    said = [f"{limit} ms {_kept(visit['cpu'], limit)}"]
    if times:
        said.append(f"{times} x floor {_kept(visit['cpu'] / floor, times)}")
    return ", ".join(said)


def growth_table(found):
    """CPU of each page by size, and how often that of 10,000 risks the largest size costs."""
    names = dict.fromkeys(visit["name"] for one in found for visit in one["visits"])
    costs = {
        one["risks"]: {visit["name"]: visit["cpu"] for visit in one["visits"]} for one in found
    }
    rows = []
    for name in names:
        row = [name, *(f"{costs[size][name]:.1f}" if name in costs[size] else "" for size in costs)]
        largest = max(costs)
        if largest > BUDGETED in costs and name in costs[largest]:
            times = costs[largest][name] / costs[BUDGETED][name]
            limit = BUDGETS.get(name, (None, None, None))[2]
            row.append(f"{times:.1f} x{f' {_kept(times, limit)}' if limit else ''}")
        else:
            row.append("")
        rows.append(row)
    head = ["CPU ms", *(f"{size:,}" for size in costs), "largest against 10,000"]
    return f"### {found[0]['database']}: how each grows\n\n{_table(head, rows)}"


def import_table(found):
    rows = [
        [
            one["database"],
            f"{taken['rows']:,}",
            f"{taken['megabytes']:.1f}",
            f"{taken['upload']:.1f}",
            f"{taken['reading']:.1f}",
            f"{taken['longest']:.2f}",
            f"{taken['landing']:.1f}",
            f"{whole:.1f}",
            f"{taken['cpu']:.1f}",
            f"{taken['memory']:.0f}",
            f"{IMPORT} s {_kept(whole, IMPORT)}, {IMPORT_MEMORY} MB {_kept(taken['memory'], IMPORT_MEMORY)}"
            if taken["rows"] == BUDGETED
            else "",
        ]
        for one in found
        for taken in [one["import"]]
        for whole in [taken["upload"] + taken["reading"] + taken["landing"]]
    ]
    head = [
        "database",
        "rows",
        "MB",
        "upload s",
        "reading s",
        "longest s",
        "landing s",
        "whole s",
        "CPU s",
        "peak MB",
    ]
    return f"### An import, through the pages\n\n{_table([*head, 'budget'], rows)}"


def _kept(figure, limit):
    return "**met**" if figure <= limit else "**missed**"


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
