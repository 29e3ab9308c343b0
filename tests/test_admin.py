"""The admin site: people and library, every save in the audit chain, risks nowhere."""

import pytest
from makers import make_action, make_control, make_organisation, make_post, make_register, make_risk, make_user

from registers.models import AuditEntry, Membership, Post, Risk, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root@example.org", "not-asked-for", name="Root"))
    return client


def latest():
    return AuditEntry.objects.exclude(subject="library").latest("pk")


def test_risks_are_not_in_it(root):
    assert Risk._meta.model_name not in root.get("/admin/").content.decode()


def test_an_added_post_is_audited_in_its_organisations_chain(root):
    organisation = make_organisation()
    root.post("/admin/registers/post/add/", {"organisation": organisation.pk, "title": "Head of Legal"})
    assert (latest().verb, latest().chain.organisation) == ("post.added", organisation)


def test_a_membership_that_is_taken_away_is_named(root):
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


def test_a_role_that_is_given_stands_in_its_organisations_chain(root):
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
    assert "password" in str(latest().text.content["changes"]) and words not in str(latest().text.content)


def test_deleting_the_selected_is_audited_one_by_one(root):
    organisation = make_organisation()
    posts = [Post.objects.create(organisation=organisation, title=title) for title in "AB"]
    chosen = {"action": "delete_selected", "_selected_action": [post.pk for post in posts], "post": "yes"}
    root.post("/admin/registers/post/", chosen)
    assert AuditEntry.objects.filter(verb="post.deleted").count() == 2


def test_a_person_is_not_deleted(root):
    person = make_user()
    assert root.post(f"/admin/registers/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403


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
def test_a_post_that_owns_something_is_not_deleted_and_the_page_says_why(root, post, owns):
    owns(make_risk(make_register(post.organisation), title="Quokka in the vault"), post)
    path = f"/admin/registers/post/{post.pk}/delete/"
    for answer in (root.get(path), root.post(path, {"post": "yes"})):
        text = answer.text
        assert (answer.status_code, "Give these to another post first" in text, "Quokka" in text) == (200, True, False)
    assert Post.objects.filter(pk=post.pk).exists()


def test_a_post_among_several_is_not_deleted_either(root, post):
    owns_an_action(make_risk(make_register(post.organisation)), post)
    form = {"action": "delete_selected", "_selected_action": [post.pk, make_post().pk], "post": "yes"}
    assert "Actions it owns: 1" in root.post("/admin/registers/post/", form).text
    assert Post.objects.count() == 2


def test_a_post_that_owned_something_once_stays_for_the_history(root, post):
    risk = make_risk(make_register(post.organisation), owner=post)
    risk.revise(by=make_user(), version=1, owner=None)
    answer = root.post(f"/admin/registers/post/{post.pk}/delete/", {"post": "yes"})
    assert "Owned something once" in answer.text
    assert Post.objects.filter(pk=post.pk).exists()


def test_a_post_that_never_owned_anything_is_deleted(root, post):
    root.post(f"/admin/registers/post/{post.pk}/delete/", {"post": "yes"})
    assert not Post.objects.filter(pk=post.pk).exists()
