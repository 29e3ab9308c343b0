"""What is asked of the server, each several times: pages, forms that are sent, files out, and a
workbook in.
"""

import datetime
import io
import statistics
import uuid
from dataclasses import dataclass

from django.utils import timezone
from openpyxl import Workbook

from bench.build import MEASURED
from bench.reader import Form

WARM_UP = 5
FLOOR = "floor: an empty page"
LIST = "/registers/bench/"
STEPS = ("mapping", "words", "staging", "ready")
RATINGS = ("Inherent", "Current", "Target")


@dataclass(frozen=True)
class Visit:
    """Figures of one page. wall, cpu: median and 95th percentile in milliseconds; size: bytes of
    the body.
    """

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
    """Yield a Visit for each page and form. risks: how many the register holds; times: requests of
    each, after a warm-up. role: of the reader; a member writes nothing.
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
        "worklist": f"{LIST}worklist/",
        "home": "/",
    }
    if role == "member":
        pages = {name: address for name, address in pages.items() if not name.endswith("the form")}
    for name, address in pages.items():
        yield Visit.of(name, _repeated(lambda place=address: reader.get(place), times))
    if role != "member":
        yield Visit.of("log a risk: the save", _repeated(lambda: logged(reader), times))
        yield Visit.of("assess: the save", _repeated(lambda: assessed(reader), times))


def files(reader, times):
    """The same for each file to take away, one request for five of a page."""
    for kind in ("csv", "xlsx", "json"):
        address = f"{LIST}export.{kind}"
        answers = _repeated(lambda place=address: reader.get(place), times // 5 or 1, warm_up=0)
        yield Visit.of(f"export: {kind.upper()}", answers)


def _repeated(request, times, warm_up=WARM_UP):
    for _ in range(min(warm_up, times)):
        request()
    return [request() for _ in range(times)]


def logged(reader):
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
    return saved(reader.post(f"{LIST}risks/new/", fields))


def assessed(reader):
    """The save alone; the form is opened first, for the version that it brings."""
    form = dict(Form(reader.get(f"{LIST}risks/{MEASURED}/assess/").text, "version").fields)
    fields = {
        "likelihood": 2,
        "impact": 3,
        "driver": "harm-to-users",
        "rationale": "Another reason",
    }
    return saved(reader.post(f"{LIST}risks/{MEASURED}/assess/", form | fields))


def saved(answer):
    if answer.status != 302:
        raise SystemExit("A form was refused that the bench had filled in.")
    return answer


@dataclass(frozen=True)
class Taken:
    """An import, by what each part of it took. Seconds; longest: of one request among those that
    read the rows.
    """

    rows: int
    megabytes: float
    upload: float
    reading: float
    longest: float
    landing: float
    cpu: float

    @property
    def whole(self):
        return self.upload + self.reading + self.landing


def import_of(reader, slug, rows):
    """Take a workbook of so many rows into an empty register, as a browser would go through the
    pages.
    """
    content = workbook(rows)
    place = f"/registers/{slug}/import/"
    fields = dict(Form(reader.get(place).text, "token").fields)
    answer = reader.send_file(place, fields, "file", "register.xlsx", content)
    upload, reading, landing, answers = answer.wall, [], 0.0, [answer]
    place = saved(answer).location
    while True:
        page = reader.get(place)
        step = next((step for step in STEPS if Form(page.text, "step", step).fields), None)
        if step is None:
            break
        answer = saved(reader.post(place, Form(page.text, "step", step).fields))
        answers += [page, answer]
        if step == "ready":
            landing = answer.wall
        else:
            reading += [page.wall, answer.wall]
    if not landing:
        raise SystemExit("The workbook was not taken in.")
    cpu = sum(answer.cpu for answer in answers) / 1000
    seconds = [part / 1000 for part in (upload, sum(reading), max(reading), landing)]
    return Taken(rows, len(content) / 1e6, *seconds, cpu)


def workbook(rows):
    """An .xlsx of so many risks, each with three ratings, three controls and two actions."""
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
