"""Independent ratings by peers and auditors, next to the organisation's own ratings."""

import copy
import html
import uuid

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_assessment,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    preset,
)

from registers.models import Role

pytestmark = pytest.mark.django_db

PAGE = "/registers/ours/risks/1/"
ASSESS = f"{PAGE}assess/"


@pytest.fixture(scope="module")
def module_risk(module_db):
    """High since forty days ago."""
    return make_risk(make_register(slug="ours"), assessed=(3, 3), on=days_ago(40))


@pytest.fixture
def risk(module_risk):
    return copy.deepcopy(module_risk)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def clients(module_risk):
    organisation = module_risk.register.organisation
    return {role: client_of(make_person(organisation, role, name=f"A {role}")) for role in Role}


@pytest.fixture
def peer(clients):
    return clients[Role.PEER]


@pytest.fixture
def officer(clients):
    return clients[Role.OFFICER]


def form_data(risk, **fields):
    return {
        "likelihood": "4",
        "impact": "5",
        "driver": "harm-to-users",
        "rationale": "Two accounts of one decision.",
        "effective_on": days_ago(0).isoformat(),
        "version": risk.version,
        "token": str(uuid.uuid4()),
        **fields,
    }


def test_a_peer_rates_at_the_same_address(peer, risk):
    assert peer.post(ASSESS, form_data(risk)).status_code == 302
    row = risk.assessments.last()
    assert (row.perspective, row.kind, row.band, row.by.name) == (
        "peer",
        "current",
        "severe",
        "A peer",
    )


@pytest.mark.parametrize(
    ("title", "perspective"),
    [
        ("", "peer"),
        ("Head of housing", "peer"),
        ("Head of Internal Audit", "internal-audit"),
        ("External auditor", "external"),
        ("Lead inspector", "external"),
    ],
)
def test_the_perspective_follows_from_the_post(risk, title, perspective):
    person = make_person(risk.register.organisation, Role.PEER)
    if title:
        make_post(risk.register.organisation, title, holder=person)
    client_of(person).post(ASSESS, form_data(risk))
    assert risk.assessments.last().perspective == perspective


def test_the_perspective_is_that_of_the_persons_last_rating(risk):
    person = make_person(risk.register.organisation, Role.PEER)
    make_assessment(risk, (5, 5), perspective="external", by=person)
    client_of(person).post(ASSESS, form_data(risk))
    assert risk.assessments.last().perspective == "external"


@pytest.mark.parametrize(
    ("role", "perspective"),
    [(Role.INTERNAL_AUDITOR, "internal-audit"), (Role.EXTERNAL_AUDITOR, "external")],
)
def test_the_perspective_of_an_auditor_is_that_of_the_role(risk, role, perspective):
    """Whatever they rated as before."""
    person = make_person(risk.register.organisation, role)
    make_assessment(risk, (5, 5), perspective="peer", by=person)
    client_of(person).post(ASSESS, form_data(risk))
    assert risk.assessments.last().perspective == perspective


def test_it_changes_neither_the_own_rating_nor_the_next_review(peer, risk):
    before = risk.current, risk.next_review_on
    peer.post(ASSESS, form_data(risk))
    risk.refresh_from_db()
    assert (risk.current, risk.next_review_on) == before
    assert risk.positions.on_record().get(until_day__year=9999).band == "high"


@pytest.mark.parametrize("perspective", ["own", "", "committee", "<script>"])
def test_a_peer_cannot_speak_for_the_organisation(peer, risk, perspective):
    peer.post(ASSESS, form_data(risk, perspective=perspective))
    assert risk.assessments.last().perspective == "peer"


@pytest.mark.parametrize("kind", ["inherent", "target"])
def test_a_peer_gives_current_ratings_only(peer, risk, kind):
    peer.post(ASSESS, form_data(risk, kind=kind))
    assert risk.assessments.last().kind == "current"


@pytest.mark.parametrize("perspective", ["peer", "internal-audit", "external"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_an_officer_cannot_pose_as_independent(risk, clients, role, perspective):
    clients[role].post(ASSESS, form_data(risk, kind="current", perspective=perspective))
    assert [row.perspective for row in risk.assessments.all()] == ["own", "own"]


def test_a_peer_who_is_an_officer_rates_for_the_organisation(risk):
    person = make_person(risk.register.organisation, Role.PEER)
    make_membership(person, risk.register.organisation, Role.OFFICER)
    client_of(person).post(ASSESS, form_data(risk, kind="current"))
    assert risk.assessments.last().perspective == "own"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMINISTRATOR])
def test_a_role_without_the_right_is_refused(risk, clients, role):
    assert clients[role].post(ASSESS, form_data(risk)).status_code == 403
    assert risk.assessments.count() == 1


def test_a_peer_of_another_organisation_finds_nothing(risk):
    client = client_of(make_person(make_organisation(), Role.PEER))
    assert [client.get(ASSESS).status_code, client.post(ASSESS, form_data(risk)).status_code] == [
        404,
        404,
    ]


def test_a_peer_finds_no_exempt_risk(peer, risk):
    exempt = make_risk(risk.register, is_exempt=True)
    assert peer.post(f"{exempt.get_absolute_url()}assess/", form_data(exempt)).status_code == 404


def test_a_peer_gets_error_messages(peer, risk):
    text = html.unescape(peer.post(ASSESS, {"version": risk.version}).text)
    words = (
        "Select how likely it is",
        "Select how bad it would be",
        "Enter why you chose these ratings",
    )
    assert [word for word in words if word not in text] == []


def test_a_peer_needs_no_evidence_for_a_fall(peer, risk):
    """The question is about two successive ratings of the organisation's own."""
    assert peer.post(ASSESS, form_data(risk, likelihood="1", impact="1")).status_code == 302


def test_a_peer_reads_what_the_rating_is_for(peer, risk):
    text = peer.get(ASSESS).text
    assert (
        "Rate this risk independently" in text,
        "Your rating does not change theirs" in text,
    ) == (
        True,
        True,
    )
    assert 'name="kind"' not in text and 'name="perspective"' not in text


def test_a_peer_rates_without_reading_our_rating(peer, risk):
    """Neither on the form nor where we rated while it was open."""
    opened = form_data(risk)
    make_assessment(risk, (2, 2), rationale="Our own reason.")
    pages = [peer.get(ASSESS).text, peer.post(ASSESS, opened).text]
    assert "added a residual assessment." in html.unescape(pages[1])
    words = (risk.current.rationale, "Our own reason.", "likelihood 3 x impact", "likelihood 2 x")
    assert [word for word in words for page in pages if word in html.unescape(page)] == []


def test_an_officer_selects_no_perspective(officer, risk):
    assert 'name="perspective"' not in officer.get(ASSESS).text


def test_the_page_offers_it_to_a_peer(peer, officer, risk):
    assert (
        "Rate independently" in peer.get(PAGE).text,
        "Rate independently" in officer.get(PAGE).text,
    ) == (
        True,
        False,
    )


def test_the_same_form_twice_is_one_rating(peer, risk):
    form = form_data(risk)
    assert [peer.post(ASSESS, form).status_code for _ in range(2)] == [302, 302]
    assert risk.assessments.count() == 2


# Two at once


def test_an_officers_edit_after_a_peers_rating_is_a_conflict(officer, risk):
    """The rating moves the version, as any judgement does: the officer sees it before they save,
    and loses nothing.
    """
    opened = risk.version
    rater = make_person(risk.register.organisation, Role.PEER, name="Pia Peer")
    make_assessment(risk, (5, 5), perspective="peer", by=rater, rationale="Two accounts.")
    form = {"title": "Mine", "event": "e", "consequence": "c", "version": opened}
    answer = officer.post(f"{PAGE}edit/", form)
    text = html.unescape(answer.text)
    assert (answer.status_code, 'value="Mine"' in text) == (409, True)
    assert "A peer reviewer or inspector (peer reviewer) added an independent rating" in text
    risk.refresh_from_db()
    assert officer.post(f"{PAGE}edit/", form | {"version": risk.version}).status_code == 302


def test_a_peers_rating_after_an_assessment_is_kept_in_the_form(peer, risk):
    opened = form_data(risk)
    make_assessment(risk, (2, 2), evidence="Seen.")
    answer = peer.post(ASSESS, opened)
    assert (answer.status_code, "Two accounts of one decision." in answer.text) == (409, True)


# Side by side


@pytest.mark.parametrize(
    ("peer_ratings", "words"),
    [
        ((5, 5), "The peer reviewer says Severe, we say High: one band lower."),
        ((1, 1), "The peer reviewer says Low, we say High: two bands higher."),
        ((3, 4), "The peer reviewer says High, as we do."),
    ],
)
def test_the_page_says_how_two_ratings_differ(risk, clients, peer_ratings, words):
    make_assessment(risk, peer_ratings, perspective="peer")
    assert words in clients[Role.MEMBER].get(PAGE).text


def test_the_page_says_that_only_the_peer_has_rated(risk, clients):
    unrated = make_risk(risk.register)
    make_assessment(unrated, (3, 4), perspective="peer")
    text = clients[Role.MEMBER].get(unrated.get_absolute_url()).text
    assert "The peer reviewer says High, we have not rated it yet." in text


def test_each_perspective_says_its_latest(officer, risk):
    for perspective in ("peer", "internal-audit", "external"):
        make_assessment(risk, (1, 1), perspective=perspective, on=days_ago(9))
        make_assessment(risk, (5, 5), perspective=perspective, on=days_ago(3))
    text = officer.get(PAGE).text
    for rater in ("The peer reviewer", "Internal audit", "The external auditor or inspector"):
        assert f"{rater} says Severe, we say High" in text
        assert f"{rater} says Low" not in text


def test_a_day_before_the_rating_does_not_show_it(officer, risk):
    make_assessment(risk, (5, 5), perspective="peer", on=days_ago(3))
    assert "The peer reviewer says" not in officer.get(f"{PAGE}?as_at={days_ago(4)}").text


def test_bands_of_two_schemes_are_not_compared(officer, risk):
    make_assessment(risk, (5, 5), perspective="peer", on=days_ago(3))
    risk.register.scheme = preset("five-by-five-three-bands")
    risk.register.save()
    make_assessment(risk, (1, 1))
    assert "by different schemes, so the two words cannot be compared." in officer.get(PAGE).text


def test_a_peers_range_and_evidence_are_shown(peer, risk):
    peer.post(ASSESS, form_data(risk, likelihood_low="1", evidence="Fourteen interviews."))
    text = peer.get(PAGE).text
    assert ("Could be" in text, "Evidence:" in text, "Fourteen interviews." in text) == (
        True,
        True,
        True,
    )
