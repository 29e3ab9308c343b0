"""How many queries a page makes."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_for(reader, paths):
    """path -> how many queries the page makes; those made once a process are not counted."""
    counts = {}
    for path in paths:
        reader.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(path).status_code == 200
        counts[path] = len(queries)
    return counts
