"""The library's sources, where they differ, and the cases compared."""

from django.shortcuts import get_object_or_404, render

from registers.library_pages.case_matrix import build_case_matrix
from registers.library_pages.sources import all_disputes, all_sources, places_in
from registers.models import Source
from registers.phrases import number_in_words
from registers.views.as_of import read_only


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
