"""One table of every address and every kind of person. A missing address fails."""

import datetime
import io
import re
import zipfile
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_agreement,
    make_appetite,
    make_assurance,
    make_control,
    make_directorate,
    make_escalation,
    make_import,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_question,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
    risk_form,
    scheme_data,
)

from registers.models import AuditEntry, Position, Register, Role

pytestmark = pytest.mark.django_db

PEOPLE = (
    "nobody inactive "  # not signed in; deactivated, with a session from before
    # A manager of another organisation only; a peer reviewer until yesterday.
    "stranger expired "
    "member officer manager peer administrator "  # of the organisation
    # Of no organisation: is_staff alone, and with is_superuser, which the admin site requires.
    "staff installer"
).split()
INSIDE = ("member", "officer", "manager", "peer", "administrator")
# The wall stands in Python: on the second database it is enough to see that what they ask for is
# answered at all.
ON_BOTH = ("officer", "manager")


def person_params(people):
    """People as the parameters of a test: all on one database, a few on the other."""
    return [
        person if person in ON_BOTH else pytest.param(person, marks=pytest.mark.look)
        for person in people
    ]


def expected_statuses(status, **exceptions):
    """A status for each kind of person; by default those signed out go to the sign-in page."""
    return {**dict.fromkeys(PEOPLE, status), "nobody": 302, "inactive": 302, **exceptions}


def dict_for(names, status):
    return dict.fromkeys(names.split(), status)


OPEN = dict.fromkeys(PEOPLE, 200)
SIGNED_IN = expected_statuses(200)
READERS = expected_statuses(404, **dict.fromkeys(INSIDE, 200))
EDITORS = READERS | dict_for("member peer administrator", 403)
MANAGERS = EDITORS | {"officer": 403}
ASKERS = READERS | dict_for("officer administrator", 403)
THE_MANAGERS_OWN = ASKERS | dict_for(
    "member peer", 404
)  # on the list of one person, who is the manager here
ANY_EDITOR = expected_statuses(
    403, officer=200, manager=200, stranger=200
)  # whoever may edit risks somewhere
STAFF = expected_statuses(403, staff=200, installer=200)
TO_THE_SIGN_IN = expected_statuses(302)
ALREADY_SIGNED_IN = expected_statuses(
    302, nobody=200, inactive=200
)  # nothing to do here for somebody who is
NONE_SET_UP = expected_statuses(404)  # about a second factor that this person has not got
# The admin site sends those who may not use it to its own sign-in, which refuses them.
ADMIN = expected_statuses(302, staff=200, installer=200)
ADMIN_POWERS = expected_statuses(302, staff=403, installer=200)
ADMIN_NEVER = expected_statuses(302, staff=403, installer=403)

RISK = {"slug": "ours", "number": 1}
BATCH = {"slug": "ours", "pk": "first registers.registerimport"}
QUESTION = {"slug": "ours", "pk": "first registers.gatheredquestion"}
KEY = {"key": "no-such-key"}

# name: (its arguments, what GET answers, what an empty POST answers where the address takes one)
TABLE = {
    "home": ({}, SIGNED_IN),
    "risk_list": ({"slug": "ours"}, READERS),
    "dashboard": ({"slug": "ours"}, READERS),
    "export_csv": ({"slug": "ours"}, READERS),
    "export_xlsx": ({"slug": "ours"}, READERS),
    "register_summary": ({"slug": "ours"}, READERS),
    "open_data_csv": ({"slug": "ours"}, MANAGERS),
    "open_data_metadata": ({"slug": "ours"}, MANAGERS),
    "export_json": ({"slug": "ours"}, MANAGERS),
    "action_list": ({"slug": "ours"}, READERS),
    "action_new": (RISK, EDITORS, EDITORS),
    "action_edit": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "action_done": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "action_drop": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "action_reopen": (RISK | {"pk": "first registers.action"}, EDITORS, EDITORS),
    "escalation_list": ({"slug": "ours"}, READERS),
    "risk_escalate": (RISK, EDITORS, EDITORS),
    "escalation_decide": (RISK | {"pk": "first registers.escalation"}, MANAGERS, MANAGERS),
    "agreement_list": ({"slug": "ours"}, READERS),
    "agreement_new": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "question_list": ({"slug": "ours"}, ASKERS, ASKERS),
    "question_edit": (QUESTION, THE_MANAGERS_OWN, THE_MANAGERS_OWN),
    "question_take_off": (QUESTION, expected_statuses(405), THE_MANAGERS_OWN | {"manager": 302}),
    "worklist": ({"slug": "ours"}, READERS),
    "check_set_aside": (RISK | {"check": "rq13-vague"}, MANAGERS, MANAGERS),
    "check_take_back": (RISK | {"check": "rq13-vague"}, MANAGERS, MANAGERS),
    "risk_review_many": ({"slug": "ours"}, EDITORS, EDITORS),
    "reassign": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "register_settings": ({"slug": "ours"}, READERS),
    "appetite_new": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "risk_new": ({"slug": "ours"}, EDITORS, EDITORS),
    "risk_detail": (RISK, READERS),
    "risk_edit": (RISK, EDITORS, EDITORS),
    "risk_assess": (RISK, EDITORS | {"peer": 200}, EDITORS | {"peer": 200}),
    "risk_review": (RISK, EDITORS, EDITORS),
    "risk_history": (RISK, READERS),
    "reminders": ({}, SIGNED_IN, expected_statuses(403, officer=302, manager=302, stranger=302)),
    "calendar_address": ({}, ANY_EDITOR, ANY_EDITOR),
    "calendar_stop": ({}, SIGNED_IN, TO_THE_SIGN_IN),
    "calendar_feed": ({"secret": "no-such-secret"}, dict.fromkeys(PEOPLE, 404)),
    "register_import": ({"slug": "ours"}, MANAGERS, MANAGERS),
    "import_detail": (BATCH, MANAGERS, MANAGERS),
    "import_report": (BATCH, MANAGERS),
    "import_give_up": (BATCH, expected_statuses(405), MANAGERS | {"manager": 302}),
    "risk_suggestions": ({"slug": "ours"}, expected_statuses(405), EDITORS),
    "risk_precedents": (RISK, EDITORS, EDITORS),
    "assurance_map": ({"slug": "ours"}, READERS),
    "assurance_new": (RISK, EDITORS, EDITORS),
    "control_new": (RISK, EDITORS, EDITORS),
    "control_edit": (RISK | {"pk": "first registers.control"}, EDITORS, EDITORS),
    "control_test": (RISK | {"pk": "first registers.control"}, EDITORS, EDITORS),
    "control_retire": (RISK | {"pk": "first registers.control"}, EDITORS, EDITORS),
    "risk_put_on_register": (RISK, EDITORS, EDITORS),
    "risk_happened": (RISK, EDITORS, EDITORS),
    "risk_close": (RISK, MANAGERS, MANAGERS),
    "risk_reopen": (RISK, MANAGERS, MANAGERS),
    "risk_exempt": (RISK, EDITORS, EDITORS),
    "risk_lift_exemption": (RISK, MANAGERS, MANAGERS),
    "risk_duplicate": (RISK, expected_statuses(405), EDITORS | dict_for("officer manager", 302)),
    "library": ({}, SIGNED_IN),
    "library_load": ({}, STAFF, STAFF),
    "library_search": ({}, SIGNED_IN),
    "library_sources": ({}, SIGNED_IN),
    "library_source": ({"slug": "failing-well"}, SIGNED_IN),
    "library_failure_type": ({"slug": "governance"}, SIGNED_IN),
    "library_case": ({"slug": "doncaster"}, SIGNED_IN),
    "library_insight": ({"number": 1}, SIGNED_IN),
    "library_impact": ({"slug": "disruption"}, SIGNED_IN),
    "library_discrepancies": ({}, SIGNED_IN),
    "library_compare": ({}, SIGNED_IN),
    "library_lessons": ({}, SIGNED_IN),
    "library_statements": ({}, SIGNED_IN),
    "accessibility": ({}, OPEN),
    "privacy": ({}, OPEN),
    "cookies": ({}, OPEN),
    "healthz": ({}, OPEN),
    "readyz": ({}, OPEN),
    "account_login": ({}, ALREADY_SIGNED_IN, ALREADY_SIGNED_IN),
    "account_logout": ({}, SIGNED_IN, TO_THE_SIGN_IN),
    "account_inactive": ({}, OPEN),
    "account_signup": ({}, ALREADY_SIGNED_IN, ALREADY_SIGNED_IN),
    "account_reauthenticate": ({}, SIGNED_IN, SIGNED_IN),
    "account_change_password": ({}, SIGNED_IN, SIGNED_IN),
    "account_set_password": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "account_confirm_address": ({"token": "a"}, OPEN, OPEN),
    "account_reset_password": ({}, OPEN, OPEN),
    "account_reset_password_from_key_done": ({}, OPEN),
    "account_reset_password_from_key": (KEY | {"uidb36": "1"}, OPEN, OPEN),
    "account_reset_password_done": ({}, OPEN),
    "mfa_index": ({}, SIGNED_IN),
    "mfa_authenticate": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_reauthenticate": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_activate_totp": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_deactivate_totp": ({}, NONE_SET_UP, NONE_SET_UP),
    "mfa_view_recovery_codes": ({}, NONE_SET_UP),
    "mfa_generate_recovery_codes": ({}, TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "mfa_download_recovery_codes": ({}, NONE_SET_UP),
    "admin:index": ({}, ADMIN),
    "admin:login": ({}, expected_statuses(403, staff=302, installer=302)),
    "admin:logout": ({}, ADMIN | dict_for("staff installer", 405), ADMIN),
    "admin:password_change": ({}, ADMIN, ADMIN),
    "admin:password_change_done": ({}, ADMIN),
    "admin:autocomplete": ({}, ADMIN_NEVER),
    "admin:jsi18n": ({}, ADMIN),
    "admin:view_on_site": (
        {"content_type_id": 1, "object_id": 1},
        ADMIN | dict_for("staff installer", 404),
    ),
    "admin:app_list": ({"app_label": "registers"}, ADMIN | {"staff": 404}),
    "/admin/(?P<url>.*)$": ("/admin/nowhere/", ADMIN | dict_for("staff installer", 404)),
    "admin:auth_user_password_change": ({"id": 1}, ADMIN_POWERS, ADMIN_POWERS),
}


def admin_rows(model, *, app="registers", writes=ADMIN_NEVER, deletes=None):
    """The admin site's addresses of a model. writes, deletes: who may, and adding's answers."""
    name, this = f"admin:{app}_{model}", {"object_id": f"first {app}.{model}"}
    deletes = writes if deletes is None else deletes
    route = f"/admin/{app}/{model}/<path:object_id>/"
    return {
        f"{name}_changelist": ({}, ADMIN_POWERS, ADMIN_POWERS),
        f"{name}_add": ({}, writes, writes),
        f"{name}_change": (this, ADMIN_POWERS, writes),
        f"{name}_delete": (this, deletes, deletes),
        f"{name}_history": (this, ADMIN_POWERS),
        route: (route.replace("<path:object_id>", "1"), TO_THE_SIGN_IN),
    }


TABLE |= admin_rows("user", writes=ADMIN_POWERS, deletes=ADMIN_NEVER)
for model in "organisation directorate post register scoringscheme".split():
    TABLE |= admin_rows(model, writes=ADMIN_POWERS)
for model in (
    "source citation failuretype adverseimpact insight insightpoint statement lesson casestudy "
    "casefailuretype caseinsight discrepancy claim timelineevent warningsign caseintervention "
    "turnaroundmeasure outcome caseimpact casebody failurelink laterevidence"
).split():
    TABLE |= admin_rows(model)
TABLE |= admin_rows("authenticator", app="mfa", deletes=ADMIN_POWERS)

OUR_VIEWS = [name for name in TABLE if not re.match(r"admin:|/admin/|account_|mfa_", name)]
OF_A_REGISTER = [
    name for name in OUR_VIEWS if "slug" in TABLE[name][0] and not name.startswith("library")
]
OF_A_RISK = [name for name in OF_A_REGISTER if "number" in TABLE[name][0]]
ASKING = [
    name for name in OF_A_REGISTER if name.startswith("question_")
]  # writes on the person's own list alone
BUTTONS = [
    "risk_duplicate",
    "import_give_up",
    "question_take_off",
]  # no page: sent from another one, no question in it
TAKE_POST = [name for name, row in TABLE.items() if len(row) == 3]


def addresses(patterns=None, before="/", namespace=""):
    """Every address of the resolver: its name or, where it has none, its route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if hasattr(pattern, "url_patterns"):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, route, inside)
        else:
            yield namespace + pattern.name if pattern.name else route


def path_of(name, **replacements):
    """The address with the arguments of its row in TABLE, some of them replaced."""
    arguments = TABLE[name][0]
    if isinstance(arguments, str):
        return arguments
    if "id" in arguments:
        arguments = {"id": get_user_model().objects.first().pk}
    return reverse(name, kwargs=keys_of(arguments | replacements))


def keys_of(arguments):
    """The arguments, with "first registers.action" replaced by the key of the first such row.

    A pk is looked up within its risk or register. Without a row it is a key that no record has.
    """
    keys = dict(arguments)
    for key, value in arguments.items():
        if str(value).startswith("first "):
            rows = apps.get_model(value.removeprefix("first "))._base_manager.order_by("pk")
            if key == "pk" and "number" in arguments:
                rows = rows.filter(
                    risk__register__slug=arguments["slug"], risk__number=arguments["number"]
                )
            elif key == "pk":
                rows = rows.filter(register__slug=arguments["slug"])
            keys[key] = row.pk if (row := rows.first()) else 10**9
    return keys


@pytest.fixture
def people():
    return make_people()


def make_people():
    """Everybody of PEOPLE, and the register "ours" with one risk."""
    organisation, neighbour = make_organisation(), make_organisation()
    password = {"password": "a long enough password"}
    users = {role: make_person(organisation, role, **password) for role in INSIDE}
    users["stranger"] = make_person(neighbour, Role.MANAGER, **password)
    users["expired"] = make_membership(
        make_user(**password), organisation, Role.PEER, until=days_ago(1)
    ).user
    users["inactive"] = make_person(organisation, Role.MANAGER, is_active=False, **password)
    users["staff"] = make_user(is_staff=True, **password)
    users["installer"] = make_user(is_staff=True, is_superuser=True, **password)
    make_directorate(organisation)
    Authenticator.objects.create(user=make_user(), type=Authenticator.Type.RECOVERY_CODES, data={})
    risk = make_risk(
        make_register(organisation, slug="ours"),
        by=users["manager"],
        owner=make_post(organisation),
        assessed=(3, 3),
    )
    make_action(risk)
    above = make_register(organisation, slug="above-ours")
    Register.objects.filter(pk=risk.register_id).update(parent=above)
    risk.register.parent = above
    make_escalation(risk, above)
    make_register(neighbour, slug="theirs")
    make_control(risk, by=users["manager"], title="A control of ours")
    make_import(risk.register, by=users["manager"])
    make_question(risk.register, by=users["manager"])
    assert risk.number == 1
    return {"nobody": None, **users}


@pytest.fixture
def client_of(people):
    return lambda person: signed_in(people[person])


def signed_in(user):
    client = Client()
    if user:
        client.force_login(user)
    return client


@pytest.fixture(scope="module", params=person_params(PEOPLE))
def address_answers(request, django_db_setup, django_db_blocker):
    """The answers of every address to one person, where another organisation's texts say canary.

    The requests are made once for all tests that read them, and rolled back.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        client, canaries = signed_in(make_people()[request.param]), make_canaries()
        before = our_rows()
        answers = {name: client.get(path_of(name)) for name in TABLE}
        canary_answers = {path: client.get(path) for path in paths_to(canaries)}
        changes = our_rows() != before
        transaction.set_rollback(True)
    return SimpleNamespace(
        person=request.param, answers=answers, canary_answers=canary_answers, changes=changes
    )


def our_rows():
    """Every row of the registers app's tables."""
    models = apps.get_app_config("registers").get_models()
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def rolled_back_post(client, path, **data):
    """The answer to a POST; its writes and a sign-out are rolled back."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.post(path, data)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


# The table


def test_every_address_has_a_row():
    assert set(addresses()) - set(TABLE) == set()


def test_every_row_is_of_an_address():
    assert set(TABLE) - set(addresses()) == set()


def test_no_two_addresses_share_a_row():
    names = list(addresses())
    assert [name for name in names if names.count(name) > 1] == []


def differences(observed, method):
    """The answers that differ from TABLE: (person, name) -> (observed, declared)."""
    declared = {(person, name): TABLE[name][method][person] for person, name in observed}
    return {
        cell: (status, declared[cell])
        for cell, status in observed.items()
        if status != declared[cell]
    }


def test_who_may_open_what(address_answers):
    observed = {
        (address_answers.person, name): answer.status_code
        for name, answer in address_answers.answers.items()
    }
    assert differences(observed, 1) == {}


@pytest.mark.parametrize("person", person_params(PEOPLE))
def test_who_may_send_what(client_of, person):
    client = client_of(person)
    observed = {
        (person, name): rolled_back_post(client, path_of(name)).status_code for name in TAKE_POST
    }
    assert differences(observed, 2) == {}


@pytest.mark.look
@pytest.mark.parametrize("method", ["head", "options"])
@pytest.mark.parametrize("person", ["nobody", "member"])
def test_other_safe_methods_follow_get(client_of, person, method):
    client = client_of(person)
    observed = {
        (person, name): getattr(client, method)(path_of(name)).status_code for name in OUR_VIEWS
    }
    assert differences(observed, 1) == {}


def test_signed_out_people_go_to_the_sign_in_page_and_back(client_of):
    client = client_of("nobody")
    paths = [path_of(name) for name in OUR_VIEWS if TABLE[name][1]["nobody"] == 302]
    locations = {path: client.get(path).get("Location") for path in paths}
    assert locations == {path: f"/accounts/login/?next={path}" for path in paths}


def test_a_page_to_read_takes_no_post(client_of):
    client = client_of("manager")
    names = [name for name in OUR_VIEWS if name not in (*TAKE_POST, "healthz", "readyz")]
    answers = {name: rolled_back_post(client, path_of(name)).status_code for name in names}
    assert answers == dict.fromkeys(names, 405)


def test_an_empty_form_names_the_missing_fields(client_of):
    client = client_of("manager")
    names = [name for name in OF_A_REGISTER if name in TAKE_POST and name not in BUTTONS]
    names.remove("risk_suggestions")  # which answers with what words bring up: here nothing
    assert [
        name
        for name in names
        if "There is a problem" not in rolled_back_post(client, path_of(name)).text
    ] == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_member_changes_nothing(client_of, method):
    client = client_of("member")
    before, wrong = our_rows(), {}
    for name in set(OF_A_REGISTER) - set(ASKING):
        with CaptureQueriesContext(connection) as context:
            answer = getattr(client, method)(path_of(name), risk_form())
        writes = [
            query["sql"]
            for query in context
            if re.match(r"\s*(INSERT|UPDATE|DELETE)", query["sql"])
        ]
        if answer.status_code not in (403, 405) or writes:
            wrong[name] = (answer.status_code, writes)
    assert (wrong, our_rows() == before) == ({}, True)


def test_get_writes_nothing(address_answers):
    assert not address_answers.changes


@pytest.mark.parametrize("person", ["installer", "manager"])
def test_no_form_is_accepted_without_its_csrf_token(people, person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people[person])
    answers = {name: rolled_back_post(client, path_of(name)).status_code for name in TAKE_POST}
    assert answers == dict.fromkeys(TAKE_POST, 403)


# Roles that change


def test_a_role_that_is_removed_ends_with_the_next_request(people, client_of):
    client = client_of("officer")
    people["officer"].memberships.all().delete()
    assert client.get("/registers/ours/").status_code == 404


def test_somebody_made_inactive_is_signed_out_with_the_next_request(people, client_of):
    client = client_of("officer")
    get_user_model().objects.filter(pk=people["officer"].pk).update(is_active=False)
    assert client.get("/registers/ours/").status_code == 302


def test_a_peer_reads_until_the_last_day(people):
    people["expired"].memberships.update(until=days_ago(0))
    client = Client()
    client.force_login(people["expired"])
    assert client.get("/registers/ours/").status_code == 200


def test_two_roles_add_up(people, client_of):
    make_membership(
        people["member"], people["officer"].memberships.get().organisation, Role.OFFICER
    )
    assert client_of("member").get("/registers/ours/risks/new/").status_code == 200


# Hidden records look like missing ones


def body_of(answer):
    """The whole body; kept, because a streamed answer can be read only once."""
    if not hasattr(answer, "whole"):
        answer.full_body = (
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        )
    return answer.full_body


def unpacked(answer):
    """The body with archives unpacked: a workbook or a Word document is one."""
    content = body_of(answer)
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(map(archive.read, archive.namelist()))


def bytes_of(answer):
    """Status, headers and body of an answer, without the tokens that differ every time."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body_of(answer))
    headers = tuple(
        (name, value) for name, value in answer.items() if name != "Content-Security-Policy"
    )
    return answer.status_code, headers, body


def distinguishable(client, names, hidden, none):
    """(name, method) of each address that answers differently for hidden and missing records."""
    return [
        (name, method)
        for name in names
        for method in ("get", "post", "head")
        if len(
            {
                bytes_of(getattr(client, method)(path_of(name, **arguments)))
                for arguments in (hidden, none)
            }
        )
        > 1
    ]


def test_the_register_of_another_organisation_looks_like_none(client_of):
    make_risk(make_register(make_organisation(), slug="elsewhere"))
    assert (
        distinguishable(
            client_of("manager"), OF_A_REGISTER, {"slug": "elsewhere"}, {"slug": "no-such"}
        )
        == []
    )


@pytest.mark.parametrize("person", ["officer", "peer", "administrator"])
def test_an_exempt_risk_looks_like_none(client_of, exempt, person):
    assert (
        distinguishable(client_of(person), OF_A_RISK, {"number": exempt.number}, {"number": 999})
        == []
    )


# Exempt risks


@pytest.fixture
def exempt(people):
    """A risk that was open to all a hundred days ago, was agreed so, and is exempt today."""
    register = people["manager"].memberships.get().organisation.registers.get(slug="ours")
    instant = timezone.now() - datetime.timedelta(days=100)
    fields = {
        "title": "Quokka in the vault",
        "assessed": (5, 5),
        "on": days_ago(100),
        "recorded_at": instant,
    }
    risk = make_risk(register, by=people["manager"], **fields)
    make_agreement(register, by=people["manager"], on=days_ago(50))
    make_action(risk, title="Quokka in hand")
    make_escalation(
        risk, register.parent, approved_by=people["manager"], reason="Quokka in danger."
    )
    make_revision(risk, is_exempt=True, on=days_ago(10))
    make_control(risk, by=people["manager"], title="A lock that the Quokka in question cannot pick")
    make_assurance(risk, by=people["manager"], line=1, on=days_ago(60))
    risk.refresh_from_db()
    return risk


def raises(people, exempt):
    exempt.raised_by = people["officer"]
    exempt.save()


def holds(people, exempt):
    exempt.owner = make_post(exempt.register.organisation, holder=people["officer"])
    exempt.save()


def does_neither(people, exempt):
    pass


EXEMPT_FOR = {
    ("member", does_neither): 200,
    ("manager", does_neither): 200,
    ("officer", raises): 200,
    ("officer", holds): 200,
    ("officer", does_neither): 404,
    ("peer", does_neither): 404,
    ("administrator", does_neither): 404,
    ("stranger", does_neither): 404,
}
exempt_cases = pytest.mark.parametrize(
    ("person", "tie", "status"), [(*key, status) for key, status in EXEMPT_FOR.items()]
)
exempt_non_readers = pytest.mark.parametrize(
    "person", person_params(["officer", "peer", "administrator"])
)
exempt_readers = pytest.mark.parametrize("person", ["member", "manager"])


@exempt_cases
def test_who_may_read_an_exempt_risk(people, client_of, exempt, person, tie, status):
    tie(people, exempt)
    client = client_of(person)
    pages = [path_of(name, number=exempt.number) for name in ("risk_detail", "risk_history")]
    addresses_read = [
        page + query
        for page in pages
        for query in ("", f"?as_at={days_ago(50)}", f"?{agreed(exempt)}")
    ]
    assert {path: client.get(path).status_code for path in addresses_read} == dict.fromkeys(
        addresses_read, status
    )


@exempt_cases
def test_who_may_change_an_exempt_risk(people, client_of, exempt, person, tie, status):
    tie(people, exempt)
    client = client_of(person)
    names = "risk_edit risk_assess risk_review risk_happened risk_exempt"
    names = [*names.split(), "control_new", "control_edit", "control_retire", "assurance_new"]
    answers = {name: client.get(path_of(name, number=exempt.number)).status_code for name in names}
    assert answers == dict.fromkeys(names, 403 if person == "member" else status)


def test_the_previous_holder_of_the_post_does_not_see_an_exempt_risk(people, client_of, exempt):
    holds(people, exempt)
    exempt.owner.holder = make_user()
    exempt.owner.save()
    assert client_of("officer").get(exempt.get_absolute_url()).status_code == 404


def agreed(exempt):
    return f"agreed={exempt.register.agreements.get().pk}"


def pages_that_list(exempt):
    past = f"as_at={days_ago(50)}"
    return [
        "/",
        "/registers/ours/",
        f"/registers/ours/?{past}",
        "/registers/ours/?q=quokka",
        "/registers/ours/?status=all&sort=title",
        f"/registers/ours/?q={exempt.reference}",
        "/registers/ours/?likelihood=5&impact=5",
        "/registers/ours/dashboard/",
        f"/registers/ours/dashboard/?{past}",
        f"/registers/ours/dashboard/?since={days_ago(50)}",
        f"/registers/ours/dashboard/?since={days_ago(101)}",
        *(f"/registers/ours/{page}?{agreed(exempt)}" for page in ("", "dashboard/")),
        "/registers/ours/agreements/",
        *(f"/registers/ours/assurance/?{query}" for query in ("", past, agreed(exempt))),
        *(path_of(name, number=1) for name in OF_A_RISK),
        *(
            f"/registers/{slug}/{page}"
            for slug in ("ours", "above-ours")
            for page in ("actions/", "escalations/")
        ),
        "/registers/above-ours/",
        "/registers/above-ours/dashboard/",
        *(
            f"/registers/ours/questions/?{query}"
            for query in ("", past, agreed(exempt), "of=register", "of=signs")
        ),
    ]


@exempt_non_readers
def test_an_exempt_risk_is_named_nowhere(client_of, exempt, person):
    client = client_of(person)
    assert [
        path for path in pages_that_list(exempt) if b"Quokka in" in client.get(path).content
    ] == []


@exempt_readers
def test_an_exempt_risk_is_named_to_those_who_may_see_it(client_of, exempt, person):
    for query in ("", f"?{agreed(exempt)}"):
        assert "Quokka in" in client_of(person).get(f"/registers/ours/{query}").text


def numbers_of(page):
    """Everything a page counts: totals and counts for tools, and the numbers in its sentences."""
    return re.findall(
        r'data-(?:count|total)="(\d+)"|<p class="govuk-body(?:-l)?">([^<]*\brisks?\b[^<]*)', page
    )


COUNTING = [
    "/",
    "/registers/ours/",
    f"/registers/ours/?as_at={days_ago(50)}",
    "/registers/ours/?band=severe",
    "/registers/ours/dashboard/",
    f"/registers/ours/dashboard/?as_at={days_ago(50)}",
    f"/registers/ours/dashboard/?since={days_ago(50)}",
    "/registers/ours/?{agreed}",
    "/registers/ours/dashboard/?{agreed}",
    "/registers/ours/agreements/",
    "/registers/ours/assurance/",
    "/registers/ours/assurance/?{agreed}",
    "/registers/ours/?assurance=first-line",
]


@exempt_non_readers
def test_no_number_counts_an_exempt_risk(client_of, exempt, person):
    make_risk(exempt.register, assessed=(2, 2), on=days_ago(100))
    client = client_of(person)
    paths = [path.format(agreed=agreed(exempt)) for path in COUNTING]
    with_it = {path: numbers_of(client.get(path).text) for path in paths}
    Position.everything.filter(risk=exempt).delete()
    assert with_it == {path: numbers_of(client.get(path).text) for path in paths}
    assert [path for path in paths if not with_it[path]] == []


@exempt_readers
def test_numbers_count_exempt_risks_for_those_who_may_see_them(client_of, exempt, person):
    today = {
        "as_at": timezone.localdate().isoformat()
    }  # a member opens on what was agreed, and that was one
    assert 'data-total="2"' in client_of(person).get("/registers/ours/", today).text


def pages_with_notice(client):
    paths = ["/", *(f"/registers/ours/{page}" for page in ("", "dashboard/", "assurance/"))]
    return {path: "exempt risks not counted" in client.get(path).text.lower() for path in paths}


@exempt_non_readers
def test_a_page_says_when_exempt_risks_are_not_counted(client_of, person):
    assert set((notices := pages_with_notice(client_of(person))).values()) == {True}, notices


@exempt_non_readers
def test_agreements_say_when_exempt_risks_are_not_counted(client_of, exempt, person):
    assert (
        "exempt risks not counted"
        in client_of(person).get("/registers/ours/agreements/").text.lower()
    )


@exempt_readers
def test_a_page_has_no_notice_when_every_risk_is_counted(client_of, person):
    assert set((notices := pages_with_notice(client_of(person))).values()) == {False}, notices


# Canaries


@pytest.fixture
def canaries(people):
    return make_canaries()


def make_canaries():
    """Another organisation with canary in every text. Returns arguments for its records."""
    organisation = make_organisation("Canaryshire", slug="canary-council")
    person = make_person(
        organisation, Role.MANAGER, name="Carla Canary", email="carla@canary.example"
    )
    post = make_post(
        organisation,
        "Canary keeper",
        directorate=make_directorate(organisation, "Canary care"),
        holder=person,
    )
    words = {"label": "Canary", "guidance": "canary"}
    levels = [{"value": value, **words} for value in range(1, 6)]
    bands = [
        {**band, "label": f"Canary {number}"} for number, band in enumerate(scheme_data()["bands"])
    ]
    scheme = make_scheme(
        name="Canary scheme",
        organisation=organisation,
        likelihood=levels,
        impact=levels,
        bands=bands,
    )
    register = make_register(
        organisation, scheme, slug="cage", name="Canary register", prefix="CANARY"
    )
    content = dict.fromkeys(("title", "cause", "event", "consequence"), "The canary stops")
    risk = make_risk(
        register,
        by=person,
        owner=post,
        primary_failure_type=failure_type(),
        assessed=(4, 4),
        **content,
    )
    risk.assess(
        by=person, version=1, kind="target", likelihood=1, impact=1, rationale="A canary said so."
    )
    make_revision(risk, by=person, title="The canary is quiet", reason="Listen to the canary")
    make_review(risk, by=person, note="The canary was looked at.")
    make_appetite(
        organisation,
        "legal",
        scheme=scheme,
        by=person,
        narrative="Canaries first",
        approved_by="Canary board",
    )
    make_control(
        risk, by=person, title="A canary in the mine", detail="It sings, the canary", owner=post
    )
    make_assurance(risk, by=person, provider="Canary inspectors", note="We heard the canary")
    make_import(
        register,
        b"Reference,Title,Owner\nC1,The canary flies,Canary keeper\n",
        by=person,
        file_name="canary.csv",
    )
    make_question(register, "Is the canary well?", by=person, risk=risk)
    agreement = make_agreement(
        register, by=person, body="Canary committee", note="The canary may stay."
    )
    return {
        "agreement": agreement,
        "post": post,
        "paths": [
            path_of(n, slug="cage")
            for n in OF_A_REGISTER
            if n not in (*BUTTONS, "risk_suggestions")
        ],
    }


def paths_to(canaries):
    """Addresses of the other organisation, and ours with its keys as parameters."""
    own_paths = [
        f"/registers/ours/?owner={canaries['post'].pk}",
        "/registers/ours/dashboard/?since=2000-01-01",
    ]
    agreed = [
        f"/registers/{slug}/?agreed={canaries['agreement'].pk}"
        for slug in ("ours", "cage", "ours/dashboard")
    ]
    return [*canaries["paths"], *own_paths, *agreed]


@pytest.mark.parametrize(
    "address_answers", person_params([*INSIDE, "stranger", "expired", "nobody"]), indirect=True
)
def test_no_answer_contains_text_of_another_organisation(address_answers):
    answers = address_answers.answers | address_answers.canary_answers
    texts = {
        name: unpacked(answer) + repr(answer.items()).encode() for name, answer in answers.items()
    }
    assert [name for name, text in texts.items() if b"canary" in text.lower()] == []


def test_canaries_sing_to_their_own(canaries):
    client = Client()
    client.force_login(canaries["post"].holder)
    paths = [
        path for path in canaries["paths"] if not path.endswith("report.csv")
    ]  # of rows refused: none was
    assert [
        path for path in ["/", *paths] if b"canary" not in unpacked(client.get(path)).lower()
    ] == []


def test_the_post_of_another_organisation_is_no_filter(client_of, canaries):
    assert (
        client_of("manager").get(f"/registers/ours/?owner={canaries['post'].pk}").status_code == 400
    )


# The admin site


def test_a_record_added_on_the_admin_site_is_audited(client_of):
    before = AuditEntry.objects.count()
    fields = {"name": "Southmoor", "slug": "southmoor", "sector": "council"}
    answer = client_of("installer").post(reverse("admin:registers_organisation_add"), fields)
    assert (answer.status_code, AuditEntry.objects.count() - before) == (302, 1)


def test_a_password_that_the_admin_site_sets_is_audited(people, client_of):
    path = reverse("admin:auth_user_password_change", args=[people["member"].pk])
    new = {
        "usable_password": "true",
        "password1": "another long password",
        "password2": "another long password",
    }
    assert client_of("installer").post(path, new).status_code == 302
    entries = AuditEntry.objects.filter(
        subject=f"user:{people['member'].pk}", by=people["installer"]
    ).order_by("pk")
    assert [entry.verb for entry in entries] == ["user.password-set", "user.changed"]


def test_the_admin_sites_sign_in_is_closed(people, client_of):
    """It knows neither the second factor nor the limit on guesses."""
    client = client_of("staff")
    client.post(
        "/admin/login/",
        {"username": people["installer"].email, "password": "a long enough password"},
    )
    assert client.session["_auth_user_id"] == str(people["staff"].pk)


def test_the_admin_site_has_no_pages_for_append_only_records(client_of):
    client = client_of("installer")
    models = (
        "risk riskrevision assessment review agreement position auditentry audittext "
        "gatheredquestion"
    ).split()
    answers = {model: client.get(f"/admin/registers/{model}/").status_code for model in models}
    assert answers == dict.fromkeys(models, 404)
