"""A body's questions of a year, with what became of them."""

import datetime

import pytest
from access_table import signed_in
from django.urls import reverse
from makers import (
    days_ago,
    make_action,
    make_assessment,
    make_body,
    make_control,
    make_meeting,
    make_organisation,
    make_person,
    make_put_question,
    make_register,
    make_risk,
    make_seat,
)
from query_counts import queries_for

from registers.dates import FinancialYear
from registers.meetings.question_year import question_year_of
from registers.phrases.meetings import changes_since_in_words, questions_of_year_in_words

pytestmark = pytest.mark.django_db
TODAY, MET_ON = days_ago(0), days_ago(40)
SEVERE, HIGH = ("Severe", 3, 1), ("High", 2, 1)


class Records:
    """A committee that met 40 and 20 days ago, with a question of its member for the first."""

    def __init__(self):
        self.organisation = make_organisation(slug="southmoor")
        self.organisation.year_starts_in = MET_ON.month
        self.organisation.save()
        self.register = make_register(self.organisation, slug="southmoor-corporate")
        self.body = make_body(self.register, name="Audit Committee")
        self.member, self.other_member, self.manager = (
            make_person(self.organisation, role) for role in ("member", "member", "manager")
        )
        make_seat(self.body, self.member)
        self.meeting = make_meeting(self.body, MET_ON)
        make_meeting(self.body, days_ago(20))
        self.risk = make_risk(self.register, on=days_ago(90), assessed=(5, 5))
        self.year = FinancialYear.of(MET_ON, MET_ON.month)
        self.question = self.put(risk=self.risk, wording="Who checks the audits?")

    def put(self, **fields):
        fields = {"by": self.member, "effective_on": days_ago(60), **fields}
        return make_put_question(self.meeting, self.register, **fields)

    def page(self, person, year=None):
        number = self.year.number if year is None else year
        return signed_in(person).get(reverse("question_year", args=[self.body.pk, number]))

    def row(self, person=None):
        person = person or self.member
        return question_year_of(person, self.body, self.year, TODAY).rows[0]


@pytest.fixture(scope="module")
def module_records(module_db):
    return Records()


def test_a_member_reads_the_question_its_answer_and_what_changed(records):
    records.question.answer(by=records.manager, wording="Internal audit does.", is_published=False)
    make_action(records.risk, by=records.manager)
    page = records.page(records.member).text
    assert "Who checks the audits?" in page and "Internal audit does." in page
    assert "It is still Severe. One action was added." in page


def test_what_was_there_before_is_no_change(records):
    make_control(records.risk, by=records.manager, on=days_ago(80))
    assert "No action or control was added." in records.row().since


def test_a_rating_since_is_a_change(records):
    make_assessment(records.risk, (4, 3), by=records.manager, on=days_ago(10))
    assert records.row().since.startswith("It fell from Severe to High.")


def test_an_unanswered_question_counts_the_meetings(records):
    assert records.row().carried_over == 2
    records.question.answer(
        by=records.manager, wording="Yes.", is_published=True, effective_on=days_ago(30)
    )
    assert records.row().carried_over == 1


def test_who_may_not_read_a_question_learns_nothing_of_it(records):
    page = records.page(records.other_member)
    assert page.status_code == 200
    assert "audits" not in page.text and "No question that you can read" in page.text


def test_a_question_about_an_exempt_risk_is_read_by_nobody_else(records):
    exempt = make_risk(
        records.register,
        raised_on=days_ago(90),
        is_exempt=True,
        exempt_ground="1",
        exempt_interest="It names a family.",
    )
    records.put(risk=exempt, wording="A quokka?")
    officer = make_person(records.organisation, "officer")
    assert "quokka" in records.page(records.manager).text
    page = records.page(officer).text
    assert "quokka" not in page and "One question:" in page


def test_a_year_holds_its_own_meetings_only(records):
    page = records.page(records.member, records.year.number - 1).text
    assert "audits" not in page
    assert reverse("question_year", args=[records.body.pk, records.year.number]) in page


@pytest.mark.parametrize(("year", "status"), [(0, 404), (1, 404), (2, 200), (9998, 200)])
def test_years_at_the_ends_of_the_calendar(records, year, status):
    assert records.page(records.member, year).status_code == status


def test_a_stranger_gets_a_404(records):
    stranger = make_person(make_organisation(), "manager")
    assert records.page(stranger).status_code == 404


def test_as_many_queries_for_three_questions_as_for_one(records):
    client = signed_in(records.member)
    path = reverse("question_year", args=[records.body.pk, records.year.number])
    before = queries_for(client, [path])
    for _ in range(2):
        risk = make_risk(records.register, on=days_ago(90), assessed=(2, 2))
        question = records.put(risk=risk)
        question.answer(by=records.manager, wording="Yes.", is_published=False)
    assert queries_for(client, [path]) == before


# Words and years


@pytest.mark.parametrize(
    ("before", "current", "sentence"),
    [
        (SEVERE, HIGH, "It fell from Severe to High."),
        (HIGH, SEVERE, "It rose from High to Severe."),
        (HIGH, HIGH, "It is still High."),
        (None, HIGH, "It was rated High."),
        (("High", 2, 9), HIGH, "It was rated High."),
        (HIGH, None, "It has no rating."),
    ],
)
def test_the_rating_since_is_said_in_words(before, current, sentence):
    words = changes_since_in_words(before, current, actions=0, actions_done=0, controls=0)
    assert words == f"{sentence} No action or control was added."


def test_counts_are_said_in_words():
    words = changes_since_in_words(HIGH, HIGH, actions=2, actions_done=1, controls=1)
    assert words.endswith("Two actions were added, one was finished and one control was added.")
    counts = {"Answered": 2, "Not answered": 1}
    assert questions_of_year_in_words(counts) == "Three questions: two answered, one not answered."


@pytest.mark.parametrize(
    ("day", "month", "name"),
    [
        (datetime.date(2026, 3, 31), 4, "2025/26"),
        (datetime.date(2026, 4, 1), 4, "2026/27"),
        (datetime.date(2099, 12, 31), 4, "2099/00"),
        (datetime.date(2026, 12, 31), 1, "2026"),
    ],
)
def test_a_day_is_in_its_financial_year(day, month, name):
    year = FinancialYear.of(day, month)
    assert (str(year), year.first <= day <= year.last) == (name, True)
