"""Django's admin site: people and library only. Never risks: it would go round their history."""

import re
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator

from registers.accounts.address_change import (
    AddressTaken,
    request_address_change,
    withdraw_address_change,
)
from registers.forms.fields import StorableJSONField
from registers.history.seals import DELETED
from registers.models import (
    LIBRARY_MODELS,
    Action,
    Body,
    Control,
    Directorate,
    Membership,
    Organisation,
    Post,
    Register,
    Risk,
    ScoringScheme,
    Seat,
    User,
)

# Requests that the site's own pages never send are refused in words.
# Of a row: every model of the site has a numeric key.
KEY = re.compile(r"[0-9]{1,18}")
# Rows of one inline.
MOST_INLINE = 50
# Characters of a search; SQLite refuses a pattern of more than 50,000.
LONGEST_SEARCH = 200


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

    def get_search_results(self, request, queryset, search_term):
        if len(search_term) > LONGEST_SEARCH:
            raise BadRequest(f"Enter {LONGEST_SEARCH} characters or fewer.")
        return super().get_search_results(request, queryset, search_term)

    def response_action(self, request, queryset):
        if not all(map(KEY.fullmatch, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("Choose rows by their numbers.")
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


admin.site.site_header = admin.site.site_title = "Failing Well: people and library"
admin.site.index_title = "People and library"
admin.site.unregister(Group)


def sign_in(request, extra_context=None):
    """Instead of the admin site's own form, which asks neither for a second factor nor counts
    guesses: whoever comes here without being signed in has been sent to sign in like everybody
    else.
    """
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


admin.site.login = sign_in


class Audited:
    """Of an AuditedModel: what the admin site writes in its own log, it writes in the audit chain
    too, with a seal, in the transaction of the change.
    """

    def log_addition(self, request, thing, message):
        thing.enter("added", by=request.user, text={"changes": message})
        return super().log_addition(request, thing, message)

    def log_change(self, request, thing, message):
        thing.enter("changed", by=request.user, text={"changes": message})
        return super().log_change(request, thing, message)

    @transaction.atomic
    def delete_model(self, request, thing):
        thing.enter(DELETED, by=request.user)
        super().delete_model(request, thing)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for thing in queryset:
            thing.enter(DELETED, by=request.user)
        super().delete_queryset(request, queryset)


class AuditedInlines:
    """Enters changes of what stands in inlines in the audit chain, deletions beforehand."""

    def save_formset(self, request, form, formset, change):
        entry = {"by": request.user, "subject": form.instance}
        for row in (f.instance for f in formset.deleted_forms if f.instance.pk):
            row.enter(DELETED, **entry)
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            row.enter("added", **entry)
        for row, _ in formset.changed_objects:
            row.enter("changed", **entry)


class MembershipInline(LimitedInline):
    model = Membership


@admin.register(User)
class PersonAdmin(AuditedInlines, Audited, LimitedAdmin, UserAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "memberships__organisation", "memberships__role")
    search_fields = ("email", "name")
    fieldsets = (
        (None, {"fields": ("email", "pending_email", "name", "password")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    filter_horizontal = ()
    readonly_fields = ("pending_email",)
    inlines = (MembershipInline,)
    actions = ("withdraw_address_changes",)

    def save_model(self, request, person, form, change):
        """A new address is not written: a link to it confirms it.

        Other fields are written only if they changed, so that nothing confirmed meanwhile is
        undone.
        """
        if not change:
            return super().save_model(request, person, form, change)
        email, person.email = person.email, form.initial["email"]
        names = {f.name for f in person._meta.concrete_fields} & set(form.changed_data) - {"email"}
        if names:
            person.save(update_fields=names)
        if "email" in form.changed_data:
            self._request_address_change(request, person, email)

    def _request_address_change(self, request, person, email):
        try:
            request_address_change(person, email=email, by=request.user)
        except AddressTaken:
            self.message_user(
                request,
                f"Another account now has the address {email}. Enter a different one.",
                messages.ERROR,
            )
        except (OSError, SMTPException):
            words = (
                "The mail server refused the message to {}, so the address has not changed. Try "
                "again later."
            )
            self.message_user(request, words.format(email), messages.ERROR)
        else:
            words = (
                "We have sent a link to {}, and a message to the old address. The address changes "
                "when somebody follows the link."
            )
            self.message_user(request, words.format(email), messages.WARNING)

    @admin.action(description="Withdraw new e-mail addresses")
    def withdraw_address_changes(self, request, people):
        for person in people.exclude(pending_email=""):
            withdraw_address_change(person, by=request.user)
        self.message_user(request, "The links that we sent no longer work.")

    def has_delete_permission(self, request, obj=None):
        # People are made inactive: what they wrote keeps its author.
        return False

    @method_decorator(transaction.atomic)
    def user_change_password(self, request, id, form_url=""):
        return super().user_change_password(request, id, form_url)


class PlainAdmin(Audited, LimitedAdmin):
    pass


for model in (Organisation, Directorate, ScoringScheme):
    admin.site.register(model, PlainAdmin)


class OwnDirectorateForm(forms.ModelForm):
    """Offers the directorates of the row's own organisation, and none before that is known."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if directorate := self.fields.get("directorate"):
            organisation = self._organisation()
            directorates = Directorate.objects.filter(organisation=organisation)
            directorate.queryset = directorates if organisation else directorates.none()
            if not organisation:
                directorate.help_text = (
                    "Choose the organisation and save. You can then choose from its own."
                )

    def _organisation(self):
        """The key of the one that was sent or, before that, of the row; None for neither."""
        if self.is_bound and "organisation" in self.fields:
            value = self.data.get(self.add_prefix("organisation"), "")
        else:
            value = self.instance.organisation_id or self.initial.get("organisation")
        return str(value) if KEY.fullmatch(str(value)) else None


@admin.register(Register)
class RegisterAdmin(PlainAdmin):
    form = OwnDirectorateForm


@admin.register(Post)
class PostAdmin(PlainAdmin):
    form = OwnDirectorateForm

    def get_deleted_objects(self, objs, request):
        """A post that owns or owned anything cannot be deleted.

        The reasons are numbers: an installation administrator may not read the titles of risks.
        """
        to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
        if protected:
            return to_delete, model_count, perms_needed, _protection_reasons(objs)
        return to_delete, model_count, perms_needed, protected


class BodyForm(forms.ModelForm):
    def clean(self):
        """A body oversees registers of its own organisation only."""
        cleaned = super().clean()
        organisation, registers = cleaned.get("organisation"), cleaned.get("registers") or ()
        foreign = [row for row in registers if organisation and row.organisation != organisation]
        if foreign:
            names = ", ".join(map(str, foreign))
            self.add_error("registers", f"Remove the registers of another organisation: {names}.")
        return cleaned


class SeatInline(LimitedInline):
    model = Seat


@admin.register(Body)
class BodyAdmin(AuditedInlines, PlainAdmin):
    form = BodyForm
    list_display = ("name", "kind", "organisation")
    list_filter = ("organisation", "kind")
    filter_horizontal = ("registers",)
    inlines = (SeatInline,)


def _protection_reasons(posts):
    """What protects these posts from deletion, in numbers and words."""
    keepers = {
        "Risks it owns": Risk.objects.filter(latest__owner__in=posts),
        "Controls it owns": Control.objects.filter(latest__owner__in=posts),
        "Actions it owns": Action.objects.filter(latest__owner__in=posts),
    }
    owned = [f"{name}: {count}" for name, rows in keepers.items() if (count := rows.count())]
    if owned:
        return [
            *owned,
            "First reassign these to another post, on their own pages. If nobody holds this post, "
            "leave it vacant.",
        ]
    return [
        "This post owned something earlier, and the history names it, so you cannot delete it. If "
        "nobody holds it, leave it vacant."
    ]


class SecondFactorAdmin(LimitedAdmin):
    """Only to remove a lost one (see accounts/audit.py): its owner sets up the next."""

    list_display = ("user", "type", "created_at")
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


admin.site.unregister((Authenticator, EmailAddress))
admin.site.register(Authenticator, SecondFactorAdmin)


class LibraryAdmin(LimitedAdmin):
    """For reading: the library comes from its fixtures."""

    # Without it Django warns of a change in its next version.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


for model in LIBRARY_MODELS:
    admin.site.register(model, LibraryAdmin)
