"""The demo as it is loaded today: its story, what its pages say, and its files."""

import io
import itertools
from collections import Counter

from audit_check import verify
from demo_facts import TenFacts, bands_on
from django.apps import apps
from django.core.management import call_command
from django.db.models import Q
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from makers import make_person
from reimport import assert_export_equals_register, assert_reimport_is_unchanged, export

from registers import demo
from registers.demo import dates
from registers.models import (
    ActionRevision,
    Agreement,
    Assessment,
    Assurance,
    AuditChain,
    AuditEntry,
    Control,
    ControlRevision,
    Escalation,
    FailureType,
    Membership,
    Position,
    Post,
    Register,
    Review,
    Risk,
    RiskRevision,
    Role,
    User,
)
from registers.permissions import risks_for
from registers.risk_fields import BY_NAME


def rows():
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def quarter_ends(count):
    today = timezone.localdate()
    return [dates.quarter_end(today, back) for back in range(count, 0, -1)]


def _is_recorded_late(revision):
    return timezone.localdate(revision.recorded_at) > revision.effective_on


class TestToday(TenFacts, TestCase):
    """The facts of today and what else the pages can show; loaded once for all."""

    def test_all_seven_types_of_failure_occur_and_one_or_two_are_not_decided(self):
        slugs = self.corporate.risks.values_list("latest__primary_failure_type__slug", flat=True)
        assert {*slugs} == {None, *FailureType.objects.values_list("slug", flat=True)}
        assert self.corporate.risks.filter(latest__primary_failure_type=None).count() <= 2

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
            self.corporate.risks.filter(current__band="severe", latest__status__in=Risk.ON_REGISTER)
        )
        assert len(severe) == 7
        most = BY_NAME["committee_position"].most_words
        assert [r for r in severe if not 20 < len(r.committee_position.split()) <= most] == []

    def test_two_are_tolerated_one_of_them_for_less_than_a_month(self):
        ends = self.corporate.risks.filter(latest__response="tolerate").values_list(
            "latest__tolerated_until", flat=True
        )
        assert sorted((day - timezone.localdate()).days for day in ends) == [24, 200]

    def test_only_editors_see_a_draft(self):
        draft = self.corporate.risks.get(latest__status=Risk.Status.DRAFT)
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
        assert self.corporate.risks.filter(latest__status=Risk.Status.HAPPENED).count() == 1
        closing = RiskRevision.objects.filter(
            risk__register=self.corporate, what=RiskRevision.Event.CLOSED
        )
        assert closing.exclude(reason="").count() == 4  # one of them came back
        assert self.corporate.risks.filter(latest__status=Risk.Status.CLOSED).count() == 3

    def test_the_spread_of_ratings_is_plausible(self):
        bands = Counter(bands_on(self.corporate, timezone.localdate()).values())
        assert 31 <= bands.total() <= 35
        assert bands["severe"] in range(5, 8)
        assert bands["high"] in range(10, 13)
        assert bands["moderate"] in range(10, 13)
        assert bands["low"] in range(3, 6)

    def test_causes_run_from_a_word_to_more_than_120(self):
        lengths = [
            len(cause.split())
            for cause in self.corporate.risks.values_list("latest__cause", flat=True)
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
        assert not Control.objects.filter(latest__last_tested_on__gt=today).exists()

    def test_the_exempt_risk_is_exempt(self):
        risk = self.corporate.risks.get(is_exempt=True)

        def is_seen_by(name):
            return risk in risks_for(
                User.objects.get(email=f"{name}@northmoor.example"), self.corporate
            )

        assert risk.raised_by.email == "manager@northmoor.example"
        names = (
            *("member", "officer", "manager", "clerk"),
            *("monitoring-officer", "auditor", "peer", "admin"),
        )
        assert [name for name in names if is_seen_by(name)] == [
            "member",
            "manager",
            "monitoring-officer",
            "auditor",
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
        for slug in demo.ORGANISATIONS:
            chain = AuditChain.objects.get(organisation__slug=slug)
            assert chain.last_number > 0
            assert list(chain.verify_signatures()) == []

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

    def test_it_is_sealed_and_its_new_passwords_are_audited(self):
        assert verify() == ""
        for password in ("a-made-up-word", "a-made-up-word", "another-made-up-word"):
            demo.set_passwords(password)
        entries = AuditEntry.objects.filter(verb="demo.password-set")
        assert [len(entry.facts["users"]) for entry in entries] == [len(demo.accounts())] * 2
        assert verify() == ""

    def test_every_register_reimports_unchanged(self):
        for register in Register.objects.all():
            manager = make_person(register.organisation, Role.MANAGER)
            references = {risk.reference for risk in register.risks.all()}
            content = export(register, manager, "csv")
            assert_export_equals_register(register, content, "csv")
            unchanged = assert_reimport_is_unchanged(register, content, manager, "csv")
            assert unchanged == references
