import os

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "registers"
    verbose_name = "Registers"

    def ready(self):
        from django.db.models.signals import post_migrate

        from failing_well import time_limits
        from failing_well.cache import create_cache_table
        from registers import deployment_checks
        from registers.accounts.audit import RECEIVERS
        from registers.agreement_bodies import match_bodies
        from registers.agreement_meetings import match_meetings
        from registers.history.audit_guard import install_guard
        from registers.history.seals import install_versions

        # Password hashes and exempt risks: a database or an export is for its owner, whichever
        # process makes it.
        os.umask(0o077)
        deployment_checks.connect()
        time_limits.install()
        post_migrate.connect(create_cache_table, sender=self)
        # SQLite rebuilds tables on some migrations and silently drops their triggers: put them back
        # every time.
        post_migrate.connect(install_guard, sender=self)
        post_migrate.connect(install_versions, sender=self)
        post_migrate.connect(match_bodies, sender=self)
        post_migrate.connect(match_meetings, sender=self)
        for signal, receiver, sender in RECEIVERS:
            signal.connect(receiver, sender=sender)
