"""What a body agreed stands still while a hundred changes of earlier days are recorded."""

import io
import random
import re
import zipfile

import pytest
from django.test import Client
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_precedent,
    make_register,
    make_review,
    make_revision,
    make_risk,
)
from recorded_risks import effective_and_recorded, make_recorded_risk

from registers.models import Risk, Role

pytestmark = pytest.mark.django_db

RISKS, CHANGES, RAISED, AGREED = 20, 100, 300, 10
CATEGORIES = ["", "financial", "legal", "people"]
# The last: how a risk reads today, beside what was agreed.
CHANGING = re.compile(
    r'(csrfmiddlewaretoken|name="token")[^>]*|nonce="[^"]*"'
    r'|\s*<strong class="app-today">[^<]*</strong>'
)
# Instants of the download, which no export shares with the one before.
MOMENTS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\d{1,2}:\d\d(:\d\d)?")


def paper(content):
    """A summary in Word, without its data quality: that is of today, and says so."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        text = file.read("word/document.xml").decode()
    return re.sub("Data quality at.*?Scoring scheme", "", text, flags=re.DOTALL)


class Council:
    """A register agreed twice, with risks of every state, and another one it lists a risk of."""

    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.by = {"by": self.manager}
        self.register = make_register(self.organisation, slug="ours")
        below = make_register(self.organisation, parent=self.register)
        chance = random.Random(7)
        for n in range(RISKS):
            risk = make_recorded_risk(
                self.register,
                (chance.randint(1, 5), chance.randint(1, 5)),
                ago=RAISED,
                category=chance.choice(CATEGORIES),
                **self.by,
            )
            later = {**self.by, **effective_and_recorded(150)}
            make_assessment(risk, (chance.randint(1, 5), chance.randint(1, 5)), **later)
            if n % 5 == 0:
                make_revision(risk, status="closed", **self.by, **effective_and_recorded(100))
                continue
            make_action(risk, due_on=days_ago(60), **later)
            make_control(risk, **later)
            make_assurance(risk, **later)
        taken = make_recorded_risk(below, (3, 3), ago=RAISED, **self.by)
        approved = {"approved_by": self.manager, **self.by, **effective_and_recorded(140)}
        make_escalation(taken, self.register, **approved)
        make_agreement(self.register, **self.by, **effective_and_recorded(90))
        self.agreement = make_agreement(self.register, **self.by, **effective_and_recorded(AGREED))
        self.client = Client()
        self.client.force_login(self.manager)

    def addresses(self):
        agreed = f"agreed={self.agreement.pk}"
        yield from (f"dashboard/?{agreed}", f"dashboard/?{agreed}&more=order&more=ways")
        for name, value in (("category", "financial"), ("band", "above-tolerance")):
            yield f"dashboard/?{agreed}&{name}={value}"
        yield f"dashboard/?{agreed}&since={days_ago(90)}"
        for query in ("", "&sort=title", "&status=closed", "&band=severe", "&category=none"):
            yield f"?{agreed}{query}"
        for place in ("actions/", "assurance/", "escalations/", "export.csv", "summary.docx"):
            yield f"{place}?{agreed}"
        for number in (1, 2, 3):
            yield from (f"risks/{number}/?{agreed}", f"risks/{number}/history/?{agreed}")

    def pages(self):
        return {address: self.content(address) for address in self.addresses()}

    def content(self, address):
        answer = self.client.get(f"/registers/ours/{address}")
        assert answer.status_code == 200, address
        body = b"".join(answer) if answer.streaming else answer.content
        text = paper(body) if "docx" in address else body.decode()
        return " ".join(MOMENTS.sub("", CHANGING.sub("", text)).split())

    def change(self, chance):
        """One change of an earlier day, recorded now, of a risk that is open; its name."""
        risk = chance.choice(self.register.risks.exclude(latest__status=Risk.Status.CLOSED))
        day = days_ago(chance.randint(AGREED, RAISED - 1))
        after = max(day, risk.revisions.latest().effective_on)
        changes = {
            "rating": lambda: make_assessment(
                risk, (chance.randint(1, 5), chance.randint(1, 5)), on=day, **self.by
            ),
            "edit": lambda: make_revision(
                risk, on=after, category=chance.choice(CATEGORIES), title="Said since", **self.by
            ),
            "closing": lambda: make_revision(risk, on=after, status="closed", **self.by),
            "review": lambda: make_review(risk, on=after, **self.by),
            "action": lambda: make_action(risk, on=day, due_on=timezone.localdate(), **self.by),
            "control": lambda: make_control(risk, on=day, **self.by),
            "assurance": lambda: make_assurance(risk, on=day, **self.by),
            "mark": lambda: make_precedent(risk, "DON-W1", on=day, **self.by),
            "new risk": lambda: make_risk(self.register, on=day, assessed=(5, 5), **self.by),
        }
        weights = [5, 3, 1, 2, 1, 1, 1, 1, 1]
        name = chance.choices(list(changes), weights)[0]
        changes[name]()
        return name


def test_pages_lists_exports_and_papers_stand_still():
    council, chance = Council(), random.Random(11)
    before = council.pages()
    past = council.content(f"?as_at={days_ago(AGREED)}")
    names = [council.change(chance) for _ in range(CHANGES)]
    after = council.pages()
    assert len(set(names)) == 9
    assert council.content(f"?as_at={days_ago(AGREED)}") != past
    assert [address for address in before if before[address] != after[address]] == []
