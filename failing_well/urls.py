from django.contrib import admin
from django.urls import include, path

from registers.views import (
    actions,
    agreements,
    appetite,
    bulk,
    controls,
    dashboard,
    escalations,
    exemptions,
    export_json,
    exports,
    health,
    imports,
    library,
    precedents,
    questions,
    registers,
    reminders,
    risk_lifecycle,
    risks,
    site_pages,
    sources,
    worklist,
)

urlpatterns = [
    path("", registers.home, name="home"),
    path("registers/<slug:slug>/", registers.risk_list, name="risk_list"),
    path("registers/<slug:slug>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("registers/<slug:slug>/export.json", export_json.export_json, name="export_json"),
    path("registers/<slug:slug>/agreements/", agreements.agreement_list, name="agreement_list"),
    path("registers/<slug:slug>/agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("registers/<slug:slug>/questions/", questions.question_list, name="question_list"),
    path(
        "registers/<slug:slug>/questions/<int:pk>/", questions.question_edit, name="question_edit"
    ),
    path(
        "registers/<slug:slug>/questions/<int:pk>/take-off/",
        questions.question_take_off,
        name="question_take_off",
    ),
    path("registers/<slug:slug>/settings/", appetite.register_settings, name="register_settings"),
    path(
        "registers/<slug:slug>/settings/appetite/new/", appetite.appetite_new, name="appetite_new"
    ),
    path("registers/<slug:slug>/export.csv", exports.export_csv, name="export_csv"),
    path("registers/<slug:slug>/export.xlsx", exports.export_xlsx, name="export_xlsx"),
    path("registers/<slug:slug>/summary.docx", exports.register_summary, name="register_summary"),
    path("registers/<slug:slug>/open-data.csv", exports.open_data_csv, name="open_data_csv"),
    path(
        "registers/<slug:slug>/open-data.csv-metadata.json",
        exports.open_data_metadata,
        name="open_data_metadata",
    ),
    path("registers/<slug:slug>/risks/new/", risks.risk_new, name="risk_new"),
    path("registers/<slug:slug>/risks/<int:number>/", risks.risk_detail, name="risk_detail"),
    path("registers/<slug:slug>/risks/<int:number>/edit/", risks.risk_edit, name="risk_edit"),
    path("registers/<slug:slug>/risks/<int:number>/assess/", risks.risk_assess, name="risk_assess"),
    path("registers/<slug:slug>/risks/<int:number>/review/", risks.risk_review, name="risk_review"),
    path(
        "registers/<slug:slug>/risks/<int:number>/history/", risks.risk_history, name="risk_history"
    ),
    path("registers/<slug:slug>/review/", bulk.risk_review_many, name="risk_review_many"),
    path("registers/<slug:slug>/reassign/", bulk.reassign, name="reassign"),
    path("registers/<slug:slug>/worklist/", worklist.worklist, name="worklist"),
    path(
        "registers/<slug:slug>/worklist/<int:number>/<slug:check>/set-aside/",
        worklist.check_set_aside,
        name="check_set_aside",
    ),
    path(
        "registers/<slug:slug>/worklist/<int:number>/<slug:check>/take-back/",
        worklist.check_take_back,
        name="check_take_back",
    ),
    path("registers/<slug:slug>/import/", imports.register_import, name="register_import"),
    path("registers/<slug:slug>/import/<int:pk>/", imports.import_detail, name="import_detail"),
    path(
        "registers/<slug:slug>/import/<int:pk>/report.csv",
        imports.import_report,
        name="import_report",
    ),
    path(
        "registers/<slug:slug>/import/<int:pk>/give-up/",
        imports.import_give_up,
        name="import_give_up",
    ),
    path("registers/<slug:slug>/precedents/", precedents.risk_suggestions, name="risk_suggestions"),
    path(
        "registers/<slug:slug>/risks/<int:number>/precedents/",
        precedents.risk_precedents,
        name="risk_precedents",
    ),
    path("registers/<slug:slug>/assurance/", controls.assurance_map, name="assurance_map"),
    path(
        "registers/<slug:slug>/risks/<int:number>/assurance/new/",
        controls.assurance_new,
        name="assurance_new",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/controls/new/",
        controls.control_new,
        name="control_new",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/controls/<int:pk>/",
        controls.control_edit,
        name="control_edit",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/controls/<int:pk>/test/",
        controls.control_test,
        name="control_test",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/controls/<int:pk>/retire/",
        controls.control_retire,
        name="control_retire",
    ),
    path("registers/<slug:slug>/actions/", actions.action_list, name="action_list"),
    path(
        "registers/<slug:slug>/risks/<int:number>/actions/new/",
        actions.action_new,
        name="action_new",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/actions/<int:pk>/",
        actions.action_edit,
        name="action_edit",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/actions/<int:pk>/done/",
        actions.action_done,
        name="action_done",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/actions/<int:pk>/drop/",
        actions.action_drop,
        name="action_drop",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/actions/<int:pk>/reopen/",
        actions.action_reopen,
        name="action_reopen",
    ),
    path("registers/<slug:slug>/escalations/", escalations.escalation_list, name="escalation_list"),
    path(
        "registers/<slug:slug>/risks/<int:number>/escalate/",
        escalations.risk_escalate,
        name="risk_escalate",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/escalations/<int:pk>/",
        escalations.escalation_decide,
        name="escalation_decide",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/put-on-register/",
        risk_lifecycle.risk_put_on_register,
        name="risk_put_on_register",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/happened/",
        risk_lifecycle.risk_happened,
        name="risk_happened",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/close/",
        risk_lifecycle.risk_close,
        name="risk_close",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/reopen/",
        risk_lifecycle.risk_reopen,
        name="risk_reopen",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/duplicate/",
        risk_lifecycle.risk_duplicate,
        name="risk_duplicate",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/exempt/",
        exemptions.risk_exempt,
        name="risk_exempt",
    ),
    path(
        "registers/<slug:slug>/risks/<int:number>/exempt/lift/",
        exemptions.risk_lift_exemption,
        name="risk_lift_exemption",
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
    path(
        "library/failure-types/<slug:slug>/",
        library.library_failure_type,
        name="library_failure_type",
    ),
    path("library/case-studies/<slug:slug>/", library.library_case, name="library_case"),
    path("library/insights/<int:number>/", library.library_insight, name="library_insight"),
    path("library/impacts/<slug:slug>/", library.library_impact, name="library_impact"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/calendar/", reminders.calendar_address, name="calendar_address"),
    path("reminders/calendar/stop/", reminders.calendar_stop, name="calendar_stop"),
    path("calendar/<slug:secret>.ics", reminders.calendar_feed, name="calendar_feed"),
    path("accessibility/", site_pages.accessibility, name="accessibility"),
    path("privacy/", site_pages.privacy, name="privacy"),
    path("cookies/", site_pages.cookies, name="cookies"),
    path("accounts/", include("registers.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "failing_well.errors.bad_request"
handler500 = "failing_well.errors.server_error"
handler429 = (
    "registers.accounts.limits.too_many_requests"  # the library's own limits answer with it
)
