from django.core.cache.backends import db
from django.db import OperationalError, connections, router, transaction


class DatabaseCache(db.DatabaseCache):
    """Says so when it cannot write. Django's keeps silent; in ours stand the counts of failed
    sign-ins and the codes that were used, and what is not counted is not limited.
    """

    def _base_set(self, mode, key, value, *args, **kwargs):
        using = router.db_for_write(self.cache_model_class)
        with transaction.atomic(
            using=using
        ):  # around Django's own: of what fails at its end it would keep silent too
            is_set = super()._base_set(mode, key, value, *args, **kwargs)
            if (
                not is_set and connections[using].errors_occurred
            ):  # which a row that is there already does not set
                raise OperationalError("The cache could not be written.")
        return is_set
