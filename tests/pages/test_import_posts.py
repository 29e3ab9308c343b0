"""The pages that import posts or bodies from a file: nothing is written before it was previewed."""

import html
import re

import pytest
from access_table import signed_in
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from makers import make_organisation, make_person, make_post, make_register, make_risk

from registers.models import Post

pytestmark = pytest.mark.django_db
CSV = b"Post title,Directorate,Vacant\nClerk,Place,yes\n=1+1,,\n"


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation(slug="southmoor")
    return organisation, make_person(organisation, "administrator")


@pytest.fixture
def organisation(records):
    return records[0]


@pytest.fixture
def client(records):
    return signed_in(records[1])


def upload(client, content=CSV, name="post_import"):
    file = SimpleUploadedFile("posts.csv", content)
    return client.post(reverse(name, args=["southmoor"]), {"file": file})


def hidden_fields(page):
    names = re.findall(r'<input type="hidden" name="(rows|state)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in names}


def confirm(client, fields, name="post_import"):
    return client.post(reverse(name, args=["southmoor"]), fields, follow=True)


def test_a_preview_writes_nothing(client):
    page = upload(client).text
    assert "To add (1)" in page
    assert "Not understood (1)" in page
    assert not Post.objects.exists()


def test_what_was_previewed_is_imported_once(client, organisation):
    fields = hidden_fields(upload(client).text)
    assert "File imported: 1 row added, 0 rows changed." in confirm(client, fields).text
    assert "Nothing to change" in confirm(client, fields).text
    assert organisation.posts.get().directorate.name == "Place"


def test_the_same_file_again_has_nothing_to_import(client):
    confirm(client, hidden_fields(upload(client).text))
    page = upload(client).text
    assert "Nothing to change" in page
    assert "Import these posts" not in page


def test_a_preview_that_moved_on_is_shown_again(client, organisation):
    fields = hidden_fields(upload(client).text)
    make_post(organisation, "Clerk", holder=make_person(organisation))
    answer = confirm(client, fields)
    assert answer.status_code == 409
    assert "so nothing was imported" in answer.text
    assert "To change (1)" in answer.text


@pytest.mark.parametrize("change", [{"rows": "forged"}, {"state": ""}])
def test_a_form_that_no_preview_made_is_refused_in_words(client, change):
    answer = confirm(client, hidden_fields(upload(client).text) | change)
    assert answer.status_code == 409
    assert "Choose the file again" in answer.text
    assert not Post.objects.exists()


def test_the_rows_of_a_preview_are_of_no_use_in_another_organisation(client, organisation):
    fields = hidden_fields(upload(client).text)
    elsewhere = make_organisation(slug="eastvale")
    other = signed_in(make_person(elsewhere, "administrator"))
    answer = other.post(reverse("post_import", args=["eastvale"]), fields)
    assert answer.status_code == 409
    assert not Post.objects.exists()


def test_no_file_is_an_error_in_words(client):
    assert "Select a file" in client.post(reverse("post_import", args=["southmoor"])).text


def test_a_preview_names_no_risk(client, organisation):
    post = make_post(organisation, "Clerk")
    make_risk(make_register(organisation), owner=post, title="Quokka", is_exempt=True)
    assert "Quokka" not in upload(client).text


def test_bodies_are_imported_by_the_same_steps(client, organisation):
    content = b"Committee\nAudit committee\n"
    fields = hidden_fields(upload(client, content, "body_import").text)
    confirm(client, fields, "body_import")
    assert organisation.bodies.get().kind == "committee"
