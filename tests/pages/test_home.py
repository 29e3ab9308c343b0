"""The home page: my registers and their gaps, what changed since a meeting, recent changes."""

import copy
import html
import re
from types import SimpleNamespace

import pytest
from dashboard_pages import counts_behind, numbers, positions_behind
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from makers import (
    day,
    days_ago,
    failure_type,
    make_agreement,
    make_assessment,
    make_body,
    make_meeting,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    make_seat,
    make_user,
    preset,
)

from registers.models import (
    MissingInformation,
    RiskRevision,
    Role,
)

pytestmark = pytest.mark.django_db

ROLES = ("member", "officer", "manager", "internal-auditor", "peer", "administrator")
READ_ONLY = ("member", "internal-auditor", "peer", "administrator")
SEE_EXEMPT = ("member", "manager", "internal-auditor")


@pytest.fixture(scope="module")
def module_records(module_db):
    """An empty register and a person of each role. An officer holds a post."""
    organisation = make_organisation("Northmoor Council")
    register = make_register(organisation, slug="ours", name="Corporate risks", prefix="C")
    people = make_staff(organisation)
    return SimpleNamespace(
        organisation=organisation,
        register=register,
        people=people,
        post=make_post(organisation, "Head of housing", holder=people["officer"]),
        other_post=make_post(organisation, holder=make_user()),
    )


def make_staff(organisation):
    """{role: a person with it, who is signed in}. The member's body oversees every register."""
    people = {role: make_person(organisation, role, name="Robin Ash") for role in ROLES}
    make_body(*organisation.registers.all(), name="Scrutiny panel", members=[people["member"]])
    for person in people.values():
        person.client = client_of(person)
    return people


@pytest.fixture(scope="module")
def module_gaps(module_db):
    """A register of another organisation, with each gap."""
    register = make_register(slug="gaps")
    make_each_gap(register)
    return SimpleNamespace(register=register, people=make_staff(register.organisation))


@pytest.fixture(scope="module")
def module_full(module_db):
    """A register of a third organisation, with each gap, in the open and exempt.

    An officer and a manager have so many risks that not all of them are named.
    """
    register = make_register(slug="full")
    people = make_staff(register.organisation)
    make_each_gap(register)
    make_each_gap(register, is_exempt=True)
    for role in ROLES:
        own_post = make_post(register.organisation, holder=people[role])
        for _ in range(1 if role in READ_ONLY else 6):
            make_risk(register, by=people[role], is_exempt=True)
            make_risk(register, owner=own_post, assessed=(3, 3), on=days_ago(900))
    return SimpleNamespace(register=register, people=people)


@pytest.fixture(scope="module")
def pages_by_role(module_db):
    """The home page of each role, in an organisation of its own. Of its four risks two are exempt;
    of those without a rating one was made exempt, the other opened.
    """
    register = make_register(slug="walls", prefix="C")
    complete_risk(register)
    complete_risk(register, is_exempt=True)
    make_revision(make_risk(register, title="Hidden"), is_exempt=True)
    make_revision(make_risk(register, title="Opened", is_exempt=True), is_exempt=False)
    staff = make_staff(register.organisation)
    return {role: home_of(person) for role, person in staff.items()}


@pytest.fixture
def people(records):
    """{role: a person with it}"""
    return records.people


@pytest.fixture
def officer(people):
    return people["officer"]


@pytest.fixture
def manager(people):
    return people["manager"]


@pytest.fixture
def gaps(module_gaps):
    return copy.deepcopy(module_gaps)


@pytest.fixture
def full(module_full):
    return copy.deepcopy(module_full)


@pytest.fixture
def post(records):
    """A post that the officer holds."""
    return records.post


@pytest.fixture
def other_post(records):
    """A post that somebody else holds."""
    return records.other_post


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def home_of(user):
    """Of a person of the module, or of one that the test has made and who signs in here."""
    client = user.client if hasattr(user, "client") else client_of(user)
    return client.get("/").text


def part(page, name):
    """The text of a section by the id of its heading, on one line; empty without the section."""
    match = re.search(
        rf'<section class="app-section" aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL
    )
    return " ".join(html.unescape(re.sub("<[^>]*>", "", match[1] if match else "")).split())


def changed_on(page):
    return re.findall(r"C-\d+ (\w+)", part(page, "changed"))


def titles_at(person, register, query):
    """Titles that the register's list holds, in order of their number."""
    href = f"{register.get_absolute_url()}?sort=reference&{query}"
    return list(positions_behind(href, register, person).values_list("revision__title", flat=True))


def links_and_totals(person, *registers):
    """{href: count on the home page} and {href: number of risks at that address}."""
    links = numbers(home_of(person))
    counts = counts_behind(links, registers, person.client, person)
    return [{href: int(n) for href, n in each.items()} for each in (links, counts)]


def complete_risk(register, title="Sound", **content):
    """A risk without gaps; content may add some."""
    owner = make_post(register.organisation, holder=make_user())
    return make_risk(
        register,
        **{
            "title": title,
            "owner": owner,
            "primary_failure_type": failure_type(),
            "assessed": (5, 5),
            **content,
        },
    )


def make_each_gap(register, **content):
    """A risk with each gap, a complete one, and a closed one with every gap."""
    complete_risk(register, "Old", **content)
    register.scheme = preset("five-by-five-three-bands")
    register.save()
    complete_risk(register, "Late", on=days_ago(1000), **content)
    complete_risk(register, "Unrated", assessed=None, **content)
    complete_risk(register, "Ownerless", owner=None, **content)
    complete_risk(register, "Vacant", owner=make_post(register.organisation), **content)
    complete_risk(register, "Untyped", primary_failure_type=None, **content)
    complete_risk(register, **content)
    make_revision(make_risk(register, title="Closed", **content), status="closed")


# Gaps


@pytest.mark.parametrize(
    ("gap", "titles"),
    [
        ("late-review", ["Late"]),
        ("no-rating", ["Unrated"]),
        ("earlier-scheme", ["Old"]),
        ("no-owner", ["Ownerless"]),
        ("vacant-post", ["Vacant"]),
        ("no-failure-type", ["Untyped"]),
        ("any", ["Old", "Late", "Unrated", "Ownerless", "Vacant", "Untyped"]),
        ("", ["Old", "Late", "Unrated", "Ownerless", "Vacant", "Untyped", "Sound"]),
        ("any&status=all", ["Old", "Late", "Unrated", "Ownerless", "Vacant", "Untyped"]),
        ("any&status=closed", []),
        ("no-owner&band=severe", []),
    ],
)
def test_the_list_holds_the_risks_with_a_gap(gaps, gap, titles):
    assert titles_at(gaps.people["officer"], gaps.register, f"gap={gap}") == titles


def test_the_page_of_the_list_shows_the_risks_with_a_gap(gaps):
    page = gaps.people["officer"].client.get("/registers/gaps/?gap=no-owner").text
    assert re.findall(r'app-risks__title"><a [^>]*>(\w+)</a>', page) == ["Ownerless"]


def test_every_gap_has_its_own_risk_in_these_tests(gaps):
    today = gaps.register.positions.as_at(days_ago(0))
    assert {
        gap: today.missing(gap, day=days_ago(0)).count() for gap in MissingInformation
    } == dict.fromkeys(MissingInformation, 1)


@pytest.mark.parametrize(("assess_twice", "late"), [(31, []), (32, ["Sound"])])
def test_a_review_is_late_on_the_day_after_it_was_due(officer, register, assess_twice, late):
    """A Severe risk is reviewed within 31 days."""
    complete_risk(register, on=days_ago(assess_twice))
    assert titles_at(officer, register, "gap=late-review") == late


@pytest.mark.parametrize(("as_at", "late"), [("2026-02-01", []), ("2026-02-02", ["Sound"])])
def test_a_review_is_late_as_at_the_day_of_the_list(officer, register, as_at, late):
    risk = complete_risk(register, on=day("2026-01-01"))
    make_assessment(risk, (5, 5), on=days_ago(0))
    assert titles_at(officer, register, f"gap=late-review&as_at={as_at}") == late


def test_a_past_day_shows_a_gap_that_was_closed_since(officer, register):
    risk = complete_risk(register, owner=None, on=days_ago(20))
    make_revision(risk, owner=make_post(register.organisation, holder=make_user()), on=days_ago(10))
    titles = [
        titles_at(officer, register, f"gap=no-owner&as_at={days_ago(ago)}") for ago in (15, 5)
    ]
    assert titles == [["Sound"], []]


def test_a_band_to_re_assess_is_the_gap_of_an_earlier_scheme(gaps):
    assert titles_at(gaps.people["officer"], gaps.register, "band=to-re-assess") == ["Old"]


def test_above_tolerance_is_every_band_above_it_by_the_scheme_in_force(officer, register):
    complete_risk(register, "Old")
    register.scheme = make_scheme(tolerance="moderate")
    register.save()
    for title, ratings in (
        ("Severe", (5, 5)),
        ("High", (3, 3)),
        ("Moderate", (2, 2)),
        ("Unrated", None),
    ):
        complete_risk(register, title, assessed=ratings)
    assert titles_at(officer, register, "band=above-tolerance") == ["Severe", "High"]


def test_mine_are_the_risks_that_name_the_reader(officer, register, post, other_post):
    complete_risk(register, "Held", owner=post)
    complete_risk(register, "Raised", owner=None, by=officer)
    complete_risk(register, "Given", owner=other_post, by=officer)
    complete_risk(register, "Other")
    assert titles_at(officer, register, "mine=yes") == ["Held", "Raised"]


@pytest.mark.parametrize("query", ["gap=any", "mine=yes"])
def test_a_filter_of_links_is_offered_while_it_is_in_use(officer, register, query):
    name = query.partition("=")[0]
    assert f'name="{name}"' in officer.client.get(f"/registers/ours/?{query}").text


# My registers


def test_a_card_shows_the_register_its_organisation_and_its_totals(officer, register):
    for ratings in ((5, 5), (5, 4), (3, 3)):
        complete_risk(register, assessed=ratings)
    page = home_of(officer)
    words = (
        "Northmoor Council, corporate",
        "Corporate risks",
        "3 risks on the register",
        "2 above tolerance",
    )
    assert [word for word in words if word not in page] == []


def test_a_card_links_to_its_dashboard(officer, register):
    assert 'href="/registers/ours/dashboard/"' in home_of(officer)


def test_a_card_counts_each_gap(gaps):
    page = home_of(gaps.people["officer"])
    counted = {
        gap: re.findall(rf'data-count="(\d+)">(\d+) risk {gap.label}<', page)
        for gap in MissingInformation
    }
    assert counted == {gap: [("1", "1")] for gap in MissingInformation}


def test_a_card_names_only_existing_gaps(officer, register):
    complete_risk(register)
    page = home_of(officer)
    assert ("gap=" in page, "Nothing is missing or overdue" in page) == (False, True)


def test_an_empty_register_is_not_called_complete(officer, register):
    page = home_of(officer)
    assert ("No risks on the register yet" in page, "Nothing missing" in page) == (True, False)


def test_a_rating_by_an_earlier_scheme_is_not_counted_above_tolerance(officer, register):
    complete_risk(register, assessed=(5, 5))
    register.scheme = preset("five-by-five-three-bands")
    register.save()
    page = home_of(officer)
    assert ("none above tolerance" in page, "none rated under its scheme yet" in page) == (
        False,
        True,
    )


@pytest.mark.parametrize("role", ROLES)
def test_every_number_links_to_as_many_risks(full, role):
    counts, behind = links_and_totals(full.people[role], full.register)
    assert (len(counts), behind) == (7, counts)


@pytest.mark.parametrize("role", ROLES)
def test_a_card_counts_the_risks_that_its_reader_may_see(pages_by_role, role):
    counted = re.search(r"(\d+) risks? on the register", pages_by_role[role])[1]
    assert int(counted) == (4 if role in SEE_EXEMPT else 2)


def test_each_register_has_its_own_numbers(officer, organisation, register):
    other = make_register(
        organisation, slug="other", name="Other risks", prefix="O", parent=register
    )
    complete_risk(register, owner=None)
    for _ in range(2):
        complete_risk(other, primary_failure_type=None)
    counts, behind = links_and_totals(officer, register, other)
    expected = {
        "/registers/ours/?band=above-tolerance": 1,
        "/registers/ours/?gap=no-owner": 1,
        "/registers/other/?band=above-tolerance": 2,
        "/registers/other/?gap=no-failure-type": 2,
    }
    assert counts == behind == expected


# Since the last meeting


@pytest.mark.parametrize("role", READ_ONLY)
def test_a_reader_is_told_what_changed_since_their_body_met(register, role, people):
    complete_risk(register, on=days_ago(100))
    agreement = make_agreement(register, on=days_ago(50), met_on=days_ago(40), body="Audit board")
    make_seat(agreement.body, people[role])
    complete_risk(register, on=days_ago(20))
    make_assessment(complete_risk(register, on=days_ago(90)), (1, 1), on=days_ago(10))
    text = part(home_of(people[role]), "news")
    assert "1 new risk, 1 in another band, 2 assessed. Audit board last met on" in text
    assert f"was given the position at {days_ago(50):%-d %B %Y}" in text
    assert ("Prepare questions" in text) == (role != "administrator")


def test_a_reader_is_told_of_the_quarter_end_where_no_body_of_theirs_met(people, register):
    make_agreement(register, body="Cabinet")
    text = part(home_of(people["member"]), "news")
    assert "This counts from the last quarter end" in text


def test_a_member_is_led_to_their_next_meeting(people, register):
    body = make_body(register, name="Audit board", members=[people["member"]])
    meetings = [make_meeting(body, days_ago(days)) for days in (1, -20, -9)]
    meetings[2].cancel(by=people["manager"], reason="Snow.")
    make_meeting(make_body(register, name="Cabinet"), days_ago(-2))
    page = home_of(people["member"])
    assert reverse("meeting_before", args=[meetings[1].pk]) in page
    assert page.count("/before/") == 1


def test_an_officer_of_every_register_is_not_told_what_changed_since_a_meeting(officer, register):
    assert 'id="news"' not in home_of(officer)


def test_an_officer_who_reads_another_register_is_told_what_changed_on_it(officer, register):
    neighbour = make_organisation()
    make_membership(officer, neighbour, Role.MEMBER)
    make_register(neighbour, name="Theirs")
    text = part(home_of(officer), "news")
    assert ("changed on Theirs" in text, "Corporate" in text) == (True, False)


@pytest.mark.parametrize("role", ["peer", "administrator"])
def test_what_changed_since_leaves_out_exempt_risks(pages_by_role, role):
    assert "2 new risks, 1 assessed." in part(pages_by_role[role], "news")


# What changed


def test_the_latest_changes_come_first(officer, register):
    for title in ("First", "Second", "Third"):
        make_risk(register, title=title)
    assert changed_on(home_of(officer)) == ["Third", "Second", "First"]


def test_eight_changes_are_shown(officer, register):
    for _ in range(9):
        make_risk(register)
    assert len(changed_on(home_of(officer))) == 8


def test_changes_are_in_the_order_they_were_recorded(officer, register):
    instant = timezone.now()
    make_risk(register, title="Early", recorded_at=instant)
    earlier = instant - timezone.timedelta(days=1)
    make_risk(register, title="Late", on=days_ago(1), recorded_at=earlier)
    assert changed_on(home_of(officer)) == ["Early", "Late"]


def test_changes_of_one_instant_keep_their_order(officer, register):
    instant = timezone.now()
    for number in range(9):
        make_risk(register, title=f"Risk{number}", recorded_at=instant)
    assert changed_on(home_of(officer)) == [f"Risk{number}" for number in range(8, 0, -1)]


def assess_twice(register, *ratings, **judgement):
    """A risk that was rated twice; judgement goes to the second rating."""
    first, last = ratings
    make_assessment(make_risk(register, assessed=first), last, **judgement)


def by_a_new_scheme(register):
    risk = make_risk(register, assessed=(5, 5))
    register.scheme = preset("four-by-four")
    register.save()
    risk.register = register
    make_assessment(risk, (1, 1))


WORDS = {
    "Logged.": lambda r: make_risk(r),
    "Logged and assessed as Severe.": lambda r: make_risk(r, assessed=(5, 5)),
    "Edited: cause, owner.": lambda r: make_revision(
        make_risk(r), cause="Else.", owner=make_post(r.organisation)
    ),
    "Edited.": lambda r: make_revision(make_risk(r), reason="Nothing new."),
    "Closed.": lambda r: make_risk(r).close(by=make_user(), version=1, reason="Gone."),
    "Assessed as High for the first time.": lambda r: assess_twice(r, None, (3, 3)),
    "Assessed as Severe, was High.": lambda r: assess_twice(r, (3, 3), (5, 5)),
    "Assessed as High again.": lambda r: assess_twice(r, (3, 3), (3, 4)),
    "Target rating assessed as Low.": lambda r: assess_twice(r, (3, 3), (1, 1), kind="target"),
    "Assessed as Severe (peer reviewer).": lambda r: assess_twice(
        r, (3, 3), (5, 5), perspective="peer"
    ),
    "Assessed as Severe for 1 January 2026.": lambda r: assess_twice(
        r, (3, 3), (5, 5), on=day("2026-01-01")
    ),
    "Assessed as Low, was Severe by an earlier scheme.": by_a_new_scheme,
}


def test_each_kind_of_change_has_its_own_words(officer, register, monkeypatch):
    monkeypatch.setattr("registers.home.CHANGES", 3 * len(WORDS))
    for words in WORDS:
        WORDS[words](register)
    text = part(home_of(officer), "changed")
    assert re.findall(r"C-\d+ Reserves run out ([^.]*\.)", text) == list(reversed(WORDS))


def test_a_change_says_when_it_was_recorded_and_by_whom(officer, register):
    recorded_at = timezone.make_aware(
        timezone.datetime(2026, 6, 30, 23, 30)
    )  # late in a London evening
    on = day("2026-06-30")
    risk = make_risk(register, on=on, recorded_at=recorded_at)
    risk.revise(
        by=officer,
        version=1,
        on_behalf_of=make_user("Sasha Birch"),
        cause="Else.",
        effective_on=on,
        recorded_at=recorded_at,
    )
    assert (
        "Edited: cause. 30 June 2026, by Head of housing on behalf of somebody who has left"
        in part(home_of(officer), "changed")
    )


def test_consecutive_changes_of_one_risk_are_grouped(officer, register):
    make_revision(make_risk(register, title="Twice"), cause="Else.")
    page = home_of(officer)
    assert (changed_on(page), "Edited" in page, "Logged" in page) == (["Twice"], True, True)


def test_a_change_shows_todays_title(officer, register):
    make_revision(make_risk(register, title="Before"), title="After")
    assert changed_on(home_of(officer)) == ["After"]


def test_an_empty_list_of_changes_says_so(officer, register):
    assert "Nothing recorded on these registers yet" in part(home_of(officer), "changed")


@pytest.mark.parametrize("role", ROLES)
def test_todays_exempt_flag_decides_who_sees_a_change(pages_by_role, role):
    titles = {"Hidden", "Opened"} if role in SEE_EXEMPT else {"Opened"}
    assert set(changed_on(pages_by_role[role])) - {"Sound"} == titles


def test_an_officer_sees_changes_of_their_own_exempt_risks(officer, register, post):
    make_risk(register, title="Held", owner=post, is_exempt=True)
    make_risk(register, title="Raised", by=officer, is_exempt=True)
    make_risk(register, title="Other", is_exempt=True)
    page = home_of(officer)
    assert (changed_on(page), part(page, "changed").count("Exempt")) == (["Raised", "Held"], 2)


def test_a_stranger_sees_no_change(register):
    make_risk(register, title="Ours")
    neighbour = make_organisation()
    make_register(neighbour)
    assert "Ours" not in home_of(make_person(neighbour, Role.MANAGER))


# Person with no register


def test_a_person_of_no_organisation_has_no_empty_sections():
    page = home_of(make_user())
    assert [name for name in ("tasks", "news", "changed") if f'id="{name}"' in page] == []


# Query counts


def queries_of(client):
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").status_code == 200
    return len(queries)


def grow(register, reader, count):
    """Adds risks of every kind that the page shows, each with its own post and change."""
    for _ in range(count):
        post = make_post(register.organisation, holder=reader)
        risk = make_risk(register, owner=post, assessed=(5, 5), on=days_ago(800), is_exempt=True)
        make_assessment(risk, (4, 4), on=days_ago(700))
        make_revision(risk, cause="Else.", other_failure_types=[failure_type("external")])
        make_risk(register, by=reader)


def queries_of_each(people):
    return {role: queries_of(person.client) for role, person in people.items()}


def test_home_takes_as_many_queries_for_three_risks_as_for_one(people, register):
    editors = [people[role] for role in ROLES if role not in READ_ONLY]
    for editor in editors:
        grow(register, editor, 1)
    expected = queries_of_each(people)
    for editor in editors:
        grow(register, editor, 2)
    assert queries_of_each(people) == expected


def test_home_takes_as_many_queries_for_three_registers_as_for_one(people, organisation, register):
    readers = {role: people[role] for role in ("officer", "member")}
    grow(register, people["officer"], 2)
    expected = queries_of_each(readers)
    for number in range(2):
        grow(make_register(organisation, make_scheme(), prefix=f"X{number}"), people["officer"], 1)
    assert queries_of_each(readers) == expected


# Positions


def test_positions_keep_the_owner_and_the_next_review_of_their_day(register, other_post):
    risk = make_risk(register, assessed=(5, 5), on=day("2026-01-01"))
    make_revision(risk, owner=other_post, on=day("2026-01-15"))
    make_assessment(risk, (1, 1), on=day("2026-02-01"))
    stored = risk.positions.on_record().order_by("from_day").values_list("owner", "next_review_on")
    revisions = [RiskRevision.objects.get(risk=risk, number=number) for number in (1, 2, 3)]
    assert list(stored) == [(r.owner_id, r.next_review_on) for r in revisions]
    assert list(stored)[:2] == [(None, day("2026-02-01")), (other_post.pk, day("2026-02-01"))]
