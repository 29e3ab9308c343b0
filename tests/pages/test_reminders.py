"""Tasks and their recipients, the reminder mail, and the command that sends it once a day."""

import datetime
import smtplib
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_appetite,
    make_assurance,
    make_body,
    make_committee_action,
    make_control,
    make_escalation,
    make_meeting,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
)

from registers.models import (
    Register,
    ReminderChoice,
    ReminderKind,
    ReminderMail,
    Risk,
    Role,
    TaskKind,
)
from registers.reminders.mail import LISTED, body_of, subject_of
from registers.tasks.task_list import tasks_due

pytestmark = pytest.mark.django_db
REVIEW, ACTION, TOLERANCE = TaskKind.REVIEW, TaskKind.ACTION, TaskKind.TOLERANCE
ASSURANCE, APPETITE = TaskKind.ASSURANCE, TaskKind.APPETITE
DATED = (REVIEW, ACTION, TOLERANCE, ASSURANCE, APPETITE)


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register, an officer, and their post."""
    council = make_organisation("Northmoor Council")
    officer = make_person(council, email="officer@example.org")
    return SimpleNamespace(
        register=make_register(council, slug="ours", prefix="CORP", name="Corporate register"),
        officer=officer,
        post=make_post(council, holder=officer),
    )


@pytest.fixture
def post(records):
    return records.post


@pytest.fixture
def manager(register):
    return make_person(register.organisation, Role.MANAGER, email="manager@example.org")


def soon(user, *kinds, day=None):
    """What the person is reminded of on a day, by default today. kinds: by default those that
    always have a day.
    """
    day = day or timezone.localdate()
    return [task.summary for task in tasks_due(user, day, kinds or DATED)]


def days_of_reminding(user, kind, *days_ahead):
    """days before the last day of something -> what the person is reminded of then."""
    return {
        ahead: soon(user, kind, day=LAST_DAY - datetime.timedelta(days=ahead))
        for ahead in days_ahead
    }


def tolerated_risk(register, until, **content):
    fields = {
        "response": Risk.Response.TOLERATE,
        "response_reason": "Nothing can be done.",
        "tolerated_until": until,
    }
    return make_risk(register, **fields, **content)


def late_risk(register, **content):
    return make_risk(register, next_review_on=days_ago(3), **content)


# Days


LAST_DAY = days_ago(-20)


def test_a_review_is_due_from_two_weeks_before(register, officer, post):
    make_risk(register, owner=post, next_review_on=LAST_DAY)
    due = ["Review CORP-001"]
    assert days_of_reminding(officer, REVIEW, -400, -1, 0, 14, 15) == {
        **dict.fromkeys((-400, -1, 0, 14), due),
        15: [],
    }


def test_an_action_is_due_from_a_week_before(register, officer, post):
    make_action(make_risk(register), owner=post, due_on=LAST_DAY)
    due = ["Action for CORP-001"]
    assert days_of_reminding(officer, ACTION, -1, 7, 8) == {-1: due, 7: due, 8: []}


def test_a_completed_action_is_not_due(register, officer, post):
    action = make_action(make_risk(register), owner=post, due_on=days_ago(1))
    action.complete(by=officer, version=1, done_on=days_ago(0), evidence="It is written.")
    assert soon(officer, ACTION) == []


def test_a_tolerance_is_due_before_it_ends(register, officer, post):
    tolerated_risk(register, LAST_DAY, owner=post)
    due = ["Tolerance of CORP-001 ends"]
    assert days_of_reminding(officer, TOLERANCE, -1, 14, 15) == {-1: due, 14: due, 15: []}


def test_a_risk_that_is_treated_again_has_no_tolerance_that_ends(register, officer, post):
    make_revision(tolerated_risk(register, days_ago(1), owner=post), response=Risk.Response.TREAT)
    assert soon(officer, TOLERANCE) == []


def test_an_assurance_is_due_before_it_expires(register, officer, post):
    make_assurance(make_risk(register, owner=post), expires_on=LAST_DAY)
    due = ["Assurance of CORP-001 runs out, line 3: internal audit"]
    assert days_of_reminding(officer, ASSURANCE, -1, 14, 15) == {-1: due, 14: due, 15: []}


def test_an_assurance_with_a_newer_one_is_not_due(register, officer, post):
    risk = make_risk(register, owner=post, on=days_ago(30))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))
    make_assurance(risk, on=days_ago(2))
    assert soon(officer, ASSURANCE) == []


def test_an_assurance_of_another_line_does_not_replace_it(register, officer, post):
    risk = make_risk(register, owner=post, on=days_ago(30))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))
    make_assurance(risk, line=2, on=days_ago(2))
    assert soon(officer, ASSURANCE) == ["Assurance of CORP-001 runs out, line 3: internal audit"]


def test_an_appetite_review_is_due_before_its_day(register, manager):
    make_appetite(register.organisation, "financial", review_by=LAST_DAY)
    due = ["Review the appetite"]
    assert days_of_reminding(manager, APPETITE, -1, 14, 15) == {-1: due, 14: due, 15: []}


def test_an_appetite_review_goes_to_no_officer(register, officer):
    make_appetite(register.organisation, "financial", on=days_ago(40), review_by=days_ago(1))
    assert soon(officer, APPETITE) == []


def test_an_appetite_leads_to_a_register_that_goes_by_it(register, manager):
    make_register(register.organisation, make_scheme(), name="A register before ours")
    make_appetite(register.organisation, on=days_ago(40), review_by=days_ago(1))
    (due,) = tasks_due(manager, timezone.localdate(), [APPETITE])
    assert (due.path, due.place, due.title) == (
        "/registers/ours/settings/appetite/new/?category=all",
        "Northmoor Council",
        "All categories",
    )


def test_an_appetite_by_an_unused_scheme_is_not_due(register, manager):
    scheme = make_scheme()
    make_appetite(register.organisation, scheme=scheme, on=days_ago(40), review_by=days_ago(1))
    assert soon(manager, APPETITE) == []


@pytest.mark.parametrize("status", [Risk.Status.DRAFT, Risk.Status.CLOSED])
def test_a_draft_or_closed_risk_falls_due_for_nobody(register, officer, manager, post, status):
    risk = tolerated_risk(
        register, days_ago(1), owner=post, next_review_on=days_ago(1), on=days_ago(30)
    )
    make_action(risk, owner=post, due_on=days_ago(1))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))
    make_revision(risk, status=status)
    assert (soon(officer), soon(manager)) == ([], [])


def test_the_day_longest_ago_comes_first(register, officer, post):
    for ago in (1, 9, 4):
        make_risk(register, owner=post, next_review_on=days_ago(ago))
    assert soon(officer, REVIEW) == ["Review CORP-002", "Review CORP-003", "Review CORP-001"]


# Who is reminded


def has_reminders(*people, kinds=(REVIEW,)):
    return [bool(soon(person, *kinds)) for person in people]


def test_it_goes_to_the_holder_of_the_post_and_not_to_the_manager(register, officer, manager, post):
    late_risk(register, owner=post)
    assert has_reminders(officer, manager) == [True, False]


def test_a_risk_of_a_vacant_post_goes_to_the_risk_managers(register, officer, manager):
    late_risk(register, owner=make_post(register.organisation), by=officer)
    assert has_reminders(officer, manager) == [False, True]


def test_a_post_whose_holder_left_counts_as_vacant(register, officer, manager, post):
    late_risk(register, owner=post)
    officer.memberships.update(until=days_ago(1))
    assert has_reminders(manager) == [True]


def test_a_post_whose_holder_is_inactive_counts_as_vacant(register, officer, manager, post):
    late_risk(register, owner=post)
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    assert has_reminders(manager) == [True]


def test_a_post_whose_holder_may_only_read_counts_as_vacant(register, manager):
    reader = make_person(register.organisation, Role.MEMBER)
    late_risk(register, owner=make_post(register.organisation, holder=reader))
    assert has_reminders(reader, manager) == [False, True]


def test_a_role_in_another_organisation_does_not_count(register, manager):
    elsewhere = make_person(make_organisation())
    late_risk(register, owner=make_post(register.organisation, holder=elsewhere))
    assert has_reminders(elsewhere, manager) == [False, True]


def test_a_risk_without_an_owner_goes_to_whoever_raised_it(register, officer, manager):
    late_risk(register, by=officer)
    assert has_reminders(officer, manager) == [True, False]


def test_a_risk_without_an_owner_goes_to_the_managers_where_the_raiser_left(
    register, officer, manager
):
    late_risk(register, by=make_user())
    assert has_reminders(officer, manager) == [False, True]


def test_an_action_of_no_post_goes_to_the_post_that_owns_the_risk(register, officer, manager, post):
    make_action(make_risk(register, owner=post), due_on=days_ago(1))
    assert has_reminders(officer, manager, kinds=(ACTION,)) == [True, False]


def test_an_action_goes_to_its_own_post_before_that_of_the_risk(register, officer, post):
    other = make_person(register.organisation)
    action_post = make_post(register.organisation, holder=other)
    make_action(make_risk(register, owner=post), owner=action_post, due_on=days_ago(1))
    assert has_reminders(officer, other, kinds=(ACTION,)) == [False, True]


def test_an_assurance_of_a_control_goes_to_the_post_that_owns_the_control(register, officer, post):
    other = make_person(register.organisation)
    risk = make_risk(register, owner=post, on=days_ago(30))
    control = make_control(risk, owner=make_post(register.organisation, holder=other))
    make_assurance(risk, control=control, on=days_ago(20), expires_on=days_ago(1))
    assert has_reminders(officer, other, kinds=(ASSURANCE,)) == [False, True]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PEER, Role.ADMINISTRATOR])
def test_a_person_who_may_not_edit_gets_no_reminder(register, role):
    person = make_person(register.organisation, role)
    late_risk(register, owner=make_post(register.organisation, holder=person), by=person)
    assert has_reminders(person, kinds=DATED) == [False]


def test_a_manager_gets_no_reminder_of_another_organisation(register, manager):
    late_risk(make_register(make_organisation()), owner=None)
    assert has_reminders(manager, kinds=DATED) == [False]


# Exempt risks


def test_an_officer_is_reminded_of_an_exempt_risk_of_their_own(register, officer, manager, post):
    late_risk(register, owner=post, is_exempt=True)
    assert has_reminders(officer, manager, kinds=DATED) == [True, False]


def test_an_action_on_an_exempt_risk_that_its_owner_may_not_see_goes_to_the_managers(
    register, officer, manager, post
):
    risk = make_risk(register, is_exempt=True)
    make_action(risk, owner=post, due_on=days_ago(1))
    assert has_reminders(officer, manager, kinds=DATED) == [False, True]


def test_two_roles_add_up_for_an_exempt_risk(register, officer, manager, post):
    make_membership(officer, register.organisation, Role.MEMBER)
    make_body(register, members=[officer])
    make_action(make_risk(register, is_exempt=True), owner=post, due_on=days_ago(1))
    assert has_reminders(officer, manager, kinds=DATED) == [True, False]


def test_a_reminder_of_an_exempt_risk_carries_only_the_reference(register, officer, post):
    risk = tolerated_risk(
        register,
        days_ago(1),
        owner=post,
        is_exempt=True,
        title="Quokka",
        next_review_on=days_ago(1),
        on=days_ago(30),
    )
    make_action(risk, owner=post, due_on=days_ago(1), title="Quokka")
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1), provider="Quokka")
    dues = tasks_due(officer, timezone.localdate())
    assert len(dues) == 6 and "Quokka" not in repr(dues) and "internal audit" not in repr(dues)


# Query counts


def plenty(register, post, count):
    for _ in range(count):
        risk = tolerated_risk(
            register, days_ago(1), owner=post, next_review_on=days_ago(1), on=days_ago(30)
        )
        make_action(risk, owner=post, due_on=days_ago(1))
        make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))


def test_looking_costs_the_same_with_one_row_as_with_many(register, officer, post):
    costs = []
    for count in (1, 2):
        plenty(register, post, count)
        person = type(officer).objects.get(pk=officer.pk)
        with CaptureQueriesContext(connection) as queries:
            dues = soon(person)
        costs.append((len(queries), len(dues)))
    assert costs == [(7, 4), (7, 12)]


# The mail


def text_of(user, day=None):
    day = day or timezone.localdate()
    dues = tasks_due(user, day, [REVIEW])
    return body_of(dues, name=user, day=day, site="https://r.example.org", choices="/reminders/")


def test_the_mail_lists_overdue_tasks_first(register, officer, post):
    make_risk(register, owner=post, title="Second thing", next_review_on=days_ago(-3))
    make_risk(register, owner=post, title="First thing", next_review_on=days_ago(3))
    text = text_of(officer)
    order = [
        text.index(words)
        for words in (
            "\nOverdue\n---",
            "First thing",
            "\nDue soon\n---",
            "Second thing",
        )
    ]
    assert order == sorted(order)


def test_the_mail_gives_day_place_and_address(register, officer, post):
    risk = late_risk(register, owner=post, title="Reserves run out")
    day = risk.next_review_on
    assert (
        "* Review CORP-001: Reserves run out\n"
        f"  Was due on {day.day} {day:%B %Y}. Corporate register.\n"
        "  https://r.example.org/registers/ours/risks/1/review/\n"
    ) in text_of(officer)


def test_the_mail_says_how_to_change_or_stop_it(register, officer, post):
    late_risk(register, owner=post)
    assert text_of(officer).endswith("\nhttps://r.example.org/reminders/\n")


def test_the_mail_says_why_a_manager_is_reminded_of_a_vacant_post(register, manager):
    late_risk(register, owner=make_post(register.organisation))
    assert " ".join(text_of(manager).lower().split()).count("to you as a risk manager") == 2


def test_the_mail_of_an_exempt_risk_says_so_and_nothing_else(register, officer, post):
    late_risk(register, owner=post, is_exempt=True, title="Quokka", cause="Quokka")
    text = text_of(officer)
    assert "* Review CORP-001 (an exempt risk)\n" in text and "Quokka" not in text


def test_no_line_but_an_address_is_long(register, officer, post):
    make_risk(register, owner=post, title="A title of many words " * 9, next_review_on=days_ago(1))
    assert all(len(line) <= 72 for line in text_of(officer).splitlines() if "://" not in line)


def test_a_title_cannot_pretend_to_be_another_line(register, officer, post):
    late_risk(register, owner=post, title="Reserves\n\nPay here: https://bad.example")
    assert "* Review CORP-001: Reserves Pay here: https://bad.example\n" in text_of(officer)


def test_a_long_mail_counts_the_tasks_that_it_leaves_out(register, officer, post):
    late_risk(register, owner=post)
    dues = tasks_due(officer, timezone.localdate(), [REVIEW]) * (LISTED + 7)
    text = body_of(
        dues,
        name="Robin",
        day=timezone.localdate(),
        site="https://r.example.org",
        choices="/reminders/",
    )
    assert (text.count("* Review"), "And 7 more: https://r.example.org/tasks/\n" in text) == (
        LISTED,
        True,
    )


def test_the_subject_counts_and_names_nothing(register, officer, post):
    make_risk(register, owner=post, next_review_on=days_ago(-3))
    late_risk(register, owner=post)
    late_risk(register, owner=post)
    dues = tasks_due(officer, timezone.localdate(), [REVIEW])
    assert subject_of(dues, timezone.localdate()) == "Your risk registers: 2 overdue and 1 due soon"


# The command


def send(**options):
    """What the command prints."""
    out = StringIO()
    call_command("send_reminders", stdout=out, **options)
    return out.getvalue()


def recipients():
    return sorted(message.to[0] for message in mail.outbox)


def test_each_person_gets_one_mail_about_everything(register, officer, manager, post):
    plenty(register, post, 2)
    late_risk(register, owner=make_post(register.organisation))
    assert "2 sent" in send()
    assert recipients() == ["manager@example.org", "officer@example.org"]


def test_nobody_gets_an_empty_mail(register, officer, manager, post):
    late_risk(register, owner=post)
    assert "1 sent, 1 with nothing due" in send()
    assert (recipients(), ReminderMail.objects.count()) == (["officer@example.org"], 1)


def test_what_waits_without_a_day_stands_last_and_makes_no_mail_by_itself(register, officer, post):
    make_risk(register, owner=post, title="Unrated thing")
    assert "1 with nothing due" in send()
    late_risk(register, owner=post, title="Late thing")
    send()
    (message,) = mail.outbox
    words = ("Late thing", "\nWaiting\n---", "* Rate CORP-001: Unrated thing\n  No rating yet.")
    order = [message.body.index(text) for text in words]
    assert order == sorted(order) and message.subject.endswith("1 overdue and 4 waiting")


def test_an_escalation_to_decide_is_mailed_by_itself(register, manager):
    above = make_register(register.organisation, prefix="A")
    Register.objects.filter(pk=register.pk).update(parent=above)
    make_escalation(make_risk(Register.objects.get(pk=register.pk), by=make_user()), above)
    ReminderChoice.choose(by=manager, kinds=[ReminderKind.DECISION])
    assert "1 sent" in send()
    assert "* Decide on CORP-001" in mail.outbox[0].body


def test_an_action_of_a_committee_is_in_the_mail_of_its_owner(register, officer, post):
    meeting = make_meeting(make_body(register), days_ago(15))
    make_committee_action(meeting, by=officer, post=post, due_on=days_ago(-6))
    send()
    assert "* Committee action" in mail.outbox[0].body


def test_a_second_run_of_the_day_sends_nothing(register, officer, post):
    late_risk(register, owner=post)
    send()
    assert "1 written to before" in send()
    assert len(mail.outbox) == 1


def test_the_next_day_it_is_sent_again(register, officer, post):
    late_risk(register, owner=post)
    send()
    ReminderMail.objects.update(day=days_ago(1))
    send()
    assert len(mail.outbox) == 2


def test_a_person_is_claimed_once_a_day(officer):
    ReminderMail.objects.create(user=officer, day=days_ago(0))
    with pytest.raises(IntegrityError, match=r"reminder_mail_once|UNIQUE"), transaction.atomic():
        ReminderMail.objects.create(user=officer, day=days_ago(0))


def test_a_dry_run_says_who_and_writes_nothing(register, officer, post):
    late_risk(register, owner=post)
    assert "officer@example.org: Your risk registers: 1 overdue" in send(dry_run=True)
    assert (mail.outbox, ReminderMail.objects.count()) == ([], 0)


def test_a_person_who_wants_no_mail_gets_none(register, officer, post):
    late_risk(register, owner=post)
    ReminderChoice.choose(by=officer, kinds=[])
    assert "1 wanting none" in send()
    assert mail.outbox == []


def test_only_the_kinds_that_were_chosen_are_named(register, officer, post):
    plenty(register, post, 1)
    ReminderChoice.choose(by=officer, kinds=["action"])
    send()
    assert [message.body.count("\n* ") for message in mail.outbox] == [1]


def test_a_person_without_a_role_or_an_active_account_gets_no_mail(
    register, officer, manager, post
):
    late_risk(register, owner=post)
    late_risk(register, owner=make_post(register.organisation))
    officer.memberships.update(until=days_ago(1))
    type(manager).objects.filter(pk=manager.pk).update(is_active=False)
    assert "nobody to remind" in send()


def test_the_mail_asks_automatic_replies_not_to_answer(register, officer, post):
    late_risk(register, owner=post)
    send()
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_it_costs_the_same_for_a_person_with_more_to_do(register, officer, post):
    costs = []
    for count in (1, 2):
        plenty(register, post, count)
        with CaptureQueriesContext(connection) as queries:
            send()
        costs.append(len(queries))
        ReminderMail.objects.all().delete()
    assert costs[0] == costs[1]


class RefusingBackend(EmailBackend):
    """A mail server with an address that it refuses, and one at which the line breaks."""

    def send_messages(self, messages):
        if messages[0].to == ["refused@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"refused@example.org": (550, b"No such mailbox")})
        if messages[0].to == ["broken@example.org"]:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(messages)


class UnreachableBackend(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("Connection refused")


@pytest.fixture
def trouble(settings, register, post):
    """Somebody for whom sending fails before somebody for whom it does not."""

    def trouble(address):
        settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
        for email in (address, "later@example.org"):
            holder = make_person(register.organisation, email=email)
            late_risk(register, owner=make_post(register.organisation, holder=holder))

    return trouble


@pytest.mark.parametrize("address", ["refused@example.org", "broken@example.org"])
def test_an_address_that_fails_does_not_stop_the_others(trouble, address):
    trouble(address)
    with pytest.raises(CommandError, match=address):
        send()
    assert recipients() == ["later@example.org"]


def test_a_refused_mail_is_tried_again_the_same_day(trouble, settings):
    trouble("refused@example.org")
    with pytest.raises(CommandError):
        send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send()
    assert recipients() == ["later@example.org", "refused@example.org"]


def test_a_mail_that_may_have_arrived_is_not_sent_twice(trouble, settings):
    trouble("broken@example.org")
    with pytest.raises(CommandError):
        send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send()
    assert recipients() == ["later@example.org"]


def test_a_mail_that_may_have_arrived_is_reported(register, officer, post):
    late_risk(register, owner=post)
    two_hours_ago = timezone.now() - datetime.timedelta(hours=2)
    ReminderMail.objects.create(user=officer, day=days_ago(0), claimed_at=two_hours_ago)
    assert "Started today and not confirmed: 1." in send()
    assert mail.outbox == []


def test_without_a_mail_server_nothing_is_claimed(register, officer, post, settings):
    late_risk(register, owner=post)
    settings.EMAIL_BACKEND = f"{__name__}.UnreachableBackend"
    with pytest.raises(CommandError, match="no mail server"):
        send()
    assert ReminderMail.objects.count() == 0


def test_old_records_of_mails_are_deleted(officer):
    ReminderMail.objects.create(user=officer, day=days_ago(91))
    send()
    assert ReminderMail.objects.count() == 0


# The page


@pytest.fixture(scope="module")
def client(module_records):
    client = Client()
    client.force_login(module_records.officer)
    return client


def test_everything_is_on_until_somebody_chooses(client):
    assert client.get("/reminders/").text.count(" checked") == len(ReminderKind) - 1  # on no body


def test_a_choice_is_kept_and_shown(client, officer):
    answer = client.post("/reminders/", {"kinds": ["review", "action"]}, follow=True)
    assert "We saved your choice." in answer.text and answer.text.count(" checked") == 2
    kinds = ReminderChoice.of(type(officer).objects.get(pk=officer.pk))
    assert kinds == ["review", "action", "meeting"]  # of no body yet, so it was not asked


def test_choosing_nothing_stops_the_mail(client, officer):
    assert "you get no reminders" in client.post("/reminders/", {}, follow=True).text
    officer = type(officer).objects.get(pk=officer.pk)
    assert ReminderChoice.of(officer) == []
    assert officer.reminder_choice.declined == [ReminderChoice.NO_MAIL]  # what may come, too


def test_a_kind_of_mail_that_is_new_is_sent_to_who_chose_before_it_existed(officer):
    """They declined one; of the other kinds, those that came later are not in their choice."""
    ReminderChoice.objects.create(user=officer, declined=["review"])
    assert ReminderKind.MEETING in ReminderChoice.of(officer)
    assert ReminderKind.REVIEW not in ReminderChoice.of(officer)


def test_the_migration_keeps_what_people_chose():
    migration = import_module("registers.migrations.0018_question_subjects")
    rows = [SimpleNamespace(kinds=kinds, save=lambda **_: None) for kinds in (["review"], [])]
    model = SimpleNamespace(objects=SimpleNamespace(all=lambda: rows))
    migration.decline_what_was_not_chosen(SimpleNamespace(get_model=lambda *_: model), None)
    assert rows[0].declined == ["action", "tolerance", "assurance", "appetite"]
    assert rows[1].declined == [ReminderChoice.NO_MAIL]


def test_an_unknown_kind_is_refused_with_an_error_message(client):
    answer = client.post("/reminders/", {"kinds": ["gossip"]})
    assert (
        "There is a problem" in answer.text
        and "Select from the list what we should write to you about" in answer.text
    )
    assert not ReminderChoice.objects.exists()


def test_a_person_who_may_not_edit_reads_why_there_is_no_choice(register):
    client = Client()
    client.force_login(make_person(register.organisation, Role.MEMBER))
    page = client.get("/reminders/").text
    assert "You do not get reminders" in page and 'name="kinds"' not in page


def test_every_page_links_to_the_reminders(client):
    assert 'href="/reminders/">Reminders</a>' in client.get("/").text.partition("</header>")[0]
