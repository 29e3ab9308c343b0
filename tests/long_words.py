"""A register with a record of every kind, in which each name and text is as long as it may be."""

from access_table import INSIDE, publish_files
from makers import (
    days_ago,
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_assurance,
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
    make_meeting,
    make_organisation,
    make_paper,
    make_paper_template,
    make_person,
    make_post,
    make_precedent,
    make_put_question,
    make_question,
    make_register,
    make_resolution,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    make_scheme_draft,
    make_seat,
    make_user,
    scheme_data,
)

from registers.models import CheckWaiver, Consultation, LateItem, Meeting, Register

WORD = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"  # 80 letters
)
LONG = f"{WORD} {WORD}"
ENDLESS = "x" * 190


def people_with_long_words():
    """People, and the register "ours" with a record of every kind.

    Names and texts are two words of 80 letters; those of the first risk are a word of 190.
    """
    organisation = make_organisation(LONG, slug="our-council")
    words = {"name": LONG[:150], "password": "a long enough password"}
    people = {role: make_person(organisation, role, **words) for role in INSIDE}
    people |= {
        "nobody": None,
        "stranger": make_person(make_organisation(), "manager"),
        "staff": make_user(is_staff=True),
        "installer": make_user(is_staff=True, is_superuser=True),
    }
    manager, data = people["manager"], scheme_data()
    for part in ("likelihood", "impact", "bands"):
        data[part] = [{**row, "label": f"{WORD[:40]} {n}"} for n, row in enumerate(data[part])]
    scheme = make_scheme(name=LONG[:100], organisation=organisation, **data)
    make_scheme_draft(organisation, scheme, by=people["administrator"], name=LONG[:60])
    above = make_register(organisation, scheme, slug="above", name=LONG, prefix="ABOVEALL")
    register = make_register(
        organisation, scheme, slug="ours", name=LONG, prefix="WWWWWWWW", parent=above
    )
    make_appetite(organisation, by=manager, scheme=scheme, narrative=LONG, approved_by=LONG[:100])
    posts = {
        text: make_post(
            organisation,
            text,
            directorate=make_directorate(organisation, text),
            holder=people["officer"],
        )
        for text in (ENDLESS, LONG)
    }
    make_post(organisation, LONG[:120], holder=people["member"])
    address = {"name": LONG, "email": f"{WORD[:60].lower()}@{WORD[:60].lower()}.example"}
    make_invitation(organisation, by=people["administrator"], **address)
    risks = [make_long_risk(register, people, posts[t], t) for t in (ENDLESS, LONG, LONG)]
    risks[1].refresh_from_db()
    risks[1].happen(
        by=manager, version=risks[1].version, happened_on=days_ago(3), happened_what=LONG
    )
    agreement = make_agreement(register, by=manager, body=LONG[:100], note=LONG, on=days_ago(1))
    make_seat(agreement.body, people["member"])
    make_question(register, LONG, by=manager, risk=risks[2], source=LONG)
    make_long_meeting(agreement, risks[2], post=posts[LONG], by=manager)
    table = f"{WORD},{WORD}2,Score\n{WORD},{WORD},5x5\n".encode()
    make_import(register, table, by=manager, file_name=f"{WORD}.csv")
    for _ in range(2):  # the first is superseded
        make_paper_template(
            organisation,
            by=manager,
            name=WORD,
            file_name=f"{WORD}.docx",
            notes=[["missing", ENDLESS]],
        )
    grants = [make_grant(register, people[role], reason=LONG) for role in ("clerk", "member")]
    grants[1].withdraw(by=people["monitoring-officer"], reason=ENDLESS)
    return people


def make_long_meeting(agreement, risk, *, post, by):
    """What stands beside the meeting of an agreement, and a question about a risk."""
    meeting, words = agreement.meeting, LONG
    Meeting.objects.filter(pk=meeting.pk).update(title=words[:100], place=words)
    meeting.attending.add(post)
    make_election(meeting.body.organisation, name=words[:100], from_day=meeting.on)
    LateItem.accept(meeting, by=by, title=words, reason=words)
    question = make_put_question(
        meeting, risk.register, by=by, post=post, risk=risk, wording=words, asker=words
    )
    question.answer(by=by, wording=words, is_published=True)
    make_put_question(meeting, risk.register, by=by, post=post, wording=ENDLESS)
    make_meeting(meeting.body, days_ago(-30), place=words, title=words[:100])
    make_long_record(meeting, risk, post=post, by=by)


def make_long_record(meeting, risk, *, post, by):
    """What the meeting did, as long as it can be."""
    words, member = LONG, meeting.body.seats.get().user
    make_committee_action(meeting, by=by, post=post, risk=risk, wording=words)
    make_declaration(meeting, member, by=by, item=words, interest=words, has_left_room=False)
    make_declaration(meeting, member, by=by, item=ENDLESS[:200], has_left_room=False)
    make_resolution(meeting, by=by, wording=words, mover=words, seconder=words, ground=words)
    deep_dive = make_deep_dive(meeting, risk, by=by)
    deep_dive.conclude(by=by, took_place=True, attendees=words, note=words)
    later = make_meeting(meeting.body, days_ago(-30), place=words, title=words[:100])
    paper = make_paper(risk.register, by=by, meeting=later, officer=post, title=words[:200])
    paper.clear(by=by, kind="author", cleared_by=words, note=words, version=1)
    Consultation.record(paper, by=by, member=words[:200], response=words, version=1)
    publish_files(paper, by=by)


def make_long_risk(register, people, post, text):
    """A risk with a record of every kind beside it, of which each text is this one."""
    manager = people["manager"]
    risk = make_risk(
        register,
        by=manager,
        on=days_ago(700),
        assessed=(5, 5),
        owner=post,
        primary_failure_type=failure_type(),
        adverse_impacts=[impact()],
        **dict.fromkeys(("title", "cause", "event", "consequence", "notes"), text),
    )
    by_the_post = {"by": manager, "owner": post, "title": text, "detail": text}
    action = make_action(risk, on=days_ago(90), due_on=days_ago(40), **by_the_post)
    for ago in (30, 20):
        action.revise(by=manager, version=action.version, due_on=days_ago(ago), reason=text)
    make_control(risk, run_by="shared", **by_the_post)
    make_assurance(
        risk, by=manager, provider=text[:100], note=text, on=days_ago(90), expires_on=days_ago(3)
    )
    peers = {"by": people["peer"], "perspective": "peer"}
    make_assessment(risk, (1, 1), rationale=text, on=days_ago(5), **peers)
    make_precedent(risk, by=manager, reason=text, words=[WORD])
    make_review(risk, by=manager, note=text, on=days_ago(60), next_on=days_ago(5))
    approved_by = manager if risk.number % 2 else None
    make_escalation(risk, register.parent, by=manager, reason=text, approved_by=approved_by)
    CheckWaiver.put(risk, by=manager, check_name="rq13-vague", reason=text, until=days_ago(-30))
    make_revision(risk, by=manager, title=f"{text} 2", reason=text)
    return risk


def long_queries():
    """Addresses that take another day, narrow a list, or open more of a page."""
    register = Register.objects.get(slug="ours")
    for query in (
        f"as_at={days_ago(100)}",
        f"agreed={register.agreements.get().pk}",
        "more=narrow&more=order&more=ways",
    ):
        yield f"/registers/ours/dashboard/?{query}"
    yield from ("/registers/above/", "/registers/above/dashboard/", "/registers/above/escalations/")
    yield f"/registers/ours/?owner={register.risks.first().owner_id}&stuck=yes"
