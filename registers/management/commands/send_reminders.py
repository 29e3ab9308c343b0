"""Mail each person once a day what is overdue or due soon, and once before each of their meetings.

At most one mail of tasks a person and day, and one a person and meeting, however often this runs
and however many run at once. A row (ReminderMail, MeetingMail) is claimed and committed before the
mail is sent, and only the process that claimed it sends. Claiming afterwards would send twice after
a crash between the two, and a mail cannot be undone.

What follows from that:
- The server refuses the mail (address, sender or text): it was not sent, so the claim is removed
  and the next run of the day tries again.
- The connection breaks, or this process dies, between claim and answer: nobody knows whether it
  was sent. The claim stays and nothing is sent again that day. This run fails, later runs report
  how many such claims there are, and tomorrow's mail lists everything that is due again.
- No server answers: checked before anything is claimed, so nothing is.
"""

import datetime
from collections import Counter
from functools import partial
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from registers.meetings.agenda import questions_on_agenda
from registers.models import Meeting, MeetingMail, ReminderChoice, ReminderKind, ReminderMail
from registers.permissions import Permission, people_with
from registers.reminders import meeting_mail
from registers.reminders.mail import body_of, subject_of
from registers.reminders.meeting_mail import meeting_recipients
from registers.tasks.task_list import tasks_due

# The server answered that it does not take the mail.
REFUSED = (SMTPRecipientsRefused, SMTPResponseException)
RETENTION_DAYS = 90  # of the rows that claim a mail
HEADERS = {"Auto-Submitted": "auto-generated"}  # no out-of-office answers


class Command(BaseCommand):
    help = (
        "Write to each person, at most once a day, about what is overdue, due soon or waiting on "
        "their registers, and once in the week before a meeting of a body that they sit on. Exits "
        "with 1 when it could not send a mail. Run it again to retry those that were refused."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="List who would get a mail; send nothing."
        )

    def handle(self, *, dry_run, **options):
        self.day = timezone.localdate()
        self.counts, self.meeting_counts, self.failures = Counter(), Counter(), []
        people = people_with(Permission.EDIT_RISK).select_related("reminder_choice").order_by("pk")
        written_to = set(ReminderMail.objects.filter(day=self.day).values_list("user", flat=True))
        self.connection = None if dry_run else get_connection()
        try:
            for person in people:
                self.counts[self.remind(person, person.pk in written_to)] += 1
            for person, meeting in meeting_recipients(self.day):
                self.meeting_counts[self.announce(person, meeting)] += 1
        finally:
            if self.connection:
                self.connection.close()
        self.report(dry_run)

    def remind(self, person, is_written_to):
        """Mail one person if something is due; returns the outcome as words for the report."""
        kinds = ReminderChoice.of(person)
        if is_written_to or not kinds:
            return "written to before" if is_written_to else "wanting none"
        kinds = [kind for choice in kinds for kind in choice.task_kinds]
        tasks = tasks_due(person, self.day, kinds)
        if not any(task.is_pressing for task in tasks):
            return "with nothing due"
        if not self.connection:
            self.stdout.write(f"{person.email}: {subject_of(tasks, self.day)}")
            return "to be written to"
        body = partial(body_of, tasks, day=self.day)
        return self.send(person, subject_of(tasks, self.day), body, ReminderMail, day=self.day)

    def announce(self, person, meeting):
        """Mail one person about a meeting; returns the outcome as words for the report."""
        if ReminderKind.MEETING not in ReminderChoice.of(person):
            return "wanting none"
        subject = meeting_mail.subject_of(meeting)
        if not self.connection:
            self.stdout.write(f"{person.email}: {subject}")
            return "to be written to"
        previous = Meeting.objects.before(meeting.on).filter(body=meeting.body).first()
        questions = questions_on_agenda(person, previous) if previous else []
        body = partial(meeting_mail.body_of, meeting, questions=questions, previous=previous)
        return self.send(person, subject, body, MeetingMail, meeting=meeting)

    def reach_server(self):
        try:
            self.connection.open()
        except Exception as error:  # trying again for each person would not help
            self.failures.append(f"no mail server: {type(error).__name__} {error}")
            raise CommandError(
                "\n".join(["Not sent, nor to anybody after:", *self.failures])
            ) from error

    def send(self, person, subject, body, model, **about):
        """Send a mail that is claimed by a row of that model; returns the outcome in words.

        body: a function of name, site and choices, which returns the text.
        """
        self.reach_server()
        try:
            return self._send_claimed(person, subject, body, model, about)
        except Exception as error:  # one address must not stop the others
            self.failures.append(f"{person.email}: {type(error).__name__} {error}")
            self.connection.close()  # the next mail opens a new connection
            return "failed"

    def _send_claimed(self, person, subject, body, model, about):
        site, choices = settings.SITE_URL, reverse("reminders")
        mail = EmailMessage(
            subject,
            body(name=person, site=site, choices=choices),
            to=[person.email],
            headers={**HEADERS, "List-Unsubscribe": f"<{site}{choices}>"},
            connection=self.connection,
        )
        mail.message()  # raises for an invalid mail, before the claim
        claim = claim_mail(model, user=person, **about)
        if not claim:
            return "written to before"
        try:
            mail.send()
        except REFUSED:
            claim.delete()
            raise
        claim.sent_at = timezone.now()
        claim.save(update_fields=["sent_at"])
        return "sent"

    def report(self, dry_run):
        summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.counts.items()))
        self.stdout.write(
            f"Reminders of {date_format(self.day, 'j F Y')}: {summary or 'nobody to remind'}."
        )
        if self.meeting_counts:
            words = ", ".join(
                f"{count} {outcome}" for outcome, count in sorted(self.meeting_counts.items())
            )
            self.stdout.write(f"Before meetings: {words}.")
        hour_ago = timezone.now() - datetime.timedelta(hours=1)
        unknown = ReminderMail.objects.filter(
            day=self.day, sent_at=None, claimed_at__lt=hour_ago
        ).count()
        if unknown:
            self.stdout.write(
                f"Started today and not confirmed: {unknown}. Tomorrow these people get the same "
                "tasks again."
            )
        if not dry_run:
            first_kept = self.day - datetime.timedelta(days=RETENTION_DAYS)
            ReminderMail.objects.filter(day__lt=first_kept).delete()
            MeetingMail.objects.filter(meeting__on__lt=first_kept).delete()
        if self.failures:
            raise CommandError("Not sent:\n" + "\n".join(self.failures))


def claim_mail(model, **about):
    """The committed claim, a row of that model, or None where another run has it."""
    try:
        with transaction.atomic(durable=True):
            return model.objects.create(**about)
    except IntegrityError:
        return None
