"""Every form that saves a record, with what it posts."""

import uuid

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from council_templates import template_of
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hostile_values import Controls
from makers import (
    days_ago,
    make_agreement,
    make_body,
    make_committee_action,
    make_declaration,
    make_deep_dive,
    make_directorate,
    make_election,
    make_grant,
    make_invitation,
    make_meeting,
    make_organisation,
    make_paper,
    make_paper_template,
    make_person,
    make_post,
    make_put_question,
    make_register,
    make_resolution,
    make_review,
    make_risk,
    make_scheme,
    make_scheme_draft,
    make_seat,
    make_user,
    risk_form,
)

from registers.models import (
    Action,
    Agreement,
    Appetite,
    Assessment,
    Assurance,
    AuditEntry,
    CheckWaiver,
    Clearance,
    ClearanceRule,
    Consultation,
    Control,
    Escalation,
    Paper,
    PaperText,
    Precedent,
    ProgressNote,
    Review,
    Risk,
    ScoringScheme,
    Supersession,
)

TODAY, LATER = days_ago(0).isoformat(), days_ago(-60).isoformat()


RATING = {"likelihood": "3", "impact": "4", "driver": "harm-to-users", "rationale": "As we see it."}


class Council:
    """A manager at work on a register below another one, and one risk of it."""

    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, "manager")
        self.above = make_register(self.organisation)
        self.register = make_register(self.organisation, slug="ours", parent=self.above)
        self.post, self.other_post = (make_post(self.organisation) for _ in range(2))
        self.risk = make_risk(self.register, by=self.manager, owner=self.post, on=days_ago(20))
        self.client = Client()
        self.client.force_login(self.manager)

    def address(self, name, *more):
        record = () if name in OF_THE_REGISTER else (self.risk.number,)
        return reverse(name, args=["ours", *record, *more])

    def version(self):
        return Risk.objects.get(pk=self.risk.pk).version


OF_THE_REGISTER = {
    *(
        "risk_new",
        "agreement_new",
        "agreement_supersede",
        "appetite_new",
        "register_scheme",
        "risk_review_many",
        *("paper_new", "paper_text", "paper_clear", "paper_consult", "clearance_rule"),
    )
}


def paper_form(council):
    """A new paper for a meeting in a month."""
    meeting = make_meeting(make_body(council.register), days_ago(-30))
    return {
        "meeting": meeting.pk,
        "kind": "learning",
        "cases": ["doncaster"],
        "title": "Learning from others",
        "officer": council.post.pk,
    }


def agreement_form(council):
    """What its check page sends to be recorded."""
    return {
        **{"body": make_body(council.register).pk, "decision": "noted"},
        **{"on": TODAY, "met_on": TODAY, "confirmed": "yes"},
    }


# Each form with a token: (the model that it adds to, its fields, changed fields).
FORMS = {
    "risk_new": (
        Risk,
        lambda council: risk_form(owner=council.post.pk, token=""),
        {"title": "Another title"},
    ),
    "risk_assess": (
        Assessment,
        lambda council: {
            **RATING,
            "kind": "current",
            "effective_on": TODAY,
            "version": council.version(),
        },
        {"rationale": "Another reason."},
    ),
    "risk_review": (
        Review,
        lambda council: {
            **{"outcome": "stands", "note": "We looked.", "effective_on": TODAY, "next_on": LATER},
            "version": council.version(),
        },
        {"note": "Another note."},
    ),
    "action_new": (
        Action,
        lambda council: {
            "title": "Write it down",
            "kind": "process",
            "owner": council.post.pk,
            "due_on": LATER,
        },
        {"title": "Write another down"},
    ),
    "control_new": (
        Control,
        lambda council: {
            "title": "We check it",
            "kind": "preventive",
            "run_by": "own",
            "owner": council.post.pk,
        },
        {"kind": "detective"},
    ),
    "assurance_new": (
        Assurance,
        lambda council: {
            **{"line": "3", "provider": "Internal audit", "opinion": "limited"},
            **{"effective_on": TODAY, "expires_on": LATER},
        },
        {"opinion": "substantial"},
    ),
    "progress_new": (
        ProgressNote,
        lambda council: {"note": "On plan.", "effective_on": TODAY},
        {"note": "Behind plan."},
    ),
    "risk_precedents": (
        Precedent,
        lambda council: {"sign": "DON-W1", "mark": "relevant", "reason": "It is like ours."},
        {"mark": "unsure"},
    ),
    "risk_escalate": (
        Escalation,
        lambda council: {"step": f"up-{council.above.pk}", "reason": "It is larger than council."},
        {"reason": "Another reason."},
    ),
    "check_set_aside": (
        CheckWaiver,
        lambda council: {"reason": "It is booked for May.", "until": LATER},
        {"reason": "Another reason."},
    ),
    "check_take_back": (
        CheckWaiver,
        lambda council: {"reason": "It cannot wait."},
        {"reason": "Another reason."},
    ),
    "agreement_new": (
        Agreement,
        lambda council: agreement_form(council) | {"note": "Minute 4"},
        {"note": "Minute 5"},
    ),
    "agreement_supersede": (
        Supersession,
        lambda council: {"reason": "Recorded twice.", "course": "withdraw", "confirmed": "yes"},
        {"reason": "Recorded on the wrong day."},
    ),
    "appetite_new": (
        Appetite,
        lambda council: {
            **{"category": "legal", "level": "averse", "tolerance": "low", "narrative": "Never."},
            **{"approved_by": "Cabinet", "effective_on": TODAY, "review_by": LATER},
        },
        {"level": "open"},
    ),
    "register_scheme": (
        AuditEntry,
        lambda council: {
            "scheme": council.register.newer_schemes().get().pk,
            "reason": "The board asked for it.",
        },
        {"reason": "Another reason."},
    ),
    "risk_review_many": (
        Review,
        lambda council: {
            "risks": [council.risk.number],
            f"version_{council.risk.number}": council.version(),
            "note": "We looked.",
        },
        {"note": "Another note."},
    ),
    "paper_new": (Paper, paper_form, {"title": "Another title"}),
    "paper_text": (
        PaperText,
        lambda council: {"wording": "In our words.", "text_version": 1},
        {"wording": "In other words."},
    ),
    "paper_clear": (
        Clearance,
        lambda council: {"kind": "legal", "cleared_by": "Head of Legal", "text_version": 1},
        {"note": "With a comment."},
    ),
    "paper_consult": (
        Consultation,
        lambda council: {
            "member": "Cabinet Member for Finance",
            "text_version": 1,
            **{"effective_on_0": 1, "effective_on_1": 6, "effective_on_2": 2025},
        },
        {"response": "Content."},
    ),
    "clearance_rule": (ClearanceRule, lambda council: {"kinds": ["legal"]}, {"kinds": ["author"]}),
}


MORE = {
    "paper_text": lambda council: [_paper(council), "A", "executive_summary.about"],
    "paper_clear": lambda council: [_paper(council)],
    "paper_consult": lambda council: [_paper(council)],
    "check_set_aside": lambda council: ["rq2-unscored"],
    "check_take_back": lambda council: ["rq2-unscored"],
    "agreement_supersede": lambda council: [council.register.agreements.latest("pk").pk],
}


def _paper(council):
    return council.register.papers.latest("pk").pk


def put_aside(council):
    until = days_ago(-30)
    CheckWaiver.put(
        council.risk, by=council.manager, check_name="rq2-unscored", reason="It waits.", until=until
    )


def add_version(council):
    """A newer version of the register's scheme, of its organisation alone."""
    scheme = council.register.scheme
    make_scheme(
        slug=scheme.slug,
        version=ScoringScheme.objects.filter(slug=scheme.slug).count() + 1,
        organisation=council.organisation,
    )


BEFORE = {
    **dict.fromkeys(
        ("paper_text", "paper_clear", "paper_consult"),
        lambda council: make_paper(council.register, by=council.manager, kind="learning"),
    ),
    "agreement_supersede": lambda council: make_agreement(council.register, by=council.manager),
    "check_take_back": put_aside,
    "register_scheme": add_version,
    "risk_review_many": lambda council: make_review(
        council.risk, by=council.manager, on=days_ago(10), next_on=days_ago(1)
    ),
}


class Form:
    """A form of that name, filled in; of a council that may be given."""

    def __init__(self, name, council=None):
        self.council, self.name = council or Council(), name
        BEFORE.get(name, lambda council: None)(self.council)
        self.model, build_data, self.other = FORMS[name]
        more = MORE[name](self.council) if name in MORE else ()
        self.address = self.council.address(name, *more)
        self.data = {**build_data(self.council), "token": str(uuid.uuid4())}

    def send(self, **changes):
        answer = self.council.client.post(self.address, {**self.data, **changes})
        return answer, self.model._base_manager.count()


class Administration:
    """An organisation whose pages its administrator, or its monitoring officer, has open.

    A record of each kind is there: a person with a post, a seat and an invitation among them.
    """

    def __init__(self):
        self.organisation = make_organisation()
        self.people = {
            "administrator": make_person(self.organisation, "administrator"),
            "monitoring-officer": make_person(self.organisation, "monitoring-officer"),
            "installer": make_user(is_staff=True, is_superuser=True),
            **{
                name: make_person(self.organisation, name)
                for name in ("clerk", "manager", "member")
            },
        }
        administrator = self.people["administrator"]
        self.person = make_person(self.organisation, "officer")
        TOTP.activate(self.person, generate_totp_secret())
        self.member = self.people["member"]
        self.moved = make_person(self.organisation, "officer", pending_email="new@example.org")
        self.directorate = make_directorate(self.organisation)
        self.post = make_post(self.organisation, holder=self.person)
        self.vacant_post = make_post(self.organisation)
        self.register = make_register(self.organisation)
        self.archived = make_register(self.organisation)
        self.archived.archive(by=administrator)
        self.body = make_body(self.register)
        self.seat = make_seat(self.body, self.member)
        self.invitation = make_invitation(self.organisation, by=administrator)
        self.template = make_paper_template(self.organisation, by=administrator)
        self.grant = make_grant(self.register, self.person, by=self.people["monitoring-officer"])
        self.scheme = make_scheme(organisation=self.organisation)
        self.draft = make_scheme_draft(self.organisation, by=administrator)
        self.election = make_election(self.organisation)
        self.meeting = make_meeting(self.body, days_ago(-30))
        self.meeting.attending.add(self.post)
        self.past_meeting, self.later_meeting = (
            make_meeting(self.body, days_ago(days)) for days in (20, 10)
        )
        self._make_record(self.past_meeting, self.people["clerk"])
        self.question, self.other_question = (
            make_put_question(self.meeting, self.register, by=self.member, wording=wording)
            for wording in ("Who checks?", "And how often?")
        )

    def _make_record(self, meeting, clerk):
        """What the clerk recorded of a meeting that was."""
        self.risk = make_risk(self.register, by=self.people["manager"], on=days_ago(30))
        self.action, self.cancelled_action = (
            make_committee_action(meeting, by=clerk, post=self.post) for _ in range(2)
        )
        self.cancelled_action.cancel(by=clerk, version=1, reason="It was recorded twice.")
        self.declaration = make_declaration(meeting, self.member, by=clerk)
        self.resolution = make_resolution(meeting, by=clerk)
        self.deep_dive = make_deep_dive(meeting, self.risk, by=clerk)

    def client_of(self, name):
        client = Client()
        client.force_login(self.people[name])
        return client


def csv_file(text):
    return SimpleUploadedFile("rows.csv", text.encode())


class WordFile(SimpleUploadedFile):
    """A template of papers, which can be sent again."""

    def __init__(self):
        self.data = template_of("{{ title }}")
        super().__init__("report.docx", self.data)

    def read(self, *_):
        return self.data


SETUP = {
    **{
        "organisation_name": "Eastmoor NHS Trust",
        "sector": "nhs",
        "nation": "wales",
        "year_starts_in": "4",
    },
    **{"register_name": "Board assurance framework", "prefix": "BAF"},
    **{"administrator_name": "Bo Reed", "email": "bo.reed@eastmoor.example"},
}
LEAVE = {"on": TODAY, "confirmed": "yes"}
GRANT = {"scope": "register", "until": LATER, "reason": "An inquiry.", "confirmed": "yes"}
CALENDAR = (
    f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:Audit and governance committee\n"
    f"DTSTART;VALUE=DATE:{LATER.replace('-', '')}\nEND:VEVENT\nEND:VCALENDAR\n"
)
PREVIEW = {
    "post_import": "Post title\nHead of roads\n",
    "body_import": "Body\nCabinet\n",
    "meeting_import": CALENDAR,
}

# Each form that saves something of an organisation: what its address names besides the
# organisation, and the fields that are filled in where the page does not fill them in itself.
ORGANISATION_FORMS = {
    "organisation_new": (lambda a: None, lambda a: {"scheme": a.register.scheme_id, **SETUP}),
    "organisation_edit": (lambda a: [], lambda a: {"name": "Southmoor Council"}),
    "person_invite": (
        lambda a: [],
        lambda a: {"name": "Bo Reed", "email": "bo@example.org", "roles": ["officer"]},
    ),
    "person_invitation_resend": (lambda a: [a.invitation.pk], lambda a: {}),
    "person_invitation_withdraw": (lambda a: [a.invitation.pk], lambda a: {}),
    "person_role_new": (lambda a: [a.person.pk], lambda a: {"role": "clerk"}),
    "person_role_edit": (
        lambda a: [a.person.pk, "officer"],
        lambda a: {"ending": "day", "until": LATER, "confirmed": "yes"},
    ),
    "person_move": (
        lambda a: [a.person.pk],
        lambda a: {f"post_{a.post.pk}": "vacant", **LEAVE},
    ),
    "person_leave": (
        lambda a: [a.person.pk],
        lambda a: {f"post_{a.post.pk}": "vacant", **LEAVE},
    ),
    "person_address": (lambda a: [a.person.pk], lambda a: {"email": "robin@example.org"}),
    "person_address_withdraw": (lambda a: [a.moved.pk], lambda a: {}),
    "person_password_link": (lambda a: [a.person.pk], lambda a: {}),
    "person_second_factor": (lambda a: [a.person.pk], lambda a: {}),
    "post_new": (lambda a: [], lambda a: {"title": "Head of roads"}),
    "post_import": (lambda a: [], lambda a: {}),
    "post_edit": (lambda a: [a.post.pk], lambda a: {"title": "Head of roads"}),
    "post_holder": (lambda a: [a.vacant_post.pk], lambda a: {"holder": a.person.pk}),
    "post_vacate": (lambda a: [a.post.pk], lambda a: {"vacant_since": TODAY}),
    "post_delete": (lambda a: [a.vacant_post.pk], lambda a: {}),
    "post_directorate_new": (lambda a: [], lambda a: {"name": "Places"}),
    "post_directorate_edit": (lambda a: [a.directorate.pk], lambda a: {"name": "Places"}),
    "post_directorate_delete": (lambda a: [a.directorate.pk], lambda a: {}),
    "body_new": (lambda a: [], lambda a: {"name": "Cabinet", "kind": "cabinet"}),
    "body_import": (lambda a: [], lambda a: {}),
    "body_edit": (lambda a: [a.body.pk], lambda a: {"name": "Scrutiny committee"}),
    "body_chair": (lambda a: [a.body.pk], lambda a: {"chair": a.seat.pk}),
    "body_seat_new": (
        lambda a: [a.body.pk],
        lambda a: {"person": a.person.pk, "capacity": "independent", "from_day": TODAY},
    ),
    "body_seat_edit": (lambda a: [a.body.pk, a.seat.pk], lambda a: {"until": LATER}),
    "register_new": (
        lambda a: [],
        lambda a: {"name": "Programmes", "prefix": "PRO", "scheme": a.register.scheme_id},
    ),
    "register_edit": (lambda a: [a.register.pk], lambda a: {"name": "Programmes"}),
    "register_archive": (lambda a: [a.register.pk], lambda a: {}),
    "register_bring_back": (lambda a: [a.archived.pk], lambda a: {}),
    "scheme_copy": (lambda a: [a.scheme.pk], lambda a: {"name": "Ours"}),
    "scheme_edit": (lambda a: [a.draft.pk], lambda a: {"name": "Ours"}),
    "scheme_publish": (lambda a: [a.draft.pk], lambda a: {}),
    "scheme_discard": (lambda a: [a.draft.pk], lambda a: {}),
    "sandbox_new": (lambda a: [], lambda a: {}),
    "need_to_know_new": (
        lambda a: [],
        lambda a: {"user": a.moved.pk, "register": a.register.pk, **GRANT},
    ),
    "need_to_know_withdraw": (lambda a: [a.grant.pk], lambda a: {"reason": "It is over."}),
    "paper_template_new": (
        lambda a: [],
        lambda a: {"name": "Report to cabinet", "file": WordFile()},
    ),
    "paper_template_retire": (lambda a: [a.template.pk], lambda a: {}),
    "meeting_new": (lambda a: [], lambda a: {"body": a.body.pk, "on": LATER}),
    "meeting_import": (lambda a: [], lambda a: {}),
    "pre_election_new": (
        lambda a: [],
        lambda a: {"name": "By-election", "from_day": TODAY, "until": LATER},
    ),
    "pre_election_edit": (lambda a: [a.election.pk], lambda a: {"name": "By-election"}),
}
# The same for what is below a meeting, whose address names no organisation.
MEETING_FORMS = {
    "meeting_edit": (lambda a: [a.meeting.pk], lambda a: {"place": "Room 1"}),
    "meeting_cancel": (lambda a: [a.meeting.pk], lambda a: {"reason": "No quorum."}),
    "meeting_officers": (lambda a: [a.meeting.pk], lambda a: {"post": a.vacant_post.pk}),
    "meeting_officer_remove": (lambda a: [a.meeting.pk, a.post.pk], lambda a: {}),
    "late_item_new": (
        lambda a: [a.meeting.pk],
        lambda a: {"title": "Ransomware", "reason": "It cannot wait."},
    ),
    "question_record": (
        lambda a: [a.meeting.pk],
        lambda a: {
            **{"asker": "A member of the public", "wording": "Is it safe?"},
            **{"register": a.register.pk, "post": a.post.pk},
        },
    ),
    "question_answer": (
        lambda a: [a.meeting.pk, a.question.pk],
        lambda a: {"wording": "The auditor.", "is_published": "no"},
    ),
    "question_follow_up": (
        lambda a: [a.meeting.pk, a.question.pk],
        lambda a: {"meeting": a.meeting.pk, "wording": "Since when?"},
    ),
    "question_withdraw": (lambda a: [a.meeting.pk, a.question.pk], lambda a: {}),
    "question_rule_out": (
        lambda a: [a.meeting.pk, a.question.pk],
        lambda a: {"reason": "It is about one child."},
    ),
    "question_group": (
        lambda a: [a.meeting.pk, a.question.pk],
        lambda a: {"into": a.other_question.pk},
    ),
    "committee_action_new": (
        lambda a: [a.meeting.pk],
        lambda a: {"wording": "Bring a plan", "post": a.post.pk},
    ),
    "committee_action_edit": (
        lambda a: [a.past_meeting.pk, a.action.pk],
        lambda a: {"wording": "Bring another plan"},
    ),
    "committee_action_done": (
        lambda a: [a.past_meeting.pk, a.action.pk],
        lambda a: {"done_on": TODAY, "evidence": "It is in the minutes."},
    ),
    "committee_action_cancel": (
        lambda a: [a.past_meeting.pk, a.action.pk],
        lambda a: {"reason": "No longer needed."},
    ),
    "committee_action_reopen": (
        lambda a: [a.past_meeting.pk, a.cancelled_action.pk],
        lambda a: {"reason": "It is needed after all."},
    ),
    "meeting_apologies": (
        lambda a: [a.meeting.pk],
        lambda a: {"person": a.member.pk, "kind": "apologies"},
    ),
    "meeting_attendance": (lambda a: [a.past_meeting.pk], lambda a: {"present": [a.member.pk]}),
    "declaration_new": (
        lambda a: [a.meeting.pk],
        lambda a: {
            **{"person": a.member.pk, "kind": "pecuniary", "about": f"register-{a.register.pk}"},
            "has_left_room": "yes",
        },
    ),
    "declaration_withdraw": (
        lambda a: [a.past_meeting.pk, a.declaration.pk],
        lambda a: {"reason": "Recorded by mistake."},
    ),
    "resolution_new": (
        lambda a: [a.past_meeting.pk],
        lambda a: {"wording": "That it be noted.", "is_carried": "yes"},
    ),
    "resolution_correct": (
        lambda a: [a.past_meeting.pk, a.resolution.pk],
        lambda a: {"wording": "That it be approved."},
    ),
    "deep_dive_new": (lambda a: [a.meeting.pk], lambda a: {"risk": a.risk.reference}),
    "deep_dive_conclude": (
        lambda a: [a.past_meeting.pk, a.deep_dive.pk],
        lambda a: {"took_place": "yes", "attendees": "Head of ICT"},
    ),
    "minutes_approve": (
        lambda a: [a.past_meeting.pk],
        lambda a: {"approving_meeting": a.later_meeting.pk},
    ),
}
ORGANISATION_FORMS |= MEETING_FORMS
SENDERS = {
    "organisation_new": "installer",
    **dict.fromkeys(("need_to_know_new", "need_to_know_withdraw"), "monitoring-officer"),
    **dict.fromkeys(("meeting_new", "meeting_import", *MEETING_FORMS), "clerk"),
    **dict.fromkeys(("pre_election_new", "pre_election_edit"), "clerk"),
    **dict.fromkeys(("question_follow_up", "question_withdraw"), "member"),
    "question_answer": "manager",
}


class OrganisationForm:
    """A form of that name as its page shows it, filled in; of an Administration."""

    def __init__(self, name, administration):
        build_arguments, build_fields = ORGANISATION_FORMS[name]
        arguments = build_arguments(administration)
        prefix = [] if name in MEETING_FORMS else [administration.organisation.slug]
        self.address = reverse(name, args=None if arguments is None else [*prefix, *arguments])
        self.sender = administration.people[SENDERS.get(name, "administrator")]
        client = administration.client_of(SENDERS.get(name, "administrator"))
        if name in PREVIEW:
            page = client.post(self.address, {"file": csv_file(PREVIEW[name])})
        else:
            page = client.get(self.address)
        main = page.text.partition("<main")[2].partition("</main>")[0]
        shown = Controls(main).values if page.status_code == 200 else {}
        self.data = {**shown, **build_fields(administration)}
