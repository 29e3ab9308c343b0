"""The demo: its days on any day of loading, and the port it is served at."""

import datetime
import socket

import pytest
from django.core.management import CommandError
from django.utils import timezone

from registers import demo
from registers.demo import dates
from registers.management.commands.demo import free_port

A_YEAR_OF_DAYS = [datetime.date(2026, 9, 28) + datetime.timedelta(days=n) for n in range(370)]


AROUND_A_LEAP_DAY = [datetime.date(2028, 2, 27) + datetime.timedelta(days=n) for n in range(4)]


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


@pytest.mark.parametrize("name", demo.ORGANISATIONS)
def test_on_any_load_day_each_history_is_in_order_and_references_follow_the_file(name):
    registers = stories(name)
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
