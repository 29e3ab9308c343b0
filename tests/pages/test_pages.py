"""Pages to read: the rows of lists, the links of numbers, the parameters of addresses, escaping."""

import html
import json
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import (
    day,
    days_ago,
    failure_type,
    make_assessment,
    make_directorate,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
    preset,
    scheme_data,
)

from registers.models import CaseStudy, FailureType, Insight, Lesson, Role, ScoringScheme

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation("Northmoor")


@pytest.fixture
def register(organisation):
    return make_register(organisation, slug="ours", name="Corporate risks", prefix="C")


@pytest.fixture
def officer(organisation):
    return make_person(organisation, Role.MANAGER, name="Robin Ash")


@pytest.fixture
def reader(officer):
    client = Client()
    client.force_login(officer)
    return client


def titles_on(page):
    """Titles of the risks that a list shows, in order."""
    titles = re.findall(r'app-risks__title"><a class="govuk-link" href="[^"]*">([^<]*)</a>', page)
    return [html.unescape(title) for title in titles]


def total_of(page):
    return int(re.search(r'data-total="(\d+)"', page)[1])


# The list


@pytest.fixture
def three(register, organisation, officer):
    """Three risks that differ in all that a list can be narrowed or sorted by."""
    treasurer, nurse = (make_post(organisation, title) for title in ("Treasurer", "Chief nurse"))
    kinds = {slug: failure_type(slug) for slug in ("financial", "governance", "external")}
    return {
        "post": nurse,
        "Bins": make_risk(
            register,
            title="Bins",
            cause="The depot floods.",
            owner=treasurer,
            primary_failure_type=kinds["financial"],
            other_failure_types=[kinds["governance"]],
            assessed=(5, 5),
            on=days_ago(50),
        ),
        "Apples": make_risk(
            register,
            title="Apples",
            owner=nurse,
            primary_failure_type=kinds["governance"],
            assessed=(1, 2),
            on=days_ago(100),
        ),
        "Cellar": make_risk(register, title="Cellar", owner=nurse, on=days_ago(10)),
        "Dock": make_revision(
            make_risk(register, title="Dock", owner=treasurer, assessed=(3, 3), on=days_ago(10)),
            status="closed",
        ).risk,
        "Estate": make_revision(
            make_risk(register, title="Estate", owner=treasurer, assessed=(2, 4), on=days_ago(30)),
            status="happened",
        ).risk,
    }


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", "Apples Bins Cellar Estate"),
        ("failure_type=governance", "Apples Bins"),  # as the main one or as another
        ("main_type=governance", "Apples"),
        ("failure_type=external", ""),
        ("failure_type=not-decided", "Cellar Estate"),
        ("main_type=not-decided", "Cellar Estate"),
        ("band=severe", "Bins"),
        ("band=not-scored", "Cellar"),
        ("status=all", "Apples Bins Cellar Dock Estate"),
        ("status=open", "Apples Bins Cellar"),
        ("status=closed", "Dock"),
        ("status=happened", "Estate"),
        ("status=draft", ""),
        ("likelihood=5", "Bins"),
        ("likelihood=1&impact=2", "Apples"),
        ("likelihood=1&impact=5", ""),
        ("q=apples", "Apples"),
        ("q=DEPOT", "Bins"),
        ("q=depot+floods", "Bins"),
        ("q=depot+apples", ""),
        ("q=c-002", "Apples"),
        ("q=%25", ""),
        ("q=%27+OR+1%3D1+--", ""),
        ("q=", "Apples Bins Cellar Estate"),
        ("band=severe&main_type=governance", ""),
    ],
)
def test_the_list_holds(reader, three, query, titles):
    page = reader.get(f"/registers/ours/?{query}").text
    assert (sorted(titles_on(page)), total_of(page)) == (titles.split(), len(titles.split()))


def test_the_list_filters_by_owner(reader, three):
    page = reader.get(f"/registers/ours/?owner={three['post'].pk}").text
    assert sorted(titles_on(page)) == ["Apples", "Cellar"]


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("", "Bins Estate Apples Cellar"),
        ("score", "Bins Estate Apples Cellar"),
        ("reference", "Bins Apples Cellar Estate"),
        ("title", "Apples Bins Cellar Estate"),
        ("owner", "Apples Cellar Bins Estate"),
    ],
)
def test_the_list_is_sorted_by(reader, three, sort, titles):
    assert titles_on(reader.get(f"/registers/ours/?sort={sort}").text) == titles.split()


def test_unassessed_risks_come_first_then_the_longest_unassessed(reader, three):
    assert titles_on(reader.get("/registers/ours/?sort=assessed").text) == [
        "Cellar",
        "Apples",
        "Bins",
        "Estate",
    ]


def test_the_filters_show_their_values(reader, three):
    page = reader.get("/registers/ours/?band=severe&q=bins").text
    assert ('<option value="severe" selected>' in page, 'value="bins"' in page) == (True, True)


def test_filters_keep_the_day(reader, three):
    page = reader.get(f"/registers/ours/?as_at={days_ago(5)}").text
    assert f'<input type="hidden" name="as_at" value="{days_ago(5)}">' in page


def many(register, count, **content):
    return [
        make_risk(register, title=f"Risk {n:03d}", assessed=(3, 3), **content) for n in range(count)
    ]


def test_a_list_comes_in_pages(reader, register):
    many(register, 27)
    pages = [
        titles_on(reader.get(f"/registers/ours/?sort=reference&page={n}").text) for n in (1, 2)
    ]
    assert [len(page) for page in pages] == [25, 2] and len({*pages[0], *pages[1]}) == 27


def test_a_link_to_the_next_page_keeps_the_rest_of_the_address(reader, register):
    many(register, 27)
    page = reader.get(f"/registers/ours/?sort=title&band=high&as_at={days_ago(0)}").text
    link = html.unescape(re.search(r'href="([^"]*)" rel="next"', page)[1])
    assert titles_on(reader.get(f"/registers/ours/{link}").text) == ["Risk 025", "Risk 026"]


@pytest.mark.parametrize("number", [3, 1000, 9_999_999])
def test_a_page_beyond_the_last_says_so(reader, register, number):
    many(register, 27)
    answer = reader.get(f"/registers/ours/?page={number}")
    assert (answer.status_code, total_of(answer.text), "fewer pages" in answer.text) == (
        200,
        27,
        True,
    )


# Nonsense in the address

NONSENSE = {
    "page": ["0", "-1", "x", "1.5", "1e9", "٣", "9" * 30, "9" * 5000, "", " 1", "+1", "last"],
    "as_at": [
        "x",
        "2026-13-01",
        "2026-02-30",
        "26-1-1",
        "01/02/2026",
        "99999-01-01",
        "0000-01-01",
        "today",
        "NaN",
    ],
    "since": ["x", "2026-13-01", "99999-01-01", "2026-01-01T00:00", "null"],
    "sort": ["password", "-score", "risk__raised_by__password", "1", "x" * 5000],
    "band": ["x", "null", "SEVERE", "0", "' OR 1=1 --"],
    "gap": ["x", "null", "LATE-REVIEW", "0", "any any"],
    "mine": ["no", "1", "null"],
    "owner": ["x", "0", "-1", "9" * 30, "9" * 5000, "1.5", "null", "٣٣٣", "1 OR 1=1"],
    "status": ["x", "null", "OPEN", "0"],
    "likelihood": ["0", "6", "-1", "1.0", "9" * 5000, "x"],
    "impact": ["0", "6", "٣"],
    "failure_type": ["x", "null", "1"],
    "main_type": ["x", "Governance"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in NONSENSE for value in NONSENSE[name]]
)
def test_an_invalid_parameter_of_a_list_is_refused(reader, register, name, value):
    assert reader.get("/registers/ours/", {name: value}).status_code == 400


@pytest.mark.parametrize("name", ["as_at", "since"])
@pytest.mark.parametrize("place", ["dashboard/", "risks/1/", "risks/1/history/"])
def test_an_invalid_day_is_refused_everywhere(reader, register, place, name):
    make_risk(register)
    refused = {
        value: reader.get(f"/registers/ours/{place}", {name: value}).status_code
        for value in NONSENSE[name]
    }
    assert set(refused.values()) == {400}


def test_invalid_bytes_do_no_harm(reader, register):
    statuses = {
        n: reader.get(f"/registers/ours/?{n}=%ED%A0%80%FF").status_code for n in ("q", *NONSENSE)
    }
    assert set(statuses.values()) == {400}


def test_many_unknown_parameters_do_no_harm(reader, register):
    query = urlencode([(f"<x{n}>", '"><script>') for n in range(300)])
    answer = reader.get(f"/registers/ours/?{query}")
    assert (answer.status_code, "<script>" in answer.text.replace('<script src="', "")) == (
        200,
        False,
    )


def test_a_search_that_is_too_long_gets_an_error_message(reader, register):
    answer = reader.get("/registers/ours/", {"q": "a" * 201})
    assert (answer.status_code, "200 characters" in answer.text) == (200, True)


# Days


@pytest.fixture
def history(register, organisation):
    """Three risks whose position changes: raised, judged again, closed, before and after 20 May
    2026.
    """
    up = make_risk(
        register,
        title="Up",
        assessed=(2, 2),
        on=day("2026-01-15"),
        primary_failure_type=failure_type(),
    )
    make_assessment(up, (5, 5), on=day("2026-07-01"))
    closed = make_risk(register, title="Gone", assessed=(4, 4), on=day("2026-02-01"))
    make_revision(closed, status="closed", on=day("2026-08-01"))
    make_risk(
        register, title="Late", on=day("2026-09-15"), primary_failure_type=failure_type("financial")
    )
    renamed = make_risk(register, title="Old name", assessed=(3, 4), on=day("2026-01-20"))
    make_revision(renamed, title="New name", on=day("2026-06-01"))
    return up


@pytest.mark.parametrize(
    ("as_at", "titles"),
    [
        ("", ["Up", "New name", "Late"]),
        ("2026-01-14", []),
        ("2026-01-15", ["Up"]),
        ("2026-05-20", ["Gone", "Old name", "Up"]),
        ("2026-07-31", ["Up", "Gone", "New name"]),
        ("2026-08-01", ["Up", "New name"]),
    ],
)
def test_the_list_as_at_a_day_holds_the_register_at_its_end(reader, history, as_at, titles):
    assert titles_on(reader.get(f"/registers/ours/?as_at={as_at}").text) == titles


@pytest.mark.parametrize("place", ["", "dashboard/", "risks/1/", "risks/1/history/"])
def test_a_page_about_a_past_day_says_which(reader, history, place):
    assert "As at 20 May 2026" in reader.get(f"/registers/ours/{place}?as_at=2026-05-20").text


@pytest.mark.parametrize("place", ["", "dashboard/", "risks/1/", "risks/1/history/"])
def test_links_of_a_page_about_a_past_day_stay_on_it(reader, history, place):
    text = reader.get(f"/registers/ours/{place}?as_at=2026-05-20").text
    links = re.findall(r'href="(/registers/ours/[^"]*)"(?!>See today)', text)
    lists = tuple(
        f"/registers/ours/{place}/"
        for place in ("agreements", "actions", "escalations", "worklist")
    )
    files = tuple(f"/registers/ours/{file}" for file in ("import/", "export.json", "open-data."))
    elsewhere = ("/registers/ours/risks/new/", *lists, *files)
    astray = [link for link in links if "as_at=" not in link and not link.startswith(elsewhere)]
    assert links and astray == []


def test_a_risk_as_at_a_day_shows_its_earlier_text(reader, history):
    text = reader.get("/registers/ours/risks/4/?as_at=2026-05-20").text
    assert ("Old name" in text, "New name" in text) == (True, False)


def test_the_history_as_at_a_day_shows_nothing_later(reader, history):
    assert "New name" not in reader.get("/registers/ours/risks/4/history/?as_at=2026-05-20").text


def test_a_risk_as_at_a_day_shows_no_later_judgement(reader, history):
    assert "= 25" not in reader.get("/registers/ours/risks/1/?as_at=2026-05-20").text


@pytest.mark.parametrize("as_at", ["2999-01-01", "9999-12-31"])
@pytest.mark.parametrize("place", ["", "dashboard/", "risks/1/", "risks/1/history/"])
def test_a_future_day_is_answered_with_a_sentence(reader, history, place, as_at):
    answer = reader.get(f"/registers/ours/{place}?as_at={as_at}")
    assert (answer.status_code, "has not come yet" in html.unescape(answer.text)) == (200, True)


@pytest.mark.parametrize("place", ["", "dashboard/", "risks/1/history/"])
def test_a_future_day_shows_no_risk(reader, history, place):
    text = reader.get(f"/registers/ours/{place}?as_at=2999-01-01").text
    assert ("= 25" in text, titles_on(text)) == (False, [])


@pytest.mark.parametrize("as_at", ["0001-01-01", "0001-04-01", "1066-10-14", "2026-01-14"])
@pytest.mark.parametrize("place", ["", "dashboard/", "risks/1/", "risks/1/history/"])
def test_a_day_before_the_first_risk_is_answered_with_a_sentence(reader, history, place, as_at):
    answer = reader.get(f"/registers/ours/{place}?as_at={as_at}")
    assert (answer.status_code, bool(re.search("[Nn]othing|No risks?|not yet", answer.text))) == (
        200,
        True,
    )


def test_the_dashboard_compares_with_the_requested_day(reader, history):
    text = reader.get("/registers/ours/dashboard/?since=2026-05-20").text
    moved = "one new, one up a band or more, none down, one closed or taken off, one unchanged"
    assert f"Since 20 May 2026: {moved}" in text


def test_the_dashboard_compares_with_the_last_quarter_end_by_default(reader, history):
    assert "Since 31 March 2026" in reader.get("/registers/ours/dashboard/?as_at=2026-06-30").text


def test_the_sentence_above_tolerance_agrees_with_the_bands(reader, register, history):
    ScoringScheme.objects.filter(pk=register.scheme_id).update(tolerance="moderate")
    text = reader.get("/registers/ours/dashboard/?as_at=2026-07-15&since=2026-05-20").text
    assert (
        "Three of 3 risks are above tolerance (Severe or High), one more than on 20 May 2026."
        in text
    )


# Links of numbers


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?as_at=2026-05-20",
        "?as_at=2026-07-31&since=2026-02-10",
        "?as_at=2026-06-30",
        "?since=2026-07-31",
        "?since=2999-01-01",
        "?as_at=2026-05-20&since=2026-07-31",
        "?more=order&more=ways",
    ],
)
def test_every_number_on_the_dashboard_leads_to_as_many_risks(reader, history, query):
    text = reader.get(f"/registers/ours/dashboard/{query}").text
    links = {
        html.unescape(href): int(count)
        for href, count in re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', text)
    }
    totals = {href: total_of(reader.get(href).text) for href in links}
    assert links and totals == links


@pytest.mark.parametrize("slug", ["five-by-five-three-bands", "four-by-four"])
def test_the_dashboard_counts_a_rating_by_an_earlier_scheme(reader, register, history, slug):
    """It keeps the band it was given until it is judged again; it is not lost from the numbers."""
    register.scheme = preset(slug)
    register.save()
    text = reader.get("/registers/ours/dashboard/").text
    table = re.search(r"app-bands.*?</table>", text, re.DOTALL)[0]
    counts = [int(n) for n in re.findall(r'data-count="(\d+)"', table)[::2]]
    assert sum(counts) == total_of(reader.get("/registers/ours/").text)


# Query counts


def queries_for(reader, path):
    reader.get(path)  # queries made once a process
    with CaptureQueriesContext(connection) as queries:
        assert reader.get(path).status_code == 200
    return len(queries)


def grow(register, organisation, count):
    """As many more risks of every kind: new, up, down and closed, each with an owner and types of
    its own.
    """
    for _ in range(count):
        post = make_post(organisation, directorate=make_directorate(organisation))
        types = {
            "primary_failure_type": failure_type(),
            "other_failure_types": [failure_type("external")],
        }
        make_risk(register, owner=post, assessed=(5, 5), on=days_ago(0), **types)  # new
        for ratings, later in (((1, 1), (5, 5)), ((5, 5), (1, 1))):  # up, down
            risk = make_risk(register, owner=post, assessed=ratings, on=days_ago(300), **types)
            make_assessment(risk, later, on=days_ago(0))
        closed = make_risk(register, owner=post, assessed=(3, 3), on=days_ago(300), **types)
        make_revision(closed, status="closed", on=days_ago(0))


@pytest.mark.parametrize(
    "path",
    [
        "/registers/ours/",
        "/registers/ours/?status=all&sort=owner",
        "/registers/ours/?failure_type=external&q=reserves",
        f"/registers/ours/?as_at={days_ago(100)}",
        f"/registers/ours/dashboard/?since={days_ago(200)}",
        f"/registers/ours/dashboard/?as_at={days_ago(100)}",
        "/registers/ours/dashboard/?more=order&more=ways",
    ],
)
def test_a_page_makes_as_many_queries_for_many_rows_as_for_one(
    reader, register, organisation, path
):
    grow(register, organisation, 1)
    baseline = queries_for(reader, path)
    grow(register, organisation, 9)
    assert queries_for(reader, path) == baseline


@pytest.mark.parametrize("place", ["", "history/"])
def test_a_risk_makes_as_many_queries_for_many_changes_as_for_one(reader, register, officer, place):
    risk = make_risk(register, owner=make_post(register.organisation), assessed=(3, 3))

    def change(count):
        for n in range(count):
            by = make_user()
            make_assessment(risk, (2, 2), by=by)
            owner = make_post(register.organisation)
            types = [failure_type("external")] if n % 2 else []
            make_revision(
                risk, by=by, title=f"Title {by.pk}", owner=owner, other_failure_types=types
            )

    change(1)
    baseline = queries_for(reader, f"/registers/ours/risks/1/{place}")
    change(20)
    assert queries_for(reader, f"/registers/ours/risks/1/{place}") == baseline


@pytest.mark.parametrize("form", ["risks/new/", "risks/1/edit/", "risks/1/assess/"])
def test_a_form_makes_as_many_queries_for_many_posts_as_for_one(reader, register, officer, form):
    make_risk(register, owner=make_post(register.organisation), assessed=(3, 3))
    baseline = queries_for(reader, f"/registers/ours/{form}")
    many(register, 20, owner=make_post(register.organisation))
    assert queries_for(reader, f"/registers/ours/{form}") == baseline


@pytest.mark.parametrize("count", [20, 40])
def test_home_makes_as_many_queries_for_many_registers_as_for_one(
    reader, organisation, register, count
):
    make_risk(register, assessed=(3, 3))
    baseline = queries_for(reader, "/")
    for _ in range(count):
        make_risk(make_register(organisation, scheme=make_scheme()), assessed=(3, 3))
    assert queries_for(reader, "/") == baseline


LIBRARY = {
    "library": {},
    "library_failure_type": {"slug": "governance"},
    "library_insight": {"number": 1},
    "library_case": {"slug": "doncaster"},
    "library_sources": {},
    "library_source": {"slug": "failing-well"},
}


def grow_the_library(count):
    """Add cases, each of every type and insight and with the citations of doncaster."""
    kinds, insights, doncaster = (
        FailureType.objects.all(),
        Insight.objects.all(),
        CaseStudy.objects.get(slug="doncaster"),
    )
    citations = list(doncaster.citations.all())
    fields = ("sector", "period", "summary", "consequences", "outcome")
    for n in range(count):
        words = {f: getattr(doncaster, f) for f in fields if hasattr(doncaster, f)}
        names = {
            "slug": f"case-{n}",
            "name": f"Case {n}",
            "short_name": f"Case {n}",
            "number": 100 + n,
        }
        case = CaseStudy.objects.create(**names, **words)
        case.citations.set(citations)
        for link, rows, name in (
            ("failure_type_rows", kinds, "failure_type"),
            ("insight_rows", insights, "insight"),
        ):
            for other in rows:
                extra = {"is_primary": False} if name == "failure_type" else {}
                row = getattr(case, link).create(
                    **{name: other}, evidence="It shows.", basis="derived", **extra
                )
                row.citations.set(citations)
        lesson = Lesson.objects.create(number=f"9.{n}", summary="More.", insight=insights[0])
        lesson.citations.set(citations)


@pytest.mark.parametrize("name", LIBRARY)
def test_a_library_page_makes_as_many_queries_for_many_rows_as_for_few(reader, name):
    path = reverse(name, kwargs=LIBRARY[name])
    before = queries_for(reader, path)
    grow_the_library(20)
    assert queries_for(reader, path) == before


# Empty


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/registers/ours/", "nobody has looked"),
        ("/registers/ours/dashboard/", "When officers have logged and judged risks"),
        ("/", "No risks on the register yet"),
    ],
)
def test_an_empty_register_explains_the_next_step(reader, register, place, words):
    answer = reader.get(place)
    assert (answer.status_code, words in answer.text) == (200, True)


def test_an_empty_register_is_not_called_filtered(reader, register):
    assert "No risk fits" not in reader.get("/registers/ours/").text


def test_a_filter_that_fits_nothing_says_so(reader, register):
    make_risk(register)
    assert "No risk fits" in reader.get("/registers/ours/?band=severe").text


def test_a_person_without_an_organisation_reads_what_to_do(client):
    client.force_login(make_user())
    answer = client.get("/")
    assert (answer.status_code, "You belong to no organisation yet" in answer.text) == (200, True)


def test_the_dashboard_links_to_what_is_missing(reader, register):
    make_risk(register)
    page = reader.get("/registers/ours/dashboard/").text
    assert 'href="/registers/ours/?gap=no-rating" data-count="1"' in page


def test_a_risk_with_few_fields_has_a_page(reader, register):
    make_risk(register, cause="")
    text = reader.get("/registers/ours/risks/1/").text
    assert (
        "No current rating yet" in text,
        text.count("Not decided yet"),
        "Not said yet" in text,
    ) == (True, 2, True)


# Hostile words

TITLES = {
    "one character": "x",
    "200 characters": "ab " * 66 + "ab",
    "no spaces": "x" * 200,
    "right to left": "הסיכון של מועצת העיר",
    "override": "before \u202e after",
    "emoji": "👩🏽‍🚒🔥 risk",
    "combining": "e" + "\u0301" * 150,
    "markup": "<b>&amp;</b> \"quoted\" 'single' {{ 7 }} {% x %} %s",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_is_shown_as_typed(reader, register, title):
    make_risk(register, title=title, assessed=(5, 5))
    pages = ("", "dashboard/", "risks/1/", "risks/1/edit/", "risks/1/assess/", "risks/1/history/")
    is_shown = {
        page: title in html.unescape(reader.get(f"/registers/ours/{page}").text) for page in pages
    }
    assert is_shown == dict.fromkeys(pages, True)


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{7*7}}"
    "</textarea></title>\u2028\u2029<!--"
)


@pytest.fixture
def hostile(officer):
    """The same hostile words in every text there is."""
    officer.name = EVIL
    officer.save()
    organisation = officer.memberships.get().organisation
    organisation.name = EVIL
    organisation.save()
    level = {"label": EVIL, "guidance": EVIL}
    levels = [{"value": value, **level} for value in range(1, 6)]
    bands = [{**band, "label": f"{EVIL}{n}"} for n, band in enumerate(scheme_data()["bands"])]
    scheme = make_scheme(name=EVIL[:100], likelihood=levels, impact=levels, bands=bands)
    post = make_post(organisation, EVIL, directorate=make_directorate(organisation, EVIL))
    register = make_register(organisation, scheme, slug="hostile", name=EVIL, prefix="<b>&'\"")
    content = dict.fromkeys(("title", "cause", "event", "consequence"), EVIL)
    FailureType.objects.filter(slug="governance").update(name=EVIL)
    kind = failure_type("governance")
    risk = make_risk(
        register, by=officer, owner=post, primary_failure_type=kind, assessed=(5, 5), **content
    )
    make_assessment(risk, (4, 4), by=officer, rationale=EVIL)
    make_revision(risk, by=officer, cause=EVIL * 2, reason=EVIL, other_failure_types=[kind])
    return register


HOSTILE_PLACES = "dashboard/ risks/new/ risks/1/ risks/1/edit/ risks/1/assess/ risks/1/history/"
HOSTILE_PAGES = ["/", "/library/", "/library/failure-types/governance/", "/registers/hostile/"] + [
    f"/registers/hostile/{place}" for place in HOSTILE_PLACES.split()
]


@pytest.mark.parametrize("path", HOSTILE_PAGES)
def test_no_text_becomes_markup(reader, hostile, path):
    text = reader.get(path, {"q": EVIL} if path.endswith("hostile/") else {}).text
    markup = ("<script>alert", "<img src=x", "</textarea></title>", "<b>&", "<!--")
    assert ("alert(1)" in text, [evil for evil in markup if evil in text]) == (True, [])


@pytest.mark.parametrize("place", ["new/", "1/edit/", "1/assess/"])
def test_no_text_becomes_markup_when_a_form_comes_back(reader, hostile, place):
    fields = (
        "title cause event consequence rationale reason owner likelihood impact driver token "
        "version kind"
    )
    data = dict.fromkeys(f"{fields} effective_on_0 effective_on_1 effective_on_2".split(), EVIL)
    text = reader.post(f"/registers/hostile/risks/{place}", data).text
    assert ("alert(1)" in text, "<script>alert" in text, "</textarea></title>" in text) == (
        True,
        False,
        False,
    )


def test_no_text_becomes_markup_in_an_edit_conflict(reader, hostile):
    risk = hostile.risks.get()
    form = dict.fromkeys(("title", "event", "consequence"), "Other words") | {
        "version": 1,
        "owner": risk.owner_id,
    }
    answer = reader.post("/registers/hostile/risks/1/edit/", form)
    assert (answer.status_code, "alert(1)" in answer.text, "<script>alert" in answer.text) == (
        409,
        True,
        False,
    )


def test_no_text_ends_the_data_of_a_chart(reader, hostile):
    text = reader.get("/registers/hostile/dashboard/").text
    blocks = re.findall(
        r'<script id="([^"]*)" type="application/json">(.*?)</script>', text, re.DOTALL
    )
    names = {trace["name"] for _, block in blocks for trace in json.loads(block)["data"]}
    assert (len(blocks), {f"{EVIL}{n}" for n in range(4)} - names) == (2, set())


# Forms


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/library/",
        "/library/load/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/email/",
        *(f"/registers/ours/{p}" for p in ("", "dashboard/", "risks/new/")),
        *(f"/registers/ours/risks/1/{p}" for p in ("", "edit/", "assess/", "history/")),
    ],
)
def test_every_form_that_is_posted_carries_a_token(client, organisation, register, path):
    make_risk(register)
    person = make_person(
        organisation, Role.MANAGER, is_staff=True, password="a long enough password"
    )
    FailureType.objects.filter(slug="governance").update(
        meaning="So that there is something to load."
    )
    client.force_login(person)
    forms = re.findall(
        r'<form[^>]*method="post".*?</form>', client.get(path).text, re.IGNORECASE | re.DOTALL
    )
    assert forms and [form for form in forms if 'name="csrfmiddlewaretoken"' not in form] == []


def test_nobody_signs_in_without_a_token(client):
    forms = re.findall(
        r'<form[^>]*method="post".*?</form>', client.get("/accounts/login/").text, re.DOTALL
    )
    assert forms and all('name="csrfmiddlewaretoken"' in form for form in forms)
