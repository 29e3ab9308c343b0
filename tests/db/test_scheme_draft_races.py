"""Two administrators publish at once."""

import pytest
from database import in_parallel
from makers import make_organisation, make_scheme, make_scheme_draft, make_user

from registers.models import AuditEntry, InvalidTransition, SchemeDraft, ScoringScheme

pytestmark = pytest.mark.django_db(transaction=True)


def publish(draft, by):
    try:
        return SchemeDraft.objects.get(pk=draft.pk).publish(by=by, version=1)
    except InvalidTransition:
        return None


def test_a_draft_published_twice_at_once_is_one_scheme():
    draft, people = make_scheme_draft(), [make_user() for _ in range(2)]
    schemes = in_parallel(2, lambda number: publish(draft, people[number]))
    assert [row for row in schemes if row] == [*ScoringScheme.objects.filter(draft=draft)]
    assert AuditEntry.objects.filter(verb="schemedraft.published").count() == 1


def test_two_new_versions_at_once_have_two_numbers():
    scheme, by = make_scheme(organisation=make_organisation()), make_user()
    drafts = [
        make_scheme_draft(scheme.organisation, scheme, by=by, name=f"Version of {number}")
        for number in range(2)
    ]
    schemes = in_parallel(2, lambda number: publish(drafts[number], by))
    assert sorted(row.version for row in schemes) == [2, 3]
