"""One file: defaults that suit a laptop, everything else from the environment (docs/deploying.md
lists it).

SITE_URL decides what kind of installation this is. On a loopback address the keys have defaults;
anywhere else they must be set, and an https address turns on secure cookies, redirects and HSTS.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from registers.accounts.rates import MAIL_RATES, SIGN_IN_RATES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL must be an http or https address, not {SITE_URL!r}.")
IS_LAPTOP = _site.hostname in ("127.0.0.1", "localhost", "::1")
IS_TLS = _site.scheme == "https"


def _secret(name):
    """A key from the environment; only a laptop may do without."""
    value = env(name, default="")
    if not value and not IS_LAPTOP:
        raise ImproperlyConfigured(f"{name} must be set when SITE_URL is not this machine.")
    return value or f"laptop-only-{name.lower()}-never-used-where-SITE_URL-is-another-address"


SECRET_KEY = _secret("SECRET_KEY")
AUDIT_KEY = _secret("AUDIT_KEY")
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and not IS_LAPTOP:
    raise ImproperlyConfigured(
        "DEBUG shows private data to anybody who finds an error: it runs only on this machine."
    )
DEMO = env.bool("DEMO", default=False)
REQUIRE_MFA = env.bool("REQUIRE_MFA", default=True)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

_host = f"[{_site.hostname}]" if ":" in _site.hostname else _site.hostname
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if IS_LAPTOP else [_host]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "failing_well.apps.InstallationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_filters",
    "registers",  # last: its admin.py takes away what others register
]

MIDDLEWARE = [
    "failing_well.middleware.ResponseHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "failing_well.middleware.RequestGuard",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "failing_well.middleware.LargeBody",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "failing_well.middleware.LoginRequired",
    "allauth.account.middleware.AccountMiddleware",
    "failing_well.middleware.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "failing_well.urls"
WSGI_APPLICATION = "failing_well.wsgi.application"
FORM_RENDERER = "registers.govuk.Renderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["registers.templatetags.pages"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "failing_well.middleware.site",
            ],
        },
    },
]

# Databases: the options were measured under load and kill (docs/adr/0002-databases.md).
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 600
# Seconds. In a request all waits together last 9, so that its answer is there within 10; each of
# them no longer than the others say. PostgreSQL's own limit on a statement, 8, comes before ours
# (failing_well/time_limits.py).
DATABASE_TIME_LIMITS = {
    "request": 9.0,
    "connect": 3.0,
    "health_check": 2.0,
    "statement": 8.5,
    "lock": 7.0,
}
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "timeout": DATABASE_TIME_LIMITS["lock"],  # in a request no more than is left of its time
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864; "
            "PRAGMA recursive_triggers=ON;"
        ),
    }
    _database["TEST"] = {"NAME": BASE_DIR / "test.sqlite3"}
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "connect_timeout": 3,
        "options": "-c statement_timeout=8000 -c lock_timeout=4000 -c "
        "idle_in_transaction_session_timeout=15000",
        "keepalives_idle": 30,
        "tcp_user_timeout": 8000,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In a table of the database, made after each migrate: all workers share it and a restart keeps it.
# It counts failed sign-ins and remembers used codes; when it is full, what has expired goes first.
CACHES = {
    "default": {
        "BACKEND": "failing_well.cache.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# People
AUTH_USER_MODEL = "registers.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "registers.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited at an address an administrator typed
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# Our own limits take the place of allauth's on signing in: those lock out everybody at one
# network address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "reset_password_from_key": None,
    **SIGN_IN_RATES,
    **MAIL_RATES,
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Failing Well"
MFA_FORMS = {
    "authenticate": "registers.accounts.forms.AuthenticateForm",
    "reauthenticate": "registers.accounts.forms.ReauthenticateForm",
    "activate_totp": "registers.accounts.forms.ActivateTOTPForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = (
    True  # an administrator typed the address; the rule is against sign-ups we do not have
)

# Cookies and headers
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_TLS else "csrftoken"
KNOWN_DEVICE_COOKIE_NAME = "__Host-known-device" if IS_TLS else "known-device"
RELEASE_COOKIE_NAME = "__Host-release" if IS_TLS else "release"
RELEASE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_TLS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_TLS else 0
# Browsers remember these, and a preloaded name is built into them: for that somebody has to ask.
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_TLS and env.bool("HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = IS_TLS and env.bool("HSTS_PRELOAD", default=False)
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    raise ImproperlyConfigured(
        "HSTS_PRELOAD is for a name and all its subdomains: it needs HSTS_SUBDOMAINS."
    )
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # advice to switch on the two above
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: for the second factor's QR code
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# Static files: script/assets puts the vendored ones in static/vendor and collects everything into
# .build/static.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".build" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "failing_well.static.HashedStorage"},
}
FIXTURE_DIRS = [BASE_DIR / "fixtures", BASE_DIR / "fixtures" / "library"]

# Words and time: pages and "as at" days are in London time, instants are stored in UTC.
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

vars().update(env.email("EMAIL_URL", default="consolemail://"))
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # templates/account/email/ has the whole subject
EMAIL_TIMEOUT = 20  # seconds: a mail server that hangs must not hold who waits for it
DEFAULT_FROM_EMAIL = f"Failing Well <no-reply@{_site.hostname}>"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "failing_well.logs.WithoutSecrets",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "registers.exports": {"level": "INFO"},  # which file left the house, when and to whom
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.security.DisallowedHost": {
            "level": "CRITICAL"
        },  # scanners by the thousand; the answer is 400
        "django.request": {
            "level": "ERROR"
        },  # a refusal is an answer, not a fault: no traceback for 403 and 404
    },
}
