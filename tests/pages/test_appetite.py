"""Risk appetite: the statement, its form and the settings page."""

import html
import uuid

import pytest
from database import in_parallel
from django.db import IntegrityError, connection, transaction
from django.test import Client
from makers import (
    days_ago,
    make_agreement,
    make_appetite,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_user,
    preset,
)

from registers.models import Appetite, AuditEntry, HistoryIsAppendOnly, Role

pytestmark = pytest.mark.django_db

SETTINGS = "/registers/ours/settings/"
NEW = f"{SETTINGS}appetite/new/"


@pytest.fixture
def register():
    return make_register(
        make_organisation("Northmoor Council"), slug="ours", name="Corporate risks"
    )


def client_of(register, role):
    client = Client()
    client.force_login(make_person(register.organisation, role))
    return client


@pytest.fixture
def manager(register):
    return client_of(register, Role.MANAGER)


def page(client, address=SETTINGS):
    return " ".join(html.unescape(client.get(address).text).split())


def form_data(**fields):
    return {
        "category": "legal",
        "level": "averse",
        "tolerance": "moderate",
        "narrative": "We take advice first.",
        "approved_by": "Cabinet",
        "effective_on": days_ago(3).isoformat(),
        "review_by": days_ago(-300).isoformat(),
        "token": str(uuid.uuid4()),
        **fields,
    }


def long_date(day):
    return f"{day.day} {day:%B %Y}"


# The verb


def test_a_statement_is_added_and_never_edited(register):
    row = make_appetite(register.organisation, "legal")
    with pytest.raises(HistoryIsAppendOnly):
        row.save()


def test_a_statement_is_in_the_audit_chain(register):
    row = make_appetite(register.organisation, "legal")
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.facts["appetite"]) == ("organisation.appetite", row.pk)


@pytest.mark.parametrize("wrong", [{"on": days_ago(-1)}, {"tolerance": "amber"}])
def test_a_future_day_and_an_unknown_band_are_refused(register, wrong):
    with pytest.raises(ValueError, match=r"is in the future|has no band"):
        make_appetite(register.organisation, "legal", **wrong)


def test_the_database_refuses_a_review_before_the_approval(register):
    with pytest.raises(IntegrityError, match="reviewed_after_it_is_approved"), transaction.atomic():
        make_appetite(register.organisation, "legal", review_by=days_ago(0))


def test_a_token_identifies_one_persons_statement(register):
    by, token = make_user(), uuid.uuid4()
    statements = [
        make_appetite(register.organisation, "legal", by=by, token=token) for _ in range(2)
    ]
    other = make_appetite(register.organisation, "legal", token=token)
    assert (statements[0] == statements[1], other == statements[0], Appetite.objects.count()) == (
        True,
        False,
        2,
    )


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_is_one_statement(register):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    by, token = make_user(), uuid.uuid4()
    statements = in_parallel(
        2, lambda _: make_appetite(register.organisation, "legal", by=by, token=token)
    )
    assert (statements[0] == statements[1], Appetite.objects.count()) == (True, 1)


# The form


def test_a_manager_states_an_appetite(manager, register):
    answer = manager.post(NEW, form_data(), follow=True)
    row = Appetite.objects.get()
    assert (row.organisation, row.scheme, row.category, row.tolerance) == (
        register.organisation,
        register.scheme,
        "legal",
        "moderate",
    )
    assert "Legal: Averse is recorded. The tolerance is Moderate." in answer.text


def test_one_statement_may_be_for_all_categories_without_their_own(manager):
    manager.post(NEW, form_data(category="all"))
    assert Appetite.objects.get().category == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"category": ""}, "Select which category of risk it covers"),
        ({"category": "weather"}, "Select which category of risk it covers"),
        ({"level": ""}, "Select how much of this risk the organisation will take"),
        ({"level": "hungry"}, "Select how much of this risk the organisation will take"),
        ({"tolerance": ""}, "Select the highest band that the body allows"),
        ({"tolerance": "amber"}, "Select the highest band that the body allows"),
        ({"narrative": " "}, "Enter the statement in the body\u2019s own words"),
        ({"narrative": "x" * 4001}, "must be 4,000 characters or fewer"),
        ({"approved_by": ""}, "Enter which body approved it"),
        ({"approved_by": "x" * 101}, "must be 100 characters or fewer"),
        ({"approved_by": "a\x00"}, "cannot be stored"),
        ({"effective_on": ""}, "Enter the day on which it was approved"),
        ({"effective_on": days_ago(-1).isoformat()}, "The day must be today or in the past"),
        ({"effective_on": "31 2 2026"}, "must be a real date"),
        ({"review_by": ""}, "Enter the day by which it is reviewed"),
        (
            {"review_by": days_ago(3).isoformat()},
            f"The review must be after {long_date(days_ago(3))}",
        ),
        ({"review_by": days_ago(-366 * 4).isoformat()}, "The review must be within three years of"),
        ({"review_by": "9999-12-31"}, "or earlier: check the year"),
        ({"effective_on": "0001-01-01"}, "or later: check the year"),
    ],
)
def test_an_invalid_form_is_refused_and_nothing_is_written(manager, fields, words):
    answer = manager.post(NEW, form_data(**fields))
    assert (answer.status_code, words in html.unescape(answer.text), Appetite.objects.exists()) == (
        200,
        True,
        False,
    )


def test_an_empty_form_asks_for_everything(manager):
    text = html.unescape(manager.post(NEW, {}).text)
    assert text.count('<a href="#id_') == 7


def test_the_same_form_twice_is_one_statement(manager):
    form = form_data()
    assert [manager.post(NEW, form).status_code for _ in range(2)] == [302, 302]
    assert Appetite.objects.count() == 1


def test_a_token_that_is_none_counts_as_new(manager):
    assert manager.post(NEW, form_data(token="none")).status_code == 302


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.PEER, Role.ADMINISTRATOR])
def test_only_a_manager_may(register, role):
    client = client_of(register, role)
    assert (client.post(NEW, form_data()).status_code, Appetite.objects.exists()) == (403, False)
    assert NEW not in client.get(SETTINGS).text


def test_a_manager_of_another_organisation_may_not(register):
    client = client_of(make_register(), Role.MANAGER)
    assert (client.post(NEW, form_data()).status_code, client.get(SETTINGS).status_code) == (
        404,
        404,
    )


@pytest.mark.parametrize(
    ("query", "chosen"), [("legal", "legal"), ("all", "all"), ("weather", ""), ("", "")]
)
def test_a_link_may_name_the_category(manager, query, chosen):
    text = manager.get(f"{NEW}?category={query}").text
    assert f'<option value="{chosen}" selected>' in text


# The page


def test_the_page_explains_appetite_when_nothing_is_stated(manager):
    text = page(manager)
    assert "No risk appetite recorded" in text
    assert "Risk appetite</strong> is how much risk" in text
    assert "The highest band within tolerance today: <strong>High</strong>" in text


def test_the_page_shows_each_statement_its_body_and_review_day(manager, register):
    make_appetite(
        register.organisation, "legal", "moderate", on=days_ago(3), review_by=days_ago(-300)
    )
    text = page(manager)
    words = (
        '<h3 class="govuk-heading-s">Legal</h3>',
        "Appetite: <strong>Cautious</strong>",
        "We will not gamble with this.",
        f"Approved by Cabinet on {long_date(days_ago(3))}. Review due by "
        f"{long_date(days_ago(-300))}.",
        "The highest band within tolerance today: <strong>High, and Moderate for legal</strong>",
        "These categories have no statement of their own: strategy, governance",
        "s tolerance, High, applies to them",
    )
    assert [word for word in words if word not in text] == []


def test_a_late_review_is_shown(manager, register):
    make_appetite(register.organisation, "legal", on=days_ago(400), review_by=days_ago(1))
    assert f"<strong>Review overdue: it was due on {long_date(days_ago(1))}</strong>" in page(
        manager
    )


def test_a_review_is_not_late_on_its_day(manager, register):
    make_appetite(register.organisation, "legal", on=days_ago(400), review_by=days_ago(0))
    assert "Review overdue: it was due" not in page(manager)


def test_earlier_statements_are_listed_below(manager, register):
    make_appetite(
        register.organisation, "legal", "low", on=days_ago(100), narrative="Never at all."
    )
    make_appetite(register.organisation, "legal", "moderate", on=days_ago(3))
    text = page(manager)
    assert text.count('<h3 class="govuk-heading-s">Legal</h3>') == 1
    assert (
        f"From {long_date(days_ago(100))}: cautious, tolerance Low, approved by Cabinet. "
        "“Never at all.”" in text
    )


def test_the_page_as_at_a_day_shows_that_days_statement(manager, register):
    make_appetite(register.organisation, "legal", "low", on=days_ago(10))
    assert "No risk appetite recorded" in page(manager, f"{SETTINGS}?as_at={days_ago(11)}")
    assert "Low for legal" in page(manager, f"{SETTINGS}?as_at={days_ago(10)}")
    assert "is in the future" in page(manager, f"{SETTINGS}?as_at={days_ago(-1)}")


def test_the_page_as_agreed_shows_what_was_recorded_by_then(manager, register):
    agreement = make_agreement(register, on=days_ago(5))
    make_appetite(register.organisation, "legal", "low", on=days_ago(10))
    assert "No risk appetite recorded" in page(manager, f"{SETTINGS}?agreed={agreement.pk}")


def test_a_statement_for_another_scheme_is_on_its_registers_page(manager, register):
    other = make_register(register.organisation, preset("four-by-four"), slug="other")
    make_appetite(register.organisation, "legal", "low")
    assert (
        "Low for legal" in page(manager),
        "Low for legal" in page(manager, "/registers/other/settings/"),
    ) == (
        True,
        False,
    )
    assert other.name not in page(manager)


def test_registers_of_the_same_scheme_are_named(manager, register):
    make_register(register.organisation, slug="second", name="Second risks")
    make_register(make_organisation(), name="Elsewhere")
    text = page(manager)
    assert ("Second risks" in text, "Elsewhere" in text) == (True, False)


def test_the_scheme_is_in_words(manager, register):
    text = page(manager)
    rules = register.scheme.rules
    for level in (*rules.likelihood, *rules.impact):
        assert f"<dt>{level}</dt>" in text
    assert "within 31 days" in text
    assert "above tolerance, to be escalated" in text
    assert 'data-ratings="5 5" data-band="severe"' in text


def test_typed_text_is_shown_unchanged(manager, register):
    make_appetite(
        register.organisation, "legal", narrative="<b>Bold</b> & brave", approved_by="<i>Board</i>"
    )
    text = manager.get(SETTINGS).text
    assert ("&lt;b&gt;Bold&lt;/b&gt; &amp; brave" in text, "<i>Board</i>" in text) == (True, False)


def test_an_appetite_contains_no_text_of_a_risk(register):
    """Everybody may read the page, whatever is exempt."""
    make_risk(register, title="Quokka", is_exempt=True)
    assert "Quokka" not in page(client_of(register, Role.PEER))
