import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "failing_well.settings")
application = get_wsgi_application()

# All that a worker keeps for good is read before it answers, and is then no more looked through for garbage: a tenth of
# the time of a page that makes many objects (bench/README.md).
_views = get_resolver().url_patterns
gc.freeze()
