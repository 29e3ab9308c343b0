"""The ten facts of the demo, loaded on a quarter end."""

import datetime

import pytest
from demo_facts import TenFacts
from django.test import TestCase


@pytest.mark.look
class TestTenFactsOnAQuarterEnd(TenFacts, TestCase):
    load_day = datetime.date(2024, 3, 31)
