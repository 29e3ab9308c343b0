"""Agreements: they keep what was recorded by then; today's rules decide who may read them."""

import datetime
import re
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    make_user,
)
from profiles import examples
from recorded_risks import at, effective_and_recorded, make_recorded_risk
from risk_histories import DAYS, RAISED, SPAN, histories, ratings, rollback

from registers.models import Agreement, AuditEntry, HistoryIsAppendOnly, Position, Role
from registers.permissions import agreed_for, position_history_for, positions_for
from registers.services import agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(slug="ours")


def scores(positions):
    return {position.number: position.score for position in positions}


# What is kept


def test_a_late_rating_shows_as_at_the_day_but_not_as_agreed(register):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    make_assessment(risk, (5, 5), on=days_ago(20))
    reader = make_person(register.organisation, Role.MEMBER)
    as_at, agreed = (
        positions_for(reader, register, days_ago(10), basis).get() for basis in (None, agreement)
    )
    assert (as_at.score, agreed.score) == (25, 12)


def test_a_record_by_the_end_of_the_day_is_included(register):
    risk = make_recorded_risk(register)
    make_assessment(risk, (5, 5), on=days_ago(20), recorded_at=at(days_ago(10), 23))
    assert make_agreement(register, on=days_ago(10)).positions.get().score == 25


def test_a_record_after_midnight_is_left_out(register):
    risk = make_recorded_risk(register)
    make_assessment(risk, (5, 5), on=days_ago(20), recorded_at=at(days_ago(9), 0))
    assert make_agreement(register, on=days_ago(10)).positions.get().score == 12


def test_the_day_ends_in_london():
    """At midnight by summer time it is still the day before in UTC."""
    agreement = Agreement(on=datetime.date(2026, 6, 30), recorded_at=timezone.now())
    assert agreement.known_by == datetime.datetime(2026, 6, 30, 22, 59, 59, 999999, datetime.UTC)


def test_an_agreement_of_today_leaves_out_later_records_of_today(register):
    risk = make_risk(register, assessed=(2, 2))
    agreement = make_agreement(register)
    make_assessment(risk, (5, 5))
    assert (agreement.positions.get().score, scores(agreement.build_positions())) == (4, {1: 4})


def test_a_change_effective_later_is_left_out(register):
    make_revision(
        make_recorded_risk(register, title="First"), title="Later", **effective_and_recorded(5)
    )
    assert make_agreement(register, on=days_ago(10)).positions.get().revision.title == "First"


def test_a_risk_not_yet_recorded_is_left_out(register):
    make_recorded_risk(register)
    make_risk(register, assessed=(5, 5), on=days_ago(30))  # recorded now
    assert scores(make_agreement(register, on=days_ago(10)).positions) == {1: 12}


def test_no_other_register_is_in_it(register):
    make_recorded_risk(register)
    make_recorded_risk(make_register(register.organisation))
    assert make_agreement(register, on=days_ago(10)).positions.get().register == register


def test_agreed_rows_are_no_live_ones(register):
    risk = make_recorded_risk(register)
    before = list(risk.positions.values())
    make_agreement(register, on=days_ago(10))
    reader = make_person(register.organisation, Role.MEMBER)
    live = [
        risk.positions,
        register.positions,
        Position.objects.filter(risk=risk),
        position_history_for(reader, register),
    ]
    assert [list(rows.values()) for rows in live] == [before] * 4


def test_the_database_allows_a_risk_once_in_an_agreement(register):
    make_recorded_risk(register)
    row = make_agreement(register, on=days_ago(10)).positions.get()
    row.pk, row.from_day = None, days_ago(39)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_database_starts_one_live_position_a_day(register):
    row = make_recorded_risk(register).positions.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


instants = st.integers(0, 20).map(lambda days: at(RAISED + datetime.timedelta(days=days)))


@examples(30)
@given(
    steps=histories,
    first=st.none() | ratings,
    delays=st.lists(st.integers(0, 15), min_size=6, max_size=6),
    on=st.sampled_from(DAYS[SPAN:-2]),
)
def test_an_agreement_keeps_what_was_recorded_by_the_end_of_its_day(steps, first, delays, on):
    """By brute force: the same history without what was recorded too late, as at the day."""
    with rollback():
        register, by = make_register(), make_user()
        late_history = LateHistory(register, by, steps, delays, first)
        agreement = make_agreement(register, on=on, by=by)
        position = agreement.positions.first()
        state = position and (
            position.revision.title,
            position.revision.status,
            position.current and (position.current.likelihood, position.current.impact),
        )
        assert state == late_history.state_at(on, at(on + datetime.timedelta(days=1), 0))


@examples(10)
@given(
    steps=histories,
    delays=st.lists(st.integers(0, 15), min_size=6, max_size=6),
    on=st.sampled_from(DAYS[SPAN:-2]),
)
def test_the_position_check_accepts_an_agreement(steps, delays, on):
    with rollback():
        register, by = make_register(), make_user()
        late_history = LateHistory(register, by, steps, delays, (2, 3))
        make_agreement(register, on=on, by=by)
        make_revision(
            late_history.risk, by=by, title="Said later", is_exempt=True, revision_event="exempted"
        )
        call_command("rebuild_positions", check=True, stdout=StringIO())


class LateHistory:
    """A risk whose history was recorded some days late, with its (day, recorded, content)."""

    def __init__(self, register, by, steps, delays, first):
        self.clock = at(RAISED)
        self.last = RAISED
        self.risk = make_risk(
            register, by=by, on=RAISED, assessed=first, title="Title 0", recorded_at=self.clock
        )
        self.words = [(RAISED, self.clock, ("Title 0", "open"))]
        self.ratings = [(RAISED, self.clock, first)] if first else []
        for number, ((event, shift, detail), delay) in enumerate(
            zip(steps, delays, strict=False), 1
        ):
            own_day = RAISED + datetime.timedelta(days=shift)
            effective = self.last + datetime.timedelta(days=shift) if event == "edit" else own_day
            noon = at(effective + datetime.timedelta(days=delay))
            self.clock = min(max(self.clock, noon), timezone.now() - datetime.timedelta(days=1))
            if event == "edit":
                self.last = effective
                fields_of_reopening = (
                    {"revision_event": "reopened"} if self.risk.status == "closed" else {}
                )  # or it would take no edit
                fields = {"title": f"Title {number}", "status": detail, **fields_of_reopening}
                make_revision(self.risk, by=by, on=effective, recorded_at=self.clock, **fields)
                self.words.append((effective, self.clock, (f"Title {number}", detail)))
            elif self.risk.status != "closed":  # which takes no judgement
                pair, other = (detail, {}) if event == "ours" else ((5, 5), detail)
                make_assessment(
                    self.risk, pair, by=by, on=effective, recorded_at=self.clock, **other
                )
                self.last = max(self.last, effective)
                if event == "ours":
                    self.ratings.append((effective, self.clock, pair))

    def state_at(self, day, before):
        words = _latest_content(self.words, day, before)
        return words and (*words, _latest_content(self.ratings, day, before))


def _latest_content(entries, day, before):
    """The last content of the latest day up to day, recorded before an instant, or None."""
    candidates = [
        (on, number, content)
        for number, (on, recorded, content) in enumerate(entries)
        if on <= day and recorded < before
    ]
    return max(candidates)[2] if candidates else None


# The verb


def test_the_same_token_twice_is_one_agreement(register):
    make_recorded_risk(register)
    form = {
        "register": register,
        "by": make_user(),
        "body": "Cabinet",
        "on": days_ago(1),
        "token": uuid.uuid4(),
    }
    assert agree(**form) == agree(**form)
    assert Position.everything.exclude(agreement=None).count() == 1


def test_the_token_of_another_persons_agreement_makes_a_new_one(register):
    other = make_agreement(register)
    assert make_agreement(register, token=other.token).token != other.token


def test_a_future_day_cannot_be_agreed(register):
    with pytest.raises(ValueError, match="has not come"):
        make_agreement(register, on=days_ago(-1))


def test_an_agreement_is_in_the_audit_chain(register):
    make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.facts["agreement"], entry.facts["risks"]) == (
        "register.agreed",
        agreement.pk,
        1,
    )


def test_an_agreement_is_never_edited(register):
    with pytest.raises(HistoryIsAppendOnly):
        make_agreement(register).save()


def test_agreeing_takes_as_many_queries_for_many_risks_as_for_one(register):
    def queries():
        with CaptureQueriesContext(connection) as context:
            make_agreement(register, by=by)
        return len(context)

    by = make_user()
    make_recorded_risk(register)
    make_agreement(register, by=by)
    few = queries()
    for _ in range(20):
        make_assessment(make_recorded_risk(register), (5, 5))
    assert queries() == few


def test_the_audit_finds_a_position_changed_behind_an_agreement(register):
    risk = make_recorded_risk(register)
    make_agreement(register, on=days_ago(1))
    Position.everything.exclude(agreement=None).update(current=make_assessment(risk, (1, 1)))
    with pytest.raises(CommandError, match=r"the agreement \d+ is not what was sealed"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "change", [{"body": "Cabinet"}, {"note": "Not really"}, {"on": days_ago(2)}]
)
def test_the_audit_finds_a_changed_agreement(register, change):
    make_agreement(register)
    QuerySet(Agreement).update(**change)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit")


def test_the_audit_finds_an_agreement_that_was_slipped_in(register):
    Agreement.objects.create(register=register, body="Cabinet", on=days_ago(1), by=make_user())
    with pytest.raises(CommandError, match=r"Agreement \d+ stands in no audit chain"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "tampered", [{"band": "low"}, {"score": 25}, {"is_exempt": True}, {"current": None}]
)
def test_the_check_finds_an_agreed_position_that_was_tampered_with(register, tampered):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    agreement.positions.update(**tampered)
    with pytest.raises(CommandError, match=f"{agreement.body}.*{risk.reference}"):
        call_command("rebuild_positions", check=True)


def test_rebuilding_puts_agreed_positions_right(register):
    make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(1))
    agreement.positions.all().delete()
    call_command("rebuild_positions", stdout=StringIO())
    assert scores(agreement.positions) == {1: 12}


def test_a_rebuild_of_a_risk_leaves_agreed_positions_unchanged(register):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    before = list(agreement.positions.values())
    make_revision(risk, title="Later")
    assert list(agreement.positions.values()) == before


# Who may read it is decided today


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PEER, Role.ADMINISTRATOR])
def test_a_risk_made_exempt_later_is_hidden_as_agreed(register, role):
    risk = make_recorded_risk(register)
    agreement = make_agreement(register, on=days_ago(10))
    make_revision(risk, is_exempt=True)
    assert not positions_for(
        make_person(register.organisation, role), register, days_ago(10), agreement
    ).exists()


def test_a_risk_no_longer_exempt_is_shown_as_agreed(register):
    risk = make_recorded_risk(register, is_exempt=True)
    agreement = make_agreement(register, on=days_ago(10))
    make_revision(risk, is_exempt=False)
    assert positions_for(
        make_person(register.organisation, Role.PEER), register, days_ago(10), agreement
    ).exists()


def test_a_stranger_reads_nothing_that_was_agreed(register):
    make_recorded_risk(register)
    make_agreement(register, on=days_ago(10))
    assert not agreed_for(make_person(make_organisation(), Role.MANAGER), register).exists()


# The pages


@pytest.fixture
def reader(register):
    client = Client()
    client.force_login(make_person(register.organisation, Role.MANAGER))
    return client


@pytest.fixture
def agreed(register):
    """An agreement of ten days ago; since then risks went up, down, were closed and added."""
    up = make_recorded_risk(register, (3, 4), title="Upward")
    down = make_recorded_risk(register, (5, 5), title="Downward")
    make_recorded_risk(register, (1, 1), title="Unmoved")
    closed = make_recorded_risk(register, (2, 2), title="Gone")
    agreement = make_agreement(register, on=days_ago(10), note="Minute 14")
    make_assessment(up, (5, 5), on=days_ago(20))
    make_assessment(down, (1, 1))
    closed.refresh_from_db()
    closed.close(by=closed.raised_by, version=closed.version, reason="Over.")
    make_risk(register, title="Newcomer")
    return agreement


EVERYWHERE = ["", "dashboard/", "risks/1/", "risks/1/history/"]
everywhere = pytest.mark.parametrize("place", EVERYWHERE)


@everywhere
def test_an_agreed_page_names_the_agreement(reader, agreed, place):
    text = reader.get(f"/registers/ours/{place}?agreed={agreed.pk}").text
    assert (
        "As agreed by Audit and governance committee on" in text
        and "what was known by then" in text
    )


@everywhere
@pytest.mark.parametrize("value", ["x", "0", "-1", "1.5", " 1", "٣", "9" * 30, "1\x00"])
def test_nonsense_is_refused(reader, agreed, place, value):
    assert reader.get(f"/registers/ours/{place}", {"agreed": value}).status_code == 400


@everywhere
def test_agreed_and_as_at_do_not_go_together(reader, agreed, place):
    assert (
        reader.get(f"/registers/ours/{place}?agreed={agreed.pk}&as_at={days_ago(10)}").status_code
        == 400
    )


@everywhere
def test_an_agreement_of_another_register_is_not_found(reader, register, agreed, place):
    other = make_agreement(make_register(register.organisation))
    answers = [
        reader.get(f"/registers/ours/{place}?agreed={pk}").status_code for pk in (other.pk, 10**17)
    ]
    assert answers == [404, 404]


@everywhere
def test_links_of_an_agreed_page_stay_as_agreed(reader, agreed, place):
    text = reader.get(f"/registers/ours/{place}?agreed={agreed.pk}").text
    links = re.findall(
        r'<a class="govuk-(?:link|breadcrumbs__link)" href="(/registers/ours/[^"]*)"(?!>See today)',
        text,
    )
    lists = tuple(
        f"/registers/ours/{place}/"
        for place in ("agreements", "actions", "escalations", "worklist")
    )
    files = tuple(f"/registers/ours/{file}" for file in ("import/", "export.json", "open-data."))
    exceptions = ("/registers/ours/risks/new/", *lists, *files)
    assert [
        a
        for a in links
        if f"agreed={agreed.pk}" not in a and not a.startswith(exceptions) and "as_at=" not in a
    ] == []


def test_the_list_is_as_agreed(reader, agreed):
    text = reader.get(f"/registers/ours/?agreed={agreed.pk}&sort=reference").text
    assert re.findall(r'app-score">(\d+)<', text) == ["12", "25", "1", "4"]


def test_the_list_filters_as_agreed(reader, agreed):
    assert 'data-total="1"' in reader.get(f"/registers/ours/?agreed={agreed.pk}&band=severe").text


def test_a_risk_page_is_as_agreed(reader, agreed):
    text = reader.get(f"/registers/ours/risks/1/?agreed={agreed.pk}").text
    assert ("3 x 4 = 12" in text, "5 x 5 = 25" in text) == (True, False)


def test_a_history_is_as_recorded_by_the_agreement(reader, agreed):
    text = reader.get(f"/registers/ours/risks/1/history/?agreed={agreed.pk}").text
    assert (text.count("Version 1"), text.count("Version 2")) == (1, 0)


def test_a_risk_not_yet_recorded_shows_nothing(reader, agreed):
    assert "was not yet on" in reader.get(f"/registers/ours/risks/5/?agreed={agreed.pk}").text


def test_the_dashboard_counts_as_agreed(reader, agreed):
    text = reader.get(f"/registers/ours/dashboard/?agreed={agreed.pk}").text
    assert "One of 4 risks is above tolerance" in text


def test_every_number_on_the_dashboard_as_agreed_links_to_as_many_risks(reader, agreed):
    text = reader.get(f"/registers/ours/dashboard/?agreed={agreed.pk}&more=order&more=ways").text
    links = set(re.findall(r'href="([^"]*)" data-count="(\d+)"', text))
    wrong = {}
    for href, count in links:
        total = re.search(r'data-total="(\d+)"', reader.get(href.replace("&amp;", "&")).text)[1]
        if total != count:
            wrong[href] = (total, count)
    assert (wrong, any("agreed=" in href for href, _ in links)) == ({}, True)


def test_agreements_are_listed_with_counts_and_links(reader, agreed):
    text = reader.get("/registers/ours/agreements/").text
    links = re.findall(r'href="([^"]*agreed=[^"]*)" data-count="(\d+)"', text)
    totals = [
        re.search(r'data-total="(\d+)"', reader.get(href.replace("&amp;", "&")).text)[1]
        for href, _ in links
    ]
    assert [count for _, count in links] == totals == ["4", "1"]


def test_the_agreements_count_the_changes_since(reader, agreed):
    text = reader.get("/registers/ours/agreements/").text
    assert "Two risks have changed band since, one is new, one is closed." in text


def test_the_agreements_name_the_changed_risks(reader, agreed):
    text = reader.get("/registers/ours/agreements/").text
    titles = [
        title for title in ("Upward", "Downward", "Newcomer", "Gone", "Unmoved") if title in text
    ]
    assert titles == ["Upward", "Downward", "Newcomer", "Gone"]


def test_the_agreements_say_when_nothing_has_changed(reader, register):
    make_recorded_risk(register)
    make_agreement(register)
    assert "Nothing has changed since" in reader.get("/registers/ours/agreements/").text


def test_the_latest_agreement_comes_first(reader, register):
    make_recorded_risk(register)
    for ago, body in ((5, "Cabinet"), (2, "Committee"), (9, "Management team")):
        make_agreement(register, on=days_ago(ago), body=body)
    assert re.findall(
        r": (\w+(?: team)?)</h2>", reader.get("/registers/ours/agreements/").text
    ) == [
        "Committee",
        "Cabinet",
        "Management team",
    ]


def test_the_dashboard_mentions_the_latest_agreement(reader, agreed):
    text = reader.get("/registers/ours/dashboard/").text
    body, link = (
        "Audit and governance committee",
        f'href="/registers/ours/dashboard/?agreed={agreed.pk}"',
    )
    assert f'{body} agreed <a class="govuk-link" {link}' in text
    assert "Two risks have changed band since." in text


def test_a_dashboard_of_a_past_day_offers_agreements_only_for_comparison(reader, agreed):
    text = reader.get(f"/registers/ours/dashboard/?as_at={days_ago(3)}").text
    assert (
        "changed band since" not in text and "Audit and governance committee agreed <a" not in text
    )


def test_without_an_agreement_the_page_explains_what_one_is(reader):
    assert "Nobody has agreed this register yet" in reader.get("/registers/ours/agreements/").text


@pytest.mark.parametrize("place", ["agreements/", "dashboard/"])
def test_a_page_takes_as_many_queries_for_many_agreements_as_for_one(reader, register, place):
    def queries():
        with CaptureQueriesContext(connection) as context:
            assert reader.get(f"/registers/ours/{place}").status_code == 200
        return len(context)

    make_assessment(make_recorded_risk(register), (5, 5))
    make_agreement(register, on=days_ago(3))
    reader.get(f"/registers/ours/{place}")
    few = queries()
    for ago in range(4, 24):
        make_agreement(register, on=days_ago(ago))
        make_assessment(make_recorded_risk(register), (5, 5))
    assert queries() == few


# The form


def form(day, **fields):
    parts = {"on_0": day.day, "on_1": day.month, "on_2": day.year}
    return {"body": "Cabinet", "note": "", "token": str(uuid.uuid4()), **parts, **fields}


def test_the_form_records_an_agreement(reader, register):
    make_recorded_risk(register)
    reader.post("/registers/ours/agreements/new/", form(days_ago(3)))
    assert (register.agreements.get().body, scores(register.agreements.get().positions)) == (
        "Cabinet",
        {1: 12},
    )


def test_the_same_form_twice_makes_one_agreement(reader, register):
    make_recorded_risk(register)
    data = form(days_ago(3))
    answers = [reader.post("/registers/ours/agreements/new/", data).status_code for _ in range(2)]
    assert (answers, register.agreements.count()) == ([302, 302], 1)


@pytest.mark.parametrize(
    ("ago", "fields", "words"),
    [
        (-1, {}, "The day must be today or in the past"),
        (400, {}, "Nothing was on this register on that day"),
        (3, {"body": ""}, "Enter who agreed it"),
        (3, {"body": "x" * 101}, "must be 100 characters or fewer"),
        (3, {"on_1": "13"}, "must be a real date"),
    ],
)
def test_an_invalid_agreement_is_refused_with_a_message(reader, register, ago, fields, words):
    make_recorded_risk(register)
    answer = reader.post("/registers/ours/agreements/new/", form(days_ago(ago), **fields))
    assert (answer.status_code, words in answer.text, register.agreements.exists()) == (
        200,
        True,
        False,
    )


def test_words_of_an_agreement_do_not_become_markup(reader, register):
    make_recorded_risk(register)
    make_agreement(register, body="<b>Cabinet</b>", note="<script>alert(1)</script>")
    pages = [reader.get(f"/registers/ours/{place}").text for place in ("agreements/", "dashboard/")]
    assert not [text for text in pages if "<b>Cabinet" in text or "<script>alert" in text]


# How it is read


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
@pytest.mark.parametrize(
    ("index", "is_agreed", "question"),
    [
        ("position_list", False, lambda rows: rows.order_by("-score", "number").values("pk")[:25]),
        (
            "position_ends",
            False,
            lambda rows: rows.order_by().values("pk", "risk_id", "band", "scheme_id"),
        ),
        ("position_agreed", True, lambda rows: rows.order_by("-score", "number").values("pk")[:25]),
        (
            "position_agreed",
            True,
            lambda rows: rows.order_by().values("pk", "risk_id", "band", "scheme_id"),
        ),
    ],
)
@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICER])
def test_a_register_is_read_from_an_index_alone(register, role, index, is_agreed, question):
    make_recorded_risk(register)
    agreement = make_agreement(register)
    rows = positions_for(
        make_person(register.organisation, role),
        register,
        days_ago(0),
        agreement if is_agreed else None,
    )
    plan = question(rows.on_register()).explain()
    assert (f"USING COVERING INDEX {index} " in plan, "ORDER BY" in plan) == (True, False)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
@pytest.mark.parametrize(
    ("index", "day"), [("position_starts", "from_day"), ("position_ends", "until_day")]
)
def test_a_course_is_read_from_an_index_alone(register, index, day):
    make_recorded_risk(register)
    reader = make_person(register.organisation, Role.MANAGER)
    plan = (
        position_history_for(reader, register)
        .on_register()
        .order_by()
        .values(day, "band", "scheme_id")
    )
    plan = plan.annotate(n=Count("pk")).explain()
    assert f"USING COVERING INDEX {index} " in plan
