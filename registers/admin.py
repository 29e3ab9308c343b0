"""Django's admin site, for the staff of the installation: accounts, and what helps to support them.

Nothing of a register is in it, as it would go round access and history, and nothing that an
organisation's administrator keeps on its own pages (docs/adr/0028). Each class of it says its
heading on the first page, its title there and what it is for (templates/admin/index.html).
"""

import re
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import BadRequest, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from registers.accounts.address_change import (
    AddressTaken,
    request_address_change,
    withdraw_address_change,
)
from registers.accounts.letters import MAIL_ERRORS
from registers.administration.invitations import resend
from registers.models import Invitation, Membership, Organisation, ReminderMail, Role, User

# Headings of the first page, in their order (failing_well/admin_site.py).
PEOPLE, ORGANISATIONS, UPKEEP = "People", "Organisations", "Upkeep"

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


class ReadOnly:
    """Mixed in before a ModelAdmin or an inline that only shows its rows."""

    def has_add_permission(self, request, *parent):
        return False

    def has_change_permission(self, request, row=None):
        return False

    def has_delete_permission(self, request, row=None):
        return False


class MembershipInline(ReadOnly, LimitedInline):
    """Shows the roles. The only one that is given here is the one that gives all others."""

    model = Membership
    verbose_name, verbose_name_plural = "role", "roles"

    def has_add_permission(self, request, *parent):
        return request.user.is_superuser

    def formfield_for_choice_field(self, field, request, **options):
        if field.name == "role":
            options["choices"] = [(Role.ADMINISTRATOR.value, Role.ADMINISTRATOR.label)]
            options["initial"] = Role.ADMINISTRATOR.value  # a row that nobody touched adds nothing
        return super().formfield_for_choice_field(field, request, **options)


@admin.register(User)
class PersonAdmin(LimitedAdmin, UserAdmin):
    """What it saves is in the audit chain, with a seal, in the transaction of the change."""

    heading, title = PEOPLE, "People"
    purpose = (
        "Everybody with an account. Correct a name or an address, close an account, appoint staff "
        "of the installation, or give an organisation that lost its administrator a new one."
    )
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

    def log_addition(self, request, person, message):
        person.enter("added", by=request.user, text={"changes": message})
        return super().log_addition(request, person, message)

    def log_change(self, request, person, message):
        person.enter("changed", by=request.user, text={"changes": message})
        return super().log_change(request, person, message)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        for membership in formset.new_objects:
            membership.enter("added", by=request.user, subject=form.instance)

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


class SecondFactorAdmin(ReadOnly, LimitedAdmin):
    """Only to remove a lost one (see accounts/audit.py): its owner sets up the next."""

    heading, title = PEOPLE, "Second steps at sign-in"
    purpose = (
        "Remove the one that somebody lost, and their recovery codes. Speak to them first. They "
        "set up the next when they sign in."
    )
    list_display = ("user", "type", "created_at")
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request, row=None):
        return request.user.is_superuser


admin.site.unregister((Authenticator, EmailAddress, Group))
admin.site.register(Authenticator, SecondFactorAdmin)


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, LimitedAdmin):
    heading, title = PEOPLE, "Invitations"
    purpose = (
        "See whether an invitation waits, was accepted or has expired, and send that of an "
        "administrator again. The administrators of each organisation send all others."
    )
    list_display = ("email", "name", "organisation", "state", "sent_at", "expires_at")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("email", "name")
    fields = ("organisation", "email", "name", "by", "state", "sent_at", "expires_at")
    readonly_fields = fields
    actions = ("send_again",)

    @admin.action(description="Send again, with a new link")
    def send_again(self, request, invitations):
        """Of administrators alone: an organisation without one cannot do it."""
        waiting = [row for row in invitations.waiting() if invites_an_administrator(row)]
        for invitation in waiting:
            try:
                resend(invitation, by=request.user)
            except MAIL_ERRORS:
                words = f"The mail server did not take the message to {invitation.email}."
                self.message_user(request, words, messages.ERROR)
            else:
                self.message_user(request, f"We have sent a new link to {invitation.email}.")
        if not waiting:
            words = "None of these invites an administrator who has yet to accept."
            self.message_user(request, words, messages.WARNING)


def invites_an_administrator(invitation):
    return any(role == Role.ADMINISTRATOR for role, _ in invitation.days_of_roles)


@admin.register(Organisation)
class OrganisationAdmin(ReadOnly, LimitedAdmin):
    heading, title = ORGANISATIONS, "Organisations"
    purpose = (
        "Which bodies use this installation, and who administers each. Posts, people, roles, "
        "bodies, registers and schemes are on the pages of each organisation."
    )
    list_display = ("name", "sector", "administrators")
    list_filter = ("sector",)
    search_fields = ("name",)
    fields = readonly_fields = (
        *("name", "sector", "year_starts_in", "administrators", "waiting", "own_pages"),
    )

    def get_queryset(self, request):
        administrators = Membership.objects.active().filter(role=Role.ADMINISTRATOR)
        rows = administrators.select_related("user").order_by("user__name", "user__email")
        return (
            super().get_queryset(request).prefetch_related(Prefetch("memberships", queryset=rows))
        )

    @admin.display(empty_value="None")
    def administrators(self, organisation):
        people = (row.user for row in organisation.memberships.all())
        return ", ".join(f"{person} ({person.email})" for person in people) or None

    @admin.display(description="invited, not accepted yet", empty_value="None")
    def waiting(self, organisation):
        rows = filter(invites_an_administrator, organisation.invitations.waiting())
        return ", ".join(map(str, rows)) or None

    @admin.display(description="pages of its own")
    def own_pages(self, organisation):
        address = reverse("organisation_detail", args=[organisation.slug])
        return format_html('<a href="{0}">{0}</a>', address)


@admin.register(ReminderMail)
class ReminderMailAdmin(ReadOnly, LimitedAdmin):
    heading, title = UPKEEP, "Reminders that were sent"
    purpose = (
        "Who was written to, and when. Without a time, we do not know whether the mail server "
        "took the message."
    )
    list_display = ("user", "day", "sent_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("-day", "user")
    fields = readonly_fields = ("user", "day", "claimed_at", "sent_at")
