"""Factories for test records: fields that are not given get a sensible default.

Library rows and preset schemes are in the test database from the start (see database.py) and are
fetched, not made.
"""

import copy
import datetime
import itertools
import uuid

from django.db import transaction
from django.utils import timezone

from registers.history.seals import AuditedModel, sealed_models, seals_of
from registers.import_files import begin_import
from registers.models import (
    Action,
    AdverseImpact,
    Appetite,
    Assessment,
    Assurance,
    AuditEntry,
    Body,
    BodyKind,
    ClearanceRule,
    CommitteeAction,
    Control,
    Decision,
    Declaration,
    DeepDive,
    Directorate,
    Escalation,
    FailureType,
    FinalPaper,
    GatheredQuestion,
    Invitation,
    Meeting,
    Membership,
    NeedToKnow,
    Organisation,
    Paper,
    PaperFormat,
    PaperTemplate,
    Post,
    PreElectionPeriod,
    Question,
    Register,
    Resolution,
    Risk,
    Role,
    SavedView,
    SchemeDraft,
    ScoringScheme,
    Seat,
    User,
    WarningSign,
)
from registers.models.people import DATED_ROLES
from registers.papers.formats import files_of
from registers.papers.freezing import freeze
from registers.papers.grounds import statute_of
from registers.papers.parts import PaperParts, documents_to_freeze, final_documents
from registers.papers.position import paper_days
from registers.services import agree

_number = itertools.count(1)


def day(text):
    """A day from 2026-03-31."""
    return datetime.date.fromisoformat(text)


def days_ago(count):
    return timezone.localdate() - datetime.timedelta(days=count)


def make_user(name="Robin Ash", password=None, **fields):
    """A person, without the audit entry that User.objects.create_user writes.

    Organisations, memberships, posts, registers and schemes get none either: see seal_rows.
    """
    email = User.objects.normalize_email(fields.pop("email", f"person{next(_number)}@example.org"))
    user = User(email=email, name=name, **fields)
    user.set_password(password)
    user.save()
    return user


def seal_rows():
    """Seal the rows made here without an audit entry, so that verify_audit can pass."""
    names = {
        name
        for facts in AuditEntry.objects.values_list("facts", flat=True)
        for name in facts.get("seals", ())
    }
    rows = [
        row
        for model in sealed_models()
        if issubclass(model, AuditedModel)
        for row in model._base_manager.all()
    ]
    seals = seals_of(row for row in rows if row.seal_name not in names)
    with transaction.atomic():
        AuditEntry.record(
            organisation=None, by=None, verb="rows.added", subject="tests", seals=seals
        )


def make_organisation(name=None, **fields):
    number = next(_number)
    return Organisation.objects.create(
        name=name or f"Council {number}", **{"slug": f"council-{number}", **fields}
    )


def make_membership(user=None, organisation=None, role=Role.OFFICER, **fields):
    """A membership that is current today; one of a dated role ends in thirty days by default."""
    if role in DATED_ROLES:
        fields.setdefault("until", days_ago(-30))
    return Membership.objects.create(
        user=user or make_user(),
        organisation=organisation or make_organisation(),
        role=role,
        **fields,
    )


def make_person(organisation, role=Role.OFFICER, **fields):
    """A user who has that role in the organisation."""
    return make_membership(make_user(**fields), organisation, role).user


def make_invitation(organisation, *, by, roles=(("officer", None),), **fields):
    """An invitation that waits, without a mail; `secret` is that of its link."""
    number = next(_number)
    fields = {"name": "Ari Elm", "email": f"invited{number}@example.org", **fields}
    invitation = Invitation(organisation=organisation, by=by, roles=[*map(list, roles)], **fields)
    secret = invitation.renew()
    for name in fields.keys() & {"sent_at", "expires_at"}:
        setattr(invitation, name, fields[name])
    invitation.save()
    invitation.secret = secret
    return invitation


def make_directorate(organisation=None, name=None):
    organisation = organisation or make_organisation()
    return Directorate.objects.create(
        organisation=organisation, name=name or f"Directorate {next(_number)}"
    )


def make_post(organisation=None, title=None, **fields):
    """A post, vacant unless it is given a holder."""
    organisation = organisation or make_organisation()
    return Post.objects.create(
        organisation=organisation, title=title or f"Head of service {next(_number)}", **fields
    )


def preset(slug="five-by-five"):
    return ScoringScheme.objects.get(slug=slug, version=1)


def scheme_data(**parts):
    """The default preset's parts, some replaced: for ScoringScheme or Scheme.from_data."""
    stored = preset()
    return {**{part: copy.deepcopy(getattr(stored, part)) for part in ScoringScheme.PARTS}, **parts}


def make_scheme(**fields):
    """A new scheme that nothing uses yet; fields default to the default preset's."""
    return ScoringScheme.objects.create(
        **{
            "slug": f"scheme-{next(_number)}",
            "version": 1,
            "name": "A scheme",
            **scheme_data(),
            **fields,
        }
    )


def make_scheme_draft(organisation=None, source=None, *, by=None, name="A draft", **sizes):
    """A draft that was copied from a scheme, by default the default preset with its levels."""
    source = source or preset()
    parts = ("likelihood", "impact", "bands")
    sizes = {part: len(getattr(source, part)) for part in parts} | sizes
    return SchemeDraft.copy(
        source,
        by=by or make_user(),
        organisation=organisation or make_organisation(),
        name=name,
        **sizes,
    )


def make_register(organisation=None, scheme=None, **fields):
    number = next(_number)
    return Register.objects.create(
        organisation=organisation or make_organisation(),
        scheme=scheme or preset(),
        **{
            "slug": f"register-{number}",
            "name": f"Register {number}",
            "prefix": f"R{number}",
            **fields,
        },
    )


def failure_type(slug="governance"):
    return FailureType.objects.get(slug=slug)


def impact(slug="harm-to-users"):
    return AdverseImpact.objects.get(slug=slug)


def make_risk(register=None, *, by=None, assessed=None, on=None, **content):
    """A logged risk. assessed: a pair of ratings, likelihood first. on: the day it was raised and
    assessed.
    """
    register = register or make_register(
        content["owner"].organisation if content.get("owner") else None
    )
    judgement = {}
    if assessed:
        judgement = {
            "likelihood": assessed[0],
            "impact": assessed[1],
            "driver": impact(),
            "rationale": "As we see it.",
        }
    return Risk.log(
        register,
        by=by or make_user(),
        effective_on=on,
        **judgement,
        **{
            "title": "Reserves run out",
            "cause": "Savings were counted twice.",
            "event": "The budget cannot be balanced.",
            "consequence": "Services are cut at short notice.",
            **content,
        },
    )


def make_assessment(risk, ratings=(3, 3), *, by=None, on=None, **judgement):
    """A further assessment of the risk at its latest version, by default current and our own."""
    risk.refresh_from_db()
    return risk.assess(
        by=by or make_user(),
        version=risk.version,
        likelihood=ratings[0],
        impact=ratings[1],
        effective_on=on,
        **{
            "kind": Assessment.Kind.CURRENT,
            "driver": impact(),
            "rationale": "As we see it.",
            **judgement,
        },
    )


def make_revision(risk, *, by=None, on=None, **changes):
    """A further edit of the risk at its latest version."""
    risk.refresh_from_db()
    return risk.revise(by=by or make_user(), version=risk.version, effective_on=on, **changes)


def risk_form(**fields):
    """The data of the form for a new risk, token included; the owner must be given."""
    return {
        "title": "Reserves run out",
        "cause": "Savings were counted twice.",
        "event": "The budget cannot be balanced.",
        "consequence": "Services are cut at short notice.",
        "primary_failure_type": "financial",
        "other_failure_types": ["governance"],
        "likelihood": "3",
        "impact": "4",
        "driver": "harm-to-users",
        "rationale": "As we see it.",
        "notes": "Reference FIN 3 in the old register.",
        "token": str(uuid.uuid4()),
        **fields,
    }


def make_review(risk, outcome="stands", *, by=None, on=None, next_on=None, **fields):
    """A review of the risk at its latest version; the next is a month later by default."""
    risk.refresh_from_db()
    day = on or timezone.localdate()
    return risk.review(
        by=by or make_user(),
        version=risk.version,
        outcome=outcome,
        effective_on=on,
        **{
            "note": "We looked at the figures.",
            "next_on": next_on or day + datetime.timedelta(days=31),
            **fields,
        },
    )


def make_body(*registers, name="Audit and governance committee", members=(), **fields):
    """A body that oversees these registers of one organisation; that of the name, if there is one.

    members: sit on it from a year ago.
    """
    organisation = registers[0].organisation
    body, _ = Body.objects.get_or_create(
        organisation=organisation, name=name, defaults={"kind": BodyKind.COMMITTEE, **fields}
    )
    body.registers.add(*registers)
    for member in members:
        make_seat(body, member)
    return body


def make_seat(body, member, **fields):
    return Seat.objects.create(body=body, user=member, **{"from_day": days_ago(365), **fields})


def make_meeting(body, on, **fields):
    """A meeting of a body, with five clear days, about all registers that it oversees."""
    meeting = Meeting.objects.create(body=body, on=on, **{"clear_days": 5, **fields})
    meeting.registers.set(body.registers.all())
    return meeting


def make_election(organisation, *, from_day=None, until=None, name="Local elections"):
    """A pre-election period: a month from today by default."""
    days = {"from_day": from_day or days_ago(0), "until": until or days_ago(-30)}
    return PreElectionPeriod.objects.create(organisation=organisation, name=name, **days)


def make_member(*registers, **fields):
    """A member with a seat on a body that oversees these registers, and that agreed nothing."""
    member = make_person(registers[0].organisation, Role.MEMBER, **fields)
    make_body(*registers, name="Scrutiny panel", members=[member])
    return member


def make_grant(register, user, *, by=None, until=None, **fields):
    """A need to know of every exempt risk of a register, or of one `risk`; for a month."""
    return NeedToKnow.grant(
        register,
        user=user,
        by=by or make_user(),
        until=until or days_ago(-30),
        **{"reason": "Gives evidence to the inquiry.", **fields},
    )


def make_paper_template(organisation, *, by=None, **fields):
    """A template of papers in use; its content is no Word document."""
    fields = {"name": "Report to committee", "file_name": "report.docx", **fields}
    content = fields.pop("content", b"Not a Word document")
    return PaperTemplate.upload(organisation, by=by or make_user(), content=content, **fields)


def make_agreement(register, *, by=None, on=None, body="Audit and governance committee", **fields):
    """An agreement of the register's position, by default today's.

    body: the Body, or the name of one that oversees the register.
    """
    fields = {"decision": Decision.CONSIDERED, **fields}
    return agree(
        register=register,
        by=by or make_user(),
        on=on or timezone.localdate(),
        body=body if isinstance(body, Body) else make_body(register, name=body),
        **fields,
    )


def sign(code="DON-W1"):
    return WarningSign.objects.get(code=code)


def make_precedent(risk, code="DON-W1", mark="relevant", *, by=None, on=None, **fields):
    """A mark on a warning sign beside the risk."""
    fields = {"reason": "It looks like ours.", **fields}
    return risk.mark(by=by or make_user(), sign=sign(code), mark=mark, effective_on=on, **fields)


def make_control(risk, *, by=None, on=None, **content):
    """A preventive control of our own staff, untested and without an owner by default."""
    content = {
        "title": "Monthly reconciliation",
        "kind": Control.Kind.PREVENTIVE,
        "owner": None,
        **content,
    }
    return Control.add(risk, by=by or make_user(), effective_on=on, **content)


def make_assurance(risk, opinion="reasonable", *, by=None, on=None, expires_on=None, **fields):
    """An opinion of internal audit, good for a year by default."""
    day = on or timezone.localdate()
    fields = {"line": 3, "provider": "Internal audit", **fields}
    expires_on = expires_on or day + datetime.timedelta(days=365)
    return Assurance.give(
        risk,
        by=by or make_user(),
        opinion=opinion,
        effective_on=on,
        expires_on=expires_on,
        **fields,
    )


def make_action(risk, *, by=None, on=None, due_on=None, **content):
    """An open action on a process, due in a month by default."""
    due_on = due_on or (on or timezone.localdate()) + datetime.timedelta(days=31)
    content = {
        "title": "Write the procedure",
        "kind": Action.Kind.PROCESS,
        "owner": None,
        **content,
    }
    return Action.add(risk, by=by or make_user(), effective_on=on, due_on=due_on, **content)


def make_escalation(
    risk, to_register, direction="up", *, by=None, on=None, approved_by=None, **fields
):
    """A proposal; decided and approved on its day where approved_by is given."""
    fields = {"reason": "It touches more than one directorate.", **fields}
    proposal = {
        "by": by or make_user(),
        "to_register": to_register,
        "direction": direction,
        "effective_on": on,
    }
    times = {"effective_on": on, "recorded_at": fields.get("recorded_at")}
    escalation = Escalation.propose(risk, **proposal, **fields)
    if approved_by:
        escalation.decide(by=approved_by, is_approved=True, reason="Agreed.", **times)
    return escalation


def make_appetite(organisation, category="", tolerance="moderate", *, by=None, on=None, **fields):
    """The appetite for a category, by the default preset; reviewed in a year by default."""
    day = on or timezone.localdate()
    fields = {
        "level": Appetite.Level.CAUTIOUS,
        "scheme": preset(),
        "narrative": "We will not gamble with this.",
        "approved_by": "Cabinet",
        "review_by": day + datetime.timedelta(days=365),
        **fields,
    }
    return Appetite.state(
        organisation,
        by=by or make_user(),
        category=category,
        tolerance=tolerance,
        effective_on=on,
        **fields,
    )


def make_import(
    register,
    content=b"Reference,Title,Owner\nA1,Reserves run out,Treasurer\n",
    *,
    by=None,
    **fields,
):
    """An import at its first step: the columns are not mapped yet."""
    return begin_import(
        register, by=by or make_user(), content=content, **{"file_name": "risks.csv", **fields}
    )


def make_question(register, text="Who looks at this between meetings?", *, by, **about):
    """A question on somebody's own list."""
    return GatheredQuestion.gather(register, by=by, text=text, **about)


def make_put_question(meeting, register, *, by, post=None, answer_by=None, **fields):
    """A question put for a meeting, to a vacant post by default."""
    return Question.put(
        meeting,
        by=by,
        register=register,
        post=post or make_post(register.organisation),
        answer_by=answer_by or meeting.on,
        **{"wording": "Who checks that the audits happen?", **fields},
    )


def make_committee_action(meeting, *, by, post=None, **fields):
    """An action of a meeting, for a vacant post by default."""
    post = post or make_post(meeting.body.organisation)
    fields = {"wording": "Bring a plan to the next meeting", **fields}
    return CommitteeAction.record(meeting, by=by, post=post, **fields)


def make_declaration(meeting, person, *, by=None, **fields):
    """An interest of somebody who leaves the room, in an item that is no register and no risk."""
    is_about_record = fields.keys() & {"register", "risk"}
    item = {} if is_about_record else {"item": "The lease of the market hall"}
    fields = {"kind": "pecuniary", "has_left_room": True, **item, **fields}
    return Declaration.declare(meeting, by=by or make_user(), person=person, **fields)


def make_deep_dive(meeting, risk, *, by, **fields):
    return DeepDive.plan(meeting, by=by, risk=risk, **fields)


def make_resolution(meeting, *, by, **fields):
    fields = {"wording": "That the report be noted.", "is_carried": True, **fields}
    return Resolution.record(meeting, by=by, **fields)


def make_paper(register, *, by, meeting=None, officer=None, kind="risk", **fields):
    """A drafted paper for a meeting of a body that oversees the register: by default in a month."""
    meeting = meeting or make_meeting(make_body(register), days_ago(-30))
    day, since = paper_days(meeting, register, kind=kind)
    officer = officer or make_post(register.organisation)
    days = {"day": day, "since": since}
    words = {"kind": kind, "title": "Risk report", **fields}
    return Paper.begin(register, by=by, meeting=meeting, officer=officer, **days, **words)


def clear_paper(paper, *, by):
    """Every clearance that the paper needs, of its text as it is."""
    for kind in ClearanceRule.kinds_of(paper.organisation):
        paper.clear(by=by, kind=kind, cleared_by="Head of Finance", version=paper.version)


def finalise_paper(paper, *, by, **values):
    """Its final text. values: why a Part B is exempt."""
    exempt = {"grounds": ["Paragraph 3"], "interest": "Talks go on.", "opinion_by": "the solicitor"}
    parts = PaperParts.of(paper)
    values = ({**exempt, "is_confidential": False} if parts.has_part_b else {}) | values
    documents = documents_to_freeze(parts, statute_of(paper.organisation), values)
    frozen = {part: freeze(document) for part, document in documents.items()}
    return FinalPaper.make(paper, by=by, documents=frozen, version=paper.version, **values)


def publish_paper(paper, *, by, kinds=(PaperFormat.HTML,)):
    """The PublishedPapers of a paper that is cleared, finalised and published. kinds: of files."""
    clear_paper(paper, by=by)
    final = finalise_paper(paper, by=by)
    return final.publish(by=by, files=files_of(final_documents(final), kinds=kinds))


def make_saved_view(register, *, by, name="Severe risks", query="band=severe", **fields):
    return SavedView.save_as(register, by=by, name=name, query=query, **fields)
