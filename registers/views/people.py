"""An organisation's people: the list, a person's page, their roles and their account."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from registers.accounts.address_change import (
    AddressTaken,
    request_address_change,
    withdraw_address_change,
)
from registers.accounts.letters import MAIL_ERRORS
from registers.accounts.limits import may_send_mail
from registers.accounts.password_link import send_password_link
from registers.administration.people import (
    MOST_FORMER,
    PersonRecord,
    all_people,
    find_people,
    get_person_for,
    is_shared_account,
    with_roles_and_posts,
)
from registers.administration.people import remove_second_factor as remove_factor
from registers.administration.roles import (
    LastAdministrator,
    RoleConflict,
    change_last_day,
    give_role,
    is_last_with,
)
from registers.administration.sandboxes import refuse_in_sandbox
from registers.forms.people import (
    LAST_ADMINISTRATOR,
    AddressForm,
    LastDayForm,
    PeopleSearchForm,
    RoleForm,
)
from registers.models import Role
from registers.permissions import Permission, get_organisation_for
from registers.views.as_of import page_of, read_only
from registers.views.form_flow import (
    Check,
    check_page,
    is_confirmed,
    is_to_be_changed,
    post_data,
)
from registers.views.organisation_changes import LAYOUT

LIST_LENGTH = 50
MAIL_FAILED = "The mail server did not take the message, so nothing has changed. Try again later."
TOO_MUCH_MAIL = "We have written to this address several times in the last hour. Try again later."


@read_only
def person_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    form = PeopleSearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    people = find_people(all_people(organisation), words).order_by("name", "email")
    page = page_of(request, people.filter(is_current=True), LIST_LENGTH)
    page.object_list = list(with_roles_and_posts(page.object_list, organisation))
    former = with_roles_and_posts(people.filter(is_current=False), organisation)
    context = {
        "organisation": organisation,
        "form": form,
        "words": words,
        "page_obj": page,
        "former": former[:MOST_FORMER],
        "most_former": MOST_FORMER,
        "invitations": organisation.invitations.waiting().select_related("by"),
    }
    return render(request, "administration/person_list.html", context)


@read_only
def person_detail(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    context = {
        "organisation": organisation,
        "person": person,
        "record": PersonRecord.of(person, organisation),
        "is_shared": is_shared_account(person, organisation),
    }
    return render(request, "administration/person_detail.html", context)


def person_role_new(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    roles = PersonRecord.of(person, organisation).roles
    is_own, roles = person == request.user, {row.role for row in roles}
    form = RoleForm(post_data(request), roles=roles, is_own=is_own)
    if form.is_valid():
        give_role(person, organisation, by=request.user, **form.cleaned_data)
        messages.success(request, f"{person} has the new role.")
        return redirect("person_detail", organisation.slug, pk)
    context = {"organisation": organisation, "person": person, "form": form}
    return render(request, "administration/person_role_new.html", context)


def person_role_edit(request, organisation, pk, role):
    organisation, person = get_person_for(request.user, organisation, pk)
    membership = organisation.memberships.filter(user=person, role=role).first()
    if membership is None:
        raise Http404("No such role of this person.")
    about = {"membership": membership, "is_own": person == request.user}
    form, status = LastDayForm(post_data(request), **about), 200
    context = {
        "organisation": organisation,
        "person": person,
        "membership": membership,
        "cancel_href": reverse("person_detail", args=[organisation.slug, pk]),
    }
    if form.is_valid() and not is_to_be_changed(request):
        until = form.last_day
        if _leaves_no_manager(membership, until) and not is_confirmed(request):
            check = last_manager_check(membership)
            return check_page(request, form, check, layout=LAYOUT, **context)
        try:
            former = form.cleaned_data["former"]
            change_last_day(membership, until=until, former=former, by=request.user)
            messages.success(request, f"The role of {person} is saved.")
            return redirect("person_detail", organisation.slug, pk)
        except LastAdministrator:
            form.add_error("ending", LAST_ADMINISTRATOR)
        except RoleConflict:
            form.rebase(membership)
            status = 409
    context |= {"form": form}
    return render(request, "administration/person_role_edit.html", context, status=status)


def _leaves_no_manager(membership, until):
    return until and is_last_with(Permission.RUN_REGISTER, membership, until)


def last_manager_check(membership):
    role = Role(membership.role).label.lower()
    return Check(
        f"Check before you end the role of {role}",
        "Nobody else runs the registers after that day. Risks cannot be closed, imported or "
        "reported to a body until somebody has this role.",
        "End this role",
    )


def person_address(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    refuse_shared(person, organisation)
    form = AddressForm(post_data(request), person=person)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if error := try_address_change(request, person, email):
            form.add_error("email", error)
        else:
            messages.success(request, f"We have sent a link to {email}.")
            return redirect("person_detail", organisation.slug, pk)
    context = {"organisation": organisation, "person": person, "form": form}
    return render(request, "administration/person_address.html", context)


def try_address_change(request, person, email):
    """Why the address cannot be changed, or "" where the link was sent."""
    if not may_send_mail(request, email):
        return TOO_MUCH_MAIL
    try:
        request_address_change(person, email=email, by=request.user)
    except AddressTaken:
        return "Another account has this address: enter a different one"
    except MAIL_ERRORS:
        return MAIL_FAILED
    return ""


@require_POST
def person_address_withdraw(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    refuse_shared(person, organisation)
    withdraw_address_change(person, by=request.user)
    messages.success(request, "The link to the new address no longer works.")
    return redirect("person_detail", organisation.slug, pk)


@require_POST
def person_password_link(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    refuse_in_sandbox(organisation)
    if not may_send_mail(request, person.email):
        messages.error(request, TOO_MUCH_MAIL)
    elif send_password_link(request, person, by=request.user):
        messages.success(request, f"We have sent {person} a link to set a new password.")
    else:
        messages.error(request, MAIL_FAILED)
    return redirect("person_detail", organisation.slug, pk)


def person_second_factor(request, organisation, pk):
    """Asks whether to remove it, and removes it."""
    organisation, person = get_person_for(request.user, organisation, pk)
    refuse_shared(person, organisation)
    if request.method == "POST":
        try:
            remove_factor(person, organisation, by=request.user)
            messages.success(request, f"The second step of {person} is removed.")
        except MAIL_ERRORS:
            messages.error(request, MAIL_FAILED)
        return redirect("person_detail", organisation.slug, pk)
    context = {"organisation": organisation, "person": person}
    return render(request, "administration/person_second_factor.html", context)


def refuse_shared(person, organisation):
    """404 for an account that is not this organisation's alone: it has no such page here."""
    if is_shared_account(person, organisation):
        raise Http404("This account opens other organisations too.")
