"""The Word templates of an organisation: versions, retirement, and their pages."""

import hashlib
import io
import os
from types import SimpleNamespace

import docx
import pytest
from council_templates import template_of, with_parts
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from makers import make_organisation, make_paper_template, make_person
from paper_documents import make_document

from registers.models import AuditEntry, InvalidTransition, PaperTemplate, Role
from registers.papers.template import check_template, fill_template

pytestmark = pytest.mark.django_db
ADDRESS = "/organisations/our-council/paper-templates/"


class Unread:
    """A body that fails the test when it is read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation(slug="our-council")
    return SimpleNamespace(
        organisation=organisation, manager=make_person(organisation, Role.MANAGER)
    )


@pytest.fixture
def organisation(module_records):
    return module_records.organisation


@pytest.fixture
def client(module_records):
    client = Client()
    client.force_login(module_records.manager)
    return client


def upload(client, content, name="Report"):
    file = SimpleUploadedFile("ours.docx", content)
    return client.post(f"{ADDRESS}new/", {"name": name, "file": file})


# Records


def test_a_file_of_the_same_name_is_the_next_version(organisation):
    first = make_paper_template(organisation, name="Report")
    second = make_paper_template(organisation, name="REPORT")
    assert (second.name, second.version) == ("Report", 2)
    assert list(organisation.paper_templates.in_use()) == [second]
    assert not first.is_in_use


def test_another_organisation_has_versions_of_its_own(organisation):
    make_paper_template(organisation)
    assert make_paper_template(make_organisation()).version == 1


def test_a_retired_name_is_not_in_use_until_the_next_version(organisation, module_records):
    make_paper_template(organisation)
    make_paper_template(organisation).retire(by=module_records.manager)
    assert not organisation.paper_templates.in_use().exists()
    third = make_paper_template(organisation)
    assert list(organisation.paper_templates.in_use()) == [third]


@pytest.mark.parametrize("is_retired", [True, False])
def test_what_is_not_in_use_is_not_retired(organisation, module_records, is_retired):
    template = make_paper_template(organisation)
    if is_retired:
        template.retire(by=module_records.manager)
    else:
        make_paper_template(organisation)
    with pytest.raises(InvalidTransition):
        template.retire(by=module_records.manager)


def test_the_audit_trail_has_the_digest(organisation):
    make_paper_template(organisation, content=b"bytes")
    entry = AuditEntry.objects.get(verb="papertemplate.uploaded")
    assert entry.text.content["digest"] == hashlib.sha256(b"bytes").hexdigest()


# Pages


def test_a_template_is_uploaded_and_downloaded_as_it_was(client):
    content = template_of("{{ title }}")
    answer = upload(client, content)
    template = PaperTemplate.objects.get()
    assert answer.url == f"{ADDRESS}{template.pk}/"
    download = client.get(f"{ADDRESS}{template.pk}/template.docx")
    assert download.content == content
    assert download["Content-Disposition"] == 'attachment; filename="ours.docx"'


def test_a_template_with_problems_is_refused_with_their_places(client):
    page = upload(client, template_of("Report of {{ oficer }}", "{{ title | upper }}")).text
    assert "Correct two problems in the template" in page
    assert "In the text: “Report of {{ oficer }}”" in page
    assert not PaperTemplate.objects.exists()


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"PK\x03\x04"])
def test_what_is_no_document_is_refused_in_words(client, content):
    page = upload(client, content).text
    assert "There is a problem" in page
    assert not PaperTemplate.objects.exists()


def test_a_large_template_is_let_through(client):
    content = with_parts(
        template_of("{{ title }}"), {"word/media/image1.png": os.urandom(4_000_000)}
    )
    assert upload(client, content).status_code == 302


@pytest.mark.parametrize(("role", "size"), [(Role.MANAGER, 10_200_000), (Role.OFFICER, 4_000_000)])
def test_a_body_that_is_too_large_for_this_person_is_not_read(organisation, role, size):
    client = Client()
    client.force_login(make_person(organisation, role))
    kind = "multipart/form-data; boundary=x"
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size), "CONTENT_TYPE": kind}
    assert client.post(f"{ADDRESS}new/", **body).status_code == 413


def test_the_page_of_a_template_says_what_to_check(client, organisation):
    template = make_paper_template(organisation, notes=[["missing", "reasons"], ["no-mark", ""]])
    page = client.get(f"{ADDRESS}{template.pk}/").text
    assert "The template has no place for: reasons." in page
    assert "The template has no {{ mark }}" in page
    assert template.digest in page


def test_the_list_says_what_is_in_use_and_what_ended(client, organisation, module_records):
    make_paper_template(organisation, name="First")
    make_paper_template(organisation, name="First")
    make_paper_template(organisation, name="Second").retire(by=module_records.manager)
    page = client.get(ADDRESS).text
    in_use, _, ended = page.partition("Earlier versions and retired templates")
    assert "First" in in_use
    assert "Second" not in in_use
    assert "Superseded" in ended
    assert "Retired" in ended


def test_an_empty_list_says_what_would_be_there(client):
    assert "No templates in use" in client.get(ADDRESS).text


def test_a_template_of_another_organisation_is_not_found(client):
    other = make_paper_template(make_organisation())
    for page in ("", "template.docx", "retire/"):
        assert client.get(f"{ADDRESS}{other.pk}/{page}").status_code == 404


def test_who_retires_a_superseded_version_is_told(client, organisation):
    template = make_paper_template(organisation)
    make_paper_template(organisation)
    answer = client.post(f"{ADDRESS}{template.pk}/retire/")
    assert answer.status_code == 409
    assert "not in use any more" in answer.text


def test_the_starter_has_nothing_to_correct_and_a_place_for_everything(client):
    assert check_template(client.get(f"{ADDRESS}starter.docx").content) == []


def test_the_starter_makes_a_paper_in_our_shape(client):
    content = fill_template(client.get(f"{ADDRESS}starter.docx").content, make_document())
    paper = docx.Document(io.BytesIO(content))
    assert paper.tables[0].cell(5, 1).text.startswith("Two risks are above tolerance.")
    headings = [row.text for row in paper.paragraphs if row.style.name == "Heading 1"]
    assert headings == ["Agreed position", "Matrix", "Risks above tolerance"]
    assert paper.sections[0].header.paragraphs[0].text == "Draft Part A: for publication"


def test_the_placeholders_are_explained(client):
    page = client.get(f"{ADDRESS}names/").text
    assert "{{p reasons.content }}" in page
    assert "executive_summary" in page
