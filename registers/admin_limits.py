"""What Django's admin site is asked beyond what its own pages send: refused in words, where it
would be a fault.
"""

import re

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db import IntegrityError, models
from django.shortcuts import render

from registers.forms.fields import StorableJSONField

KEY = re.compile(r"[0-9]{1,18}")  # of a row: every model that the site knows is keyed by a number
MOST_INLINE = 50  # rows beside one record


class LimitedAdmin(admin.ModelAdmin):
    """Mixed in before what it limits. A list is narrowed by its own filters alone: by any other
    field it could be asked with a regular expression, or for the year 0.
    """

    formfield_overrides = {models.JSONField: {"form_class": StorableJSONField}}

    def lookup_allowed(self, lookup, value, request):
        asked = lookup
        for ending in ("__exact", "__isnull", "__id"):
            asked = asked.removesuffix(ending)
        return asked in self.list_filter

    def response_action(self, request, queryset):
        if not all(map(KEY.fullmatch, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("A row of the list is chosen by its number.")
        return super().response_action(request, queryset)

    def changeform_view(self, request, *args, **options):
        """Of two who save what cannot stand beside each other, the second is told."""
        try:
            return super().changeform_view(request, *args, **options)
        except IntegrityError:
            return render(request, "409.html", status=409)


class InlineForm(forms.ModelForm):
    """Asks the constraints of its model too: Django leaves those out that name what the row stands
    beside.
    """

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
        """As many rows are read of a form that says how many there are, whatever it says."""
        return super().get_formset(request, obj, absolute_max=MOST_INLINE, **options)
