"""The forms of a risk, what they post, and somebody who fills them in."""

from functools import cached_property

import pytest
from django.test import Client
from django.utils import timezone
from hostile_values import Controls, bound_form, encoded
from makers import (
    days_ago,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    risk_form,
)

from registers.models import Assessment, AuditEntry, Position, Register, Review, Risk, RiskRevision

HISTORY = (Risk, RiskRevision, Assessment, Review, Position, AuditEntry, Register)


def rows():
    """All rows that a form may write, to compare before and after."""
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in HISTORY}


class World:
    """A signed-in officer, a register with their risk, and a register of another organisation."""

    def __init__(self):
        self.organisation = make_organisation("Northmoor")
        self.officer = make_person(self.organisation, name="Robin Ash")
        self.colleague = make_person(self.organisation, name="Sasha Birch")
        self.post = make_post(self.organisation, "Treasurer")
        self.register = make_register(self.organisation, slug="ours", prefix="C")
        self.risk = make_risk(
            self.register, by=self.officer, owner=self.post, assessed=(2, 2), on=days_ago(20)
        )
        elsewhere = make_organisation("Southmoor")
        self.their_post = make_post(elsewhere, "Their treasurer")
        self.their_register = make_register(elsewhere, slug="theirs")
        self.cookies = self.client_of(self.officer).cookies
        self.forms = {}

    @cached_property
    def client(self):
        """The officer's; made for each copy of the world."""
        client = Client()
        client.cookies = self.cookies
        return client

    @staticmethod
    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    def form(self, name, **fields):
        """The data of a completely filled-in form."""
        words = {"owner": str(self.post.pk)}
        version = str(Risk.objects.get(pk=self.risk.pk).version)
        if name == "new":
            return risk_form(**words) | fields
        if name == "edit":
            excluded = ("likelihood", "impact", "driver", "rationale", "token")
            content = {
                field: value for field, value in risk_form(**words).items() if field not in excluded
            }
            return {
                **content,
                "title": "Savings run late",
                "reason": "We looked again.",
                "version": version,
            } | fields
        if name == "review":
            following = days_ago(-31)
            words = {
                "outcome": "stands",
                "note": "We looked at the figures.",
                "token": risk_form()["token"],
            }
            following = dict(
                zip(NEXT_DATES, (following.day, following.month, following.year), strict=False)
            )
            return {**words, **today_in_parts(), **following, "version": version} | fields
        rating = {
            field: risk_form()[field]
            for field in ("likelihood", "impact", "driver", "rationale", "token")
        }
        return {**rating, **today_in_parts(), "kind": "current", "version": version} | fields

    def fill_in(self, name, **fields):
        """The form of that page with these values, cleaned without a request."""
        if name not in self.forms:
            self.forms[name] = self.client.get(PATHS[name]).context["form"]
        data = self.form(name, **fields)
        for day in ("effective_on", "next_on"):
            if day in fields:  # a whole day, not its parts
                data = {key: value for key, value in data.items() if not key.startswith(f"{day}_")}
        texts = {key: v if isinstance(v, list) else [str(v)] for key, v in data.items()}
        return bound_form(self.forms[name], texts)

    def send(self, name, data, client=None):
        return (client or self.client).post(PATHS[name], data)


def today_in_parts():
    today = timezone.localdate()
    return {
        "effective_on_0": today.day,
        "effective_on_1": today.month,
        "effective_on_2": today.year,
    }


PATHS = {
    "new": "/registers/ours/risks/new/",
    "edit": "/registers/ours/risks/1/edit/",
    "assess": "/registers/ours/risks/1/assess/",
    "review": "/registers/ours/risks/1/review/",
}


WORDS = {
    "new": "title event cause consequence rationale notes".split(),
    "edit": "title event cause consequence reason notes".split(),
    "assess": ["rationale"],
    "review": ["note"],
}


CHOICES = {
    "new": "owner primary_failure_type other_failure_types likelihood impact driver".split(),
    "edit": "owner primary_failure_type other_failure_types version".split(),
    "assess": "kind likelihood impact driver version".split(),
    "review": "outcome version".split(),
}


DATES = ["effective_on_0", "effective_on_1", "effective_on_2", "effective_on"]


NEXT_DATES = ["next_on_0", "next_on_1", "next_on_2", "next_on"]


every_form = pytest.mark.parametrize("name", PATHS)


def control_values(answer):
    return {name: values[-1] for name, values in Controls(answer.text).values.items()}


def post_raw(world, name, data):
    return world.client.generic(
        "POST", PATHS[name], encoded(data), "application/x-www-form-urlencoded"
    )


def is_whole(risk):
    """Whether all parts of a risk's history are consistent."""
    revisions = list(risk.revisions.order_by("number"))
    return (
        [r.number for r in revisions] == list(range(1, risk.version + 1))
        and revisions[-1].content() == risk.content()
        and risk.current == risk.assessments.current().last()
        and risk.positions.exists()
        and AuditEntry.objects.filter(subject=f"risk:{risk.pk}").count() == len(revisions)
    )


def counts():
    return [model.objects.count() for model in (Risk, RiskRevision, Assessment, Review)]
