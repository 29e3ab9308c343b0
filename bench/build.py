"""A register of any size with a made-up history, written as an import writes: the rows that the
verbs would write.
"""

import datetime
import random

from django.db import models, transaction
from django.db.models import DateTimeField
from django.db.models.functions import Cast
from django.utils import timezone

from registers.bulk_changes import NewRisk, write_many
from registers.history.seals import seals_of
from registers.library_loading.load import load_library
from registers.models import (
    AdverseImpact,
    Assessment,
    AuditEntry,
    Body,
    Decision,
    FailureType,
    Membership,
    Organisation,
    Position,
    Post,
    Register,
    RiskRevision,
    ScoringScheme,
    User,
)
from registers.services import agree

WORDS = (
    "budget savings placement demand workforce contract supplier safeguarding backlog inspection "
    "capacity board partner system data breach flood housing repair school transport vacancy "
    "turnover reserve forecast pressure"
).split(" ")
READERS = ("manager", "officer", "member")
AGREEMENTS = 24  # one a month
BATCH = 5_000  # risks in one transaction
MEASURED = 77  # number of the risk that is opened and assessed: open and not exempt


def build(risks, assessments_each):
    """Create the organisation `bench` with a register of risks, each with a control and two
    actions, and an empty register for imports. The readers are manager@bench.example and so on.
    """
    load_library()
    chance = random.Random(42)
    organisation = Organisation.objects.create(slug="bench", name="Bench Council")
    users = [
        User.objects.create(email=f"{role}@bench.example", name=role.capitalize())
        for role in READERS
    ]
    for user, role in zip(users, READERS, strict=True):
        Membership.objects.create(user=user, organisation=organisation, role=role)
    holders = [*users[:2] * 5, None]  # the manager's, the officer's, and one in eleven vacant
    posts = [
        Post.objects.create(
            organisation=organisation,
            title=f"Head of service {n}",
            holder=holders[n % len(holders)],
        )
        for n in range(40)
    ]
    scheme = ScoringScheme.objects.get(slug="five-by-five", version=1)
    fields = {"organisation": organisation, "scheme": scheme}
    Register.objects.create(slug="bench-import", name="Imports", prefix="IMP", **fields)
    register = Register.objects.create(slug="bench", name="Bench register", prefix="BEN", **fields)
    body = Body.objects.create(organisation=organisation, name="Committee")
    body.registers.add(register)
    with transaction.atomic():
        rows = [
            organisation,
            *users,
            *Membership.objects.all(),
            *posts,
            *organisation.registers.all(),
            body,
        ]
        AuditEntry.record(
            organisation=organisation,
            by=None,
            verb="bench.built",
            subject="bench",
            seals=seals_of(rows),
        )
    factory = RiskFactory(chance, posts, assessments_each)
    for start in range(1, risks + 1, BATCH):
        numbers = range(start, min(start + BATCH, risks + 1))
        write_many(register, by=users[0], new=map(factory.risk, numbers), reason="Made up.")
    record_when_effective(register)
    details = {"by": users[0], "body": body, "decision": Decision.NOTED}
    for month in range(AGREEMENTS, 0, -1):
        day = timezone.localdate() - datetime.timedelta(days=30 * month)
        at = datetime.datetime.combine(day, datetime.time(18), datetime.UTC)
        agree(register=register, on=day, recorded_at=at, **details)


def record_when_effective(register):
    """State that every change was recorded on its day, and work out the positions anew.

    What was replaced then stays on record, as in a register that was kept for two years.
    """
    for model in (RiskRevision, Assessment):
        day = Cast("effective_on", DateTimeField())
        models.QuerySet(model).update(recorded_at=day)
    with transaction.atomic():
        Position.objects.filter(register=register).delete()
        for risk in register.risks.iterator(chunk_size=BATCH):
            Position.objects.rebuild(risk)


class RiskFactory:
    """Random risks, the same each time. assessments_each: the number of each risk's assessments."""

    def __init__(self, chance, posts, assessments_each):
        self.chance, self.posts, self.assessments_each = chance, posts, assessments_each
        self.today = timezone.localdate()
        self.types, self.impacts = (
            list(FailureType.objects.all()),
            list(AdverseImpact.objects.all()),
        )

    def risk(self, number):
        choice = self.chance.choice
        raised = self.today - datetime.timedelta(days=self.chance.randrange(100, 800))
        span = (self.today - raised).days
        days = sorted(
            raised + datetime.timedelta(self.chance.randrange(span))
            for _ in range(self.assessments_each)
        )
        content = {
            "title": f"{' '.join(self.chance.sample(WORDS, 5))} {number}".capitalize(),
            **{part: self._words(25) for part in ("cause", "event", "consequence")},
            "owner": choice([*self.posts, None]),
            "primary_failure_type": choice([*self.types, None]),
            "is_exempt": self.chance.random() < 0.02,
        }
        is_closed = self.chance.random() < 0.1 and number != MEASURED
        return NewRisk(
            content=content | ({"is_exempt": False} if number == MEASURED else {}),
            raised_on=raised,
            judgements=[self._assessment(day) for day in days],
            controls=[self._record("preventive")],
            actions=[self._record("process") | {"due_on": self._due_on()} for _ in range(2)],
            close={"reason": "It is over.", "effective_on": days[-1] if days else raised}
            if is_closed
            else None,
        )

    def _assessment(self, day):
        level = self.chance.randint
        return {
            "kind": "current",
            "likelihood": level(1, 5),
            "impact": level(1, 5),
            "effective_on": day,
            "driver": self.chance.choice(self.impacts),
            "rationale": self._words(20),
        }

    def _record(self, kind):
        return {
            "title": self._words(6),
            "detail": "",
            "kind": kind,
            "owner": self.chance.choice(self.posts),
        }

    def _due_on(self):
        """One action in twenty is late."""
        return self.today + datetime.timedelta(days=self.chance.randrange(-20, 400))

    def _words(self, count):
        return " ".join(self.chance.choices(WORDS, k=count))
