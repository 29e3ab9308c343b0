"""Bulk changes: reviews of several risks, and moving what one post owns to another."""

import re
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_assessment,
    make_body,
    make_committee_action,
    make_control,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_put_question,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
)

from registers.administration.posts import holdings_of
from registers.forms import bulk as forms
from registers.models import (
    AuditEntry,
    BulkEditConflict,
    InvalidTransition,
    Register,
    Review,
    Risk,
    RiskRevision,
    Role,
)
from registers.services import reassign, review_many
from registers.views import bulk as views

pytestmark = pytest.mark.django_db
REVIEW = "/registers/ours/review/"


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register without risks, an officer and a manager, and two posts."""
    register = make_register(slug="ours")
    organisation = register.organisation
    return SimpleNamespace(
        register=register,
        officer=client_of(make_person(organisation)),
        manager=client_of(make_person(organisation, Role.MANAGER)),
        posts=(make_post(organisation, "Old post"), make_post(organisation, "New post")),
    )


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def manager(records):
    return records.manager


@pytest.fixture
def posts(records):
    return records.posts


def boxes(text, name, *, ticked=False):
    """The values of the checkboxes of that name, or of those that are ticked."""
    tags = [tag for tag in re.findall(r"<input [^>]*>", text) if f'name="{name}"' in tag]
    return [
        re.search(r'value="([^"]*)"', tag)[1] for tag in tags if not ticked or " checked" in tag
    ]


def due(register, ratings=(2, 3), **content):
    """A risk whose review was due long ago."""
    return make_risk(register, assessed=ratings, on=days_ago(300), **content)


# Reviews: the verb


def test_each_risk_gets_a_review_of_today_with_the_next_day_by_its_band(register):
    low, severe = due(register, (1, 1)), due(register, (5, 5))
    reviews = review_many(
        by=make_user(), reviews=[(low, 1, "We looked."), (severe, 1, "We looked again.")]
    )
    assert [(r.risk_id, r.outcome, r.note, r.effective_on, r.next_on) for r in reviews] == [
        (low.pk, "stands", "We looked.", timezone.localdate(), days_ago(-183)),
        (severe.pk, "stands", "We looked again.", timezone.localdate(), days_ago(-31)),
    ]


def test_each_review_is_a_revision_in_the_audit_chain(register):
    risks = [due(register), due(register)]
    review_many(by=make_user(), reviews=[(risk, 1, "We looked.") for risk in risks])
    assert [risk.revisions.latest().what for risk in risks] == ["reviewed", "reviewed"]
    assert [entry.verb for entry in AuditEntry.objects.order_by("-pk")[:2]] == ["risk.reviewed"] * 2


def test_a_changed_risk_stops_the_whole_review(register):
    unchanged_risk, changed_risk = due(register), due(register)
    make_revision(changed_risk, title="Another")
    with pytest.raises(BulkEditConflict) as conflict:
        review_many(
            by=make_user(),
            reviews=[(unchanged_risk, 1, "We looked."), (changed_risk, 1, "We looked.")],
        )
    assert (conflict.value.records, Review.objects.exists()) == ([changed_risk], False)


def test_the_same_token_gives_back_the_same_reviews(register):
    by, token, reviews = (
        make_user(),
        uuid.uuid4(),
        [(due(register), 1, "We looked."), (due(register), 1, "We looked.")],
    )
    first = review_many(by=by, reviews=reviews, token=token)
    assert (review_many(by=by, reviews=reviews, token=token), Review.objects.count()) == (first, 2)


def test_the_token_of_another_person_gives_back_nothing_of_theirs(register):
    token, reviews = uuid.uuid4(), [(due(register), 1, "We looked.")]
    review_many(by=make_user(), reviews=reviews, token=token)
    with pytest.raises(BulkEditConflict):
        review_many(by=make_user(), reviews=reviews, token=token)


# Reviews: the page


def offered(client):
    return boxes(client.get(REVIEW).text, "risks")


def post_reviews(client, *risks, **fields):
    """What the page posts for risks at their first version."""
    form = {
        "risks": [risk.number for risk in risks],
        "note": "We looked.",
        "token": str(uuid.uuid4()),
    }
    return client.post(REVIEW, form | {f"version_{risk.number}": 1 for risk in risks} | fields)


def test_risks_late_or_due_within_two_weeks_are_offered(register, officer):
    for next_on in (days_ago(1), days_ago(-14), days_ago(-15)):
        risk = due(register)
        make_review(risk, on=days_ago(20), next_on=next_on)
    due(register).close(by=make_user(), version=1, reason="Over.")
    assert offered(officer) == ["1", "2"]


def test_the_readers_own_posts_come_first_then_the_longest_overdue(register):
    person = make_person(register.organisation)
    make_risk(register, assessed=(5, 5), on=days_ago(40))
    due(register)
    make_risk(
        register,
        assessed=(5, 5),
        on=days_ago(32),
        owner=make_post(register.organisation, holder=person),
    )
    assert offered(client_of(person)) == ["3", "2", "1"]


def test_the_page_reviews_only_ticked_risks(register, officer):
    ticked, left = due(register), due(register)
    answer = post_reviews(officer, ticked)
    assert (answer["Location"], ticked.reviews.count(), left.reviews.count()) == (REVIEW, 1, 0)


def test_a_risk_may_have_a_note_of_its_own(register, officer):
    first, second = due(register), due(register)
    post_reviews(officer, first, second, note_2="Asked the depot.")
    assert [risk.reviews.get().note for risk in (first, second)] == [
        "We looked.",
        "Asked the depot.",
    ]


def test_notes_of_their_own_for_all_need_none_for_all(register, officer):
    assert (
        post_reviews(officer, due(register), note="", note_1="Asked the depot.").status_code == 302
    )


REVIEW_ERRORS = [
    ({"risks": []}, "Select the risks that you reviewed"),
    ({"risks": ["9"]}, "Select risks from the list"),
    ({"risks": ["x\x00"]}, "Select risks from the list"),
    ({"note": " "}, "Enter what you reviewed and what you found, here or below each risk"),
    ({"version_1": ""}, "We cannot save this form"),
    ({"version_1": "x"}, "We cannot save this form"),
    ({"note_1": "x" * 4001}, "must be 4,000 characters or fewer"),
]


def test_the_review_page_shows_its_errors(register, officer):
    risk = due(register)
    answers = [(post_reviews(officer, risk, **data), words) for data, words in REVIEW_ERRORS]
    assert [words for answer, words in answers if words not in answer.text] == []
    assert {answer.status_code for answer, _ in answers} == {200}
    assert not Review.objects.exists()


def test_fifty_at_most():
    assert forms.MOST_REVIEWED == views.MOST_REVIEWED == 50


def test_no_more_than_the_limit_are_offered_and_reviewed(register, officer, monkeypatch):
    for module in (forms, views):
        monkeypatch.setattr(module, "MOST_REVIEWED", 2)
    risks = [make_risk(register) for _ in range(3)]
    QuerySet(RiskRevision).update(next_review_on=days_ago(1))
    assert len(offered(officer)) == 2
    assert "3 reviews are overdue or due" in officer.get(REVIEW).text
    answer = post_reviews(officer, *risks)
    assert ("Select" in answer.text, Review.objects.exists()) == (True, False)


def test_the_page_sent_twice_reviews_once(register, officer):
    risk, token = due(register), str(uuid.uuid4())
    answers = [post_reviews(officer, risk, token=token) for _ in range(2)]
    assert ([answer.status_code for answer in answers], risk.reviews.count()) == ([302, 302], 1)


def test_a_changed_risk_is_named_and_unticked_and_nothing_is_reviewed(register, officer):
    unchanged_risk, changed_risk = due(register, title="Still"), due(register, title="Moved")
    make_review(changed_risk)
    answer = post_reviews(officer, unchanged_risk, changed_risk)
    assert (answer.status_code, unchanged_risk.reviews.exists()) == (409, False)
    assert (
        "Nothing is reviewed yet: one record changed" in answer.text
        and changed_risk.reference in answer.text
    )
    assert (boxes(answer.text, "risks", ticked=True), "We looked." in answer.text) == (["1"], True)
    assert answer.context["form"]["version_2"].value() == 2


def test_a_risk_of_another_register_is_not_reviewed_here(register, officer):
    other = due(make_register(register.organisation))
    post_reviews(officer, other)
    assert not Review.objects.exists()


def test_an_exempt_risk_is_neither_offered_nor_reviewed_by_readers_who_may_not_see_it(
    register, officer
):
    risk = due(register, is_exempt=True, title="Quokka")
    assert "Quokka" not in officer.get(REVIEW).text + post_reviews(officer, risk).text
    assert not Review.objects.exists()


# Rated first 300 days ago and then 150 days ago; reviewed, if ever, so many days ago.
RATED = [
    ([(5, 5), (5, 4)], None, True),
    ([(5, 5)], None, False),
    ([(2, 2), (5, 5)], None, False),
    ([(5, 5), (2, 2)], None, False),
    ([(5, 5)], 100, True),
    ([(2, 2), (5, 5)], 200, False),
]


def test_above_tolerance_twice_running_is_reviewed_by_itself(register, officer):
    for ratings, reviewed, _ in RATED:
        risk = due(register, ratings[0])
        for pair in ratings[1:]:
            make_assessment(risk, pair, on=days_ago(150))
        if reviewed:
            make_review(risk, on=days_ago(reviewed))
    QuerySet(RiskRevision).update(next_review_on=days_ago(1))
    text = officer.get(REVIEW).text
    due_here = [str(n) for n, (*_, is_left_out) in enumerate(RATED, 1) if not is_left_out]
    assert sorted(boxes(text, "risks")) == due_here
    assert text.count("above tolerance for the second time running") >= 1


def test_nothing_is_said_of_above_tolerance_where_it_is_the_first_time(register, officer):
    due(register, (5, 5))
    text = officer.get(REVIEW).text
    assert "above tolerance for the second time running" not in text
    assert boxes(text, "risks") == ["1"]


def test_a_rating_above_the_tolerance_of_an_earlier_scheme_counts(register, officer):
    risk = due(register, (5, 5))
    Register.objects.update(scheme=make_scheme())
    risk.register.refresh_from_db()
    make_assessment(Risk.objects.get(pk=risk.pk), (5, 5), on=days_ago(150))
    QuerySet(RiskRevision).update(next_review_on=days_ago(1))
    assert offered(officer) == []


def test_one_left_out_is_not_reviewed_if_it_is_sent_nevertheless(register, officer):
    risk = due(register, (5, 5))
    make_assessment(risk, (5, 4), on=days_ago(100))
    post_reviews(officer, risk, version_1=2)
    assert not Review.objects.exists()


def test_a_page_without_due_risks_says_so(register, officer):
    make_risk(register, assessed=(1, 1))
    assert "No reviews due" in officer.get(REVIEW).text


def test_the_page_takes_as_many_queries_for_three_risks_as_for_one(register, officer):
    due(register, owner=make_post(register.organisation))
    officer.get(REVIEW)
    with CaptureQueriesContext(connection) as single:
        officer.get(REVIEW)
    for _ in range(2):
        due(register, owner=make_post(register.organisation))
    with CaptureQueriesContext(connection) as many:
        officer.get(REVIEW)
    assert len(many) == len(single)


# Another post: the verb


def owned(register, post):
    """A risk, a control and an action of that post."""
    risk = make_risk(register, owner=post)
    return risk, make_control(risk, owner=post), make_action(risk, owner=post)


def moving(posts, *, by=None, reason="Merged in April.", **records):
    at = {kind: [(row, version) for row, version in rows] for kind, rows in records.items()}
    return reassign(by=by or make_user(), from_post=posts[0], to_post=posts[1], reason=reason, **at)


def test_risk_control_and_action_move_with_a_revision_each_and_one_entry_for_all(register, posts):
    risk, control, action = owned(register, posts[0])
    moving(posts, risks=[(risk, 1)], controls=[(control, 1)], actions=[(action, 1)])
    for row in (risk, control, action):
        row.refresh_from_db()
        latest = row.revisions.latest()
        assert (row.owner, latest.number, latest.reason, latest.owner) == (
            posts[1],
            2,
            "Merged in April.",
            posts[1],
        )
    entry = AuditEntry.objects.get(verb="post.reassigned")
    facts = {
        "to": posts[1].pk,
        "risks": [risk.pk],
        "controls": [control.pk],
        "actions": [action.pk],
    }
    assert (entry.subject, entry.facts) == (f"post:{posts[0].pk}", facts)


def make_committee_work(register, post):
    """An open action of a committee, and a question to answer, of that post."""
    by, meeting = make_user(), make_meeting(make_body(register), days_ago(-9))
    action = make_committee_action(meeting, by=by, post=post)
    return action, make_put_question(meeting, register, by=by, post=post)


def test_committee_actions_and_questions_move_with_their_history(register, posts):
    action, question = make_committee_work(register, posts[0])
    for _ in range(2):  # the same form sent twice moves them once
        moving(posts, committee_actions=[(action, 1)], questions=[(question, 0)], by=question.by)
    action, question = type(action).objects.get(), type(question).objects.get()
    assert (action.latest.post, action.latest.reason, action.version) == (
        posts[1],
        "Merged in April.",
        2,
    )
    referral = question.referrals.get()
    assert (question.post, question.answering_post) == posts
    assert referral.reason == "Merged in April."


def test_a_question_answered_meanwhile_is_not_referred(register, posts):
    _, question = make_committee_work(register, posts[0])
    question.answer(by=question.by, wording="Done.", is_published=False)
    with pytest.raises(InvalidTransition):
        moving(posts, questions=[(question, 0)])


def test_the_page_moves_committee_work_and_the_new_post_answers(register, posts, manager):
    make_committee_work(register, posts[0])
    form = values(manager, posts) | {"reason": "Merged."}
    assert manager.post(address(posts), form).status_code == 302
    text = manager.get(address(posts)).text
    assert "Nothing to reassign" in text
    assert not holdings_of(posts[0]) and holdings_of(posts[1]).questions == 1


def test_records_not_selected_stay(register, posts):
    risk, control, action = owned(register, posts[0])
    moving(posts, controls=[(control, 1)])
    for row in (risk, action):
        row.refresh_from_db()
    assert (risk.owner, action.owner) == (posts[0], posts[0])


@pytest.mark.parametrize("kind", ["risk", "control", "owner"])
def test_a_changed_record_stops_the_whole_move(register, posts, kind):
    risk, control, _ = owned(register, posts[0])
    if kind == "control":
        control.revise(by=make_user(), version=1, title="Another")
    else:
        make_revision(
            risk,
            **(
                {"title": "Another"}
                if kind == "risk"
                else {"owner": make_post(register.organisation)}
            ),
        )
    with pytest.raises(BulkEditConflict):
        moving(posts, risks=[(risk, 1)], controls=[(control, 1)])
    control.refresh_from_db()
    assert (control.owner, AuditEntry.objects.filter(verb="post.reassigned").exists()) == (
        posts[0],
        False,
    )


def test_the_same_twice_is_once(register, posts):
    risk, control, _ = owned(register, posts[0])
    by = make_user()
    for _ in range(2):
        assert moving(posts, by=by, risks=[(risk, 1)], controls=[(control, 1)]) == 2
    assert (risk.revisions.count(), AuditEntry.objects.filter(verb="post.reassigned").count()) == (
        2,
        1,
    )


def test_another_persons_earlier_move_is_not_a_repeat(register, posts):
    risk, _, _ = owned(register, posts[0])
    moving(posts, risks=[(risk, 1)])
    with pytest.raises(BulkEditConflict):
        moving(posts, risks=[(risk, 1)])


def test_a_post_of_another_organisation_gets_nothing(register, posts):
    risk, _, _ = owned(register, posts[0])
    with pytest.raises(ValueError, match="another organisation"):
        moving((posts[0], make_post()), risks=[(risk, 1)])


# Another post: the page


def address(posts):
    return f"/registers/ours/reassign/?from_post={posts[0].pk}&to_post={posts[1].pk}"


def values(client, posts):
    text = client.get(address(posts)).text
    ticked = {kind: boxes(text, kind, ticked=True) for kind in forms.ReassignForm.KINDS}
    return ticked | {"confirmed": "yes"}


def test_the_page_previews_a_move_with_its_counts(register, posts, manager):
    risk, _, _ = owned(register, posts[0])
    finished_action = make_action(risk, owner=posts[0])
    finished_action.complete(by=make_user(), version=1, done_on=days_ago(0), evidence="Seen.")
    retired = make_control(risk, owner=posts[0])
    retired.revise(by=make_user(), version=1, status="retired")
    make_risk(register, owner=posts[0]).close(by=make_user(), version=1, reason="Over.")
    owned(make_register(register.organisation), posts[0])
    text = manager.get(address(posts)).text
    assert "Old post owns 2 risks not closed, 2 controls in place and 2 open actions." in text
    assert f"{risk.pk}-1" in values(manager, posts)["risks"]


def test_the_page_moves_ticked_records(register, posts, manager):
    risk, control, action = owned(register, posts[0])
    answer = manager.post(
        address(posts), values(manager, posts) | {"actions": [], "reason": "Merged."}
    )
    for row in (risk, control, action):
        row.refresh_from_db()
    assert (answer.status_code, risk.owner, control.owner, action.owner) == (
        302,
        posts[1],
        posts[1],
        posts[0],
    )


def test_the_page_sent_twice_moves_once(register, posts, manager):
    owned(register, posts[0])
    form = values(manager, posts) | {"reason": "Merged."}
    answers = [manager.post(address(posts), form).status_code for _ in range(2)]
    assert (answers, AuditEntry.objects.filter(verb="post.reassigned").count()) == ([302, 302], 1)


MOVE_ERRORS = [
    ({"reason": ""}, "Enter why you are reassigning them"),
    ({"risks": [], "controls": [], "actions": []}, "Select what to reassign"),
    ({"risks": ["x"]}, "Select from the list"),
    ({"risks": ["999999999999-1"]}, "Select from the list"),
]


def test_the_move_page_shows_its_errors(register, posts, manager):
    owned(register, posts[0])
    form = values(manager, posts) | {"reason": "Merged."}
    answers = [(manager.post(address(posts), form | data), words) for data, words in MOVE_ERRORS]
    assert [words for answer, words in answers if words not in answer.text] == []
    assert {answer.status_code for answer, _ in answers} == {200}
    assert not AuditEntry.objects.filter(verb="post.reassigned").exists()


def test_a_changed_record_is_named_and_nothing_moves(register, posts, manager):
    risk, control, _ = owned(register, posts[0])
    form = values(manager, posts) | {"reason": "Merged."}
    make_revision(risk, title="Another title")
    answer = manager.post(address(posts), form)
    control.refresh_from_db()
    assert (answer.status_code, control.owner) == (409, posts[0])
    assert (
        "Nothing is reassigned yet: one record changed" in answer.text
        and "Another title" in answer.text
    )
    assert f'value="{risk.pk}-2"' in answer.text and "Merged." in answer.text


def test_sent_again_after_a_conflict_it_moves(register, posts, manager):
    risk, _, _ = owned(register, posts[0])
    form = values(manager, posts) | {"reason": "Merged."}
    make_revision(risk, title="Another title")
    manager.post(address(posts), form)
    assert (
        manager.post(address(posts), values(manager, posts) | {"reason": "Merged."}).status_code
        == 302
    )


def test_a_record_of_another_organisation_cannot_be_moved(register, posts, manager):
    other_risk = make_risk(make_register())
    answer = manager.post(address(posts), {"risks": [f"{other_risk.pk}-1"], "reason": "Merged."})
    assert (answer.status_code, other_risk.revisions.count()) == (200, 1)
    assert other_risk.title not in answer.text


@pytest.mark.parametrize("end", [0, 1])
def test_a_post_of_another_organisation_is_none_here(register, posts, manager, end):
    strange = make_post(make_organisation(), "Canary keeper")
    chosen = [strange if n == end else post for n, post in enumerate(posts)]
    answer = manager.get(address(chosen))
    assert (answer.status_code, "Select a post of this organisation" in answer.text) == (200, True)
    assert "Canary" not in answer.text


def test_a_post_cannot_go_to_itself(register, posts, manager):
    assert "Select a different post" in manager.get(address([posts[0], posts[0]])).text


def test_the_page_of_a_post_that_owns_nothing_says_so(register, posts, manager):
    assert "Nothing to reassign" in manager.get(address(posts)).text


def test_the_preview_of_a_move_takes_as_many_queries_for_three_as_for_one(register, posts, manager):
    owned(register, posts[0])
    manager.get(address(posts))
    with CaptureQueriesContext(connection) as single:
        manager.get(address(posts))
    for _ in range(2):
        owned(register, posts[0])
    with CaptureQueriesContext(connection) as many:
        manager.get(address(posts))
    assert len(many) == len(single)


@pytest.mark.parametrize("reason", ["never rated", "closed", "draft"])
def test_a_risk_without_a_next_review_is_refused_with_a_message(register, officer, reason):
    rating = {"assessed": None if reason == "never rated" else (2, 3)}
    risk = make_risk(register, status="draft" if reason == "draft" else "open", **rating)
    if reason == "closed":
        risk.close(by=make_user(), version=1, reason="Over.")
    answer = post_reviews(officer, risk)
    assert (answer.status_code, "Select risks from the list" in answer.text) == (200, True)
