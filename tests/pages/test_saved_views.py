"""Saved views: whose they are, what they keep, and what they show to whom."""

import re
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_saved_view,
)

from registers.models import Role, SavedView, TooManyViews
from registers.models import saved_view as model

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = "/registers/ours/views/new/"


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation("Northmoor")
    register = make_register(organisation, slug="ours", prefix="C")
    people = {role: make_person(organisation, role) for role in (Role.MANAGER, Role.PEER)}
    risks = {
        title: make_risk(register, title=title, assessed=ratings)
        for title, ratings in {"Secret": (5, 5), "Severe": (5, 5), "Low": (1, 1)}.items()
    }
    return SimpleNamespace(register=register, people=people, risks=risks)


@pytest.fixture
def manager(records):
    return client_of(records.people[Role.MANAGER])


@pytest.fixture
def peer(records):
    return client_of(records.people[Role.PEER])


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def save(client, query, name, **fields):
    return client.post(f"{NEW}?{query}", {"name": name, "token": str(uuid.uuid4()), **fields})


def titles_on(page):
    return re.findall(r'app-risks__title">\s*<a [^>]*>([^<]*)', page)


def opened(client, view):
    return client.get(f"/registers/ours/views/{view.pk}/", follow=True)


def test_a_view_keeps_filters_order_and_columns_and_nothing_else(manager):
    query = "band=severe&sort=-title&column=owner&q=&page=2&as_at=2026-01-01&since=2025-01-01&x=1"
    save(manager, query, "Severe ones")
    assert SavedView.objects.get().query == "band=severe&column=owner&sort=-title"


def test_a_view_opens_with_what_it_keeps_and_is_marked(manager):
    save(manager, "band=severe&column=owner", "Severe ones")
    answer = opened(manager, SavedView.objects.get())
    assert sorted(titles_on(answer.text)) == ["Secret", "Severe"]
    assert re.search(r'aria-current="true">Severe ones</a>', answer.text)


def test_a_view_is_saved_again_under_another_name_or_with_other_filters(manager):
    save(manager, "band=severe", "Severe ones")
    save(manager, "band=severe", "The worst")
    save(manager, "band=high", "The worst")
    assert [(view.name, view.query) for view in SavedView.objects.all()] == [
        ("The worst", "band=high")
    ]


def test_the_same_form_sent_twice_saves_one_view(manager):
    token = str(uuid.uuid4())
    answers = [save(manager, "band=low", "Low", token=token).status_code for _ in range(2)]
    assert (answers, SavedView.objects.count()) == ([302, 302], 1)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 61, "a\0b", "x" * 100_000])
def test_a_name_that_cannot_be_kept_gets_an_error(manager, name):
    answer = save(manager, "band=severe", name)
    assert (answer.status_code, SavedView.objects.count()) == (200, 0)
    assert "There is a problem" in answer.text


@pytest.mark.parametrize("query", ["band=x", "column=password", "sort=x", "owner=999999"])
def test_filters_that_do_not_exist_are_not_saved(manager, query):
    assert save(manager, query, "Bad").status_code == 400


def test_one_person_saves_so_many_views_and_no_more(records, monkeypatch):
    monkeypatch.setattr(model, "MOST_VIEWS", 2)
    by = records.people[Role.PEER]
    for band in ("low", "high"):
        make_saved_view(records.register, by=by, name=band, query=f"band={band}")
    with pytest.raises(TooManyViews):
        make_saved_view(records.register, by=by, name="third", query="band=severe")
    assert "delete one first" in save(client_of(by), "band=severe", "third").text


def test_a_shared_view_shows_each_reader_what_they_may_see(records, manager, peer):
    make_revision(records.risks["Secret"], is_exempt=True)
    save(manager, "band=severe", "Severe ones", is_shared="on")
    view = SavedView.objects.get()
    shown = [sorted(titles_on(opened(client, view).text)) for client in (manager, peer)]
    assert (view.is_shared, shown) == (True, [["Secret", "Severe"], ["Severe"]])


def test_who_does_not_run_the_register_shares_nothing(peer):
    save(peer, "band=severe", "Severe ones", is_shared="on")
    assert not SavedView.objects.get().is_shared


def test_a_view_that_is_not_shared_is_its_owners_alone(records, manager, peer):
    view = make_saved_view(records.register, by=records.people[Role.MANAGER])
    answers = [
        client.get(f"/registers/ours/views/{view.pk}/").status_code for client in (manager, peer)
    ]
    assert (answers, view.name in peer.get("/registers/ours/").text) == ([302, 404], False)
    assert view.name not in peer.get(f"/registers/ours/?band=severe&view={view.pk}").text


def test_a_view_of_another_register_is_not_opened_through_this_one(records, manager):
    other = make_register(records.register.organisation, slug="other")
    view = make_saved_view(other, by=records.people[Role.MANAGER])
    assert manager.get(f"/registers/ours/views/{view.pk}/").status_code == 404


def test_a_view_says_what_no_longer_exists_and_shows_the_rest(records, manager):
    post = make_post(records.register.organisation)
    query = f"band=severe&owner={post.pk}&likely=5&column=owner&column=colour"
    view = make_saved_view(records.register, by=records.people[Role.MANAGER], query=query)
    post.delete()
    answer = opened(manager, view)
    sentence = "uses filters that no longer exist: Owner, Likely, A column."
    assert (answer.status_code, sentence in answer.text) == (200, True)
    assert sorted(titles_on(answer.text)) == ["Secret", "Severe"]


def test_a_view_with_nothing_left_lists_every_risk(records, manager):
    view = make_saved_view(records.register, by=records.people[Role.MANAGER], query="band=purple")
    answer = opened(manager, view)
    assert (len(titles_on(answer.text)), "no longer exist: Band." in answer.text) == (3, True)


def test_a_view_is_deleted_by_its_owner_and_a_shared_one_stopped_by_a_manager(
    records, manager, peer
):
    view = make_saved_view(records.register, by=records.people[Role.MANAGER], is_shared=True)
    assert peer.post(f"/registers/ours/views/{view.pk}/delete/").status_code == 403
    other = make_person(records.register.organisation, Role.MANAGER)
    client_of(other).post(f"/registers/ours/views/{view.pk}/delete/")
    view.refresh_from_db()
    assert not view.is_shared
    manager.post(f"/registers/ours/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_opening_a_view_writes_nothing(records, manager, django_assert_num_queries):
    view = make_saved_view(records.register, by=records.people[Role.MANAGER])
    before = SavedView.objects.values().get()
    opened(manager, view)
    assert SavedView.objects.values().get() == before
