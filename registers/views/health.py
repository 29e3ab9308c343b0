from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpResponse, JsonResponse

from registers.accounts.proxies import comes_through_undeclared_proxy, has_undeclared_proxy
from registers.history.audit_guard import guard_is_in_place
from registers.schema import is_migrated


@login_not_required
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
def readyz(request):
    """The database answers, has all migrations, and guards the audit entries; else 503.

    proxies_declared only warns: TRUSTED_PROXIES is 0 and this request, or a sign-in today, came
    through a proxy.
    """
    checks = {"database": False, "migrations": False, "audit_triggers": False}
    is_declared = not comes_through_undeclared_proxy(request)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = True
        checks["migrations"] = is_migrated()
        checks["audit_triggers"] = checks["migrations"] and guard_is_in_place()
        is_declared = is_declared and not has_undeclared_proxy()
    except Error:
        connection.close()
    status = 200 if all(checks.values()) else 503
    return JsonResponse({**checks, "proxies_declared": is_declared}, status=status)
