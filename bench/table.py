"""The figures and their budgets as tables in Markdown. Pure."""

# Milliseconds of CPU at 10,000 risks, multiple of the floor, multiple of 10,000 at 100,000.
BUDGETS = {
    "list": (30, 6, 2),
    "one risk": (30, 6, 2),
    "log a risk: the form": (30, 6, 2),
    "log a risk: the save": (30, 6, 2),
    "dashboard": (100, None, None),
}
BUDGETED = 10_000
FLOOR = "floor: an empty page"
MEMORY, START_UP, IMPORT, IMPORT_MEMORY = 180, 4, 30, 300  # MB, seconds, seconds, MB


def tables(results):
    """results: what bench/run.py wrote. A table for each database and size, one of growth for each
    database, one of imports.
    """
    results = sorted(results, key=lambda result: (result["database"] != "sqlite", result["risks"]))
    parts = [page_table(result) for result in results]
    for database in dict.fromkeys(result["database"] for result in results):
        parts.append(growth_table([result for result in results if result["database"] == database]))
    imports = [result for result in results if result["import"]]
    return "\n\n".join([*parts, *([import_table(imports)] if imports else [])])


def page_table(result):
    floor = next(visit["cpu"] for visit in result["visits"] if visit["name"] == FLOOR)
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
            verdict(visit, floor) if result["risks"] == BUDGETED else "",
        ]
        for visit in result["visits"]
    ]
    head = ["page", "wall ms", "95th", "CPU ms", "95th", "x floor", "queries", "kB", "budget"]
    title = (
        f"### {result['database']}, {result['risks']:,} risks, {result['assessments']:,} "
        f"assessments, {result['reader']}"
    )
    built = f"built in {result['built_in']:.0f} s; " if result["built_in"] else ""
    description = (
        f"{result['times']} requests a page; {built}start-up {result['start_up']:.1f} s "
        f"({_verdict_on(result['start_up'], START_UP)}); a worker's memory at most "
        f"{result['memory']:.0f} MB ({_verdict_on(result['memory'], MEMORY)}), after the files "
        f"{result['memory_of_files']:.0f} MB (the bench holds each whole); load average "
        f"{result['load']:.1f}; Python {result['python']}"
    )
    return "\n\n".join([title, description, _table(head, rows)])


def verdict(visit, floor):
    if visit["name"] not in BUDGETS:
        return ""
    limit, times, _ = BUDGETS[visit["name"]]
    parts = [f"{limit} ms {_verdict_on(visit['cpu'], limit)}"]
    if times:
        parts.append(f"{times} x floor {_verdict_on(visit['cpu'] / floor, times)}")
    return ", ".join(parts)


def growth_table(results):
    """CPU of each page by size, and of the largest size as a multiple of 10,000 risks."""
    names = dict.fromkeys(visit["name"] for result in results for visit in result["visits"])
    costs = {
        result["risks"]: {visit["name"]: visit["cpu"] for visit in result["visits"]}
        for result in results
    }
    rows = []
    for name in names:
        row = [name, *(f"{costs[size][name]:.1f}" if name in costs[size] else "" for size in costs)]
        largest = max(costs)
        if largest > BUDGETED in costs and name in costs[largest]:
            times = costs[largest][name] / costs[BUDGETED][name]
            limit = BUDGETS.get(name, (None, None, None))[2]
            row.append(f"{times:.1f} x{f' {_verdict_on(times, limit)}' if limit else ''}")
        else:
            row.append("")
        rows.append(row)
    head = ["CPU ms", *(f"{size:,}" for size in costs), "largest against 10,000"]
    return f"### {results[0]['database']}: how each grows\n\n{_table(head, rows)}"


def import_table(results):
    rows = [
        [
            result["database"],
            f"{imported['rows']:,}",
            f"{imported['megabytes']:.1f}",
            f"{imported['upload']:.1f}",
            f"{imported['reading']:.1f}",
            f"{imported['longest']:.2f}",
            f"{imported['landing']:.1f}",
            f"{total:.1f}",
            f"{imported['cpu']:.1f}",
            f"{imported['memory']:.0f}",
            f"{IMPORT} s {_verdict_on(total, IMPORT)}, {IMPORT_MEMORY} MB "
            f"{_verdict_on(imported['memory'], IMPORT_MEMORY)}"
            if imported["rows"] == BUDGETED
            else "",
        ]
        for result in results
        for imported in [result["import"]]
        for total in [imported["upload"] + imported["reading"] + imported["landing"]]
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


def _verdict_on(figure, limit):
    return "**met**" if figure <= limit else "**missed**"


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
