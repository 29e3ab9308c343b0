"""The ten facts of the demo, loaded on a quarter end."""

import datetime

from demo_facts import TenFacts
from django.test import TestCase


class TestTenFactsOnAQuarterEnd(TenFacts, TestCase):
    load_day = datetime.date(2024, 3, 31)
