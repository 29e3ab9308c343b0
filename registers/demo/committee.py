"""What the meetings of one body of the demo did, from a file of the organisation.

A meeting is the first from a `day` on, or the next one (`day: next`). It has who was `present`,
`apologies` (member: substitute, or nobody), `interests` (person, kind, the risk or item, left),
`resolutions`, a `deep_dive` and `actions`. An action is for the post `to` and maybe `due` on a day;
`then` come its steps: re-dated (`due:`, why) or finished (`done:`, `how:` it is known). Minutes
that are `approved` are so by the meeting after it.
"""

import itertools

from registers.demo.dates import check_words, day_of, due_of, instant_at
from registers.models import (
    Attendance,
    CommitteeAction,
    Declaration,
    DeepDive,
    MinutesApproval,
    Resolution,
)

MEETING = {"day", "present", "apologies", "interests", "resolutions", "deep_dive", "actions"}
ACTION = {"wording", "to", "due", "risk", "then"}
STEP = {"day", "due", "why", "done", "how"}
NEXT = "next"


class CommitteeLoader:
    """loader: the OrganisationLoader. risks: by reference. The clerk records all but interests."""

    def __init__(self, loader, risks):
        self.people, self.posts, self.today = loader.people, loader.posts, loader.today
        self.organisation, self.risks = loader.organisation, risks
        self.clerk = self.people["clerk"]

    def load(self, story):
        """Raises ValueError for an unknown word."""
        body = self.organisation.bodies.get(name=story["body"])
        meetings = [(self._meeting(body, row["day"]), row) for row in story["meetings"]]
        for meeting, row in meetings:
            check_words(row["day"], row, MEETING | {"approved"})
            self._record(meeting, row, self._authorship(meeting))
        for (meeting, row), (later, _) in itertools.pairwise(meetings):
            if row.get("approved"):
                authorship = self._authorship(later)
                MinutesApproval.record(meeting, approving_meeting=later, **authorship)

    def _meeting(self, body, day):
        meetings = body.meetings.select_related("body__organisation")
        if day == NEXT:
            return meetings.filter(on__gt=self.today).earliest("on")
        return meetings.filter(on__gte=day_of(day, self.today)).earliest("on", "pk")

    def _record(self, meeting, row, authorship):
        for key, substitute in row.get("apologies", {}).items():
            fields = {"kind": "apologies", "substitute": substitute and self.people[substitute]}
            Attendance.record(meeting, person=self.people[key], **fields, **authorship)
        for key in row.get("present", ()):
            Attendance.record(meeting, person=self.people[key], kind="present", **authorship)
        for interest in row.get("interests", ()):
            self._interest(meeting, dict(interest), authorship)
        if dive := row.get("deep_dive"):
            self._deep_dive(meeting, dive, authorship)
        for resolution in row.get("resolutions", ()):
            Resolution.record(meeting, **{"is_carried": True, **resolution}, **authorship)
        for action in row.get("actions", ()):
            self._action(meeting, action, authorship)

    def _interest(self, meeting, row, authorship):
        risk = row.pop("risk", None)
        fields = {"risk": self.risks[risk]} if risk else {"item": row.pop("item")}
        has_left_room, person = row.pop("left"), self.people[row.pop("person")]
        fields |= {"has_left_room": has_left_room, **row}
        authorship = {**authorship, "by": person}
        Declaration.declare(meeting, person=person, **fields, **authorship)

    def _deep_dive(self, meeting, row, authorship):
        deep_dive = DeepDive.plan(meeting, risk=self.risks[row["risk"]], **authorship)
        if "attendees" in row:
            fields = {"attendees": row["attendees"], "note": row["note"]}
            deep_dive.conclude(took_place=True, **fields, **authorship)

    def _action(self, meeting, row, authorship):
        check_words(row["wording"], row, ACTION)
        action = CommitteeAction.record(
            meeting,
            wording=row["wording"],
            post=self.posts[row["to"]],
            due_on=due_of(row["due"], self.today) if "due" in row else None,
            risk=self.risks[row["risk"]] if "risk" in row else None,
            **authorship,
        )
        for step in row.get("then", ()):
            check_words(row["wording"], step, STEP)
            day = max(day_of(step["day"], self.today), meeting.on)
            timing = {"effective_on": day, "recorded_at": instant_at(day, 15)}
            self._step(action, step, by=self.clerk, version=action.version, **timing)

    def _step(self, action, step, **details):
        if "done" in step:
            done_on = day_of(step["done"], self.today)
            action.complete(done_on=done_on, evidence=step["how"], **details)
        else:
            due_on = due_of(step["due"], self.today)
            action.revise(due_on=due_on, reason=step["why"], **details)

    def _authorship(self, meeting):
        day = min(meeting.on, self.today)
        return {"by": self.clerk, "effective_on": day, "recorded_at": instant_at(day, 14)}
