"""The demo loaded on a quarter end: its ten facts, and its corporate register as a file."""

import datetime

from demo_facts import TenFacts
from django.test import TestCase
from rich_register import assert_sound, empty_twin, written

from registers.json_file.restore import restore
from registers.models import Role


class TestOnAQuarterEnd(TenFacts, TestCase):
    load_day = datetime.date(2024, 3, 31)

    def test_the_corporate_register_is_restored_to_the_byte(self):
        by = self.corporate.organisation.memberships.filter(role=Role.MANAGER).first().user
        content, target = written(self.corporate), empty_twin(self.corporate)
        restore(content, target, by=by)
        target.refresh_from_db()
        assert written(target).decode() == content.decode()
        assert_sound()
