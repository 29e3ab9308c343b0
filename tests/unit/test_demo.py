"""The demo: its story on any load day, and what a second load may change."""

import datetime
import io
import itertools
import re
import socket
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from registers import demo
from registers.actions import action_counts, actions_of_risks
from registers.demo import dates
from registers.management.commands.demo import free_port
from registers.models import (
    ActionRevision,
    Agreement,
    Assessment,
    Assurance,
    AuditChain,
    Control,
    ControlRevision,
    Escalation,
    FailureType,
    Membership,
    Organisation,
    Position,
    Post,
    Register,
    Review,
    Risk,
    RiskRevision,
    User,
)
from registers.models.risk_content import POSITION_WORDS
from registers.permissions import risks_for

A_YEAR_OF_DAYS = [datetime.date(2026, 9, 28) + datetime.timedelta(days=n) for n in range(370)]
AROUND_A_LEAP_DAY = [datetime.date(2028, 2, 27) + datetime.timedelta(days=n) for n in range(4)]


def rows():
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def bands_on(register, day):
    return dict(register.positions.as_at(day).on_register().values_list("risk__number", "band"))


def quarter_ends(count):
    today = timezone.localdate()
    return [dates.quarter_end(today, back) for back in range(count, 0, -1)]


def _is_recorded_late(revision):
    return timezone.localdate(revision.recorded_at) > revision.effective_on


def stories(body):
    return [(name, demo.read(name)["risks"]) for name in demo.read(body)["registers"]]


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("q1", "2026-11-22", "2026-09-30"),
        ("q1", "2026-09-30", "2026-06-30"),
        ("q8", "2026-11-22", "2024-12-31"),
        ("q3-9", "2026-01-05", "2025-06-21"),
        ("q1+17", "2026-10-17", "2026-10-17"),
        ("q1+17", "2026-10-01", "2026-10-01"),
        ("today-6", "2026-03-02", "2026-02-24"),
    ],
)
def test_a_day_of_the_story_is_counted_back_from_the_day_of_loading(text, today, expected):
    assert dates.day_of(text, datetime.date.fromisoformat(today)).isoformat() == expected


def test_an_impossible_day_in_the_story_is_refused():
    with pytest.raises(ValueError, match="no day of the story"):
        dates.day_of("q3 - 9", timezone.localdate())


@pytest.mark.parametrize("body", demo.BODIES)
def test_on_any_load_day_each_history_is_in_order_and_references_follow_the_file(body):
    registers = stories(body)
    for today in A_YEAR_OF_DAYS + AROUND_A_LEAP_DAY:
        steps, latest = {}, {}
        for recorded_on, day, register, risk, step in dates.steps_in_order(registers, today):
            assert latest.get(risk["title"], day) <= day <= recorded_on <= today, (
                today,
                risk["title"],
                step,
            )
            latest[risk["title"]] = day
            steps.setdefault(register, {}).setdefault(risk["title"], []).append(step)
        for register, risks in registers:
            assert list(steps[register]) == [risk["title"] for risk in risks], today
            assert list(steps[register].values()) == [risk["history"] for risk in risks], today


def test_an_interrupted_load_leaves_nothing(db, monkeypatch):
    before = rows()
    monkeypatch.setattr(
        demo, "BODIES", ("eastvale", "northmoor-corporate")
    )  # no body: it breaks there
    with pytest.raises(KeyError):
        demo.load()
    assert rows() == before


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

    def read(self, name, *args, **query):
        """A page as at the day of loading; spaces count once."""
        self.client.force_login(User.objects.get(email="member@northmoor.example"))
        answer = self.client.get(
            reverse(name, args=["corporate", *args]), {"as_at": self.today.isoformat(), **query}
        )
        return " ".join(answer.content.decode().split())

    def test_1_seven_of_35_risks_are_above_tolerance_as_many_as_at_the_quarter_end(self):
        assert len(self.bands_today) == 35
        assert (
            Counter(self.bands_today.values())["severe"]
            == Counter(self.bands_at_quarter_end.values())["severe"]
            == 7
        )
        sentence = (
            "Seven of 35 risks are above tolerance (Severe; High or higher for legal), "
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
        assert "No current rating yet" in self.read("risk_detail", 23)

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
        assert self.corporate.risks.get(status=Risk.Status.HAPPENED).number == 11
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
        vacant = self.corporate.risks.exclude(status=Risk.Status.CLOSED).filter(owner__holder=None)
        assert set(vacant.values_list("number", flat=True)) == {3, 5, 12, 24, 32, 33, 38}
        assert vacant.values("owner").distinct().count() == 3
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

    def test_the_agreement_and_the_changes_since(self):
        self.client.force_login(User.objects.get(email="member@northmoor.example"))
        latest, older = self.corporate.agreements.all()
        assert (latest.body, older.body) == (
            "Audit and governance committee",
            "Corporate management team",
        )
        assert latest.positions.on_register().count() == 34
        assert latest.positions.on_register().filter(band="severe").count() == 7
        text = self.client.get(reverse("agreement_list", args=["corporate"])).text
        assert (
            "Four risks have changed band since, one is rated for the first time, two are new, "
            "one is closed." in text
        )

    def test_the_assurance_map(self):
        text = re.sub(r"<[^>]+>", "", self.read("assurance_map"))
        assert (
            "Of 35 risks, two rest on line 1 alone, two have only opinions that have run out "
            "and 17 have no assurance"
        ) in text
        assert "14 have an opinion from line 2, 3 or 4 that still holds" in text
        assert "CORP-020" in self.read("risk_list", assurance="first-line")
        assert "CORP-005" in self.read("risk_list", assurance="expired")

    def test_savings_and_safety_checks_are_held_by_interims(self):
        assert "Run by interims" in self.read("risk_detail", 1)
        safety = self.read("risk_detail", 2)
        assert all(
            words in safety for words in ("Run by interims", "Run by somebody outside", "Limited")
        )

    def test_the_finance_system_fell_without_evidence(self):
        text = self.read("risk_detail", 18)
        assert "Nobody has said how well this risk is held" in text
        assert "<strong>Never</strong>" in text

    def test_seven_actions_are_late_five_of_them_re_dated_before(self):
        actions = actions_of_risks(self.corporate.risks.all())
        assert (
            action_counts(actions, self.today).sentence
            == "Seven of 16 open actions are late, five of them re-dated before."
        )
        page = self.read("risk_detail", 1)
        assert "moved three times" in page
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
        assert "Taken up from other registers: 1" in self.read("risk_list")

    def test_waiting_risks_are_on_the_home_page(self):
        for person, words in {"manager": ["CHS-004", "CORP-003"], "officer": ["CORP-018"]}.items():
            self.client.force_login(User.objects.get(email=f"{person}@northmoor.example"))
            waits = (
                self.client.get("/").text.partition('id="waiting"')[2].partition("</section>")[0]
            )
            assert [word for word in words if word not in waits] == []

    def test_some_reviews_were_on_time_one_was_late_and_one_is(self):
        outcomes = {
            review.outcome for review in Review.objects.filter(risk__register=self.corporate)
        }
        assert outcomes >= {"stands", "higher", "wording", "judge"}
        assert "Review was due" in self.read("risk_detail", 5)
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


class TestToday(TenFacts, TestCase):
    """The facts of today and what else the pages can show; loaded once for all."""

    def test_all_seven_types_of_failure_occur_and_one_or_two_are_not_decided(self):
        types = set(self.corporate.risks.values_list("primary_failure_type__slug", flat=True))
        assert types == {None, *FailureType.objects.values_list("slug", flat=True)}
        assert self.corporate.risks.filter(primary_failure_type=None).count() <= 2

    def test_earlier_quarter_ends_differ_from_today(self):
        today = bands_on(self.corporate, timezone.localdate())
        for day in quarter_ends(8):
            assert bands_on(self.corporate, day) != today

    def test_bands_rise_and_fall_between_quarter_ends(self):
        rank = {band.slug: band.rank for band in self.corporate.scheme.rules.bands}
        ends = quarter_ends(8)
        moves = set()
        for earlier, later in itertools.pairwise(ends):
            before, after = bands_on(self.corporate, earlier), bands_on(self.corporate, later)
            moves |= {
                (rank[after[n]] > rank[before[n]])
                for n in after
                if before.get(n) and after[n] and after[n] != before[n]
            }
        assert moves == {True, False}

    def test_some_are_severe_at_five_quarter_ends_running(self):
        courses = [bands_on(self.corporate, day) for day in quarter_ends(5)]
        stuck = [
            number
            for number in courses[0]
            if all(course.get(number) == "severe" for course in courses)
        ]
        assert len(stuck) >= 2

    def test_a_reopened_risk_shows_what_its_closing_depended_on(self):
        risk = self.corporate.risks.get(number=12)
        turns = [turn.what for turn in risk.closures(timezone.localdate())]
        assert (turns, risk.status, "temporary staff" in risk.depends_on) == (
            ["reopened", "closed"],
            "open",
            True,
        )

    def test_a_risk_that_happened_shows_its_earlier_rating(self):
        risk = self.corporate.risks.get(number=11)
        assert (risk.happened_under.band, "186 people" in risk.happened_what) == ("severe", True)

    def test_the_severe_ones_have_a_position_for_the_committee_and_it_is_short(self):
        severe = list(
            self.corporate.risks.filter(current__band="severe", status__in=Risk.ON_REGISTER)
        )
        assert len(severe) == 7
        assert [
            r for r in severe if not 20 < len(r.committee_position.split()) <= POSITION_WORDS
        ] == []

    def test_two_are_tolerated_one_of_them_for_less_than_a_month(self):
        ends = self.corporate.risks.filter(response="tolerate").values_list(
            "tolerated_until", flat=True
        )
        assert sorted((day - timezone.localdate()).days for day in ends) == [24, 200]

    def test_only_editors_see_a_draft(self):
        draft = self.corporate.risks.get(status=Risk.Status.DRAFT)
        readers = [
            name
            for name in ("member", "officer", "manager", "peer", "admin")
            if draft
            in risks_for(User.objects.get(email=f"{name}@northmoor.example"), self.corporate)
        ]
        assert readers == ["officer", "manager"]

    def test_two_were_never_scored_one_happened_three_are_closed(self):
        today = self.corporate.positions.as_at(timezone.localdate())
        assert today.on_register().filter(current=None).count() == 2
        assert self.corporate.risks.filter(status=Risk.Status.HAPPENED).count() == 1
        closing = RiskRevision.objects.filter(
            risk__register=self.corporate, what=RiskRevision.Event.CLOSED
        )
        assert closing.exclude(reason="").count() == 4  # one of them came back
        assert self.corporate.risks.filter(status=Risk.Status.CLOSED).count() == 3

    def test_the_spread_of_ratings_is_plausible(self):
        bands = Counter(bands_on(self.corporate, timezone.localdate()).values())
        assert 31 <= bands.total() <= 35
        assert bands["severe"] in range(5, 8)
        assert bands["high"] in range(10, 13)
        assert bands["moderate"] in range(10, 13)
        assert bands["low"] in range(3, 6)

    def test_causes_run_from_a_word_to_more_than_120(self):
        lengths = [
            len(cause.split()) for cause in self.corporate.risks.values_list("cause", flat=True)
        ]
        assert min(lengths) == 1
        assert max(lengths) > 120

    def test_imported_history_is_recorded_after_it_was_effective(self):
        late = [
            r
            for r in RiskRevision.objects.filter(risk__register=self.corporate)
            if _is_recorded_late(r)
        ]
        assert {revision.risk.number for revision in late} == set(range(25, 36))
        assert len({timezone.localdate(revision.recorded_at) for revision in late}) == 1

    def test_inherent_target_and_peer_ratings_accompany_our_own(self):
        of_corporate = Assessment.objects.filter(risk__register=self.corporate)
        assert of_corporate.filter(kind="inherent").exists()
        assert of_corporate.filter(kind="target").exists()
        peers = of_corporate.get(perspective="peer")
        assert peers.by.email == "peer@northmoor.example"
        assert peers.risk.current.perspective == "own"

    def test_nothing_is_in_the_future(self):
        today, present = timezone.localdate(), timezone.now()
        for model in (RiskRevision, Assessment, Review, ActionRevision, Escalation):
            assert not model.objects.filter(effective_on__gt=today).exists()
            assert not model.objects.filter(recorded_at__gt=present).exists()
        assert not Agreement.objects.filter(Q(on__gt=today) | Q(recorded_at__gt=present)).exists()
        assert not Risk.objects.filter(raised_on__gt=today).exists()
        assert not Position.objects.filter(from_day__gt=today).exists()

    def test_controls_and_assurances_are_not_in_the_future(self):
        today, present = timezone.localdate(), timezone.now()
        for model in (ControlRevision, Assurance):
            assert not model.objects.filter(
                Q(effective_on__gt=today) | Q(recorded_at__gt=present)
            ).exists()
        assert not Control.objects.filter(last_tested_on__gt=today).exists()

    def test_the_exempt_risk_is_exempt(self):
        risk = self.corporate.risks.get(is_exempt=True)

        def is_seen_by(name):
            return risk in risks_for(
                User.objects.get(email=f"{name}@northmoor.example"), self.corporate
            )

        assert risk.raised_by.email == "manager@northmoor.example"
        assert [
            name for name in ("member", "officer", "manager", "peer", "admin") if is_seen_by(name)
        ] == [
            "member",
            "manager",
        ]

    def test_some_posts_are_vacant_and_some_interim(self):
        posts = Post.objects.filter(organisation__slug="northmoor")
        assert posts.filter(holder=None).count() == 3
        assert posts.filter(is_interim=True).count() == 3

    def test_only_demo_accounts_can_sign_in_and_the_peers_role_ends(self):
        demo.set_passwords("a-made-up-word")
        can = {user.email for user in User.objects.all() if user.has_usable_password()}
        assert can == {account.email for account in demo.accounts()}
        assert Membership.objects.get(role="peer").until > timezone.localdate()

    def test_the_audit_chains_verify(self):
        for slug in demo.BODIES:
            chain = AuditChain.objects.get(organisation__slug=slug)
            assert chain.last_number > 0
            assert list(chain.problems()) == []

    def test_positions_agree_with_history(self):
        call_command(
            "rebuild_positions", "--check", stdout=io.StringIO()
        )  # raises CommandError where they do not

    def test_loading_twice_changes_no_rows(self):
        before = rows()
        assert demo.load() is False
        assert rows() == before

    def test_the_same_password_again_keeps_people_signed_in(self):
        demo.set_passwords("a-made-up-word")
        self.client.force_login(User.objects.get(email="member@northmoor.example"))
        demo.set_passwords("a-made-up-word")
        assert self.client.get(reverse("home")).status_code == 200


@pytest.mark.look
class TestTenFactsOnAQuarterEnd(TenFacts, TestCase):
    load_day = datetime.date(2024, 3, 31)


@pytest.fixture
def small(db, monkeypatch):
    """Eastvale alone, whose few risks are told in a twentieth of the time."""
    monkeypatch.setattr(demo, "BODIES", ("eastvale",))


def test_the_password_of_the_environment_signs_everybody_in(small, client, monkeypatch, capsys):
    for password in ("the-first-made-up-word", "the-second-made-up-word"):
        monkeypatch.setenv("DEMO_PASSWORD", password)
        call_command("load_demo")
        assert password not in capsys.readouterr().out
        for account in demo.accounts():
            answer = client.post(
                reverse("account_login"), {"login": account.email, "password": password}
            )
            assert answer.status_code == 302, account.email
            client.logout()


def test_without_one_a_new_password_is_set_and_printed(small, monkeypatch, capsys):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    passwords = []
    for _ in range(2):
        call_command("load_demo")
        passwords.append(capsys.readouterr().out.strip().rpartition(" ")[2])
        assert User.objects.get(email=demo.accounts()[0].email).check_password(passwords[-1])
    assert passwords[0] != passwords[1]


def test_an_installation_that_may_be_real_refuses_the_demo(db, settings):
    settings.IS_LAPTOP, settings.DEMO = False, False
    for command in ("load_demo", "demo"):
        with pytest.raises(CommandError, match="DEMO=true"):
            call_command(command)
    assert not Organisation.objects.exists()


def test_a_public_demo_may_say_so(small, settings, capsys):
    settings.IS_LAPTOP, settings.DEMO = False, True
    call_command("load_demo")
    assert Organisation.objects.filter(slug="eastvale").exists()


def test_a_taken_name_is_reported_and_nothing_is_loaded(db):
    User.objects.create_user("manager@northmoor.example", name="Somebody else")
    with pytest.raises(CommandError, match="already bears a name"):
        call_command("load_demo")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("text", ["0", "65536", "8000a", "-1", "٣"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(CommandError, match="PORT must be a number"):
        free_port(text)


def test_a_port_in_use_is_refused():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with pytest.raises(CommandError, match="something else answers there"):
            free_port(str(listening.getsockname()[1]))
