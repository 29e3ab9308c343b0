"""Whole registers as they stood on each day, as on record at each agreement, against a plain
account of random histories that were recorded late.
"""

import datetime
import random

import pytest
from makers import days_ago, make_agreement, make_register, make_user
from profiles import CI
from recorded_risks import at
from risk_histories import CLOSED, OPEN, RAISED, SPAN

from registers.bulk_changes import ChangedRisk, NewRisk, write_many
from registers.models import Position, Risk

pytestmark = pytest.mark.django_db

RISKS, ROUNDS = 200, 7
READ = [RAISED + datetime.timedelta(days=n) for n in range(-SPAN, 36, 3)]


class Account:
    """What was recorded of each risk: (day, instant, content), in the order of recording."""

    def __init__(self):
        self.words, self.ratings = [], []

    @staticmethod
    def latest(entries, day, instant):
        """The last entry of the latest day up to that day, of those on record at the instant."""
        rows = [
            (on, place, content)
            for place, (on, recorded_at, content) in enumerate(entries)
            if on <= day and recorded_at <= instant
        ]
        return max(rows)[2] if rows else None

    def state(self, day, instant):
        words = self.latest(self.words, day, instant)
        return words and (*words, self.latest(self.ratings, day, instant))


class RandomRegister:
    """A register of risks that change at random, several days late, with an agreement a round."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.register, self.by = make_register(), make_user()
        self.accounts, self.agreements = [Account() for _ in range(RISKS)], []
        self.record(at(RAISED), new=[self.new_risk(account) for account in self.accounts])
        for number in range(1, ROUNDS):
            instant = at(RAISED + datetime.timedelta(days=5 * number))
            self.record(instant, changed=self.changes(number, instant))
            day = instant.date() - datetime.timedelta(days=self.random.randint(0, 4))
            fields = {"by": self.by, "on": day, "recorded_at": instant}
            self.agreements.append(make_agreement(self.register, **fields))

    def record(self, instant, **changes):
        write_many(self.register, by=self.by, reason="Random", recorded_at=instant, **changes)

    def new_risk(self, account):
        account.words.append((RAISED, at(RAISED), ("Title 0", OPEN, False)))
        words = {"title": "Title 0", "event": "Event", "consequence": "Consequence"}
        return NewRisk(words, RAISED)

    def changes(self, number, instant):
        """A change for most risks: a rating of any day until now, or an edit of a later day."""
        rows = []
        for risk, account in zip(
            self.register.risks.order_by("number"), self.accounts, strict=True
        ):
            kind = self.random.choice(["rating", "rating", "edit", "exempt", "none"])
            latest_day, _, (title, status, is_exempt) = account.words[-1]
            fields = {"content": {}}
            if kind == "rating" and status == OPEN:
                shift = self.random.randint(-SPAN, 5 * number)
                day = RAISED + datetime.timedelta(days=shift)
                pair = self.random.randint(1, 5), self.random.randint(1, 5)
                fields["judgements"] = [self.judgement(day, pair)]
                account.ratings.append((day, instant, pair))
                account.words.append((max(day, latest_day), instant, (title, status, is_exempt)))
            elif kind in ("edit", "exempt") and status == OPEN:
                day = max(
                    latest_day, instant.date() - datetime.timedelta(self.random.randint(0, 9))
                )
                content = (
                    (title, status, not is_exempt)
                    if kind == "exempt"
                    else (f"Title {number}", self.random.choice([OPEN, OPEN, CLOSED]), is_exempt)
                )
                names = dict(zip(("title", "status", "is_exempt"), content, strict=True))
                fields["content"] = {**names, "effective_on": day}
                account.words.append((day, instant, content))
            rows.append(ChangedRisk(risk, risk.version, **fields))
        return rows

    @staticmethod
    def judgement(day, pair):
        ratings = dict(zip(("likelihood", "impact"), pair, strict=True))
        return {"kind": "current", "effective_on": day, "rationale": "Random", **ratings}

    def states(self, day, recorded_by=None):
        """Number of a risk -> what its position says."""
        return self.contents(self.register.positions.as_at(day, recorded_by))

    def contents(self, positions):
        rows = positions.select_related("revision", "current")
        contents = {row.number: self.content(row) for row in rows}
        assert len(rows) == len(contents), "a risk has two positions"
        return contents

    @staticmethod
    def content(row):
        words = row.revision
        rating = row.current and (row.current.likelihood, row.current.impact)
        return (words.title, words.status, words.is_exempt, rating)

    def expected_states(self, day, instant):
        states = enumerate((account.state(day, instant) for account in self.accounts), 1)
        return {number: state for number, state in states if state}


@pytest.fixture(scope="module", params=range(2 if CI else 1))
def random_register(module_db, request):
    return RandomRegister(request.param)


def test_every_day_is_as_on_record_at_each_agreement(random_register):
    assert len(random_register.agreements) == ROUNDS - 1
    for agreement in random_register.agreements:
        instant = agreement.recorded_by
        for day in (day for day in READ if day <= agreement.on):
            expected = random_register.expected_states(day, instant)
            assert random_register.states(day, instant) == expected, (agreement.on, day)


def test_what_was_agreed_is_the_register_of_its_day(random_register):
    for agreement in random_register.agreements:
        states = random_register.contents(agreement.positions)
        assert states == random_register.expected_states(agreement.on, agreement.recorded_by)


def test_every_day_is_as_on_record_now(random_register):
    instant = at(days_ago(0))
    for day in (*READ, days_ago(0)):
        assert random_register.states(day) == random_register.expected_states(day, instant), day


def test_all_positions_have_the_exempt_mark_of_today(random_register):
    marked = random_register.register.risks.filter(positions__is_exempt=True).distinct()
    exempt = [risk.pk for risk in random_register.register.risks.all() if risk.is_exempt]
    assert sorted(marked.values_list("pk", flat=True)) == sorted(exempt) != []


def test_positions_are_what_follows_from_the_whole_history(random_register):
    wrong = []
    for risk in Risk.objects.filter(register=random_register.register):
        history = list(risk.revisions.all()), list(risk.assessments.current())
        changes = Position.objects.changes(risk, risk.positions.all(), *history)
        if changes.added or changes.ended or changes.removed:
            wrong.append(risk.number)
    assert wrong == []
