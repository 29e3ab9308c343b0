"""A register's file of an earlier version of the format is read for good.

Each version has one small file with a row of every kind, as it was written then: never changed.
"""

import json

import pytest
from makers import make_organisation, make_person, make_register, seal_rows
from rich_register import assert_sound, written

from registers.json_file import VERSION
from registers.json_file.restore import restore
from registers.models import Role

pytestmark = pytest.mark.django_db

# Of 30 November 2026.
VERSION_1 = """
{"format": "failing-well-register", "version": 1,
"as_at": null,
"left_out": {},
"organisation": {"slug": "northmoor", "name": "Northmoor Council"},
"register": {"slug": "corporate", "name": "Corporate risk register", "prefix": "CORP", "level":
  "corporate", "directorate": null, "parent": null, "scheme": "two-by-two/1", "next_number": 2},
"risks": [
{"number": 1, "raised_by": "kay@northmoor.example", "raised_on": "2026-01-05", "assessments":
  [{"kind": "current", "perspective": "own", "scheme": "two-by-two/1", "likelihood": 2,
  "impact": 2, "score": 4, "band": "high", "driver": "disruption", "rationale": "As we see it.",
  "by": "kay@northmoor.example", "effective_on": "2026-01-05", "recorded_at":
  "2026-01-05T10:00:00.000000Z"}], "reviews": [{"outcome": "stands", "note": "Nothing new.",
  "next_on": "2026-05-01", "by": "kay@northmoor.example", "effective_on": "2026-02-01",
  "recorded_at": "2026-02-01T10:00:00.000000Z"}], "revisions": [{"title": "Reserves run out",
  "event": "The budget cannot be balanced.", "consequence": "Services are cut.",
  "primary_failure_type": "financial", "owner": "Treasurer", "next_review_on": "2026-04-06",
  "status": "open", "number": 1, "what": "logged", "by": "kay@northmoor.example", "assessment":
  1, "effective_on": "2026-01-05", "recorded_at": "2026-01-05T10:00:00.000000Z",
  "other_failure_types": ["governance"]}, {"next_review_on": "2026-05-01", "number": 2, "what":
  "reviewed", "by": "kay@northmoor.example", "review": 1, "effective_on": "2026-02-01",
  "recorded_at": "2026-02-01T10:00:00.000000Z"}, {"title": "Reserves run out in 2027", "number":
  3, "what": "edited", "by": "kay@northmoor.example", "reason": "Said better.", "effective_on":
  "2026-02-02", "recorded_at": "2026-02-02T10:00:00.000000Z", "other_failure_types": []}],
  "assurances": [{"control": 1, "line": 3, "provider": "Internal audit", "opinion": "limited",
  "effective_on": "2026-01-08", "expires_on": "2027-01-08", "by": "kay@northmoor.example",
  "recorded_at": "2026-01-08T10:00:00.000000Z"}], "escalations": [{"to_register": "board",
  "direction": "up", "reason": "It is more than ours.", "by": "kay@northmoor.example",
  "effective_on": "2026-01-09", "recorded_at": "2026-01-09T10:00:00.000000Z", "decision":
  {"is_approved": true, "reason": "Yes.", "by": "kay@northmoor.example", "effective_on":
  "2026-01-10", "recorded_at": "2026-01-10T10:00:00.000000Z"}}], "precedents": [{"sign":
  "DON-W2", "mark": "relevant", "reason": "The same here.", "words": ["reserves"], "by":
  "kay@northmoor.example", "effective_on": "2026-01-11", "recorded_at":
  "2026-01-11T10:00:00.000000Z"}], "set_aside": [{"check_name": "rq13-vague", "reason":
  "Known.", "until": "2026-06-30", "by": "kay@northmoor.example", "effective_on": "2026-01-12",
  "recorded_at": "2026-01-12T10:00:00.000000Z"}], "controls": [{"revisions": [{"number": 1,
  "what": "added", "by": "kay@northmoor.example", "effective_on": "2026-01-06", "recorded_at":
  "2026-01-06T10:00:00.000000Z", "title": "Monthly forecast", "kind": "detective", "run_by":
  "own", "status": "in-place"}]}], "actions": [{"revisions": [{"number": 1, "what": "added",
  "by": "kay@northmoor.example", "effective_on": "2026-01-06", "recorded_at":
  "2026-01-06T10:00:00.000000Z", "title": "Sell land", "kind": "process", "due_on":
  "2026-06-30", "status": "open", "original_due_on": "2026-06-30"}, {"number": 2, "what":
  "edited", "by": "kay@northmoor.example", "reason": "Later.", "effective_on": "2026-01-07",
  "recorded_at": "2026-01-07T10:00:00.000000Z", "due_on": "2026-09-30", "redated": 1}]}]}],
"agreements": [
{"body": "Cabinet", "on": "2026-02-10", "by": "kay@northmoor.example", "recorded_at":
  "2026-02-11T09:00:00.000000Z", "positions": [[1, 3, 1]]}],
"imports": [
{"file_name": "risks.xlsx", "digest":
  "0000000000000000000000000000000000000000000000000000000000000000", "plan": {"columns":
  ["title", "current.score@2026-01-05"], "first_line": 2, "names": ["Risk", "Score"], "sheet":
  "Risks"}, "report": {"counts": {"judged": 1}, "posts": []}, "rows_read": 1, "rows_in_all": 1,
  "by": "kay@northmoor.example", "begun_at": "2026-01-05T09:00:00.000000Z", "done_at":
  "2026-01-05T10:00:00.000000Z", "rows": [{"number": 2, "cells": ["Reserves run out", "2x2"],
  "reads": {"actions": [], "controls": [], "held": {"actions": [], "changes": [["title", null,
  "Reserves run out"]], "closes": false, "controls": [], "gone": [], "judged": [], "outcome":
  "new"}, "judged": [], "number": null, "split": [], "values": {"title": "Reserves run out"},
  "went": {"0": ["title"]}}, "problems": [{"column": "Score (B)", "problem": "Which is which?",
  "refuses": false, "said": "2x2"}], "outcome": "new", "is_problem": true, "risk": 1, "version":
  1}]}],
"appetites": [
{"level": "averse", "scheme": "two-by-two/1", "tolerance": "low", "narrative":
  "As little as can be.", "approved_by": "Cabinet", "review_by": "2027-01-05", "by":
  "kay@northmoor.example", "effective_on": "2026-01-05", "recorded_at":
  "2026-01-05T10:00:00.000000Z"}],
"schemes": [
{"slug": "two-by-two", "version": 1, "name": "Two by two", "likelihood": [{"label": "Unlikely",
  "value": 1}, {"label": "Likely", "value": 2}], "impact": [{"label": "Small", "value": 1},
  {"label": "Large", "value": 2}], "bands": [{"label": "Low", "review_days": 180, "slug":
  "low"}, {"label": "High", "review_days": 90, "slug": "high"}], "cells": [["low", "low"],
  ["low", "high"]], "tolerance": "low", "escalation": "high"}],
"posts": [
{"title": "Treasurer", "directorate": "Finance"}],
"directorates": ["Finance"],
"people": [
{"email": "kay@northmoor.example", "name": "Kay Lin"}]}
"""
# Of 30 November 2026, with adoptions of a newer version of a scheme.
VERSION_2 = """
{"format": "failing-well-register", "version": 2,
"as_at": null,
"left_out": {},
"organisation": {"slug": "northmoor", "name": "Northmoor Council"},
"register": {"slug": "corporate", "name": "Corporate risk register", "prefix": "CORP", "level":
  "corporate", "directorate": null, "parent": null, "scheme": "two-by-two/2", "next_number": 2},
"risks": [
{"number": 1, "raised_by": "kay@northmoor.example", "raised_on": "2026-01-05", "assessments":
  [{"kind": "current", "perspective": "own", "scheme": "two-by-two/1", "likelihood": 2,
  "impact": 2, "score": 4, "band": "high", "driver": "disruption", "rationale": "As we see it.",
  "by": "kay@northmoor.example", "effective_on": "2026-01-05", "recorded_at":
  "2026-01-05T10:00:00.000000Z"}], "reviews": [{"outcome": "stands", "note": "Nothing new.",
  "next_on": "2026-05-01", "by": "kay@northmoor.example", "effective_on": "2026-02-01",
  "recorded_at": "2026-02-01T10:00:00.000000Z"}], "revisions": [{"title": "Reserves run out",
  "event": "The budget cannot be balanced.", "consequence": "Services are cut.",
  "primary_failure_type": "financial", "owner": "Treasurer", "next_review_on": "2026-04-06",
  "status": "open", "number": 1, "what": "logged", "by": "kay@northmoor.example", "assessment":
  1, "effective_on": "2026-01-05", "recorded_at": "2026-01-05T10:00:00.000000Z",
  "other_failure_types": ["governance"]}, {"next_review_on": "2026-05-01", "number": 2, "what":
  "reviewed", "by": "kay@northmoor.example", "review": 1, "effective_on": "2026-02-01",
  "recorded_at": "2026-02-01T10:00:00.000000Z"}, {"title": "Reserves run out in 2027", "number":
  3, "what": "edited", "by": "kay@northmoor.example", "reason": "Said better.", "effective_on":
  "2026-02-02", "recorded_at": "2026-02-02T10:00:00.000000Z", "other_failure_types": []}],
  "assurances": [{"control": 1, "line": 3, "provider": "Internal audit", "opinion": "limited",
  "effective_on": "2026-01-08", "expires_on": "2027-01-08", "by": "kay@northmoor.example",
  "recorded_at": "2026-01-08T10:00:00.000000Z"}], "escalations": [{"to_register": "board",
  "direction": "up", "reason": "It is more than ours.", "by": "kay@northmoor.example",
  "effective_on": "2026-01-09", "recorded_at": "2026-01-09T10:00:00.000000Z", "decision":
  {"is_approved": true, "reason": "Yes.", "by": "kay@northmoor.example", "effective_on":
  "2026-01-10", "recorded_at": "2026-01-10T10:00:00.000000Z"}}], "precedents": [{"sign":
  "DON-W2", "mark": "relevant", "reason": "The same here.", "words": ["reserves"], "by":
  "kay@northmoor.example", "effective_on": "2026-01-11", "recorded_at":
  "2026-01-11T10:00:00.000000Z"}], "set_aside": [{"check_name": "rq13-vague", "reason":
  "Known.", "until": "2026-06-30", "by": "kay@northmoor.example", "effective_on": "2026-01-12",
  "recorded_at": "2026-01-12T10:00:00.000000Z"}], "controls": [{"revisions": [{"number": 1,
  "what": "added", "by": "kay@northmoor.example", "effective_on": "2026-01-06", "recorded_at":
  "2026-01-06T10:00:00.000000Z", "title": "Monthly forecast", "kind": "detective", "run_by":
  "own", "status": "in-place"}]}], "actions": [{"revisions": [{"number": 1, "what": "added",
  "by": "kay@northmoor.example", "effective_on": "2026-01-06", "recorded_at":
  "2026-01-06T10:00:00.000000Z", "title": "Sell land", "kind": "process", "due_on":
  "2026-06-30", "status": "open", "original_due_on": "2026-06-30"}, {"number": 2, "what":
  "edited", "by": "kay@northmoor.example", "reason": "Later.", "effective_on": "2026-01-07",
  "recorded_at": "2026-01-07T10:00:00.000000Z", "due_on": "2026-09-30", "redated": 1}]}]}],
"agreements": [
{"body": "Cabinet", "on": "2026-02-10", "by": "kay@northmoor.example", "recorded_at":
  "2026-02-11T09:00:00.000000Z", "positions": [[1, 3, 1]]}],
"imports": [
{"file_name": "risks.xlsx", "digest":
  "0000000000000000000000000000000000000000000000000000000000000000", "plan": {"columns":
  ["title", "current.score@2026-01-05"], "first_line": 2, "names": ["Risk", "Score"], "sheet":
  "Risks"}, "report": {"counts": {"judged": 1}, "posts": []}, "rows_read": 1, "rows_in_all": 1,
  "by": "kay@northmoor.example", "begun_at": "2026-01-05T09:00:00.000000Z", "done_at":
  "2026-01-05T10:00:00.000000Z", "rows": [{"number": 2, "cells": ["Reserves run out", "2x2"],
  "reads": {"actions": [], "controls": [], "held": {"actions": [], "changes": [["title", null,
  "Reserves run out"]], "closes": false, "controls": [], "gone": [], "judged": [], "outcome":
  "new"}, "judged": [], "number": null, "split": [], "values": {"title": "Reserves run out"},
  "went": {"0": ["title"]}}, "problems": [{"column": "Score (B)", "problem": "Which is which?",
  "refuses": false, "said": "2x2"}], "outcome": "new", "is_problem": true, "risk": 1, "version":
  1}]}],
"appetites": [
{"level": "averse", "scheme": "two-by-two/1", "tolerance": "low", "narrative":
  "As little as can be.", "approved_by": "Cabinet", "review_by": "2027-01-05", "by":
  "kay@northmoor.example", "effective_on": "2026-01-05", "recorded_at":
  "2026-01-05T10:00:00.000000Z"}, {"level": "averse", "scheme": "two-by-two/2", "tolerance":
  "low", "narrative": "Less still.", "approved_by": "Cabinet", "review_by": "2027-03-01", "by":
  "kay@northmoor.example", "effective_on": "2026-03-02", "recorded_at":
  "2026-03-02T10:00:00.000000Z"}],
"scheme_adoptions": [
{"scheme": "two-by-two/2", "earlier": "two-by-two/1", "reason": "The board asked for it.", "by":
  "kay@northmoor.example", "effective_on": "2026-03-01", "recorded_at":
  "2026-03-01T10:00:00.000000Z"}],
"schemes": [
{"slug": "two-by-two", "version": 1, "name": "Two by two", "likelihood": [{"label": "Unlikely",
  "value": 1}, {"label": "Likely", "value": 2}], "impact": [{"label": "Small", "value": 1},
  {"label": "Large", "value": 2}], "bands": [{"label": "Low", "review_days": 180, "slug":
  "low"}, {"label": "High", "review_days": 90, "slug": "high"}], "cells": [["low", "low"],
  ["low", "high"]], "tolerance": "low", "escalation": "high"},
{"slug": "two-by-two", "version": 2, "name": "Two by two", "likelihood": [{"label": "Unlikely",
  "value": 1}, {"label": "Likely", "value": 2}], "impact": [{"label": "Small", "value": 1},
  {"label": "Large", "value": 2}], "bands": [{"label": "Low", "review_days": 180, "slug":
  "low"}, {"label": "High", "review_days": 90, "slug": "high"}], "cells": [["low", "high"],
  ["high", "high"]], "tolerance": "low", "escalation": "high"}],
"posts": [
{"title": "Treasurer", "directorate": "Finance"}],
"directorates": ["Finance"],
"people": [
{"email": "kay@northmoor.example", "name": "Kay Lin"}]}
"""
# Of 30 November 2026, with bodies, data dates and an agreement that was superseded.
VERSION_3 = """
{"format": "failing-well-register",
"version": 3,
"as_at": null,
"left_out": {},
"organisation": {"slug": "northmoor", "name": "Northmoor Council"},
"register": {"slug": "corporate", "name": "Corporate risk register", "prefix": "CORP", "level":
  "corporate",
  "directorate": null, "parent": null, "scheme": "two-by-two/2", "next_number": 2},
"risks": [
{"number": 1, "raised_by": "kay@northmoor.example", "raised_on": "2026-01-05", "assessments":
  [{"kind": "current", "perspective": "own", "scheme": "two-by-two/1", "likelihood": 2,
  "impact": 2, "score": 4, "band": "high", "driver": "disruption", "rationale": "As we see it.",
  "by": "kay@northmoor.example", "effective_on": "2026-01-05", "recorded_at":
  "2026-01-05T10:00:00.000000Z"}], "reviews": [{"outcome": "stands", "note": "Nothing new.",
  "next_on": "2026-05-01", "by": "kay@northmoor.example", "effective_on": "2026-02-01",
  "recorded_at": "2026-02-01T10:00:00.000000Z"}], "revisions": [{"title": "Reserves run out",
  "event": "The budget cannot be balanced.", "consequence": "Services are cut.",
  "primary_failure_type": "financial", "owner": "Treasurer", "next_review_on": "2026-04-06",
  "status": "open", "number": 1, "what": "logged", "by": "kay@northmoor.example", "assessment":
  1, "effective_on": "2026-01-05", "recorded_at": "2026-01-05T10:00:00.000000Z",
  "other_failure_types": ["governance"]}, {"next_review_on": "2026-05-01", "number": 2, "what":
  "reviewed", "by": "kay@northmoor.example", "review": 1, "effective_on": "2026-02-01",
  "recorded_at": "2026-02-01T10:00:00.000000Z"}, {"title": "Reserves run out in 2027", "number":
  3, "what": "edited", "by": "kay@northmoor.example", "reason": "Said better.", "effective_on":
  "2026-02-02", "recorded_at": "2026-02-02T10:00:00.000000Z", "other_failure_types": []}],
  "assurances": [{"control": 1, "line": 3, "provider": "Internal audit", "opinion": "limited",
  "effective_on": "2026-01-08", "expires_on": "2027-01-08", "by": "kay@northmoor.example",
  "recorded_at": "2026-01-08T10:00:00.000000Z"}], "escalations": [{"to_register": "board",
  "direction": "up", "reason": "It is more than ours.", "by": "kay@northmoor.example",
  "effective_on": "2026-01-09", "recorded_at": "2026-01-09T10:00:00.000000Z", "decision":
  {"is_approved": true, "reason": "Yes.", "by": "kay@northmoor.example", "effective_on":
  "2026-01-10", "recorded_at": "2026-01-10T10:00:00.000000Z"}}], "precedents": [{"sign":
  "DON-W2", "mark": "relevant", "reason": "The same here.", "words": ["reserves"], "by":
  "kay@northmoor.example", "effective_on": "2026-01-11", "recorded_at":
  "2026-01-11T10:00:00.000000Z"}], "set_aside": [{"check_name": "rq13-vague", "reason":
  "Known.", "until": "2026-06-30", "by": "kay@northmoor.example", "effective_on": "2026-01-12",
  "recorded_at": "2026-01-12T10:00:00.000000Z"}], "controls": [{"revisions": [{"number": 1,
  "what": "added", "by": "kay@northmoor.example", "effective_on": "2026-01-06", "recorded_at":
  "2026-01-06T10:00:00.000000Z", "title": "Monthly forecast", "kind": "detective", "run_by":
  "own", "status": "in-place"}]}], "actions": [{"revisions": [{"number": 1, "what": "added",
  "by": "kay@northmoor.example", "effective_on": "2026-01-06", "recorded_at":
  "2026-01-06T10:00:00.000000Z", "title": "Sell land", "kind": "process", "due_on":
  "2026-06-30", "status": "open", "original_due_on": "2026-06-30"}, {"number": 2, "what":
  "edited", "by": "kay@northmoor.example", "reason": "Later.", "effective_on": "2026-01-07",
  "recorded_at": "2026-01-07T10:00:00.000000Z", "due_on": "2026-09-30", "redated": 1}]}]}],
"agreements": [
{"body": "Cabinet", "body_name": "Cabinet", "decision": "agreed", "on": "2026-02-10", "met_on":
  "2026-02-10", "by": "kay@northmoor.example", "recorded_at": "2026-02-11T09:00:00.000000Z",
  "positions": [[1, 3, 1]], "supersession": {"replacement": 2, "reason":
  "The minute says noted.", "by": "kay@northmoor.example", "recorded_at":
  "2026-02-21T10:00:00.000000Z"}},
{"body": "Cabinet", "body_name": "Cabinet", "decision": "noted", "on": "2026-02-10", "met_on":
  "2026-02-20", "by": "kay@northmoor.example", "recorded_at": "2026-02-21T10:00:00.000000Z",
  "positions": [[1, 3, 1]], "note": "Minute 12"}],
"bodies": [
{"name": "Cabinet", "kind": "cabinet"}],
"imports": [
{"file_name": "risks.xlsx", "digest":
  "0000000000000000000000000000000000000000000000000000000000000000", "plan": {"columns":
  ["title", "current.score@2026-01-05"], "first_line": 2, "names": ["Risk", "Score"], "sheet":
  "Risks"}, "report": {"counts": {"judged": 1}, "posts": []}, "rows_read": 1, "rows_in_all": 1,
  "by": "kay@northmoor.example", "begun_at": "2026-01-05T09:00:00.000000Z", "done_at":
  "2026-01-05T10:00:00.000000Z", "rows": [{"number": 2, "cells": ["Reserves run out", "2x2"],
  "reads": {"actions": [], "controls": [], "held": {"actions": [], "changes": [["title", null,
  "Reserves run out"]], "closes": false, "controls": [], "gone": [], "judged": [], "outcome":
  "new"}, "judged": [], "number": null, "split": [], "values": {"title": "Reserves run out"},
  "went": {"0": ["title"]}}, "problems": [{"column": "Score (B)", "problem": "Which is which?",
  "refuses": false, "said": "2x2"}], "outcome": "new", "is_problem": true, "risk": 1, "version":
  1}]}],
"appetites": [
{"level": "averse", "scheme": "two-by-two/1", "tolerance": "low", "narrative":
  "As little as can be.", "approved_by": "Cabinet", "review_by": "2027-01-05", "by":
  "kay@northmoor.example", "effective_on": "2026-01-05", "recorded_at":
  "2026-01-05T10:00:00.000000Z"},
{"level": "averse", "scheme": "two-by-two/2", "tolerance": "low", "narrative": "Less still.",
  "approved_by": "Cabinet", "review_by": "2027-03-01", "by": "kay@northmoor.example",
  "effective_on": "2026-03-02", "recorded_at": "2026-03-02T10:00:00.000000Z"}],
"scheme_adoptions": [
{"scheme": "two-by-two/2", "earlier": "two-by-two/1", "reason": "The board asked for it.", "by":
  "kay@northmoor.example", "effective_on": "2026-03-01", "recorded_at":
  "2026-03-01T10:00:00.000000Z"}],
"schemes": [
{"slug": "two-by-two", "version": 1, "name": "Two by two", "likelihood": [{"label": "Unlikely",
  "value": 1}, {"label": "Likely", "value": 2}], "impact": [{"label": "Small", "value": 1},
  {"label": "Large", "value": 2}], "bands": [{"label": "Low", "review_days": 180, "slug":
  "low"}, {"label": "High", "review_days": 90, "slug": "high"}], "cells": [["low", "low"],
  ["low", "high"]], "tolerance": "low", "escalation": "high"},
{"slug": "two-by-two", "version": 2, "name": "Two by two", "likelihood": [{"label": "Unlikely",
  "value": 1}, {"label": "Likely", "value": 2}], "impact": [{"label": "Small", "value": 1},
  {"label": "Large", "value": 2}], "bands": [{"label": "Low", "review_days": 180, "slug":
  "low"}, {"label": "High", "review_days": 90, "slug": "high"}], "cells": [["low", "high"],
  ["high", "high"]], "tolerance": "low", "escalation": "high"}],
"posts": [
{"title": "Treasurer", "directorate": "Finance"}],
"directorates": ["Finance"],
"people": [
{"email": "kay@northmoor.example", "name": "Kay Lin"}]}
"""
FILES = {1: VERSION_1, 2: VERSION_2, 3: VERSION_3}


@pytest.fixture
def restored_register(request):
    organisation = make_organisation("Northmoor Council", slug="northmoor")
    by = make_person(organisation, Role.MANAGER)
    make_register(organisation, slug="board", prefix="BRD")
    register = make_register(organisation, slug="corporate", prefix="NEW")
    seal_rows()
    report = restore(FILES[request.param].encode(), register, by=by)
    assert report.unresolved == []
    register.refresh_from_db()
    return register


every_version = pytest.mark.parametrize("restored_register", FILES, indirect=True)


@every_version
def test_a_file_of_each_version_is_restored(restored_register):
    risk = restored_register.risks.get()
    assert (risk.title, risk.version, risk.current.band) == ("Reserves run out in 2027", 3, "high")
    assert_sound()


def test_a_file_of_each_version_is_kept_here():
    assert list(FILES) == list(range(1, VERSION + 1))


@pytest.mark.parametrize("restored_register", [VERSION], indirect=True)
def test_a_file_of_this_version_is_written_again_as_it_was(restored_register):
    """Where it is not, a file that was written before has another meaning: it is a new version."""
    content = {**json.loads(written(restored_register))}
    del content["sha256"]
    assert content == json.loads(FILES[VERSION])
