"""The cache: a table of the database that counts failed sign-ins and used codes."""

from django.core.cache.backends import db
from django.core.management import call_command
from django.db import OperationalError, connections, router, transaction


class DatabaseCache(db.DatabaseCache):
    """A cache that raises where it cannot write; Django's ignores that.

    It holds counts of failed sign-ins and used codes: what is not counted is not limited.
    """

    def _base_set(self, mode, key, value, *args, **kwargs):
        using = router.db_for_write(self.cache_model_class)
        # Around Django's own, which ignores what fails at its end too.
        with transaction.atomic(using=using):
            is_set = super()._base_set(mode, key, value, *args, **kwargs)
            # Not set by a row that exists already.
            if not is_set and connections[using].errors_occurred:
                raise OperationalError("The cache could not be written.")
        return is_set


def create_cache_table(using="default", **kwargs):
    """Make its table. Called after every migration and safe to repeat."""
    call_command("createcachetable", database=using, verbosity=0)
