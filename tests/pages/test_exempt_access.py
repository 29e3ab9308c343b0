"""Who reads, changes and counts a risk that is exempt from publication."""

import datetime
import functools
import re

import pytest
from access_table import OF_A_RISK, distinguishable, make_people, path_of, signed_in
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assurance,
    make_control,
    make_escalation,
    make_grant,
    make_person,
    make_post,
    make_revision,
    make_risk,
    make_user,
)

from registers.models import Position, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def client_of(module_records):
    """A client of each person, signed in once."""
    people, _ = module_records
    return {person: signed_in(user) for person, user in people.items()}.__getitem__


# Exempt risks


@pytest.fixture(scope="module")
def module_records(module_db):
    """The people, a risk of theirs that is exempt, and two that are not."""
    people = make_people()
    exempt = make_exempt(people)
    people["unseated"] = make_person(exempt.register.organisation, Role.MEMBER)
    make_risk(exempt.register, assessed=(2, 2), on=days_ago(100))
    return people, exempt


@pytest.fixture
def people(records):
    return records[0]


@pytest.fixture
def exempt(records):
    return records[1]


def make_exempt(people):
    """A risk that was open to all a hundred days ago, was agreed so, and is exempt today."""
    register = people["manager"].memberships.get().organisation.registers.get(slug="ours")
    instant = timezone.now() - datetime.timedelta(days=100)
    fields = {
        "title": "Quokka in the vault",
        "assessed": (5, 5),
        "on": days_ago(100),
        "recorded_at": instant,
    }
    risk = make_risk(register, by=people["manager"], **fields)
    make_agreement(register, by=people["manager"], on=days_ago(50))
    make_action(risk, title="Quokka in hand")
    make_escalation(
        risk, register.parent, approved_by=people["manager"], reason="Quokka in danger."
    )
    make_revision(risk, is_exempt=True, on=days_ago(10))
    make_control(risk, by=people["manager"], title="A lock that the Quokka in question cannot pick")
    make_assurance(risk, by=people["manager"], line=1, on=days_ago(60))
    risk.refresh_from_db()
    return risk


@pytest.mark.parametrize("person", ["officer", "peer", "administrator"])
def test_an_exempt_risk_looks_like_none(client_of, exempt, person):
    """HEAD, which follows GET, is asked for by one of them."""
    methods = ("get", "post", *(["head"] if person == "officer" else []))
    numbers = {"number": exempt.number}, {"number": 999}
    assert distinguishable(client_of(person), OF_A_RISK, *numbers, methods) == []


def has_no_seat(people, exempt):
    people["member"].seats.all().delete()


def is_granted(people, exempt):
    for person in ("clerk", "administrator"):
        make_grant(exempt.register, people[person], risk=exempt)


def raises(people, exempt):
    exempt.raised_by = people["officer"]
    exempt.save()


def holds(people, exempt):
    post = make_post(exempt.register.organisation, holder=people["officer"])
    make_revision(exempt, owner=post)


def does_neither(people, exempt):
    pass


EXEMPT_FOR = {
    ("member", does_neither): 200,  # who sits on a body that oversees the register
    ("member", has_no_seat): 404,
    ("clerk", is_granted): 200,
    ("administrator", is_granted): 404,
    ("internal-auditor", does_neither): 200,
    ("manager", does_neither): 200,
    ("officer", raises): 200,
    ("officer", holds): 200,
    ("officer", does_neither): 404,
    ("peer", does_neither): 404,
    ("administrator", does_neither): 404,
    ("stranger", does_neither): 404,
}
exempt_cases = pytest.mark.parametrize(
    ("person", "tie", "status"), [(*key, status) for key, status in EXEMPT_FOR.items()]
)
exempt_non_readers = pytest.mark.parametrize(
    "person", ["officer", "peer", "administrator", "unseated"]
)
exempt_readers = pytest.mark.parametrize("person", ["member", "manager"])


@exempt_cases
def test_who_may_read_an_exempt_risk(people, client_of, exempt, person, tie, status):
    tie(people, exempt)
    client = client_of(person)
    names = ("risk_detail", "risk_history", "risk_one_page")
    pages = [path_of(name, number=exempt.number) for name in names]
    addresses_read = [
        page + query
        for page in pages
        for query in ("", f"?as_at={days_ago(50)}", f"?{agreed(exempt)}")
    ]
    assert {path: client.get(path).status_code for path in addresses_read} == dict.fromkeys(
        addresses_read, status
    )


@exempt_cases
def test_who_may_change_an_exempt_risk(people, client_of, exempt, person, tie, status):
    tie(people, exempt)
    client = client_of(person)
    names = "risk_edit risk_assess risk_review risk_happened risk_exempt"
    names = [
        *names.split(),
        "control_new",
        "control_edit",
        "control_retire",
        "assurance_new",
        "progress_new",
    ]
    answers = {name: client.get(path_of(name, number=exempt.number)).status_code for name in names}
    is_reader = status == 200 and person not in ("officer", "manager")
    expected = dict.fromkeys(names, 403 if is_reader else status)
    if person == "internal-auditor":
        expected["risk_assess"] = 200
    assert answers == expected


def test_the_previous_holder_of_the_post_does_not_see_an_exempt_risk(people, client_of, exempt):
    holds(people, exempt)
    exempt.owner.holder = make_user()
    exempt.owner.save()
    assert client_of("officer").get(exempt.get_absolute_url()).status_code == 404


def agreed(exempt):
    return f"agreed={exempt.register.agreements.in_force().get().pk}"


@pytest.fixture(scope="module")
def read(client_of):
    """The text of a page as the module's records leave it, read once for each person. Not for a
    test that changes them before it reads.
    """

    @functools.cache
    def read(person, path):
        answer = client_of(person).get(path)
        assert answer.status_code != 302  # signed out, nobody is shown anything
        return answer.text

    return read


ONE_OF_EACH = ("/", *(f"/registers/ours/{page}" for page in ("", "dashboard/", "assurance/")))


def pages_that_list(exempt):
    past = f"as_at={days_ago(50)}"
    return [
        "/",
        "/registers/ours/",
        f"/registers/ours/?{past}",
        "/registers/ours/?q=quokka",
        "/registers/ours/?status=all&sort=title",
        f"/registers/ours/?q={exempt.reference}",
        "/registers/ours/?likelihood=5&impact=5",
        "/registers/ours/dashboard/",
        f"/registers/ours/dashboard/?{past}",
        f"/registers/ours/dashboard/?since={days_ago(50)}",
        f"/registers/ours/dashboard/?since={days_ago(101)}",
        *(f"/registers/ours/{page}?{agreed(exempt)}" for page in ("", "dashboard/")),
        "/registers/ours/agreements/",
        *(f"/registers/ours/assurance/?{query}" for query in ("", past, agreed(exempt))),
        *(path_of(name, number=1) for name in OF_A_RISK if not name.endswith(("_docx", "_pdf"))),
        *(
            f"/registers/{slug}/{page}"
            for slug in ("ours", "above-ours")
            for page in ("actions/", "escalations/")
        ),
        "/registers/above-ours/",
        "/registers/above-ours/dashboard/",
        *(
            f"/registers/ours/questions/?{query}"
            for query in ("", past, agreed(exempt), "of=register", "of=signs")
        ),
    ]


@exempt_non_readers
def test_an_exempt_risk_is_named_nowhere(read, exempt, person):
    assert [path for path in pages_that_list(exempt) if "Quokka in" in read(person, path)] == []


@exempt_readers
def test_an_exempt_risk_is_named_to_those_who_may_see_it(read, exempt, person):
    for query in ("", f"?{agreed(exempt)}"):
        assert "Quokka in" in read(person, f"/registers/ours/{query}")


def numbers_of(page):
    """Everything a page counts: totals and counts for tools, and the numbers in its sentences."""
    return re.findall(
        r'data-(?:count|total)="(\d+)"|<p class="govuk-body(?:-l)?">([^<]*\brisks?\b[^<]*)', page
    )


COUNTING = [
    "/",
    "/registers/ours/",
    f"/registers/ours/?as_at={days_ago(50)}",
    "/registers/ours/?band=severe",
    "/registers/ours/dashboard/",
    f"/registers/ours/dashboard/?as_at={days_ago(50)}",
    f"/registers/ours/dashboard/?since={days_ago(50)}",
    "/registers/ours/?{agreed}",
    "/registers/ours/dashboard/?{agreed}",
    "/registers/ours/agreements/",
    "/registers/ours/assurance/",
    "/registers/ours/assurance/?{agreed}",
    "/registers/ours/?assurance=first-line",
]


@exempt_non_readers
def test_no_number_counts_an_exempt_risk(read, client_of, exempt, person):
    paths = [path.format(agreed=agreed(exempt)) for path in COUNTING]
    with_it = {path: numbers_of(read(person, path)) for path in paths}
    Position.objects.filter(risk=exempt).delete()
    client = client_of(person)
    assert with_it == {path: numbers_of(client.get(path).text) for path in paths}
    assert [path for path in paths if not with_it[path]] == []


@exempt_readers
def test_numbers_count_exempt_risks_for_those_who_may_see_them(read, person):
    today = timezone.localdate()  # a member opens on what was agreed, and that was one
    assert 'data-total="3"' in read(person, f"/registers/ours/?as_at={today}")


def pages_with_notice(read, person):
    return {
        path: "exempt risks are not counted" in read(person, path).lower() for path in ONE_OF_EACH
    }


@exempt_non_readers
def test_a_page_says_when_exempt_risks_are_not_counted(read, person):
    assert set((notices := pages_with_notice(read, person)).values()) == {True}, notices


@exempt_non_readers
def test_agreements_say_when_exempt_risks_are_not_counted(read, person):
    assert "exempt risks are not counted" in read(person, "/registers/ours/agreements/").lower()


@exempt_readers
def test_a_page_has_no_notice_when_every_risk_is_counted(read, person):
    assert set((notices := pages_with_notice(read, person)).values()) == {False}, notices
