"""Requests to Django's admin site that its own pages never send: refused in words."""

import re

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db import IntegrityError, models
from django.shortcuts import render

from registers.forms.fields import StorableJSONField

# Of a row: every model of the site has a numeric key.
KEY = re.compile(r"[0-9]{1,18}")
# Rows of one inline.
MOST_INLINE = 50


class LimitedAdmin(admin.ModelAdmin):
    """Mixed in before what it limits.

    A list is filtered by its own filters only: other fields would allow a regular expression, or
    the year 0.
    """

    formfield_overrides = {models.JSONField: {"form_class": StorableJSONField}}

    def lookup_allowed(self, lookup, value, request):
        field = lookup
        for ending in ("__exact", "__isnull", "__id"):
            field = field.removesuffix(ending)
        return field in self.list_filter

    def response_action(self, request, queryset):
        if not all(map(KEY.fullmatch, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("A row of the list is chosen by its number.")
        return super().response_action(request, queryset)

    def changeform_view(self, request, *args, **options):
        """Of two conflicting saves at once, the second is answered 409."""
        try:
            return super().changeform_view(request, *args, **options)
        except IntegrityError:
            return render(request, "409.html", status=409)


class InlineForm(forms.ModelForm):
    """Checks those constraints too that name the parent, which Django leaves out."""

    def validate_unique(self):
        super().validate_unique()
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self._update_errors(error)


class LimitedInline(admin.StackedInline):
    form = InlineForm
    extra = 1
    max_num = MOST_INLINE

    def get_formset(self, request, obj=None, **options):
        """Read no more rows than the limit, whatever number the form claims."""
        return super().get_formset(request, obj, absolute_max=MOST_INLINE, **options)
