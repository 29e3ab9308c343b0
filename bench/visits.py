"""Requests to the server, each repeated: pages, forms, exports, and the import of a workbook."""

import datetime
import io
import statistics
import uuid
from dataclasses import dataclass

from django.utils import timezone
from openpyxl import Workbook

from bench.build import AGREEMENTS, MEASURED
from bench.reader import Form

WARM_UP = 5
FLOOR = "floor: an empty page"
LIST = "/registers/bench/"
STEPS = ("mapping", "words", "staging", "ready")
RATINGS = ("Inherent", "Current", "Target")
AGREED = AGREEMENTS // 2  # key of an agreement a year ago, the register's twelfth


@dataclass(frozen=True)
class Visit:
    """Figures of one page. wall, cpu: median and 95th percentile in milliseconds; size: bytes."""

    name: str
    wall: float
    wall_95: float
    cpu: float
    cpu_95: float
    queries: int
    size: int

    @classmethod
    def of(cls, name, answers):
        return cls(
            name,
            *_spread([answer.wall for answer in answers]),
            *_spread([answer.cpu for answer in answers]),
            max(answer.queries for answer in answers),
            round(statistics.median(answer.size for answer in answers)),
        )


def _spread(values):
    ordered = sorted(values)
    return statistics.median(ordered), ordered[
        min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))
    ]


def visits(reader, risks, times, role):
    """Yield a Visit for each page and form.

    risks: their number on the register; times: requests of each, after a warm-up. role: of the
    reader; a member writes nothing.
    """
    past = timezone.localdate() - datetime.timedelta(days=365)
    pages = {
        "floor: middleware only": "/bench/floor/",
        FLOOR: "/bench/empty/",
        "list": LIST,
        "list, filtered and sorted": f"{LIST}?failure_type=governance&band=high&sort=title",
        "list, searched": f"{LIST}?q=safeguarding+backlog",
        "list, last page": f"{LIST}?page={max(1, risks // 100)}",
        "list, as at a year ago": f"{LIST}?as_at={past}",
        "one risk": f"{LIST}risks/{MEASURED}/",
        "log a risk: the form": f"{LIST}risks/new/",
        "assess: the form": f"{LIST}risks/{MEASURED}/assess/",
        "dashboard": f"{LIST}dashboard/",
        "list, as agreed": f"{LIST}?agreed={AGREED}",
        "dashboard, as agreed": f"{LIST}dashboard/?agreed={AGREED}",
        "worklist": f"{LIST}worklist/",
        "home": "/",
        "my tasks": "/tasks/",
    }
    if role == "member":
        pages = {name: address for name, address in pages.items() if not name.endswith("the form")}
    for name, address in pages.items():
        yield Visit.of(name, _repeat(lambda address=address: reader.get(address), times))
    if role != "member":
        yield Visit.of("log a risk: the save", _repeat(lambda: log_risk(reader), times))
        yield Visit.of("assess: the save", _repeat(lambda: assess_risk(reader), times))


def files(reader, times):
    """Yield a Visit for each export, with a fifth of the requests of a page."""
    for kind in ("csv", "xlsx", "json"):
        address = f"{LIST}export.{kind}"
        answers = _repeat(lambda address=address: reader.get(address), times // 5 or 1, warm_up=0)
        yield Visit.of(f"export: {kind.upper()}", answers)


def _repeat(request, times, warm_up=WARM_UP):
    for _ in range(min(warm_up, times)):
        request()
    return [request() for _ in range(times)]


def log_risk(reader):
    fields = {
        "title": "Logged by the bench",
        "event": "An event",
        "consequence": "A consequence",
        "primary_failure_type": "governance",
        "likelihood": 3,
        "impact": 4,
        "driver": "harm-to-users",
        "rationale": "A reason",
        "token": uuid.uuid4(),
    }
    return require_redirect(reader.post(f"{LIST}risks/new/", fields))


def assess_risk(reader):
    """The answer to the save alone; the form is opened first, for its version."""
    form = dict(Form(reader.get(f"{LIST}risks/{MEASURED}/assess/").text, "version").fields)
    fields = {
        "likelihood": 2,
        "impact": 3,
        "driver": "harm-to-users",
        "rationale": "Another reason",
    }
    return require_redirect(reader.post(f"{LIST}risks/{MEASURED}/assess/", form | fields))


def require_redirect(answer):
    if answer.status != 302:
        raise SystemExit("A form was refused that the bench had filled in.")
    return answer


@dataclass(frozen=True)
class ImportTimes:
    """Seconds of each part of an import. longest: of one request that reads rows."""

    rows: int
    megabytes: float
    upload: float
    reading: float
    longest: float
    landing: float
    cpu: float


def import_workbook(reader, slug, rows):
    """Import a workbook into an empty register through the pages, as a browser would."""
    content = workbook(rows)
    address = f"/registers/{slug}/import/"
    fields = dict(Form(reader.get(address).text, "token").fields)
    answer = reader.send_file(address, fields, "file", "register.xlsx", content)
    upload, reading, landing, answers = answer.wall, [], 0.0, [answer]
    address = require_redirect(answer).location
    while True:
        page = reader.get(address)
        step = next((step for step in STEPS if Form(page.text, "step", step).fields), None)
        if step is None:
            break
        answer = require_redirect(reader.post(address, Form(page.text, "step", step).fields))
        answers += [page, answer]
        if step == "ready":
            landing = answer.wall
        else:
            reading += [page.wall, answer.wall]
    if not landing:
        raise SystemExit("The workbook was not imported.")
    cpu = sum(answer.cpu for answer in answers) / 1000
    seconds = [part / 1000 for part in (upload, sum(reading), max(reading), landing)]
    return ImportTimes(rows, len(content) / 1e6, *seconds, cpu)


def workbook(rows):
    """An .xlsx file of risks, each with three ratings, three controls and two actions."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Register")
    ratings = [f"{rating} {part}" for rating in RATINGS for part in ("likelihood", "impact")]
    sheet.append(
        ["Ref", "Risk title", "Cause", "Event", "Consequence", *ratings, "Controls", "Actions"]
    )
    for number in range(1, rows + 1):
        words = [
            f"{part} {number}: services wait while nobody decides"
            for part in ("Cause", "Event", "Consequence")
        ]
        levels = [1 + (number * step) % 5 for step in (1, 2, 3, 1, 4, 2)]
        controls = "\n".join(
            f"{n}. Control {n} of risk {number} is checked monthly" for n in (1, 2, 3)
        )
        actions = "\n".join(f"{n}. Action {n} of risk {number} is finished" for n in (1, 2))
        sheet.append(
            [
                f"B-{number}",
                f"Risk number {number} of the bench",
                *words,
                *levels,
                controls,
                actions,
            ]
        )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
