from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from makers import make_person, make_post, make_register, make_user, risk_form
from settings_file import read_settings

from registers.history.audit_guard import remove_guard

LOGIN = "/accounts/login/"


@pytest.fixture(scope="module")
def signed_in(module_db):
    client = Client()
    client.force_login(make_user())
    return client


@pytest.fixture
def member(signed_in, db):
    """A client of somebody who is signed in."""
    return signed_in


# Refused before any view


@pytest.mark.parametrize("method", ["FOO", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT"])
@pytest.mark.parametrize("path", ["/healthz", LOGIN, "/nowhere/"])
def test_an_unknown_method_is_not_allowed(client, method, path):
    assert client.generic(method, path).status_code == 405


def test_an_answer_to_an_unknown_method_says_which_are_allowed(client):
    allowed = client.generic("FOO", "/healthz")["Allow"].split(", ")
    assert set(allowed) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    "charset", ["utf-16", "UTF-16", "utf-7", "idna", "no-such", "'utf-16'", "rot13"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_charset_that_no_form_sends_is_refused(client, method, charset):
    answer = client.generic(
        method, LOGIN, b"a=1", f"application/x-www-form-urlencoded; charset={charset}"
    )
    assert answer.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_the_charset_that_forms_send_is_read(client, charset):
    answer = client.generic(
        "POST", LOGIN, b"login=a", f"application/x-www-form-urlencoded; charset={charset}"
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path", ["/?q=%00", "/?q=a%00b&x=1", "/?%00=1", "/library/%00", "/registers/a%00b/"]
)
def test_a_nul_in_the_address_is_refused(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; x=y"]
)
def test_a_form_of_parts_without_a_boundary_is_refused(client, kind):
    assert client.generic("POST", LOGIN, b"--x", kind).status_code == 400


NOT_TEXT = {
    "a byte that begins nothing": b"\xff",
    "latin-1": "Café".encode("latin-1"),
    "half of a surrogate pair": "\ud800".encode("utf-8", "surrogatepass"),
    "both halves, as CESU-8": "\ud83d\ude00".encode("utf-8", "surrogatepass"),
    "a character cut short": "é".encode()[:1],
}
# What was replaced elsewhere, and a pair as it should be.
TEXT = "\N{REPLACEMENT CHARACTER}\N{GRINNING FACE}"


def of_parts(name, value, more=b""):
    """A form of parts with one field."""
    return b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n--x--\r\n' % (
        name,
        more,
        value,
    )


def percent(value):
    return b"".join(b"%%%02X" % byte for byte in value)


ENCODINGS = {
    "urlencoded": lambda name, value: (name + b"=" + value, "application/x-www-form-urlencoded"),
    "percent": lambda name, value: (
        name + b"=" + percent(value),
        "application/x-www-form-urlencoded",
    ),
    "parts": lambda name, value: (of_parts(name, value), "multipart/form-data; boundary=x"),
}


@pytest.fixture(scope="module")
def author(module_db):
    """A client of an officer, their register, and a post of it."""
    register, client = make_register(), Client()
    client.force_login(make_person(register.organisation))
    return client, register, make_post(register.organisation)


@pytest.fixture
def log_risk(author, db):
    """Sends a form with this title, as bytes, for a new risk, and gives the answer and the titles
    there are.
    """
    client, register, post = author
    owner = str(post.pk)

    def send(title, encoding):
        fields = {**risk_form(owner=owner), "other_failure_types": "governance"}
        del fields["title"]
        body, kind = ENCODINGS[encoding](b"title", title)
        if encoding == "parts":
            body = (
                b"".join(
                    of_parts(n.encode(), v.encode()).removesuffix(b"--x--\r\n")
                    for n, v in fields.items()
                )
                + body
            )
        else:
            body = urlencode(fields).encode() + b"&" + body
        answer = client.generic("POST", f"{register.get_absolute_url()}risks/new/", body, kind)
        return answer.status_code, [risk.title for risk in register.risks.all()]

    return send


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("case", NOT_TEXT)
def test_invalid_text_is_refused_and_not_repaired(log_risk, case, encoding):
    assert log_risk(NOT_TEXT[case], encoding) == (400, [])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_valid_character_is_kept(log_risk, encoding):
    assert log_risk(TEXT.encode(), encoding) == (302, [TEXT])


@pytest.mark.parametrize(
    "encoding", ["urlencoded", "percent"]
)  # in parts, Django leaves out a field without a name
def test_an_invalid_field_name_is_refused(client, encoding):
    body, kind = ENCODINGS[encoding](b"\xff", b"1")
    assert client.generic("POST", LOGIN, body, kind).status_code == 400


@pytest.mark.parametrize("case", NOT_TEXT)
def test_an_invalid_address_is_refused(client, case):
    assert client.get(f"/?q={percent(NOT_TEXT[case]).decode()}").status_code == 400


def test_an_invalid_unescaped_address_is_refused(client):
    assert client.get("/", QUERY_STRING="q=\xff").status_code == 400


@pytest.mark.django_db
def test_a_file_may_hold_any_bytes(client):
    body = of_parts(b"file", NOT_TEXT["latin-1"], b'; filename="a.bin"')
    assert client.generic("POST", LOGIN, body, "multipart/form-data; boundary=x").status_code == 200


class Unread:
    """A body that fails the test when anybody reads it."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
@pytest.mark.parametrize("path", [LOGIN, "/", "/nowhere/"])
def test_too_large_a_body_is_refused_before_it_is_read(client, path, kind):
    size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size), "CONTENT_TYPE": kind}
    assert client.post(path, **body).status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "9" * 5000, "²"])
def test_an_invalid_content_length_is_refused(client, length):
    answer = client.post(LOGIN, **{"wsgi.input": Unread(), "CONTENT_LENGTH": length})
    assert answer.status_code in (400, 413)


def test_a_body_of_unknown_length_is_refused(client):
    answer = client.post(LOGIN, **{"wsgi.input": Unread(), "HTTP_TRANSFER_ENCODING": "chunked"})
    assert answer.status_code == 400


def test_everything_wrong_at_once_is_refused(client):
    kind = "multipart/form-data; charset=utf-16"
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": "9999999", "CONTENT_TYPE": kind}
    assert client.post("/?q=%00", **body).status_code == 413


def test_more_fields_than_any_form_has_are_refused(client):
    answer = client.post(
        LOGIN, "&".join(f"a{n}=1" for n in range(1001)), "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400


def test_a_wrong_host_is_refused(client):
    assert client.get(LOGIN, headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_a_post_without_the_forms_token_is_refused():
    assert Client(enforce_csrf_checks=True).post(LOGIN, {"login": "a"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("length", [1, 30, 5000])
@pytest.mark.parametrize("path", ["/library/insights/{}/", "/registers/corporate/risks/{}/"])
def test_a_number_of_any_length_in_the_address_is_not_found(member, path, length):
    assert member.get(path.format("9" * length)).status_code == 404


# Headers on every answer

ANSWERS = {
    200: lambda client: client.get("/healthz"),
    302: lambda client: client.get("/"),
    400: lambda client: client.get("/?q=%00"),
    "400 for the host": lambda client: client.get("/healthz", headers={"host": "evil.example"}),
    404: lambda client: client.get("/nowhere/"),
    405: lambda client: client.generic("FOO", "/"),
    413: lambda client: client.post("/", CONTENT_LENGTH="9999999"),
}


@pytest.fixture(scope="module", params=ANSWERS)
def answer(request):
    response = ANSWERS[request.param](Client())
    assert str(response.status_code) == str(request.param)[:3]
    return response


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("Cache-Control", "no-store"),
    ],
)
def test_every_answer_has_the_header(answer, header, value):
    assert answer[header] == value


def policy_of(answer):
    policy = {}
    for directive in answer["Content-Security-Policy"].split(";"):
        name, *sources = directive.split()
        policy[name] = set(sources)
    return policy


def test_every_answer_has_the_policy(answer):
    assert policy_of(answer) == {
        "default-src": {"'none'"},
        "script-src": {"'self'"},
        "style-src": {"'self'"},
        "img-src": {"'self'", "data:"},
        "font-src": {"'self'"},
        "connect-src": {"'self'"},
        "object-src": {"'none'"},
        "base-uri": {"'none'"},
        "form-action": {"'self'"},
        "frame-ancestors": {"'none'"},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", [LOGIN, "/accounts/password/reset/"])
def test_no_cache_stores_a_page(client, path):
    answer = client.get(path)
    assert "no-store" in answer["Cache-Control"]


def test_no_cache_stores_a_private_page(member):
    assert member.get("/library/")["Cache-Control"] == "no-store"


def test_an_error_page_reveals_nothing_of_the_software(answer):
    assert "Server" not in answer and b"Django" not in answer.content


# Health


def test_the_process_answers_without_the_database(client):
    """Not marked for the database: pytest-django refuses any use of it."""
    assert client.get("/healthz").content == b"ok\n"


def test_the_process_answers_without_the_database_whatever_the_cookie(client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_a_complete_installation_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, set(answer.json().values())) == (200, {True})


@pytest.mark.django_db
def test_without_the_audit_triggers_it_is_not_ready(client):
    remove_guard()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["audit_triggers"]) == (503, False)


@pytest.mark.django_db
def test_without_a_migration_it_is_not_ready(client):
    MigrationRecorder.Migration.objects.filter(app="registers").order_by("name").last().delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_sign_in(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_everything_else_leads_to_the_sign_in(client):
    assert (
        client.get("/library/").headers["Location"] == f"{reverse('account_login')}?next=/library/"
    )


# Settings of an installation

KEYS = {
    name: f"{name} of an installation, long and never used" for name in ("SECRET_KEY", "AUDIT_KEY")
}


@pytest.fixture(scope="module")
def production():
    return read_settings(SITE_URL="https://risk.council.example/", **KEYS)[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_COOKIE_NAME", "__Host-sessionid"),
        ("CSRF_COOKIE_NAME", "__Host-csrftoken"),
        ("SESSION_COOKIE_SECURE", True),
        ("CSRF_COOKIE_SECURE", True),
        ("SECURE_HSTS_SECONDS", 31_536_000),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", True),
        ("SECURE_SSL_REDIRECT", True),
        ("ALLOWED_HOSTS", ["risk.council.example"]),
        ("CSRF_TRUSTED_ORIGINS", ["https://risk.council.example"]),
        ("REQUIRE_MFA", True),
        ("DEBUG", False),
        ("SECURE_PROXY_SSL_HEADER", None),
    ],
)
def test_an_https_address_sets(production, name, value):
    assert production[name] == value


@pytest.mark.parametrize(
    ("site", "missing"),
    [
        ("https://risk.council.example", "SECRET_KEY"),
        ("http://risk.council.example", "AUDIT_KEY"),
        ("http://10.0.0.5", "SECRET_KEY"),
    ],
)
def test_a_missing_key_is_refused_anywhere_but_on_a_laptop(site, missing):
    keys = {name: value for name, value in KEYS.items() if name != missing}
    values, errors = read_settings(SITE_URL=site, **keys)
    assert (values, f"{missing} must be set" in errors) == (None, True)


def test_an_empty_key_is_a_missing_one():
    values, _ = read_settings(SITE_URL="https://risk.council.example", SECRET_KEY="", AUDIT_KEY="a")
    assert values is None


def test_debug_is_refused_anywhere_but_on_a_laptop():
    values, errors = read_settings(SITE_URL="https://risk.council.example", DEBUG="true", **KEYS)
    assert (values, "DEBUG shows private data" in errors) == (None, True)


@pytest.mark.parametrize("site", ["risk.council.example", "ftp://risk.council.example", "https://"])
def test_an_invalid_site_url_is_refused(site):
    values, errors = read_settings(SITE_URL=site, **KEYS)
    assert (values, "SITE_URL must be" in errors) == (None, True)


@pytest.fixture(scope="module")
def laptop():
    return read_settings()[0]


def test_a_laptop_needs_no_environment(laptop):
    assert (laptop["IS_LAPTOP"], laptop["SESSION_COOKIE_NAME"], laptop["SECURE_SSL_REDIRECT"]) == (
        True,
        "sessionid",
        False,
    )


def test_the_key_of_a_laptop_is_marked(laptop):
    assert laptop["SECRET_KEY"].startswith("laptop-only-")


def test_a_trusted_proxy_may_report_https():
    values, _ = read_settings(SITE_URL="https://risk.council.example", TRUSTED_PROXIES="1", **KEYS)
    assert (values["SECURE_PROXY_SSL_HEADER"], values["ALLAUTH_TRUSTED_PROXY_COUNT"]) == (
        ("HTTP_X_FORWARDED_PROTO", "https"),
        1,
    )
