"""The page by which a register takes a newer version of its scheme."""

import html
import json
import re
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from makers import (
    days_ago,
    make_agreement,
    make_appetite,
    make_assessment,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_scheme,
    make_user,
    preset,
    risk_form,
    scheme_data,
)
from query_counts import queries_for
from recorded_risks import at

from registers.charts import NO_RISKS
from registers.dashboard.trends import Trends
from registers.models import Assessment, Register, ScoringScheme
from registers.scheme_comparison import differences_between

pytestmark = pytest.mark.django_db

PATH = "/registers/ours/scheme/"
TO_RE_ASSESS = "/registers/ours/?band=to-re-assess"


@pytest.fixture
def register():
    return make_register(make_organisation("Northmoor Council"), slug="ours")


@pytest.fixture
def manager(register):
    client = Client()
    client.force_login(make_person(register.organisation, "manager"))
    return client


@pytest.fixture
def newer():
    return make_scheme(slug="five-by-five", version=2, name="Northmoor's matrix")


def words_of(answer):
    return " ".join(html.unescape(strip_tags(answer.text)).split())


def preview_of(client, scheme):
    return words_of(client.get(PATH, {"to": scheme.pk}))


def post(client, scheme, **fields):
    data = {"scheme": scheme.pk, "reason": "The board asked for it.", "token": uuid.uuid4()}
    return client.post(PATH, {**data, **fields})


# What is on offer


def test_without_a_newer_version_the_page_says_where_one_comes_from(manager):
    page = words_of(manager.get(PATH))
    assert "No newer version" in page and "When an administrator publishes a newer version" in page


def test_each_newer_version_is_offered(manager, register, newer):
    third = make_scheme(slug="five-by-five", version=3, organisation=register.organisation)
    page = manager.get(PATH).text
    assert [f"?to={scheme.pk}" in page for scheme in (newer, third)] == [True, True]


def test_a_version_of_another_organisation_is_not_offered(manager):
    make_scheme(slug="five-by-five", version=2, organisation=make_organisation())
    assert "No newer version" in words_of(manager.get(PATH))


def test_the_settings_lead_to_it(manager):
    assert f'href="{PATH}"' in manager.get("/registers/ours/settings/").text


def test_the_settings_lead_only_a_manager_to_it(register):
    client = Client()
    client.force_login(make_person(register.organisation, "officer"))
    assert PATH not in client.get("/registers/ours/settings/").text


@pytest.mark.parametrize("value", ["x", "0", "-1", "1.5", " 1", "٣", "9" * 30])
def test_nonsense_in_the_address_is_refused(manager, value):
    assert manager.get(PATH, {"to": value}).status_code == 400


@pytest.mark.parametrize(
    "key", [lambda: 10**9, lambda: preset().pk, lambda: make_scheme(version=2).pk]
)
def test_a_preview_of_no_newer_version_is_not_there(manager, key):
    assert manager.get(PATH, {"to": key()}).status_code == 404


# The preview


def test_the_preview_counts_the_risks_that_will_read_to_re_assess(manager, register, newer):
    for _ in range(2):
        make_risk(register, assessed=(3, 3))
    make_risk(register)
    make_risk(register, assessed=(3, 3), status="draft")
    assert "Two risks are rated under 5 x 5, four bands (version 1) and will" in preview_of(
        manager, newer
    )


def test_the_preview_counts_an_exempt_risk_for_the_manager(manager, register, newer):
    make_risk(register, assessed=(3, 3), is_exempt=True)
    assert "One risk is rated" in preview_of(manager, newer)


def test_the_preview_says_which_read_so_already(manager, register, newer):
    make_risk(register, assessed=(3, 3))
    register.adopt_scheme(by=make_user(), scheme=newer, reason="So.")
    third = make_scheme(slug="five-by-five", version=3)
    page = preview_of(manager, third)
    assert "No risk is rated under Northmoor's matrix (version 2). One more already reads" in page


def test_the_preview_says_that_an_appetite_is_to_be_stated_anew(manager, register, newer):
    before = preview_of(manager, newer)
    make_appetite(register.organisation)
    words = "until a body sets a risk appetite under it"
    assert (words in before, words in preview_of(manager, newer)) == (False, True)


def test_the_preview_names_the_registers_that_keep_the_scheme(manager, register, newer):
    make_register(register.organisation, name="Housing risks")
    make_register(register.organisation, name="School risks", scheme=newer)
    page = preview_of(manager, newer)
    assert "totals leave them apart from this register: Housing risks." in page
    assert "School risks" not in page


def test_the_preview_makes_as_many_queries_for_three_of_everything_as_for_one(
    manager, register, newer
):
    def grow(count):
        for _ in range(count):
            make_risk(register, assessed=(3, 3))
            make_register(register.organisation)
            make_appetite(register.organisation)

    paths = [PATH, f"{PATH}?to={newer.pk}"]
    grow(1)
    baseline = queries_for(manager, paths)
    grow(2)
    assert queries_for(manager, paths, is_warm=True) == baseline


# What differs


def bands_with(**changes):
    return [{**band, **changes.get(band["slug"], {})} for band in scheme_data()["bands"]]


def level_with(name, place, **changes):
    levels = scheme_data()[name]
    levels[place] |= changes
    return levels


def cells_with(band, row, column):
    cells = scheme_data()["cells"]
    cells[row][column] = band
    return cells


DIFFERENCES = {
    "name": (lambda: {"name": "Ours"}, ("Name", "5 x 5, four bands", "Ours")),
    "band": (
        lambda: {"bands": bands_with(low={"label": "Minor"})},
        (
            "Bands, lowest first",
            "Low, Moderate, High, Severe",
            "Minor, Moderate, High, Severe. Low is now called Minor.",
        ),
    ),
    "days": (
        lambda: {"bands": bands_with(severe={"review_days": 1})},
        ("Severe: review", "within 31 days", "within 1 day"),
    ),
    "tolerance": (
        lambda: {"tolerance": "low"},
        ("Tolerance", "High", "Low"),
    ),
    "escalation": (
        lambda: {"escalation": "high"},
        ("Escalated from", "Severe", "High"),
    ),
    "level": (
        lambda: {"impact": level_with("impact", 0, label="Tiny", guidance="")},
        ("Impact 1", None, "Tiny"),
    ),
    "cell": (
        lambda: {"cells": cells_with("moderate", 0, 2)},
        ("Matrix", "5 by 5", "5 by 5, one pair of ratings in another band"),
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_part_that_differs_is_listed_alone(name):
    parts, (part, before, after) = DIFFERENCES[name]
    scheme = ScoringScheme(**{"name": preset().name, **scheme_data(), **parts()})
    difference = list(differences_between(preset(), scheme))
    assert [(row.part, row.after) for row in difference] == [(part, after)]
    assert before in (None, difference[0].before)


def test_levels_and_bands_of_one_version_alone_are_listed():
    small, large = preset("four-by-four"), preset()
    rows = {row.part: (row.before, row.after) for row in differences_between(large, small)}
    assert (rows["Likelihood 5"][1], rows["Matrix"]) == ("none", ("5 by 5", "4 by 4"))


def test_a_band_with_another_name_at_its_place_is_called_renamed_and_nothing_else():
    """Its cells, its review and the escalation from it are the same."""
    data = json.loads(json.dumps(scheme_data()).replace('"severe"', '"critical"'))
    data["bands"][-1]["label"] = "Critical"
    scheme = ScoringScheme(**{"name": preset().name, **data})
    rows = [(row.part, row.after) for row in differences_between(preset(), scheme)]
    assert rows == [
        (
            "Bands, lowest first",
            "Low, Moderate, High, Critical. Severe is now called Critical.",
        )
    ]


# Taking it


def test_it_is_in_force_and_the_list_shows_what_is_to_be_judged_again(manager, register, newer):
    make_risk(register, assessed=(3, 3))
    answer = manager.post(
        PATH, {"scheme": newer.pk, "reason": "The board asked for it."}, follow=True
    )
    assert answer.redirect_chain == [(TO_RE_ASSESS, 302)]
    message = "Northmoor's matrix (version 2) is in force. One risk needs a new assessment."
    assert message in words_of(answer)
    assert Register.objects.get(pk=register.pk).scheme == newer


def test_the_list_after_it_shows_the_risks_that_were_counted(manager, register, newer):
    make_risk(register, title="A school fails", assessed=(3, 3))
    make_risk(register, title="Nobody rated this")
    page = words_of(manager.get(post(manager, newer).url))
    assert ("A school fails" in page, "Nobody rated this" in page) == (True, False)


def test_a_reason_is_asked_for(manager, register, newer):
    answer = post(manager, newer, reason=" ")
    assert "Enter why this register adopts it" in answer.text
    assert Register.objects.get(pk=register.pk).scheme == preset()


@pytest.mark.parametrize("value", ["", "x", "10000000000"])
def test_a_form_that_names_no_version_is_lost(manager, newer, value):
    answer = manager.post(PATH, {"scheme": value, "reason": "So."})
    assert (answer.status_code, "We cannot save this form" in answer.text) == (200, True)


def test_a_version_that_another_manager_took_is_refused_and_the_reason_stays(
    manager, register, newer
):
    register.adopt_scheme(by=make_user(), scheme=newer, reason="So.")
    answer = post(manager, newer, reason="My own reason.")
    assert answer.status_code == 409
    assert "which is in force" in answer.text and "My own reason." in answer.text


def test_the_form_cannot_name_a_version_of_another_organisation(manager, register):
    other = make_scheme(slug="five-by-five", version=2, organisation=make_organisation())
    assert "We cannot save this form" in post(manager, other).text
    assert Register.objects.get(pk=register.pk).scheme == preset()


# Afterwards

CHANGING = re.compile(r'(csrfmiddlewaretoken|name="token")[^>]*|nonce="[^"]*"')

RATING = {"likelihood": 4, "impact": 4, "driver": "harm-to-users", "rationale": "As we see it."}


@pytest.fixture
def risk(register, newer):
    """Rated by the earlier version; the newer one is in force."""
    risk = make_risk(register, assessed=(3, 3), on=days_ago(9))
    make_agreement(register)
    register.adopt_scheme(by=make_user(), scheme=newer, reason="So.")
    return risk


def test_a_risk_and_its_row_in_the_list_read_to_re_assess_until_it_is_judged_again(manager, risk):
    places = {"": "to re-assess</span>", "risks/1/": "<strong>To re-assess</strong>"}

    def texts():
        return [text in manager.get(f"/registers/ours/{at}").text for at, text in places.items()]

    before = texts()
    make_assessment(risk)
    assert (before, texts()) == ([True, True], [False, False])


@pytest.mark.parametrize("place", ["dashboard/", "", "risks/1/"])
def test_a_page_that_was_agreed_or_is_of_an_earlier_day_stays_as_it_was(
    manager, register, newer, place
):
    """It is read by the scheme that was in force then."""
    make_risk(register, assessed=(3, 3), on=days_ago(9), recorded_at=at(days_ago(9)))
    agreement = make_agreement(register, on=days_ago(2))
    queries = (f"?agreed={agreement.pk}", f"?as_at={days_ago(2)}")

    def texts():
        pages = [manager.get(f"/registers/ours/{place}{query}").text for query in queries]
        return [
            re.sub(r'(csrfmiddlewaretoken|name="token")[^>]*|nonce="[^"]*"', "", p) for p in pages
        ]

    before = texts()
    register.adopt_scheme(by=make_user(), scheme=newer, reason="So.")
    assert texts() == before


@pytest.fixture
def charted(register):
    """Rated four quarters ago; then a newer version, which calls one band otherwise."""
    first, second = (
        make_risk(register, assessed=pair, on=days_ago(400), recorded_at=at(days_ago(400)))
        for pair in ((5, 5), (3, 3))
    )
    scheme = make_scheme(
        slug="five-by-five", version=2, bands=bands_with(high={"label": "Grave"}), tolerance="low"
    )
    return SimpleNamespace(register=register, first=first, second=second, scheme=scheme)


def adopt(charted):
    charted.register.adopt_scheme(by=make_user(), scheme=charted.scheme, reason="So.")


def section_of(client, section, **query):
    answer = client.get("/registers/ours/dashboard/", query)
    return answer.context["dashboard"].section(section)


def chart_rows(client, **query):
    """The table over time: a row for each day, without the day."""
    table = section_of(client, Trends, **query).chart.table
    return [dict(zip(table.columns[1:], map(str, row[1:]), strict=True)) for row in table.rows]


def test_quarter_ends_before_an_adoption_stay_as_they_were(manager, charted):
    before = chart_rows(manager)
    adopt(charted)
    added = {"Grave": NO_RISKS, "To re-assess": "0"}
    assert chart_rows(manager)[:-1] == [row | added for row in before[:-1]]
    assert before[-2]["Severe"] == "1"


def test_a_band_of_one_scheme_has_a_dash_on_the_days_of_the_other(manager, charted):
    adopt(charted)
    rows = chart_rows(manager)
    assert (rows[-2]["High"], rows[-2]["Grave"]) == ("1", NO_RISKS)
    assert (rows[-1]["High"], rows[-1]["Grave"], rows[-1]["To re-assess"]) == (NO_RISKS, "0", "2")


def test_each_number_over_time_leads_to_as_many_risks_on_its_day(manager, charted):
    adopt(charted)
    make_assessment(charted.first, (5, 5))
    links = [
        cell
        for row in section_of(manager, Trends).chart.table.rows[-2:]
        for cell in row
        if cell.count
    ]
    assert [cell.count for cell in links] == [
        manager.get(cell.href).context["page"].paginator.count for cell in links
    ]
    assert sum(cell.count for cell in links) == 4


@pytest.mark.parametrize(("band", "counts"), [("severe", [1, 1]), ("above-tolerance", [1, 1])])
def test_a_page_narrowed_by_a_band_reads_it_by_the_scheme_of_each_day(
    manager, charted, band, counts
):
    adopt(charted)
    make_assessment(charted.first, (5, 5))
    rows = chart_rows(manager, band=band)
    assert [sum(int(n) for n in row.values() if n != NO_RISKS) for row in rows[-2:]] == counts


def test_a_page_narrowed_by_a_band_says_what_fitted_by_the_earlier_scheme(manager, charted):
    """The first is to re-assess since; the second is judged anew."""
    adopt(charted)
    make_assessment(charted.second, (5, 5))
    page = words_of(manager.get("/registers/ours/dashboard/", {"band": "severe"}))
    assert "one unchanged. Risks then: 1, now: 1." in page
    assert "One of them matches now and did not then and one matched then and does not now." in page


def test_what_is_above_tolerance_goes_by_the_tolerance_of_each_scheme(manager, charted):
    """The newer scheme tolerates Low alone, the earlier one all but Severe."""
    adopt(charted)
    for risk in (charted.first, charted.second):
        make_assessment(risk, (3, 3))
    summary = section_of(manager, Trends).chart.summary
    assert re.search("one on [^,]*, two on", summary)


def test_the_chart_names_the_schemes_and_the_day_on_which_the_newer_was_taken(manager, charted):
    before = section_of(manager, Trends).chart.note
    adopt(charted)
    assert (before, section_of(manager, Trends).chart.note) == (
        "",
        f"Rated by 5 x 5, four bands (version 1) until {days_ago(0):%-d %B %Y}, "
        "then by A scheme (version 2).",
    )


def test_a_register_without_adoptions_makes_no_query_for_them(manager, charted):
    with CaptureQueriesContext(connection) as queries:
        manager.get("/registers/ours/dashboard/", {"as_at": days_ago(9)})
    tables = [
        query["sql"] for query in queries if 'FROM "registers_schemeadoption"' in query["sql"]
    ]
    assert [
        sql for sql in tables if not sql.lstrip().startswith('SELECT "registers_register"')
    ] == []


def test_bands_of_two_schemes_are_not_compared(manager, charted):
    """Not at the top, by band, in what moved, nor in the matrix."""
    before = words_of(manager.get("/registers/ours/dashboard/"))
    adopt(charted)
    make_assessment(charted.first, (3, 3))
    after = words_of(manager.get("/registers/ours/dashboard/"))
    compared = ["as many as on", "Change", "went up", "“was”"]
    assert [text in before for text in compared] == [True, True, False, True]
    assert [text in after for text in compared] == [False, False, False, False]
    assert "risks were rated by 5 x 5, four bands (version 1)" in after
    assert "one rated under another scheme and not compared, none closed or taken off, one" in after


def test_a_rating_from_outside_by_the_earlier_scheme_does_not_count(manager, charted):
    make_assessment(charted.first, (5, 5), perspective="peer")
    before = words_of(manager.get("/registers/ours/dashboard/"))
    adopt(charted)
    after = words_of(manager.get("/registers/ours/dashboard/"))
    assert "has an independent rating, the same as ours" in before
    assert "No independent rating of these risks under this scheme yet." in after


@pytest.mark.parametrize("place", ["agreements/", "dashboard/"])
def test_what_an_earlier_scheme_gave_an_agreement_is_not_compared(manager, risk, place):
    page = words_of(manager.get(f"/registers/ours/{place}"))
    assert "The register has adopted another scheme since, so we do not compare bands." in page


def test_the_headline_says_how_many_are_to_be_re_assessed(manager, risk):
    """Or none above tolerance would read as if all were well."""
    page = words_of(manager.get("/registers/ours/dashboard/"))
    assert (
        "No risk is rated under the new scheme yet. One was rated under an earlier scheme and has "
        "to be assessed again." in page
    )


def test_a_day_on_which_all_wait_for_a_rating_is_not_called_within_tolerance(manager, risk):
    assert "no risk was rated on" in section_of(manager, Trends).chart.summary


def test_an_agreement_is_counted_by_the_scheme_of_its_day(manager, risk):
    page = manager.get("/registers/ours/agreements/").text
    assert "rated under an earlier scheme" not in page
    make_agreement(risk.register)
    link = re.search(
        r'href="([^"]*)"\s+data-count="1">1 rated under an earlier scheme',
        manager.get("/registers/ours/agreements/").text,
    )[1]
    assert "Reserves run out" in manager.get(html.unescape(link)).text


@pytest.mark.parametrize("path", ["/registers/ours/risks/1/assess/", "/registers/ours/risks/new/"])
def test_levels_of_the_earlier_version_are_refused_once(manager, risk, path):
    """Whoever opened the page before the newer version was in force chose among other levels."""
    risk.refresh_from_db()
    form = {**risk_form(owner="", token=""), **RATING, "kind": "current", "version": risk.version}
    form["effective_on"] = days_ago(0).isoformat()
    refused = manager.post(path, form | {"scheme_key": preset().pk})
    assert "after you opened this page: check both ratings" in refused.text
    assert Assessment.objects.count() == 1
    key = refused.context["form"]["scheme_key"].value()
    assert manager.post(path, form | {"scheme_key": key}).status_code == 302
