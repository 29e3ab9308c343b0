"""What applies to every request before any view: headers, refusals, the second factor."""

from io import BytesIO
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import get_bytes_from_wsgi
from django.http import HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from failing_well import headers

METHODS = ("GET", "HEAD", "OPTIONS", "POST")
CHARSETS = ("", "utf-8", "utf8", "us-ascii", "ascii")
MULTIPART = "multipart/form-data"


def site(request):
    """Template context every page needs."""
    return {"DEMO": settings.DEMO}


class ResponseHeaders:
    """Headers that Django has no setting for. Pages are private unless a view says otherwise."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in headers.OWN_HEADERS.items():
            response.setdefault(name, value)
        return response


class RequestGuard:
    """Refuses requests that no form of ours sends and Django answers with 500 or 200."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()) or request.META.get(
            "HTTP_TRANSFER_ENCODING"
        ):
            return _refuse(request, 400)
        largest = largest_body(request)
        if len(length) > 12 or int(length) > largest:
            is_file = largest > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return _refuse(request, 413, is_file=is_file, megabytes=largest // 1_000_000)
        charset = request.content_params.get("charset", "")
        broken_multipart = request.content_type == MULTIPART and not request.content_params.get(
            "boundary"
        )
        if charset.lower() not in CHARSETS or broken_multipart or not _is_text(request):
            request.content_params = {}
            request.encoding = "utf-8"
            return _refuse(request, 400)
        return self.get_response(request)


def _is_text(request):
    """Whether the address and the fields of a form are text as sent.

    Django would replace each byte that is not by U+FFFD and store that; half of a surrogate pair is
    no text either. Files may hold any bytes.
    """
    query = unquote_to_bytes(get_bytes_from_wsgi(request.environ, "QUERY_STRING", ""))
    if b"\0" in query or "\0" in request.path_info:
        return False
    try:
        for sent in (query, *_fields_of(request)):
            sent.decode(request.encoding or "utf-8")
        return True
    except (UnicodeDecodeError, MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        return False


def _fields_of(request):
    """The fields of the body, as bytes.

    [] for a body larger than a form: whether this person may send it is checked later, and it is a
    file.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return []
    if request.content_type == "application/x-www-form-urlencoded":
        return [unquote_to_bytes(request.body)]
    if request.content_type != MULTIPART:
        return []
    # A character for each byte.
    fields, _ = MultiPartParser(request.META, BytesIO(request.body), [], "latin-1").parse()
    return [text.encode("latin-1") for name, texts in fields.lists() for text in (name, *texts)]


class LargeBody:
    """Lets bodies larger than any form through to views that take them, from people who may.

    Checked before anything reads the body, CSRF included. All others get 413.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if int(request.META.get("CONTENT_LENGTH") or 0) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        is_allowed = request.user.is_authenticated and view.may_send(request.user, **kwargs)
        return None if is_allowed else _refuse(request, 413)


def largest_body(request):
    """How many bytes the address takes: more than a form's only where its view says so."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        view = None
    return getattr(view, "largest_body", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _refuse(request, status, **context):
    """Answer as to a request without a body, so that nothing of it is stored."""
    return render(request, f"{status}.html", context, status=status)


class LoginRequired(LoginRequiredMiddleware):
    """Looks up the user only where the view needs it: an open page needs no database for it."""

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True):
            return None
        return super().process_view(request, view, args, kwargs)


class SecondFactor:
    """Requires a second factor where REQUIRE_MFA holds.

    Without one a signed-in person can only set one up or sign out.
    """

    OPEN = ("mfa_activate_totp", "mfa_reauthenticate", "account_reauthenticate", "account_logout")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not settings.REQUIRE_MFA or not getattr(view, "login_required", True):
            return None
        if request.resolver_match.view_name in self.OPEN or not request.user.is_authenticated:
            return None
        from allauth.mfa.models import Authenticator

        kinds = Authenticator.objects.filter(user=request.user).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        if kinds.exists():
            return None
        return redirect(f"{reverse('mfa_activate_totp')}?next={request.path}")
