"""Posts from a file of an HR system: what it adds, changes and leaves alone."""

import copy
import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from makers import days_ago, make_directorate, make_organisation, make_person, make_post

from registers.administration import post_file
from registers.administration.file_plan import PlanOutdated
from registers.administration.post_file import import_posts, plan_posts
from registers.forms.organisation_files import OrganisationFileForm
from registers.models import AuditEntry, User

pytestmark = pytest.mark.django_db
HEADINGS = "Job title,Department,Employee name,Email,Interim,Start date,Vacant"


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation()
    robin = make_person(organisation, name="Robin Ash", email="robin@southmoor.example")
    sam = make_person(organisation, name="Sam Bell", email="sam@southmoor.example")
    finance = make_post(
        organisation, "Head of finance", directorate=make_directorate(organisation, "Resources")
    )
    return organisation, robin, sam, finance


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def organisation(records):
    return records[0]


@pytest.fixture
def robin(records):
    return records[1]


@pytest.fixture
def finance(records):
    return records[3]


def form_of(organisation, content):
    """content: bytes, or rows below HEADINGS."""
    if not isinstance(content, bytes):
        content = "\n".join([HEADINGS, *content]).encode()
    file = SimpleUploadedFile("posts.csv", content)
    return OrganisationFileForm({}, {"file": file}, organisation=organisation, source=post_file)


def read(organisation, content):
    form = form_of(organisation, content)
    assert form.is_valid(), form.errors
    return form.table


def plan(organisation, *rows):
    return plan_posts(organisation, read(organisation, rows))


def take(organisation, *rows):
    table = read(organisation, rows)
    state = plan_posts(organisation, table).state
    return import_posts(organisation, table, by=make_person(organisation), state=state)


HEAD = "head of FINANCE,Resources,Robin Ash,Robin@Southmoor.example,no,01/04/2026,"


def test_a_post_is_matched_by_its_title_and_its_holder_by_address(organisation, robin, finance):
    take(organisation, HEAD)
    finance.refresh_from_db()
    assert (finance.title, finance.holder) == ("Head of finance", robin)
    assert finance.held_since == datetime.date(2026, 4, 1)


def test_the_same_file_again_changes_nothing(organisation):
    rows = [HEAD, "Treasurer,Place,,sam@southmoor.example,acting,,", "Clerk,,,,,,yes"]
    take(organisation, *rows)
    again = plan(organisation, *rows)
    assert (again.writes, len(again.unchanged)) == (False, 3)
    assert AuditEntry.objects.filter(verb="posts.imported").count() == 1


def test_a_new_post_and_its_new_directorate_are_added(organisation):
    take(organisation, "Treasurer,Place,,sam@southmoor.example,acting,,")
    post = organisation.posts.get(title="Treasurer")
    assert (post.directorate.name, post.holder.name, post.is_interim) == ("Place", "Sam Bell", True)


def test_a_post_marked_vacant_loses_its_holder(organisation, robin, finance):
    finance.give_to(robin, by=None, since=days_ago(90))
    take(organisation, "Head of finance,,,,,,Yes")
    finance.refresh_from_db()
    assert (finance.holder, finance.held_since, finance.vacant_since) == (None, None, None)


def test_an_unknown_holder_is_listed_and_never_added(organisation, robin, finance):
    finance.give_to(robin, by=None)
    people = User.objects.count()
    planned = plan(organisation, "Head of finance,,Kit Moss,kit@elsewhere.example,,,")
    assert planned.unknown == ["kit@elsewhere.example"]
    assert (planned.writes, User.objects.count()) == (False, people)


def test_somebody_of_another_organisation_is_unknown(organisation):
    make_person(make_organisation(), email="kit@eastvale.example")
    assert plan(organisation, "Clerk,,,kit@eastvale.example,,,").unknown == ["kit@eastvale.example"]


def test_a_holder_without_an_address_changes_nothing(organisation):
    planned = plan(organisation, "Head of finance,,Robin Ash,,,,")
    assert (planned.writes, planned.unknown) == (False, ["Robin Ash"])


def test_posts_that_are_not_in_the_file_are_listed_and_stay(organisation, finance):
    assert plan(organisation, "Clerk,,,,,,yes").missing == ["Head of finance"]
    take(organisation, "Clerk,,,,,,yes")
    assert organisation.posts.filter(pk=finance.pk).exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Resources,,,,,", "It has no post title."),
        ("=1+1,,,,,,", "The title begins like a formula."),
        ("@SUM(A1),,,,,,", "The title begins like a formula."),
        ("Clerk,+Place,,,,,", "The directorate begins like a formula."),
        ("Vacant,,,,,,", "“Vacant” is not the title of a post."),
        ("Clerk,,,sam@southmoor.example,,,yes", "It is marked vacant and names a holder."),
        ("Clerk,,,,perhaps,,", "“perhaps” under interim is neither yes nor no."),
        ("Clerk,,,,,31/02/2026,", "The start date “31/02/2026” is not a date"),
        ("Clerk,,,,,01/01/2999,", "Import the file again from that day."),
        ("Clerk,,,,,01/01/1066,", "more than 50 years ago"),
        (f"{'x' * 201},,,,,,", "The title has more than 200 characters."),
    ],
)
def test_a_row_that_is_not_understood_says_why(organisation, row, reason):
    (planned,) = plan(organisation, row).unread
    assert reason in planned.reason


def test_a_row_that_repeats_another_adds_nothing_more(organisation):
    planned = plan(organisation, "Clerk,,,,,,yes", "clerk,,,,,,yes")
    assert (len(planned.added), len(planned.unchanged)) == (1, 1)


def test_rows_that_contradict_each_other_are_both_left_out(organisation):
    planned = plan(organisation, "Clerk,Place,,,,,", "Clerk,Resources,,,,,")
    assert (len(planned.unread), planned.writes) == (2, False)


def test_a_plan_that_moved_on_is_not_written(organisation):
    table = read(organisation, ["Clerk,,,,,,yes"])
    state = plan_posts(organisation, table).state
    make_directorate(organisation)
    make_post(organisation, "Clerk", holder=make_person(organisation))
    with pytest.raises(PlanOutdated):
        import_posts(organisation, table, by=make_person(organisation), state=state)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffPost title;Directorate\nKämmerer;Place\n".encode(),
        "Post title;Directorate\nKämmerer;Place\n".encode("latin-1"),
        "Posts of Southmoor,\n,\nPost title,Directorate\nKämmerer,Place\n".encode(),
    ],
    ids=["BOM and semicolons", "Latin-1", "headings below a title"],
)
def test_files_as_programs_write_them_are_read(organisation, content):
    planned = plan_posts(organisation, read(organisation, content))
    assert [(row.name, row.values["directorate"]) for row in planned.added] == [
        ("Kämmerer", "Place")
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"Name,Town\nRobin,Leeds\n", "No row has the headings that we need"),
        (b"Post title,Directorate\n", "has no rows below its headings"),
        (b"Post title\n" + b"".join(b"Post %d\n" % n for n in range(5001)), "5,000 or fewer"),
    ],
    ids=["empty", "other headings", "headings alone", "too long"],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(organisation, content, message):
    form = form_of(organisation, content)
    assert not form.is_valid()
    assert message in str(form.errors)


def test_a_long_file_is_planned_with_as_many_queries_as_a_short_one(
    organisation, django_assert_num_queries
):
    table = read(organisation, [f"Post {n},,,,,," for n in range(4000)])
    with django_assert_num_queries(3):
        plan_posts(organisation, table)
