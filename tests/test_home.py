"""The home page: my registers and what is missing on them, what waits for me, what
changed lately.
"""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from makers import (
    day,
    days_ago,
    failure_type,
    make_action,
    make_assessment,
    make_escalation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
    preset,
)

from registers.home import tasks_for
from registers.models import (
    MissingInformation,
    Position,
    Register,
    ReminderKind,
    RiskRevision,
    Role,
    User,
)
from registers.reminders.deadlines import due_soon

pytestmark = pytest.mark.django_db

ROLES = ("member", "officer", "manager", "peer", "administrator")
READ_ONLY = ("member", "peer", "administrator")


@pytest.fixture
def organisation():
    return make_organisation("Northmoor Council")


@pytest.fixture
def register(organisation):
    return make_register(organisation, slug="ours", name="Corporate risks", prefix="C")


@pytest.fixture
def officer(organisation):
    return make_person(organisation, Role.OFFICER, name="Robin Ash")


@pytest.fixture
def post(organisation, officer):
    """A post that the officer holds."""
    return make_post(organisation, "Head of housing", holder=officer)


@pytest.fixture
def held(organisation):
    """A post that somebody else holds."""
    return make_post(organisation, holder=make_user())


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def home_of(user):
    return client_of(user).get("/").text


def part(page, name):
    """The words of one section of the page, by the id of its heading, on one line; empty if there
    is none.
    """
    found = re.search(
        rf'<section class="app-section" aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL
    )
    return " ".join(html.unescape(re.sub("<[^>]*>", "", found[1] if found else "")).split())


def waiting_on(page):
    """Titles of the risks that wait, in order."""
    return re.findall(r"R-\d+ (\w+)", part(page, "waiting").replace("C-", "R-"))


def changed_on(page):
    return re.findall(r"C-\d+ (\w+)", part(page, "changed"))


def total_of(page):
    return int(re.search(r'data-total="(\d+)"', page)[1])


def titles_at(client, query):
    """Titles that the register's list holds, in order of their number."""
    page = client.get(f"/registers/ours/?sort=reference&{query}").text
    return re.findall(r'app-risks__title"><a class="govuk-link" href="[^"]*">(\w+)</a>', page)


def led_to(client):
    """href -> the number that a link of the home page carries, and -> how many risks stand behind
    it.
    """
    links = re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', client.get("/").text)
    carried = {html.unescape(href): int(count) for href, count in links}
    return carried, {href: total_of(client.get(href).text) for href in carried}


def sound(register, title="Sound", **content):
    """A risk that nothing is missing of, unless told."""
    held = make_post(register.organisation, holder=make_user())
    return make_risk(
        register,
        **{
            "title": title,
            "owner": held,
            "primary_failure_type": failure_type(),
            "assessed": (5, 5),
            **content,
        },
    )


def one_of_each_gap(register, **content):
    """A risk with each gap and no other, one sound and one closed that lacks all."""
    sound(register, "Old", **content)
    register.scheme = preset("five-by-five-three-bands")
    register.save()
    sound(register, "Late", on=days_ago(1000), **content)
    sound(register, "Unrated", assessed=None, **content)
    sound(register, "Ownerless", owner=None, **content)
    sound(register, "Vacant", owner=make_post(register.organisation), **content)
    sound(register, "Untyped", primary_failure_type=None, **content)
    sound(register, **content)
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
def test_the_list_holds_the_risks_with_a_gap(officer, register, gap, titles):
    one_of_each_gap(register)
    assert titles_at(client_of(officer), f"gap={gap}") == titles


def test_every_gap_has_its_own_risk_in_these_tests(register):
    one_of_each_gap(register)
    today = Position.objects.as_at(days_ago(0))
    assert {
        gap: today.missing(gap, day=days_ago(0)).count() for gap in MissingInformation
    } == dict.fromkeys(MissingInformation, 1)


@pytest.mark.parametrize(("judged", "late"), [(31, []), (32, ["Sound"])])
def test_a_review_is_late_on_the_day_after_it_was_due(officer, register, judged, late):
    """A severe risk is to be looked at again within 31 days."""
    sound(register, on=days_ago(judged))
    assert titles_at(client_of(officer), "gap=late-review") == late


@pytest.mark.parametrize(("as_at", "late"), [("2026-02-01", []), ("2026-02-02", ["Sound"])])
def test_a_review_is_late_by_the_day_that_the_list_speaks_of(officer, register, as_at, late):
    risk = sound(register, on=day("2026-01-01"))
    make_assessment(risk, (5, 5), on=days_ago(0))
    assert titles_at(client_of(officer), f"gap=late-review&as_at={as_at}") == late


def test_a_gap_that_was_filled_since_is_there_on_the_day_it_was_open(officer, register):
    risk = sound(register, owner=None, on=days_ago(20))
    make_revision(risk, owner=make_post(register.organisation, holder=make_user()), on=days_ago(10))
    client = client_of(officer)
    found = [titles_at(client, f"gap=no-owner&as_at={days_ago(ago)}") for ago in (15, 5)]
    assert found == [["Sound"], []]


def test_a_band_to_re_assess_is_the_gap_of_an_earlier_scheme(officer, register):
    one_of_each_gap(register)
    assert titles_at(client_of(officer), "band=to-re-assess") == ["Old"]


def test_above_tolerance_is_every_band_above_it_by_the_scheme_in_force(officer, register):
    sound(register, "Old")
    register.scheme = make_scheme(tolerance="moderate")
    register.save()
    for title, ratings in (
        ("Severe", (5, 5)),
        ("High", (3, 3)),
        ("Moderate", (2, 2)),
        ("Unrated", None),
    ):
        sound(register, title, assessed=ratings)
    assert titles_at(client_of(officer), "band=above-tolerance") == ["Severe", "High"]


def test_mine_are_the_risks_that_name_the_reader(officer, register, post, held):
    sound(register, "Held", owner=post)
    sound(register, "Raised", owner=None, by=officer)
    sound(register, "Given", owner=held, by=officer)
    sound(register, "Other")
    assert titles_at(client_of(officer), "mine=yes") == ["Held", "Raised"]


@pytest.mark.parametrize("query", ["gap=any", "mine=yes"])
def test_a_filter_that_only_links_use_is_offered_once_it_is_used(officer, register, query):
    client = client_of(officer)
    name = query.partition("=")[0]
    assert f'name="{name}"' in client.get(f"/registers/ours/?{query}").text


# My registers


def test_a_card_says_what_and_whose_and_how_much(officer, register):
    for ratings in ((5, 5), (5, 4), (3, 3)):
        sound(register, assessed=ratings)
    page = home_of(officer)
    words = (
        "Northmoor Council, corporate",
        "Corporate risks",
        "3 risks on the register",
        "2 above tolerance",
    )
    assert [word for word in words if word not in page] == []


def test_a_card_leads_to_its_dashboard(officer, register):
    assert 'href="/registers/ours/dashboard/"' in home_of(officer)


def test_a_card_counts_each_gap(officer, register):
    one_of_each_gap(register)
    page = home_of(officer)
    counted = {
        gap: re.findall(rf'data-count="(\d+)">(\d+) {gap.label}<', page)
        for gap in MissingInformation
    }
    assert counted == {gap: [("1", "1")] for gap in MissingInformation}


def test_a_card_names_no_gap_that_is_not_there(officer, register):
    sound(register)
    page = home_of(officer)
    assert ("gap=" in page, "Nothing missing, nothing late" in page) == (False, True)


def test_an_empty_register_is_not_called_complete(officer, register):
    page = home_of(officer)
    assert ("No risks on the register yet" in page, "Nothing missing" in page) == (True, False)


def test_a_rating_by_an_earlier_scheme_is_not_counted_above_tolerance(officer, register):
    sound(register, assessed=(5, 5))
    register.scheme = preset("five-by-five-three-bands")
    register.save()
    assert "none above tolerance" in home_of(officer)


@pytest.mark.parametrize("role", ROLES)
def test_every_number_leads_to_as_many_risks(organisation, register, role):
    reader = make_person(organisation, role)
    mine = make_post(organisation, holder=reader)
    one_of_each_gap(register)
    one_of_each_gap(register, is_exempt=True)
    for _ in range(6):
        make_risk(register, by=reader, is_exempt=True)
        make_risk(register, owner=mine, assessed=(3, 3), on=days_ago(900))
    carried, behind = led_to(client_of(reader))
    assert (len(carried), behind) == (7 if role in READ_ONLY else 8, carried)


@pytest.mark.parametrize("role", ROLES)
def test_a_card_counts_the_risks_that_its_reader_may_see(organisation, register, role):
    sound(register)
    sound(register, is_exempt=True)
    client = client_of(make_person(organisation, role))
    counted = int(re.search(r"(\d+) risks? on the register", client.get("/").text)[1])
    assert (
        counted
        == total_of(client.get("/registers/ours/").text)
        == (2 if role in ("member", "manager") else 1)
    )


def test_each_register_has_its_own_numbers(officer, organisation, register):
    other = make_register(
        organisation, slug="other", name="Other risks", prefix="O", parent=register
    )
    sound(register, owner=None)
    for _ in range(2):
        sound(other, primary_failure_type=None)
    carried, behind = led_to(client_of(officer))
    expected = {
        "/registers/ours/?band=above-tolerance": 1,
        "/registers/ours/?gap=no-owner": 1,
        "/registers/other/?band=above-tolerance": 2,
        "/registers/other/?gap=no-failure-type": 2,
    }
    assert carried == behind == expected


# What waits for me


def test_what_waits_names_the_reader(officer, register, post, held):
    make_risk(register, title="Held", owner=post)
    make_risk(register, title="Raised", by=officer)
    make_risk(register, title="Given", by=officer, owner=held)
    make_risk(register, title="Vacant", by=officer, owner=make_post(register.organisation))
    make_risk(register, title="Other")
    assert sorted(waiting_on(home_of(officer))) == ["Held", "Raised"]


def test_a_manager_has_things_waiting_too(organisation, register):
    manager = make_person(organisation, Role.MANAGER)
    make_risk(register, title="Raised", by=manager)
    assert waiting_on(home_of(manager)) == ["Raised"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"assessed": None}, "Assess it: no rating yet."),
        ({"owner": None}, "Decide who owns it"),
        ({"primary_failure_type": None}, "Decide its failure type."),
        ({"on": day("2026-01-01")}, "Review it or assess it again: that was due 1 February 2026."),
    ],
)
def test_what_waits_says_why(officer, register, post, content, reason):
    sound(register, **{"owner": post, "by": officer, **content})
    assert reason in part(home_of(officer), "waiting")


def test_what_was_rated_by_an_earlier_scheme_waits(officer, register, post):
    sound(register, owner=post)
    register.scheme = preset("five-by-five-three-bands")
    register.save()
    assert "rated by an earlier scheme" in part(home_of(officer), "waiting")


def test_a_risk_waits_once_with_every_reason(officer, register):
    make_risk(register, title="Much", by=officer, assessed=(5, 5), on=day("2026-01-01"))
    register.scheme = preset("five-by-five-three-bands")
    register.save()
    reasons = [
        "Review it or assess it again: that was due 1 February 2026.",
        "Assess it again: rated by an earlier scheme.",
        "Decide who owns it: you raised it, and nobody does yet.",
        "Decide its failure type.",
    ]
    assert (
        part(home_of(officer), "waiting")
        == f"What waits for you C-001 Much Severe {' '.join(reasons)}"
    )


def test_the_most_urgent_waits_first(officer, register, post):
    untyped = {"owner": post, "primary_failure_type": None}
    sound(register, "Low", assessed=(1, 1), **untyped)
    sound(register, "High", assessed=(3, 4), **untyped)
    sound(register, "Unrated", owner=post, assessed=None)
    sound(register, "Later", owner=post, assessed=(5, 5), on=days_ago(40))
    sound(register, "Latest", owner=post, assessed=(1, 1), on=days_ago(800))
    assert waiting_on(home_of(officer)) == ["Latest", "Later", "Unrated", "High", "Low"]


@pytest.mark.parametrize(("count", "words"), [(10, "more"), (14, "And 4 more")])
def test_ten_are_named_and_the_rest_counted(officer, register, post, count, words):
    for _ in range(count):
        make_risk(register, owner=post)
    page = home_of(officer)
    assert (len(waiting_on(page)), words in part(page, "waiting")) == (10, count > 10)


def test_the_rest_is_behind_a_link_for_each_register(officer, organisation, register, post):
    other = make_register(organisation, slug="other", prefix="C2")
    for place, count in ((register, 8), (other, 6)):
        for _ in range(count):
            make_risk(place, owner=post)
        sound(place, owner=post)
    mine = {href: n for href, n in led_to(client_of(officer))[1].items() if "mine" in href}
    assert mine == {"/registers/ours/?mine=yes&gap=any": 8, "/registers/other/?mine=yes&gap=any": 6}


def test_a_closed_risk_waits_for_nobody(officer, register, post):
    make_revision(make_risk(register, owner=post), status="closed")
    assert waiting_on(home_of(officer)) == []


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "you hold no post"), (1, "The one risk that names you"), (2, "The 2 risks that name you")],
)
def test_where_nothing_waits_a_sentence_says_so(officer, register, post, count, words):
    make_risk(register)
    for _ in range(count):
        sound(register, owner=post)
    said = part(home_of(officer), "waiting")
    assert ("Nothing waits for you" in said, words in said) == (True, True)


@pytest.mark.parametrize("role", READ_ONLY)
def test_nothing_waits_for_somebody_who_only_reads(organisation, register, role):
    reader = make_person(organisation, role)
    make_risk(register, owner=make_post(organisation, holder=reader))
    assert 'id="waiting"' not in home_of(reader)


def test_nothing_waits_on_a_register_that_a_worker_elsewhere_only_reads(officer, register):
    theirs = make_organisation()
    make_membership(officer, theirs, Role.MEMBER)
    make_risk(
        make_register(theirs, prefix="C"), title="Theirs", owner=make_post(theirs, holder=officer)
    )
    make_risk(register, title="Ours", by=officer)
    assert waiting_on(home_of(officer)) == ["Ours"]


def test_an_exempt_risk_of_their_own_waits_and_is_marked(officer, register, post):
    make_risk(register, title="Secret", owner=post, is_exempt=True)
    page = home_of(officer)
    assert (waiting_on(page), "Exempt" in part(page, "waiting")) == (["Secret"], True)


def test_a_post_that_changed_hands_takes_what_waits_with_it(officer, organisation, register, post):
    make_risk(register, title="Secret", owner=post, is_exempt=True)
    post.holder = make_person(organisation, Role.OFFICER)
    post.save()
    assert [waiting_on(home_of(person)) for person in (officer, post.holder)] == [[], ["Secret"]]


# What there is to read


@pytest.mark.parametrize("role", READ_ONLY)
def test_somebody_who_only_reads_is_led_to_the_dashboards(organisation, register, role):
    sound(register, on=days_ago(100))
    sound(register, assessed=(1, 1), on=days_ago(0))
    said = part(home_of(make_person(organisation, role)), "to-read")
    assert "Dashboard of Corporate risks 1 of 2 risks above tolerance; 1 judged since then." in said


def test_somebody_who_works_on_all_registers_is_not_told_what_to_read(officer, register):
    assert 'id="to-read"' not in home_of(officer)


def test_somebody_who_works_on_one_and_reads_another_is_told_of_that(officer, register):
    theirs = make_organisation()
    make_membership(officer, theirs, Role.MEMBER)
    make_register(theirs, name="Theirs")
    said = part(home_of(officer), "to-read")
    assert ("Dashboard of Theirs" in said, "Corporate" in said) == (True, False)


@pytest.mark.parametrize("role", ["peer", "administrator"])
def test_what_was_judged_counts_no_exempt_risk(organisation, register, role):
    sound(register, is_exempt=True)
    sound(register)
    assert "1 judged since" in part(home_of(make_person(organisation, role)), "to-read")


# What changed


def test_the_latest_changes_come_first(officer, register):
    for title in ("First", "Second", "Third"):
        make_risk(register, title=title)
    assert changed_on(home_of(officer)) == ["Third", "Second", "First"]


def test_eight_changes_are_shown(officer, register):
    for _ in range(9):
        make_risk(register)
    assert len(changed_on(home_of(officer))) == 8


def test_what_was_recorded_last_comes_first_whatever_day_it_counts_from(officer, register):
    now = timezone.now()
    make_risk(register, title="Early", recorded_at=now)
    make_risk(register, title="Late", recorded_at=now - timezone.timedelta(days=1))
    assert changed_on(home_of(officer)) == ["Early", "Late"]


def test_changes_of_one_instant_keep_their_order(officer, register):
    now = timezone.now()
    for number in range(12):
        make_risk(register, title=f"Risk{number}", recorded_at=now)
    assert changed_on(home_of(officer)) == [f"Risk{number}" for number in range(11, 3, -1)]


def judged(register, *ratings, **judgement):
    """A risk that was rated once and then again, in the way told."""
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
    "Logged and judged Severe.": lambda r: make_risk(r, assessed=(5, 5)),
    "Edited: cause, owner.": lambda r: make_revision(
        make_risk(r), cause="Else.", owner=make_post(r.organisation)
    ),
    "Edited.": lambda r: make_revision(make_risk(r), reason="Nothing new."),
    "Closed.": lambda r: make_risk(r).close(by=make_user(), version=1, reason="Gone."),
    "Judged High for the first time.": lambda r: judged(r, None, (3, 3)),
    "Judged Severe, was High.": lambda r: judged(r, (3, 3), (5, 5)),
    "Judged High again.": lambda r: judged(r, (3, 3), (3, 4)),
    "Target rating judged Low.": lambda r: judged(r, (3, 3), (1, 1), kind="target"),
    "Judged Severe (peer reviewer).": lambda r: judged(r, (3, 3), (5, 5), perspective="peer"),
    "Judged Severe for 1 January 2026.": lambda r: judged(r, (3, 3), (5, 5), on=day("2026-01-01")),
    "Judged Low, was Severe by an earlier scheme.": by_a_new_scheme,
}


@pytest.mark.parametrize("words", WORDS)
def test_what_happened_is_said_in_words(officer, register, words):
    WORDS[words](register)
    said = part(home_of(officer), "changed")
    assert re.search(r"C-001 Reserves run out ([^.]*\.)", said)[1] == words


def test_a_change_says_when_it_was_recorded_and_by_whom(officer, register):
    recorded_at = timezone.make_aware(
        timezone.datetime(2026, 6, 30, 23, 30)
    )  # late in a London evening
    risk = make_risk(register, recorded_at=recorded_at)
    risk.revise(
        by=officer,
        version=1,
        on_behalf_of=make_user("Sasha Birch"),
        cause="Else.",
        recorded_at=recorded_at,
    )
    assert "Edited: cause. 30 June 2026, by Robin Ash on behalf of Sasha Birch" in part(
        home_of(officer), "changed"
    )


def test_changes_of_one_risk_that_follow_each_other_stand_together(officer, register):
    make_revision(make_risk(register, title="Twice"), cause="Else.")
    page = home_of(officer)
    assert (changed_on(page), "Edited" in page, "Logged" in page) == (["Twice"], True, True)


def test_a_change_goes_by_the_title_of_today(officer, register):
    make_revision(make_risk(register, title="Before"), title="After")
    assert changed_on(home_of(officer)) == ["After"]


def test_where_nothing_changed_a_sentence_says_so(officer, register):
    assert "Nothing has been recorded on these registers yet" in part(home_of(officer), "changed")


@pytest.mark.parametrize("role", ROLES)
def test_todays_flag_decides_who_reads_of_a_change(organisation, register, role):
    make_revision(make_risk(register, title="Hidden"), is_exempt=True)
    make_revision(make_risk(register, title="Opened", is_exempt=True), is_exempt=False)
    seen = {"Hidden", "Opened"} if role in ("member", "manager") else {"Opened"}
    assert set(changed_on(home_of(make_person(organisation, role)))) == seen


def test_an_officer_reads_of_changes_of_their_own_exempt_risks(officer, register, post):
    make_risk(register, title="Held", owner=post, is_exempt=True)
    make_risk(register, title="Raised", by=officer, is_exempt=True)
    make_risk(register, title="Other", is_exempt=True)
    page = home_of(officer)
    assert (changed_on(page), part(page, "changed").count("Exempt")) == (["Raised", "Held"], 2)


def test_a_stranger_reads_of_no_change(register):
    make_risk(register, title="Ours")
    theirs = make_organisation()
    make_register(theirs)
    assert "Ours" not in home_of(make_person(theirs, Role.MANAGER))


# Person with no register


def test_a_person_of_no_organisation_has_no_empty_sections():
    page = home_of(make_user())
    assert [name for name in ("waiting", "to-read", "changed") if f'id="{name}"' in page] == []


# Query counts


def queries_of(client):
    client.get("/")  # what is only asked for once a process
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").status_code == 200
    return len(queries)


def grow(register, reader, count):
    """As many more risks of every kind that the page knows, each with a post and a change of its
    own.
    """
    for _ in range(count):
        post = make_post(register.organisation, holder=reader)
        risk = make_risk(register, owner=post, assessed=(5, 5), on=days_ago(800), is_exempt=True)
        make_assessment(risk, (4, 4), on=days_ago(700))
        make_revision(risk, cause="Else.", other_failure_types=[failure_type("external")])
        make_risk(register, by=reader)


@pytest.mark.parametrize("role", ROLES)
def test_home_asks_as_often_of_one_risk_as_of_twenty(organisation, register, role):
    reader = make_person(organisation, role)
    client = client_of(reader)
    grow(register, reader, 1)
    one = queries_of(client)
    grow(register, reader, 19)
    assert queries_of(client) == one


@pytest.mark.parametrize("role", ["officer", "member"])
def test_home_asks_as_often_of_one_register_as_of_six(organisation, register, role):
    reader = make_person(organisation, role)
    client = client_of(reader)
    grow(register, reader, 2)
    one = queries_of(client)
    for number in range(5):
        grow(make_register(organisation, prefix=f"X{number}"), reader, 2)
    assert queries_of(client) == one


# Positions


def test_positions_keep_the_owner_and_the_next_review_of_their_day(register, held):
    risk = make_risk(register, assessed=(5, 5), on=day("2026-01-01"))
    make_revision(risk, owner=held, on=day("2026-01-15"))
    make_assessment(risk, (1, 1), on=day("2026-02-01"))
    kept = risk.positions.order_by("from_day").values_list("owner", "next_review_on")
    revisions = [RiskRevision.objects.get(risk=risk, number=number) for number in (1, 2, 3)]
    assert list(kept) == [(r.owner_id, r.next_review_on) for r in revisions]
    assert list(kept)[:2] == [(None, day("2026-02-01")), (held.pk, day("2026-02-01"))]


# Actions and escalations that wait for me


def steps_on(page):
    """Where the links of what waits lead."""
    section = re.search(r'aria-labelledby="waiting">(.*?)</section>', page, re.DOTALL)[1]
    return re.findall(r'href="([^"]*)"', section)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (1, "Late: was due {}"),
        (0, "Due today"),
        (-7, "Due {}"),
    ],
)
def test_an_action_that_is_late_or_due_soon_waits(officer, register, post, due, words):
    action = make_action(
        sound(register), title="Buy", owner=post, on=days_ago(30), due_on=days_ago(due)
    )
    page = home_of(officer)
    said = words.format(date_format(action.due_on, "j F Y"))
    assert f"Buy {said}, for C-001. Say that it is done, or change it: Buy." in part(
        page, "waiting"
    )
    assert "Nothing waits for you" not in page
    assert {reverse("action_done", args=["ours", 1, action.pk]), action.get_absolute_url()} <= set(
        steps_on(page)
    )


def test_an_action_that_is_due_later_does_not_wait_yet(officer, register, post):
    make_action(sound(register), owner=post, due_on=days_ago(-8))
    assert "Nothing waits for you" in home_of(officer)


def test_home_names_the_actions_that_the_reminders_do(organisation, register, officer, post, held):
    """Whoever is told: by the post that owns the action, by the one that owns its risk, by having
    raised it, or as a risk manager in the place of somebody who cannot act.
    """
    manager = make_person(organisation, Role.MANAGER)
    vacant, dates = make_post(organisation), {"on": days_ago(30), "due_on": days_ago(1)}
    for number, owner in enumerate((post, vacant, None, held)):
        for risk in (
            sound(register, owner=post),
            sound(register, by=officer),
            make_risk(register, by=officer),
        ):
            make_action(risk, title=f"Action{number}", owner=owner, **dates)
    today = timezone.localdate()
    for person in (officer, manager):
        told = due_soon(person, today, [ReminderKind.ACTION])
        tasks = tasks_for(User.objects.get(pk=person.pk), [register], today)
        assert sum(count for _, count in tasks.action_lists) == len(told) > 2
        assert [f"action-{action.pk}" for action in tasks.actions] == [due.key for due in told][:10]
    assert "You are told as a risk manager" in part(home_of(manager), "waiting")


def test_an_escalation_waits_for_whoever_may_decide_it(organisation, register):
    above = make_register(organisation, slug="above", name="Above", prefix="A")
    Register.objects.filter(pk=register.pk).update(parent=above)
    manager = make_person(organisation, Role.MANAGER)
    by = make_user("Sasha Birch")
    risk = sound(Register.objects.get(pk=register.pk), "Flood", is_exempt=True)
    escalation = make_escalation(risk, above, by=by)
    page = home_of(manager)
    assert (
        "Decide on C-001 Flood Exempt Decide whether it goes up from Corporate risks to Above."
        in part(page, "waiting")
    )
    assert steps_on(page) == [reverse("escalation_decide", args=["ours", 1, escalation.pk])]
    escalation.decide(by=manager, is_approved=False, reason="Not yet.")
    assert "Nothing waits for you" in home_of(manager)


def everything_that_can_wait(organisation, register, **content):
    above = make_register(organisation, slug="above", prefix="A")
    Register.objects.filter(pk=register.pk).update(parent=above)
    for _ in range(12):
        risk = sound(
            Register.objects.get(pk=register.pk), "Canary", owner=make_post(organisation), **content
        )
        make_action(risk, title="Canary in hand", on=days_ago(30), due_on=days_ago(1))
        make_escalation(risk, above)


@pytest.mark.parametrize("role", READ_ONLY)
def test_none_of_it_waits_for_somebody_who_only_reads(organisation, register, role):
    everything_that_can_wait(organisation, register)
    assert (
        "Canary in hand" in (page := home_of(make_person(organisation, role))),
        "Decide" in page,
    ) == (False, False)


def test_an_officer_is_shown_no_escalation_to_decide_and_no_action_of_others(
    organisation, register, officer, held
):
    everything_that_can_wait(organisation, register)
    make_action(
        sound(register, "Other"),
        title="Canary of another",
        owner=held,
        on=days_ago(9),
        due_on=days_ago(1),
    )
    assert "Nothing waits for you" in home_of(officer)


def test_an_action_of_an_exempt_risk_of_others_waits_for_no_officer(
    organisation, register, officer, post
):
    risk = sound(register, is_exempt=True)
    make_action(risk, title="Canary", owner=post, on=days_ago(9), due_on=days_ago(1))
    assert "Canary" not in home_of(officer)


def test_nothing_of_another_organisation_waits(organisation, register):
    manager = make_person(organisation, Role.MANAGER)
    theirs = make_organisation()
    everything_that_can_wait(theirs, make_register(theirs, slug="theirs", prefix="T"))
    assert "Nothing waits for you" in home_of(manager)


def test_ten_of_each_are_named_and_the_rest_led_to(organisation, register):
    everything_that_can_wait(organisation, register)
    page = home_of(make_person(organisation, Role.MANAGER))
    said, links = part(page, "waiting"), steps_on(page)
    assert said.count("Say that it is done") == said.count("Decide whether") == 10
    assert "And 2 more. All of them: 12 at" in said and "And 2 more: 12 on Corporate risks." in said
    assert {
        reverse("escalation_list", args=["above"]),
        reverse("action_list", args=["ours"]),
    } <= set(links)


def test_what_waits_costs_as_many_queries_for_few_as_for_many(organisation, register):
    client = client_of(make_person(organisation, Role.MANAGER))
    counts = []
    for _ in range(2):
        everything_that_can_wait(organisation, register)
        Register.objects.filter(slug="above").update(
            slug=f"above-{len(counts)}", prefix=f"A{len(counts)}"
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
