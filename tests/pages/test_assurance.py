"""Assurance: opinions, their form, the map, its page and the list it links to."""

import copy
import dataclasses
import datetime
import re
import uuid
from types import SimpleNamespace

import pytest
from dashboard_pages import counts_behind, numbers
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hostile_values import filled_in, messages_of
from makers import (
    day,
    days_ago,
    make_agreement,
    make_assurance,
    make_body,
    make_control,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_user,
)

from registers.assurance_map import build_assurance_map
from registers.dates import years_later
from registers.models import (
    Assurance,
    AssuranceLevel,
    ControlWeakness,
    HistoryIsAppendOnly,
    Line,
    Role,
)
from registers.phrases.register import state_in_words

pytestmark = pytest.mark.django_db


def signed_in(register, role):
    client = Client()
    client.force_login(make_person(register.organisation, role))
    return client


@pytest.fixture(scope="module")
def module_records(module_db):
    """An officer and a member of two registers: a risk without assurance, and one of each kind."""
    register = make_register(slug="ours")
    records = SimpleNamespace(
        risk=make_risk(register, assessed=(3, 4), on=days_ago(400)),
        register=make_mapped(make_register(register.organisation, slug="mapped")),
        officer=signed_in(register, Role.OFFICER),
        member=signed_in(register, Role.MEMBER),
    )
    person = register.organisation.memberships.get(role=Role.MEMBER).user
    make_body(register, records.register, name="Scrutiny panel", members=[person])
    return records


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def member(records):
    return records.member


MAP = "/registers/mapped/assurance/"
OUR_MAP = "/registers/ours/assurance/"


def text_at(client, path):
    return " ".join(client.get(path).text.split())


# The verb


def test_an_opinion_is_added_and_never_edited(risk):
    opinion = make_assurance(risk)
    with pytest.raises(HistoryIsAppendOnly):
        opinion.save()


def test_the_same_token_gives_back_the_opinion(risk):
    by, token = make_user(), uuid.uuid4()
    assert make_assurance(risk, by=by, token=token) == make_assurance(risk, by=by, token=token)


def test_an_opinion_about_a_control_of_another_risk_is_refused(risk):
    with pytest.raises(ValueError, match="another risk"):
        make_assurance(risk, control=make_control(make_risk(risk.register)))


def test_the_database_refuses_an_opinion_that_ends_before_its_day(risk):
    with pytest.raises(IntegrityError, match="assurance_ends_after_its_day"), transaction.atomic():
        make_assurance(risk, on=days_ago(5), expires_on=days_ago(5))


@pytest.mark.parametrize(
    "change", [{"opinion": "substantial"}, {"expires_on": day("2099-01-01")}, {"line": 4}]
)
def test_a_changed_opinion_is_found(risk, change):
    make_assurance(risk, "limited")
    QuerySet(Assurance).update(**change)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit")


# The map out of plain rows


@dataclasses.dataclass
class Opinion:
    pk: int
    risk_id: int
    line: int
    effective_on: datetime.date
    expires_on: datetime.date


def make_opinion(pk, risk, line, on, until):
    return Opinion(pk, risk, line, day(on), day(until))


def cells(*opinions, risks=(1,), on="2026-11-25"):
    return build_assurance_map(risks, opinions, day(on))


def test_a_risk_without_assurance_has_four_gaps():
    assert [(cell.line, cell.opinion) for cell in cells()[1]] == [(line, None) for line in Line]


def test_an_opinion_is_in_the_cell_of_its_line_with_its_age():
    opinion = make_opinion(1, 1, 3, "2025-09-25", "2027-01-01")
    cell = cells(opinion)[1][2]
    assert (cell.opinion, cell.age, cell.has_run_out) == (opinion, "14 months", False)


@pytest.mark.parametrize(("until", "has_run_out"), [("2026-11-25", False), ("2026-11-24", True)])
def test_an_opinion_holds_on_the_last_day_it_is_good_for(until, has_run_out):
    assert cells(make_opinion(1, 1, 1, "2026-01-01", until))[1][0].has_run_out is has_run_out


def test_a_later_opinion_of_a_line_takes_the_place_of_an_earlier_one_even_if_it_ran_out_sooner():
    older = make_opinion(1, 1, 3, "2026-01-01", "2028-01-01")
    newer = make_opinion(2, 1, 3, "2026-06-01", "2026-07-01")
    cell = cells(newer, older)[1][2]
    assert (cell.opinion, cell.has_run_out) == (newer, True)


def test_the_later_of_two_opinions_on_one_day_counts():
    first, second = (make_opinion(pk, 1, 3, "2026-01-01", "2028-01-01") for pk in (1, 2))
    assert cells(second, first)[1][2].opinion == second


def test_an_opinion_after_the_day_is_left_out():
    assert cells(make_opinion(1, 1, 3, "2026-11-26", "2028-01-01"))[1][2].opinion is None


def test_each_risk_has_its_own_row():
    rows = cells(make_opinion(1, 2, 4, "2026-01-01", "2028-01-01"), risks=(1, 2))
    assert [rows[1][3].opinion, rows[2][3].opinion.pk] == [None, 1]


@pytest.mark.parametrize(
    ("singular", "count", "words"),
    [
        (AssuranceLevel.FIRST_LINE, 0, "none has assurance from line 1 only"),
        (AssuranceLevel.FIRST_LINE, 1, "one has assurance from line 1 only"),
        (AssuranceLevel.FIRST_LINE, 9, "nine have assurance from line 1 only"),
        (AssuranceLevel.NONE, 1, "one has no assurance"),
        (AssuranceLevel.NONE, 14, "14 have no assurance"),
        (ControlWeakness.NONE, 2, "two have no controls recorded"),
    ],
)
def test_a_count_is_in_words(singular, count, words):
    assert state_in_words(singular, count) == words


# What the list and the counts ask


CASES = {
    "no opinion": ([], AssuranceLevel.NONE),
    "line 1": ([(1, 30, -30)], AssuranceLevel.FIRST_LINE),
    "line 2": ([(2, 30, -30)], AssuranceLevel.BEYOND),
    "lines 1 and 4": ([(1, 30, -30), (4, 30, -30)], AssuranceLevel.BEYOND),
    "line 1, and line 3 run out": ([(1, 30, -30), (3, 30, 1)], AssuranceLevel.FIRST_LINE),
    "all run out": ([(1, 30, 1), (3, 30, 1)], AssuranceLevel.EXPIRED),
    "valid until today": ([(3, 30, 0)], AssuranceLevel.BEYOND),
    "a later one of line 3 ran out": ([(3, 60, -300), (3, 30, 5)], AssuranceLevel.EXPIRED),
    "one was renewed": ([(3, 60, 30), (3, 20, -20)], AssuranceLevel.BEYOND),
}


@pytest.mark.parametrize(("opinions", "expected"), CASES.values(), ids=CASES)
def test_exactly_one_assurance_level_fits_a_risk(risk, opinions, expected):
    for line, on, until in opinions:
        make_assurance(risk, line=line, on=days_ago(on), expires_on=days_ago(until))
    today = timezone.localdate()
    assert [level for level in AssuranceLevel if risk.positions.filter(level.on(today))] == [
        expected
    ] * len(risk.positions.all())


def test_a_risk_without_a_control_in_place_has_none(risk):
    wanting = risk.positions.filter(ControlWeakness.NONE.on(timezone.localdate()))
    assert wanting.count() == 1
    control = make_control(risk)
    assert wanting.count() == 0
    control.retire(by=make_user(), version=1, reason="Over.")
    assert wanting.count() == 1


@pytest.mark.parametrize(("tested", "count"), [(None, 1), (366, 1), (365, 0)])
def test_a_control_is_untested_after_twelve_months(risk, tested, count):
    fields = {"last_tested_on": days_ago(tested), "tested_by_line": 1} if tested else {}
    make_control(risk, on=days_ago(390), **fields)
    assert risk.positions.filter(ControlWeakness.UNTESTED.on(timezone.localdate())).count() == count


def test_whether_a_control_is_untested_depends_on_the_day(risk):
    control = make_control(risk, on=days_ago(100))
    control.test(
        by=make_user(), version=1, last_tested_on=days_ago(50), tested_by_line=1, operating="works"
    )
    counts = [
        risk.positions.filter(ControlWeakness.UNTESTED.on(days_ago(ago))).count()
        for ago in (60, 40)
    ]
    assert counts == [1, 0]


@pytest.mark.parametrize(
    "path", [f"{OUR_MAP}?as_at=0001-01-01", "/registers/ours/?as_at=0001-01-01&controls=untested"]
)
def test_the_earliest_date_is_accepted(risk, member, path):
    assert member.get(path).status_code == 200


@pytest.mark.parametrize("query", ["assurance=x", "controls=x", "assurance=%00"])
def test_a_word_that_is_none_is_refused(risk, member, query):
    assert member.get(f"/registers/ours/?{query}").status_code == 400


# The form


def parts(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def opinion_data(on=10, until=-300, **fields):
    days = parts("effective_on", days_ago(on)) | parts("expires_on", days_ago(until))
    return {"line": "3", "provider": "Internal audit", "opinion": "limited", **days, **fields}


def post_opinion(client, risk, **fields):
    return client.post(f"{risk.get_absolute_url()}assurance/new/", opinion_data(**fields))


def test_a_recorded_opinion_is_on_the_risks_page(risk, officer):
    control = make_control(risk, title="Two signatures")
    assert (
        post_opinion(officer, risk, control=control.pk, note="Report 7.")["Location"]
        == risk.get_absolute_url()
    )
    text = text_at(officer, risk.get_absolute_url())
    assert (
        "Internal audit, on: Two signatures" in text and "Limited" in text and "Report 7." in text
    )


def test_a_form_sent_twice_makes_one_opinion(risk, officer):
    token = str(uuid.uuid4())
    for _ in range(2):
        post_opinion(officer, risk, token=token)
    assert risk.assurances.count() == 1


@pytest.fixture(scope="module")
def blank_form(module_records):
    """The form for an opinion, read once."""
    path = f"{module_records.risk.get_absolute_url()}assurance/new/"
    return copy.deepcopy(module_records.officer).get(path).context["form"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"line": ""}, "Select a line of defence"),
        ({"line": "5"}, "Select a line of defence"),
        ({"line": "x"}, "Select a line of defence"),
        ({"provider": "  "}, "Enter who gives the assurance"),
        ({"opinion": "splendid"}, "Select their opinion"),
        ({"control": "x"}, "Select a control of this risk"),
        ({"on": -1}, "The day must be today or in the past"),
        ({"on": 10, "until": 10}, "when it was given"),
        ({"on": 10, "until": 11}, "when it was given"),
        ({"on": 0, "until": -1828}, "5 years after it was given"),
        ({"expires_on_2": "9999"}, "or earlier: check the year"),
        ({"expires_on_1": "13"}, "must be a real date"),
        ({"note": "x" * 4001}, "The note must be 4,000 characters or fewer"),
    ],
)
def test_invalid_input_is_refused_with_a_message(blank_form, fields, words):
    assert words in messages_of(filled_in(blank_form, opinion_data(**fields)))


def test_invalid_input_adds_no_opinion(risk, officer):
    answer = post_opinion(officer, risk, line="")
    assert (answer.status_code, risk.assurances.exists()) == (200, False)
    assert "Select a line of defence" in answer.text


def test_a_control_of_another_risk_or_one_no_longer_used_is_refused(risk, officer):
    retired = make_control(risk)
    retired.retire(by=make_user(), version=1, reason="Over.")
    for control in (make_control(make_risk(risk.register)), retired):
        assert (
            "Select a control of this risk" in post_opinion(officer, risk, control=control.pk).text
        )
    assert not risk.assurances.exists()


def test_a_closed_risk_takes_no_opinion(risk, officer):
    risk.close(by=make_user(), version=1, reason="Over.")
    assert "is closed. Reopen the risk" in post_opinion(officer, risk).text
    assert not risk.assurances.exists()


def test_years_are_counted_by_the_calendar():
    assert [years_later(day("2024-02-29"), n) for n in (1, 4)] == [
        day("2025-02-28"),
        day("2028-02-29"),
    ]


# The risk's page


def test_a_risk_without_assurance_explains_what_it_is(risk, member):
    assert "No assurance recorded" in text_at(member, risk.get_absolute_url())


def test_a_risk_page_shows_gaps_and_expired_opinions(risk, member):
    make_assurance(risk, line=3, on=days_ago(400), expires_on=days_ago(30))
    text = text_at(member, risk.get_absolute_url())
    assert text.count("No assurance from this line.") == 3
    assert "<strong>expired</strong>" in text and "13 months ago" in text


def test_an_earlier_opinion_of_a_line_is_collapsed(risk, member):
    make_assurance(risk, "substantial", on=days_ago(90))
    make_assurance(risk, "limited", on=days_ago(9))
    assert "Earlier assurance (1)" in text_at(member, risk.get_absolute_url())


def test_a_past_day_shows_the_opinions_by_then(risk, member):
    make_assurance(risk, "limited", on=days_ago(20))
    texts = [
        text_at(member, f"{risk.get_absolute_url()}?as_at={days_ago(ago)}") for ago in (30, 10)
    ]
    assert ["No assurance recorded" in text for text in texts] == [True, False]
    assert "10 days before" in texts[1]


# The map


def make_mapped(register):
    """A register with a risk of each kind and one without assurance; the highest is exempt."""
    make_risk(register, assessed=(3, 4), on=days_ago(400))
    high, first = (
        make_risk(register, title=title, assessed=(4, 4), on=days_ago(90))
        for title in ("High", "First")
    )
    make_assurance(high, "limited", line=3, on=days_ago(80))
    make_assurance(first, line=1, on=days_ago(80))
    over = make_risk(register, title="Over", assessed=(1, 1), on=days_ago(90))
    make_assurance(over, line=4, on=days_ago(80), expires_on=days_ago(20))
    hidden = make_risk(
        register, title="Quokka in the vault", assessed=(5, 5), is_exempt=True, on=days_ago(90)
    )
    make_assurance(hidden, line=1, on=days_ago(80), provider="Quokka society")
    return register


def test_the_map_counts_risks_by_assurance_level(register, officer):
    text = re.sub(r"<[^>]+>", "", text_at(officer, MAP))
    assert (
        "Of 4 risks, one has assurance from line 1 only, one has only expired assurance "
        "and one has no " in text
    )
    assert "One has valid assurance from line 2, 3 or 4, four have no controls" in text
    assert "four have no controls recorded and none has a control not tested" in text


@pytest.mark.parametrize(
    "query", ["", f"?as_at={days_ago(50)}", f"?as_at={days_ago(85)}", "?agreed={}"]
)
def test_each_number_links_to_a_list_of_as_many(register, member, query):
    make_control(register.risks.first(), on=days_ago(60))
    agreement = make_agreement(register)
    make_assurance(register.risks.first(), line=2)  # known later than what was agreed
    text = member.get(MAP + query.format(agreement.pk)).text
    links = {
        href: n for href, n in numbers(text).items() if re.search("(assurance|controls)=", href)
    }
    person = register.organisation.memberships.get(role=Role.MEMBER).user
    assert len(links) >= 2 and counts_behind(links, [register], member, person) == links


def test_the_highest_risk_comes_first(register, officer):
    titles = [row.position.revision.title for row in officer.get(MAP).context["rows"]]
    assert titles == ["High", "First", "Reserves run out", "Over"]


def test_a_cell_shows_the_opinion_its_age_and_expiry(register, officer):
    text = re.sub(r"<[^>]+>", "", text_at(officer, MAP))
    assert "Limited Internal audit, 2 months ago" in text
    assert "Reasonable Internal audit, 2 months ago, expired" in text


def test_an_empty_cell_is_marked_as_a_gap(register, officer):
    assert officer.get(MAP).text.count(">Gap</span>") == 4 * 4 - 3


@pytest.mark.parametrize(
    ("role", "is_seen"), [(Role.OFFICER, False), (Role.PEER, False), (Role.MANAGER, True)]
)
def test_the_map_leaves_out_exempt_risks_the_reader_may_not_see(register, role, is_seen):
    text = signed_in(register, role).get(MAP).text
    assert ("Quokka" in text, "exempt risks are not counted" in text.lower()) == (
        is_seen,
        not is_seen,
    )
    assert ("Of 5 risks" in text) == is_seen


def test_a_members_map_opens_as_agreed(register, member):
    make_agreement(register)
    make_assurance(register.risks.first(), line=2, on=days_ago(60), provider="Told late")
    agreed = text_at(member, MAP)
    assert ("Told late" in agreed, "Of 5 risks" in agreed) == (False, True)
    assert "Told late" in text_at(member, f"{MAP}?as_at={timezone.localdate()}")


def test_closed_risks_are_not_on_the_map(risk, member):
    risk.close(by=make_user(), version=1, reason="Over.")
    assert "No risks on this register yet" in text_at(member, OUR_MAP)


def test_a_future_day_shows_no_map(risk, member):
    assert "is in the future" in text_at(member, f"{OUR_MAP}?as_at={days_ago(-9)}")


def test_a_page_beyond_the_last_says_so(risk, member):
    assert "There is no such page" in text_at(member, f"{OUR_MAP}?page=9")


def test_a_stranger_finds_no_map(risk):
    client = Client()
    client.force_login(make_person(make_organisation(), Role.MANAGER))
    assert client.get(OUR_MAP).status_code == 404


def test_the_map_takes_as_many_queries_for_three_risks_as_for_one(
    risk, officer, django_assert_num_queries
):
    make_assurance(risk)
    make_control(risk)
    officer.get(OUR_MAP)
    with CaptureQueriesContext(connection) as single:
        officer.get(OUR_MAP)
    for _ in range(2):
        other = make_risk(risk.register, assessed=(2, 2))
        for line in Line:
            make_assurance(other, line=line)
        make_control(other)
    with django_assert_num_queries(len(single)):
        officer.get(OUR_MAP)
