"""Faults to plant, one at a time: whether the tests that should catch each one do. Run by
script/mutations.

A fault is a piece of text that stands once in a file, and what takes its place. It names the test
files that should turn red. When code moves, its fault moves along: a test suite is as good as what
it catches here.
"""

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Mutation(NamedTuple):
    """name: the fault in words; file, before, after: from the project's root; tests: names of test
    files.
    """

    name: str
    file: str
    before: str
    after: str
    tests: str


MUTATIONS = [
    # Who may see what
    Mutation(
        "a stranger reaches a register",
        "registers/permissions/access.py",
        "    if not permissions:\n        raise Http404",
        "    if permissions is None:\n        raise Http404",
        "test_access.py",
    ),
    Mutation(
        "everybody reads the names of people",
        "registers/permissions/names.py",
        'str(person) if may_read_names(reader, organisation) else ""',
        "str(person)",
        "test_people_names.py",
    ),
    Mutation(
        "a related risk that a reader may not see is shown",
        "registers/risk_page/related.py",
        "positions = positions_across(reader, registers, as_of.day, as_of.recorded_by)",
        "positions = position.__class__.objects.as_at(as_of.day, as_of.recorded_by)",
        "test_related_risks.py",
    ),
    Mutation(
        "the history names related risks that a reader may not see",
        "registers/risk_page/related.py",
        "for row in references_in(text) if row in visible",
        "for row in references_in(text)",
        "test_related_risks.py",
    ),
    Mutation(
        "a step with no way back is taken before it is confirmed",
        "registers/views/form_flow.py",
        "if check and not is_confirmed(request):",
        "if check and is_to_be_changed(request):",
        "test_check_pages.py",
    ),
    Mutation(
        "a member without the permission gets through",
        "registers/permissions/access.py",
        "    if permission not in permissions:\n        raise PermissionDenied",
        "    if permission is None:\n        raise PermissionDenied",
        "test_access.py",
    ),
    Mutation(
        "an archived register is changed",
        "registers/permissions/access.py",
        "if register.is_archived and permission not in READING:",
        "if register.is_archived and permission is None:",
        "test_register_administration.py",
    ),
    Mutation(
        "an archived register stays in lists and tasks",
        "registers/permissions/access.py",
        "Register.objects.in_use().filter(organisation__in=organisations)",
        "Register.objects.filter(organisation__in=organisations)",
        "test_register_administration.py",
    ),
    Mutation(
        "somebody of another organisation is given a post by a file",
        "registers/administration/post_file.py",
        "person.email: person for person in current_people(organisation)",
        "person.email: person for person in current_people(organisation).model.objects.all()",
        "test_post_file.py",
    ),
    Mutation(
        "a file changes what its preview did not show",
        "registers/administration/post_file.py",
        "    if plan.state != state:",
        "    if plan.state is None:",
        "test_post_file.py test_import_posts.py",
    ),
    Mutation(
        "a change of a post is overwritten unseen",
        "registers/forms/record_state.py",
        "and state != self.current_state",
        "and state is None",
        "test_post_administration.py",
    ),
    Mutation(
        "whoever reads what was agreed finds later words",
        "registers/risk_search.py",
        "if defaults_to_agreed(reader, register)]",
        "if False]",
        "test_search.py",
    ),
    Mutation(
        "another's saved view is opened",
        "registers/permissions/access.py",
        "Q(user=user) | Q(is_shared=True), register=register",
        "register=register",
        "test_saved_views.py",
    ),
    Mutation(
        "a risk that changed meanwhile is changed from the list",
        "registers/bulk_changes.py",
        "if risk.version != versions[key] or",
        "if",
        "test_change_many.py test_bulk_changes.py",
    ),
    Mutation(
        "an ended role still holds",
        "registers/models/people.py",
        "Q(until__isnull=True) | Q(until__gte=day or timezone.localdate())",
        "Q(until__isnull=True) | Q(until__isnull=False)",
        "test_access.py test_people.py",
    ),
    Mutation(
        "somebody who left still opens the sandbox",
        "registers/models/people.py",
        "hidden_at is None and real in keys",
        "hidden_at is None",
        "test_sandboxes.py",
    ),
    Mutation(
        "a hidden sandbox opens",
        "registers/models/people.py",
        "hidden_at is None and real in keys",
        "real in keys",
        "test_hidden_sandboxes.py",
    ),
    Mutation(
        "a former colleague is among the active roles of a sandbox",
        "registers/models/people.py",
        "Q(organisation__hidden_at=None) & Exists(colleagues)",
        "Q(organisation__hidden_at=None)",
        "test_sandboxes.py",
    ),
    Mutation(
        "roles in a hidden sandbox are active",
        "registers/models/people.py",
        "Q(organisation__hidden_at=None) & Exists(colleagues)",
        "Exists(colleagues)",
        "test_hidden_sandboxes.py",
    ),
    Mutation(
        "registers of a sandbox are among real ones",
        "registers/permissions/access.py",
        "return _registers_of(user).filter(organisation__sandbox_of=None)",
        "return _registers_of(user)",
        "test_sandboxes.py test_sandbox_pages.py",
    ),
    Mutation(
        "somebody with tasks in a sandbox alone gets reminders",
        "registers/permissions/roles.py",
        "    memberships = memberships.outside_sandboxes()\n",
        "",
        "test_sandboxes.py",
    ),
    Mutation(
        "a sandbox is among the organisations that somebody runs",
        "registers/permissions/roles.py",
        "Organisation.objects.filter(pk__in=keys, sandbox_of=None)",
        "Organisation.objects.filter(pk__in=keys)",
        "test_sandboxes.py test_sandbox_pages.py",
    ),
    Mutation(
        "pages of a sandbox are not marked",
        "registers/templatetags/pages.py",
        'about if getattr(about, "is_sandbox", False) else None',
        "None",
        "test_sandbox_pages.py",
    ),
    Mutation(
        "files of a sandbox are not marked",
        "registers/models/register.py",
        'return self.slug if is_clear else f"sandbox-{self.slug}"',
        "return self.slug",
        "test_sandbox_pages.py",
    ),
    Mutation(
        "an administrator of a sandbox reaches a real account",
        "registers/administration/people.py",
        "elsewhere = elsewhere.exclude(organisation=organisation)",
        "elsewhere = elsewhere.none()",
        "test_sandboxes.py test_sandbox_pages.py",
    ),
    Mutation(
        "a sandbox invites people",
        "registers/views/invitations.py",
        "    refuse_in_sandbox(organisation)\n",
        "",
        "test_sandbox_pages.py",
    ),
    Mutation(
        "a password link is sent from a sandbox",
        "registers/views/people.py",
        "    refuse_in_sandbox(organisation)\n",
        "",
        "test_sandbox_pages.py",
    ),
    Mutation(
        "a second administrator hides the sandbox that the first made just now",
        "registers/administration/sandboxes.py",
        "if current and current.pk != replaces:",
        "if current and current.pk == 0:",
        "test_hidden_sandboxes.py test_sandbox_pages.py",
    ),
    Mutation(
        "a sandbox keeps the roles of people who left before it was made",
        "registers/administration/sandboxes.py",
        "organisation.memberships.active().filter(user__is_active=True)",
        "organisation.memberships.filter(user__is_active=True)",
        "test_sandboxes.py",
    ),
    Mutation(
        "exempt risks are seen by everybody who reads",
        "registers/permissions/visibility.py",
        "Q() if every_exempt else Q(is_exempt=False)",
        "Q() if every_exempt is not None else Q(is_exempt=False)",
        "test_exempt.py test_exempt_access.py",
    ),
    Mutation(
        "drafts are seen by members",
        "registers/permissions/visibility.py",
        "& (Q() if drafts else is_no_draft())",
        "& (Q() if drafts is not None else is_no_draft())",
        "test_drafts.py",
    ),
    Mutation(
        "another's list of questions is read",
        "registers/permissions/access.py",
        "on_list().filter(by=user, register=register)",
        "on_list().filter(register=register)",
        "test_questions.py",
    ),
    Mutation(
        "a record beside another risk is reached",
        "registers/permissions/access.py",
        "record = get_object_or_404(model, risk=risk, pk=pk)",
        "record = get_object_or_404(model, pk=pk)",
        "test_controls.py test_actions.py test_assurance.py",
    ),
    Mutation(
        "exempt risks are published as open data",
        "registers/permissions/access.py",
        "published.filter(is_exempt=False, revision__is_exempt=False)",
        "published.filter(revision__is_exempt=False)",
        "test_export.py",
    ),
    Mutation(
        "an inactive person keeps their permissions",
        "registers/permissions/roles.py",
        "if not user.is_active:",
        "if not user.pk:",
        "test_people.py",
    ),
    Mutation(
        "an administrator changes an account of another organisation",
        "registers/administration/people.py",
        "person.is_staff or person.is_superuser or elsewhere.exists()",
        "person.is_staff or person.is_superuser",
        "test_people_pages.py",
    ),
    Mutation(
        "a person of another organisation is reached",
        "registers/administration/people.py",
        "User.objects.filter(Exists(memberships.order_by())).annotate(",
        "User.objects.annotate(",
        "test_people_pages.py",
    ),
    Mutation(
        "the last administrator gives the role up",
        "registers/administration/roles.py",
        "return not rows.exclude(pk=membership.pk).exists()",
        "return False",
        "test_people_pages.py",
    ),
    Mutation(
        "any code sets up an installation",
        "registers/administration/first_run.py",
        "return any(hmac.compare_digest(typed, code) for code in codes)",
        "return True",
        "test_setup.py",
    ),
    Mutation(
        "the admin site gives a role that opens exempt risks",
        "registers/admin.py",
        'if field.name == "role":',
        "if not field.name:",
        "test_admin.py",
    ),
    Mutation(
        "anybody on the staff adds organisations",
        "registers/permissions/roles.py",
        "return user.is_active and user.is_staff and user.is_superuser",
        "return user.is_active and user.is_staff",
        "test_setup.py",
    ),
    Mutation(
        "a lay member is called a councillor",
        "registers/permissions/names.py",
        "return Capacity.INDEPENDENT in capacities and Capacity.MEMBER not in capacities",
        "return False",
        "test_people_names.py",
    ),
    Mutation(
        "the page of recovery codes leads to another site",
        "registers/accounts/views.py",
        "continue_to=self.get_next_url()",
        'continue_to=self.request.GET.get("next")',
        "test_second_factor.py",
    ),
    Mutation(
        "an invitation joins the account that is signed in",
        "registers/administration/invitations.py",
        "if by.email != invitation.email:",
        "if by.email is None:",
        "test_invitations.py",
    ),
    Mutation(
        "an accepted invitation is withdrawn",
        "registers/administration/invitations.py",
        "if invitation.accepted_at or invitation.withdrawn_at:",
        "if invitation.withdrawn_at:",
        "test_invitations.py",
    ),
    Mutation(
        "who has left signs in",
        "registers/permissions/roles.py",
        "return not (user.memberships.active().exists() or is_invited)",
        "return False",
        "test_departures.py",
    ),
    Mutation(
        "a member sees exempt risks of registers that their body does not oversee",
        "registers/permissions/exempt.py",
        "has_bodies and register.pk in _exempt_access(user).overseen",
        "has_bodies",
        "test_exempt_by_body.py test_exempt_access.py",
    ),
    Mutation(
        "a seat that has ended still shows exempt risks",
        "registers/permissions/exempt.py",
        "seats = Seat.objects.active().order_by()",
        "seats = Seat.objects.order_by()",
        "test_exempt_by_body.py",
    ),
    Mutation(
        "a need to know that was withdrawn still counts",
        "registers/models/need_to_know.py",
        "until__gte=day, withdrawal__isnull=True)",
        "until__gte=day)",
        "test_exempt_by_body.py",
    ),
    Mutation(
        "an administrator can be granted an exempt risk",
        "registers/permissions/roles.py",
        "Role.ADMINISTRATOR: {P.VIEW_REGISTER, P.ADMINISTER}",
        "Role.ADMINISTRATOR: {P.VIEW_REGISTER, P.ADMINISTER, P.SEE_GRANTED_EXEMPT}",
        "test_exempt_by_body.py test_exempt_access.py",
    ),
    Mutation(
        "marks that no body agreed are shown to members",
        "registers/permissions/visibility.py",
        "cut_offs[register] = agreement and VisibilityCutOff(",
        "cut_offs[register] = VisibilityCutOff(day, recorded_by) or (",
        "test_precedent_pages.py",
    ),
    Mutation(
        "a member opens on whatever body agreed last",
        "registers/permissions/bodies.py",
        "_readers_agreement(of_own_body.get(register), agreement)",
        "_readers_agreement(None, agreement)",
        "test_bodies.py test_body_pages.py",
    ),
    Mutation(
        "a seat that has ended still counts",
        "registers/permissions/bodies.py",
        "Seat.objects.active().filter(",
        "Seat.objects.filter(",
        "test_bodies.py",
    ),
    Mutation(
        "a superseded agreement is still the latest",
        "registers/permissions/bodies.py",
        "Agreement.objects.in_force().filter(",
        "Agreement.objects.filter(",
        "test_bodies.py",
    ),
    # Scoring
    Mutation(
        "the band at the tolerance counts as above it",
        "registers/scoring.py",
        "return self.band(slug).rank > self.band(self.tolerance).rank",
        "return self.band(slug).rank >= self.band(self.tolerance).rank",
        "test_scoring.py",
    ),
    Mutation(
        "a category's own tolerance is not asked",
        "registers/scoring.py",
        "self.scheme.band(self.by_category.get(category, self.general))",
        "self.scheme.band(self.general)",
        "test_scoring.py test_tolerance.py test_appetite.py",
    ),
    Mutation(
        "a scheme whose band falls is taken",
        "registers/scoring.py",
        "rank[i][j] < rank[r][c] for i, j in higher",
        "rank[i][j] < 0 for i, j in higher",
        "test_scoring.py",
    ),
    Mutation(
        "a scheme whose lowest band touches the highest is taken",
        "registers/scoring.py",
        "around = [(r + i, c + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]",
        "around = [(r + i, c + j) for i in (0,) for j in (-1, 0, 1)]",
        "test_scoring.py",
    ),
    # Meetings and questions
    Mutation(
        "a bank holiday is a clear day",
        "registers/meetings/deadlines.py",
        "day.weekday() < SATURDAY and not bank_holiday(day, nation)",
        "day.weekday() < SATURDAY",
        "test_meeting_days.py",
    ),
    Mutation(
        "a cancelled meeting is compared with",
        "registers/models/meeting.py",
        'return self.not_cancelled().filter(on__lt=day).order_by("-on", "-pk")',
        'return self.filter(on__lt=day).order_by("-on", "-pk")',
        "test_meetings.py",
    ),
    Mutation(
        "a question about an exempt risk is read by everybody",
        "registers/permissions/questions.py",
        "    return questions.filter(Q(risk=None) | Exists(",
        "    return questions.filter(~Q(pk=None) | Exists(",
        "test_put_questions.py",
    ),
    Mutation(
        "a member reads the questions of every body",
        "registers/permissions/questions.py",
        "if not can(user, Permission.READ_QUESTIONS, organisation):",
        "if not can(user, Permission.VIEW_REGISTER, organisation):",
        "test_put_questions.py",
    ),
    Mutation(
        "an answered question is carried over",
        "registers/models/meeting_question.py",
        "self.filter(Q(meeting=meeting) | is_earlier & was_open)",
        "self.filter(Q(meeting=meeting) | is_earlier)",
        "test_put_questions.py",
    ),
    # The scheme of a register
    Mutation(
        "a scheme of another organisation is on offer",
        "registers/models/register.py",
        "is_open = Q(organisation=None) | Q(organisation=self.organisation_id)",
        "is_open = Q()",
        "test_scheme_adoption.py test_scheme_page.py",
    ),
    Mutation(
        "an older version of a scheme is taken",
        "registers/models/register.py",
        "is_newer = Q(slug=self.scheme.slug, version__gt=self.scheme.version)",
        "is_newer = Q(slug=self.scheme.slug) & ~Q(version=self.scheme.version)",
        "test_scheme_adoption.py",
    ),
    Mutation(
        "an old copy of a register decides which scheme is newer",
        "registers/models/register.py",
        "self.refresh_from_db(from_queryset=Register.objects.select_for_update(no_key=True))",
        "Register.objects.select_for_update(no_key=True).get(pk=self.pk)",
        "test_scheme_adoption.py",
    ),
    Mutation(
        "a scheme is taken and the audit chain does not say which",
        "registers/models/register.py",
        'facts={"from": adoption.earlier_id, "to": scheme.pk}',
        "facts={}",
        "test_scheme_adoption.py",
    ),
    Mutation(
        "what was agreed is read by the scheme of today",
        "registers/views/as_of.py",
        "register.scheme = register.scheme_on(day, as_of.recorded_by)",
        "register.scheme = register.scheme_on(today)",
        "test_scheme_page.py",
    ),
    Mutation(
        "levels of the scheme before are taken for those of the new one",
        "registers/forms/assessments.py",
        'not in (None, "", str(self.scheme.pk))',
        "is False",
        "test_scheme_page.py",
    ),
    Mutation(
        "the preview counts what the scheme in force did not rate",
        "registers/scheme_comparison.py",
        "filter=is_rated & is_current",
        "filter=is_rated",
        "test_scheme_page.py",
    ),
    # History
    Mutation(
        "a save over a newer version is not refused",
        "registers/models/risk.py",
        "        if not is_at_version:\n            raise EditConflict(self, version)",
        "        if version is None:\n            raise EditConflict(self, version)",
        "test_saving.py test_form_conflicts.py test_risks.py",
    ),
    Mutation(
        "a past day tells what was said first",
        "registers/history/timeline.py",
        "revision = latest_revision.get(day, revision)",
        "revision = revision or latest_revision.get(day)",
        "test_timeline.py test_as_at.py",
    ),
    Mutation(
        "the earlier of two ratings of one day stands",
        "registers/history/timeline.py",
        "assessments = sorted(assessments, key=lambda a: (a.effective_on, a.pk))",
        "assessments = sorted(assessments, key=lambda a: (a.effective_on, -a.pk))",
        "test_timeline.py",
    ),
    Mutation(
        "as at a day leaves out what ends the day after",
        "registers/models/position_queries.py",
        "from_day__lte=day, until_day__gt=day",
        "from_day__lt=day, until_day__gt=day",
        "test_as_at.py",
    ),
    Mutation(
        "a position that was replaced is still read as agreed",
        "registers/models/position_queries.py",
        "known_from__lte=recorded_by, known_until__gt=recorded_by",
        "known_from__lte=recorded_by",
        "test_positions_on_record.py test_agreements.py",
    ),
    Mutation(
        "a change puts nothing of the past off the record",
        "registers/history/timeline.py",
        "for segment in on_record.keys() - {*segments}:",
        "for segment in ():",
        "test_positions_on_record.py test_as_at.py",
    ),
    Mutation(
        "a risk keeps the exempt mark of its first revision",
        "registers/models/risk.py",
        "        self.is_exempt = revision.is_exempt\n",
        "",
        "test_risks.py test_exempt.py test_verify_audit.py",
    ),
    Mutation(
        "a change is made to the first revision and not to the latest",
        "registers/models/risk_change.py",
        "**(latest.values() if latest else {}),",
        "**(risk.revisions.get(number=1).values() if latest else {}),",
        "test_risks.py",
    ),
    Mutation(
        "a record that points to an earlier revision passes the audit",
        "registers/management/commands/verify_audit.py",
        'revisions.order_by("-number").values("pk")[:1]',
        'revisions.filter(pk=OuterRef("latest")).values("pk")[:1]',
        "test_verify_audit.py",
    ),
    Mutation(
        "a rating of an earlier day becomes the current one",
        "registers/models/risk_change.py",
        "risk.current and assessment.effective_on < risk.current.effective_on",
        "False",
        "test_risks.py test_bulk_changes.py",
    ),
    Mutation(
        "a body's position takes in what was recorded later",
        "registers/models/agreement.py",
        "return min(end, self.recorded_at)",
        "return max(end, self.recorded_at)",
        "test_agreements.py",
    ),
    Mutation(
        "a closed risk can be edited",
        "registers/models/risk_lifecycle.py",
        "**{event: {DRAFT, *ON_REGISTER} for event in (Event.EDITED",
        "**{event: {DRAFT, *ON_REGISTER, CLOSED} for event in (Event.EDITED",
        "test_risk_lifecycle.py",
    ),
    Mutation(
        "a copy takes over what was decided of the first",
        "registers/models/risk_lifecycle.py",
        "for name, value in self.content().items() if name not in self.NOT_COPIED",
        "for name, value in self.content().items() if name",
        "test_risk_lifecycle.py",
    ),
    Mutation(
        "of several changes of a risk the first alone is sealed",
        "registers/history/audit.py",
        "for change in changes for seal in change",
        "for change in changes[:1] for seal in change",
        "test_bulk_changes.py",
    ),
    Mutation(
        "the same form makes a second assessment",
        "registers/models/risk.py",
        "if row := token.row_of(rows):",
        "if row := None:",
        "test_risks.py test_risk_races.py",
    ),
    Mutation(
        "numbers of an import that failed are lost",
        "registers/imports/commit.py",
        "if not is_written:",
        "if False:",
        "test_commit_import.py",
    ),
    Mutation(
        "an import changes a risk at any version",
        "registers/bulk_changes.py",
        "if risk.version != versions[key] or",
        "if",
        "test_bulk_changes.py",
    ),
    Mutation(
        "what changed since an import is undone",
        "registers/imports/undo.py",
        "if risk.pk in changes:",
        "if False:",
        "test_undo_import.py",
    ),
    Mutation(
        "a row that is nearly a risk comes in as new",
        "registers/imports/lookalikes.py",
        'return True if likeness.is_certain and not row.values.get("reference") else None',
        "return likeness.is_certain",
        "test_import_lookalikes.py",
    ),
    Mutation(
        "a past register changes later words",
        "registers/imports/diff.py",
        "if reference_data.is_past and existing.latest_on > reference_data.today:",
        "if False:",
        "test_past_registers.py",
    ),
    Mutation(
        "the day of a review may be any",
        "registers/models/risk_change.py",
        "if not day < next_on <= latest_next_review(day):",
        "if not day < next_on:",
        "test_reviews.py",
    ),
    Mutation(
        "another form with the same token is lost",
        "registers/history/errors.py",
        "    if not is_same:\n        raise DuplicateSubmission",
        "    if is_same is None:\n        raise DuplicateSubmission",
        "test_saving.py test_form_conflicts.py test_risks.py",
    ),
    Mutation(
        "an action's first due day moves along",
        "registers/models/action.py",
        "        if self.original_due_on is None:\n            self.original_due_on = self.due_on",
        "        if self.due_on:\n            self.original_due_on = self.due_on",
        "test_actions.py",
    ),
    # The audit chain
    Mutation(
        "an entry may be changed in the database",
        "registers/history/audit_guard.py",
        'for verb in ("update", "delete")\n',
        'for verb in ("delete",)\n',
        "test_audit.py test_requests.py",
    ),
    Mutation(
        "a swapped entry goes unnoticed",
        "registers/history/audit.py",
        "if entry.previous_signature != signature or not hmac",
        "if not hmac",
        "test_audit.py",
    ),
    Mutation(
        "a cut-off tail goes unnoticed",
        "registers/history/audit.py",
        "if number < head.last_number or at_head != head.last_signature:",
        "if number > head.last_number:",
        "test_audit.py",
    ),
    # What is missing, late or odd
    Mutation(
        "a review due today is late",
        "registers/models/conditions.py",
        "MissingInformation.LATE_REVIEW: Q(next_review_on__lt=day)",
        "MissingInformation.LATE_REVIEW: Q(next_review_on__lte=day)",
        "test_reports.py test_home.py test_as_at.py",
    ),
    Mutation(
        "a vacant post counts as an owner",
        "registers/models/conditions.py",
        "Q(owner__isnull=False, owner__holder=None)",
        "Q(owner__isnull=True, owner__holder=None)",
        "test_home.py test_risks.py test_risk_list.py",
    ),
    Mutation(
        "stuck means three quarter ends",
        "registers/models/position_queries.py",
        "STUCK = 4\n",
        "STUCK = 3\n",
        "test_priority_risks.py test_headline.py test_questions.py",
    ),
    Mutation(
        "two rows of one day are both the latest",
        "registers/history/append_only.py",
        '("effective_on", "pk")',
        '("effective_on",)',
        "test_latest_per.py",
    ),
    Mutation(
        "twice running counts a rating since the review",
        "registers/models/review.py",
        "if day <= reviewed_on[key] if key in reviewed_on else day < rated_on[key]:",
        "if day < rated_on[key]:",
        "test_reviews.py test_bulk.py",
    ),
    Mutation(
        "evidence of the day of the last rating supports a fall",
        "registers/models/conditions.py",
        'f"{on}__gt": since',
        'f"{on}__gte": since',
        "test_ranges.py test_priority_risks.py",
    ),
    Mutation(
        "a fall with evidence is called unexplained",
        "registers/models/conditions.py",
        ', fell_saying="")',
        ")",
        "test_priority_risks.py test_questions.py test_period_comparison.py",
    ),
    Mutation(
        "a check forgets who tolerates",
        "registers/quality/checks.py",
        "risk.tolerated_until >= context.day",
        "risk.tolerated_until > context.day",
        "test_quality.py",
    ),
    Mutation(
        "one rater is enough",
        "registers/quality/checks.py",
        "if risk.raters < 2 else",
        "if risk.raters < 1 else",
        "test_quality.py",
    ),
    Mutation(
        "an expired assurance still counts",
        "registers/quality/checks.py",
        "if row.expires_on >= context.day}",
        "if row.given_on}",
        "test_quality.py",
    ),
    # The dashboard
    Mutation(
        "up and down are swapped",
        "registers/movement.py",
        "return UP if rank > rank_before else DOWN",
        "return DOWN if rank > rank_before else UP",
        "test_reports.py",
    ),
    Mutation(
        "a quarter end is read by the scheme of the day shown",
        "registers/dashboard/data.py",
        "return [self.scheme_on(day) for day in self.days]",
        "return [self.register.scheme for day in self.days]",
        "test_scheme_page.py",
    ),
    Mutation(
        "bands of two schemes are compared",
        "registers/dashboard/data.py",
        "return self.previous_scheme == self.register.scheme",
        "return True",
        "test_scheme_page.py",
    ),
    Mutation(
        "a rating by another scheme counts by ours",
        "registers/movement.py",
        "return band if given_by == scheme or band == UNSCORED else OTHER_SCHEME",
        "return band",
        "test_period_comparison.py test_reports.py test_child_registers.py test_home.py",
    ),
    Mutation(
        "what ended counts once more over time",
        "registers/dashboard/trends.py",
        '(("from_day", 1), ("until_day", -1))',
        '(("from_day", 1), ("until_day", 0))',
        "test_reports.py test_past_days.py",
    ),
    Mutation(
        "the line of tolerance goes round the wrong cells",
        "registers/dashboard/matrix.py",
        '"edges": [] if is_above[row][column] else sides',
        '"edges": sides',
        "test_matrix.py",
    ),
    Mutation(
        "one of three to look at is chosen twice",
        "registers/dashboard/priority_risks.py",
        "if place < len(keys) and keys[place] not in chosen:",
        "if place < len(keys):",
        "test_priority_choice.py",
    ),
    Mutation(
        "fewer and more are swapped in a sentence",
        "registers/phrases/dashboard.py",
        "more_or_fewer(above.count - above.previous, above.since)",
        "more_or_fewer(above.previous - above.count, above.since)",
        "test_headline.py",
    ),
    Mutation(
        "an outsider who agrees is told as one who does not",
        "registers/dashboard/independent_ratings.py",
        "if band and (scheme != self.data.scheme or band == independent_band):",
        "if band and scheme != self.data.scheme:",
        "test_independent_ratings_section.py",
    ),
    Mutation(
        "a blind spot is one of a day",
        "registers/blind_spots.py",
        "if since is None or since < limit]",
        "if since is None]",
        "test_priority_risks.py test_questions.py",
    ),
    # Reminders and home
    Mutation(
        "somebody else's actions are mailed",
        "registers/tasks/recipients.py",
        "is_mine = self._is_recipient(owners, risk)",
        "is_mine = Q(pk__gt=0)",
        "test_reminders.py",
    ),
    Mutation(
        "the title of an exempt risk stands in a mail",
        "registers/tasks/task.py",
        "        if not self.is_exempt:\n            return self\n",
        "        return self\n",
        "test_reminders.py test_calendar.py",
    ),
    Mutation(
        "actions of risks that the reader may not see are tasks",
        "registers/tasks/recipients.py",
        '        return self.risks.order_by().values("pk")',
        '        return Risk.objects.order_by().values("pk")',
        "test_tasks.py",
    ),
    Mutation(
        "a link to us leads elsewhere after saving",
        "registers/views/form_flow.py",
        'return address if urlsplit(address).path in (reverse("home"), reverse("tasks")) else ""',
        "return address",
        "test_tasks.py",
    ),
    # Forms
    Mutation(
        "a day to come is taken for one that was",
        "registers/forms/fields.py",
        "        if day > today:\n",
        "        if day.year > today.year + 1:\n",
        "test_ranges.py test_controls.py test_reviews.py test_forms.py test_date_limits.py",
    ),
    Mutation(
        "a text is stored as it was composed",
        "registers/pasted_text.py",
        'unicodedata.normalize("NFC", text.replace',
        '("".join)(text.replace',
        "test_hostile_forms.py test_risks.py",
    ),
    Mutation(
        "a form that lost a race answers 200",
        "registers/views/form_flow.py",
        'return 409 if getattr(form, "is_refused", False) else 200',
        "return 200",
        "test_saving.py",
    ),
    # Import
    Mutation(
        "a year of two figures is the last century's",
        "registers/imports/parse_date.py",
        "return year if year < year_now + 30 else year - 100",
        "return year if year < year_now else year - 100",
        "test_import_rows.py test_date_limits.py test_import_plan.py",
    ),
    Mutation(
        "a pair is read the wrong way round",
        "registers/imports/parse_rating.py",
        "return _match_pair(scheme, pair[::-1] if is_impact_first else pair, score)",
        "return _match_pair(scheme, pair if is_impact_first else pair[::-1], score)",
        "test_import_rows.py",
    ),
    Mutation(
        "a judgement that is there already is taken in again",
        "registers/imports/diff.py",
        "    return not equal\n",
        "    return True\n",
        "test_imports.py test_round_trip.py test_import_rows.py",
    ),
    Mutation(
        "what is closed is changed by a workbook",
        "registers/imports/diff.py",
        '        if existing.status == "closed":\n            words = (\n'
        '                f"{existing.reference} is closed',
        '        if existing.status == "no":\n            words = (\n'
        '                f"{existing.reference} is closed',
        "test_imports.py test_import_rows.py",
    ),
    Mutation(
        "a note of another reference is lost",
        "registers/imports/diff.py",
        'values[NOTE] = "\\n".join([before, *added] if before else added)',
        'values[NOTE] = "\\n".join(added)',
        "test_imports.py test_import_rows.py test_round_trip.py",
    ),
    Mutation(
        "a person of a workbook becomes a post unasked",
        "registers/imports/value_mapping.py",
        "return title if is_post else None",
        "return title",
        "test_import_rows.py",
    ),
    Mutation(
        "a number of another scale is preset",
        "registers/forms/import_values.py",
        "        if figure_of(word) or",
        "        if figure_of(word) in dict(options):\n            return figure_of(word)\n"
        "        if figure_of(word) or",
        "test_progress_notes.py",
    ),
    Mutation(
        "what was noted on a draft is read by everybody",
        "registers/exports/table.py",
        "notes = notes if drafts else notes.since_on_register()",
        "notes = notes.all()",
        "test_progress_notes.py",
    ),
    Mutation(
        "a row that names another risk goes on with the one above",
        "registers/imports/group_rows.py",
        "return has_reference and all(",
        "return has_reference or all(",
        "test_spread_risks.py",
    ),
    Mutation(
        "a row of LibreOffice that stands for several is read once",
        "registers/imports/read_ods.py",
        "for number in range(first, first + count):",
        "for number in range(first, first + 1):",
        "test_import_formats.py",
    ),
    Mutation(
        "a row of Word that was deleted with its change tracked is a risk",
        "registers/imports/read_docx.py",
        "            table.rows.pop()\n",
        "",
        "test_import_formats.py",
    ),
    Mutation(
        "a sheet that is ticked twice is taken in twice",
        "registers/imports/file_sheets.py",
        "if sheet.name in names and sheet.name in free",
        "if sheet.name in names",
        "test_import_sheets.py",
    ),
    Mutation(
        "another table below is read as risks",
        "registers/imports/detect_footer.py",
        "if not _is_adjacent(rows, start) and (",
        "if False and (",
        "test_register_layouts.py",
    ),
    Mutation(
        "a first row of long numbers is taken for guidance",
        "registers/imports/mapping.py",
        "len(text) > 15 and len(WORD.findall(text)) >= 3 and",
        "len(text) > 15 and",
        "test_account_rows.py",
    ),
    Mutation(
        "a row in doubt comes in as a risk",
        "registers/imports/row_roles.py",
        "return ALONE if self.usual >= USUAL else None",
        "return None",
        "test_account_rows.py test_sheet_rows.py",
    ),
    Mutation(
        "what the user decides for a row is not done",
        "registers/imports/row_roles.py",
        "DECIDED.get(role) if role else guess(row)",
        "guess(row)",
        "test_account_rows.py test_sheet_rows.py",
    ),
    Mutation(
        "the command takes the same file in twice",
        "registers/management/commands/import_register.py",
        "            if earlier\n",
        "            if None\n",
        "test_import_command.py",
    ),
    # Export and the register's file
    Mutation(
        "a formula leaves in a CSV file",
        "registers/spreadsheet.py",
        'return f"\'{text}" if FORMULA.match(text) else text',
        "return text",
        "test_export.py test_round_trip.py",
    ),
    Mutation(
        "a file with part of the history is restored",
        "registers/json_file/parse.py",
        'if document.get("as_at") is not None or document["left_out"]:',
        'if document.get("as_at") is not None:',
        "test_restoring.py test_export_json.py",
    ),
    Mutation(
        "a name that the schema does not describe is restored",
        "registers/json_file/validator.py",
        "for name in sorted(names)[:UNKNOWN_NAMES] if part is False else ():",
        "for name in ():",
        "test_restoring.py",
    ),
    Mutation(
        "a band that its scheme does not give is restored",
        "registers/json_file/history_rules.py",
        'if (row["score"], row["band"]) != (placing.score, placing.band.slug):',
        'if row["score"] != placing.score:',
        "test_restoring.py",
    ),
    Mutation(
        "adoptions that do not end with the register's scheme are restored",
        "registers/json_file/history_rules.py",
        'if sources and sources[-1]["scheme"] != scheme:',
        "if not sources:",
        "test_restoring.py",
    ),
    Mutation(
        "history that runs backwards is restored",
        "registers/json_file/history_rules.py",
        'if row["effective_on"] < earlier["effective_on"]:',
        'if row["effective_on"] > earlier["effective_on"]:',
        "test_restoring.py",
    ),
    # The library
    Mutation(
        "a library row that breaks its model's rule is loaded",
        "registers/library_loading/validate.py",
        "                if isinstance(constraint, CheckConstraint):\n",
        "                if constraint is None:\n",
        "test_library_bad_input.py test_library_load.py",
    ),
    Mutation(
        "a link that the files take back stays",
        "registers/library_loading/load.py",
        "                if removed:\n",
        "                if not removed:\n",
        "test_library_load.py",
    ),
    # Pages
    Mutation(
        "the note on exempt risks is not shown",
        "templates/components/exempt_note.html",
        "{% if not counts_everything %}",
        "{% if counts_everything %}",
        "test_assurance.py test_worklist.py test_export.py",
    ),
    Mutation(
        "a control may be changed by who only reads",
        "templates/risk_page/controls.html",
        '{% if may_edit and controls.takes_more %}\n      <p class="govuk-body app-no-print">\n'
        '        <a class="govuk-link" href="{% url \'control_new\'',
        '{% if controls.takes_more %}\n      <p class="govuk-body app-no-print">\n'
        '        <a class="govuk-link" href="{% url \'control_new\'',
        "test_controls.py",
    ),
    Mutation(
        "an exempt risk is not marked as such on its page",
        "templates/risk_page/risk_detail.html",
        "{% if risk.is_exempt %}",
        "{% if risk.is_exempted %}",
        "test_exempt.py test_risks.py",
    ),
    # Requests and signing in
    Mutation(
        "a NUL in the address gets through",
        "failing_well/middleware.py",
        '    if b"\\0" in query or "\\0" in request.path_info:\n        return False\n',
        "",
        "test_requests.py",
    ),
    Mutation(
        "a second factor is not asked for",
        "failing_well/middleware.py",
        "        if not settings.REQUIRE_MFA or not",
        "        if settings.REQUIRE_MFA or not",
        "test_second_factor.py",
    ),
    Mutation(
        "strangers lock a known device",
        "registers/accounts/limits.py",
        "    if device:\n",
        "    if device is False:\n",
        "test_sign_in_limits.py",
    ),
    Mutation(
        "a link to an old address change works",
        "registers/accounts/address_change.py",
        "return user if user and digest == _digest(user.email, user.pending_email) else None",
        "return user",
        "test_address_change.py",
    ),
    Mutation(
        "a constraint of the database is lost",
        "registers/migrations/0001_initial_0_3_0.py",
        "models.CheckConstraint(condition=models.Q(models.Q(('role', 'peer'), _negated=True), ",
        "models.CheckConstraint(condition=models.Q(models.Q(('role', 'peers'), _negated=True), ",
        "test_people.py",
    ),
    # Papers as files
    Mutation(
        "a text of a paper is markup in a template",
        "registers/papers/template_process.py",
        "ImmutableSandboxedEnvironment(autoescape=True,",
        "ImmutableSandboxedEnvironment(autoescape=False,",
        "test_paper_templates.py",
    ),
    Mutation(
        "a template calls what it likes",
        "registers/papers/template_names.py",
        '        self._break("expression", node)\n        return None\n',
        "        return None\n",
        "test_paper_templates.py",
    ),
    Mutation(
        "a template is linked to other files",
        "registers/papers/template_package.py",
        "if is_inside and not OUTSIDE.search(target):",
        "if row is not None:",
        "test_paper_templates.py",
    ),
    Mutation(
        "a paragraph without placeholders is changed",
        "registers/papers/template_process.py",
        "or TAG.search(_tag_text(paragraph)):",
        "or paragraph is not None:",
        "test_paper_templates.py",
    ),
    Mutation(
        "a template takes any memory",
        "registers/papers/limits.py",
        "        (resource.RLIMIT_AS, megabytes * 1_000_000),\n",
        "",
        "test_paper_templates.py",
    ),
    Mutation(
        "a process that fills templates gets the keys",
        "registers/papers/limits.py",
        "environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}",
        "environment = dict(os.environ)",
        "test_paper_templates.py",
    ),
    Mutation(
        "a PDF shows files of the machine",
        "registers/papers/pdf_process.py",
        'raise ValueError(f"Not fetched: {url}")',
        "return super().fetch(url, headers)",
        "test_paper_pdf.py",
    ),
    Mutation(
        "a superseded template is in use",
        "registers/models/paper_template.py",
        "return self.filter(~Exists(later.order_by()))",
        "return self",
        "test_paper_template_pages.py",
    ),
]


def plant(mutation):
    """Write the fault and return what stood there."""
    path = ROOT / mutation.file
    text = path.read_text(encoding="utf-8")
    if (count := text.count(mutation.before)) != 1:
        sys.exit(f"{mutation.name}: its text stands {count} times in {mutation.file}.")
    path.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")
    return text


def is_caught(mutation):
    """Whether one of its tests turns red; at the first that does, no further test is asked."""
    tests = [str(next((ROOT / "tests").rglob(name))) for name in mutation.tests.split()]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "-m",
        "not browser",
    ]
    result = subprocess.run([*command, *tests], cwd=ROOT, capture_output=True, text=True)  # noqa: S603 (our own arguments)
    if result.returncode not in (0, 1, 2):
        output = f"{result.stdout}{result.stderr}"
        sys.exit(f"{mutation.name}: pytest ended with {result.returncode}.\n{output}")
    return result.returncode != 0


def choose(words):
    if words[:1] == ["--half"]:
        middle = (len(MUTATIONS) + 1) // 2
        return MUTATIONS[:middle] if words[1] == "1" else MUTATIONS[middle:]
    return [m for m in MUTATIONS if not words or any(word in m.name for word in words)]


def main(words):
    chosen, survivors, start = choose(words), [], time.monotonic()
    for mutation in chosen:
        original = plant(mutation)
        try:
            caught = is_caught(mutation)
        finally:
            (ROOT / mutation.file).write_text(original, encoding="utf-8")
        print(f"{'caught' if caught else 'SURVIVED':8}  {mutation.name}", flush=True)
        survivors += [] if caught else [mutation.name]
    seconds = time.monotonic() - start
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} faults were caught in {seconds:.0f} s.")
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main(sys.argv[1:])
