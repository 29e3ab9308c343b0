import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from failing_well.request_body import CompleteBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "failing_well.settings")
application = CompleteBody(get_wsgi_application())

# All that a worker keeps for good is read before it answers, and is then no more looked through for
# garbage; nor is anything after every few hundred objects, where a page makes ten thousand
# (bench/README.md).
_views = get_resolver().url_patterns
gc.freeze()
gc.set_threshold(5_000, 10, 10)
