"""How many queries a page makes."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_for(reader, paths, is_warm=False):
    """path -> how many queries the page makes; those made once a process are not counted.

    is_warm: each of these pages was requested before.
    """
    counts = {}
    for path in paths:
        if not is_warm:
            reader.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(path).status_code == 200
        counts[path] = len(queries)
    return counts
