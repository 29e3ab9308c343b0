"""The actions and escalations of the demo's bodies, written with the verbs that forms use.

A file names risks by reference. An action is `added` on a day and `due` on a day, which may lie
ahead, or on none; `then` come its steps: re-dated (`due:`), finished (`done:`, `how:` it is known,
`differently:`) or dropped (`drop:`). An escalation is proposed on a `day`, and `decided` or left
waiting.
"""

import datetime

from registers.demo.dates import check_words
from registers.models import Action, Escalation

ACTION = {"title", "kind", "owner", "by", "added", "due", "detail", "then"}
STEP = {"day", "by", "due", "why", "done", "how", "differently", "drop"}


class ActionLoader:
    """body: the BodyLoader, with people, posts and organisation.

    day_of, due_of: a word of the file -> the day; at: a day -> the instant of recording.
    """

    def __init__(self, body, *, day_of, due_of, at):
        self.people, self.posts = body.people, body.posts
        self.day_of, self.due_of, self.at = day_of, due_of, at
        self.registers = {
            register.prefix: register for register in body.organisation.registers.all()
        }

    def load(self, story):
        for reference, actions in story.get("actions", {}).items():
            for action in actions:
                self._action(self._risk(reference), action)
        for escalation in story.get("escalations", ()):
            self._escalation(self._risk(escalation["risk"]), escalation)

    def _risk(self, reference):
        prefix, _, number = reference.partition("-")
        return self.registers[prefix].risks.get(number=int(number))

    def _action(self, risk, story):
        check_words(story["title"], story, ACTION)
        for step in story.get("then", ()):
            check_words(story["title"], step, STEP)
        by = story.get("by", "officer")
        owner = story.get("owner")
        action = Action.add(
            risk,
            title=story["title"],
            kind=story["kind"],
            owner=self.posts[owner] if owner else None,
            due_on=self.due_of(story["due"]) if "due" in story else None,
            detail=story.get("detail", ""),
            **self._authorship(by, story["added"]),
        )
        for step in story.get("then", ()):
            self._step(action, step, step.get("by", by))

    def _step(self, action, step, by):
        details = {"version": action.version, **self._authorship(by, step["day"])}
        if "done" in step:
            fields = {"done_on": self.day_of(step["done"]), "evidence": step["how"]}
            action.complete(done_differently=step.get("differently"), **fields, **details)
        elif "drop" in step:
            action.drop(reason=step["drop"], **details)
        else:
            action.revise(due_on=self.due_of(step["due"]), reason=step["why"], **details)

    def _escalation(self, risk, story):
        to = next(register for register in self.registers.values() if register.slug == story["to"])
        details = {"to_register": to, "direction": story["direction"], "reason": story["why"]}
        escalation = Escalation.propose(
            risk, **details, **self._authorship(story["by"], story["day"])
        )
        if decided := story.get("decided"):
            fields = {"is_approved": decided["approved"], "reason": decided["why"]}
            escalation.decide(**fields, **self._authorship(decided["by"], decided["day"]))

    def _authorship(self, by, day):
        on: datetime.date = self.day_of(day)
        return {"by": self.people[by], "effective_on": on, "recorded_at": self.at(on)}
