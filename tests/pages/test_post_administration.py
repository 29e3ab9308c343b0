"""Directorates and posts, as an organisation's administrator looks after them."""

import pytest
from access_table import signed_in
from django.urls import reverse
from makers import (
    days_ago,
    make_control,
    make_directorate,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
)
from query_counts import queries_for

from registers.forms.record_state import state_of
from registers.models import AuditEntry, Post

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation(slug="southmoor")
    administrator = make_person(organisation, "administrator")
    holder = make_person(organisation, name="Robin Ash", email="robin@southmoor.example")
    directorate = make_directorate(organisation, "Resources")
    post = make_post(organisation, "Head of finance", directorate=directorate, holder=holder)
    return organisation, administrator, holder, post


@pytest.fixture
def organisation(records):
    return records[0]


@pytest.fixture
def client(records):
    return signed_in(records[1])


@pytest.fixture
def holder(records):
    return records[2]


@pytest.fixture
def post(records):
    return records[3]


def address(name, *keys):
    return reverse(name, args=["southmoor", *keys])


def save(client, name, post, **fields):
    names = {"post_edit": ("title", "directorate_id")}.get(
        name, ("holder_id", "is_interim", "held_since", "vacant_since")
    )
    return client.post(address(name, post.pk), {"state": state_of(post, names), **fields})


def test_a_post_is_added_once_for_a_form_sent_twice(client, organisation):
    for _ in range(2):
        answer = client.post(address("post_new"), {"title": "Treasurer"})
    assert organisation.posts.filter(title="Treasurer").count() == 1
    assert "There is already a post with this title" in answer.text


def test_two_titles_that_differ_in_case_are_one_post(client):
    answer = client.post(address("post_new"), {"title": "head of  FINANCE"})
    assert "There is already a post with this title" in answer.text


def test_a_post_moves_to_another_directorate_with_an_entry(client, organisation, post):
    other = make_directorate(organisation, "Place")
    save(client, "post_edit", post, title=post.title, directorate=other.pk)
    post.refresh_from_db()
    entry = AuditEntry.objects.get(verb="post.changed")
    assert (post.directorate, entry.text.content["changes"]) == (other, "directorate")


def test_a_directorate_of_another_organisation_is_no_choice(client, post):
    answer = save(client, "post_edit", post, title="X", directorate=make_directorate().pk)
    assert "Select one of the directorates" in answer.text


def test_a_change_of_somebody_else_is_not_overwritten(client, post):
    state = state_of(post, ("title", "directorate_id"))
    Post.objects.filter(pk=post.pk).update(title="Director of finance")
    fields = {"state": state, "title": "Head of accounts"}
    answer = client.post(address("post_edit", post.pk), fields)
    post.refresh_from_db()
    assert (answer.status_code, post.title) == (409, "Director of finance")
    assert "Head of accounts" in answer.text


def test_a_holder_is_named_with_their_first_day(client, organisation, post):
    person = make_person(organisation)
    day = days_ago(10)
    save(client, "post_holder", post, holder=person.pk, is_interim="on", held_since=str(day))
    post.refresh_from_db()
    assert (post.holder, post.is_interim, post.held_since) == (person, True, day)


def test_a_holder_is_a_person_of_the_organisation(client, post):
    stranger = make_person(make_organisation())
    answer = save(client, "post_holder", post, holder=stranger.pk)
    assert "Select one of the people of this organisation" in answer.text


def test_a_new_holder_does_not_inherit_the_first_day_of_the_former(client, organisation, post):
    post.held_since = days_ago(90)
    post.save()
    person = make_person(organisation)
    fields = {"holder": person.pk, "held_since": str(post.held_since)}
    answer = save(client, "post_holder", post, **fields)
    assert "Enter the first day of the new holder" in answer.text


def test_a_post_is_vacant_from_a_day(client, post):
    save(client, "post_vacate", post, vacant_since=str(days_ago(3)))
    post.refresh_from_db()
    assert (post.holder, post.held_since, post.vacant_since) == (None, None, days_ago(3))


def test_a_post_is_not_vacant_before_it_was_held(client, post):
    post.held_since = days_ago(2)
    post.save()
    answer = save(client, "post_vacate", post, vacant_since=str(days_ago(3)))
    assert "The post must be vacant from a day after it was first held" in answer.text


def test_a_post_that_owns_a_risk_is_not_deleted(client, organisation, post):
    make_risk(make_register(organisation), owner=post)
    answer = client.post(address("post_delete", post.pk))
    assert answer.status_code == 409
    assert "Reassign it to another post first" in answer.text


def test_a_post_that_owned_a_risk_earlier_is_not_deleted(client, organisation, post):
    risk = make_risk(make_register(organisation), owner=post)
    make_revision(risk, owner=make_post(organisation))
    answer = client.post(address("post_delete", post.pk))
    assert "owned something earlier" in answer.text
    assert not AuditEntry.objects.filter(verb="post.deleted").exists()


def test_a_post_that_never_owned_anything_is_deleted_with_an_entry(client, post):
    client.post(address("post_delete", post.pk))
    assert not Post.objects.filter(pk=post.pk).exists()
    assert AuditEntry.objects.filter(verb="post.deleted").count() == 1


def test_a_directorate_with_a_post_is_not_deleted(client, post):
    answer = client.post(address("post_directorate_delete", post.directorate_id))
    assert answer.status_code == 409


def test_an_empty_directorate_is_deleted(client, organisation):
    directorate = make_directorate(organisation)
    client.post(address("post_directorate_delete", directorate.pk))
    assert list(organisation.directorates.values_list("name", flat=True)) == ["Resources"]


def test_the_page_counts_exempt_risks_and_never_names_them(client, organisation, post):
    risk = make_risk(make_register(organisation), owner=post, title="Quokka", is_exempt=True)
    make_control(risk, title="Quokka watch", owner=post)
    pages = client.get(address("post_list")).text + client.get(address("post_detail", post.pk)).text
    assert "1 risk and 1 control" in pages
    assert "Quokka" not in pages


def test_the_post_of_another_organisation_is_not_found(client):
    post = make_post(make_organisation())
    assert client.get(address("post_detail", post.pk)).status_code == 404


def test_the_overview_links_to_vacant_posts_that_own_something(client, organisation):
    make_risk(make_register(organisation), owner=make_post(organisation))
    page = client.get(reverse("organisation_detail", args=["southmoor"])).text
    assert "is vacant. It owns risks, controls or actions." in page
    assert "/posts/?vacant=yes" in page


def test_posts_are_listed_with_as_many_queries_for_three_as_for_one(client, organisation):
    before = queries_for(client, [address("post_list")])
    for _ in range(2):
        make_post(organisation, directorate=make_directorate(organisation))
    assert queries_for(client, [address("post_list")]) == before


# A new post with its holder


def test_a_new_post_can_have_its_holder(client, organisation, holder):
    client.post(address("post_new"), {"title": "Head of law", "holder": holder.pk})
    post = organisation.posts.get(title="Head of law")
    assert post.holder == holder
    entries = AuditEntry.objects.filter(subject=f"post:{post.pk}").order_by("pk")
    assert [row.verb for row in entries] == ["post.added", "post.changed"]


def test_a_new_post_without_a_holder_leads_to_choosing_one(client, organisation):
    page = client.post(address("post_new"), {"title": "Head of law"}, follow=True).text
    post = organisation.posts.get(title="Head of law")
    assert f'class="govuk-button" href="{address("post_holder", post.pk)}"' in page


def test_a_day_without_a_holder_is_asked_about(client, organisation):
    data = {"title": "Head of law", "held_since": "2026-03-27"}
    assert "Select who holds this post" in client.post(address("post_new"), data).text
    assert not organisation.posts.filter(title="Head of law").exists()


def test_nobody_of_another_organisation_holds_a_new_post(client, organisation):
    stranger = make_person(make_organisation(), "officer")
    data = {"title": "Head of law", "holder": stranger.pk}
    assert "Select one of the people" in client.post(address("post_new"), data).text
    assert not organisation.posts.filter(title="Head of law").exists()
