"""/library/load/: select files, preview them, load them."""

import re

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from library_files import (
    EIGHTH,
    EIGHTH_ROWS,
    LIBRARY,
    entries,
    file_of,
    library_rows,
    type_row,
)
from makers import make_user

from registers.library_loading.load import load_library
from registers.models import FailureType, WarningSign

pytestmark = pytest.mark.django_db

PATH = "/library/load/"
PASSWORD = "a long enough password"
MONEY = [type_row(name="Money")]


@pytest.fixture
def installer():
    return make_user(email="installer@example.org", is_staff=True, password=PASSWORD)


@pytest.fixture
def staff(client, installer):
    client.force_login(installer)
    return client


def upload(content, name="rows.yaml"):
    return SimpleUploadedFile(name, file_of(content, name).content)


def look(client, *contents, name="rows.yaml", **data):
    files = {"files": [upload(content, name) for content in contents]} if contents else {}
    return client.post(PATH, {"which": "chosen", **files, **data})


def step_of(answer):
    return re.search(r'name="step" value="([^"]+)"', answer.text).group(1)


def load(client, answer):
    return client.post(PATH, {"step": step_of(answer)})


def words(answer):
    return re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1].split("</main>")[0])
    )


def messages(client):
    return words(client.get(PATH))


# Look


def test_a_preview_shows_changes_field_by_field(staff):
    text = words(look(staff, MONEY))
    assert "0 added, 1 changed, 0 unchanged" in text
    assert "failure type financial name Before: Financial After: Money From rows.yaml" in text


def test_a_preview_shows_rows_added_and_left_alone(staff):
    text = words(look(staff, EIGHTH, [type_row("governance")]))
    assert f"{EIGHTH_ROWS} added, 0 changed, 1 unchanged" in text
    assert "warning sign ASH-W1 code ASH-W1 case ashmere" in text
    assert "Failure type: 1 governance" in text


def test_a_long_preview_ends_in_the_names_of_the_rest(staff, monkeypatch):
    monkeypatch.setattr("registers.library_loading.report.SHOWN_ROWS", 2)
    text = words(look(staff, EIGHTH))
    assert "This page shows the first 2 in full and names the rest" in text
    assert "Warning sign: 1 ASH-W1" in text


def test_a_preview_writes_nothing(staff):
    before = library_rows(), entries().count()
    look(staff, EIGHTH)
    assert (library_rows(), entries().count()) == before


def test_a_preview_without_changes_offers_no_load(staff):
    answer = look(staff, [type_row()])
    assert "There is nothing to load" in words(answer)
    assert 'name="step"' not in answer.text


def test_every_problem_is_shown_by_file_object_and_field(staff):
    answer = look(
        staff, [type_row(name=True, colour="red")], [{"model": "registers.user", "fields": {}}]
    )
    text = words(answer)
    assert "Correct the 3 problems listed on this page" in text
    assert "1 rows.yaml failure type financial , colour: is not a field" in text
    assert "failure type financial , name: True is not text" in text
    assert "2 rows.yaml row 1 : registers.user is not part of the library" in text
    assert (answer.status_code, "<title>Error: " in answer.text, 'name="step"' in answer.text) == (
        200,
        True,
        False,
    )


def test_markup_in_a_file_is_shown_as_text(staff):
    evil = "<script>alert(1)</script>"
    for rows in ([type_row(name=evil)], [type_row(evil=evil, **{evil: 1})], [type_row(slug=evil)]):
        assert evil not in look(staff, rows).text


@pytest.mark.parametrize(
    ("data", "words_of_it"),
    [
        ({}, "Select which files to check"),
        ({"which": "everything"}, "Select a valid choice"),
        ({"which": "chosen"}, "Select one or more fixture files"),
    ],
)
def test_a_missing_field_gets_an_error_message(staff, data, words_of_it):
    answer = staff.post(PATH, data)
    assert (answer.status_code, words_of_it in words(answer)) == (200, True)


def test_files_and_the_installations_own_are_not_loaded_at_once(staff):
    assert "not both" in words(look(staff, MONEY, which="own"))


def test_a_file_in_place_of_text_is_refused(staff):
    assert staff.post(PATH, {"which": upload("own"), "files": "words"}).status_code == 200


def test_a_file_in_place_of_the_step_is_refused(staff):
    assert staff.post(PATH, {"step": upload("own")}).status_code == 200


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.yaml", "..\\..\\windows\\a.yaml", "/etc/a.yaml", "a\0b.yaml"]
)
def test_the_name_of_a_file_leads_nowhere(staff, name):
    """Written by hand: the test client cleans what it sends."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="which"\r\n\r\nchosen\r\n--x\r\n'
        b'Content-Disposition: form-data; name="files"; filename="'
        + name.encode()
        + b'"\r\n\r\na: [\r\n--x--\r\n'
    )
    answer = staff.generic("POST", PATH, body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 200
    assert "is not YAML that can be read" in words(answer)
    assert not re.search(r"etc|\.\.|windows|\x00", words(answer).split("What is wrong")[1])


def test_an_empty_file_is_named(staff):
    assert "rows.yaml is empty" in words(look(staff, b""))


def test_files_that_are_too_large_together_are_refused(staff):
    half = b"#" * 1_200_000
    assert "Select files of 2 MB or less in total" in words(look(staff, half, half))


class Unread:
    """A body that fails the test when anybody reads it."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


def test_fifty_megabytes_are_refused_unread(staff):
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": "50000000"}
    answer = staff.post(PATH, **body, CONTENT_TYPE="multipart/form-data; boundary=x")
    assert (answer.status_code, "The file or form is too large" in answer.text) == (413, True)


def test_more_files_than_a_form_takes_are_refused(staff):
    assert look(staff, *["a"] * 200).status_code == 400


def test_files_that_do_not_fit_into_the_page_are_refused(staff, monkeypatch):
    monkeypatch.setattr("registers.forms.library.LARGEST_STEP", 100)
    answer = look(staff, MONEY)
    assert "too large for this page" in words(answer)
    assert 'name="step"' not in answer.text


def test_the_largest_accepted_files_fit_into_the_second_request(staff, settings):
    """Text that hardly compresses: of random letters beyond the first 65,000 characters, the worst
    there is.
    """
    import random

    chance = random.Random(1)
    letters = [chr(at + n) for at in (0x1F600, 0x20000, 0x4E00) for n in range(600)]
    text = "".join(chance.choices(letters, k=480_000))
    answer = look(staff, f"# {text}\n".encode() + file_of(MONEY).content)
    if 'name="step"' in answer.text:
        assert len(step_of(answer)) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    else:
        assert "too large for this page" in words(answer)


# Load


def test_loading_writes_the_preview(staff, installer):
    answer = load(staff, look(staff, MONEY))
    assert (answer.status_code, answer["Location"]) == (302, PATH)
    assert FailureType.objects.get(slug="financial").name == "Money"
    assert entries().last().by == installer
    assert "The library is loaded: 0 added, 1 changed, 0 unchanged." in messages(staff)


def test_a_load_during_which_the_database_fails_is_unavailable_and_no_problem_of_the_files(staff):
    staff.raise_request_exception = False
    preview = look(staff, MONEY)

    def refuse(execute, sql, *arguments):
        if sql.startswith("INSERT"):
            raise OperationalError("disk full")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        assert load(staff, preview).status_code == 503
    assert FailureType.objects.get(slug="financial").name == "Financial"


def test_several_files_are_loaded_as_one(staff):
    rows = yaml.safe_load(EIGHTH)
    load(staff, look(staff, rows[3:], rows[:3]))
    assert WarningSign.objects.get(code="ASH-W1").case.slug == "ashmere"


def test_json_is_accepted(staff):
    load(staff, look(staff, MONEY, name="rows.json"))
    assert FailureType.objects.get(slug="financial").name == "Money"


def test_the_installations_own_files_are_loaded(staff):
    FailureType.objects.filter(slug="financial").update(name="Cash")
    load(staff, look(staff, which="own"))
    assert FailureType.objects.get(slug="financial").name == "Financial"


def test_a_second_click_loads_nothing_more_and_says_so(staff):
    preview = look(staff, MONEY)
    load(staff, preview)
    count = entries().count()
    assert load(staff, preview).status_code == 302
    assert entries().count() == count
    assert "There was nothing to load: the library already has all of this." in messages(staff)


def test_somebody_else_loads_in_between(staff):
    preview = look(staff, MONEY)
    load_library([file_of([type_row(name="Cash")])])
    answer = load(staff, preview)
    assert (answer.status_code, FailureType.objects.get(slug="financial").name) == (409, "Cash")
    assert "Nothing is loaded: the library or the files have changed" in words(answer)
    assert "Before: Cash After: Money" in words(answer)


def test_after_a_conflict_the_new_preview_can_be_loaded(staff):
    preview = look(staff, MONEY)
    load_library([file_of([type_row(name="Cash")])])
    assert load(staff, load(staff, preview)).status_code == 302
    assert FailureType.objects.get(slug="financial").name == "Money"


@pytest.fixture
def own_file(monkeypatch, tmp_path):
    """The only file of an installation."""
    path = tmp_path / "types.yaml"
    monkeypatch.setattr("registers.library_loading.load.default_paths", lambda: [path])
    return path


def test_a_file_of_the_installation_changes_in_between(staff, own_file):
    own_file.write_bytes(file_of(MONEY).content)
    preview = look(staff, which="own")
    own_file.write_bytes(file_of([type_row(name="Cash")]).content)
    answer = load(staff, preview)
    assert (answer.status_code, FailureType.objects.get(slug="financial").name) == (
        409,
        "Financial",
    )
    assert "Before: Financial After: Cash" in words(answer)


def test_a_file_of_the_installation_breaks_in_between(staff, own_file):
    own_file.write_bytes(file_of(MONEY).content)
    preview = look(staff, which="own")
    own_file.write_text("a: [")
    answer = load(staff, preview)
    assert "types.yaml is not YAML that can be read" in words(answer)
    assert FailureType.objects.get(slug="financial").name == "Financial"


def test_an_hour_old_preview_is_shown_again(staff, monkeypatch):
    preview = look(staff, MONEY)
    monkeypatch.setattr("registers.forms.library.HOUR", -1)
    assert load(staff, preview).status_code == 302
    assert FailureType.objects.get(slug="financial").name == "Financial"
    assert "more than an hour ago. Check them again" in messages(staff)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda s: s[:-1],
        lambda s: s[:50] + ("x" if s[50] != "x" else "y") + s[51:],
        lambda s: "",
        lambda s: "é\0:",
    ],
)
def test_an_incomplete_request_asks_for_the_files_again(staff, break_it):
    step = break_it(step_of(look(staff, MONEY)))
    assert staff.post(PATH, {"step": step}).status_code == 302
    assert FailureType.objects.get(slug="financial").name == "Financial"
    assert "Important" in messages(staff)


def test_the_preview_of_another_person_is_not_loaded(staff, client):
    preview = look(staff, MONEY)
    client.force_login(make_user(is_staff=True))
    load(client, preview)
    assert FailureType.objects.get(slug="financial").name == "Financial"
    assert "Somebody else checked these changes" in messages(client)


def test_a_former_administrator_loads_nothing(staff, installer):
    preview = look(staff, MONEY)
    type(installer).objects.filter(pk=installer.pk).update(is_staff=False)
    assert load(staff, preview).status_code == 403
    assert FailureType.objects.get(slug="financial").name == "Financial"


def test_a_session_does_not_grow_with_the_files(staff):
    look(staff, EIGHTH)
    assert len(str(dict(staff.session))) < 1000


def test_the_example_that_the_guide_copies_is_among_our_files():
    assert (LIBRARY / "later" / "northamptonshire.yaml").is_file()
