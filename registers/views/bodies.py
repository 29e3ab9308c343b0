"""Bodies of an organisation and who sits on them, for its administrator."""

from operator import attrgetter

from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from registers.administration.bodies import bodies_with_seats
from registers.forms.bodies import BodyForm, ChairForm, NewSeatForm, SeatForm
from registers.models import Body, Seat
from registers.models.meeting import clear_days_of
from registers.permissions import Permission, can, get_organisation_for
from registers.views.as_of import read_only
from registers.views.form_flow import post_data
from registers.views.organisation_changes import atomic_post, organisation_to_change, save_or_show


def find_body(organisation, pk):
    """Body of the organisation, or 404."""
    body = get_object_or_404(organisation.bodies, pk=pk)
    body.organisation = organisation
    return body


@read_only
def body_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    bodies = bodies_with_seats(organisation, timezone.localdate())
    context = {"organisation": organisation, "bodies": bodies}
    return render(request, "administration/body_list.html", context)


@read_only
def body_detail(request, organisation, pk):
    organisation = get_organisation_for(request.user, organisation)
    body, today = find_body(organisation, pk), timezone.localdate()
    seats = body.seats.select_related("user").order_by("-is_chair", "user__name", "from_day")
    context = {
        "organisation": organisation,
        "body": body,
        "registers": body.registers.order_by("name"),
        "seats": [seat for seat in seats if seat.until is None or seat.until >= today],
        "former_seats": [seat for seat in seats if seat.until and seat.until < today],
        "clear_days": clear_days_of(body),
        "next_meeting": body.meetings.not_cancelled().filter(on__gte=today).order_by("on").first(),
        "may_run": can(request.user, Permission.RUN_MEETINGS, organisation),
        "today": today,
    }
    context["has_chair"] = any(seat.is_chair for seat in context["seats"])
    return render(request, "administration/body_detail.html", context)


@atomic_post
def body_new(request, organisation):
    organisation = organisation_to_change(request, organisation)
    form = BodyForm(post_data(request), instance=Body(organisation=organisation))
    to = ("body_detail", organisation.slug, attrgetter("pk"))
    return save_or_show(request, "body_new", form, "Body added.", *to, organisation=organisation)


@atomic_post
def body_edit(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    form = BodyForm(post_data(request), instance=find_body(organisation, pk))
    return _save(request, "body_edit", form, "Body saved.", form.instance)


@atomic_post
def body_seat_new(request, organisation, pk):
    body = find_body(organisation_to_change(request, organisation), pk)
    form = NewSeatForm(post_data(request), instance=Seat(body=body))
    return _save(request, "body_seat_new", form, "Seat added.", body)


@atomic_post
def body_seat_edit(request, organisation, pk, seat):
    body = find_body(organisation_to_change(request, organisation), pk)
    seat = get_object_or_404(body.seats.select_related("user"), pk=seat)
    seat.body = body
    form = SeatForm(post_data(request), instance=seat)
    return _save(request, "body_seat_edit", form, "Seat saved.", body, seat=seat)


@atomic_post
def body_chair(request, organisation, pk):
    body = find_body(organisation_to_change(request, organisation), pk)
    form = ChairForm(post_data(request), body=body)
    return _save(request, "body_chair", form, "Chair saved.", body)


def _save(request, page, form, message, body, **context):
    organisation = body.organisation
    context |= {"organisation": organisation, "body": body, "name": body.name}
    to = ("body_detail", organisation.slug, body.pk)
    return save_or_show(request, page, form, message, *to, **context)
