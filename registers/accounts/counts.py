from django.core.management import call_command


def create_cache_table(using="default", **kwargs):
    """Make the table of the cache, which counts sign-ins.

    Called after every migration and safe to repeat.
    """
    call_command("createcachetable", database=using, verbosity=0)
