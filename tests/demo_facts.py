"""The ten facts of docs/demo-story.md, asked of the demo on a day of loading."""

import itertools
import re
from collections import Counter
from types import SimpleNamespace

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registers import demo
from registers.actions import action_counts, actions_on_day
from registers.demo import dates
from registers.models import (
    Assessment,
    Escalation,
    Register,
    Review,
    Risk,
    User,
)


def bands_on(register, day):
    return dict(register.positions.as_at(day).on_register().values_list("risk__number", "band"))


class TenFacts:
    """The ten facts of docs/demo-story.md, as a member reads them on the day of loading."""

    load_day = None  # today

    @classmethod
    def setUpTestData(cls):
        cls.today = cls.load_day or timezone.localdate()
        demo.load(cls.today)
        cls.corporate = Register.objects.get(slug="corporate")
        cls.ends = [dates.quarter_end(cls.today, back) for back in range(8, 0, -1)]
        cls.bands_today, cls.bands_at_quarter_end = (
            bands_on(cls.corporate, cls.today),
            bands_on(cls.corporate, cls.ends[-1]),
        )

    def numbers_that_moved(self, sign):
        rank = {band.slug: band.rank for band in self.corporate.scheme.rules.bands}
        numbers = [
            number
            for number in self.bands_today
            if self.bands_today[number] and self.bands_at_quarter_end.get(number)
        ]
        return {
            n
            for n in numbers
            if (rank[self.bands_today[n]] - rank[self.bands_at_quarter_end[n]]) * sign > 0
        }

    def rationale_of(self, number):
        return self.corporate.risks.get(number=number).current.rationale

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pages = {}
        cls.member = Client()
        cls.member.force_login(User.objects.get(email="member@northmoor.example"))

    def read(self, name, *args, **query):
        """A page as at the day of loading, read once; spaces count once."""
        path = reverse(name, args=["corporate", *args])
        query = {"as_at": self.today.isoformat(), **query}
        key = (path, *query.items())
        if key not in self.pages:
            self.pages[key] = " ".join(self.member.get(path, query).text.split())
        return self.pages[key]

    def test_1_seven_of_35_risks_are_above_tolerance_as_many_as_at_the_quarter_end(self):
        assert len(self.bands_today) == 35
        assert (
            Counter(self.bands_today.values())["severe"]
            == Counter(self.bands_at_quarter_end.values())["severe"]
            == 7
        )
        sentence = (
            "Seven of 35 risks are above tolerance (Severe; for legal risks: High or higher), "
            "as many as on"
        )
        assert sentence in self.read("dashboard")

    def test_2_two_have_never_been_rated(self):
        assert {number for number, band in self.bands_today.items() if not band} == {23, 24}
        assert not Assessment.objects.filter(
            risk__register=self.corporate, risk__number__in=(23, 24)
        ).exists()
        page = self.read("risk_list", band="not-scored")
        assert "CORP-023" in page
        assert "CORP-024" in page
        assert "No residual rating yet" in self.read("risk_detail", 23)

    def test_3_two_rose_a_band_since_the_quarter_end(self):
        assert self.numbers_that_moved(+1) == {12, 20}
        assert "The lease of 40 homes has fallen through." in self.rationale_of(20)

    def test_4_two_fell_one_with_figures_and_one_without(self):
        assert self.numbers_that_moved(-1) == {18, 22}
        assert self.rationale_of(18) == "Programme reports good progress."
        assert "from the hospital's own daily list" in self.rationale_of(22)

    def test_5_severe_risks_went_from_five_to_nine_and_back_to_seven(self):
        severe = [
            Counter(bands_on(self.corporate, day).values())["severe"]
            for day in [*self.ends, self.today]
        ]
        assert severe == [5, 5, 5, 5, 8, 8, 9, 7, 7]

    def test_6_performance_is_the_commonest_type(self):
        assert "The most common type is Performance: 8 of 35." in self.read("dashboard")

    def test_7_two_are_severe_at_eight_quarter_ends_both_owned_by_interims(self):
        courses = [bands_on(self.corporate, day) for day in [*self.ends, self.today]]
        stuck = {
            number
            for number in self.bands_today
            if all(course.get(number) == "severe" for course in courses)
        }
        assert stuck == {1, 2}
        for number in stuck:
            assert "held by an interim" in self.read("risk_detail", number)

    def test_8_one_has_happened(self):
        assert self.corporate.risks.get(latest__status=Risk.Status.HAPPENED).number == 11
        assert "CORP-011" in self.read("risk_list", status="happened")

    def test_9_a_peers_rating_is_above_ours(self):
        risk = self.corporate.risks.get(number=7)
        peers = risk.assessments.get(perspective="peer")
        assert (peers.band, peers.score) == ("severe", 16)
        assert (risk.current.band, risk.current.score) == ("high", 8)
        assert "gave two different accounts" in self.read("risk_detail", 7)
        assert "The peer reviewer says Severe, we say High: one band lower." in self.read(
            "risk_detail", 7
        )
        outside = re.search(r'aria-labelledby="outside".*?</section>', self.read("dashboard"))[0]
        assert "CORP-007" in outside and re.search(
            "peer reviewer says .*Severe.* and we say .*High", outside
        )

    def test_10_seven_are_owned_by_vacant_posts(self):
        live = self.corporate.risks.exclude(latest__status=Risk.Status.CLOSED)
        vacant = live.filter(latest__owner__holder=None)
        assert set(vacant.values_list("number", flat=True)) == {3, 5, 12, 24, 32, 33, 38}
        assert vacant.values("latest__owner").distinct().count() == 3
        assert "Head of Procurement and Contracts (vacant)" in self.read("risk_list")

    def test_two_could_be_in_another_band(self):
        for number in (16, 36):
            assert "<strong>could be High</strong>" in self.read("risk_detail", number)

    def test_the_tolerance_of_legal_risks_is_lower(self):
        assert "High, and Moderate for legal" in self.read("register_settings")
        assert (
            "Within tolerance. Tolerance for legal risks: Moderate, approved by Cabinet"
            in self.read("risk_detail", 36)
        )

    def test_a_risk_that_rose_since_the_committee_met_says_so(self):
        page = self.member.get(reverse("risk_detail", args=["corporate", 20])).text
        assert "As reported to the Audit and Governance Committee: position at" in page
        assert re.search(r"Now Severe, since \d+ \w+( \d+)?, above tolerance", page)

    def test_the_agreement_and_the_changes_since(self):
        latest, older = self.corporate.agreements.all()
        assert (latest.body_name, older.body_name) == (
            "Audit and Governance Committee",
            "Corporate Management Team",
        )
        assert latest.positions.on_register().count() == 34
        assert latest.positions.on_register().filter(band="severe").count() == 7
        text = self.member.get(reverse("agreement_list", args=["corporate"])).text
        assert (
            "Four risks have changed band since, one is rated for the first time, two are new, "
            "one is closed." in text
        )

    def test_the_assurance_map(self):
        text = re.sub(r"<[^>]+>", "", self.read("assurance_map"))
        assert (
            "Of 35 risks, two have assurance from line 1 only, two have only expired assurance and "
            "17 have no assurance"
        ) in text
        assert "14 have valid assurance from line 2, 3 or 4" in text
        assert "CORP-020" in self.read("risk_list", assurance="first-line")
        assert "CORP-005" in self.read("risk_list", assurance="expired")

    def test_savings_and_safety_checks_are_held_by_interims(self):
        assert "Run by interim or agency" in self.read("risk_detail", 1)
        safety = self.read("risk_detail", 2)
        assert all(
            words in safety
            for words in ("Run by interim or agency", "Run by an external provider", "Limited")
        )

    def test_the_finance_system_fell_without_evidence(self):
        text = self.read("risk_detail", 18)
        assert "No assurance recorded" in text
        assert "<strong>Never</strong>" in text

    def test_seven_actions_are_late_five_of_them_re_dated_before(self):
        positions = self.corporate.positions.as_at(self.today).on_register()
        actions = actions_on_day(positions, SimpleNamespace(is_today=True))
        assert (
            action_counts(actions, self.today).sentence
            == "Seven of 16 open actions are overdue. Five had their due date changed before."
        )
        page = self.read("risk_detail", 1)
        assert "due date changed three times" in page
        assert "The finance team of a council of our size" in page
        assert "signs a list of homes without a certificate every Monday" in self.read(
            "risk_detail", 2
        )

    def test_escalations_are_listed_undecided_and_taken_back(self):
        listing = Escalation.objects.listing(self.today)
        assert [row.risk.reference for row in listing] == ["CHS-001"]
        assert [row.risk.reference for row in Escalation.objects.undecided()] == ["CHS-004"]
        earlier = Escalation.objects.listing(self.ends[-3])
        assert [row.risk.reference for row in earlier] == ["CHS-003"]
        assert "Escalated from other registers: 1" in self.read("risk_list")

    def test_the_first_tasks_are_on_the_home_page(self):
        for person, words in {"manager": ["CHS-004", "CORP-003"], "officer": ["CORP-018"]}.items():
            self.client.force_login(User.objects.get(email=f"{person}@northmoor.example"))
            waits = self.client.get("/").text.partition('id="tasks"')[2].partition("</section>")[0]
            assert [word for word in words if word not in waits] == []

    def test_some_reviews_were_on_time_one_was_late_and_one_is(self):
        outcomes = {
            review.outcome for review in Review.objects.filter(risk__register=self.corporate)
        }
        assert outcomes >= {"stands", "wording", "judge"}
        assert "Review overdue: it was due on" in self.read("risk_detail", 5)
        due = {
            n: list(self.corporate.risks.get(number=n).revisions.order_by("number")) for n in (1, 2)
        }
        late = {
            n: [
                after.effective_on > before.next_review_on
                for before, after in itertools.pairwise(rows)
                if after.review
            ]
            for n, rows in due.items()
        }
        assert (late[1][0], late[2]) == (False, [True])
