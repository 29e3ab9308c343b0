"""Questions that a member could ask, their sources, and the member's private list."""

import copy
import datetime
import html
import re
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_body,
    make_organisation,
    make_person,
    make_precedent,
    make_question,
    make_register,
    make_revision,
    make_risk,
    sign,
)

from registers.forms.questions import QuestionForm
from registers.models import AuditEntry, FailureType, GatheredQuestion, Insight, ListIsFull, Role
from registers.models.question import MOST
from registers.permissions import questions_for, risks_for
from registers.priorities import QUESTIONS, Reason
from registers.questions.rules import FELL, SEEN_WORSE, UNRATED, UNRATED_OUTSIDE, CandidateQuestion
from registers.questions.sources import ALL, SHARE, Source, interleave, with_risks
from registers.views.as_of import as_of_from
from registers.views.questions import offered_questions

pytestmark = pytest.mark.django_db

PAGE = "/registers/ours/questions/"


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


class Council:
    def __init__(self):
        self.organisation = make_organisation()
        self.officer = make_person(self.organisation, Role.OFFICER)
        self.member = make_person(self.organisation, Role.MEMBER)
        self.peer = make_person(self.organisation, Role.PEER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        make_body(self.register, name="Scrutiny panel", members=[self.member])
        people = (self.member, self.officer, self.peer)
        self.clients = {person.pk: sign_in(person) for person in people}
        self.client = self.client_of(self.member)

    def client_of(self, user):
        return self.clients.get(user.pk) or sign_in(user)

    def risk(self, ratings=(5, 5), ago=500, **fields):
        return make_risk(
            self.register, by=self.officer, assessed=ratings, on=days_ago(ago), **fields
        )

    def page(self, client=None, **query):
        answer = (client or self.client).get(PAGE, query)
        assert answer.status_code == 200
        return html.unescape(answer.text)

    def offers(self, **query):
        """(text, risk, source) of each question on offer to the member, without the page."""
        request = RequestFactory().get(PAGE, query)
        request.user = self.member
        risks = risks_for(self.member, self.register)
        listed = with_risks(questions_for(self.member, self.register), risks, self.member)
        as_of = as_of_from(request, self.register)
        offered = offered_questions(request, self.register, as_of, listed)
        return [
            (row.text, row.position.reference if row.position else "", row.source)
            for group in offered.groups(query.get("of"))
            for row in group.questions
        ]

    def offers_on_page(self, **query):
        items = re.findall(r'app-offers__one">(.*?)</li>', self.page(**query), re.DOTALL)
        return [
            tuple(
                re.search(rf'name="{name}" value="([^"]*)"', item)[1]
                for name in ("text", "risk", "source")
            )
            for item in items
        ]

    def sources(self, text, **query):
        """risk -> the source of that question about it."""
        return {risk: source for question, risk, source in self.offers(**query) if question == text}

    def keep(self, text="Who looks at this?", client=None, path=PAGE, **data):
        return (client or self.client).post(path, {"text": text, **data})

    def invalid_fields(self, text="Who looks at this?", **data):
        """Names of the fields of the form that have an error, without the page."""
        risks = risks_for(self.member, self.register)
        options = {"reader": self.member, "register": self.register, "risks": risks}
        form = QuestionForm({"text": text, **data}, **options)
        return list(form.errors)

    def listed_texts(self, user=None):
        return list(
            GatheredQuestion.objects.on_list()
            .filter(by=user or self.member)
            .values_list("text", flat=True)
        )


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


# From the register


def test_a_stuck_risk_is_asked_about(council):
    council.risk()
    source = council.sources(QUESTIONS[Reason.STUCK])["R-001"]
    assert re.fullmatch(r"It is stuck: Severe at the end of the last \w+ quarters\.", source)


def test_a_risk_that_is_not_stuck_is_not_asked_about_as_stuck(council):
    council.risk((4, 3))
    assert council.sources(QUESTIONS[Reason.STUCK], of="register") == {}


def test_an_action_that_was_put_off_twice_is_named(council):
    action = make_action(council.risk((2, 2)), title="Test the plan")
    for ahead in (60, 90):
        action.revise(
            by=council.officer, version=action.version, due_on=days_ago(-ahead), reason="Not ready."
        )
    assert council.sources(QUESTIONS[Reason.SLIPPED]) == {
        "R-001": "Due date of “Test the plan” changed twice."
    }


def test_an_action_that_was_put_off_once_is_not_named(council):
    action = make_action(council.risk((2, 2)))
    action.revise(by=council.officer, version=1, due_on=days_ago(-60), reason="Not ready.")
    assert council.sources(QUESTIONS[Reason.SLIPPED]) == {}


def test_a_risk_above_tolerance_that_nobody_beyond_line_1_looked_at_is_asked_about(council):
    make_assurance(council.risk(ago=20), line=1)
    make_assurance(council.risk(ago=20), line=3)
    assert list(council.sources(QUESTIONS[Reason.UNSEEN])) == ["R-001"]


def test_a_risk_that_came_true_is_asked_about(council):
    happened = council.risk((2, 2))
    happened.happen(
        by=council.officer, version=1, happened_on=days_ago(3), happened_what="It broke."
    )
    source = council.sources(QUESTIONS[Reason.HAPPENED])["R-001"]
    assert source.startswith("Materialised on ")


def test_a_fall_without_anything_on_record_is_asked_about(council):
    make_assessment(council.risk((5, 5)), (3, 3), by=council.officer, on=days_ago(20))
    assert council.sources(FELL)["R-001"].startswith("It fell from Severe to ")


def test_a_fall_with_evidence_is_not_asked_about(council):
    make_assessment(
        council.risk((5, 5)),
        (3, 3),
        by=council.officer,
        on=days_ago(20),
        evidence="The new bridge is open.",
    )
    assert council.sources(FELL, of="register") == {}


def test_a_fall_of_two_years_ago_is_not_asked_about(council):
    make_assessment(council.risk((5, 5), ago=900), (3, 3), by=council.officer, on=days_ago(700))
    assert council.sources(FELL, of="register") == {}


def test_a_higher_independent_rating_is_asked_about(council):
    make_assessment(council.risk((2, 2)), (5, 5), perspective="peer", on=days_ago(9))
    assert council.sources(SEEN_WORSE) == {
        "R-001": "The peer reviewer says Severe, we say Moderate."
    }


def test_a_lower_independent_rating_is_not_asked_about(council):
    make_assessment(council.risk((3, 3)), (2, 2), perspective="peer", on=days_ago(9))
    assert council.sources(SEEN_WORSE, of="register") == {}


def test_the_latest_independent_rating_counts(council):
    risk = council.risk((2, 2))
    make_assessment(risk, (5, 5), perspective="peer", on=days_ago(9))
    make_assessment(risk, (2, 2), perspective="peer", on=days_ago(8))
    assert council.sources(SEEN_WORSE, of="register") == {}


def test_a_stuck_risk_without_an_independent_rating_is_asked_about(council):
    make_question(council.register, QUESTIONS[Reason.STUCK], by=council.member, risk=council.risk())
    make_question(
        council.register,
        QUESTIONS[Reason.UNSEEN],
        by=council.member,
        risk=council.register.risks.get(),
    )
    assert council.sources(UNRATED_OUTSIDE)["R-001"].startswith("It has been Severe since ")


def test_a_stuck_risk_with_a_later_independent_rating_is_not_asked_about(council):
    risk = council.risk()
    for reason in (Reason.STUCK, Reason.UNSEEN):
        make_question(council.register, QUESTIONS[reason], by=council.member, risk=risk)
    make_assessment(risk, (5, 5), perspective="external", on=days_ago(30))
    assert council.sources(UNRATED_OUTSIDE, of="register") == {}


def test_a_risk_without_a_rating_is_asked_about(council):
    council.risk(None)
    assert council.sources(UNRATED) == {"R-001": "It has no rating yet."}


def test_each_risk_is_asked_about_once_and_the_kinds_take_turns():
    first, second = CandidateQuestion("a", "", risk=1), CandidateQuestion("b", "", risk=1)
    third, fourth = CandidateQuestion("b", "", risk=2), CandidateQuestion("a", "", risk=3)
    assert interleave([[first, fourth], [second, third]]) == [first, fourth, third]


def test_a_text_on_offer_names_nothing_of_the_register(council):
    action = make_action(council.risk(title="Quokka"), title="Quokka action")
    for ahead in (60, 90):
        action.revise(
            by=council.officer, version=action.version, due_on=days_ago(-ahead), reason="Not ready."
        )
    texts = [text for text, *_ in council.offers(of="register")]
    assert texts and not [text for text in texts if "Quokka" in text or "R-0" in text]


# From the library


def test_a_confirmed_sign_brings_its_question_once_agreed(council):
    risk = council.risk((2, 2))
    make_precedent(risk, "DON-W1", by=council.officer, on=days_ago(9))
    assert council.sources(sign("DON-W1").question) == {}
    make_agreement(council.register, by=council.officer)
    source = council.sources(sign("DON-W1").question)
    assert "DON-W1" in source["R-001"]


def test_the_failure_type_of_a_risk_above_tolerance_brings_its_question(council):
    council.risk(primary_failure_type=failure_type("financial"))
    council.risk((1, 1), primary_failure_type=failure_type("governance"))
    texts = [text for text, *_ in council.offers(of="types")]
    assert texts == [FailureType.objects.get(slug="financial").question]


def test_each_insight_brings_its_question(council):
    assert [text for text, *_ in council.offers(of="insights")] == [
        insight.question for insight in Insight.objects.all()
    ]


def test_a_question_of_the_library_that_is_on_the_list_is_not_offered_again(council):
    first, *later = [insight.question for insight in Insight.objects.all()]
    make_question(council.register, first, by=council.member)
    assert [text for text, *_ in council.offers(of="insights")] == later


def test_a_failure_type_with_nothing_written_down_brings_its_question(council):
    council.risk(primary_failure_type=failure_type("financial"))
    assert any(
        "Governance: nothing recorded" in source for _, _, source in council.offers(of="blind")
    )


def test_a_few_are_offered_at_once(council):
    for _ in range(SHARE[Source.REGISTER] + 1):
        council.risk(primary_failure_type=failure_type("financial"))
    assert len(council.offers()) <= ALL == sum(SHARE.values())
    assert len(council.offers(of="register")) == SHARE[Source.REGISTER] + 1


def test_an_unknown_source_is_refused(council):
    assert council.client.get(PAGE, {"of": "nowhere"}).status_code == 400


def test_a_past_day_asks_about_the_register_of_that_day(council):
    council.risk(ago=20)
    assert council.sources(QUESTIONS[Reason.UNSEEN], as_at=days_ago(30).isoformat()) == {}
    assert council.sources(QUESTIONS[Reason.UNSEEN], as_at=days_ago(10).isoformat()) != {}


def test_a_member_is_offered_questions_about_the_agreed_register(council):
    council.risk(ago=20, recorded_at=timezone.now() - datetime.timedelta(days=20))
    make_agreement(council.register, by=council.officer, on=days_ago(10))
    council.risk(ago=2)
    assert list(council.sources(QUESTIONS[Reason.UNSEEN])) == ["R-001"]


def test_as_many_queries_for_many_risks_as_for_one(council):
    def query_count():
        with CaptureQueriesContext(connection) as queries:
            council.page()
        return len(queries)

    def add(n):
        for place in range(n):
            risk = council.risk(primary_failure_type=failure_type("financial"))
            make_precedent(
                risk, ("DON-W1", "DON-W2")[place % 2], by=council.officer, on=days_ago(9)
            )
            make_assessment(council.risk((2, 2)), (5, 5), perspective="peer", on=days_ago(9))
            make_question(council.register, f"What {risk.number}?", by=council.member, risk=risk)

    add(1)
    make_agreement(council.register, by=council.officer)
    with_one = query_count()
    add(2)
    make_agreement(council.register, by=council.officer)
    assert query_count() == with_one


# The list


def test_the_page_shows_the_questions_on_offer(council):
    council.risk(primary_failure_type=failure_type("financial"))
    offers = council.offers_on_page()
    assert len(offers) > 4 and offers == council.offers()


def test_a_kept_question_is_on_the_list_and_not_offered_again(council):
    council.risk()
    text, risk, source = council.offers()[0]
    assert council.keep(text, risk=risk, source=source).status_code == 302
    assert council.listed_texts() == [text]
    assert (text, risk, source) not in council.offers()
    assert source in council.page()


def test_a_member_adds_a_question_about_a_risk(council):
    risk = council.risk()
    council.keep("Is the bridge open?", risk="r-1")
    assert GatheredQuestion.objects.get().risk == risk


@pytest.mark.parametrize(
    "reference",
    ["R-999", "X-001", "R-", "R-1-1", "one", "-", "R-" + "9" * 40, "R-\uff11", "R-001\x00"],
)
def test_a_reference_of_no_risk_is_invalid(council, reference):
    council.risk()
    assert council.invalid_fields(risk=reference) == ["risk"]


def test_an_invalid_reference_is_refused(council):
    answer = council.keep(risk="R-999")
    assert (answer.status_code, council.listed_texts()) == (200, [])
    assert "There is a problem" in answer.text and 'href="#id_risk"' in answer.text


def test_a_risk_that_the_reader_may_not_see_is_answered_like_none(council):
    council.risk(title="Quokka", is_exempt=True)
    client = council.client_of(council.peer)
    answers = [
        council.keep(risk=reference, client=client, token="") for reference in ("R-001", "R-555")
    ]
    errors = [
        re.findall(r"govuk-error-message.*?</p>", answer.text, re.DOTALL) for answer in answers
    ]
    assert errors[0] == errors[1] != []
    assert "Quokka" not in answers[0].text


def test_a_risk_of_another_register_is_refused_by_the_model(council):
    other = make_risk(make_register(council.organisation))
    with pytest.raises(ValueError, match="is not on"):
        make_question(council.register, by=council.member, risk=other)


@pytest.mark.parametrize(
    "path",
    [
        "javascript:alert(1)",
        "//evil.example/library/",
        "https://evil.example/",
        "/admin/",
        "/library/../admin/",
    ],
)
def test_a_question_leads_to_the_library_or_nowhere(council, path):
    council.keep(source="Insight 1", source_path=path)
    assert GatheredQuestion.objects.get().source_path == ""


def test_the_database_refuses_a_path_outside_the_library(council):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_question(council.register, by=council.member, source_path="/admin/")


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 501, "a\x00b", "a\x07b"])
def test_a_text_that_is_empty_or_long_or_unreadable_is_invalid(council, text):
    assert council.invalid_fields(text) == ["text"]


def test_an_invalid_text_gets_an_error_message(council):
    answer = council.keep("   ")
    assert (answer.status_code, council.listed_texts()) == (200, [])
    assert 'href="#id_text"' in answer.text


def test_markup_is_shown_as_typed(council):
    council.keep("<script>alert(1)</script>", source="<b>bold</b>")
    page = council.client.get(PAGE).text
    assert "<script>alert" not in page and "<b>bold" not in page


def test_the_same_form_twice_is_one_question(council):
    token = str(uuid.uuid4())
    council.keep("One?", token=token)
    council.keep("One, again?", token=token)
    assert council.listed_texts() == ["One?"]


def test_a_token_is_unique_per_person_only(council):
    token = str(uuid.uuid4())
    council.keep("Mine?", token=token)
    council.keep("Theirs?", token=token, client=council.client_of(council.peer))
    assert (council.listed_texts(), council.listed_texts(council.peer)) == (["Mine?"], ["Theirs?"])


def test_the_same_words_about_the_same_risk_are_one_question(council):
    council.risk()
    for _ in range(2):
        council.keep("One?", risk="R-001")
    council.keep("One?")
    assert council.listed_texts() == ["One?", "One?"]


def test_a_full_list_takes_no_more(council):
    for number in range(MOST):
        make_question(council.register, f"Question {number}?", by=council.member)
    answer = council.keep("One more?")
    assert f"Your list holds {MOST} questions" in answer.text and "One more?" in answer.text
    assert len(council.listed_texts()) == MOST
    with pytest.raises(ListIsFull):
        make_question(council.register, "One more?", by=council.member)


def test_a_question_takes_another_text_and_another_risk(council):
    question = make_question(council.register, "Old?", by=council.member, risk=council.risk())
    second = council.risk()
    council.client.post(f"{PAGE}{question.pk}/", {"text": "New?", "risk": "R-002"})
    question.refresh_from_db()
    assert (question.text, question.risk) == ("New?", second)


def test_a_question_that_is_taken_off_leaves_the_page_and_stays_in_the_database(council):
    question = make_question(council.register, "Old?", by=council.member)
    answers = [council.client.post(f"{PAGE}{question.pk}/take-off/").status_code for _ in range(2)]
    first = GatheredQuestion.objects.get().taken_off_at
    assert (answers, council.listed_texts(), first <= timezone.now()) == ([302, 302], [], True)
    assert council.client.get(f"{PAGE}{question.pk}/").status_code == 404


def test_an_empty_list_explains_a_good_question(council):
    assert "A good question names one risk" in council.page()


# Other readers


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER, Role.PEER])
def test_nobody_else_reads_a_question(council, role):
    question = make_question(
        council.register,
        "Quokka?",
        by=council.member,
        risk=council.risk(),
        source="Quokka says so.",
    )
    other = council.client_of(make_person(council.organisation, role))
    pages = [PAGE, f"{PAGE}?of=register", "/registers/ours/dashboard/"]  # that read questions
    if role == Role.MANAGER:
        pages += ["/", "/registers/ours/"]
        pages += [
            f"/registers/ours/{page}/"
            for page in ("risks/1", "risks/1/history", "worklist", "agreements")
        ]
    answers = [other.get(page) for page in pages]
    assert [a.status_code for a in answers] == [200] * len(pages)
    assert [page for page, a in zip(pages, answers, strict=True) if "Quokka" in a.text] == []
    for path in (f"{PAGE}{question.pk}/", f"{PAGE}{question.pk}/take-off/"):
        assert other.post(path, {"text": "Changed?"}).status_code == 404
    question.refresh_from_db()
    assert (question.text, question.taken_off_at) == ("Quokka?", None)


def test_a_question_writes_no_audit_entry(council):
    before = AuditEntry.objects.count()
    council.keep("Quokka?")
    question = GatheredQuestion.objects.get()
    council.client.post(f"{PAGE}{question.pk}/", {"text": "New?"})
    council.client.post(f"{PAGE}{question.pk}/take-off/")
    assert AuditEntry.objects.count() == before


def test_a_question_for_another_register_is_not_found(council):
    other = make_register(council.organisation, slug="other")
    question = make_question(other, by=council.member)
    assert council.client.get(f"{PAGE}{question.pk}/").status_code == 404
    assert council.client.get(f"/registers/other/questions/{question.pk}/").status_code == 200


def test_a_person_without_the_right_does_not_reach_their_list(council):
    question = make_question(council.register, by=council.member)
    council.member.memberships.update(role=Role.OFFICER)
    for path in (PAGE, f"{PAGE}{question.pk}/"):
        assert council.client.get(path).status_code == 403


# A risk that has become exempt


@pytest.fixture
def hidden_question(council):
    """A peer's question about a risk that they may not see any more."""
    risk = council.risk(title="Quokka in the vault")
    question = make_question(
        council.register,
        "Who knows?",
        by=council.peer,
        risk=risk,
        source="“Quokka in hand” PUTOFF",
    )
    make_revision(risk, by=council.officer, is_exempt=True, on=days_ago(1))
    return question


def test_the_question_about_an_exempt_risk_stays_and_shows_nothing_of_the_risk(
    council, hidden_question
):
    client = council.client_of(council.peer)
    for path in (PAGE, f"{PAGE}{hidden_question.pk}/"):
        page = client.get(path).text
        assert "Who knows?" in page and "can no longer see" in page
        assert "Quokka" not in page and "R-001" not in page


def test_the_question_about_an_exempt_risk_can_be_reworded(council, hidden_question):
    council.client_of(council.peer).post(
        f"{PAGE}{hidden_question.pk}/", {"text": "Who else knows?", "risk": ""}
    )
    risk = hidden_question.risk
    hidden_question.refresh_from_db()
    assert (hidden_question.text, hidden_question.risk) == ("Who else knows?", risk)


def test_a_reader_of_exempt_risks_sees_the_risk_of_the_question(council, hidden_question):
    hidden_question.by = council.member
    hidden_question.save()
    assert "Quokka in the vault" in council.page() and "Quokka in hand" in council.page()


# On the dashboard


def test_the_dashboard_offers_to_keep_a_question_once(council):
    council.risk()
    page = html.unescape(council.client.get("/registers/ours/dashboard/").text)
    assert "Keep this question" in page and "My questions (0)" in page
    text = QUESTIONS[Reason.STUCK]
    answer = council.keep(text, risk="R-001", to_dashboard="yes")
    assert answer["Location"] == "/registers/ours/dashboard/"
    page = council.client.get("/registers/ours/dashboard/").text
    assert "Keep this question" not in page and "My questions (1)" in page


def test_the_dashboard_offers_an_officer_no_question_to_keep(council):
    council.risk()
    page = council.client_of(council.officer).get("/registers/ours/dashboard/").text
    assert (
        "app-look__one" in page and "Keep this question" not in page and "My questions" not in page
    )


def test_a_question_that_is_kept_on_a_past_day_leads_back_to_that_day(council):
    council.risk()
    day = days_ago(10).isoformat()
    answer = council.keep(path=f"{PAGE}?as_at={day}", to_dashboard="yes")
    assert answer["Location"] == f"/registers/ours/dashboard/?as_at={day}"


# From the page of a risk or of a case


def test_a_question_is_kept_from_the_page_of_a_risk(council):
    risk = council.risk()
    link = f"{PAGE}?about={risk.number}#own"
    assert link in council.client.get(risk.get_absolute_url()).text
    assert f'value="{risk.reference}"' in council.page(about=risk.number)
    answer = council.client.post(
        f"{PAGE}?about={risk.number}", {"text": "Who pays?", "risk": risk.reference}
    )
    question = GatheredQuestion.objects.get()
    assert (answer["Location"], question.risk) == (risk.get_absolute_url(), risk)


@pytest.mark.parametrize(
    ("query", "code"), [({"case": "doncaster"}, ""), ({"sign": "DON-W1"}, "DON-W1")]
)
def test_a_question_is_kept_from_the_page_of_a_case(council, query, code):
    case = "/library/case-studies/doncaster/"
    ((name, value),) = query.items()
    assert f"{PAGE}?{name}={value}#own" in council.client.get(case).text
    form = council.client.get(PAGE, query).context["form"]
    data = {name: form[name].value() for name in ("text", "source", "source_path", "token")}
    answer = council.client.post(f"{PAGE}?{name}={value}", data)
    question = GatheredQuestion.objects.get()
    path = f"{case}#{code}" if code else case
    assert (answer["Location"], question.source_path) == (path, path)
    assert "Doncaster" in question.source and question.text


def test_a_risk_that_the_reader_may_not_see_starts_no_question(council):
    exempt, draft = council.risk(is_exempt=True), council.risk(status="draft")
    client = council.client_of(council.peer)
    pages = [council.page(client, about=number) for number in (exempt.number, draft.number, 999)]
    assert [page for page in pages if f'value="{council.register.prefix}-' in page] == []


@pytest.mark.parametrize(
    "query", ["about=x", "about=1%00", "about=" + "9" * 99, "case=a b", "sign=%00"]
)
def test_an_unreadable_start_is_refused(council, query):
    assert council.client.get(f"{PAGE}?{query}").status_code == 400


def test_somebody_who_asks_nothing_is_offered_no_question(council):
    risk, officer = council.risk(), council.client_of(council.officer)
    pages = [officer.get(risk.get_absolute_url()), officer.get("/library/case-studies/doncaster/")]
    assert [page for page in pages if "/questions/?" in page.text] == []
