"""Every form that saves a record, with what it posts."""

import uuid

from django.test import Client
from django.urls import reverse
from makers import (
    days_ago,
    make_agreement,
    make_body,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_review,
    make_risk,
    make_scheme,
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
    Control,
    Escalation,
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
    )
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
}


MORE = {
    "check_set_aside": lambda council: ["rq2-unscored"],
    "check_take_back": lambda council: ["rq2-unscored"],
    "agreement_supersede": lambda council: [council.register.agreements.latest("pk").pk],
}


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
