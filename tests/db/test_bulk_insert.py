"""Rows built and inserted in bulk equal those that Django builds and inserts."""

import datetime
import json
import uuid

import pytest
from django.db import DataError, transaction
from django.utils import timezone
from makers import make_assessment, make_post, make_risk

from registers.history.bulk_insert import (
    Encoded,
    build_row,
    insert_rows,
    set_column,
    take_keys,
)
from registers.history.seals import version_of
from registers.history.versioned import VersionedRevision
from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    AuditText,
    Control,
    ImportedRow,
    Position,
    Post,
    Risk,
    RiskRevision,
    User,
)

REVISIONS = VersionedRevision.__subclasses__()
INSTANT = timezone.now()


def attributes(row):
    """All attributes of a row, with its cached relations."""
    return {
        **vars(row),
        "_state": (row._state.adding, row._state.db, dict(row._state.fields_cache)),
    }


@pytest.mark.parametrize(
    "model",
    [Risk, RiskRevision, Assessment, Control, Action, Position, ImportedRow, Post, *REVISIONS],
)
def test_a_built_row_equals_the_models_own(model):
    records = {
        "risk": Risk(pk=7, number=1),
        "owner": Post(pk=3),
        "assessment": None,
        "by": User(pk=5, name="Robin Ash"),
    }
    fields = {f.name for f in model._meta.concrete_fields}
    defaults = {f.name: uuid.UUID(int=5) for f in model._meta.concrete_fields if f.name == "token"}
    defaults |= {"recorded_at": INSTANT} if "recorded_at" in fields else {}
    field_values = (
        {name: other for name, other in records.items() if name in fields} | defaults | {"pk": 12}
    )
    assert attributes(build_row(model, **field_values)) == attributes(model(**field_values))


def test_a_foreign_key_can_be_given_by_its_column():
    assert attributes(build_row(Position, risk_id=4, scheme_id=None)) == attributes(
        Position(risk_id=4, scheme_id=None)
    )


def test_each_row_gets_its_own_token_and_default_values():
    first, second = build_row(Assessment), build_row(Assessment)
    assert first.token != second.token and first.token.version == 4
    assert timezone.now() - first.recorded_at < datetime.timedelta(minutes=1)
    assert build_row(ImportedRow).problems is not build_row(ImportedRow).problems


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="Risk has no colour"):
        build_row(Risk, colour="red")


def values(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def next_key(model):
    return take_keys({model: 1})[model][0]


@pytest.mark.django_db
def test_an_inserted_row_has_the_values_given():
    make_risk(assessed=(2, 3))
    expected = values(Assessment.objects.get())
    expected |= {"id": next_key(Assessment), "token": uuid.uuid4(), "driver_id": None}
    expected |= {"kind": Assessment.Kind.TARGET, "effective_on": datetime.date(2026, 2, 1)}
    insert_rows(Assessment, [expected])
    assert values(Assessment.objects.get(pk=expected["id"])) == expected


@pytest.mark.django_db
def test_the_database_gives_the_key_of_a_row_without_one():
    post = make_post()
    insert_rows(Post, [vars(post) | {"title": "Second"}], with_keys=False)
    assert Post.objects.get(title="Second").pk > post.pk


HOSTILE = (
    *(
        "\\N",
        "\\",
        "a\\nb",
        "tab\there",
        "two\nlines",
        "\r\n",
        "\\.",
        " ",
        "'; --",
        "NULL",
        "é👩🏽‍🚒\u202e",
    ),
    *(
        '"',
        '\\"',
        '","',
        "{a,b}",
        '{"a":"b"}',
        ",",
        "{}",
        "null",
        "%s",
        "100 %",
        "%(a)s",
        "$1",
        "\u2028",
    ),
)


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_text_with_database_syntax_is_stored_as_it_is(text):
    risk = make_risk()
    row = build_row(
        RiskRevision,
        pk=next_key(RiskRevision),
        risk=risk,
        number=99,
        by=risk.raised_by,
        effective_on=risk.raised_on,
        title=text,
    )
    row.cause, row.event, row.notes = text, text * 2, f"{text}x"
    insert_rows(RiskRevision, [vars(row)])
    stored = RiskRevision.objects.get(pk=row.pk)
    assert (stored.title, stored.cause, stored.event, stored.notes) == (
        text,
        text,
        text * 2,
        f"{text}x",
    )


@pytest.mark.django_db
def test_rows_with_different_fields_are_each_stored_as_they_are():
    """Some texts need escaping among plain ones, and some rows lack a value that others have."""
    risk, owner = make_risk(), make_post()
    texts = ["plain", *HOSTILE, "plain"]
    constants = {"risk": risk, "by": risk.raised_by, "effective_on": risk.raised_on}
    contents = [
        {"title": text, "cause": "alike", "owner_id": owner.pk if n % 2 else None}
        for n, text in enumerate(texts)
    ]
    days = [
        {"target_on": risk.raised_on if n % 3 else None, "number": 900 + n}
        for n in range(len(texts))
    ]
    rows = [
        vars(build_row(RiskRevision, **constants, **a, **b))
        for a, b in zip(contents, days, strict=True)
    ]
    insert_rows(RiskRevision, rows, with_keys=False)
    stored = list(RiskRevision.objects.filter(number__gte=900).order_by("number"))
    assert [{name: getattr(row, name) for name in (*contents[0], *days[0])} for row in stored] == [
        a | b for a, b in zip(contents, days, strict=True)
    ]


@pytest.mark.django_db
def test_more_rows_than_a_statement_takes_are_all_inserted():
    post = make_post()
    rows = [vars(post) | {"title": f"Post {n}"} for n in range(1201)]
    insert_rows(Post, rows, with_keys=False)
    assert Post.objects.filter(title__startswith="Post ").count() == 1201


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_never_cut():
    """PostgreSQL refuses it, SQLite keeps it whole."""
    title = "t" * (Post._meta.get_field("title").max_length + 1)
    row = values(make_post()) | {"title": title}
    try:
        with transaction.atomic():
            insert_rows(Post, [row], with_keys=False)
    except DataError:
        assert Post.objects.count() == 1
    else:
        assert Post.objects.latest("pk").title == title


@pytest.mark.django_db
def test_one_column_is_set_in_the_rows_that_are_named():
    rows = [make_post(title=f"Post {n}") for n in range(3)]
    set_column(Post, "title", [(rows[0].pk, "One"), (rows[2].pk, "Three")])
    assert list(Post.objects.order_by("pk").values_list("title", flat=True)) == [
        "One",
        "Post 1",
        "Three",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_a_column_is_set_to_a_text_that_means_something_to_a_database(text):
    post = make_post()
    set_column(Post, "title", [(post.pk, text)])
    assert Post.objects.get().title == text


@pytest.mark.django_db
@pytest.mark.parametrize("content", [{"a": "\u00fc\u2028", "b": [1, None]}, None])
def test_json_text_is_stored_as_json(content):
    make_risk()
    entry = AuditEntry.objects.order_by("pk").last()
    AuditText.objects.filter(entry=entry).delete()
    text = None if content is None else Encoded(json.dumps(content))
    row = {"entry_id": entry.pk, "salt": "s", "content": text}
    insert_rows(AuditText, [row], with_keys=False)
    assert AuditText.objects.get(entry=entry).content == content


@pytest.mark.django_db
def test_keys_are_new_and_ascending():
    last = make_assessment(make_risk()).pk
    keys = take_keys({Assessment: 3, Post: 0, Risk: 2})
    assert (len(keys[Assessment]), len(keys[Risk])) == (3, 2)
    assert [last, *keys[Assessment]] == sorted({last, *keys[Assessment]})


@pytest.mark.django_db
def test_a_row_inserted_after_a_key_that_was_taken_gets_another():
    row = vars(make_post())
    key = next_key(Post)
    insert_rows(Post, [row | {"id": key, "title": "Second"}])
    assert make_post().pk > key


@pytest.mark.parametrize("model", REVISIONS)
def test_the_seal_of_an_inserted_revision_covers_all_fields(model):
    columns = {f.attname for f in model._meta.concrete_fields}
    assert set(version_of(model).names) == columns
