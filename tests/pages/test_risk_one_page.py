"""A risk on one page: what it says, that it fits, and who may not see it."""

import copy
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_action,
    make_body,
    make_control,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_put_question,
    make_register,
    make_risk,
)
from paper_files import texts_of_pdf, texts_of_word

from registers.models import AuditEntry
from registers.papers.formats import formats
from registers.papers.page_fit import fits_one_page
from registers.risk_fields import FIELDS, Sort

pytestmark = pytest.mark.django_db
CANARY = "Zanzibarquartz"


@pytest.fixture(scope="module")
def module_council(module_db):
    organisation = make_organisation()
    register = make_register(organisation, slug="ours")
    people = {role: make_person(organisation, role) for role in ("manager", "member", "clerk")}
    post = make_post(organisation, "Head of Housing")
    risk = make_risk(register, assessed=(5, 5), on=days_ago(300), owner=post)
    make_control(risk, title="The yearly check", operating="works", on=days_ago(20))
    make_action(risk, title="Mend the pipes", due_on=days_ago(10))
    meeting = make_meeting(make_body(register), days_ago(40))
    wordings = {"wording": "Who pays for it?", "post": post}
    question = make_put_question(meeting, register, by=people["manager"], risk=risk, **wordings)
    question.answer(by=people["manager"], wording="Nobody yet.", is_published=False)
    make_risk(register, assessed=(4, 4), is_exempt=True, title=CANARY, cause=CANARY)
    make_risk(register, title="Not on the register yet", status="draft")
    return SimpleNamespace(register=register, people=people, risk=risk)


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def get(council, name, number, ending="/", **query):
    client = Client()
    client.force_login(council.people[name])
    return client.get(f"/registers/ours/risks/{number}/one-page{ending}", query)


def test_it_says_what_the_risks_page_says(council):
    page = " ".join(get(council, "manager", 1).content.decode().split())
    for text in ("Head of Housing", "Above tolerance", "The yearly check", "Mend the pipes"):
        assert text in page
    assert "Overdue" in page and "Who pays for it?" in page
    assert "No published answer" in page and "Nobody yet" not in page


def test_a_rating_given_since_is_not_in_the_column_of_the_day_before(council):
    page = get(council, "member", 1, since=days_ago(400).isoformat())
    document = page.context["document"]
    (_, before, latest) = document.sections[0].blocks[0].rows[1]
    assert before == "Not recorded" and latest.startswith("Severe, 25")


def test_it_is_of_the_day_that_the_address_names(council):
    page = get(council, "manager", 1, as_at=days_ago(400).isoformat())
    assert "was not on" in page.content.decode()
    file = get(council, "manager", 1, ".docx", as_at=days_ago(400).isoformat())
    assert "was not on" in file.content.decode()
    for day in ("9999-12-31", "0001-01-01"):
        assert get(council, "manager", 1, as_at=day).status_code == 200


@pytest.mark.parametrize("ending", ["/", ".docx", ".pdf"])
def test_an_exempt_risk_and_a_draft_are_for_who_may_see_them(council, ending):
    assert get(council, "clerk", 2, ending).status_code == 404
    assert get(council, "clerk", 3, ending).status_code == 404


def test_an_exempt_risk_is_marked_and_its_reading_is_on_record(council):
    answer = get(council, "manager", 2, ".docx")
    texts = "\n".join(texts_of_word(answer.content).values())
    assert CANARY in texts and "Exempt from publication" in texts
    assert "exempt" in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(verb="risk.exempt-read").count() == 1
    assert get(council, "manager", 2).context["document"].mark.startswith("Exempt")


def test_a_draft_is_marked(council):
    assert get(council, "manager", 3).context["document"].mark == "Draft"


def test_the_longest_texts_and_many_rows_fit_one_page(council):
    manager, texts = council.people["manager"], (Sort.TEXT,)
    words = {
        field.name: "Longest words 😀 \u202e " * 190 for field in FIELDS if field.sort in texts
    }
    risk = make_risk(council.register, assessed=(5, 5), **words | {"title": "W" * 200})
    for number in range(12):
        make_control(risk, title=f"{number} {'control ' * 24}")
        make_action(risk, title=f"{number} {'action ' * 24}", due_on=days_ago(number))
    meeting = make_meeting(make_body(council.register), days_ago(-9))
    for _ in range(3):
        make_put_question(meeting, council.register, by=manager, risk=risk, wording="Why? " * 90)
    document = get(council, "manager", 4).context["document"]
    assert fits_one_page(document)
    assert "Shortened to fit one page" in document.sections[-1].blocks[-1].text
    if "pdf" in formats():
        properties = texts_of_pdf(get(council, "manager", 4, ".pdf").content)["properties"]
        assert "Pages:           1\n" in properties
