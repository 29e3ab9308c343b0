"""Every address with extreme values of each parameter: nothing is answered 500. Every valid day of
the calendar is read; an invalid one is refused with 400.
"""

import json
from functools import partial
from itertools import count
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from access_table import OUR_VIEWS, REPEATED_PAGES, TABLE, keys_of
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import QueryDict
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse
from hostile_values import DAYS, FIRST, LAST, NOT_DAYS, UNSTORABLE, VALUES, values_for
from makers import (
    day,
    make_action,
    make_agreement,
    make_assurance,
    make_control,
    make_escalation,
    make_import,
    make_person,
    make_post,
    make_question,
    make_risk,
)

from registers import demo
from registers.dates import days_later, quarter_ends_before, quarter_ends_between, years_later
from registers.forms.actions import ActionFilter
from registers.forms.dashboard_filter import DashboardFilter
from registers.forms.filters import DayForm, PositionFilter
from registers.models import ActionRevision, Position, Register, User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ADMIN = [name for name in TABLE if name not in OUR_VIEWS and not REPEATED_PAGES.match(name)]
AS_AGREED = (
    "home risk_list dashboard action_list question_list risk_detail register_summary".split()
)  # to a member
ADDRESSES = {
    "manager": OUR_VIEWS,
    "member": AS_AGREED,
    "admin": [*ADMIN, "admin:registers_user_changelist", "library_load"],
}
# Slow pages, which read an address as faster ones do.
SLOW = ("export_xlsx", "register_summary", "export_json")
DAY_NAMES = {"as_at", "since"}
PAIRS = (
    {"as_at": DAYS[0]},
    {"as_at": DAYS[-1]},
    {"as_at": DAYS[1], "since": DAYS[-1]},
    {"as_at": DAYS[-2], "since": DAYS[0]},
)


class RecordingQueryDict(QueryDict):
    """A query that records which parameters were read."""

    def __init__(self, *args, **options):
        self.names = set()
        super().__init__(*args, **options)

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        self.names.add(name)
        return super().__contains__(name)

    def getlist(self, name, default=None):
        self.names.add(name)
        return super().getlist(name, default)


def record_parameters(get_response):
    """Middleware: response.names holds the parameters that the view read."""

    def answer_to(request):
        request.GET = RecordingQueryDict(request.META["QUERY_STRING"])
        answer = get_response(request)
        answer.names = request.GET.names
        return answer

    return answer_to


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """(reader, address, query) -> the status or the exception, in three groups. Requested once for
    all tests of this file and rolled back.
    """
    middleware = [*settings.MIDDLEWARE, f"{__name__}.record_parameters"]
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(MIDDLEWARE=middleware),
    ):
        demo.load()
        make_records_at_the_ends(Register.objects.get(slug="corporate"))
        request_logs = [RequestLog(reader, names) for reader, names in ADDRESSES.items()]
        transaction.set_rollback(True)
    return SimpleNamespace(
        **{
            kind: {
                k: v for request_log in request_logs for k, v in getattr(request_log, kind).items()
            }
            for kind in ("plain", "days", "odd")
        },
        names=request_logs[0].names,
    )


def make_records_at_the_ends(register):
    """A risk with every kind of record, on days of the first year and the last, as a restored file
    may hold them.
    """
    manager = User.objects.get(email="manager@northmoor.example")
    owner = make_post(register.organisation, holder=manager)
    fields = {
        "tolerated_until": LAST,
        "response": "tolerate",
        "response_reason": "For ever.",
        "target_on": FIRST,
    }
    risk = make_risk(register, by=manager, on=FIRST, assessed=(5, 5), owner=owner, **fields)
    for due_on in (FIRST, LAST):
        make_action(risk, by=manager, owner=owner, on=FIRST, due_on=due_on)
    make_control(risk, by=manager, on=FIRST, owner=owner, last_tested_on=FIRST, tested_by_line=1)
    make_assurance(risk, by=manager, on=FIRST, expires_on=LAST)
    below = Register.objects.get(slug="northmoor-childrens-services")
    make_escalation(make_risk(below, by=manager), register)
    make_agreement(register, by=manager, on=FIRST)
    make_import(register, by=manager)
    make_question(register, by=manager, risk=risk)


class RequestLog:
    """The responses to one reader at these addresses: plain, on every day, and with one odd value
    for each parameter that the address reads.
    """

    turn = count()  # so that every value is used, however many parameters an address reads

    def __init__(self, reader, names):
        self.reader, self.client = reader, Client(raise_request_exception=False)
        self.client.force_login(User.objects.get(email=f"{reader}@northmoor.example"))
        self.plain, self.days, self.odd, self.names = {}, {}, {}, {}
        for name in names:
            if path := path_of(name):
                self.ask_at(name, path)

    def ask_at(self, name, path):
        names = self.ask(
            self.plain, name, path, {"q": ""}
        )  # of no query at all a filter reads nothing
        if "sort" in names:  # a filter reads of its seldom names those that are there
            names |= set(PositionFilter.base_filters)
        self.names[name] = names
        if self.plain[self.reader, name, "q="] != 200:
            return
        pairs = PAIRS if self.reader == "manager" and name not in SLOW else PAIRS[:2]
        for query in pairs if names & DAY_NAMES else ():
            self.ask(self.days, name, path, query)
        if self.reader != "member" and name not in SLOW:
            for odd in sorted(names - DAY_NAMES):
                self.ask(self.odd, name, path, {odd: VALUES[next(self.turn) % len(VALUES)]})

    def ask(self, answers, name, path, query):
        """Keep the response; return the parameters that the view read."""
        with transaction.atomic():
            answer = self.client.get(path, query)
            b"".join(answer)
            transaction.set_rollback(True)
        error = getattr(answer, "exc_info", None)
        query_text = "&".join(f"{key}={value[:40]}" for key, value in query.items())
        answers[self.reader, name, query_text] = repr(error[1]) if error else answer.status_code
        return getattr(answer, "names", set())


def path_of(name):
    """The address in the demo; None for one that no record of it leads to."""
    arguments = TABLE[name][0]
    if isinstance(arguments, str):
        return arguments
    if arguments.get("slug") == "ours":
        register = Register.objects.get(slug="corporate")
        # The risk with records at the ends of the calendar.
        latest = register.risks.order_by("-number")[0].number
        arguments = {key: latest if key == "number" else value for key, value in arguments.items()}
        arguments["slug"] = register.slug
    try:
        return reverse(name, kwargs=keys_of({"id": 1} if "id" in arguments else arguments))
    except NoReverseMatch:
        return None


def unexpected(answers, *expected):
    """The responses with another status, one a line."""
    return "\n".join(
        f"{key}: {status}" for key, status in answers.items() if status not in expected
    )


def test_every_page_works_with_records_at_the_ends_of_the_calendar(answers):
    assert unexpected(answers.plain, 200, 302, 403, 404, 405) == ""


def test_every_day_of_the_calendar_can_be_read(answers):
    assert len(answers.days) > 50
    assert unexpected(answers.days, 200) == ""


def test_no_value_of_a_parameter_is_a_server_error(answers):
    assert len(answers.odd) > 150
    assert unexpected(answers.odd, 200, 302, 400, 404) == ""


def test_invalid_text_is_refused_before_any_page(client):
    for value in UNSTORABLE:
        query = f"as_at={quote(value.encode('utf-8', 'surrogatepass'))}"
        assert client.get(f"/registers/corporate/?{query}").status_code == 400


# Filters: every value of every parameter


@pytest.mark.parametrize("name", ["as_at", "since", "agreed"])
def test_an_impossible_day_in_an_address_is_refused(name):
    fine = {value for value in (*VALUES, *UNSTORABLE) if DayForm({name: value}).is_valid()}
    numbers = {value for value in fine if value.isdecimal() and value.isascii()}
    assert fine - {" "} == (numbers if name == "agreed" else {*DAYS})


def count_valid(filters, names, **options):
    """How many of all values this takes by each of these names; the rows are read each time."""
    valid_count, fields = 0, filters(dict.fromkeys(names, ""), **options).form.fields
    for name, field in fields.items():
        for value in (*values_for(field), "none"):
            narrowed = filters({name: value}, **options)
            list(narrowed.qs[:1])
            valid_count += narrowed.form.is_valid()
    return valid_count


@pytest.fixture
def filter_options():
    register = make_risk(assessed=(3, 3)).register
    return {"register": register, "reader": make_person(register.organisation)}


def test_a_filter_of_risks_takes_every_value(filter_options):
    options = {"queryset": Position.objects.all(), "day": FIRST, **filter_options}
    assert count_valid(PositionFilter, PositionFilter.base_filters, **options)


def test_a_dashboard_filter_takes_every_value(filter_options):
    options = {"queryset": Position.objects.all(), "day": LAST, **filter_options}
    assert count_valid(DashboardFilter, DashboardFilter.needed({}, None), **options)


def test_a_filter_of_actions_takes_every_value(filter_options):
    options = {
        "queryset": ActionRevision.objects.all(),
        "organisation": filter_options["register"].organisation,
        "day": FIRST,
    }
    assert count_valid(ActionFilter, ActionFilter.base_filters, **options)


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_every_choice_of_a_filter_is_read_at_the_ends_of_the_calendar(filter_options, day):
    of_risks = partial(PositionFilter, queryset=Position.objects.all(), day=day, **filter_options)
    of_actions = partial(
        ActionFilter,
        queryset=ActionRevision.objects.all(),
        day=day,
        organisation=filter_options["register"].organisation,
    )
    for filters in (of_risks, of_actions):
        for name, field in filters(
            {**dict.fromkeys(PositionFilter.SELDOM, "")}
        ).form.fields.items():
            for value, _ in getattr(field, "choices", ()):
                assert len(filters({name: str(value)}).qs) >= 0, (name, value)


def test_an_impossible_day_of_a_command_is_refused(filter_options, tmp_path):
    export = partial(
        call_command,
        "export_register",
        register=filter_options["register"].slug,
        output=tmp_path / "file.json",
    )
    for as_at in DAYS:
        export(as_at=as_at)
        assert "risks" in json.loads((tmp_path / "file.json").read_text())
    for as_at in (*NOT_DAYS, *UNSTORABLE):
        with pytest.raises(CommandError, match="takes a day"):
            export(as_at=as_at)


# The arithmetic


@pytest.mark.parametrize("by", [1, 31, 365, 366, 10**7])
def test_days_are_counted_as_far_as_the_calendar_goes(by):
    assert (days_later(LAST, by), days_later(FIRST, -by)) == (LAST, FIRST)
    assert (years_later(LAST, by), years_later(FIRST, -by)) == (LAST, FIRST)


def test_days_are_counted_on_and_back():
    assert [days_later(day("2028-02-28"), by).isoformat() for by in (2, 0, -59)] == [
        *("2028-03-01", "2028-02-28", "2027-12-31"),
    ]


@pytest.mark.parametrize(
    "day", [FIRST, days_later(FIRST, 1), days_later(FIRST, 89), days_later(LAST, -1), LAST]
)
def test_quarter_ends_are_counted_at_the_ends_of_the_calendar(day):
    ends = quarter_ends_before(day, 8)
    assert ends == sorted(ends) and ends[-1] <= day
    assert quarter_ends_between(ends[0], day) >= 0
