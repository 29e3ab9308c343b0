from django.core.management import call_command


def create_cache_table(using="default", **kwargs):
    """Make the table of the cache, in which sign-ins are counted; called after every migration,
    safe to repeat.
    """
    call_command("createcachetable", database=using, verbosity=0)
