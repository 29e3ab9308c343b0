"""A page makes as many queries for three records as for one."""

import pytest
from makers import (
    days_ago,
    failure_type,
    make_assessment,
    make_directorate,
    make_post,
    make_revision,
    make_risk,
    make_user,
)
from query_counts import queries_for

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def grow(register, organisation, count):
    """As many more risks of every kind: new, up, down and closed, each with an owner and types of
    its own.
    """
    for _ in range(count):
        post = make_post(organisation, directorate=make_directorate(organisation))
        types = {
            "primary_failure_type": failure_type(),
            "other_failure_types": [failure_type("external")],
        }
        make_risk(register, owner=post, assessed=(5, 5), on=days_ago(0), **types)  # new
        for ratings, later in (((1, 1), (5, 5)), ((5, 5), (1, 1))):  # up, down
            risk = make_risk(register, owner=post, assessed=ratings, on=days_ago(300), **types)
            make_assessment(risk, later, on=days_ago(0))
        closed = make_risk(register, owner=post, assessed=(3, 3), on=days_ago(300), **types)
        make_revision(closed, status="closed", on=days_ago(0))


PATHS = [
    "/registers/ours/",
    "/registers/ours/?status=all&sort=owner&failure_type=external&q=reserves",
    f"/registers/ours/?as_at={days_ago(100)}",
    f"/registers/ours/dashboard/?since={days_ago(200)}",
    f"/registers/ours/dashboard/?as_at={days_ago(100)}&more=order&more=ways",
    "/registers/ours/insights/",
    "/registers/ours/insights/8/?show=posts",
    *(f"/registers/ours/risks/{form}" for form in ("new/", "1/edit/", "1/assess/")),
]


def test_a_page_makes_as_many_queries_for_three_of_everything_as_for_one(
    reader, register, organisation
):
    grow(register, organisation, 1)
    baseline = queries_for(reader, PATHS)
    grow(register, organisation, 2)
    assert queries_for(reader, PATHS, is_warm=True) == baseline


def test_a_risk_makes_as_many_queries_for_three_changes_as_for_one(reader, register):
    paths = [f"/registers/ours/risks/1/{place}" for place in ("", "history/")]
    risk = make_risk(register, owner=make_post(register.organisation), assessed=(3, 3))

    def change(count):
        for n in range(count):
            by = make_user()
            make_assessment(risk, (2, 2), by=by)
            owner = make_post(register.organisation)
            types = [] if n % 2 else [failure_type("external")]
            make_revision(
                risk, by=by, title=f"Title {by.pk}", owner=owner, other_failure_types=types
            )

    change(1)
    baseline = queries_for(reader, paths)
    change(2)
    assert queries_for(reader, paths, is_warm=True) == baseline
