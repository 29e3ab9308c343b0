from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render

from registers.models import AdverseImpact, CaseFailureType, CaseStudy, FailureType, Insight, Lesson, Source
from registers.transfer.library import LibraryProblem, load_library, preview_library
from registers.views.reading import read_only

EVIDENCE = ("citations__source",)


@read_only
def library(request):
    context = {
        "failure_types": FailureType.objects.prefetch_related("case_rows__case"),
        "cases": CaseStudy.objects.prefetch_related(
            Prefetch("failure_type_rows", CaseFailureType.objects.select_related("failure_type"))
        ),
        "insights": Insight.objects.all(),
        "impacts": AdverseImpact.objects.prefetch_related(*EVIDENCE),
        "lessons": Lesson.objects.select_related("insight").prefetch_related(*EVIDENCE),
        "sources": Source.objects.all(),
    }
    return render(request, "library/library.html", context)


@read_only
def library_failure_type(request, slug):
    failure_type = get_object_or_404(FailureType.objects.prefetch_related(*EVIDENCE), slug=slug)
    rows = failure_type.case_rows.select_related("case").prefetch_related(*EVIDENCE)
    return render(request, "library/library_failure_type.html", {"failure_type": failure_type, "rows": rows})


@read_only
def library_case(request, slug):
    case = get_object_or_404(CaseStudy.objects.prefetch_related(*EVIDENCE), slug=slug)
    context = {
        "case": case,
        "failure_type_rows": case.failure_type_rows.select_related("failure_type").prefetch_related(*EVIDENCE),
        "insight_rows": case.insight_rows.select_related("insight").prefetch_related(*EVIDENCE),
    }
    return render(request, "library/library_case.html", context)


@read_only
def library_insight(request, number):
    insight = get_object_or_404(Insight.objects.prefetch_related(*EVIDENCE), number=number)
    context = {
        "insight": insight,
        "rows": insight.case_rows.select_related("case").prefetch_related(*EVIDENCE),
        "lessons": insight.lessons.prefetch_related(*EVIDENCE),
    }
    return render(request, "library/library_insight.html", context)


@read_only
def library_sources(request):
    return render(request, "library/library_sources.html", {"sources": Source.objects.all()})


@read_only
def library_source(request, slug):
    source = get_object_or_404(Source.objects.prefetch_related("citations"), slug=slug)
    return render(request, "library/library_source.html", {"source": source})


def library_load(request):
    """Says what would change before anything does; only an installation administrator."""
    if not request.user.is_staff:
        raise PermissionDenied
    problems, report = [], None
    try:
        if request.method == "POST":
            report = load_library(by=request.user)
            messages.success(request, f"The library is loaded: {report.counts}.")
            return redirect("library_load")
        report = preview_library()
    except LibraryProblem as problem:
        problems = problem.problems
    return render(request, "library/library_load.html", {"report": report, "problems": problems})
