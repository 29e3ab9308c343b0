from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from registers.forms.schemes import SchemeAdoptionForm, SchemeChoiceForm
from registers.permissions import (
    Permission,
    counts_everything,
    get_register_for,
    positions_for,
)
from registers.phrases.register import adopted_sentence
from registers.scheme_comparison import SchemePreview
from registers.scoring import TO_RE_ASSESS
from registers.views.form_flow import post_data, response_status, submit


def register_scheme(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    form = SchemeAdoptionForm(
        post_data(request), register=register, scheme=scheme_to_preview(request, register)
    )
    positions = positions_for(request.user, register, timezone.localdate())
    if form.is_valid() and submit(
        form, register.adopt_scheme, by=request.user, **form.cleaned_data
    ):
        count = positions.on_register().to_re_assess(register.scheme).count()
        messages.success(request, adopted_sentence(str(register.scheme), count))
        return redirect(f"{register.get_absolute_url()}?band={TO_RE_ASSESS}")
    schemes = list(register.newer_schemes().order_by("-version"))
    scheme = form.cleaned_data.get("scheme") if form.is_bound else form.initial["scheme"]
    context = {
        "register": register,
        "schemes": schemes,
        "form": form,
        "preview": SchemePreview(register, scheme, positions) if scheme in schemes else None,
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/register_scheme.html", context, status=response_status(form))


def scheme_to_preview(request, register):
    """The newer version that the address names in `to`; None where it names none.

    400 for what is no key, 404 for a key of no newer version.
    """
    choice = SchemeChoiceForm(request.GET)
    if not choice.is_valid():
        raise BadRequest("to takes the number of a newer version of the scheme.")
    key = choice.cleaned_data["to"]
    if not key or request.method == "POST":
        return None
    return get_object_or_404(register.newer_schemes(), pk=key)
