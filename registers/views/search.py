"""Search across the reader's registers and the library. No log keeps what people search for."""

from django.shortcuts import render

from registers.forms.library import SearchForm
from registers.library_pages.search import search_library
from registers.permissions import counts_everything, registers_for
from registers.risk_search import search_risks
from registers.views.as_of import read_only


@read_only
def search(request):
    form = SearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    registers = list(registers_for(request.user))
    hits, groups = search_risks(request.user, registers, words), search_library(words)
    context = {
        "form": form,
        "words": words,
        "hits": hits,
        "risk_count": sum(register_hits.count for register_hits in hits),
        "library_count": sum(group.count for group in groups),
        "counts_everything": all(counts_everything(request.user, row) for row in registers),
        "groups": groups,
    }
    return render(request, "search/search.html", context)
