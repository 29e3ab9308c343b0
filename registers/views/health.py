from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse

from registers.models.audit import guard_is_in_place
from registers.schema import is_migrated


@login_not_required
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
def readyz(request):
    """The database answers, its migrations are complete and the audit entries are guarded."""
    checks = {"database": False, "migrations": False, "audit_triggers": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = True
        checks["migrations"] = is_migrated()
        checks["audit_triggers"] = checks["migrations"] and guard_is_in_place()
    except DatabaseError:
        connection.close()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)
