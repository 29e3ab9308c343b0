"""A register of any size, written in bulk: its history is made up, its rows are those that the verbs would write."""

import datetime
import random

from django.db import transaction
from django.utils import timezone

from registers.models import (
    AdverseImpact,
    Assessment,
    FailureType,
    Membership,
    Organisation,
    Position,
    Post,
    Register,
    Risk,
    RiskRevision,
    ScoringScheme,
    User,
)
from registers.models.position import stretches
from registers.transfer.library import load_library

WORDS = (
    "budget savings placement demand workforce contract supplier safeguarding backlog inspection capacity board "
    "partner system data breach flood housing repair school transport vacancy turnover reserve forecast pressure"
).split(" ")
READERS = ("manager", "officer", "member")
BATCH = 2000


def build(risks, assessments_each):
    """Organisation `bench` with one register of so many risks; the reader is manager@bench.example. Returns it."""
    load_library()
    chance = random.Random(42)
    organisation = Organisation.objects.create(slug="bench", name="Bench Council")
    users = [User.objects.create(email=f"{role}@bench.example", name=role.capitalize()) for role in READERS]
    for user, role in zip(users, READERS, strict=True):
        Membership.objects.create(user=user, organisation=organisation, role=role)
    holders = [*users[:2] * 5, None]  # the manager's, the officer's, and one in eleven vacant
    posts = [
        Post.objects.create(organisation=organisation, title=f"Head of service {n}", holder=holders[n % len(holders)])
        for n in range(40)
    ]
    register = Register.objects.create(
        organisation=organisation,
        slug="bench",
        name="Bench register",
        prefix="BEN",
        scheme=ScoringScheme.objects.get(slug="five-by-five", version=1),
        next_number=risks + 1,
    )
    scheme = register.scheme
    Register.objects.create(organisation=organisation, slug="bench-import", name="Imports", prefix="IMP", scheme=scheme)
    types, impacts = list(FailureType.objects.all()), list(AdverseImpact.objects.all())
    for first in range(1, risks + 1, BATCH):
        numbers = range(first, min(first + BATCH, risks + 1))
        _batch(register, numbers, assessments_each, users[0], posts, types, impacts, chance)
    return register


@transaction.atomic
def _batch(register, numbers, each, by, posts, types, impacts, chance):
    today, now = timezone.localdate(), timezone.now()
    rows, revisions, assessments = [], [], []
    for number in numbers:
        words = {
            "title": f"{' '.join(chance.sample(WORDS, 5))} {number}".capitalize(),
            "cause": " ".join(chance.choices(WORDS, k=25)),
            "event": " ".join(chance.choices(WORDS, k=25)),
            "consequence": " ".join(chance.choices(WORDS, k=25)),
            "owner": chance.choice([*posts, None]),
            "primary_failure_type": chance.choice([*types, None]),
            "is_exempt": chance.random() < 0.02,
            "status": "closed" if chance.random() < 0.1 else "open",
        }
        raised = today - datetime.timedelta(days=chance.randrange(100, 800))
        risk = Risk(register=register, number=number, raised_by=by, raised_on=raised, version=1 + each, **words)
        rows.append(risk)
        days = sorted(raised + datetime.timedelta(days=chance.randrange((today - raised).days)) for _ in range(each))
        revisions.append(RiskRevision(risk=risk, number=1, what="logged", by=by, effective_on=raised, **words))
        revisions[-1].status = "open" if days else words["status"]
        for version, day in enumerate(days, 2):
            likelihood, impact = chance.randint(1, 5), chance.randint(1, 5)
            placing = register.scheme.rules.place(likelihood, impact)
            assessment = Assessment(
                risk=risk,
                kind="current",
                scheme=register.scheme,
                likelihood=likelihood,
                impact=impact,
                score=placing.score,
                band=placing.band.slug,
                driver=chance.choice(impacts),
                rationale=" ".join(chance.choices(WORDS, k=20)),
                by=by,
                effective_on=day,
                recorded_at=now,
            )
            assessments.append(assessment)
            risk.next_review_on = assessment.review_by
            said = words | {"status": words["status"] if version == 1 + each else "open"}
            said |= {"next_review_on": risk.next_review_on}
            revisions.append(RiskRevision(risk=risk, number=version, what="assessed", by=by, effective_on=day, **said))
            revisions[-1].assessment = assessment
    Risk.objects.bulk_create(rows)
    Assessment.objects.bulk_create(assessments)
    RiskRevision.objects.bulk_create(revisions)
    by_risk = {risk.pk: ([], []) for risk in rows}
    for revision in revisions:
        by_risk[revision.risk_id][0].append(revision)
    for assessment in assessments:
        by_risk[assessment.risk_id][1].append(assessment)
    Position.objects.bulk_create(
        Position.of(risk, stretch) for risk in rows for stretch in stretches(*by_risk[risk.pk])
    )
    for risk in rows:
        judged = by_risk[risk.pk][1]
        risk.current = max(judged, key=lambda a: (a.effective_on, a.pk)) if judged else None
    Risk.objects.bulk_update(rows, ["current"], batch_size=500)
