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
    context = {
        "form": form,
        "words": words,
        "hits": search_risks(request.user, registers, words),
        "counts_everything": all(counts_everything(request.user, row) for row in registers),
        "groups": search_library(words),
    }
    return render(request, "search/search.html", context)
