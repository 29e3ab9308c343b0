"""What falls due, whom it is told, the mail that says so, and the command that sends it at most
once a day.
"""

import datetime
import smtplib
from io import StringIO

import pytest
from database import in_parallel
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
    make_control,
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

from registers.management.commands.send_reminders import Command
from registers.models import ReminderChoice, ReminderKind, ReminderMail, Risk, Role
from registers.reminders.deadlines import due_soon
from registers.reminders.mail import LISTED, body_of, subject_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return make_register(
        make_organisation("Northmoor Council"),
        slug="ours",
        prefix="CORP",
        name="Corporate register",
    )


@pytest.fixture
def officer(ours):
    return make_person(ours.organisation, email="officer@example.org")


@pytest.fixture
def manager(ours):
    return make_person(ours.organisation, Role.MANAGER, email="manager@example.org")


@pytest.fixture
def post(ours, officer):
    return make_post(ours.organisation, holder=officer)


def soon(user, *kinds):
    """What the person is told of today."""
    return [due.what for due in due_soon(user, timezone.localdate(), kinds or ReminderKind)]


def tolerated(register, until, **content):
    said = {
        "response": Risk.Response.TOLERATE,
        "response_reason": "Nothing can be done.",
        "tolerated_until": until,
    }
    return make_risk(register, **said, **content)


def late_risk(register, **content):
    return make_risk(register, next_review_on=days_ago(3), **content)


# What falls due, and when


@pytest.mark.parametrize(
    ("ahead", "is_told"), [(-400, True), (-1, True), (0, True), (14, True), (15, False)]
)
def test_a_review_is_told_of_from_two_weeks_before(ours, officer, post, ahead, is_told):
    make_risk(ours, owner=post, next_review_on=days_ago(-ahead))
    assert soon(officer) == (["Review CORP-001"] if is_told else [])


@pytest.mark.parametrize(("ahead", "is_told"), [(-1, True), (7, True), (8, False)])
def test_an_action_is_told_of_from_a_week_before(ours, officer, post, ahead, is_told):
    make_action(make_risk(ours), owner=post, due_on=days_ago(-ahead))
    assert soon(officer) == (["Action for CORP-001"] if is_told else [])


def test_an_action_that_is_done_is_told_of_no_more(ours, officer, post):
    action = make_action(make_risk(ours), owner=post, due_on=days_ago(1))
    action.complete(by=officer, version=1, done_on=days_ago(0), evidence="It is written.")
    assert soon(officer) == []


@pytest.mark.parametrize(("ahead", "is_told"), [(-1, True), (14, True), (15, False)])
def test_a_tolerance_is_told_of_before_it_ends(ours, officer, post, ahead, is_told):
    tolerated(ours, days_ago(-ahead), owner=post)
    assert soon(officer) == (["Tolerance of CORP-001 ends"] if is_told else [])


def test_a_risk_that_is_treated_again_has_no_tolerance_that_ends(ours, officer, post):
    make_revision(tolerated(ours, days_ago(1), owner=post), response=Risk.Response.TREAT)
    assert soon(officer) == []


@pytest.mark.parametrize(("ahead", "is_told"), [(-1, True), (14, True), (15, False)])
def test_an_opinion_is_told_of_before_it_runs_out(ours, officer, post, ahead, is_told):
    risk = make_risk(ours, owner=post, on=days_ago(30))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(-ahead))
    assert soon(officer) == (
        ["Assurance of CORP-001 runs out, line 3: internal audit"] if is_told else []
    )


def test_an_opinion_that_a_newer_one_followed_is_not_told_of(ours, officer, post):
    risk = make_risk(ours, owner=post, on=days_ago(30))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))
    make_assurance(risk, on=days_ago(2))
    assert soon(officer) == []


def test_an_opinion_of_another_line_does_not_follow_it(ours, officer, post):
    risk = make_risk(ours, owner=post, on=days_ago(30))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))
    make_assurance(risk, line=2, on=days_ago(2))
    assert soon(officer) == ["Assurance of CORP-001 runs out, line 3: internal audit"]


@pytest.mark.parametrize(("ahead", "is_told"), [(-1, True), (14, True), (15, False)])
def test_an_appetite_is_told_to_the_risk_managers(ours, officer, manager, ahead, is_told):
    make_appetite(ours.organisation, "financial", on=days_ago(40), review_by=days_ago(-ahead))
    assert (soon(officer), soon(manager)) == ([], ["Review the appetite"] if is_told else [])


def test_an_appetite_leads_to_a_register_that_goes_by_it(ours, manager):
    make_register(ours.organisation, make_scheme(), name="A register before ours")
    make_appetite(ours.organisation, on=days_ago(40), review_by=days_ago(1))
    (due,) = due_soon(manager, timezone.localdate(), ReminderKind)
    assert (due.path, due.place, due.title) == (
        "/registers/ours/",
        "Northmoor Council",
        "All categories",
    )


def test_an_appetite_by_a_scheme_that_no_register_uses_is_not_told_of(ours, manager):
    scheme = make_scheme()
    make_appetite(ours.organisation, scheme=scheme, on=days_ago(40), review_by=days_ago(1))
    assert soon(manager) == []


@pytest.mark.parametrize("status", [Risk.Status.DRAFT, Risk.Status.CLOSED])
def test_what_is_not_on_the_register_falls_due_for_nobody(ours, officer, manager, post, status):
    risk = tolerated(ours, days_ago(1), owner=post, next_review_on=days_ago(1), on=days_ago(30))
    make_action(risk, owner=post, due_on=days_ago(1))
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))
    make_revision(risk, status=status)
    assert (soon(officer), soon(manager)) == ([], [])


def test_the_day_longest_ago_comes_first(ours, officer, post):
    for ago in (1, 9, 4):
        make_risk(ours, owner=post, next_review_on=days_ago(ago))
    assert soon(officer) == ["Review CORP-002", "Review CORP-003", "Review CORP-001"]


# Whose it is


def told(*people):
    return [bool(soon(person)) for person in people]


def test_it_goes_to_the_holder_of_the_post_and_not_to_the_manager(ours, officer, manager, post):
    late_risk(ours, owner=post)
    assert told(officer, manager) == [True, False]


def test_what_a_vacant_post_owns_goes_to_the_risk_managers(ours, officer, manager):
    late_risk(ours, owner=make_post(ours.organisation), by=officer)
    assert told(officer, manager) == [False, True]


def test_a_holder_who_left_is_as_if_the_post_were_vacant(ours, officer, manager, post):
    late_risk(ours, owner=post)
    officer.memberships.update(until=days_ago(1))
    assert told(manager) == [True]


def test_a_holder_who_is_not_active_is_as_if_the_post_were_vacant(ours, officer, manager, post):
    late_risk(ours, owner=post)
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    assert told(manager) == [True]


def test_a_holder_who_may_only_read_is_as_if_the_post_were_vacant(ours, manager):
    reader = make_person(ours.organisation, Role.MEMBER)
    late_risk(ours, owner=make_post(ours.organisation, holder=reader))
    assert told(reader, manager) == [False, True]


def test_a_role_in_another_organisation_is_no_role_here(ours, manager):
    elsewhere = make_person(make_organisation())
    late_risk(ours, owner=make_post(ours.organisation, holder=elsewhere))
    assert told(elsewhere, manager) == [False, True]


def test_what_nobody_owns_goes_to_whoever_raised_it(ours, officer, manager):
    late_risk(ours, by=officer)
    assert told(officer, manager) == [True, False]


def test_what_nobody_owns_goes_to_the_managers_where_the_raiser_left(ours, officer, manager):
    late_risk(ours, by=make_user())
    assert told(officer, manager) == [False, True]


def test_an_action_of_no_post_goes_to_the_post_that_owns_the_risk(ours, officer, manager, post):
    make_action(make_risk(ours, owner=post), due_on=days_ago(1))
    assert told(officer, manager) == [True, False]


def test_an_action_goes_to_its_own_post_before_that_of_the_risk(ours, officer, post):
    other = make_person(ours.organisation)
    action_post = make_post(ours.organisation, holder=other)
    make_action(make_risk(ours, owner=post), owner=action_post, due_on=days_ago(1))
    assert told(officer, other) == [False, True]


def test_an_opinion_on_a_control_goes_to_the_post_that_owns_the_control(ours, officer, post):
    other = make_person(ours.organisation)
    risk = make_risk(ours, owner=post, on=days_ago(30))
    control = make_control(risk, owner=make_post(ours.organisation, holder=other))
    make_assurance(risk, control=control, on=days_ago(20), expires_on=days_ago(1))
    assert told(officer, other) == [False, True]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PEER, Role.ADMINISTRATOR])
def test_who_may_not_edit_is_told_of_nothing(ours, role):
    person = make_person(ours.organisation, role)
    late_risk(ours, owner=make_post(ours.organisation, holder=person), by=person)
    assert told(person) == [False]


def test_a_manager_is_told_of_nothing_elsewhere(ours, manager):
    late_risk(make_register(make_organisation()), owner=None)
    assert told(manager) == [False]


# Exempt risks


def test_an_officer_is_told_of_an_exempt_risk_of_their_own(ours, officer, manager, post):
    late_risk(ours, owner=post, is_exempt=True)
    assert told(officer, manager) == [True, False]


def test_an_action_on_an_exempt_risk_that_its_owner_may_not_see_goes_to_the_managers(
    ours, officer, manager, post
):
    risk = make_risk(ours, is_exempt=True)
    make_action(risk, owner=post, due_on=days_ago(1))
    assert told(officer, manager) == [False, True]


def test_two_roles_add_up_for_an_exempt_risk(ours, officer, manager, post):
    make_membership(officer, ours.organisation, Role.MEMBER)
    make_action(make_risk(ours, is_exempt=True), owner=post, due_on=days_ago(1))
    assert told(officer, manager) == [True, False]


def test_of_an_exempt_risk_only_the_reference_is_carried(ours, officer, post):
    risk = tolerated(
        ours,
        days_ago(1),
        owner=post,
        is_exempt=True,
        title="Quokka",
        next_review_on=days_ago(1),
        on=days_ago(30),
    )
    make_action(risk, owner=post, due_on=days_ago(1), title="Quokka")
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(1), provider="Quokka")
    dues = due_soon(officer, timezone.localdate(), ReminderKind)
    assert len(dues) == 4 and "Quokka" not in repr(dues) and "internal audit" not in repr(dues)


# What it costs


def plenty(register, post, count):
    for _ in range(count):
        risk = tolerated(
            register, days_ago(1), owner=post, next_review_on=days_ago(1), on=days_ago(30)
        )
        make_action(risk, owner=post, due_on=days_ago(1))
        make_assurance(risk, on=days_ago(20), expires_on=days_ago(1))


def test_looking_costs_the_same_with_one_row_as_with_many(ours, officer, post):
    costs = []
    for count in (1, 5):
        plenty(ours, post, count)
        person = type(officer).objects.get(pk=officer.pk)
        with CaptureQueriesContext(connection) as queries:
            found = soon(person)
        costs.append((len(queries), len(found)))
    assert costs == [(6, 4), (6, 24)]


# The mail


def text_of(user, day=None):
    day = day or timezone.localdate()
    dues = due_soon(user, day, ReminderKind)
    return body_of(dues, name=user, day=day, site="https://r.example.org", choices="/reminders/")


def test_the_mail_names_what_is_late_before_what_is_due_soon(ours, officer, post):
    make_risk(ours, owner=post, title="Second thing", next_review_on=days_ago(-3))
    make_risk(ours, owner=post, title="First thing", next_review_on=days_ago(3))
    text = text_of(officer)
    order = [
        text.index(words)
        for words in ("\nLate\n----\n", "First thing", "\nDue soon\n--------\n", "Second thing")
    ]
    assert order == sorted(order)


def test_the_mail_gives_day_place_and_address(ours, officer, post):
    risk = late_risk(ours, owner=post, title="Reserves run out")
    day = risk.next_review_on
    assert (
        "* Review CORP-001: Reserves run out\n"
        f"  Was due on {day.day} {day:%B %Y}. Corporate register.\n"
        "  https://r.example.org/registers/ours/risks/1/\n"
    ) in text_of(officer)


def test_the_mail_says_how_to_change_or_stop_it(ours, officer, post):
    late_risk(ours, owner=post)
    assert text_of(officer).endswith("\nhttps://r.example.org/reminders/\n")


def test_the_mail_says_why_a_manager_is_told_of_a_vacant_posts(ours, manager):
    late_risk(ours, owner=make_post(ours.organisation))
    assert " ".join(text_of(manager).split()).count("To you as a risk manager") == 2


def test_the_mail_of_an_exempt_risk_says_so_and_nothing_else(ours, officer, post):
    late_risk(ours, owner=post, is_exempt=True, title="Quokka", cause="Quokka")
    text = text_of(officer)
    assert "* Review CORP-001 (an exempt risk)\n" in text and "Quokka" not in text


def test_no_line_but_an_address_is_long(ours, officer, post):
    make_risk(ours, owner=post, title="A title of many words " * 9, next_review_on=days_ago(1))
    assert all(len(line) <= 72 for line in text_of(officer).splitlines() if "://" not in line)


def test_a_title_cannot_pretend_to_be_another_line(ours, officer, post):
    late_risk(ours, owner=post, title="Reserves\n\nPay here: https://bad.example")
    assert "* Review CORP-001: Reserves Pay here: https://bad.example\n" in text_of(officer)


def test_a_mail_with_too_much_counts_what_it_does_not_name(ours, officer, post):
    late_risk(ours, owner=post)
    dues = due_soon(officer, timezone.localdate(), ReminderKind) * (LISTED + 7)
    text = body_of(
        dues,
        name="Robin",
        day=timezone.localdate(),
        site="https://r.example.org",
        choices="/reminders/",
    )
    assert (text.count("* Review"), "And 7 more: https://r.example.org/\n" in text) == (
        LISTED,
        True,
    )


def test_the_subject_counts_and_names_nothing(ours, officer, post):
    make_risk(ours, owner=post, next_review_on=days_ago(-3))
    late_risk(ours, owner=post)
    late_risk(ours, owner=post)
    dues = due_soon(officer, timezone.localdate(), ReminderKind)
    assert subject_of(dues, timezone.localdate()) == "Your risk registers: 2 late and 1 due soon"


# The command


def send(**options):
    """What the command prints."""
    out = StringIO()
    call_command("send_reminders", stdout=out, **options)
    return out.getvalue()


def to_whom():
    return sorted(message.to[0] for message in mail.outbox)


def test_each_person_gets_one_mail_about_everything(ours, officer, manager, post):
    plenty(ours, post, 2)
    late_risk(ours, owner=make_post(ours.organisation))
    assert "2 sent" in send()
    assert to_whom() == ["manager@example.org", "officer@example.org"]


def test_nobody_gets_an_empty_mail(ours, officer, manager, post):
    late_risk(ours, owner=post)
    assert "1 sent, 1 with nothing due" in send()
    assert (to_whom(), ReminderMail.objects.count()) == (["officer@example.org"], 1)


def test_a_second_run_of_the_day_sends_nothing(ours, officer, post):
    late_risk(ours, owner=post)
    send()
    assert "1 written to before" in send()
    assert len(mail.outbox) == 1


def test_the_next_day_it_is_told_again(ours, officer, post):
    late_risk(ours, owner=post)
    send()
    ReminderMail.objects.update(day=days_ago(1))
    send()
    assert len(mail.outbox) == 2


def test_a_person_is_claimed_once_a_day(officer):
    ReminderMail.objects.create(user=officer, day=days_ago(0))
    with pytest.raises(IntegrityError, match=r"reminder_mail_once|UNIQUE"), transaction.atomic():
        ReminderMail.objects.create(user=officer, day=days_ago(0))


def test_a_dry_run_says_who_and_writes_nothing(ours, officer, post):
    late_risk(ours, owner=post)
    assert "officer@example.org: Your risk registers: 1 late\n" in send(dry_run=True)
    assert (mail.outbox, ReminderMail.objects.count()) == ([], 0)


def test_who_wants_none_gets_none(ours, officer, post):
    late_risk(ours, owner=post)
    ReminderChoice.choose(by=officer, kinds=[])
    assert "1 wanting none" in send()
    assert mail.outbox == []


def test_only_the_kinds_that_were_chosen_are_named(ours, officer, post):
    plenty(ours, post, 1)
    ReminderChoice.choose(by=officer, kinds=["action"])
    send()
    assert [message.body.count("\n* ") for message in mail.outbox] == [1]


def test_who_lost_their_role_or_their_account_gets_none(ours, officer, manager, post):
    late_risk(ours, owner=post)
    late_risk(ours, owner=make_post(ours.organisation))
    officer.memberships.update(until=days_ago(1))
    type(manager).objects.filter(pk=manager.pk).update(is_active=False)
    assert "nobody to remind" in send()


def test_a_program_that_answers_mails_is_told_not_to(ours, officer, post):
    late_risk(ours, owner=post)
    send()
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_it_costs_the_same_for_a_person_with_more_to_do(ours, officer, post):
    costs = []
    for count in (1, 5):
        plenty(ours, post, count)
        with CaptureQueriesContext(connection) as queries:
            send()
        costs.append(len(queries))
        ReminderMail.objects.all().delete()
    assert costs[0] == costs[1]


class Refusing(EmailBackend):
    """A mail server with an address that it refuses, and one at which the line breaks."""

    def send_messages(self, messages):
        if messages[0].to == ["refused@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"refused@example.org": (550, b"No such mailbox")})
        if messages[0].to == ["broken@example.org"]:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(messages)


class Unreachable(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("Connection refused")


@pytest.fixture
def trouble(settings, ours, post):
    """Somebody for whom sending fails before somebody for whom it does not."""

    def trouble(address):
        settings.EMAIL_BACKEND = f"{__name__}.Refusing"
        for email in (address, "later@example.org"):
            holder = make_person(ours.organisation, email=email)
            late_risk(ours, owner=make_post(ours.organisation, holder=holder))

    return trouble


@pytest.mark.parametrize("address", ["refused@example.org", "broken@example.org"])
def test_an_address_that_fails_does_not_stop_the_others(trouble, address):
    trouble(address)
    with pytest.raises(CommandError, match=address):
        send()
    assert to_whom() == ["later@example.org"]


def test_what_the_server_refused_is_tried_again_the_same_day(trouble, settings):
    trouble("refused@example.org")
    with pytest.raises(CommandError):
        send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send()
    assert to_whom() == ["later@example.org", "refused@example.org"]


def test_what_may_have_arrived_is_not_sent_twice(trouble, settings):
    trouble("broken@example.org")
    with pytest.raises(CommandError):
        send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send()
    assert to_whom() == ["later@example.org"]


def test_what_may_have_arrived_is_spoken_of(ours, officer, post):
    late_risk(ours, owner=post)
    two_hours_ago = timezone.now() - datetime.timedelta(hours=2)
    ReminderMail.objects.create(user=officer, day=days_ago(0), claimed_at=two_hours_ago)
    assert "Begun today and never confirmed: 1." in send()
    assert mail.outbox == []


def test_without_a_mail_server_nothing_is_claimed(ours, officer, post, settings):
    late_risk(ours, owner=post)
    settings.EMAIL_BACKEND = f"{__name__}.Unreachable"
    with pytest.raises(CommandError, match="no mail server"):
        send()
    assert ReminderMail.objects.count() == 0


def test_that_somebody_was_written_to_is_forgotten_after_a_while(officer):
    ReminderMail.objects.create(user=officer, day=days_ago(91))
    send()
    assert ReminderMail.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_mail_once(ours):
    for number in range(4):
        holder = make_person(ours.organisation, email=f"person{number}@at-once.example")
        late_risk(ours, owner=make_post(ours.organisation, holder=holder))
    in_parallel(2, lambda _: call_command(Command(stdout=StringIO())))
    assert to_whom() == [f"person{number}@at-once.example" for number in range(4)]


# The page


@pytest.fixture
def client(officer):
    client = Client()
    client.force_login(officer)
    return client


def test_everything_is_on_until_somebody_chooses(client):
    assert client.get("/reminders/").text.count(" checked") == len(ReminderKind)


def test_a_choice_is_kept_and_shown(client, officer):
    answer = client.post("/reminders/", {"kinds": ["review", "action"]}, follow=True)
    assert "Your choice is saved." in answer.text and answer.text.count(" checked") == 2
    assert ReminderChoice.of(type(officer).objects.get(pk=officer.pk)) == ["review", "action"]


def test_choosing_nothing_stops_the_mail(client, officer):
    assert "you get no reminders" in client.post("/reminders/", {}, follow=True).text
    assert ReminderChoice.objects.get(user=officer).kinds == []


def test_a_kind_that_there_is_not_is_refused_in_words(client):
    answer = client.post("/reminders/", {"kinds": ["gossip"]})
    assert (
        "There is a problem" in answer.text
        and "Select what to be told of from the list" in answer.text
    )
    assert not ReminderChoice.objects.exists()


def test_who_may_not_edit_is_told_why_there_is_nothing_to_choose(ours):
    client = Client()
    client.force_login(make_person(ours.organisation, Role.MEMBER))
    page = client.get("/reminders/").text
    assert "Nothing falls due for you here" in page and 'name="kinds"' not in page


def test_every_page_leads_there(client):
    assert 'href="/reminders/">Reminders</a>' in client.get("/").text.partition("</header>")[0]
