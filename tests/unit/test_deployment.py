"""A deployed installation: its checks, and who may read the files it writes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.management import call_command, load_command_class
from settings_file import read_settings

from failing_well import headers
from failing_well import settings as installed
from registers import deployment_checks
from registers.views.imports import register_import
from registers.views.paper_templates import paper_template_new

KEYS = {"SECRET_KEY": "secret" * 10, "AUDIT_KEY": "a" * 60}
INSTALLED = {
    "SITE_URL": "https://risk.council.example",
    "EMAIL_URL": "smtp://mail.council.example",
    "TRUSTED_PROXIES": "1",
    **KEYS,
}


def run(*arguments, **environment):
    """A command of manage.py, begun as most shells do: with a umask that lets others read."""
    return subprocess.run(  # noqa: S603 (our own arguments, no shell)
        [sys.executable, *arguments],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "failing_well.settings",
            **environment,
        },
        cwd=settings.BASE_DIR,
        umask=0o022,
        capture_output=True,
        text=True,
    )


WRITE = """
import django, json
from pathlib import Path
django.setup()
from django.db import connection

with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE risk (title text)")
folder = Path(connection.settings_dict["NAME"]).parent
print(json.dumps({path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}))
"""


def test_other_users_cannot_read_a_database(tmp_path):
    result = run("-c", WRITE, DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3")
    assert result.returncode == 0, result.stderr
    database = {f"db.sqlite3{end}" for end in ("", "-wal", "-shm")}
    assert json.loads(result.stdout.splitlines()[-1]) == dict.fromkeys(database, 0o600)


def test_everybody_reads_collected_static_files(tmp_path, settings):
    """Whoever installs, root perhaps, need not be the user that serves them."""
    source, root = tmp_path / "source", tmp_path / "static"
    (source / "vendor").mkdir(parents=True)
    (source / "vendor" / "app.css").write_text("a { color: red }\n" * 99)
    settings.STORAGES = installed.STORAGES
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], root
    call_command("collectstatic", interactive=False, verbosity=0)
    paths = [root, *root.rglob("*")]
    assert {path.suffix for path in paths} == {"", ".br", ".css", ".gz", ".json"}
    assert [path for path in paths if path.stat().st_mode & 0o004 == 0] == []
    assert [path for path in paths if path.is_dir() and path.stat().st_mode & 0o001 == 0] == []


@pytest.fixture
def database(tmp_path):
    """A database as the guide makes it, in a folder of its own."""
    tmp_path.chmod(0o700)
    file = tmp_path / "db.sqlite3"
    file.touch(mode=0o600)
    return file


def test_a_private_database_passes_the_check(database):
    assert deployment_checks.paths_open_to_others(database) == []


@pytest.mark.parametrize("name", [".", "db.sqlite3", "db.sqlite3-wal", "db.sqlite3.copy"])
@pytest.mark.parametrize("right", [0o004, 0o002, 0o001])
def test_files_readable_by_others_are_named(database, name, right):
    path = database.parent / name
    if name != ".":
        path.touch(mode=0o600)
    path.chmod(path.stat().st_mode | right)
    assert deployment_checks.paths_open_to_others(database) == [path]


def test_rights_of_a_group_are_its_own_matter(database):
    database.chmod(0o660)
    assert deployment_checks.paths_open_to_others(database) == []


@pytest.mark.parametrize("kind", ["console", "dummy", "filebased", "locmem"])
def test_mail_that_is_not_sent_is_warned_of(settings, kind):
    settings.IS_LAPTOP = False
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"
    [warning] = deployment_checks.mail_is_sent()
    assert "EMAIL_URL" in warning.hint


def test_mail_that_a_server_takes_is_not_warned_of(settings):
    settings.IS_LAPTOP = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert deployment_checks.mail_is_sent() == []


@pytest.mark.parametrize(("is_available", "count"), [(True, 0), (False, 1)])
def test_missing_pango_is_told(settings, monkeypatch, is_available, count):
    settings.IS_LAPTOP = False
    monkeypatch.setattr(deployment_checks.pango, "is_available", lambda: is_available)
    messages = deployment_checks.pdf_is_available()
    assert len(messages) == count
    assert all("libpango" in message.hint for message in messages)


def test_a_laptop_is_warned_of_nothing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert deployment_checks.warnings_at_start() == []


def test_check_deploy_reports_readable_files(tmp_path, settings, monkeypatch):
    tmp_path.chmod(0o755)
    settings.IS_LAPTOP, settings.TRUSTED_PROXIES = False, 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{tmp_path}/db.sqlite3"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    warnings = run_checks(tags=[Tags.security], include_deployment_checks=True)
    assert {"registers.W003", "registers.W004"} <= {warning.id for warning in warnings}


def test_the_server_reports_readable_files_at_start(tmp_path):
    tmp_path.chmod(0o755)
    code = """
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.glogging import Logger
app = WSGIApplication("", prog="gunicorn")
app.cfg.on_starting(type("Server", (), {"log": Logger(app.cfg)}))
"""
    environment = INSTALLED | {
        "EMAIL_URL": "consolemail://",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }
    result = run("-c", code, GUNICORN_CMD_ARGS="--config deploy/gunicorn.conf.py", **environment)
    assert "No mail is sent" in result.stderr
    assert str(tmp_path) in result.stderr


@pytest.mark.parametrize(
    ("settings", "subdomains", "preload"),
    [
        ({}, 1, 0),
        ({"HSTS_PRELOAD": "true"}, 1, 1),
        ({"HSTS_SUBDOMAINS": "false"}, 0, 0),
        ({"SITE_URL": "http://risk.council.example", "HSTS_PRELOAD": "true"}, 0, 0),
    ],
)
def test_hsts_covers_only_what_was_configured(settings, subdomains, preload):
    values, _ = read_settings(**{**INSTALLED, **settings})
    assert (
        values["SECURE_HSTS_INCLUDE_SUBDOMAINS"],
        values["SECURE_HSTS_PRELOAD"],
    ) == (subdomains, preload)


def test_a_preloaded_name_includes_its_subdomains():
    values, problem = read_settings(**INSTALLED, HSTS_PRELOAD="true", HSTS_SUBDOMAINS="false")
    assert (values, "HSTS_PRELOAD" in problem) == (None, True)


OWN_ANSWER = """
from failing_well.worker import own_answer
lines = own_answer("400 Bad Request").decode().split("\\r\\n")
print([line for line in lines if "Transport" in line])
"""


def test_the_servers_own_answers_have_the_hsts_header():
    header = "Strict-Transport-Security: max-age=31536000; includeSubDomains"
    assert run("-c", OWN_ANSWER, **INSTALLED).stdout.strip() == str([header])


# The files of deploy/

DEPLOY = Path(settings.BASE_DIR, "deploy")
NGINX = (DEPLOY / "failing-well.nginx.conf").read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    [*sorted(headers.for_plain_page().keys() - {"Content-Type"}), "Strict-Transport-Security"],
)
def test_the_proxys_own_answers_have_our_headers(settings, name):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    variable = re.search(rf"add_header {name} (\$\w+) always;", NGINX)[1]
    upstream = name.lower().replace("-", "_")
    value = re.search(
        rf'map \$upstream_http_{upstream} {re.escape(variable)}\s+{{\s*"" "([^"]+)";\s*}}', NGINX
    )[1]
    assert value == headers.for_plain_page()[name]


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("/registers/[^/]+/import/", register_import),
        ("/organisations/[^/]+/paper-templates/new/", paper_template_new),
    ],
)
def test_the_proxy_lets_a_file_through_and_nothing_larger(address, view):
    block = re.search(rf"location ~ \^{re.escape(address)}\$ {{(.*?)}}", NGINX, re.DOTALL)[1]
    most = int(re.search(r"client_max_body_size (\d+)m;", block)[1]) * 1024 * 1024
    assert 0 <= most - view.largest_body < 2 * 1024 * 1024


def test_the_example_of_settings_is_complete_but_for_the_keys():
    """check --deploy wants nothing more, and Python warns of nothing; a start without keys is
    refused.
    """
    lines = (DEPLOY / "failing-well.env.example").read_text("utf-8").splitlines()
    example = dict(
        line.replace("'", "").split("=", 1) for line in lines if line and not line.startswith("#")
    )
    refused = run("manage.py", "check", **example)
    assert "SECRET_KEY must be set" in refused.stderr
    check = "-W error manage.py check --deploy --fail-level WARNING".split()
    result = run(*check, **{**example, **KEYS})
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in (DEPLOY / "failing-well.cron").read_text("utf-8").splitlines()
        if "manage" in line
    ],
)
def test_each_command_of_the_timetable_exists(line):
    command = line.partition("deploy/manage ")[2].split()
    load_command_class(
        "registers" if command[0] != "clearsessions" else "django.contrib.sessions", command[0]
    )


@pytest.fixture
def upgrade(tmp_path):
    """Runs deploy/upgrade in a clone whose commands only record their calls; one may fail."""
    steps, clone = tmp_path / "steps", tmp_path / "clone"
    for name in ("script/setup", "script/assets", "deploy/manage", "bin/systemctl", "bin/git"):
        stub = clone / name
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(
            f'#!/bin/sh\necho "{stub.name} $*" >>{steps}\ncase "$*" in "$FAILS"*) exit 3 ;; esac\n'
        )
        stub.chmod(0o755)
    shutil.copy(DEPLOY / "upgrade", clone / "deploy")

    def run_upgrade(fails):
        environment = {"PATH": f"{clone}/bin:{os.environ['PATH']}", "FAILS": fails}
        command = [clone / "deploy" / "upgrade", "v0.3.0"]
        result = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603
        return result, steps.read_text("utf-8").split("\n")[:-1]

    return run_upgrade


STEPS = [
    "git rev-parse HEAD",
    "git checkout --quiet v0.3.0",
    "setup ",
    "assets ",
    "manage check --deploy",
    "systemctl stop failing-well",
    "manage migrate",
    "manage load_library",
    "systemctl start failing-well",
]


def test_an_upgrade_takes_its_steps_in_order(upgrade):
    result, steps = upgrade("nothing")
    assert (result.returncode, result.stderr, steps) == (0, "", STEPS)


@pytest.mark.parametrize("step", [step for step in STEPS if not step.endswith((" ", "HEAD"))])
def test_an_upgrade_stops_at_the_step_that_fails(upgrade, step):
    result, steps = upgrade(step.split(" ", 1)[1])
    assert result.returncode == 3
    assert steps[-1] == step
    assert "The upgrade stopped at" in result.stderr


def test_nginx_logs_no_address_with_what_somebody_searched_for():
    block = re.search(r"map \$request_uri \$failing_well_log \{(.*?)\n\}", NGINX, re.DOTALL)[1]
    patterns = re.findall(r'"~\*?([^"]+)" 0;', block)
    addresses = {
        "/search/?q=claim": False,
        "/library/search/?q=claim": False,
        "/registers/ours/?band=high&q=claim": False,
        "/accounts/login/?next=/search/%3Fq%3Dclaim": False,
        "/registers/ours/?band=high": True,
    }
    is_logged = {
        address: not any(re.search(pattern, address) for pattern in patterns)
        for address in addresses
    }
    assert is_logged == addresses
