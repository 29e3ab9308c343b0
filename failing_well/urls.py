from django.contrib import admin
from django.urls import include, path

from registers.views import health

urlpatterns = [
    path("", include("registers.urls")),
    path("accounts/", include("registers.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "failing_well.errors.bad_request"
handler403 = "registers.views.refusals.permission_denied"
handler500 = "failing_well.errors.server_error"
handler429 = "registers.accounts.limits.too_many_requests"  # allauth's own limits answer with it
