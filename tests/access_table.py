"""Every address, its answer to every kind of person, and the people and records to ask with."""

import io
import re
import zipfile
import zlib

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver, reverse
from makers import (
    clear_paper,
    days_ago,
    finalise_paper,
    make_action,
    make_agreement,
    make_body,
    make_committee_action,
    make_control,
    make_declaration,
    make_deep_dive,
    make_directorate,
    make_election,
    make_escalation,
    make_grant,
    make_import,
    make_invitation,
    make_membership,
    make_organisation,
    make_paper,
    make_paper_template,
    make_person,
    make_post,
    make_put_question,
    make_question,
    make_register,
    make_resolution,
    make_risk,
    make_saved_view,
    make_scheme,
    make_scheme_draft,
    make_seat,
    make_user,
)

from registers.models import Register, ReminderMail, Role
from registers.models.committee_action import MAY
from registers.services import supersede

# The first two open nearly everything: the second database is asked by them alone (--values 2).
PEOPLE = (
    # Of the organisation; the member sits on a body that oversees its registers.
    "manager officer member peer administrator "
    "clerk monitoring-officer section-151-officer internal-auditor external-auditor commissioner "
    "nobody inactive "  # not signed in; deactivated, with a session from before
    # A manager of another organisation only; a peer reviewer until yesterday.
    "stranger expired "
    # Of no organisation: is_staff alone, and with is_superuser, which the admin site requires.
    "staff installer"
).split()
INSIDE = PEOPLE[:11]


def expected_statuses(status, **exceptions):
    """A status for each kind of person; by default those signed out go to the sign-in page."""
    return {**dict.fromkeys(PEOPLE, status), "nobody": 302, "inactive": 302, **exceptions}


def dict_for(names, status):
    return dict.fromkeys(names.split(), status)


def this_year():
    """The municipal year of today, where no annual meeting is marked."""
    today = days_ago(0)
    return today.year if today.month >= MAY else today.year - 1


OPEN = dict.fromkeys(PEOPLE, 200)
NO_SUCH_PAGE = dict.fromkeys(PEOPLE, 404)
SIGNED_IN = expected_statuses(200)
READERS = expected_statuses(404, **dict.fromkeys(INSIDE, 200))
NOBODY_INSIDE = READERS | dict.fromkeys(INSIDE, 403)
EDITORS = NOBODY_INSIDE | dict_for("officer manager", 200)
RATERS = EDITORS | dict_for("peer internal-auditor external-auditor", 200)
ADMINISTRATORS = NOBODY_INSIDE | {"administrator": 200}
GRANTERS = NOBODY_INSIDE | {"monitoring-officer": 200}
MANAGERS = NOBODY_INSIDE | {"manager": 200}
RUN_MEETINGS = MANAGERS | {"clerk": 200}
CLEAR_PAPERS = MANAGERS | dict_for("monitoring-officer section-151-officer commissioner", 200)
TEMPLATE_MANAGERS = MANAGERS | {"administrator": 200}
# Of a question to a meeting of the member's body.
READ_QUESTIONS = READERS | dict_for("peer administrator", 404)
ANSWER_QUESTIONS = NOBODY_INSIDE | dict_for("peer administrator", 404) | {"manager": 200}
# At a meeting of the body that the member sits on.
DECLARE = RUN_MEETINGS | {"member": 200}
RULE_OUT = ANSWER_QUESTIONS | {"clerk": 200}
FOLLOW_UP = ANSWER_QUESTIONS | dict_for(
    "member internal-auditor external-auditor commissioner", 200
)
ASKERS = MANAGERS | dict_for("member peer internal-auditor external-auditor commissioner", 200)
# A view that the manager saved and did not share.
VIEWS_OWN = READERS | dict.fromkeys(INSIDE, 404) | {"manager": 200}
# On the list of one person, who is the manager here.
THE_MANAGERS_OWN = ASKERS | dict_for(
    "member peer internal-auditor external-auditor commissioner", 404
)
ANY_EDITOR = expected_statuses(
    403, officer=200, manager=200, stranger=200
)  # whoever may edit risks somewhere
STAFF = expected_statuses(403, staff=200, installer=200)
INSTALLERS = expected_statuses(403, installer=200)
TO_THE_SIGN_IN = expected_statuses(302)
ALREADY_SIGNED_IN = expected_statuses(
    302, nobody=200, inactive=200
)  # nothing to do here for somebody who is
NONE_SET_UP = expected_statuses(404)  # about a second factor that this person has not got
# The admin site sends those who may not use it to its own sign-in, which refuses them.
ADMIN = expected_statuses(302, staff=200, installer=200)
ADMIN_POWERS = expected_statuses(302, staff=403, installer=200)
ADMIN_NEVER = expected_statuses(302, staff=403, installer=403)

ORGANISATION = {"organisation": "our-council"}
PERSON = ORGANISATION | {"pk": "first registers.user"}
INVITATION = ORGANISATION | {"pk": "first registers.invitation"}
POST = ORGANISATION | {"pk": "first registers.post"}
DIRECTORATE = ORGANISATION | {"pk": "first registers.directorate"}
BODY = ORGANISATION | {"pk": "first registers.body"}
ORGANISATIONS_REGISTER = ORGANISATION | {"pk": "first registers.register"}
PAPER_TEMPLATE = ORGANISATION | {"pk": "first registers.papertemplate"}
GRANT = ORGANISATION | {"pk": "first registers.needtoknow"}
MEETING = {"pk": "first registers.meeting"}
COMMITTEE_ACTION = MEETING | {"action": "first registers.committeeaction"}
DECLARATION = MEETING | {"declaration": "first registers.declaration"}
RESOLUTION = MEETING | {"resolution": "first registers.resolution"}
DEEP_DIVE = MEETING | {"deep_dive": "first registers.deepdive"}
BODYS_YEAR = {"body": "first registers.body"}
PUT_QUESTION = {"pk": "first registers.meeting", "question": "first registers.question"}
PAPER = {"slug": "ours", "pk": "first registers.paper"}
PARAGRAPH = PAPER | {"part": "A", "key": "executive_summary.about"}
ELECTION = ORGANISATION | {"pk": "first registers.preelectionperiod"}
RISK = {"slug": "ours", "number": 1}
BATCH = {"slug": "ours", "pk": "first registers.registerimport"}
AGREEMENT = {"slug": "ours", "pk": "first registers.agreement"}
QUESTION = {"slug": "ours", "pk": "first registers.gatheredquestion"}
VIEW = {"slug": "ours", "pk": "first registers.savedview"}
SCHEME = ORGANISATION | {"pk": "first registers.scoringscheme"}
SCHEME_DRAFT = ORGANISATION | {"pk": "first registers.schemedraft"}
KEY = {"key": "no-such-key"}

# name: (its arguments, what GET answers, what an empty POST answers where the address takes one)
TABLE = {
    "home": ({}, SIGNED_IN),
    "setup": ({}, NO_SUCH_PAGE, NO_SUCH_PAGE),  # set up already
    "search": ({}, SIGNED_IN),
    "risk_list": ({"slug": "ours"}, READERS),
    "dashboard": ({"slug": "ours"}, READERS),
    "export_csv": ({"slug": "ours"}, READERS),
    "export_xlsx": ({"slug": "ours"}, READERS),
    "register_summary": ({"slug": "ours"}, READERS),
    "open_data_csv": ({"slug": "ours"}, MANAGERS),
    "open_data_metadata": ({"slug": "ours"}, MANAGERS),
    "export_json": ({"slug": "ours"}, MANAGERS),
    "information_request": ({"slug": "ours"}, MANAGERS),
    "information_request_docx": ({"slug": "ours"}, MANAGERS),
    "information_request_csv": ({"slug": "ours"}, MANAGERS),
    "action_list": ({"slug": "ours"}, READERS),
    "action_new": (RISK, EDITORS, EDITORS),
    "action_edit": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "action_done": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "action_drop": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "action_reopen": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "escalation_list": ({"slug": "ours"}, READERS),
    "risk_escalate": (RISK, EDITORS, EDITORS),
    "escalation_decide": (RISK | {"pk": "first registers.escalation"}, MANAGERS, MANAGERS),
    "agreement_list": ({"slug": "ours"}, READERS),
    "agreement_new": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "agreement_supersede": (AGREEMENT, MANAGERS, MANAGERS),
    "question_list": ({"slug": "ours"}, ASKERS, ASKERS),
    "question_edit": (QUESTION, THE_MANAGERS_OWN, THE_MANAGERS_OWN),
    "question_put": (QUESTION, THE_MANAGERS_OWN, THE_MANAGERS_OWN),
    "question_take_off": (QUESTION, expected_statuses(405), THE_MANAGERS_OWN | {"manager": 302}),
    "worklist": ({"slug": "ours"}, READERS),
    "check_set_aside": (RISK | {"check": "rq13-vague"}, MANAGERS, MANAGERS),
    "check_take_back": (RISK | {"check": "rq13-vague"}, MANAGERS, MANAGERS),
    "risk_review_many": ({"slug": "ours"}, EDITORS, EDITORS),
    "reassign": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "risk_change_many": ({"slug": "ours"}, EDITORS, EDITORS),
    "saved_view_list": ({"slug": "ours"}, READERS),
    "saved_view_new": ({"slug": "ours"}, READERS, READERS),
    "saved_view": (VIEW, VIEWS_OWN | {"manager": 302}),
    "saved_view_delete": (VIEW, expected_statuses(405), VIEWS_OWN | {"manager": 302}),
    "register_settings": ({"slug": "ours"}, READERS),
    "appetite_new": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "register_scheme": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "register_audit": ({"slug": "ours"}, MANAGERS),
    "risk_new": ({"slug": "ours"}, EDITORS, EDITORS),
    "risk_detail": (RISK, READERS),
    "risk_edit": (RISK, EDITORS, EDITORS),
    "risk_assess": (RISK, RATERS, RATERS),
    "risk_review": (RISK, EDITORS, EDITORS),
    "risk_history": (RISK, READERS),
    "risk_one_page": (RISK, READERS),
    "risk_one_page_docx": (RISK, READERS),
    "risk_one_page_pdf": (RISK, READERS),
    "progress_new": (RISK, EDITORS, EDITORS),
    "tasks": ({}, SIGNED_IN),
    "task_count": ({}, SIGNED_IN),
    "reminders": (
        {},
        SIGNED_IN,
        expected_statuses(403, officer=302, manager=302, stranger=302, member=302),
    ),
    "calendar_address": ({}, ANY_EDITOR, ANY_EDITOR),
    "calendar_stop": ({}, SIGNED_IN, TO_THE_SIGN_IN),
    "calendar_feed": ({"secret": "no-such-secret"}, dict.fromkeys(PEOPLE, 404)),
    "register_import": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "import_detail": (BATCH, MANAGERS, MANAGERS),
    "import_sheets": (BATCH, MANAGERS, MANAGERS),
    "import_report": (BATCH, MANAGERS),
    "import_as_at": (BATCH, MANAGERS, MANAGERS | {"manager": 302}),
    "import_lookalikes": (BATCH, MANAGERS | {"manager": 302}, MANAGERS | {"manager": 302}),
    "import_undo": (BATCH, MANAGERS | {"manager": 302}, MANAGERS | {"manager": 302}),
    "import_give_up": (BATCH, expected_statuses(405), MANAGERS | {"manager": 302}),
    "risk_suggestions": ({"slug": "ours"}, expected_statuses(405), EDITORS),
    "risk_precedents": (RISK, EDITORS, EDITORS),
    "assurance_map": ({"slug": "ours"}, READERS),
    "insight_list": ({"slug": "ours"}, READERS),
    "insight_detail": ({"slug": "ours", "insight": 8}, READERS),
    "assurance_new": (RISK, EDITORS, EDITORS),
    "control_new": (RISK, EDITORS, EDITORS),
    "control_edit": (RISK | {"pk": "first registers.control"}, EDITORS, EDITORS),
    "control_test": (RISK | {"pk": "first registers.control"}, EDITORS, EDITORS),
    "control_retire": (RISK | {"pk": "first registers.control"}, EDITORS, EDITORS),
    "risk_related": (RISK, EDITORS, EDITORS),
    "risk_put_on_register": (RISK, EDITORS, EDITORS),
    "risk_happened": (RISK, EDITORS, EDITORS),
    "risk_close": (RISK, MANAGERS, MANAGERS),
    "risk_reopen": (RISK, MANAGERS, MANAGERS),
    "risk_exempt": (RISK, EDITORS, EDITORS),
    "risk_lift_exemption": (RISK, MANAGERS, MANAGERS),
    "risk_duplicate": (RISK, expected_statuses(405), EDITORS | dict_for("officer manager", 302)),
    "organisation_new": ({}, INSTALLERS, INSTALLERS),
    "organisation_detail": (ORGANISATION, ADMINISTRATORS),
    "organisation_edit": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "person_list": (ORGANISATION, ADMINISTRATORS),
    "person_invite": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "person_invitation": (INVITATION, ADMINISTRATORS),
    "person_invitation_resend": (
        INVITATION,
        expected_statuses(405),
        ADMINISTRATORS | {"administrator": 302},
    ),
    "person_invitation_withdraw": (
        INVITATION,
        expected_statuses(405),
        ADMINISTRATORS | {"administrator": 302},
    ),
    "person_detail": (PERSON, ADMINISTRATORS),
    "person_role_new": (PERSON, ADMINISTRATORS, ADMINISTRATORS),
    "person_role_edit": (PERSON | {"role": INSIDE[0]}, ADMINISTRATORS, ADMINISTRATORS),
    "person_move": (PERSON, ADMINISTRATORS, ADMINISTRATORS),
    "person_leave": (PERSON, ADMINISTRATORS, ADMINISTRATORS),
    "person_address": (PERSON, ADMINISTRATORS, ADMINISTRATORS),
    "person_address_withdraw": (
        PERSON,
        expected_statuses(405),
        ADMINISTRATORS | {"administrator": 302},
    ),
    "person_password_link": (
        PERSON,
        expected_statuses(405),
        ADMINISTRATORS | {"administrator": 302},
    ),
    "person_second_factor": (PERSON, ADMINISTRATORS, ADMINISTRATORS | {"administrator": 302}),
    "invitation_accept": ({"secret": "no-such-secret"}, OPEN, OPEN),
    "post_list": (ORGANISATION, ADMINISTRATORS),
    "post_new": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "post_import": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "post_detail": (POST, ADMINISTRATORS),
    "post_edit": (POST, ADMINISTRATORS, ADMINISTRATORS),
    "post_holder": (POST, ADMINISTRATORS, ADMINISTRATORS),
    # The post is vacant already.
    "post_vacate": (
        POST,
        ADMINISTRATORS | {"administrator": 302},
        ADMINISTRATORS | {"administrator": 302},
    ),
    # It owns a risk.
    "post_delete": (POST, ADMINISTRATORS, ADMINISTRATORS | {"administrator": 409}),
    "post_directorate_new": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "post_directorate_edit": (DIRECTORATE, ADMINISTRATORS, ADMINISTRATORS),
    "post_directorate_delete": (
        DIRECTORATE,
        ADMINISTRATORS,
        ADMINISTRATORS | {"administrator": 302},
    ),
    "body_list": (ORGANISATION, ADMINISTRATORS),
    "body_new": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "body_import": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "body_detail": (BODY, ADMINISTRATORS),
    "body_edit": (BODY, ADMINISTRATORS, ADMINISTRATORS),
    "body_chair": (BODY, ADMINISTRATORS, ADMINISTRATORS | {"administrator": 302}),
    "body_seat_new": (BODY, ADMINISTRATORS, ADMINISTRATORS),
    "body_seat_edit": (
        BODY | {"seat": "first registers.seat"},
        ADMINISTRATORS,
        ADMINISTRATORS,
    ),
    "register_list": (ORGANISATION, ADMINISTRATORS),
    "register_new": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS),
    "register_edit": (ORGANISATIONS_REGISTER, ADMINISTRATORS, ADMINISTRATORS),
    # An escalation waits.
    "register_archive": (
        ORGANISATIONS_REGISTER,
        ADMINISTRATORS,
        ADMINISTRATORS | {"administrator": 409},
    ),
    "register_bring_back": (
        ORGANISATIONS_REGISTER,
        ADMINISTRATORS,
        ADMINISTRATORS | {"administrator": 302},
    ),
    "audit_list": (ORGANISATION, ADMINISTRATORS),
    "scheme_list": (ORGANISATION, ADMINISTRATORS),
    "scheme_detail": (SCHEME, ADMINISTRATORS),
    "scheme_copy": (SCHEME, ADMINISTRATORS, ADMINISTRATORS),
    "scheme_edit": (SCHEME_DRAFT, ADMINISTRATORS, ADMINISTRATORS),
    "scheme_publish": (SCHEME_DRAFT, ADMINISTRATORS, ADMINISTRATORS),
    "scheme_discard": (SCHEME_DRAFT, ADMINISTRATORS, ADMINISTRATORS),
    "need_to_know_list": (ORGANISATION, GRANTERS),
    "need_to_know_new": (ORGANISATION, GRANTERS, GRANTERS),
    "need_to_know_withdraw": (GRANT, GRANTERS, GRANTERS),
    "paper_template_list": (ORGANISATION, TEMPLATE_MANAGERS),
    "paper_template_new": (ORGANISATION, TEMPLATE_MANAGERS, TEMPLATE_MANAGERS),
    "paper_template_names": (ORGANISATION, TEMPLATE_MANAGERS),
    "paper_template_starter": (ORGANISATION, TEMPLATE_MANAGERS),
    "paper_template_detail": (PAPER_TEMPLATE, TEMPLATE_MANAGERS),
    "paper_template_file": (PAPER_TEMPLATE, TEMPLATE_MANAGERS),
    "paper_template_retire": (
        PAPER_TEMPLATE,
        TEMPLATE_MANAGERS,
        TEMPLATE_MANAGERS | {"manager": 302, "administrator": 302},
    ),
    "role_list": (ORGANISATION, READERS),
    "sandbox_detail": (ORGANISATION, READERS),
    "sandbox_new": (ORGANISATION, ADMINISTRATORS, ADMINISTRATORS | {"administrator": 302}),
    "meeting_list": ({}, SIGNED_IN),
    "meeting_new": (ORGANISATION, RUN_MEETINGS, RUN_MEETINGS),
    "meeting_import": (ORGANISATION, RUN_MEETINGS, RUN_MEETINGS),
    "meeting_detail": (MEETING, READERS),
    "meeting_before": (MEETING, READERS),
    "question_year": ({"pk": "first registers.body", "year": 2026}, READERS),
    "meeting_edit": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "meeting_cancel": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "meeting_officers": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    # Nobody attends who could be removed.
    "meeting_officer_remove": (
        MEETING | {"post": "first registers.post"},
        expected_statuses(405),
        RUN_MEETINGS | dict_for("manager clerk", 404),
    ),
    # The manager put it, to a vacant post; the member sits on the body.
    "question_detail": (PUT_QUESTION, READ_QUESTIONS),
    "question_record": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "question_answer": (PUT_QUESTION, ANSWER_QUESTIONS, ANSWER_QUESTIONS),
    "question_follow_up": (PUT_QUESTION, FOLLOW_UP, FOLLOW_UP),
    "question_withdraw": (PUT_QUESTION, ANSWER_QUESTIONS, ANSWER_QUESTIONS | {"manager": 302}),
    "question_rule_out": (PUT_QUESTION, RULE_OUT, RULE_OUT),
    "question_group": (PUT_QUESTION, RULE_OUT, RULE_OUT),
    "late_item_new": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    # An action of a vacant post.
    "committee_action_list": (BODYS_YEAR, READERS),
    "committee_action_detail": (COMMITTEE_ACTION, READERS),
    "committee_action_new": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "committee_action_edit": (COMMITTEE_ACTION, RUN_MEETINGS, RUN_MEETINGS),
    "committee_action_done": (COMMITTEE_ACTION, RUN_MEETINGS, RUN_MEETINGS),
    "committee_action_cancel": (COMMITTEE_ACTION, RUN_MEETINGS, RUN_MEETINGS),
    "committee_action_reopen": (COMMITTEE_ACTION, RUN_MEETINGS, RUN_MEETINGS),
    "meeting_apologies": (MEETING, DECLARE, DECLARE),
    # An empty form says that nobody was present.
    "meeting_attendance": (MEETING, RUN_MEETINGS, RUN_MEETINGS | dict_for("manager clerk", 302)),
    "declaration_new": (MEETING, DECLARE, DECLARE),
    "declaration_withdraw": (DECLARATION, RUN_MEETINGS, RUN_MEETINGS),
    "resolution_new": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "resolution_correct": (RESOLUTION, RUN_MEETINGS, RUN_MEETINGS),
    "deep_dive_new": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "deep_dive_conclude": (DEEP_DIVE, RUN_MEETINGS, RUN_MEETINGS),
    "minutes_approve": (MEETING, RUN_MEETINGS, RUN_MEETINGS),
    "meeting_minutes": (MEETING, READERS),
    "meeting_brief": (MEETING, READERS),
    "work_programme": (BODYS_YEAR, READERS),
    "year_report": (BODYS_YEAR | {"year": this_year()}, READERS),
    "year_report_docx": (BODYS_YEAR | {"year": this_year()}, READERS),
    "year_report_pdf": (BODYS_YEAR | {"year": this_year()}, READERS),
    # It was published.
    "paper_list": ({"slug": "ours"}, READERS),
    "paper_new": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "clearance_rule": ({"slug": "ours"}, MANAGERS, MANAGERS | {"manager": 302}),
    "paper_detail": (PAPER, READERS),
    "paper_text": (PARAGRAPH, MANAGERS, MANAGERS),
    "paper_refresh": (PAPER, MANAGERS, MANAGERS),
    "paper_clear": (PAPER, CLEAR_PAPERS, CLEAR_PAPERS),
    "paper_consult": (PAPER, RUN_MEETINGS, RUN_MEETINGS),
    "paper_finalise": (PAPER, MANAGERS, MANAGERS),
    "paper_publish": (PAPER, RUN_MEETINGS, RUN_MEETINGS),
    "paper_docx": (PAPER, READERS),
    "paper_pdf": (PAPER, READERS),
    "paper_file": (PAPER | {"file": "first registers.publishedpaper"}, READERS),
    "pre_election_list": (ORGANISATION, RUN_MEETINGS),
    "pre_election_new": (ORGANISATION, RUN_MEETINGS, RUN_MEETINGS),
    "pre_election_edit": (ELECTION, RUN_MEETINGS, RUN_MEETINGS),
    "library": ({}, SIGNED_IN),
    "library_load": ({}, STAFF, STAFF),
    "library_search": ({}, SIGNED_IN),
    "library_sources": ({}, SIGNED_IN),
    "library_source": ({"slug": "failing-well"}, SIGNED_IN),
    "library_failure_type": ({"slug": "governance"}, SIGNED_IN),
    "library_case": ({"slug": "doncaster"}, SIGNED_IN),
    "library_insight": ({"number": 1}, SIGNED_IN),
    "library_impact": ({"slug": "disruption"}, SIGNED_IN),
    "library_discrepancies": ({}, SIGNED_IN),
    "library_compare": ({}, SIGNED_IN),
    "library_lessons": ({}, SIGNED_IN),
    "library_statements": ({}, SIGNED_IN),
    "help_index": ({}, OPEN),
    "help_role": ({"role": "member"}, OPEN),
    "help_glossary": ({}, OPEN),
    "help_new": ({}, OPEN),
    "release_dismiss": ({}, expected_statuses(405), TO_THE_SIGN_IN),
    "accessibility": ({}, OPEN),
    "privacy": ({}, OPEN),
    "cookies": ({}, OPEN),
    "healthz": ({}, OPEN),
    "readyz": ({}, OPEN),
    "account_login": ({}, ALREADY_SIGNED_IN, ALREADY_SIGNED_IN),
    "account_logout": ({}, SIGNED_IN, TO_THE_SIGN_IN),
    "account_inactive": ({}, OPEN),
    "account_signup": ({}, ALREADY_SIGNED_IN, ALREADY_SIGNED_IN),
    "account_reauthenticate": ({}, SIGNED_IN, SIGNED_IN),
    "account_change_password": ({}, SIGNED_IN, SIGNED_IN),
    "account_set_password": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "account_confirm_address": ({"token": "a"}, OPEN, OPEN),
    "account_reset_password": ({}, OPEN, OPEN),
    "account_reset_password_from_key_done": ({}, OPEN),
    "account_reset_password_from_key": (KEY | {"uidb36": "1"}, OPEN, OPEN),
    "account_reset_password_done": ({}, OPEN),
    "mfa_index": ({}, SIGNED_IN),
    "mfa_authenticate": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_reauthenticate": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_activate_totp": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_deactivate_totp": ({}, NONE_SET_UP, NONE_SET_UP),
    "mfa_view_recovery_codes": ({}, NONE_SET_UP),
    "mfa_generate_recovery_codes": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_download_recovery_codes": ({}, NONE_SET_UP),
    "admin:index": ({}, ADMIN),
    "admin:login": ({}, expected_statuses(403, staff=302, installer=302)),
    "admin:logout": ({}, ADMIN | dict_for("staff installer", 405), ADMIN),
    "admin:password_change": ({}, ADMIN, ADMIN),
    "admin:password_change_done": ({}, ADMIN),
    "admin:autocomplete": ({}, ADMIN_NEVER),
    "admin:jsi18n": ({}, ADMIN),
    "admin:view_on_site": (
        {"content_type_id": 1, "object_id": 1},
        ADMIN | dict_for("staff installer", 404),
    ),
    "admin:app_list": ({"app_label": "registers"}, TO_THE_SIGN_IN),  # staff: to the first page
    "/admin/(?P<url>.*)$": ("/admin/nowhere/", ADMIN | dict_for("staff installer", 404)),
    "admin:auth_user_password_change": ({"id": 1}, ADMIN_POWERS, ADMIN_POWERS),
}


def admin_rows(model, *, app="registers", writes=ADMIN_NEVER, deletes=None):
    """The admin site's addresses of a model. writes, deletes: who may, and adding's answers."""
    name, this = f"admin:{app}_{model}", {"object_id": f"first {app}.{model}"}
    deletes = writes if deletes is None else deletes
    route = f"/admin/{app}/{model}/<path:object_id>/"
    return {
        f"{name}_changelist": ({}, ADMIN_POWERS, ADMIN_POWERS),
        f"{name}_add": ({}, writes, writes),
        f"{name}_change": (this, ADMIN_POWERS, writes),
        f"{name}_delete": (this, deletes, deletes),
        f"{name}_history": (this, ADMIN_POWERS),
        route: (route.replace("<path:object_id>", "1"), TO_THE_SIGN_IN),
    }


TABLE |= admin_rows("user", writes=ADMIN_POWERS, deletes=ADMIN_NEVER)
for model in ("organisation", "invitation", "remindermail"):
    TABLE |= admin_rows(model)
TABLE |= admin_rows("authenticator", app="mfa", deletes=ADMIN_POWERS)

OUR_VIEWS = [name for name in TABLE if not re.match(r"admin:|/admin/|account_|mfa_", name)]
OF_A_REGISTER = [
    name for name in OUR_VIEWS if "slug" in TABLE[name][0] and not name.startswith("library")
]
OF_A_RISK = [name for name in OF_A_REGISTER if "number" in TABLE[name][0]]
OWN_LISTS = [
    name for name in OF_A_REGISTER if name.startswith(("question_", "saved_view"))
]  # writes on the person's own list alone
BUTTONS = [
    "risk_duplicate",
    "import_give_up",
    "question_take_off",
    "saved_view_delete",
    "release_dismiss",
    "meeting_officer_remove",
]  # no page: sent from another one, no question in it
# An import at its first step leads back from these.
OF_LATER_STEPS = ["import_lookalikes", "import_undo"]
TAKE_POST = [name for name, row in TABLE.items() if len(row) == 3]


# The admin site makes the pages of all models from the same templates: those of people, who have
# roles within them, and one to delete with stand for all.
REPEATED_PAGES = re.compile(
    r"admin:(?!registers_user_|mfa_authenticator_delete)\w+_(changelist|add|change|delete|history)"
)


def asks(person, name, method=1):
    """Whether a test asks this person for the address.

    method: 1 for GET, 2 for POST. Each page that opens is asked for once, by a person who differs
    from address to address. The admin site turns those who may not use it away at one place for
    all models: two people ask for each. Neither it nor pages of accounts look at roles: five of
    them ask there.
    """
    row = TABLE[name][method]
    if row[person] == 200:
        people = [name for name in PEOPLE if row[name] == 200]
        return person == people[zlib.crc32(name.encode()) % len(people)]
    if person in INSIDE[5:] and name not in OUR_VIEWS:
        return False
    return person in ("nobody", "manager", "staff", "installer") or not REPEATED_PAGES.match(name)


def addresses(patterns=None, before="/", namespace=""):
    """Every address of the resolver: its name or, where it has none, its route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if hasattr(pattern, "url_patterns"):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, route, inside)
        else:
            yield namespace + pattern.name if pattern.name else route


def path_of(name, **replacements):
    """The address with the arguments of its row in TABLE, some of them replaced."""
    arguments = TABLE[name][0]
    if isinstance(arguments, str):
        return arguments
    if "id" in arguments:
        arguments = {"id": get_user_model().objects.first().pk}
    return reverse(name, kwargs=keys_of(arguments | replacements))


def keys_of(arguments):
    """The arguments, with "first registers.action" replaced by the key of the first such row.

    A pk is looked up within its risk, register or organisation. Without a row it is a key that no
    record has.
    """
    keys = dict(arguments)
    for key, value in arguments.items():
        if str(value).startswith("first "):
            rows = apps.get_model(value.removeprefix("first "))._base_manager.order_by("pk")
            if key == "pk" and "number" in arguments:
                rows = rows.filter(
                    risk__register__slug=arguments["slug"], risk__number=arguments["number"]
                )
            elif key == "pk" and "organisation" in arguments:
                path = "memberships__" * value.endswith(".user") + "organisation__slug"
                rows = rows.filter(**{path: arguments["organisation"]})
            elif key == "pk" and "slug" in arguments:
                rows = rows.filter(register__slug=arguments["slug"])
            keys[key] = row.pk if (row := rows.first()) else 10**9
    return keys


def make_people():
    """Everybody of PEOPLE, and the register "ours" with one risk."""
    organisation, neighbour = make_organisation(slug="our-council"), make_organisation()
    password = {"password": "a long enough password"}
    users = {role: make_person(organisation, role, **password) for role in INSIDE}
    users["stranger"] = make_person(neighbour, Role.MANAGER, **password)
    users["expired"] = make_membership(
        make_user(**password), organisation, Role.PEER, until=days_ago(1)
    ).user
    users["inactive"] = make_person(organisation, Role.MANAGER, is_active=False, **password)
    users["staff"] = make_user(is_staff=True, **password)
    users["installer"] = make_user(is_staff=True, is_superuser=True, **password)
    make_directorate(organisation)
    make_election(organisation)
    Authenticator.objects.create(user=make_user(), type=Authenticator.Type.RECOVERY_CODES, data={})
    risk = make_risk(
        make_register(organisation, slug="ours"),
        by=users["manager"],
        owner=make_post(organisation),
        assessed=(3, 3),
    )
    make_action(risk)
    # Superseded, so that nobody's pages open on it.
    agreement = make_agreement(risk.register, by=users["manager"])
    supersede(agreement=agreement, by=users["manager"], reason="Recorded in error.")
    make_seat(agreement.body, users["member"])
    above = make_register(organisation, slug="above-ours")
    Register.objects.filter(pk=risk.register_id).update(parent=above)
    risk.register.parent = above
    make_escalation(risk, above)
    make_register(neighbour, slug="theirs")
    make_control(risk, by=users["manager"], title="A control of ours")
    make_import(risk.register, by=users["manager"])
    make_question(risk.register, by=users["manager"])
    make_put_question(agreement.meeting, risk.register, by=users["manager"])
    make_record(agreement.meeting, risk, member=users["member"], by=users["manager"])
    make_saved_view(risk.register, by=users["manager"])
    paper = make_paper(risk.register, by=users["manager"])
    publish_files(paper, by=users["manager"])
    make_body(risk.register, above, name="Scrutiny panel", members=[users["member"]])
    make_grant(risk.register, make_person(organisation), by=users["monitoring-officer"])
    make_invitation(organisation, by=users["administrator"])
    make_paper_template(organisation, by=users["manager"])
    ReminderMail.objects.create(user=users["officer"], day=days_ago(1))
    make_scheme(organisation=organisation)
    make_scheme_draft(organisation, by=users["administrator"])
    assert risk.number == 1
    return {"nobody": None, **users}


def publish_files(paper, *, by):
    """Publish it with a file of each format."""
    clear_paper(paper, by=by)
    files = [("A", kind, b"A file") for kind in ("html", "docx", "pdf")]
    finalise_paper(paper, by=by).publish(by=by, files=files)


def make_record(meeting, risk, *, member, by):
    """What a meeting may say: an action, an interest in no risk, a resolution, a deep dive."""
    make_committee_action(meeting, by=by)
    make_declaration(meeting, member, by=by)
    make_resolution(meeting, by=by)
    make_deep_dive(meeting, risk, by=by)


def signed_in(user):
    client = Client()
    if user:
        client.force_login(user)
    return client


def body_of(answer):
    """The whole body; kept, because a streamed answer can be read only once."""
    if not hasattr(answer, "full_body"):
        answer.full_body = (
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        )
    return answer.full_body


def unpacked(answer):
    """The body with archives unpacked: a workbook or a Word document is one."""
    content = body_of(answer)
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(map(archive.read, archive.namelist()))


def bytes_of(answer):
    """Status, headers and body of an answer, without the tokens that differ every time."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body_of(answer))
    headers = tuple(
        (name, value) for name, value in answer.items() if name != "Content-Security-Policy"
    )
    return answer.status_code, headers, body


def distinguishable(client, names, hidden, none, methods=("get", "post")):
    """(name, method) of each address that answers differently for hidden and missing records."""
    pairs = {name: [path_of(name, **arguments) for arguments in (hidden, none)] for name in names}
    return [
        (name, method)
        for name, paths in pairs.items()
        for method in methods
        if len({bytes_of(getattr(client, method)(path)) for path in paths}) > 1
    ]
