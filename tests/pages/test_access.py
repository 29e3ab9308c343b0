"""Who may open and send what: every address and every kind of person. A missing address fails."""

import copy
import re
from collections import defaultdict
from types import SimpleNamespace

import pytest
from access_table import (
    BUTTONS,
    INSIDE,
    OF_A_REGISTER,
    OF_LATER_STEPS,
    OUR_VIEWS,
    OWN_LISTS,
    PEOPLE,
    TABLE,
    TAKE_POST,
    addresses,
    asks,
    distinguishable,
    make_people,
    path_of,
    signed_in,
    unpacked,
)
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import (
    days_ago,
    failure_type,
    make_agreement,
    make_appetite,
    make_assurance,
    make_control,
    make_directorate,
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
    risk_form,
    scheme_data,
)

from registers.models import AuditEntry, Role

pytestmark = [pytest.mark.django_db, pytest.mark.database]  # the SQL of every page

WRITES = re.compile(r'\s*(INSERT|REPLACE|UPDATE|DELETE)\b[^"]*"registers_')
AUDIT = re.compile(r'"registers_audit(chain|entry|text)"')
DOWNLOADS = {
    *("export_csv", "export_xlsx", "export_json", "register_summary"),
    *("open_data_csv", "open_data_metadata"),
    *("information_request_docx", "information_request_csv"),
}
CANARY_READERS = (*INSIDE, "stranger", "expired", "nobody")


@pytest.fixture(scope="module")
def module_people(module_db):
    return make_people()


@pytest.fixture
def people(module_people):
    return copy.deepcopy(module_people)


@pytest.fixture
def client_of(people):
    return lambda person: signed_in(people[person])


@pytest.fixture(scope="module", params=PEOPLE)
def address_answers(request, module_people, module_canaries):
    """What this person gets at each address that refuses, and at a share of those that open.

    Each page that opens is asked for once, by one of those who may read it. The requests are made
    once for all tests that read the answers, and rolled back.
    """
    person = request.param
    with transaction.atomic():
        client, writes = signed_in(module_people[person]), defaultdict(list)

        def answer_to(path, name):
            with connection.execute_wrapper(recorder_of_writes(writes[name])):
                return client.get(path)

        answers = {name: answer_to(path_of(name), name) for name in TABLE if asks(person, name)}
        paths = paths_to(module_canaries) if person in CANARY_READERS else ()
        canary_answers = {path: answer_to(path, path) for path in paths}
        transaction.set_rollback(True)
    return SimpleNamespace(
        person=person, answers=answers, canary_answers=canary_answers, writes=writes
    )


def recorder_of_writes(writes):
    """A wrapper of statements that collects those that write to a table of the registers app."""

    def execute(run, sql, *arguments):
        if WRITES.match(sql):
            writes.append(sql)
        return run(sql, *arguments)

    return execute


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


@pytest.mark.parametrize("person", PEOPLE)
def test_who_may_send_what(client_of, person):
    client = client_of(person)
    observed = {
        (person, name): rolled_back_post(client, path_of(name)).status_code
        for name in TAKE_POST
        if asks(person, name, method=2)
    }
    assert differences(observed, 2) == {}


@pytest.mark.parametrize("method", ["head", "options"])
@pytest.mark.parametrize("person", ["nobody", "member"])
def test_other_safe_methods_follow_get(client_of, person, method):
    client = client_of(person)
    observed = {
        (person, name): getattr(client, method)(path_of(name)).status_code
        for name in OUR_VIEWS
        if asks(person, name)
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
    answerless = {*BUTTONS, *OF_LATER_STEPS}
    answerless.add("risk_suggestions")  # which answers with what words bring up: here nothing
    answerless.add("import_as_at")  # where no day means today
    answerless.add("clearance_rule")  # where a paper may need none
    names = [name for name in OF_A_REGISTER if name in TAKE_POST and name not in answerless]
    assert [
        name
        for name in names
        if "There is a problem" not in rolled_back_post(client, path_of(name)).text
    ] == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_member_changes_nothing(client_of, method):
    client = client_of("member")
    wrong = {}
    for name in set(OF_A_REGISTER) - set(OWN_LISTS):
        with CaptureQueriesContext(connection) as context:
            answer = getattr(client, method)(path_of(name), risk_form())
        writes = [
            query["sql"]
            for query in context
            if re.match(r"\s*(INSERT|UPDATE|DELETE)", query["sql"])
            and not AUDIT.search(query["sql"])  # the entry of the refusal
        ]
        if answer.status_code not in (403, 405) or writes:
            wrong[name] = (answer.status_code, writes)
    assert wrong == {}


def test_get_writes_nothing_but_the_audit_entry_of_a_download_or_a_refusal(address_answers):
    """docs/adr/0024."""
    refused = {name for name, row in address_answers.answers.items() if row.status_code == 403}
    audited = DOWNLOADS | refused
    wrong = {
        name: statements
        for name, sqls in address_answers.writes.items()
        if (statements := [sql for sql in sqls if name not in audited or not AUDIT.search(sql)])
    }
    assert wrong == {}


def test_no_page_of_a_real_organisation_is_marked_as_a_sandbox(address_answers):
    assert [
        name
        for name, answer in address_answers.answers.items()
        if not answer.streaming and b"app-sandbox" in answer.content
    ] == []


@pytest.mark.parametrize("person", ["installer", "manager"])
def test_no_form_is_accepted_without_its_csrf_token(people, person):
    """Those of the admin site by its installer, all others by a manager."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people[person])
    names = [name for name in TAKE_POST if (name in OUR_VIEWS) == (person == "manager")]
    answers = {name: rolled_back_post(client, path_of(name)).status_code for name in names}
    assert answers == dict.fromkeys(names, 403)


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


def test_the_register_of_another_organisation_looks_like_none(client_of):
    make_risk(make_register(make_organisation(), slug="elsewhere"))
    assert (
        distinguishable(
            client_of("manager"), OF_A_REGISTER, {"slug": "elsewhere"}, {"slug": "no-such"}
        )
        == []
    )


# Another organisation, where every text says canary


@pytest.fixture(scope="module")
def module_canaries(module_people):
    return make_canaries()


@pytest.fixture
def canaries(module_canaries):
    return copy.deepcopy(module_canaries)


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


@pytest.mark.parametrize("address_answers", CANARY_READERS, indirect=True)
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
        path
        for path in canaries["paths"]
        if not path.endswith(("report.csv", "lookalikes/", "undo/", ".pdf"))
    ]  # of rows refused: none was; of steps that are to come; and a PDF is compressed
    assert [
        path for path in ["/", *paths] if b"canary" not in unpacked(client.get(path)).lower()
    ] == []


def test_the_post_of_another_organisation_is_no_filter(client_of, canaries):
    assert (
        client_of("manager").get(f"/registers/ours/?owner={canaries['post'].pk}").status_code == 400
    )


# The admin site


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
