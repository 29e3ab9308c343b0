import datetime
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    day,
    days_ago,
    make_assessment,
    make_body,
    make_control,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
)
from profiles import examples
from risk_histories import CLOSED, DAYS, RAISED, RiskHistory, _last_by, histories, ratings, rollback

from registers.models import Control, Position, Role, latest_revisions
from registers.permissions import (
    get_risk_for,
    position_history_for,
    positions_across,
    positions_for,
    risks_for,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def author(module_db):
    return make_user()


@pytest.fixture(scope="module")
def home(module_db):
    """The register of the histories."""
    return make_register()


def position_content(risk, day):
    """The same by the position query."""
    positions = Position.objects.as_at(day).select_related("revision", "current")
    position = positions.filter(risk=risk).first()
    current = position and position.current
    return position and (
        position.revision.title,
        position.revision.status,
        (current.likelihood, current.impact) if current else None,
    )


@examples(40)
@given(steps=histories, first=st.none() | ratings)
def test_any_history_is_read_as_it_was_recorded(home, author, steps, first):
    """The positions cover each day once, end in what the risk's own copy says, and pass their
    check.
    """
    with rollback():
        history = RiskHistory(home, author, steps, first)
        days = days_of_change(history)
        assert {day: position_content(history.risk, day) for day in days} == {
            day: history.on(day) for day in days
        }
        positions = list(history.risk.positions.on_record().order_by("from_day"))
        starts = [position.from_day for position in positions]
        assert [p.until_day for p in positions] == [*starts[1:], datetime.date.max]
        latest = history.risk.positions.as_at(days_ago(0)).get()
        assert (latest.revision.content(), latest.current) == (
            history.risk.content(),
            history.risk.current,
        )
        call_command("rebuild_positions", check=True, stdout=StringIO())


def days_of_change(history):
    """The day of each entry, the day before it, and the ends: nothing changes between them."""
    days = {day for day, _ in (*history.words, *history.ratings)}
    return {*days, *(day - datetime.timedelta(days=1) for day in days), DAYS[0], DAYS[-1]}


@examples(20)
@given(steps=histories, first=st.none() | ratings)
def test_a_position_has_the_day_its_band_began_and_the_band_before(home, author, steps, first):
    """By brute force, on each day of a change: (band, on the register).

    The band before counts only if the risk was on the register, or off it, the whole time.
    """
    with rollback():
        history = RiskHistory(home, author, steps, first)
        place = history.risk.register.scheme.rules.place
        since, before, last = None, "", None
        for day in sorted(days_of_change(history)):
            if not (content := history.on(day)):
                continue
            state = (place(*content[2]).band.slug if content[2] else "", content[1] != CLOSED)
            if state != last:
                stayed = last and last[1] == state[1] and state[0]
                since, before, last = day, last[0] if stayed else "", state
            row = Position.objects.as_at(day).get(risk=history.risk)
            assert (day, row.band_since, row.band_before) == (day, since, before)


changes = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["in-place", "retired"])), max_size=6
)


@examples(20)
@given(step_lists=st.lists(changes, min_size=1, max_size=3))
def test_a_control_is_as_recorded_on_each_day(home, author, step_lists):
    with rollback():
        risk, entries = make_risk(home, by=author, on=RAISED), {}
        for number, steps in enumerate(step_lists):
            control, last = make_control(risk, on=RAISED, title="Title 0"), RAISED
            entries[control.pk] = [(last, ("Title 0", "in-place"))]
            for shift, status in steps:
                last += datetime.timedelta(days=shift)
                title = f"Title {number} {len(entries[control.pk])}"
                control.revise(
                    by=risk.raised_by,
                    version=control.version,
                    effective_on=last,
                    title=title,
                    status=status,
                )
                entries[control.pk].append((last, (title, status)))
        for day in (RAISED + datetime.timedelta(days=n) for n in range(-1, 36, 4)):
            contents = {
                row.record_id: (row.title, row.status)
                for row in latest_revisions(Control, [risk], day)
            }
            due = {pk: _last_by(rows, day) for pk, rows in entries.items()}
            assert contents == {pk: content for pk, content in due.items() if content}


@examples(12)
@given(step_lists=st.lists(histories, min_size=1, max_size=3), day=st.sampled_from(DAYS))
def test_a_reader_counts_each_risk_of_the_register_once(home, step_lists, day):
    with rollback():
        reader = make_person(home.organisation, Role.MEMBER)
        risk_histories = [RiskHistory(home, reader, steps) for steps in step_lists]
        titles = (
            positions_for(reader, home, day).on_register().values_list("revision__title", flat=True)
        )
        expected = [
            history.on(day)[0]
            for history in risk_histories
            if history.on(day) and history.on(day)[1] != CLOSED
        ]
        assert sorted(titles) == sorted(expected)


@pytest.mark.parametrize(
    "tampered",
    [
        {"band": "low"},
        {"score": 25},
        {"is_on_register": False},
        {"likelihood": 3},
        {"impact": 2},
        {"number": 7},
        {"until_day": day("9998-12-31")},
        {"from_day": day("2020-01-01")},
        {"current": None},
    ],
)
def test_the_check_finds_a_position_that_was_tampered_with(tampered):
    risk = make_risk(on=RAISED, assessed=(2, 3))
    risk.positions.update(**tampered)
    with pytest.raises(CommandError, match=risk.reference):
        call_command("rebuild_positions", check=True)


def test_the_position_check_finds_a_missing_position():
    risk = make_risk()
    risk.positions.all().delete()
    with pytest.raises(CommandError, match=risk.reference):
        call_command("rebuild_positions", check=True)


def test_the_check_changes_nothing():
    risk = make_risk(assessed=(2, 3))
    risk.positions.update(score=25)
    with pytest.raises(CommandError):
        call_command("rebuild_positions", check=True)
    assert risk.positions.get().score == 25


def test_rebuilding_puts_a_position_right():
    risk = make_risk(assessed=(2, 3))
    risk.positions.update(score=25)
    call_command("rebuild_positions", stdout=StringIO())
    assert risk.positions.get().score == 6


def test_a_change_dated_ahead_does_not_count_yet():
    """The forms refuse a future day; other writers must too, or today's state must be right."""
    risk = make_risk(on=days_ago(3), assessed=(1, 1))
    with suppress(ValueError):
        make_assessment(risk, (5, 5), on=days_ago(-3))
    assert risk.positions.as_at(days_ago(0)).get().score == 1


def test_a_risk_raised_tomorrow_does_not_count_today():
    register = make_register()
    with suppress(ValueError):
        make_risk(register, on=days_ago(-1))
    assert not register.positions.as_at(days_ago(0)).exists()


# Who may see what is decided today, whatever the day


@pytest.fixture
def register():
    return make_register()


def titles_on(user, register, day):
    return sorted(positions_for(user, register, day).values_list("revision__title", flat=True))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PEER, Role.ADMINISTRATOR])
def test_a_risk_exempt_today_is_hidden_on_past_days(register, role):
    risk = make_risk(register, on=days_ago(30))
    make_revision(risk, on=days_ago(1), is_exempt=True)
    assert titles_on(make_person(register.organisation, role), register, days_ago(20)) == []


def test_a_risk_no_longer_exempt_is_shown_on_past_days(register):
    risk = make_risk(register, on=days_ago(30), is_exempt=True)
    make_revision(risk, on=days_ago(1), is_exempt=False)
    assert titles_on(make_person(register.organisation, Role.PEER), register, days_ago(20)) == [
        risk.title
    ]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_readers_of_exempt_risks_see_them_on_every_day(register, role):
    risk = make_risk(register, on=days_ago(30), is_exempt=True)
    reader = make_person(register.organisation, role)
    make_body(register, members=[reader])
    assert titles_on(reader, register, days_ago(20)) == [risk.title]


def test_an_officer_sees_the_exempt_risks_they_raised(register):
    officer = make_person(register.organisation)
    risk = make_risk(register, by=officer, is_exempt=True)
    assert list(risks_for(officer, register)) == [risk]


def test_an_officer_sees_the_exempt_risks_of_the_post_they_hold_today(register):
    officer = make_person(register.organisation)
    post = make_post(register.organisation)
    make_risk(register, on=days_ago(30), is_exempt=True, owner=post, title="Theirs now")
    post.holder = officer
    post.save()
    assert titles_on(officer, register, days_ago(20)) == ["Theirs now"]


def test_a_past_holder_of_the_post_no_longer_sees_its_exempt_risks(register):
    officer = make_person(register.organisation)
    post = make_post(register.organisation, holder=officer)
    make_risk(register, on=days_ago(30), is_exempt=True, owner=post)
    post.holder = None
    post.save()
    assert titles_on(officer, register, days_ago(20)) == []


def test_a_risk_visible_for_two_reasons_is_counted_once(register):
    officer = make_person(register.organisation)
    make_risk(
        register, by=officer, is_exempt=True, owner=make_post(register.organisation, holder=officer)
    )
    assert positions_for(officer, register, days_ago(0)).count() == 1


def test_each_of_several_registers_has_its_own_visibility_rule():
    organisation = make_organisation()
    open_to_me, closed_to_me = make_register(organisation), make_register(make_organisation())
    me = make_member(open_to_me)
    make_person(closed_to_me.organisation, Role.PEER)
    make_risk(open_to_me, title="Mine", is_exempt=True)
    make_risk(closed_to_me, title="Not mine")
    positions = positions_across(me, [open_to_me, closed_to_me], days_ago(0))
    assert [p.revision.title for p in positions] == ["Mine"]


def test_no_registers_have_no_positions():
    make_risk()
    assert not positions_across(make_user(), [], days_ago(0)).exists()


def test_a_history_leaves_out_risks_exempt_for_the_reader(register):
    make_risk(register, is_exempt=True)
    assert not position_history_for(
        make_person(register.organisation, Role.PEER), register
    ).exists()


def test_a_risk_is_reached_with_its_register(register, django_assert_num_queries):
    officer = make_person(register.organisation)
    make_risk(register, assessed=(2, 2))
    with django_assert_num_queries(4):
        risk = get_risk_for(officer, register.slug, 1)
        assert (risk.register.organisation.name, risk.current.score) == (
            register.organisation.name,
            4,
        )
