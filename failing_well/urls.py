from django.contrib import admin
from django.urls import include, path

from registers.views import about, agreements, controls, dashboard, health, library, registers, risks, sources

urlpatterns = [
    path("", registers.home, name="home"),
    path("registers/<slug:slug>/", registers.risk_list, name="risk_list"),
    path("registers/<slug:slug>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("registers/<slug:slug>/agreements/", agreements.agreement_list, name="agreement_list"),
    path("registers/<slug:slug>/agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("registers/<slug:slug>/risks/new/", risks.risk_new, name="risk_new"),
    path("registers/<slug:slug>/risks/<int:number>/", risks.risk_detail, name="risk_detail"),
    path("registers/<slug:slug>/risks/<int:number>/edit/", risks.risk_edit, name="risk_edit"),
    path("registers/<slug:slug>/risks/<int:number>/assess/", risks.risk_assess, name="risk_assess"),
    path("registers/<slug:slug>/risks/<int:number>/review/", risks.risk_review, name="risk_review"),
    path("registers/<slug:slug>/risks/<int:number>/history/", risks.risk_history, name="risk_history"),
    path("registers/<slug:slug>/assurance/", controls.assurance_map, name="assurance_map"),
    path("registers/<slug:slug>/risks/<int:number>/assurance/new/", controls.assurance_new, name="assurance_new"),
    path("registers/<slug:slug>/risks/<int:number>/controls/new/", controls.control_new, name="control_new"),
    path("registers/<slug:slug>/risks/<int:number>/controls/<int:pk>/", controls.control_edit, name="control_edit"),
    path(
        "registers/<slug:slug>/risks/<int:number>/controls/<int:pk>/test/", controls.control_test, name="control_test"
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/controls/<int:pk>/retire/",
        controls.control_retire,
        name="control_retire",
    ),
    path("library/", library.library, name="library"),
    path("library/load/", library.library_load, name="library_load"),
    path("library/search/", library.library_search, name="library_search"),
    path("library/sources/", sources.library_sources, name="library_sources"),
    path("library/sources/<slug:slug>/", sources.library_source, name="library_source"),
    path("library/discrepancies/", sources.library_discrepancies, name="library_discrepancies"),
    path("library/compare/", sources.library_compare, name="library_compare"),
    path("library/lessons/", library.library_lessons, name="library_lessons"),
    path("library/beyond-the-cases/", library.library_statements, name="library_statements"),
    path("library/failure-types/<slug:slug>/", library.library_failure_type, name="library_failure_type"),
    path("library/case-studies/<slug:slug>/", library.library_case, name="library_case"),
    path("library/insights/<int:number>/", library.library_insight, name="library_insight"),
    path("library/impacts/<slug:slug>/", library.library_impact, name="library_impact"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("privacy/", about.privacy, name="privacy"),
    path("cookies/", about.cookies, name="cookies"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
