"""Pages of a sandbox: marked, apart from real work, and without a way to write to anybody."""

from types import SimpleNamespace

import pytest
from access_table import (
    INSIDE,
    OUR_VIEWS,
    TABLE,
    make_people,
    make_record,
    path_of,
    signed_in,
    unpacked,
)
from django.core import mail
from django.urls import reverse
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_control,
    make_election,
    make_escalation,
    make_grant,
    make_import,
    make_paper,
    make_paper_template,
    make_person,
    make_put_question,
    make_question,
    make_register,
    make_risk,
    make_saved_view,
    make_scheme_draft,
    make_seat,
    publish_paper,
)

from registers.administration.sandboxes import make_sandbox
from registers.models import Membership, Organisation, PaperFormat, Role, Seat
from registers.permissions import current_people
from registers.services import supersede

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MARK = "Made-up risks for training: nothing here is real."
# Of a register or an organisation, by the argument that names it.
ABOUT = {"slug", "organisation"}
OF_A_MEETING = [name for name in OUR_VIEWS if TABLE[name][0].get("pk", "").endswith(".meeting")]
# A sandbox has no sandbox, and no page that writes to a person or changes an account.
CLOSED = {
    **dict.fromkeys(("sandbox_detail", "sandbox_new"), 404),
    **dict.fromkeys(("person_address", "person_second_factor"), 404),
    "person_invitation": 404,
    "person_invite": 403,
    "paper_pdf": 404,  # it was published without one
}


@pytest.fixture(scope="module")
def module_records(module_db):
    """The people and records of the access table, and the same kinds of records in a sandbox."""
    people = make_people()
    council = Organisation.objects.get(slug="our-council")
    sandbox = make_sandbox(council, by=people["administrator"])
    register, manager = sandbox.registers.get(), people["manager"]
    risk = make_risk(
        register, by=manager, owner=sandbox.posts.first(), title="A sandpiper", assessed=(3, 3)
    )
    make_action(risk, due_on=days_ago(3))
    make_control(risk)
    agreement = make_agreement(register, by=manager)
    supersede(agreement=agreement, by=manager, reason="Recorded in error.")
    seat = make_seat(agreement.body, manager)
    make_election(sandbox)
    question = make_put_question(agreement.meeting, register, by=manager)
    register.parent = make_register(sandbox, slug="above-the-sandbox")
    register.save()
    make_escalation(risk, register.parent)
    make_import(register, by=manager)
    make_question(register, by=manager)
    make_saved_view(register, by=manager)
    make_grant(register, people["clerk"], by=people["monitoring-officer"])
    make_scheme_draft(sandbox, by=people["administrator"])
    make_paper_template(sandbox, by=manager)
    make_record(agreement.meeting, risk, member=manager, by=manager)
    paper = make_paper(register, by=manager, meeting=agreement.meeting)
    publish_paper(paper, by=manager, kinds=(PaperFormat.HTML, PaperFormat.WORD))
    return SimpleNamespace(
        people=people,
        council=council,
        sandbox=sandbox,
        register=register,
        risk=risk,
        seat=seat,
        question=question,
        paper=paper,
    )


@pytest.fixture
def client_of(records):
    return lambda person: signed_in(records.people[person])


def reader_of(name):
    """Somebody who may open the address, or None."""
    return next((person for person in INSIDE if TABLE[name][1][person] == 200), None)


def pages_about_an_organisation():
    names = [
        name for name in OUR_VIEWS if ABOUT & {*TABLE[name][0]} and not name.startswith("library")
    ]
    return [name for name in (*names, *OF_A_MEETING) if reader_of(name)]


@pytest.fixture(scope="module")
def sandbox_answers(module_records):
    """Name of an address -> what it answers in the sandbox to somebody who may open it."""
    records = module_records
    places = {
        "slug": records.register.slug,
        "organisation": records.sandbox.slug,
        "number": records.risk.number,
        "seat": records.seat.pk,
    }
    meeting = records.question.meeting
    of_the_meeting = {
        "pk": meeting.pk,
        "question": records.question.pk,
        "action": meeting.actions.get().pk,
        "declaration": meeting.declarations.get().pk,
        "resolution": meeting.resolutions.get().pk,
        "deep_dive": meeting.deep_dives.get().pk,
    }
    paper = records.paper
    of_the_paper = {"slug": places["slug"], "pk": paper.pk, "file": paper.published.first().pk}
    answers = {}
    for name in pages_about_an_organisation():
        arguments = TABLE[name][0]
        path = path_of(name, **{key: places[key] for key in places.keys() & arguments.keys()})
        if name in ("body_detail", "body_edit", "body_chair", "body_seat_new", "body_seat_edit"):
            seat = {"seat": records.seat.pk} if "seat" in arguments else {}
            place = {"organisation": records.sandbox.slug, "pk": records.seat.body_id, **seat}
            path = reverse(name, kwargs=place)
        if name in OF_A_MEETING:
            names = of_the_meeting.keys() & arguments.keys()
            path = path_of(name, **{key: of_the_meeting[key] for key in names})
        if arguments.get("pk") == "first registers.paper":
            names = of_the_paper.keys() & arguments.keys()
            path = path_of(name, **{key: of_the_paper[key] for key in names})
        answers[name] = signed_in(records.people[reader_of(name)]).get(path)
    return answers


def is_page(answer):
    return answer["Content-Type"].startswith("text/html")


# Marked


def test_every_page_of_a_sandbox_opens_but_those_that_write_to_people(sandbox_answers):
    statuses = {name: answer.status_code for name, answer in sandbox_answers.items()}
    assert {name: status for name, status in statuses.items() if status != 200} == CLOSED


def test_every_page_of_a_sandbox_is_marked(sandbox_answers):
    pages = {
        name: answer
        for name, answer in sandbox_answers.items()
        if answer.status_code == 200 and is_page(answer)
    }
    assert len(pages) > 80
    assert [name for name, answer in pages.items() if MARK not in answer.text] == []


def test_the_mark_leads_back_to_the_real_organisation(sandbox_answers):
    text = sandbox_answers["risk_list"].text
    assert f'<a class="govuk-link" href="/">Back to {Organisation.objects.first()}' in text


def test_every_file_of_a_sandbox_says_so_in_its_name(sandbox_answers):
    names = {
        name: answer.get("Content-Disposition", "")
        for name, answer in sandbox_answers.items()
        if answer.status_code == 200 and not is_page(answer)
    }
    assert len(names) in (14, 15)  # a PDF where pango is installed
    assert [name for name, words in names.items() if "sandbox" not in words] == []


@pytest.mark.parametrize("name", ["export_xlsx", "register_summary", "open_data_metadata"])
def test_a_file_that_describes_itself_says_that_it_is_made_up(sandbox_answers, name):
    assert MARK.encode() in unpacked(sandbox_answers[name])


def test_a_register_of_a_sandbox_with_another_address_is_named_in_its_files(records, client_of):
    records.sandbox.registers.filter(slug="above-the-sandbox").update(slug="practice")
    answer = client_of("manager").get("/registers/practice/export.csv")
    assert 'filename="sandbox-practice-risks' in answer["Content-Disposition"]


# Apart from real work


def test_the_home_page_lists_the_sandbox_apart(client_of):
    page = client_of("officer").get("/").text
    cards, sandbox = page.split('id="sandbox"')
    assert "/registers/our-council-sandbox/" not in cards
    assert "/registers/our-council-sandbox/" in sandbox


def test_the_latest_changes_are_of_real_risks(client_of):
    assert "sandpiper" not in client_of("manager").get("/").text


def test_a_search_finds_nothing_of_a_sandbox(client_of):
    assert "A sandpiper" not in client_of("manager").get("/search/?q=sandpiper").text


def test_my_tasks_have_nothing_of_a_sandbox(client_of):
    assert "SANDBOX-" not in client_of("manager").get("/tasks/").text


def test_tasks_of_a_sandbox_have_a_marked_page_of_their_own(client_of):
    page = client_of("manager").get("/tasks/?register=our-council-sandbox").text
    assert "SANDBOX-" in page
    assert MARK in page
    assert "Tasks in the sandbox" in page


def test_the_menu_counts_real_tasks(client_of):
    client = client_of("manager")
    count = client.get("/tasks/count/").json()["count"]
    assert f'data-app-tasks="{count}"' in client.get("/tasks/").text
    assert (
        f'data-app-tasks="{count}"' not in client.get("/tasks/?register=our-council-sandbox").text
    )


def test_the_menu_leads_administrators_to_the_real_organisation(client_of):
    page = client_of("administrator").get("/").text
    assert 'href="/organisations/our-council/"' in page
    assert 'href="/organisations/our-council-sandbox/"' not in page


def test_help_shows_the_roles_that_somebody_has_at_work(records, client_of):
    Membership.objects.create(
        user=records.people["clerk"], organisation=records.sandbox, role=Role.MANAGER
    )
    own_roles = client_of("clerk").get("/help/").context["own_roles"]
    assert own_roles == {Role.CLERK}


def test_a_post_is_reassigned_within_the_sandbox(records, client_of):
    posts = [post.pk for post in records.sandbox.posts.all()]
    address = reverse("reassign", args=[records.register.slug])
    page = client_of("manager").get(f"{address}?from_post={posts[0]}").text
    assert MARK in page


# Writing to nobody


def person_address_in(records, name, person="officer"):
    return reverse(name, args=[records.sandbox.slug, records.people[person].pk])


@pytest.mark.parametrize("name", ["person_address", "person_second_factor", "person_password_link"])
def test_no_account_is_written_to_from_a_sandbox(records, client_of, name):
    answer = client_of("administrator").post(
        person_address_in(records, name), {"email": "new@example.org"}
    )
    assert (answer.status_code in (403, 404), mail.outbox) == (True, [])


def test_nobody_is_invited_to_a_sandbox(records, client_of):
    address = reverse("person_invite", args=[records.sandbox.slug])
    fields = {"name": "Ari Elm", "email": "ari@example.org", "roles": ["officer"]}
    answer = client_of("administrator").post(address, fields)
    assert "is a sandbox, which sends no e-mail" in answer.text
    assert (mail.outbox, records.sandbox.invitations.exists()) == ([], False)


def test_an_administrator_of_the_sandbox_alone_reaches_no_real_account(records, client_of):
    Membership.objects.create(
        user=records.people["officer"], organisation=records.sandbox, role=Role.ADMINISTRATOR
    )
    client = client_of("officer")
    real = reverse("person_detail", args=["our-council", records.people["manager"].pk])
    assert client.get(real).status_code == 403
    for name in ("person_address", "person_second_factor"):
        assert client.get(person_address_in(records, name, "manager")).status_code == 404


def test_pages_of_people_in_a_sandbox_offer_no_mail(sandbox_answers):
    assert "Invite a person" not in sandbox_answers["person_list"].text
    assert "Send a link" not in sandbox_answers["person_detail"].text


# The page of the sandbox

PAGE, NEW = (reverse(name, args=["our-council"]) for name in ("sandbox_detail", "sandbox_new"))


def test_an_administrator_sees_by_whom_the_sandbox_was_made(records, client_of):
    assert f"by {records.people['administrator']}" in client_of("administrator").get(PAGE).text


def test_a_reader_is_told_the_role_of_whoever_made_the_sandbox(client_of):
    assert "by an administrator" in client_of("officer").get(PAGE).text


def test_only_administrators_are_offered_a_new_sandbox(client_of):
    assert "Make a new sandbox" in client_of("administrator").get(PAGE).text
    assert "Make a new sandbox" not in client_of("manager").get(PAGE).text


def test_somebody_who_joined_later_is_told_so(records):
    joiner = make_person(records.council)
    page = signed_in(joiner).get(PAGE).text
    assert "You joined after this sandbox was made" in page
    assert "/registers/our-council-sandbox/" not in page


def test_the_page_before_a_new_sandbox_says_that_the_present_one_is_hidden(client_of):
    assert "will be hidden from everybody" in client_of("administrator").get(NEW).text


def test_an_organisation_without_a_sandbox_is_told_what_one_is(records, client_of):
    Organisation.objects.filter(pk=records.sandbox.pk).update(
        sandbox_of=records.people["stranger"].memberships.get().organisation
    )
    page = client_of("administrator").get(PAGE).text
    assert "There is no sandbox yet" in page
    assert "Make a sandbox" in page


def test_the_form_sent_twice_leads_to_one_sandbox(records, client_of):
    answer = client_of("administrator").post(NEW, {"replaces": ""})
    assert (answer.status_code, records.council.sandboxes.count()) == (302, 1)


def test_a_second_administrator_is_told_who_came_first(records):
    second = make_person(records.council, "administrator")
    answer = signed_in(second).post(NEW, {"replaces": ""})
    assert answer.status_code == 409
    assert f"{records.people['administrator']} made a new sandbox (" in answer.text
    assert "Go back to the sandbox" in answer.text
    assert "will be hidden" not in answer.text


@pytest.mark.parametrize("value", ["x" * 20_000, "\N{FIRE}", "-1", "0", "9" * 30, "1.5"])
def test_a_form_that_cannot_be_read_makes_nothing(records, client_of, value):
    answer = client_of("administrator").post(NEW, {"replaces": value})
    assert "Open the page again" in answer.text
    assert records.council.sandboxes.count() == 1


def test_another_organisations_sandbox_is_not_replaced(records):
    neighbour = make_person(
        records.people["stranger"].memberships.get().organisation, "administrator"
    )
    assert signed_in(neighbour).post(NEW, {"replaces": records.sandbox.pk}).status_code == 404


def test_making_one_in_a_sandbox_is_refused(records, client_of):
    address = reverse("sandbox_new", args=[records.sandbox.slug])
    assert client_of("administrator").post(address).status_code == 404


def test_current_people_the_sandbox_are_those_of_the_real_organisation(records):
    assert {*current_people(records.sandbox)} == {*current_people(records.council)}
    assert Seat.objects.filter(body__organisation=records.sandbox).exists()
