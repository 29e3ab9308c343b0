"""What stands beside the risks of the demo: controls and assurance, actions and escalations.

Files name risks by reference, posts and people by their keys; `by` is the officer by default. For
days see dates.py. A question is `put` on a day, for the first meeting of its `body` from then on,
and maybe `answered` (day, by, wording, published).

A control is in place `since` a day and has `tests:` (day, line, what was found, why) and, where it
is no longer used, `retired:` (day, why). Assurance says for how many days it is `good_for`, and the
title of the `control` it is about, unless it is about the whole risk.

An action is `added` on a day and `due` on a day, which may lie ahead, or on none; `then` come its
steps: re-dated (`due:`), finished (`done:`, `how:` it is known, `differently:`) or dropped
(`drop:`). An escalation is proposed on a `day`, and `decided` or left waiting.
"""

import datetime

from django.utils import timezone

from registers.demo.dates import check_words, day_of, due_of, instant_at
from registers.models import Action, Assurance, Control, Escalation, Question, Risk

CONTROL = {"risk", "by", "since", "tests", "retired", *Control.FIELDS} - {
    *("status", "last_tested_on", "tested_by_line"),
}
ASSURANCE = {"risk", "by", "control", "line", "provider", "opinion", "day", "good_for", "note"}
ACTION = {"title", "kind", "owner", "by", "added", "due", "detail", "then"}
QUESTION = {"risk", "by", "body", "put", "to", "wording", "answered"}
STEP = {"day", "by", "due", "why", "done", "how", "differently", "drop"}


class RelatedLoader:
    """loader: the OrganisationLoader, with people, posts, organisation and the day of loading."""

    def __init__(self, loader):
        self.people, self.posts, self.today = loader.people, loader.posts, loader.today
        self.registers = {row.slug: row for row in loader.organisation.registers.all()}
        risks = Risk.objects.filter(register__in=self.registers.values())
        self.risks = {risk.reference: risk for risk in risks.select_related("register", "latest")}

    def load(self, story):
        """Raises ValueError for an unknown word."""
        controls = {}
        for row in story.get("controls", ()):
            controls[row["risk"], row["title"]] = self._control(self.risks[row["risk"]], row)
        for row in story.get("assurance", ()):
            control = controls[row["risk"], row["control"]] if "control" in row else None
            self._assurance(self.risks[row["risk"]], row, control)
        for reference, actions in story.get("actions", {}).items():
            for action in actions:
                self._action(self.risks[reference], action)
        for row in story.get("escalations", ()):
            self._escalation(self.risks[row["risk"]], row)
        for row in story.get("questions", ()):
            self._question(self.risks[row["risk"]], row)

    def _control(self, risk, row):
        check_words(row["risk"], row, CONTROL)
        fields = {name: row[name] for name in Control.FIELDS if name in row}
        fields["owner"] = self.posts[row["owner"]]
        control = Control.add(risk, **fields, **self._authorship(risk, row, row["since"]))
        for test in row.get("tests", ()):
            result = {
                "last_tested_on": day_of(test["day"], self.today),
                "tested_by_line": test["line"],
                "operating": test["found"],
                "reason": test["why"],
            }
            authorship = self._authorship(risk, row, test["day"])
            control.test(version=control.version, **result, **authorship)
        if end := row.get("retired"):
            authorship = self._authorship(risk, row, end["day"])
            control.retire(version=control.version, reason=end["why"], **authorship)
        return control

    def _assurance(self, risk, row, control):
        check_words(row["risk"], row, ASSURANCE)
        names = ("line", "provider", "opinion", "note")
        fields = {name: row[name] for name in names if name in row}
        expires_on = day_of(row["day"], self.today) + datetime.timedelta(days=row["good_for"])
        authorship = self._authorship(risk, row, row["day"])
        Assurance.give(risk, control=control, expires_on=expires_on, **fields, **authorship)

    def _action(self, risk, story):
        check_words(story["title"], story, ACTION)
        owner = story.get("owner")
        action = Action.add(
            risk,
            title=story["title"],
            kind=story["kind"],
            owner=self.posts[owner] if owner else None,
            due_on=due_of(story["due"], self.today) if "due" in story else None,
            detail=story.get("detail", ""),
            **self._authorship(risk, story, story["added"]),
        )
        for step in story.get("then", ()):
            check_words(story["title"], step, STEP)
            authorship = self._authorship(risk, {**story, **step}, step["day"])
            self._step(action, step, version=action.version, **authorship)

    def _step(self, action, step, **details):
        if "done" in step:
            fields = {"done_on": day_of(step["done"], self.today), "evidence": step["how"]}
            action.complete(done_differently=step.get("differently"), **fields, **details)
        elif "drop" in step:
            action.drop(reason=step["drop"], **details)
        else:
            due_on = due_of(step["due"], self.today)
            action.revise(due_on=due_on, reason=step["why"], **details)

    def _escalation(self, risk, story):
        proposal = {
            "to_register": self.registers[story["to"]],
            "direction": story["direction"],
            "reason": story["why"],
        }
        authorship = self._authorship(risk, story, story["day"])
        escalation = Escalation.propose(risk, **proposal, **authorship)
        if decision := story.get("decided"):
            authorship = self._authorship(risk, decision, decision["day"])
            escalation.decide(
                is_approved=decision["approved"], reason=decision["why"], **authorship
            )

    def _question(self, risk, row):
        check_words(row["risk"], row, QUESTION)
        authorship = self._authorship(risk, row, row["put"])
        meetings = risk.register.meetings.filter(
            body__name=row["body"], on__gte=authorship["effective_on"]
        )
        meeting = meetings.select_related("body__organisation").earliest("on")
        question = Question.put(
            meeting,
            register=risk.register,
            risk=risk,
            post=self.posts[row["to"]],
            wording=row["wording"],
            answer_by=meeting.on,
            **authorship,
        )
        if answer := row.get("answered"):
            question.answer(
                wording=answer["wording"],
                is_published=answer["published"],
                **self._authorship(risk, answer, answer["day"]),
            )

    def _authorship(self, risk, row, day):
        """Nothing beside a risk was recorded before the risk itself."""
        day = day_of(day, self.today)
        first_recorded_on = timezone.localdate(risk.revisions.first().recorded_at)
        return {
            "by": self.people[row.get("by", "officer")],
            "effective_on": day,
            "recorded_at": instant_at(max(day, first_recorded_on), 11),
        }
