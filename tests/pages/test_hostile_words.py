"""Hostile words are shown as typed and never become markup."""

import html
import json
import re
from types import SimpleNamespace

import pytest
from makers import (
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
    scheme_data,
)

from registers.models import FailureType, Role

pytestmark = pytest.mark.django_db


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


PAGES_OF_ALL = ("", "dashboard/")
PAGES_OF_A_RISK = ("", "edit/", "assess/", "history/")


def shown_at(reader, path):
    return html.unescape(reader.get(f"/registers/ours/{path}").text)


@pytest.mark.parametrize("place", PAGES_OF_ALL)
def test_titles_are_shown_as_typed_where_risks_are_listed(reader, place):
    text = shown_at(reader, place)
    assert [label for label, title in TITLES.items() if title not in text] == []


def test_a_title_is_shown_as_typed(reader):
    """Each on the risk's own page, and the one with markup on every page of its risk."""
    pages = dict.fromkeys(TITLES, ("",)) | {"markup": PAGES_OF_A_RISK}
    missing = [
        (label, page)
        for number, (label, title) in enumerate(TITLES.items(), 1)
        for page in pages[label]
        if title not in shown_at(reader, f"risks/{number}/{page}")
    ]
    assert missing == []


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{7*7}}"
    "</textarea></title>\u2028\u2029<!--"
)


@pytest.fixture(scope="module")
def module_records(module_db):
    """A manager of two registers: a severe risk for each title, and hostile words in every text."""
    organisation = make_organisation(EVIL)
    officer = make_person(organisation, Role.MANAGER, name=EVIL)
    register = make_register(organisation, slug="ours", prefix="C")
    for title in TITLES.values():
        make_risk(register, title=title, assessed=(5, 5))
    hostile = make_hostile(organisation, officer)
    return SimpleNamespace(
        organisation=organisation, officer=officer, register=register, hostile=hostile
    )


def make_hostile(organisation, officer):
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


@pytest.fixture
def hostile(records):
    return records.hostile


HOSTILE_PLACES = "dashboard/ risks/new/ risks/1/ risks/1/edit/ risks/1/assess/ risks/1/history/"
HOSTILE_PAGES = ["/", "/library/", "/library/failure-types/governance/", "/registers/hostile/"] + [
    f"/registers/hostile/{place}" for place in HOSTILE_PLACES.split()
]


@pytest.mark.parametrize("path", HOSTILE_PAGES)
def test_no_text_becomes_markup(reader, path):
    text = reader.get(path, {"q": EVIL} if path.endswith("hostile/") else {}).text
    markup = ("<script>alert", "<img src=x", "</textarea></title>", "<b>&", "<!--")
    assert ("alert(1)" in text, [evil for evil in markup if evil in text]) == (True, [])


@pytest.mark.parametrize("place", ["new/", "1/edit/", "1/assess/"])
def test_no_text_becomes_markup_when_a_form_comes_back(reader, place):
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


def test_no_text_ends_the_data_of_a_chart(reader):
    text = reader.get("/registers/hostile/dashboard/").text
    blocks = re.findall(
        r'<script id="([^"]*)" type="application/json">(.*?)</script>', text, re.DOTALL
    )
    names = {trace["name"] for _, block in blocks for trace in json.loads(block)["data"]}
    assert (len(blocks), {f"{EVIL}{n}" for n in range(4)} - names) == (2, set())
