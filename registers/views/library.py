from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from registers.forms.library import LibraryFilesForm, LibrarySearchForm, LibraryStepForm
from registers.library_loading.report import LibraryChanged, LibraryProblem
from registers.library_pages.page_contexts import (
    build_case_matrix,
    case_context,
    cases_with_types,
    failure_type_context,
    impact_context,
    insight_context,
    insights_without_lesson,
    statements_by_kind,
    types_with_cases,
    with_citations,
)
from registers.library_pages.search import search_library
from registers.library_pages.sources import all_disputes, all_sources, places_in
from registers.models import (
    AdverseImpact,
    CaseStudy,
    Discrepancy,
    FailureType,
    Insight,
    Lesson,
    Source,
)
from registers.permissions import Permission, can_on
from registers.phrases.numbers import number_in_words
from registers.readers_risks import ReadersRisks
from registers.views.as_of import read_only


@read_only
def library(request):
    context = {
        "form": LibrarySearchForm(),
        "failure_types": types_with_cases(),
        "cases": cases_with_types(),
        "insights": Insight.objects.all(),
        "impacts": AdverseImpact.objects.all(),
        "discrepancies": Discrepancy.objects.count(),
        "lessons": Lesson.objects.count(),
        "documents": Source.objects.exclude(kind=Source.Kind.PAGE),
    }
    return render(request, "library/library.html", context)


@read_only
def library_search(request):
    form = LibrarySearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {"form": form, "words": words, "groups": search_library(words)}
    return render(request, "library/library_search.html", context)


@read_only
def library_failure_type(request, slug):
    failure_type = get_object_or_404(with_citations(FailureType.objects.all()), slug=slug)
    risks = ReadersRisks(request.user, timezone.localdate())
    context = {
        "failure_type": failure_type,
        **readers_risks_context(risks, risks.positions.of_failure_type(slug), failure_type=slug),
        **failure_type_context(failure_type),
    }
    return render(request, "library/library_failure_type.html", context)


@read_only
def library_case(request, slug):
    case = get_object_or_404(with_citations(CaseStudy.objects.all()), slug=slug)
    risks = ReadersRisks(request.user, timezone.localdate())
    context = {
        "case": case,
        "ask_registers": [
            register
            for register in risks.registers
            if can_on(request.user, Permission.ASK_QUESTION, register)
        ],
        **readers_risks_context(risks, risks.testing(sign__case=case), case=slug),
        **case_context(case, risks.risks_by_sign(case)),
    }
    return render(request, "library/library_case.html", context)


@read_only
def library_insight(request, number):
    insight = get_object_or_404(with_citations(Insight.objects.all()), number=number)
    risks = ReadersRisks(request.user, timezone.localdate())
    context = {
        "insight": insight,
        **readers_risks_context(risks, risks.testing(sign__insights=insight), insight=number),
        **insight_context(insight),
    }
    return render(request, "library/library_insight.html", context)


@read_only
def library_impact(request, slug):
    impact = get_object_or_404(with_citations(AdverseImpact.objects.all()), slug=slug)
    risks = ReadersRisks(request.user, timezone.localdate())
    positions = risks.positions.of_adverse_impact(impact)
    context = {
        "impact": impact,
        **readers_risks_context(risks, positions, adverse_impact=slug),
        **impact_context(impact),
    }
    return render(request, "library/library_impact.html", context)


def readers_risks_context(readers_risks, positions, **query_params):
    """query_params: what narrows a list to these positions."""
    links = readers_risks.counts_by_register(positions, **query_params)
    return {"readers_risks": readers_risks, "register_links": links}


@read_only
def library_statements(request):
    return render(request, "library/library_statements.html", {"statements": statements_by_kind()})


@read_only
def library_lessons(request):
    context = {
        "lessons": with_citations(Lesson.objects.select_related("insight", "conclusion")),
        "insights_without_lesson": insights_without_lesson(),
    }
    return render(request, "library/library_lessons.html", context)


def library_load(request):
    """Show what a load would change, then load. Only for installation administrators."""
    if not request.user.is_staff:
        raise PermissionDenied
    is_sent = request.method == "POST"
    if is_sent and "step" in request.POST:
        step = LibraryStepForm(request.POST, by=request.user)
        try:
            return _load(request, step)
        except LibraryChanged as changed:
            form = LibraryStepForm.after(changed.report, step.fixture_files, by=request.user)
            context = {"form": form, "report": changed.report, "is_changed": True}
            return render(request, "library/library_load.html", context, status=409)
        except LibraryProblem as problem:
            context = {"form": LibraryFilesForm(by=request.user), "problem": problem}
            return render(request, "library/library_load.html", context)
    form = LibraryFilesForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, by=request.user
    )
    if form.is_valid():
        return render(
            request, "library/library_load.html", {"form": form.step, "report": form.report}
        )
    return render(request, "library/library_load.html", {"form": form, "problem": form.problem})


def _load(request, step):
    """Load what was previewed and redirect. Raises what load_library raises."""
    if not step.is_valid():
        messages.error(request, " ".join(step.errors["step"]))
    elif (report := step.load()).has_changes:
        messages.success(request, f"The library is loaded: {report.counts}.")
    else:
        messages.info(request, "There was nothing to load: the library already has all of this.")
    return redirect("library_load")


@read_only
def library_sources(request):
    return render(request, "library/library_sources.html", all_sources())


@read_only
def library_source(request, slug):
    source = get_object_or_404(Source, slug=slug)
    return render(
        request, "library/library_source.html", {"source": source, "places": places_in(source)}
    )


@read_only
def library_discrepancies(request):
    return render(request, "library/library_discrepancies.html", {"disputes": all_disputes()})


@read_only
def library_compare(request):
    matrix = build_case_matrix()
    context = {"matrix": matrix, "derived_count": number_in_words(len(matrix.derived_types))}
    return render(request, "library/library_compare.html", context)
