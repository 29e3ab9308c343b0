"""What a member could ask, where each question comes from, and the list that is nobody else's."""

import datetime
import html
import re
import uuid

import pytest
from database import in_parallel
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_organisation,
    make_person,
    make_precedent,
    make_question,
    make_register,
    make_revision,
    make_risk,
    sign,
)

from registers.models import AuditEntry, FailureType, GatheredQuestion, Insight, ListIsFull, Role
from registers.models.question import MOST
from registers.priorities import QUESTIONS, Reason
from registers.questions.rules import FELL, SEEN_WORSE, UNRATED, UNRATED_OUTSIDE, CandidateQuestion
from registers.questions.sources import ALL, SHARE, interleave

pytestmark = pytest.mark.django_db

PAGE = "/registers/ours/questions/"


class Council:
    def __init__(self):
        self.organisation = make_organisation()
        self.officer = make_person(self.organisation, Role.OFFICER)
        self.member = make_person(self.organisation, Role.MEMBER)
        self.peer = make_person(self.organisation, Role.PEER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.client = self.client_of(self.member)

    @staticmethod
    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    def risk(self, ratings=(5, 5), ago=500, **said):
        return make_risk(self.register, by=self.officer, assessed=ratings, on=days_ago(ago), **said)

    def page(self, client=None, **asked):
        answer = (client or self.client).get(PAGE, asked)
        assert answer.status_code == 200
        return html.unescape(answer.text)

    def offered(self, client=None, **asked):
        """(text, risk, where it comes from) of each question on offer."""
        found = re.findall(r'app-offers__one">(.*?)</li>', self.page(client, **asked), re.DOTALL)
        return [
            tuple(
                re.search(rf'name="{name}" value="([^"]*)"', one)[1]
                for name in ("text", "risk", "source")
            )
            for one in found
        ]

    def sources(self, text, **asked):
        """risk -> where that question about it comes from."""
        return {risk: source for said, risk, source in self.offered(**asked) if said == text}

    def keep(self, text="Who looks at this?", client=None, path=PAGE, **data):
        return (client or self.client).post(path, {"text": text, **data})

    def listed(self, user=None):
        return list(
            GatheredQuestion.objects.on_list()
            .filter(by=user or self.member)
            .values_list("text", flat=True)
        )


@pytest.fixture
def ours():
    return Council()


# What the register shows


def test_a_stuck_risk_is_asked_about(ours):
    ours.risk()
    said = ours.sources(QUESTIONS[Reason.STUCK])["R-001"]
    assert re.fullmatch(r"It is stuck: Severe at the last \w+ quarter ends\.", said)


def test_a_risk_that_is_not_stuck_is_not_asked_about_as_stuck(ours):
    ours.risk((4, 3))
    assert ours.sources(QUESTIONS[Reason.STUCK], of="register") == {}


def test_an_action_that_was_put_off_twice_is_named(ours):
    action = make_action(ours.risk((2, 2)), title="Test the plan")
    for ahead in (60, 90):
        action.revise(
            by=ours.officer, version=action.version, due_on=days_ago(-ahead), reason="Not ready."
        )
    assert ours.sources(QUESTIONS[Reason.SLIPPED]) == {
        "R-001": "“Test the plan” was put off twice."
    }


def test_an_action_that_was_put_off_once_is_not(ours):
    action = make_action(ours.risk((2, 2)))
    action.revise(by=ours.officer, version=1, due_on=days_ago(-60), reason="Not ready.")
    assert ours.sources(QUESTIONS[Reason.SLIPPED]) == {}


def test_a_risk_above_tolerance_that_nobody_beyond_line_1_looked_at_is_asked_about(ours):
    make_assurance(ours.risk(ago=20), line=1)
    make_assurance(ours.risk(ago=20), line=3)
    assert list(ours.sources(QUESTIONS[Reason.UNSEEN])) == ["R-001"]


def test_a_risk_that_came_true_is_asked_about(ours):
    happened = ours.risk((2, 2))
    happened.happen(by=ours.officer, version=1, happened_on=days_ago(3), happened_what="It broke.")
    said = ours.sources(QUESTIONS[Reason.HAPPENED])["R-001"]
    assert said.startswith("It happened on ")


def test_a_fall_without_anything_on_record_is_asked_about(ours):
    make_assessment(ours.risk((5, 5)), (3, 3), by=ours.officer, on=days_ago(20))
    assert ours.sources(FELL)["R-001"].startswith("It fell from Severe to ")


def test_a_fall_with_evidence_is_not(ours):
    make_assessment(
        ours.risk((5, 5)),
        (3, 3),
        by=ours.officer,
        on=days_ago(20),
        evidence="The new bridge is open.",
    )
    assert ours.sources(FELL, of="register") == {}


def test_a_fall_of_two_years_ago_is_not(ours):
    make_assessment(ours.risk((5, 5), ago=900), (3, 3), by=ours.officer, on=days_ago(700))
    assert ours.sources(FELL, of="register") == {}


def test_a_worse_view_from_outside_is_asked_about(ours):
    make_assessment(ours.risk((2, 2)), (5, 5), perspective="peer", on=days_ago(9))
    assert ours.sources(SEEN_WORSE) == {"R-001": "The peer reviewer says Severe, we say Moderate."}


def test_a_better_view_from_outside_is_not(ours):
    make_assessment(ours.risk((3, 3)), (2, 2), perspective="peer", on=days_ago(9))
    assert ours.sources(SEEN_WORSE, of="register") == {}


def test_the_latest_view_from_outside_counts(ours):
    risk = ours.risk((2, 2))
    make_assessment(risk, (5, 5), perspective="peer", on=days_ago(9))
    make_assessment(risk, (2, 2), perspective="peer", on=days_ago(8))
    assert ours.sources(SEEN_WORSE, of="register") == {}


def test_a_stuck_risk_that_nobody_outside_rated_is_asked_about(ours):
    make_question(ours.register, QUESTIONS[Reason.STUCK], by=ours.member, risk=ours.risk())
    make_question(
        ours.register, QUESTIONS[Reason.UNSEEN], by=ours.member, risk=ours.register.risks.get()
    )
    assert ours.sources(UNRATED_OUTSIDE)["R-001"].startswith("It has been Severe since ")


def test_one_that_somebody_outside_rated_since_is_not(ours):
    risk = ours.risk()
    for reason in (Reason.STUCK, Reason.UNSEEN):
        make_question(ours.register, QUESTIONS[reason], by=ours.member, risk=risk)
    make_assessment(risk, (5, 5), perspective="external", on=days_ago(30))
    assert ours.sources(UNRATED_OUTSIDE, of="register") == {}


def test_a_risk_without_a_rating_is_asked_about(ours):
    ours.risk(None)
    assert ours.sources(UNRATED) == {"R-001": "It has no rating yet."}


def test_each_risk_is_asked_about_once_and_the_kinds_take_turns():
    first, second = CandidateQuestion("a", "", risk=1), CandidateQuestion("b", "", risk=1)
    third, fourth = CandidateQuestion("b", "", risk=2), CandidateQuestion("a", "", risk=3)
    assert interleave([[first, fourth], [second, third]]) == [first, fourth, third]


def test_a_text_on_offer_names_nothing_of_the_register(ours):
    action = make_action(ours.risk(title="Quokka"), title="Quokka action")
    for ahead in (60, 90):
        action.revise(
            by=ours.officer, version=action.version, due_on=days_ago(-ahead), reason="Not ready."
        )
    texts = [text for text, *_ in ours.offered(of="register")]
    assert texts and not [text for text in texts if "Quokka" in text or "R-0" in text]


# From the library


def test_a_confirmed_sign_brings_its_question_once_agreed(ours):
    risk = ours.risk((2, 2))
    make_precedent(risk, "DON-W1", by=ours.officer, on=days_ago(9))
    assert sign("DON-W1").question not in ours.page()
    make_agreement(ours.register, by=ours.officer)
    said = ours.sources(sign("DON-W1").question)
    assert "DON-W1" in said["R-001"]


def test_the_type_of_what_is_above_tolerance_brings_its_question(ours):
    ours.risk(primary_failure_type=failure_type("financial"))
    ours.risk((1, 1), primary_failure_type=failure_type("governance"))
    found = [text for text, *_ in ours.offered(of="types")]
    assert found == [FailureType.objects.get(slug="financial").question]


def test_the_insights_bring_theirs(ours):
    assert [text for text, *_ in ours.offered(of="insights")] == [
        one.question for one in Insight.objects.all()
    ]


def test_what_nobody_has_written_down_brings_its_question(ours):
    ours.risk(primary_failure_type=failure_type("financial"))
    assert any(
        "Governance: nothing is written down" in source for _, _, source in ours.offered(of="blind")
    )


def test_a_few_are_offered_at_once(ours):
    for _ in range(9):
        ours.risk(primary_failure_type=failure_type("financial"))
    assert len(ours.offered()) <= ALL == sum(SHARE.values())
    assert len(ours.offered(of="register")) == 9


def test_an_address_that_asks_for_no_source_there_is_is_refused(ours):
    assert ours.client.get(PAGE, {"of": "nowhere"}).status_code == 400


def test_as_at_a_past_day_what_stood_then_is_asked_about(ours):
    ours.risk(ago=20)
    assert ours.sources(QUESTIONS[Reason.UNSEEN], as_at=days_ago(30).isoformat()) == {}
    assert ours.sources(QUESTIONS[Reason.UNSEEN], as_at=days_ago(10).isoformat()) != {}


def test_a_member_is_offered_questions_of_what_was_agreed(ours):
    ours.risk(ago=20, recorded_at=timezone.now() - datetime.timedelta(days=20))
    make_agreement(ours.register, by=ours.officer, on=days_ago(10))
    ours.risk(ago=2)
    assert list(ours.sources(QUESTIONS[Reason.UNSEEN])) == ["R-001"]


def test_as_many_queries_for_many_risks_as_for_one(ours):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as found:
            ours.page()
        return len(found)

    def add(n):
        for place in range(n):
            risk = ours.risk(primary_failure_type=failure_type("financial"))
            make_precedent(risk, ("DON-W1", "DON-W2")[place % 2], by=ours.officer, on=days_ago(9))
            make_assessment(ours.risk((2, 2)), (5, 5), perspective="peer", on=days_ago(9))
            make_question(ours.register, f"What {risk.number}?", by=ours.member, risk=risk)

    add(1)
    make_agreement(ours.register, by=ours.officer)
    with_one = asked()
    add(8)
    make_agreement(ours.register, by=ours.officer)
    assert asked() == with_one


# The list


def test_a_kept_question_stands_on_the_list_and_is_not_offered_again(ours):
    ours.risk()
    text, risk, source = ours.offered()[0]
    assert ours.keep(text, risk=risk, source=source).status_code == 302
    assert ours.listed() == [text]
    assert (text, risk, source) not in ours.offered()
    assert source in ours.page()


def test_own_words_about_a_risk(ours):
    risk = ours.risk()
    ours.keep("Is the bridge open?", risk="r-1")
    assert GatheredQuestion.objects.get().risk == risk


@pytest.mark.parametrize(
    "said", ["R-999", "X-001", "R-", "R-1-1", "one", "-", "R-" + "9" * 40, "R-\uff11", "R-001\x00"]
)
def test_what_is_no_reference_is_said_to_be_none(ours, said):
    ours.risk()
    answer = ours.keep(risk=said)
    assert (answer.status_code, ours.listed()) == (200, [])
    assert "There is a problem" in answer.text and 'href="#id_risk"' in answer.text


def test_a_risk_that_the_reader_may_not_see_is_answered_like_none(ours):
    ours.risk(title="Quokka", is_exempt=True)
    client = ours.client_of(ours.peer)
    answers = [ours.keep(risk=said, client=client, token="") for said in ("R-001", "R-555")]
    errors = [
        re.findall(r"govuk-error-message.*?</p>", answer.text, re.DOTALL) for answer in answers
    ]
    assert errors[0] == errors[1] != []
    assert "Quokka" not in answers[0].text


def test_a_risk_of_another_register_is_refused_by_the_model(ours):
    other = make_risk(make_register(ours.organisation))
    with pytest.raises(ValueError, match="is not on"):
        make_question(ours.register, by=ours.member, risk=other)


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
def test_a_question_leads_to_the_library_or_nowhere(ours, path):
    ours.keep(source="Insight 1", source_path=path)
    assert GatheredQuestion.objects.get().source_path == ""


def test_the_database_holds_a_question_to_that(ours):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_question(ours.register, by=ours.member, source_path="/admin/")


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 501, "a\x00b", "a\x07b"])
def test_words_that_cannot_be_kept_are_answered_in_words(ours, text):
    answer = ours.keep(text)
    assert (answer.status_code, ours.listed()) == (200, [])
    assert 'href="#id_text"' in answer.text


def test_markup_is_shown_as_typed(ours):
    ours.keep("<script>alert(1)</script>", source="<b>bold</b>")
    page = ours.client.get(PAGE).text
    assert "<script>alert" not in page and "<b>bold" not in page


def test_the_same_form_twice_is_one_question(ours):
    token = str(uuid.uuid4())
    ours.keep("One?", token=token)
    ours.keep("One, again?", token=token)
    assert ours.listed() == ["One?"]


def test_the_token_of_somebody_else_makes_a_question_of_ones_own(ours):
    token = str(uuid.uuid4())
    ours.keep("Mine?", token=token)
    ours.keep("Theirs?", token=token, client=ours.client_of(ours.peer))
    assert (ours.listed(), ours.listed(ours.peer)) == (["Mine?"], ["Theirs?"])


def test_the_same_words_about_the_same_risk_are_one_question(ours):
    ours.risk()
    for _ in range(2):
        ours.keep("One?", risk="R-001")
    ours.keep("One?")
    assert ours.listed() == ["One?", "One?"]


def test_a_full_list_takes_no_more(ours):
    for number in range(MOST):
        make_question(ours.register, f"Question {number}?", by=ours.member)
    answer = ours.keep("One more?")
    assert f"Your list holds {MOST} questions" in answer.text and "One more?" in answer.text
    assert len(ours.listed()) == MOST
    with pytest.raises(ListIsFull):
        make_question(ours.register, "One more?", by=ours.member)


def test_a_question_is_put_in_other_words_and_beside_another_risk(ours):
    question = make_question(ours.register, "Old?", by=ours.member, risk=ours.risk())
    second = ours.risk()
    ours.client.post(f"{PAGE}{question.pk}/", {"text": "New?", "risk": "R-002"})
    question.refresh_from_db()
    assert (question.text, question.risk) == ("New?", second)


def test_a_question_that_is_taken_off_is_gone_from_the_page_and_stays_known(ours):
    question = make_question(ours.register, "Old?", by=ours.member)
    answers = [ours.client.post(f"{PAGE}{question.pk}/take-off/").status_code for _ in range(2)]
    first = GatheredQuestion.objects.get().taken_off_at
    assert (answers, ours.listed(), first <= timezone.now()) == ([302, 302], [], True)
    assert ours.client.get(f"{PAGE}{question.pk}/").status_code == 404


def test_an_empty_list_says_what_a_good_question_is(ours):
    assert "A good question at a meeting names one risk" in ours.page()


# Nobody else's


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER, Role.PEER])
def test_nobody_else_reads_a_question(ours, role):
    question = make_question(
        ours.register, "Quokka?", by=ours.member, risk=ours.risk(), source="Quokka says so."
    )
    other = ours.client_of(make_person(ours.organisation, role))
    pages = [PAGE, f"{PAGE}?of=register", "/", "/registers/ours/", "/registers/ours/dashboard/"]
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


def test_no_audit_chain_tells_of_a_question(ours):
    before = AuditEntry.objects.count()
    ours.keep("Quokka?")
    question = GatheredQuestion.objects.get()
    ours.client.post(f"{PAGE}{question.pk}/", {"text": "New?"})
    ours.client.post(f"{PAGE}{question.pk}/take-off/")
    assert AuditEntry.objects.count() == before


def test_a_question_for_another_register_is_not_there(ours):
    other = make_register(ours.organisation, slug="other")
    question = make_question(other, by=ours.member)
    assert ours.client.get(f"{PAGE}{question.pk}/").status_code == 404
    assert ours.client.get(f"/registers/other/questions/{question.pk}/").status_code == 200


def test_who_asks_no_questions_any_more_does_not_reach_their_list(ours):
    question = make_question(ours.register, by=ours.member)
    ours.member.memberships.update(role=Role.OFFICER)
    for path in (PAGE, f"{PAGE}{question.pk}/"):
        assert ours.client.get(path).status_code == 403


# A risk that is exempt by now


@pytest.fixture
def hidden(ours):
    """A peer's question about a risk that they may not see any more."""
    risk = ours.risk(title="Quokka in the vault")
    question = make_question(
        ours.register,
        "Who knows?",
        by=ours.peer,
        risk=risk,
        source="“Quokka in hand” was put off twice.",
    )
    make_revision(risk, by=ours.officer, is_exempt=True, on=days_ago(1))
    return question


def test_its_question_stays_and_nothing_of_the_risk_is_told(ours, hidden):
    client = ours.client_of(ours.peer)
    for path in (PAGE, f"{PAGE}{hidden.pk}/"):
        page = client.get(path).text
        assert "Who knows?" in page and "do not see any more" in page
        assert "Quokka" not in page and "R-001" not in page


def test_its_question_can_be_reworded_and_stays_about_it(ours, hidden):
    ours.client_of(ours.peer).post(f"{PAGE}{hidden.pk}/", {"text": "Who else knows?", "risk": ""})
    risk = hidden.risk
    hidden.refresh_from_db()
    assert (hidden.text, hidden.risk) == ("Who else knows?", risk)


def test_who_may_see_it_still_reads_what_it_is_about(ours, hidden):
    hidden.by = ours.member
    hidden.save()
    assert "Quokka in the vault" in ours.page() and "Quokka in hand" in ours.page()


# On the dashboard


def test_the_dashboard_offers_to_keep_a_question_and_knows_that_it_is_kept(ours):
    ours.risk()
    page = html.unescape(ours.client.get("/registers/ours/dashboard/").text)
    assert "Keep this question" in page and "My questions (0)" in page
    text = QUESTIONS[Reason.STUCK]
    answer = ours.keep(text, risk="R-001", to_dashboard="yes")
    assert answer["Location"] == "/registers/ours/dashboard/#look"
    page = ours.client.get("/registers/ours/dashboard/").text
    assert "Keep this question" not in page and "My questions (1)" in page


def test_the_dashboard_offers_an_officer_no_question_to_keep(ours):
    ours.risk()
    page = ours.client_of(ours.officer).get("/registers/ours/dashboard/").text
    assert (
        "app-look__one" in page and "Keep this question" not in page and "My questions" not in page
    )


def test_a_question_that_is_kept_on_a_past_day_leads_back_to_that_day(ours):
    ours.risk()
    day = days_ago(10).isoformat()
    answer = ours.keep(path=f"{PAGE}?as_at={day}", to_dashboard="yes")
    assert answer["Location"] == f"/registers/ours/dashboard/?as_at={day}#look"


@pytest.mark.django_db(transaction=True)
def test_the_same_button_twice_at_once_is_one_question(ours):
    in_parallel(4, lambda _: make_question(ours.register, "One?", by=ours.member))
    assert ours.listed() == ["One?"]
