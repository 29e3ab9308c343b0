"""The pages of papers: who reads what, each step, and the numbers of the dashboard."""

import copy
import re
import uuid
from types import SimpleNamespace

import pytest
from council_templates import CALM, COUNCILS
from django.test import Client
from hostile_values import errors_in
from makers import (
    clear_paper,
    days_ago,
    finalise_paper,
    make_body,
    make_grant,
    make_meeting,
    make_member,
    make_organisation,
    make_paper,
    make_paper_template,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    publish_paper,
)
from paper_files import texts_of_word

from registers.models import AuditEntry, PaperFormat, PublishedPaper, Role
from registers.papers import formats
from registers.papers.parts import PaperParts
from registers.permissions import may_read_part_b

pytestmark = pytest.mark.django_db
ROLES = ("manager", "clerk", "officer", "monitoring-officer", "peer")


@pytest.fixture(scope="module")
def module_council(module_db):
    """A register with a public and an exempt risk above tolerance, and a drafted paper."""
    organisation = make_organisation()
    register = make_register(organisation, slug="ours")
    people = {role: make_person(organisation, role) for role in ROLES}
    people["stranger"] = make_person(make_organisation(), Role.MANAGER)
    people["member"] = make_member(register)
    risk = make_risk(register, assessed=(5, 5), on=days_ago(300), title="Old pipes")
    exempt = make_risk(
        register, assessed=(5, 5), on=days_ago(300), title="A secret claim", is_exempt=True
    )
    meeting = make_meeting(make_body(register), days_ago(-30))
    paper = make_paper(register, by=people["manager"], meeting=meeting)
    return SimpleNamespace(
        register=register, people=people, risk=risk, exempt=exempt, paper=paper, meeting=meeting
    )


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def client_of(council, name):
    client = Client()
    client.force_login(council.people[name])
    return client


def get(council, name, path=""):
    return client_of(council, name).get(f"{council.paper.get_absolute_url()}{path}")


def send(council, name, path, **data):
    data = {"text_version": council.paper.version, **data}
    return client_of(council, name).post(f"{council.paper.get_absolute_url()}{path}", data)


def read_to_end(answer):
    """The page that is sent while the files are made: they are made as it is read."""
    return answer.getvalue().decode()


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


# Who reads


def test_a_draft_is_for_who_prepares_papers(council):
    statuses = {name: get(council, name).status_code for name in council.people}
    assert statuses == {
        **dict.fromkeys(("manager", "clerk", "officer", "monitoring-officer"), 200),
        **dict.fromkeys(("peer", "member", "stranger"), 404),
    }


def test_a_member_reads_a_paper_once_it_is_published(council):
    assert "Risk report" not in get(council, "member", "..").text
    publish_paper(council.paper, by=council.people["manager"])
    assert get(council, "member").status_code == 200
    assert "Old pipes" in get(council, "peer").text


def test_a_member_goes_on_reading_what_was_published_while_it_is_drafted_again(council):
    manager = council.people["manager"]
    publish_paper(council.paper, by=manager)
    make_risk(council.register, assessed=(5, 5), title="A risk of today")
    council.paper.refresh(by=manager, day=days_ago(0), since=days_ago(30), version=1)
    assert "A risk of today" in get(council, "manager").text
    assert "A risk of today" not in get(council, "peer").text


def test_part_b_is_for_who_sees_every_exempt_risk(council):
    statuses = {name: get(council, name, "?part=B").status_code for name in ROLES}
    assert statuses == {
        **dict.fromkeys(("manager", "monitoring-officer"), 200),
        **dict.fromkeys(("clerk", "officer", "peer"), 404),
    }
    assert "A secret claim" in get(council, "manager", "?part=B").text


def test_who_sees_no_exempt_risk_learns_of_no_part_b_before_the_paper_is_final(council):
    answer = get(council, "clerk")
    assert "Part B" not in answer.text and "Part A" not in answer.text
    assert "A secret claim" not in answer.text


def test_a_published_file_of_part_b_is_for_the_same_readers(council):
    rows = publish_paper(council.paper, by=council.people["manager"])
    (exempt,) = [row for row in rows if row.part == "B"]
    statuses = {name: get(council, name, f"files/{exempt.pk}/").status_code for name in ROLES}
    assert {name for name, status in statuses.items() if status == 200} == {
        "manager",
        "monitoring-officer",
    }
    assert f"files/{exempt.pk}/" not in get(council, "clerk").text


def test_a_published_file_has_its_bytes(council):
    rows = publish_paper(council.paper, by=council.people["manager"])
    (public,) = [row for row in rows if row.part == "A"]
    answer = get(council, "peer", f"files/{public.pk}/")
    assert answer.content == bytes(public.content)
    assert public.sha256 in get(council, "peer").text


def test_a_file_whose_bytes_were_changed_is_not_given(council):
    (row, *_) = publish_paper(council.paper, by=council.people["manager"])
    PublishedPaper._base_manager.filter(pk=row.pk).update(content=b"Another paper.")
    assert get(council, "manager", f"files/{row.pk}/").status_code == 404


def test_a_published_paper_says_what_stands_and_by_which_post(council):
    manager, clerk = council.people["manager"], council.people["clerk"]
    make_post(council.register.organisation, "Head of Democracy", holder=manager)
    publish_paper(council.paper, by=manager)
    page = text_of(get(council, "manager"))
    assert "What stands" in page and "What is next" not in page
    assert "Version 1, " in page and "Publish by" not in page
    page = text_of(get(council, "peer"))
    assert " by Head of Democracy" in page
    council.paper.refresh(by=manager, day=days_ago(0), since=days_ago(30), version=1)
    publish_paper(council.paper, by=clerk)
    page = text_of(get(council, "peer"))
    assert page.count("Superseded by version 2 on") == 1


def test_reading_a_part_b_is_in_the_audit_trail_once_a_day(council):
    for path in ("?part=B", "paper.docx?part=B", "paper.docx", ""):
        get(council, "manager", path)
    get(council, "monitoring-officer", "paper.docx?part=B")
    get(council, "clerk", "?part=B")
    rows = AuditEntry.objects.filter(verb="part-b.read").values_list("by__email", "subject")
    emails = [council.people[name].email for name in ("manager", "monitoring-officer")]
    assert [*rows] == [(email, f"paper:{council.paper.pk}") for email in emails]


# Files of the text as it is


def words_in(answer):
    return "\n".join(texts_of_word(answer.content).values())


def test_the_file_of_a_draft_has_the_mark_and_what_its_reader_may_see(council):
    words = words_in(get(council, "clerk", "paper.docx"))
    assert "Draft" in words and "Old pipes" in words
    assert "A secret claim" not in words and "Part A" not in words


def test_the_file_of_part_b_is_for_who_sees_every_exempt_risk(council):
    assert "A secret claim" in words_in(get(council, "manager", "paper.docx?part=B"))
    statuses = {get(council, name, "paper.docx?part=B").status_code for name in ("clerk", "peer")}
    assert statuses == {404}


def test_a_draft_that_is_held_back_has_no_file(council):
    make_exempt(council)
    assert get(council, "clerk", "paper.docx").status_code == 404


def test_the_word_file_is_in_the_template_of_the_draft(council):
    content = COUNCILS["cover"]()
    template = make_paper_template(council.register.organisation, content=content)
    assert send(council, "manager", "refresh/", template=template.pk).status_code == 302
    words = words_in(get(council, "manager", "paper.docx"))
    assert CALM in words and "Old pipes" in words


def test_a_template_of_another_organisation_is_no_choice(council):
    template = make_paper_template(make_organisation())
    answer = send(council, "manager", "refresh/", template=template.pk)
    assert "Select a template in use" in errors_in(answer)


def test_a_published_paper_has_its_bytes_under_its_own_address(council):
    kinds = (PaperFormat.HTML, PaperFormat.WORD)
    rows = publish_paper(council.paper, by=council.people["manager"], kinds=kinds)
    (word,) = [row for row in rows if (row.part, row.format) == ("A", PaperFormat.WORD)]
    assert get(council, "peer", "paper.docx").content == bytes(word.content)
    assert get(council, "peer", "paper.pdf").status_code == 404  # it was published without


def test_a_template_that_cannot_be_filled_leaves_nothing_published(council):
    manager = council.people["manager"]
    template = make_paper_template(council.register.organisation)
    days = {"day": days_ago(0), "since": days_ago(30)}
    council.paper.refresh(by=manager, template=template, version=1, **days)
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    answer = send(council, "clerk", "publish/", method="files")
    assert "Not published: " in read_to_end(answer)
    assert not council.paper.published.exists()
    answer = client_of(council, "manager").get(
        f"{council.paper.get_absolute_url()}paper.docx", follow=True
    )
    assert answer.redirect_chain and "template" in text_of(answer)


def test_without_pango_the_page_says_that_there_is_no_pdf(council, monkeypatch):
    monkeypatch.setattr(formats, "is_available", lambda: False)
    assert "This server cannot make PDF files" in text_of(get(council, "clerk"))


# The numbers


@pytest.mark.parametrize(("reader", "part"), [("clerk", "A"), ("manager", "B")])
def test_every_sentence_with_a_number_is_the_dashboards(council, reader, part):
    since = council.paper.drafts.get().since
    page = text_of(client_of(council, reader).get(f"/registers/ours/dashboard/?since={since}"))
    document = PaperParts.of(council.paper).documents[part]
    texts = {
        block.key: block.text.removeprefix("With what is exempt: ")
        for section in document.sections
        for block in section.blocks
        if block.kind == "paragraph"
    }
    keys = {"A": ("executive_summary.above", "movement.1"), "B": ("executive_summary.above",)}
    for key in (*keys[part], *(["executive_summary.moved"] if part == "B" else [])):
        assert texts[key] in page, key


# Steps


def test_a_manager_drafts_a_paper(council):
    post = make_post(council.register.organisation)
    client = client_of(council, "manager")
    words = {"kind": "risk", "title": "Third quarter", "officer": post.pk}
    answer = client.post(
        "/registers/ours/papers/new/", {"meeting": council.meeting.pk, **words}, follow=True
    )
    assert "Third quarter" in answer.text and "Old pipes" in answer.text


def test_a_learning_paper_needs_a_case(council):
    client = client_of(council, "manager")
    answer = client.post("/registers/ours/papers/new/", {"kind": "learning"})
    assert "Select at least one case" in errors_in(answer)


def test_a_meeting_of_another_organisation_is_no_choice(council):
    other = make_meeting(make_body(make_register(make_organisation())), days_ago(-30))
    client = client_of(council, "manager")
    answer = client.post("/registers/ours/papers/new/", {"kind": "risk", "meeting": other.pk})
    assert "Select a meeting" in errors_in(answer)


def test_a_paragraph_is_edited(council):
    answer = send(council, "manager", "text/A/recommendation.note/", wording="Decide today.")
    assert answer.status_code == 302
    page = get(council, "manager").text
    assert "Decide today." in page and "Edited" in page


def test_no_edit_of_part_a_names_an_exempt_risk(council):
    for wording in (f"See {council.exempt.reference}.", "About a SECRET claim."):
        answer = send(council, "manager", "text/A/recommendation.note/", wording=wording)
        assert "is exempt. Leave it out" in answer.text


def test_an_edit_of_part_b_may(council):
    answer = send(council, "manager", "text/B/executive_summary.count/", wording="A secret claim.")
    assert answer.status_code == 302


def test_an_edit_whose_draft_changed_is_pointed_out(council):
    send(council, "manager", "text/A/executive_summary.above/", wording="One of one.")
    make_risk(council.register, assessed=(5, 5))
    send(council, "manager", "refresh/")
    page = text_of(get(council, "manager"))
    assert "The draft changed under an edit. It now says: Two of 2 risks" in page


def test_officers_clear_for_themselves_alone(council):
    answer = send(council, "monitoring-officer", "clear/", kind="legal", cleared_by="Me")
    assert "Select which clearance it is" in errors_in(answer)
    answer = send(
        council, "monitoring-officer", "clear/", kind="monitoring-officer", cleared_by="M"
    )
    assert answer.status_code == 302


def test_a_paper_is_finalised_with_the_ground_in_the_words_of_the_statute(council):
    clear_paper(council.paper, by=council.people["manager"])
    values = {"ground": ["3"], "interest": "Talks go on.", "opinion_by": "the solicitor"}
    assert send(council, "manager", "finalise/", **values).status_code == 302
    page = text_of(get(council, "clerk"))
    assert (
        "Information relating to the financial or business affairs of any particular person" in page
    )
    assert "the public interest in maintaining the exemption outweighs" in page
    assert "Opinion of the solicitor" in page


def test_confidential_information_has_no_test_of_the_public_interest(council):
    clear_paper(council.paper, by=council.people["manager"])
    values = {"ground": ["prohibited"], "opinion_by": "the solicitor"}
    assert send(council, "manager", "finalise/", **values).status_code == 302
    page = text_of(get(council, "manager"))
    assert "Section 100A(2)" in page
    assert "outweighs" not in page


def test_a_part_b_needs_a_ground_a_reason_and_an_opinion(council):
    clear_paper(council.paper, by=council.people["manager"])
    assert errors_in(send(council, "manager", "finalise/")) == [
        "Select or enter the ground",
        "Enter why keeping it back serves the public more",
        "Enter whose opinion it is",
    ]


def test_a_paper_that_is_not_cleared_is_not_finalised(council):
    values = {"ground": ["3"], "interest": "Talks go on.", "opinion_by": "the solicitor"}
    answer = send(council, "manager", "finalise/", **values)
    assert answer.status_code == 409
    assert "not cleared yet" in answer.text


def test_a_paper_that_is_not_final_is_not_published(council):
    answer = send(council, "clerk", "publish/", method="files")
    assert answer.status_code == 409
    assert not council.paper.published.exists()


def test_a_clerk_publishes_both_parts_and_reads_part_a(council):
    manager = council.people["manager"]
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    page = read_to_end(send(council, "clerk", "publish/", method="files"))
    assert page.index("Making: Part A, Word") < page.index("The paper is published.")
    rows = council.paper.published.values_list("part", "format")
    assert {*rows} == {(part, kind) for part in "AB" for kind in formats.formats()}
    assert "A secret claim" not in get(council, "clerk").text


def test_a_page_that_is_closed_while_the_files_are_made_leaves_nothing_published(council):
    manager = council.people["manager"]
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    answer = send(council, "clerk", "publish/", method="files")
    chunks = iter(answer.streaming_content)
    assert any(b"Making: Part B, Word" in chunk for chunk in chunks)
    del chunks, answer
    assert not council.paper.published.exists()


def test_two_who_publish_at_once_publish_once(council):
    manager = council.people["manager"]
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    token = {"token": str(uuid.uuid4())}
    sent = {"method": "files", **token}
    answers = [send(council, name, "publish/", **sent) for name in ("clerk", "clerk", "manager")]
    pages = [read_to_end(answer) for answer in answers]
    assert [("The paper is published." in page) for page in pages] == [True, True, False]
    assert "Not published: The paper is published already." in pages[2]
    assert send(council, "clerk", "publish/", **sent).status_code == 302
    assert send(council, "manager", "publish/", **sent).status_code == 409
    assert council.paper.published.count() == 2 * len(formats.formats())


def test_a_risk_that_becomes_exempt_while_the_files_are_made_stops_them(council):
    manager = council.people["manager"]
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    answer = send(council, "clerk", "publish/", method="files")
    make_revision(council.risk, is_exempt=True)
    assert "Not published: A risk became exempt after the draft" in read_to_end(answer)
    assert not council.paper.published.exists()


def test_a_clerk_records_the_address_of_a_paper(council):
    manager = council.people["manager"]
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    answer = send(council, "clerk", "publish/", method="address", address="javascript:alert(1)")
    assert "Enter the address of the paper, for example https://example.org/paper" in errors_in(
        answer
    )
    address = "https://example.org/agenda"
    assert send(council, "clerk", "publish/", method="address", address=address).status_code == 302
    assert address in get(council, "peer").text


# A risk that became exempt after the draft


def make_exempt(council):
    send(council, "manager", "text/A/recommendation.note/", wording="Look at the old pipes.")
    clear_paper(council.paper, by=council.people["manager"])
    make_revision(council.risk, is_exempt=True)


def test_a_paper_whose_risk_became_exempt_says_so_and_is_not_finalised(council):
    make_exempt(council)
    page = text_of(get(council, "manager"))
    assert f"Exempt since the draft was made: {council.risk.reference} Old pipes" in page
    values = {"ground": ["3"], "interest": "Talks go on.", "opinion_by": "the solicitor"}
    assert send(council, "manager", "finalise/", **values).status_code == 409


def test_who_may_not_see_it_is_shown_no_text_and_no_reason(council):
    make_exempt(council)
    page = get(council, "clerk").text
    assert "This paper is being checked" in page
    assert "pipes" not in page and council.risk.reference not in page


def test_a_learning_paper_is_held_back_too(council):
    """An edit may tell of a risk, though the draft names none."""
    manager = council.people["manager"]
    paper = make_paper(council.register, by=manager, kind="learning", case_slugs=["doncaster"])
    make_revision(council.risk, is_exempt=True)
    answer = client_of(council, "clerk").get(paper.get_absolute_url())
    assert "This paper is being checked" in answer.text and "Doncaster" not in answer.text


def test_members_read_what_was_published_while_a_later_version_is_held_back(council):
    manager = council.people["manager"]
    publish_paper(council.paper, by=manager)
    send(council, "manager", "text/A/recommendation.note/", wording="Look at those pipes.")
    make_revision(council.risk, is_exempt=True)
    assert "those pipes" not in get(council, "clerk").text
    assert "This paper is being checked" in get(council, "clerk").text
    assert "Old pipes" in get(council, "peer").text  # it was public before


def test_it_is_drafted_again_once_somebody_read_the_edits(council):
    make_exempt(council)
    answer = send(council, "manager", "refresh/")
    assert errors_in(answer) == ["Confirm that you have read the edited paragraphs"]
    assert "Look at the old pipes." in answer.text
    assert send(council, "manager", "refresh/", is_read="on").status_code == 302


def test_a_final_paper_whose_risk_became_exempt_is_not_published(council):
    manager = council.people["manager"]
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager)
    make_revision(council.risk, is_exempt=True)
    assert send(council, "clerk", "publish/", method="files").status_code == 409
    assert "Old pipes" not in get(council, "clerk").text


@pytest.mark.parametrize("part", ["A", "B"])
def test_a_paper_on_several_registers_is_whole_for_who_sees_each(council, part):
    """Who sees every exempt risk of one of them sees no Part B."""
    below = make_register(council.register.organisation)
    make_risk(below, title="A secret below", is_exempt=True)
    manager = council.people["manager"]
    make_grant(council.register, council.people["officer"], by=manager)
    paper = make_paper(council.register, by=manager, further_registers=[below.pk])
    assert may_read_part_b(council.people["officer"], council.paper)
    statuses = {
        name: client_of(council, name).get(f"{paper.get_absolute_url()}?part={part}").status_code
        for name in ("manager", "officer")
    }
    assert statuses == {"manager": 200, "officer": 200 if part == "A" else 404}


def test_a_register_of_another_organisation_is_no_choice(council):
    other = make_register(make_organisation())
    form = {"kind": "risk", "further_registers": [other.pk]}
    answer = client_of(council, "manager").post("/registers/ours/papers/new/", form)
    assert "Select registers of your organisation" in errors_in(answer)


def test_a_title_names_no_exempt_risk(council):
    form = {"kind": "risk", "title": "A secret claim", "contact": council.exempt.reference}
    answer = client_of(council, "manager").post("/registers/ours/papers/new/", form)
    words = f"The public reads this part, and {council.exempt.reference} is exempt. Leave it out"
    assert errors_in(answer).count(words) == 2


def test_no_part_a_names_an_exempt_risk_of_another_register(council):
    other = make_register(council.register.organisation)
    risk = make_risk(other, title="Elsewhere", is_exempt=True)
    answer = send(council, "manager", "text/A/recommendation.note/", wording=f"See {risk}.")
    assert f"{risk.reference} is exempt" in answer.text


def test_the_lead_member_is_consulted_and_the_page_says_so(council):
    assert "No consultation is recorded. Nothing waits for it." in text_of(get(council, "clerk"))
    day = {"effective_on_0": 1, "effective_on_1": 6, "effective_on_2": 2025}
    form = {"member": "Cabinet Member for Finance", "response": "Say what it costs.", **day}
    assert send(council, "clerk", "consult/", **form).status_code == 302
    page = text_of(get(council, "officer"))
    assert "Cabinet Member for Finance , consulted on 1 June 2025 Say what it costs." in page


def test_the_resolution_on_a_part_b_is_drafted_for_the_minutes(council):
    manager = council.people["manager"]
    address = f"/meetings/{council.meeting.pk}/resolutions/new/"
    client = client_of(council, "clerk")
    assert "draft from a paper" not in client.get(address).text
    clear_paper(council.paper, by=manager)
    finalise_paper(council.paper, by=manager, grounds=["Paragraph 3 of a schedule: Information."])
    query = f"?paper={council.paper.pk}"
    assert query in client.get(address).text
    assert f"{address}{query}" in get(council, "clerk").text
    initial = client.get(address + query).context["form"].initial
    assert "during the item “Risk report”, Part B" in initial["wording"]
    assert initial["ground"] == "Paragraph 3 of a schedule"
    assert client.get(f"{address}?paper=nonsense").context["form"].initial == {}


# Links


def test_a_meeting_leads_to_its_papers(council):
    for page in ("", "before/"):
        answer = client_of(council, "clerk").get(f"/meetings/{council.meeting.pk}/{page}")
        assert council.paper.get_absolute_url() in answer.text
        answer = client_of(council, "member").get(f"/meetings/{council.meeting.pk}/{page}")
        assert council.paper.get_absolute_url() not in answer.text
