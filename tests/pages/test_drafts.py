"""Drafts: their required fields, who sees them, and that no count includes them."""

import html
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from makers import (
    days_ago,
    impact,
    make_agreement,
    make_control,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
    risk_form,
)

from registers.models import Position, RiskRevision, Role
from registers.permissions import (
    position_history_for,
    positions_across,
    positions_for,
    revisions_across,
    risks_for,
)

pytestmark = pytest.mark.django_db
WORDS = {"cause": "", "event": "", "consequence": "", "title": "Quokka in the vault"}


EDITORS = (Role.OFFICER, Role.MANAGER)
NON_EDITORS = (Role.MEMBER, Role.PEER, Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register with a draft, and others elsewhere: a blank one, and two with a former draft.

    cookies: of somebody of each role in the organisation of each register.
    """
    registers = [
        make_register(make_organisation(), slug=slug, prefix="C")
        for slug in ("ours", "blank", "reopened", "rated")
    ]
    register, blank, of_reopened, of_rated = registers
    return SimpleNamespace(
        register=register,
        blank=blank,
        draft=make_draft(register),
        reopened_draft=reopen(make_draft(of_reopened)),
        rated_risk=rate(make_draft(of_rated)),
        cookies={(blank.pk, Role.OFFICER): cookies_of(person(blank, Role.OFFICER))}
        | {
            (register.pk, role): cookies_of(person(register, role))
            for register in (register, of_reopened, of_rated)
            for role in (*EDITORS, *NON_EDITORS)
        },
    )


@pytest.fixture
def blank(records):
    return records.blank


@pytest.fixture
def draft(records):
    return records.draft


@pytest.fixture
def reopened_draft(records):
    return records.reopened_draft


@pytest.fixture
def rated_risk(records):
    return records.rated_risk


@pytest.fixture
def client_of(records):
    """A client of somebody of that role in the organisation of the register."""

    def client_of(register, role):
        client = Client()
        client.cookies = records.cookies[register.pk, role]
        return client

    return client_of


def cookies_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies


def make_draft(register):
    return make_risk(register, status="draft", on=days_ago(20), **WORDS)


def person(register, role):
    return make_person(register.organisation, role)


editors = pytest.mark.parametrize("role", EDITORS)
non_editors = pytest.mark.parametrize("role", NON_EDITORS)
NEW = "/registers/blank/risks/new/"
EMPTY = dict.fromkeys(risk_form(), "") | {
    "title": "Quokka in the vault",
    "other_failure_types": [],
    "draft": "1",
}


def text_of(answer):
    return html.unescape(answer.text)


# Making one


def test_a_draft_needs_only_a_title(blank, client_of):
    answer = client_of(blank, Role.OFFICER).post(NEW, EMPTY)
    risk = blank.risks.get()
    assert (answer["Location"], risk.status, risk.number) == (risk.get_absolute_url(), "draft", 1)
    assert (risk.revisions.get().what, risk.event) == ("drafted", "")


def test_without_a_title_there_is_no_draft(blank, client_of):
    answer = client_of(blank, Role.OFFICER).post(NEW, EMPTY | {"title": ""})
    assert ("Enter a title for the risk" in answer.text, blank.risks.exists()) == (True, False)


def test_half_a_judgement_is_not_lost_in_a_draft(blank, client_of):
    answer = client_of(blank, Role.OFFICER).post(NEW, EMPTY | {"likelihood": "3"})
    assert ("Select how bad it would be" in answer.text, blank.risks.exists()) == (True, False)


def test_the_same_draft_twice_is_one(blank, client_of):
    client, form = client_of(blank, Role.OFFICER), EMPTY | {"token": risk_form()["token"]}
    places = {client.post(NEW, form)["Location"] for _ in range(2)}
    assert (len(places), blank.risks.count()) == (1, 1)


def test_the_first_button_still_requires_every_field(blank, client_of):
    form = {name: value for name, value in EMPTY.items() if name != "draft"}
    assert "Enter what could happen" in client_of(blank, Role.OFFICER).post(NEW, form).text


def test_a_draft_is_edited_with_as_little(register, draft, client_of):
    form = {"title": "Another title", "event": "", "consequence": "", "version": 1}
    client_of(register, Role.OFFICER).post(f"{draft.get_absolute_url()}edit/", form)
    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("Another title", "draft")


# Putting it on the register


def put(client, draft, **fields):
    form = {
        "title": draft.title,
        "event": "A quokka.",
        "consequence": "Fewer carrots.",
        "version": draft.version,
        "confirmed": "yes",
    }
    return client.post(f"{draft.get_absolute_url()}put-on-register/", form | fields)


def test_a_draft_is_opened_with_its_new_content(register, draft, client_of):
    answer = put(client_of(register, Role.OFFICER), draft)
    draft.refresh_from_db()
    assert (answer.status_code, draft.status, draft.event) == (302, "open", "A quokka.")
    assert draft.revisions.latest().what == RiskRevision.Event.LOGGED
    assert draft.positions.as_at(timezone.localdate()).on_register().exists()


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("event", "Enter what could happen"),
        ("consequence", "Enter what it would lead to"),
    ],
)
def test_opening_a_draft_requires_the_missing_fields(register, draft, field, words, client_of):
    answer = put(client_of(register, Role.OFFICER), draft, **{field: ""})
    draft.refresh_from_db()
    assert (words in answer.text, draft.status) == (True, "draft")


def test_a_draft_sent_repeatedly_is_opened_once(register, draft, client_of):
    client = client_of(register, Role.OFFICER)
    answers = [put(client, draft).status_code for _ in range(2)]
    assert (answers, draft.revisions.count()) == ([302, 302], 2)


def test_over_another_edit_it_is_a_conflict(register, draft, client_of):
    make_revision(draft, title="Another")
    draft.version = 1
    answer = put(client_of(register, Role.OFFICER), draft)
    assert (answer.status_code, "A quokka." in answer.text) == (409, True)


def test_an_open_risk_cannot_be_opened_again(register, client_of):
    risk = make_risk(register)
    answer = put(client_of(register, Role.OFFICER), risk)
    assert "is already on the register" in text_of(answer)


# Who sees them

PLACES = (
    "/",
    "/registers/ours/",
    "/registers/ours/?status=all",
    "/registers/ours/?q=quokka",
    "/registers/ours/dashboard/",
    "/registers/ours/agreements/",
)


@non_editors
def test_a_draft_is_named_nowhere_to_non_editors(register, draft, role, client_of):
    make_agreement(register)
    client = client_of(register, role)
    answers = {place: client.get(place) for place in PLACES}
    assert {place: answer.status_code for place, answer in answers.items()} == dict.fromkeys(
        PLACES, 200
    )
    assert [place for place, answer in answers.items() if "Quokka" in answer.text] == []


@non_editors
@pytest.mark.parametrize("place", ["", "history/"])
def test_a_draft_is_not_found_by_non_editors(register, draft, role, place, client_of):
    client = client_of(register, role)
    answers = [client.get(f"/registers/ours/risks/{number}/{place}") for number in (1, 999)]
    assert [answer.status_code for answer in answers] == [404, 404]


@non_editors
def test_no_rows_of_a_draft_reach_non_editors(register, draft, role):
    user, today = person(register, role), timezone.localdate()
    agreement = make_agreement(register)
    querysets = [
        risks_for(user, register),
        positions_for(user, register, today),
        positions_for(user, register, days_ago(10)),
        positions_for(user, register, today, agreement.recorded_by),
        positions_across(user, [register], today),
        position_history_for(user, register),
        position_history_for(user, register, agreement.recorded_by),
        revisions_across(user, [register]),
    ]
    assert [rows.count() for rows in querysets] == [0] * 8


@editors
def test_an_editor_sees_drafts_where_they_ask_for_them(register, draft, role, client_of):
    make_risk(register, title="On it")
    client = client_of(register, role)
    pages = [
        client.get(f"/registers/ours/{query}").text
        for query in ("", "?status=draft", "?status=all")
    ]
    assert [("Quokka" in page, "On it" in page) for page in pages] == [
        (False, True),
        (True, False),
        (True, True),
    ]


@non_editors
def test_the_list_offers_no_drafts_to_non_editors(register, draft, role, client_of):
    client = client_of(register, role)
    assert 'value="draft"' not in client.get("/registers/ours/").text
    assert client.get("/registers/ours/?status=draft").status_code == 400


def test_an_exempt_draft_is_a_draft_of_its_own_officer_only(blank):
    author = person(blank, Role.OFFICER)
    make_risk(blank, by=author, status="draft", is_exempt=True, **WORDS)
    counts = [risks_for(user, blank).count() for user in (author, person(blank, Role.OFFICER))]
    assert counts == [1, 0]


@non_editors
def test_a_removed_draft_was_never_on_the_register(register, draft, role, client_of):
    draft.close(by=make_user(), version=1, reason="Not a risk.", depends_on="")
    client = client_of(register, role)
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert "Quokka" not in client.get("/registers/ours/?status=all").text


@non_editors
def test_the_content_of_a_draft_stays_with_editors(register, draft, role, client_of):
    draft.open(
        by=make_user(), version=1, title="Carrots run out", event="A quokka.", consequence="Hunger."
    )
    client, past = client_of(register, role), f"as_at={days_ago(5)}"
    make_agreement(register, on=days_ago(5))
    places = [
        draft.get_absolute_url(),
        f"{draft.get_absolute_url()}history/",
        f"{draft.get_absolute_url()}?{past}",
        f"/registers/ours/?status=all&{past}",
        f"/registers/ours/?status=all&agreed={register.agreements.get().pk}",
        "/",
    ]
    answers = [client.get(place) for place in places]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [
        place for place, answer in zip(places, answers, strict=True) if "Quokka" in answer.text
    ] == []


def test_a_closed_risk_that_was_on_the_register_is_still_visible(blank):
    risk = make_risk(blank, title="It was here", on=days_ago(9))
    risk.close(by=make_user(), version=1, reason="Over.", depends_on="Nobody.")
    user = person(blank, Role.MEMBER)
    assert (
        risks_for(user, blank).count(),
        positions_for(user, blank, timezone.localdate()).count(),
    ) == (1, 1)


def test_nothing_counts_a_draft(register, draft, client_of):
    make_revision(draft, owner=make_post(register.organisation))
    pages = [
        client_of(register, Role.MANAGER).get(place).text
        for place in ("/", "/registers/ours/dashboard/")
    ]
    assert 'data-total="0"' in client_of(register, Role.MANAGER).get("/registers/ours/").text
    assert [page for page in pages if 'data-count="1"' in page] == []
    assert not Position.objects.filter(risk=draft).on_register().exists()


@editors
def test_the_page_of_a_draft_leads_to_the_register(register, draft, role, client_of):
    page = client_of(register, role).get(draft.get_absolute_url()).text
    assert "/put-on-register/" in page and "Only officers and managers can see it" in page


def reopen(draft):
    """Taken away as a draft, brought back, and then put on the register in other words."""
    officer = make_user()
    make_control(draft, title="Quokka fence", by=officer)
    draft.close(by=officer, version=1, reason="This Quokka is not ours.", depends_on="")
    draft.reopen(by=officer, version=2, reason="This Quokka is ours.")
    draft.open(
        by=officer, version=3, title="Carrots run out", event="A hare.", consequence="Hunger."
    )
    return draft


@non_editors
def test_the_history_of_a_draft_stays_with_editors(reopened_draft, role, client_of):
    page, history = (
        reopened_draft.get_absolute_url(),
        f"{reopened_draft.get_absolute_url()}history/",
    )
    client = client_of(reopened_draft.register, role)
    assert "This Quokka" not in client.get(page).text + client.get("/").text
    assert (
        "Quokka" not in client.get(history).text + client.get(f"{history}?as_at={days_ago(5)}").text
    )


@editors
def test_an_editor_reads_the_whole_history(reopened_draft, role, client_of):
    history = (
        client_of(reopened_draft.register, role)
        .get(f"{reopened_draft.get_absolute_url()}history/")
        .text
    )
    assert [words in history for words in ("Quokka fence", "is not ours", "is ours")] == [True] * 3


def test_a_control_that_a_draft_had_is_on_the_page_of_the_risk(reopened_draft, client_of):
    assert (
        "Quokka fence"
        in client_of(reopened_draft.register, Role.MEMBER)
        .get(reopened_draft.get_absolute_url())
        .text
    )


# Ratings</h2> while it was a draft


def rate(draft):
    """Judged twice as a draft and put on the register ten days ago; judged again two days ago."""
    draft.assess(
        by=draft.raised_by, version=1, **rating_fields((1, 1), "Guessed early.", days_ago(19))
    )
    draft.assess(
        by=draft.raised_by,
        version=2,
        **rating_fields((5, 5), "Stood when it opened.", days_ago(15)),
    )
    draft.assess(
        by=draft.raised_by,
        version=3,
        **rating_fields((5, 4), "Wanted early.", days_ago(14), "target"),
    )
    draft.assess(
        by=draft.raised_by,
        version=4,
        **rating_fields((2, 2), "Wanted when it opened.", days_ago(13), "target"),
    )
    draft.open(by=draft.raised_by, version=5, effective_on=days_ago(10))
    draft.assess(by=draft.raised_by, version=6, **rating_fields((2, 3), "Said since.", days_ago(2)))
    return draft


def rating_fields(ratings, rationale, on, kind="current"):
    fields = dict(zip(("likelihood", "impact"), ratings, strict=True))
    return {**fields, "driver": impact(), "rationale": rationale, "effective_on": on, "kind": kind}


STANDING, SINCE, EARLY = (
    ["Stood when it opened.", "Wanted when it opened."],
    ["Said since."],
    ["Guessed", "Wanted early."],
)


@pytest.mark.parametrize(
    ("query", "expected"), [("", STANDING + SINCE), (f"?as_at={days_ago(5)}", STANDING)]
)
@non_editors
def test_a_non_editor_reads_no_rating_superseded_before_opening(
    rated_risk, role, query, expected, client_of
):
    text = text_of(
        client_of(rated_risk.register, role).get(f"{rated_risk.get_absolute_url()}{query}")
    )
    assert [words for words in [*STANDING, *SINCE, *EARLY] if words in text] == expected


@non_editors
def test_an_agreed_page_shows_a_non_editor_the_same_ratings(rated_risk, role, client_of):
    agreement = make_agreement(rated_risk.register)
    text = text_of(
        client_of(rated_risk.register, role).get(
            f"{rated_risk.get_absolute_url()}?agreed={agreement.pk}"
        )
    )
    assert [words for words in [*STANDING, *SINCE, *EARLY] if words in text] == STANDING + SINCE


@editors
def test_an_editor_reads_all_judgements(rated_risk, role, client_of):
    text = text_of(client_of(rated_risk.register, role).get(rated_risk.get_absolute_url()))
    assert all(words in text for words in [*STANDING, *SINCE, *EARLY])


@pytest.mark.parametrize(("role", "is_shown"), [(Role.MEMBER, False), (Role.OFFICER, True)])
def test_the_sparkline_shows_a_non_editor_the_same_ratings(
    register, draft, role, is_shown, client_of
):
    """Low at first and Severe when it opened: to who does not edit it never was anything else."""
    draft.assess(
        by=draft.raised_by, version=1, **rating_fields((1, 1), "Guessed early.", days_ago(19))
    )
    draft.assess(
        by=draft.raised_by,
        version=2,
        **rating_fields((5, 5), "Stood when it opened.", days_ago(15)),
    )
    draft.open(by=draft.raised_by, version=3, effective_on=days_ago(10))
    client = client_of(register, role)
    for page in ("", "history/"):
        text = text_of(client.get(f"{draft.get_absolute_url()}{page}"))
        assert ("Severe since" in text, "was Low" in text) == (True, is_shown), page


def test_a_rating_of_a_risk_that_never_was_a_draft_is_shown(register):
    risk = make_risk(register, assessed=(1, 1), on=days_ago(20))
    assert [row.band for row in risk.judgements(timezone.localdate(), drafts=False)] == ["low"]


# Taking one away


@pytest.mark.parametrize(
    ("role", "is_own", "status", "answer"),
    [
        (Role.OFFICER, True, "draft", 302),
        (Role.OFFICER, False, "draft", 403),
        (Role.OFFICER, True, "open", 403),
        (Role.MANAGER, False, "draft", 302),
        (Role.MANAGER, False, "open", 302),
        (Role.MEMBER, True, "draft", 404),
    ],
)
def test_the_author_of_a_draft_may_remove_it(register, role, is_own, status, answer):
    reader = person(register, role)
    risk = make_risk(register, status=status, by=reader if is_own else make_user(), on=days_ago(20))
    client = Client()
    client.force_login(reader)
    content = {
        "reason": "Not ours.",
        "depends_on": "Nobody",
        "effective_on": days_ago(0).isoformat(),
        "version": 1,
    }
    is_offered = f"{risk.get_absolute_url()}close/" in client.get(risk.get_absolute_url()).text
    assert client.post(f"{risk.get_absolute_url()}close/", content).status_code == answer
    risk.refresh_from_db()
    assert (is_offered, risk.status == "closed") == (answer == 302, answer == 302)
