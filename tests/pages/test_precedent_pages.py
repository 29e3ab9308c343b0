"""Warning signs from other cases: at logging, on a risk's page, in the library and in lists."""

import datetime
import html
import re
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hostile_values import messages_of
from makers import (
    days_ago,
    failure_type,
    impact,
    make_agreement,
    make_organisation,
    make_person,
    make_precedent,
    make_register,
    make_revision,
    make_risk,
    risk_form,
    sign,
)

from registers.forms.precedents import MarkForm
from registers.models import Precedent, Risk, Role
from registers.permissions import marks_across
from registers.precedents import risk_text as words_of_risk
from registers.precedents import suggest

pytestmark = pytest.mark.django_db

# Text of a treasurer that resembles a sign of Northamptonshire.
LIKE = {
    "title": "Savings do not arrive",
    "cause": "Savings go into the budget before anybody has worked out how they will be made.",
    "event": "Overspending is covered from reserves every year until there are none.",
    "consequence": "The budget cannot be balanced.",
}
UNLIKE = {
    "title": "Lift",
    "cause": "",
    "event": "The lift in the museum stops.",
    "consequence": "People wait.",
}
LOOK = "/registers/blank/precedents/"
NEW = "/registers/blank/risks/new/"


def recorded_risk(register, **fields):
    """A risk of forty days ago, recorded then."""
    instant = timezone.now() - datetime.timedelta(days=40)
    return make_risk(register, on=days_ago(40), recorded_at=instant, **fields)


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register with a risk, one without, and somebody of each role."""
    register = make_register(make_organisation(), slug="ours", name="Our register")
    financial = failure_type("financial")
    return SimpleNamespace(
        register=register,
        blank=make_register(register.organisation, slug="blank"),
        risk=recorded_risk(register, assessed=(3, 4), primary_failure_type=financial, **LIKE),
        clients={role: client_of(register, role) for role in Role},
    )


def client_of(register, role):
    client = Client()
    client.force_login(make_person(register.organisation, role))
    return client


@pytest.fixture
def blank(records):
    return records.blank


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def as_role(records):
    """A client of somebody with that role in the register's organisation, one for each role."""
    return records.clients.get


@pytest.fixture
def officer(as_role):
    return as_role(Role.OFFICER)


@pytest.fixture
def member(as_role):
    return as_role(Role.MEMBER)


def words_of(answer):
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(text).split())


def suggested_codes(answer):
    """The codes of the signs that a page or a part of one suggests."""
    return [
        code for codes in re.findall(r'data-signs="([^"]*)"', answer.text) for code in codes.split()
    ]


def expected_codes(words=LIKE):
    return [suggestion.sign.code for suggestion in suggest(words_of_risk(**words))]


def agree(register, ago, **fields):
    """A body agreed the register so many days ago, recorded that evening."""
    return make_agreement(register, on=days_ago(ago), **fields)


def earlier_mark(risk, code="DON-W1", mark="relevant", *, ago=20, **fields):
    """A mark of so many days ago, recorded then."""
    instant = timezone.now() - datetime.timedelta(days=ago)
    return make_precedent(risk, code, mark, on=days_ago(ago), recorded_at=instant, **fields)


def page_of(risk):
    return f"{risk.get_absolute_url()}precedents/"


# While a risk is logged


def test_words_like_a_sign_suggest_it(officer):
    assert suggested_codes(officer.post(LOOK, LIKE)) == expected_codes() != []


def test_a_suggestion_says_which_of_the_readers_own_words_matched(officer):
    marks = re.findall(r"<mark>([^<]*)</mark>", officer.post(LOOK, LIKE).text)
    assert marks and set(marks) <= set(re.findall(r"[a-z]+", " ".join(LIKE.values()).lower()))


def test_a_suggestion_holds_case_question_box_and_citation(officer):
    first = sign(expected_codes()[0])
    text = html.unescape(officer.post(LOOK, LIKE).text)
    for phrase in (first.title, first.case.short_name, first.question, first.case.in_short):
        assert phrase in text
    assert first.citations.first().get_absolute_url() in text


def test_a_suggestion_carries_no_number_of_likeness(officer):
    assert "%" not in words_of(officer.post(NEW, LIKE | {"look": "1"}))


def test_words_like_nothing_bring_up_nothing(officer):
    assert suggested_codes(officer.post(LOOK, UNLIKE)) == []


@pytest.mark.parametrize(
    "typed", [{}, {"title": "\x00\ud7ff"}, {"title": "x" * 100_000}, {"title": "%' OR 1=1 --"}]
)
def test_nonsense_gets_no_suggestion(officer, typed):
    answer = officer.post(LOOK, typed)
    assert (answer.status_code, suggested_codes(answer)) == (200, [])


def test_markup_in_the_form_is_shown_as_text(officer):
    typed = LIKE | {"cause": LIKE["cause"] + " <script>savings</script>"}
    assert "<script>savings" not in officer.post(NEW, typed | {"look": "1"}).text


def test_words_in_an_address_are_not_read(officer):
    assert suggested_codes(officer.post(f"{LOOK}?title=reserves+overspending+savings+budget")) == []


def test_looking_up_saves_nothing_and_shows_no_error(officer, blank):
    answer = officer.post(NEW, LIKE | {"title": "", "look": "1"})
    assert "There is a problem" not in answer.text and "<title>Error" not in answer.text
    assert not blank.risks.exists()


def test_looking_up_from_a_complete_form_saves_nothing(officer, blank):
    officer.post(NEW, risk_form(owner="", look="1"))
    assert not blank.risks.exists()


def test_looking_up_keeps_the_form_and_shows_signs(officer):
    answer = officer.post(NEW, risk_form(owner="", look="1", **LIKE))
    form = answer.context["form"]
    assert [form[name].value() for name in ("title", "likelihood", "notes")] == [
        LIKE["title"],
        "3",
        risk_form()["notes"],
    ]
    assert LIKE["event"] in answer.text and suggested_codes(answer) == expected_codes()


def test_looking_up_keeps_the_token_of_the_form(officer):
    token = str(uuid.uuid4())
    looked = officer.post(NEW, risk_form(owner="", look="1", token=token))
    assert looked.context["form"]["token"].value() == token


def test_the_form_says_that_nothing_is_alike(officer):
    answer = officer.post(NEW, UNLIKE | {"look": "1"})
    assert "No warning sign in the library matches" in words_of(answer)


def test_the_form_says_that_likeness_is_a_prompt_and_not_evidence(officer):
    assert "They are not evidence and change no rating" in words_of(officer.get(NEW))


def test_a_form_sent_back_with_errors_shows_signs_too(officer):
    answer = officer.post(NEW, LIKE | {"title": ""})
    assert "There is a problem" in answer.text and suggested_codes(answer) != []


def test_after_logging_the_way_leads_to_the_signs(officer, blank):
    answer = officer.post(NEW, risk_form(owner="", **LIKE), follow=True)
    words = ["one warning sign", "two warning signs", "three warning signs"][
        len(expected_codes()) - 1
    ]
    assert f"on the register. Compare with {words} from other cases" in words_of(answer)
    assert f'href="{page_of(blank.risks.get())}"' in answer.text


def test_after_logging_a_risk_like_nothing_no_signs_are_mentioned(officer):
    answer = officer.post(NEW, risk_form(owner="", **UNLIKE), follow=True)
    assert "on the register. Compare with" not in words_of(answer)


def test_looking_costs_as_many_queries_for_three_signs_as_for_one(officer):
    officer.post(LOOK, LIKE)
    costs = set()
    for words in (
        LIKE,
        {"title": "Nobody trusts officers: relations with elected members have broken down"},
    ):
        with CaptureQueriesContext(connection) as queries:
            officer.post(LOOK, words)
        costs.add(len(queries))
    assert len(costs) == 1


# Marking


def mark(client, risk, code=None, **data):
    data = {"mark": "relevant", "reason": "Ours does the same.", "token": str(uuid.uuid4()), **data}
    return client.post(page_of(risk), {"sign": code or expected_codes()[0], **data})


def test_a_suggested_sign_is_marked_with_its_reason_and_words(officer, risk):
    mark(officer, risk, mark="unsure")
    precedent = Precedent.objects.get()
    assert (precedent.sign.code, precedent.mark, precedent.reason) == (
        expected_codes()[0],
        "unsure",
        "Ours does the same.",
    )
    assert precedent.words == list(suggest(words_of_risk(**LIKE))[0].words)


def test_matched_words_come_from_the_risk_and_not_from_the_request(officer, risk):
    mark(officer, risk, words="made up")
    assert "made up" not in Precedent.objects.get().words


def test_a_sign_that_was_not_suggested_can_be_marked(officer, risk):
    mark(officer, risk, "ELT-W2")
    assert (Precedent.objects.get().sign.code, Precedent.objects.get().words) == ("ELT-W2", [])


def test_a_mark_redirects_to_the_page_and_is_on_it(officer, risk):
    text = words_of(officer.get(mark(officer, risk)["Location"]))
    assert f"{expected_codes()[0]} is marked relevant on {risk.reference}" in text
    assert "Ours does the same." in text


def test_a_marked_sign_is_not_suggested_again(officer, risk):
    before = [
        form_sign.sign.code
        for form_sign, _ in officer.get(page_of(risk)).context["forms"].suggested
    ]
    mark(officer, risk, before[0])
    assert [
        form_sign.sign.code
        for form_sign, _ in officer.get(page_of(risk)).context["forms"].suggested
    ] == before[1:]


def test_a_form_sent_twice_makes_one_mark(officer, risk):
    token = str(uuid.uuid4())
    assert [mark(officer, risk, token=token).status_code for _ in range(2)] == [302, 302]
    assert Precedent.objects.count() == 1


def test_a_later_mark_stands_and_the_earlier_is_kept(officer, risk):
    mark(officer, risk, reason="At first sight.")
    mark(officer, risk, mark="not-relevant", reason="On a second look.")
    answer = officer.get(page_of(risk))
    (standing, _) = answer.context["forms"].standing[0]
    assert (standing.mark.reason, [precedent.reason for precedent in standing.earlier]) == (
        "On a second look.",
        ["At first sight."],
    )
    assert "Marked before: 1 time" in words_of(answer)


def test_a_mark_changes_neither_score_nor_version(officer, risk):
    before = risk.version, risk.current_id, risk.assessments.count(), risk.revisions.count()
    mark(officer, risk)
    risk.refresh_from_db()
    assert (
        risk.version,
        risk.current_id,
        risk.assessments.count(),
        risk.revisions.count(),
    ) == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"mark": ""}, "Select relevant, not relevant or unsure"),
        ({"mark": "likely"}, "Select relevant, not relevant or unsure"),
        ({"reason": " "}, "Enter the reason for your mark"),
        ({"reason": "x" * 1001}, "The reason must be 1,000 characters or fewer"),
        ({"sign": ""}, "Select a warning sign"),
        ({"sign": "XXX-W1"}, "Select a warning sign from the list"),
        ({"sign": "\x00"}, "Select a warning sign from the list"),
    ],
)
def test_an_invalid_mark_has_an_error_message(data, words):
    form = MarkForm({"sign": expected_codes()[0], "mark": "relevant", "reason": "Why.", **data})
    assert words in messages_of(form)


def test_an_invalid_mark_is_refused_with_its_message(officer, risk):
    answer = mark(officer, risk, mark="likely")
    assert (answer.status_code, Precedent.objects.exists()) == (200, False)
    assert "Select relevant, not relevant or unsure" in words_of(answer)


def test_an_error_links_to_its_sign(officer, risk):
    code = expected_codes()[0]
    answer = mark(officer, risk, reason="")
    assert f'href="#id_{code}_reason"' in answer.text and f'id="id_{code}_reason"' in answer.text


def test_every_id_on_the_page_is_its_own(officer, risk):
    mark(officer, risk, "ELT-W2")
    ids = re.findall(r'\sid="([^"]+)"', officer.get(page_of(risk)).text)
    assert [element_id for element_id in ids if ids.count(element_id) > 1] == []


def test_a_risk_like_nothing_says_so_and_offers_the_choice(officer, register):
    text = words_of(officer.get(page_of(make_risk(register, **UNLIKE))))
    assert (
        "No warning sign in the library matches" in text
        and "Choose a warning sign yourself" in text
    )


def test_the_page_costs_the_same_however_many_signs_are_marked(officer, risk):
    make_precedent(risk, "DON-W1")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            officer.get(page_of(risk))
        return len(queries)

    cost()
    before = cost()
    for code in ("DON-W2", "ROT-W1", "ELT-W1", "BAS-W1", "THM-W1", "WSX-W1"):
        make_precedent(risk, code)
    assert cost() == before


def test_a_reader_without_exempt_risks_cannot_mark_one(officer, risk):
    make_revision(risk, is_exempt=True)
    assert mark(officer, risk).status_code == 404
    assert not Precedent.objects.exists()


# The risk's page, and who sees which mark


def test_a_risk_shows_relevant_signs_before_cases_of_its_type(officer, risk):
    make_precedent(risk, "DON-W1", reason="The two accounts do not agree.")
    text = words_of(officer.get(risk.get_absolute_url()))
    assert "Warning signs marked relevant" in text and "The two accounts do not agree." in text
    assert text.index(sign("DON-W1").title) < text.index("Financial failure")


@pytest.mark.parametrize("mark", ["unsure", "not-relevant"])
def test_other_marks_show_their_reason_and_not_as_being_tested(officer, risk, mark):
    make_precedent(risk, "DON-W1", mark, reason="No sign of it.")
    text = words_of(officer.get(risk.get_absolute_url()))
    assert "Other signs considered: 1" in text and "No sign of it." in text
    assert "that we are testing" not in text


def test_whoever_may_edit_gets_a_link_to_the_signs(as_role, risk):
    links = {
        role: page_of(risk) in as_role(role).get(risk.get_absolute_url()).text for role in Role
    }
    assert {role for role, is_link in links.items() if is_link} == {Role.OFFICER, Role.MANAGER}


def is_shown(client, risk, **query):
    return "The two accounts" in words_of(client.get(risk.get_absolute_url(), query))


READERS = [Role.MEMBER, Role.PEER, Role.ADMINISTRATOR]
TODAY = {"as_at": str(timezone.localdate())}


@pytest.mark.parametrize("role", READERS)
def test_nobody_but_officers_sees_a_mark_before_anything_is_agreed(as_role, risk, role):
    make_precedent(risk, reason="The two accounts differ.")
    text = words_of(as_role(role).get(risk.get_absolute_url()))
    assert "The two accounts" not in text and "You can see them once" in text


@pytest.mark.parametrize("role", READERS)
def test_readers_see_a_mark_that_the_latest_agreement_knew_and_no_later_one(
    as_role, register, risk, role
):
    earlier_mark(risk, reason="The two accounts differ.")
    agree(register, 10)
    make_precedent(risk, "DON-W2", reason="A later thought.")
    for query in ({}, TODAY):
        text = words_of(as_role(role).get(risk.get_absolute_url(), query))
        assert ("The two accounts" in text, "A later thought" in text) == (True, False)
        assert "working notes" in text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_officers_and_managers_see_todays_marks(as_role, register, risk, role):
    agree(register, 10)
    make_precedent(risk, reason="The two accounts differ.")
    assert is_shown(as_role(role), risk)


def test_a_later_change_of_a_mark_is_hidden_from_members(member, officer, register, risk):
    earlier_mark(risk, reason="The two accounts differ.")
    agree(register, 10)
    make_precedent(risk, mark="not-relevant", reason="They agree now.")
    assert (is_shown(member, risk), is_shown(officer, risk)) == (True, False)


def test_a_mark_recorded_late_is_not_in_an_earlier_agreement(member, register, risk):
    agree(register, 10)
    make_precedent(risk, on=days_ago(20), reason="The two accounts differ.")
    assert not is_shown(member, risk)


def test_a_past_day_shows_the_marks_of_that_day(officer, risk):
    make_precedent(risk, on=days_ago(5), reason="The two accounts differ.")
    visible = [is_shown(officer, risk, as_at=days_ago(ago).isoformat()) for ago in (6, 5)]
    assert visible == [False, True]


def test_an_agreement_shows_everybody_the_marks_before_it(officer, register, risk):
    agreement = agree(register, 10)
    make_precedent(risk, reason="The two accounts differ.")
    assert not is_shown(officer, risk, agreed=agreement.pk)


def test_an_earlier_agreement_shows_no_later_mark(member, register, risk):
    first = agree(register, 30)
    earlier_mark(risk, reason="The two accounts differ.")
    agree(register, 10)
    assert (is_shown(member, risk), is_shown(member, risk, agreed=first.pk)) == (True, False)


def test_a_risk_costs_the_same_however_many_signs_are_marked(member, register, risk):
    earlier_mark(risk, "DON-W1")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            member.get(risk.get_absolute_url(), TODAY)
        return len(queries)

    agree(register, 10)
    cost()
    before = cost()
    for code in ("ROT-W1", "ELT-W1", "BAS-W1"):
        earlier_mark(risk, code, ago=15)
    assert cost() == before


# The list


def listed_numbers(client, slug="ours", **query):
    answer = client.get(f"/registers/{slug}/", query)
    return (
        [position.number for position in answer.context["page"]]
        if answer.status_code == 200
        else answer.status_code
    )


def test_the_list_filters_by_relevant_marks_only(officer, register, risk):
    doubtful = make_risk(register)
    make_precedent(risk, "DON-W1")
    make_precedent(doubtful, "DON-W1", "unsure")
    make_risk(register)
    insight = sign("DON-W1").insights.first().number
    for query in ({"case": "doncaster"}, {"sign": "DON-W1"}, {"insight": insight}):
        assert listed_numbers(officer, **query) == [risk.number], query


def test_a_revoked_mark_does_not_count_in_the_filter(officer, risk):
    make_precedent(risk, "DON-W1")
    make_precedent(risk, "DON-W1", "not-relevant")
    assert listed_numbers(officer, sign="DON-W1") == []


def test_a_sign_of_another_case_is_not_listed(officer, risk):
    make_precedent(risk, "DON-W1")
    assert [listed_numbers(officer, case="rotherham"), listed_numbers(officer, sign="DON-W2")] == [
        [],
        [],
    ]


def test_a_member_lists_by_marks_that_were_agreed(member, officer, register, risk):
    newer = recorded_risk(register)
    earlier_mark(risk, "DON-W1")
    agree(register, 10)
    make_precedent(newer, "DON-W1")
    assert listed_numbers(member, sign="DON-W1", **TODAY) == [risk.number]
    assert sorted(listed_numbers(officer, sign="DON-W1")) == [risk.number, newer.number]


def test_the_list_tells_readers_that_marks_are_left_out(member, officer, risk):
    mentions = [
        "working notes" in client.get("/registers/ours/?sign=DON-W1").text
        for client in (member, officer)
    ]
    assert mentions == [True, False]


def test_the_list_of_a_past_day_counts_no_later_mark(officer, risk):
    make_precedent(risk, "DON-W1", on=days_ago(5))
    assert [
        listed_numbers(officer, sign="DON-W1", as_at=days_ago(ago).isoformat()) for ago in (6, 5)
    ] == [
        [],
        [risk.number],
    ]


def test_the_list_filters_by_adverse_impact(officer, blank):
    driven = make_risk(blank, assessed=(3, 3))
    impacted = make_risk(blank, adverse_impacts=[impact("harm-to-users")])
    make_risk(blank)
    assert sorted(listed_numbers(officer, "blank", adverse_impact="harm-to-users")) == [
        driven.number,
        impacted.number,
    ]


@pytest.mark.parametrize("name", ["case", "sign", "insight", "adverse_impact"])
def test_a_filter_that_the_library_lacks_is_refused(officer, register, name):
    values = ["nowhere", "\x00", "9" * 40, "-1", "' or 1=1"]
    assert [listed_numbers(officer, **{name: value}) for value in values] == [400] * 5


def test_the_filters_are_offered_only_where_they_are_used(officer, register):
    offered = [
        'name="sign"' in officer.get("/registers/ours/", query).text
        for query in ({}, {"sign": "DON-W1"})
    ]
    assert offered == [False, True]


def test_the_list_costs_no_more_where_the_filters_are_not_used(officer, register, risk):
    with CaptureQueriesContext(connection) as queries:
        officer.get("/registers/ours/")
    assert not [
        query for query in queries if "precedent" in query["sql"] or "warningsign" in query["sql"]
    ]


@pytest.mark.parametrize(("role", "sees"), [(Role.OFFICER, False), (Role.MANAGER, True)])
def test_marks_of_an_exempt_risk_are_visible_to_its_readers(register, risk, role, sees):
    make_revision(risk, is_exempt=True)
    make_precedent(risk)
    reader = make_person(register.organisation, role)
    assert marks_across(reader, [register], timezone.localdate()).exists() == sees


def test_marks_across_registers_go_by_the_agreement_of_each(register, risk):
    reader = make_person(register.organisation, Role.MEMBER)
    other = make_register(register.organisation)
    other_risk = recorded_risk(other)
    earlier_mark(risk, "DON-W1", ago=20)
    earlier_mark(other_risk, "DON-W1", ago=20)
    agree(register, 10)
    agree(other, 30)
    marks = marks_across(reader, [register, other], timezone.localdate())
    assert [mark.risk for mark in marks] == [risk]


def test_a_closed_risk_takes_no_more_marks(officer, risk):
    risk.close(by=risk.raised_by, version=Risk.objects.get(pk=risk.pk).version, reason="Over.")
    answer = mark(officer, risk, mark="relevant", reason="Like ours.")
    assert (risk.precedents.count(), answer.status_code) == (0, 409)
