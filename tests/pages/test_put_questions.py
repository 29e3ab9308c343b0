"""Questions put for a meeting: who reads, answers, closes them, and how they are carried over."""

import pytest
from access_table import signed_in
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_put_question,
    make_question,
    make_register,
    make_risk,
    make_seat,
)
from query_counts import queries_for

from registers.meetings.agenda import questions_on_agenda
from registers.models import (
    Answer,
    AuditEntry,
    CaseStudy,
    GatheredQuestion,
    InvalidTransition,
    Question,
    QuestionClosure,
)
from registers.permissions import answered_questions_for, put_questions_for
from registers.phrases.meetings import question_put_sentence

pytestmark = pytest.mark.django_db
TOKEN = "6f1f7a0c-1d0d-4a52-9b0e-0e6b3a1f6a12"


class Records:
    """A committee with a chair and a member, a meeting to come, and a post with a holder."""

    def __init__(self):
        self.organisation = make_organisation(slug="southmoor")
        self.register = make_register(self.organisation, slug="southmoor-corporate")
        self.body = make_body(self.register, name="Audit Committee")
        self.chair, self.member, self.other_member, self.clerk, self.holder, self.manager = (
            make_person(self.organisation, role)
            for role in ("member", "member", "member", "clerk", "officer", "manager")
        )
        make_seat(self.body, self.chair, is_chair=True)
        make_seat(self.body, self.member)
        self.post = make_post(self.organisation, title="Head of audit", holder=self.holder)
        self.meeting = make_meeting(self.body, days_ago(-30))
        self.risk = make_risk(self.register, owner=self.post)
        self.exempt = make_risk(self.register, title="A case", is_exempt=True, **EXEMPT)

    def put(self, **fields):
        fields = {"by": self.member, "post": self.post, **fields}
        return make_put_question(fields.pop("meeting", self.meeting), self.register, **fields)


EXEMPT = {"exempt_ground": "1", "exempt_interest": "It names a family."}


@pytest.fixture(scope="module")
def module_records(module_db):
    return Records()


def address(name, question):
    return reverse(name, args=[question.meeting_id, question.pk])


def send(person, name, question, **fields):
    return signed_in(person).post(address(name, question), fields)


def answer(person, question, **fields):
    fields = {"wording": "The head of audit does.", "is_published": "no", **fields}
    return send(person, "question_answer", question, **fields)


def status(person, question):
    return signed_in(person).get(address("question_detail", question)).status_code


def put_from_list(records, question, **fields):
    fields = {
        "meeting": records.meeting.pk,
        "post": records.post.pk,
        "wording": question.text,
        "token": TOKEN,
        **fields,
    }
    url = reverse("question_put", args=[records.register.slug, question.pk])
    return signed_in(records.member).post(url, fields)


def test_a_question_that_is_put_leaves_the_list(records):
    question = make_question(records.register, by=records.member, risk=records.risk)
    for _ in range(2):
        put_from_list(records, question)
    put = Question.objects.get()
    assert (put.risk, put.post, put.wording) == (records.risk, records.post, question.text)
    assert not GatheredQuestion.objects.on_list().exists()


def test_the_owner_of_the_risk_is_proposed_to_answer(records):
    question = make_question(records.register, by=records.member, risk=records.risk)
    url = reverse("question_put", args=[records.register.slug, question.pk])
    form = signed_in(records.member).get(url).context["form"]
    assert form["post"].initial == records.post.pk


def test_a_member_puts_no_question_to_a_body_they_do_not_sit_on(records):
    cabinet = make_meeting(make_body(records.register, name="Cabinet"), days_ago(-9))
    question = make_question(records.register, by=records.member)
    answer = put_from_list(records, question, meeting=cabinet.pk)
    assert "Select a meeting" in answer.text
    assert not Question.objects.exists()


def test_a_cancelled_meeting_takes_no_question(records):
    records.meeting.cancel(by=records.clerk, reason="Snow.")
    with pytest.raises(InvalidTransition):
        records.put()


def test_a_post_of_another_organisation_is_asked_nothing(records):
    with pytest.raises(ValueError, match="are not of"):
        records.put(post=make_post(make_organisation()))


@pytest.mark.parametrize(
    ("reader", "expected"),
    [("chair", 200), ("member", 200), ("other_member", 404), ("clerk", 200), ("holder", 200)],
)
def test_a_question_is_read_by_its_body_and_by_officers(reader, expected, records):
    assert status(getattr(records, reader), records.put()) == expected


def test_a_published_answer_is_read_by_every_member(records):
    question = records.put()
    answer(records.holder, question, is_published="yes")
    assert status(records.other_member, question) == 200


def test_a_question_about_an_exempt_risk_is_exempt(records):
    question = records.put(risk=records.exempt, by=records.manager)
    assert status(records.member, question) == 200  # their body oversees the register
    assert status(records.clerk, question) == 404
    assert question not in put_questions_for(records.clerk, records.organisation)


def test_a_stranger_reads_no_question(records):
    stranger = make_person(make_organisation(), "manager")
    assert status(stranger, records.put()) == 404


def test_an_answer_sent_twice_is_one(records):
    question = records.put()
    for _ in range(2):
        answer(records.holder, question, token=TOKEN)
    assert Answer.objects.get().by == records.holder
    assert AuditEntry.objects.filter(verb="question.answered").count() == 1


def test_a_form_sent_again_with_other_words_asks_first(records):
    question = records.put()
    answer(records.holder, question, token=TOKEN)
    again = answer(records.holder, question, token=TOKEN, wording="Nobody does.")
    assert again.status_code == 409
    assert Answer.objects.count() == 1


def test_a_later_answer_stands_above_the_earlier_one(records):
    question = records.put()
    answer(records.holder, question, wording="Nobody does.")
    answer(records.manager, question, wording="The auditor does.")
    page = signed_in(records.member).get(address("question_detail", question)).text
    assert page.index("The auditor does.") < page.index("Nobody does.")


def test_an_asker_is_told_of_the_answer_until_the_meeting_is_past(records):
    def news(person, day=None):
        return list(answered_questions_for(person, [records.register], day or days_ago(0)))

    question, exempt = records.put(), records.put(by=records.other_member, risk=records.exempt)
    assert news(records.member) == []
    answer(records.holder, question, wording="In March.")
    answer(records.manager, exempt, wording="It is settled.")
    assert news(records.member) == [question] and news(records.chair) == []
    assert news(records.other_member) == [], "who asked no longer sees the risk"
    assert news(records.member, days_ago(-30)) == [question]
    assert news(records.member, days_ago(-31)) == []
    assert "Answers to your questions" in signed_in(records.member).get("/").text


def test_who_puts_a_question_reads_who_answers_it_by_when(records):
    question = records.put()
    assert question_put_sentence(question).startswith("Question put. Head of audit is asked to")
    question.post.holder = None
    assert "is vacant, so a risk manager" in question_put_sentence(question)


def test_only_the_holder_and_managers_answer(records):
    assert answer(records.clerk, records.put()).status_code == 403


def test_a_withdrawn_question_is_not_answered(records):
    question = records.put()
    send(records.member, "question_withdraw", question)
    assert answer(records.holder, question).status_code == 409


def test_another_member_does_not_withdraw_it(records):
    assert send(records.chair, "question_withdraw", records.put()).status_code == 403


def test_the_chair_rules_a_question_out_for_a_reason(records):
    question = records.put()
    assert send(records.chair, "question_rule_out", question).status_code == 200
    send(records.chair, "question_rule_out", question, reason="It is about one child.")
    page = signed_in(records.member).get(address("question_detail", question)).text
    assert "It is about one child." in page


def test_an_answered_question_is_not_ruled_out(records):
    question = records.put()
    answer(records.holder, question)
    refused = send(records.clerk, "question_rule_out", question, reason="Too late.")
    assert refused.status_code == 409
    assert not QuestionClosure.objects.exists()


def test_a_question_is_grouped_into_another_of_its_meeting(records):
    first, second = records.put(), records.put(wording="And who checks them?")
    send(records.clerk, "question_group", second, into=first.pk)
    assert second.closure.into == first


def test_the_only_open_question_of_a_meeting_is_not_offered_for_grouping(records):
    page = signed_in(records.clerk).get(address("question_group", records.put())).text
    assert "no other open question" in page


def test_a_question_is_not_grouped_into_one_of_another_meeting(records):
    later = records.put(meeting=make_meeting(records.body, days_ago(-60)))
    refused = send(records.clerk, "question_group", records.put(), into=later.pk)
    assert "Select a question" in refused.text


def test_a_further_question_goes_to_the_same_post(records):
    question = records.put()
    answer(records.holder, question)
    fields = {"meeting": records.meeting.pk, "wording": "How often?"}
    send(records.member, "question_follow_up", question, **fields)
    further = Question.objects.get(wording="How often?")
    assert (further.follows, further.post) == (question, records.post)


def test_the_clerk_records_a_question_of_the_public(records):
    fields = {
        "asker": "A member of the public",
        "wording": "Is it safe?",
        "register": records.register.pk,
        "risk": records.risk.reference,
        "post": records.post.pk,
    }
    url = reverse("question_record", args=[records.meeting.pk])
    signed_in(records.clerk).post(url, fields)
    question = Question.objects.get()
    assert (question.asker, question.risk) == ("A member of the public", records.risk)


def test_the_clerk_does_not_learn_of_an_exempt_risk_by_its_reference(records):
    fields = {"register": records.register.pk, "risk": records.exempt.reference}
    url = reverse("question_record", args=[records.meeting.pk])
    page = signed_in(records.clerk).post(url, fields).text
    assert "Enter the reference of a risk on this register" in page


def agenda(records, meeting, reader="member"):
    return questions_on_agenda(getattr(records, reader), meeting)


def test_an_unanswered_question_is_carried_over(records):
    first, second = (make_meeting(records.body, days_ago(days)) for days in (60, 30))
    records.put(meeting=first)
    (row,) = agenda(records, records.meeting)
    assert (row.state, row.carried_in_words) == ("open", "twice")
    assert agenda(records, second)[0].carried_over == 1
    assert agenda(records, first)[0].carried_over == 0


def test_an_answered_question_is_not_carried_over(records):
    question = records.put(meeting=make_meeting(records.body, days_ago(30)))
    answer(records.holder, question)
    assert agenda(records, records.meeting) == []


def test_a_cancelled_meeting_carries_nothing_over(records):
    first, second = (make_meeting(records.body, days_ago(days)) for days in (60, 30))
    records.put(meeting=first)
    second.cancel(by=records.clerk, reason="Snow.")
    assert agenda(records, records.meeting)[0].carried_over == 1


def test_questions_of_another_body_are_not_carried_over(records):
    cabinet = make_body(records.register, name="Cabinet")
    records.put(meeting=make_meeting(cabinet, days_ago(30)))
    assert agenda(records, records.meeting, "manager") == []


def test_many_questions_take_as_many_queries_as_two(records):
    client, url = signed_in(records.member), records.meeting.get_absolute_url()
    for _ in range(2):
        answer(records.holder, records.put())
    fewest = queries_for(client, [url])
    for _ in range(4):
        answer(records.holder, records.put(risk=records.risk))
    assert queries_for(client, [url]) == fewest


@pytest.mark.parametrize("wording", ["", "x" * 2001, "a\x00b"])
def test_a_question_without_storable_words_is_refused(wording, records):
    question = make_question(records.register, by=records.member)
    assert "govuk-error-summary" in put_from_list(records, question, wording=wording).text
    assert not Question.objects.exists()


def test_the_longest_question_is_read_whole(records):
    question = records.put(wording="Why? " * 400)
    page = signed_in(records.holder).get(address("question_detail", question)).text
    assert page.count("Why?") == 400


# About a case of the library


def put_from_library(records, path):
    """The question that the member puts after keeping it on that page of the library."""
    listed = make_question(records.register, "Could it happen here?", by=records.member)
    GatheredQuestion.objects.filter(pk=listed.pk).update(source_path=path)
    signed_in(records.member).post(
        reverse("question_put", args=[records.register.slug, listed.pk]),
        {"meeting": records.meeting.pk, "post": records.post.pk, "wording": "Could it?"},
    )
    return Question.objects.latest("pk")


@pytest.mark.parametrize("place", ["", "#DON-S1"])
def test_a_question_kept_on_a_case_is_put_about_it(records, place):
    case = CaseStudy.objects.get(slug="doncaster")
    question = put_from_library(records, f"{case.get_absolute_url()}{place}")
    assert question.case == case
    page = signed_in(records.holder).get(address("question_detail", question)).text
    assert case.get_absolute_url() in page


@pytest.mark.parametrize("path", ["", "/library/", "/library/cases/no-such/", "/library/nowhere/"])
def test_any_other_question_is_about_no_case(records, path):
    assert put_from_library(records, path).case is None


def test_a_further_question_is_about_the_same_case(records):
    question = put_from_library(records, CaseStudy.objects.first().get_absolute_url())
    question.answer(by=records.manager, wording="It could.", is_published=False)
    data = {"meeting": records.meeting.pk, "wording": "And then?"}
    send(records.member, "question_follow_up", question, **data)
    assert Question.objects.get(follows=question).case == question.case
