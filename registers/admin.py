"""Django's admin site: people and library only. Never risks: it would go round their history."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction

from registers.models import (
    LIBRARY_MODELS,
    AuditEntry,
    Directorate,
    Membership,
    Organisation,
    Post,
    Register,
    ScoringScheme,
    User,
)

admin.site.site_header = admin.site.site_title = "Failing Well: people and library"
admin.site.index_title = "People and library"
admin.site.unregister(Group)
admin.site.login = secure_admin_login(admin.site.login)


class Audited:
    """Every save and deletion in the admin site leaves an audit entry, in the same transaction."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self._record(request, form.instance, "changed" if change else "added", form.changed_data)
        for formset in formsets:
            for verb, things in (
                ("added", formset.new_objects),
                ("changed", [thing for thing, _ in formset.changed_objects]),
                ("deleted", formset.deleted_objects),
            ):
                for thing in things:
                    self._record(request, thing, verb, [])

    def delete_model(self, request, thing):
        self._record(request, thing, "deleted", [])
        super().delete_model(request, thing)

    def delete_queryset(self, request, queryset):
        for thing in queryset:
            self._record(request, thing, "deleted", [])
        super().delete_queryset(request, queryset)

    def _record(self, request, thing, verb, changed):
        with transaction.atomic():
            AuditEntry.record(
                organisation=getattr(thing, "organisation", None),
                by=request.user,
                verb=f"{thing._meta.model_name}.{verb}",
                subject=thing,
                facts={"fields": [name for name in changed if "password" not in name]},
                text={"name": str(thing), "by": str(request.user)},
            )


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1


@admin.register(User)
class PersonAdmin(Audited, UserAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "memberships__organisation", "memberships__role")
    search_fields = ("email", "name")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
    inlines = (MembershipInline,)

    def has_delete_permission(self, request, obj=None):
        return False  # people are made inactive: what they wrote keeps its author


class PlainAdmin(Audited, admin.ModelAdmin):
    pass


for model in (Organisation, Directorate, Post, Register, ScoringScheme):
    admin.site.register(model, PlainAdmin)


class SecondFactorAdmin(Audited, admin.ModelAdmin):
    """Only to take a lost one away: its owner sets up the next."""

    list_display = ("user", "type", "created_at")
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


admin.site.unregister((Authenticator, EmailAddress))
admin.site.register(Authenticator, SecondFactorAdmin)


class LibraryAdmin(admin.ModelAdmin):
    """For reading: the library comes from its fixtures."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


for model in LIBRARY_MODELS:
    admin.site.register(model, LibraryAdmin)
