"""The admin site: people and library only, never risks, and every save is audited."""

import json

import pytest
from audit_check import verify
from makers import (
    make_action,
    make_control,
    make_organisation,
    make_post,
    make_register,
    make_risk,
    make_user,
    preset,
    seal_rows,
)

from registers.models import (
    AuditEntry,
    Directorate,
    Membership,
    Organisation,
    Post,
    Register,
    Risk,
    ScoringScheme,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    client.force_login(
        User.objects.create_superuser("root@example.org", "not-asked-for", name="Root")
    )
    return client


def latest():
    return AuditEntry.objects.exclude(subject="library").latest("pk")


def test_risks_are_not_in_it(root):
    assert Risk._meta.model_name not in root.get("/admin/").text


def test_an_added_post_is_audited_in_its_organisations_chain(root):
    organisation = make_organisation()
    root.post(
        "/admin/registers/post/add/", {"organisation": organisation.pk, "title": "Head of Legal"}
    )
    assert (latest().verb, latest().chain.organisation) == ("post.added", organisation)


def test_a_removed_membership_is_named(root):
    person, organisation = make_user(), make_organisation()
    membership = Membership.objects.create(user=person, organisation=organisation, role="officer")
    form = {
        "email": person.email,
        "name": person.name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": membership.pk,
        "memberships-0-user": person.pk,
        "memberships-0-organisation": organisation.pk,
        "memberships-0-role": "officer",
        "memberships-0-DELETE": "on",
    }
    root.post(f"/admin/registers/user/{person.pk}/change/", form)
    assert f"Officer at {organisation}" in str(latest().text.content["changes"])


def test_a_new_role_is_in_the_audit_chain_of_its_organisation(root):
    person, organisation = make_user(), make_organisation()
    form = {
        "email": person.email,
        "name": person.name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": person.pk,
        "memberships-0-organisation": organisation.pk,
        "memberships-0-role": "officer",
    }
    root.post(f"/admin/registers/user/{person.pk}/change/", form)
    entry = AuditEntry.objects.get(verb="membership.added")
    assert (entry.chain.organisation, entry.subject) == (organisation, f"user:{person.pk}")


def test_a_password_set_for_somebody_is_audited_without_the_password(root):
    person = make_user()
    words = "correct-horse-battery-staple"
    form = {"password1": words, "password2": words, "usable_password": "true"}
    root.post(f"/admin/registers/user/{person.pk}/password/", form)
    assert "password" in str(latest().text.content["changes"]) and words not in str(
        latest().text.content
    )


def test_deleting_the_selected_is_audited_one_by_one(root):
    organisation = make_organisation()
    posts = [Post.objects.create(organisation=organisation, title=title) for title in "AB"]
    chosen = {
        "action": "delete_selected",
        "_selected_action": [post.pk for post in posts],
        "post": "yes",
    }
    root.post("/admin/registers/post/", chosen)
    assert AuditEntry.objects.filter(verb="post.deleted").count() == 2


def test_a_person_is_not_deleted(root):
    person = make_user()
    assert (
        root.post(f"/admin/registers/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    )


# A post that owns something


@pytest.fixture
def post():
    return make_post(make_organisation(), "Head of Legal")


def owns_a_risk(risk, post):
    risk.revise(by=make_user(), version=1, owner=post)


def owns_a_control(risk, post):
    make_control(risk, owner=post)


def owns_an_action(risk, post):
    make_action(risk, owner=post)


@pytest.mark.parametrize("owns", [owns_a_risk, owns_a_control, owns_an_action])
def test_a_post_that_owns_records_cannot_be_deleted(root, post, owns):
    owns(make_risk(make_register(post.organisation), title="Quokka in the vault"), post)
    path = f"/admin/registers/post/{post.pk}/delete/"
    for answer in (root.get(path), root.post(path, {"post": "yes"})):
        text = answer.text
        assert (
            answer.status_code,
            "First reassign these to another post" in text,
            "Quokka" in text,
        ) == (200, True, False)
    assert Post.objects.filter(pk=post.pk).exists()


def test_a_post_among_several_is_not_deleted_either(root, post):
    owns_an_action(make_risk(make_register(post.organisation)), post)
    form = {
        "action": "delete_selected",
        "_selected_action": [post.pk, make_post().pk],
        "post": "yes",
    }
    assert "Actions it owns: 1" in root.post("/admin/registers/post/", form).text
    assert Post.objects.count() == 2


def test_a_post_that_owned_something_once_stays_for_the_history(root, post):
    risk = make_risk(make_register(post.organisation), owner=post)
    risk.revise(by=make_user(), version=1, owner=None)
    answer = root.post(f"/admin/registers/post/{post.pk}/delete/", {"post": "yes"})
    assert "owned something earlier" in answer.text
    assert Post.objects.filter(pk=post.pk).exists()


def test_a_post_that_never_owned_anything_is_deleted(root, post):
    root.post(f"/admin/registers/post/{post.pk}/delete/", {"post": "yes"})
    assert not Post.objects.filter(pk=post.pk).exists()


# What decides is sealed with the entry that tells of it


def form_of(model, organisation):
    scheme = preset()
    return {
        "organisation": {
            "slug": "another",
            "name": "Another",
            "sector": "nhs",
            "year_starts_in": 4,
        },
        "directorate": {"organisation": organisation.pk, "name": "Places"},
        "post": {"organisation": organisation.pk, "title": "Head of Legal"},
        "register": {
            **{
                "organisation": organisation.pk,
                "slug": "another",
                "name": "Another",
                "prefix": "ANO",
            },
            **{"level": "corporate", "scheme": scheme.pk},
        },
        "scoringscheme": {
            **{"slug": "our-own", "version": 1, "name": "Our own", "tolerance": scheme.tolerance},
            **{"escalation": scheme.escalation, "organisation": organisation.pk},
            **{
                part: json.dumps(getattr(scheme, part))
                for part in ("likelihood", "impact", "bands", "cells")
            },
        },
    }[model._meta.model_name]


@pytest.mark.parametrize("model", [Organisation, Directorate, Post, Register, ScoringScheme])
def test_records_added_changed_and_deleted_are_sealed(root, model):
    organisation, name = make_organisation(), model._meta.model_name
    seal_rows()
    form, path = form_of(model, organisation), f"/admin/registers/{name}"
    root.post(f"{path}/add/", form)
    row = model.objects.latest("pk")
    assert verify() == ""
    label = "title" if model is Post else "name"
    root.post(f"{path}/{row.pk}/change/", form | {label: "Renamed"})
    assert (getattr(model.objects.get(pk=row.pk), label), verify()) == ("Renamed", "")
    root.post(f"{path}/{row.pk}/delete/", {"post": "yes"})
    assert (model.objects.filter(pk=row.pk).exists(), verify()) == (False, "")
    verbs = (
        AuditEntry.objects.filter(subject=f"{name}:{row.pk}")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == [f"{name}.added", f"{name}.changed", f"{name}.deleted"]


def test_each_of_several_deletions_has_an_entry(root):
    organisation = make_organisation()
    posts = [make_post(organisation, title) for title in "AB"]
    seal_rows()
    chosen = {
        "action": "delete_selected",
        "_selected_action": [post.pk for post in posts],
        "post": "yes",
    }
    root.post("/admin/registers/post/", chosen)
    assert (Post.objects.count(), verify()) == (0, "")


def person_form(person, *memberships, **fields):
    """memberships: (membership or None, organisation, role, extra fields)."""
    form = {"email": person.email, "name": person.name, "is_active": "on", **fields}
    existing = [row for row, *_ in memberships if row]
    form |= {
        "memberships-TOTAL_FORMS": len(memberships),
        "memberships-INITIAL_FORMS": len(existing),
    }
    for place, (membership, organisation, role, extra) in enumerate(memberships):
        row = {
            "id": membership.pk if membership else "",
            "user": person.pk,
            "organisation": organisation.pk,
        }
        form |= {
            f"memberships-{place}-{name}": value
            for name, value in {**row, "role": role, **extra}.items()
        }
    return form


def test_roles_added_changed_and_removed_are_sealed(root):
    person, organisation, other = make_user(), make_organisation(), make_organisation()
    seal_rows()
    path = f"/admin/registers/user/{person.pk}/change/"
    root.post(path, person_form(person, (None, organisation, "officer", {})))
    membership = person.memberships.get()
    assert verify() == ""
    root.post(path, person_form(person, (membership, other, "manager", {})))
    membership.refresh_from_db()
    assert (membership.organisation, membership.role, verify()) == (other, "manager", "")
    root.post(path, person_form(person, (membership, other, "manager", {"DELETE": "on"})))
    assert (person.memberships.exists(), verify()) == (False, "")
    entries = AuditEntry.objects.filter(verb__startswith="membership.").order_by("pk")
    assert [(entry.verb, entry.chain.organisation) for entry in entries] == [
        *(
            ("membership.added", organisation),
            ("membership.changed", other),
            ("membership.deleted", other),
        )
    ]
    assert {entry.subject for entry in entries} == {f"user:{person.pk}"}


def test_a_person_who_is_added_and_made_an_administrator_is_sealed(root):
    words = "correct-horse-battery-staple"
    form = {
        "email": "kay@example.org",
        "name": "Kay",
        "usable_password": "true",
        "password1": words,
        "password2": words,
    }
    root.post(
        "/admin/registers/user/add/", form | person_form(make_user(email="x@example.org")) | form
    )
    person = User.objects.get(email="kay@example.org")
    root.post(f"/admin/registers/user/{person.pk}/change/", person_form(person, is_staff="on"))
    person.refresh_from_db()
    seal_rows()
    assert (person.is_staff, verify()) == (True, "")
    verbs = (
        AuditEntry.objects.filter(subject=f"user:{person.pk}")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["user.added", "user.changed"]


def test_a_post_is_offered_the_directorates_of_its_own_organisation(root):
    directorate, foreign = (
        Directorate.objects.create(organisation=make_organisation(), name=name)
        for name in ("Ours", "Others")
    )
    post = make_post(directorate.organisation)

    def offered(address):
        field = root.get(address).context["adminform"].form.fields["directorate"]
        return list(field.queryset)

    register = make_register(directorate.organisation)
    assert offered(f"/admin/registers/register/{register.pk}/change/") == [directorate]
    add = "/admin/registers/post/add/"
    assert offered(f"/admin/registers/post/{post.pk}/change/") == [directorate]
    assert (offered(add), offered(f"{add}?organisation={directorate.organisation_id}")) == (
        [],
        [directorate],
    )
    form = {"organisation": directorate.organisation_id, "title": "Head", "directorate": foreign.pk}
    for organisation in (directorate.organisation_id, "", "x", "9" * 30):
        root.post(add, form | {"organisation": organisation})
    assert not Post.objects.filter(title="Head").exists()
    root.post(add, form | {"directorate": directorate.pk})
    assert Post.objects.get(title="Head").directorate == directorate
