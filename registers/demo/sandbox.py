"""The made-up risks of a sandbox: some of the demo's, from fixtures/demo/sandbox.yaml.

They are written by the demo's loader in the name of whoever makes the sandbox, are owned by the
posts of the sandbox in turn, and are rated on the scale of its register. Old ratings are left out,
so that the request ends in time.
"""

import re
from functools import cache
from itertools import cycle

from django.utils import timezone

from registers.demo import OrganisationLoader, read
from registers.demo.dates import steps_in_order
from registers.demo.related import RelatedLoader
from registers.models import FailureType

STORY = "sandbox"
SCALE = 5  # levels by which the demo's risks are rated
RATINGS = ("rate", "range")
OLD = re.compile(r"q[5-9]")  # days more than four quarter ends ago
PARTS = ("controls", "assurance")  # of a file of what stands beside risks: a list with `risk`


@cache
def read_once(name):
    """A file of the demo, which nothing may change."""
    return read(name)


class StandIns(dict):
    """One of these for each name of the file, in turn; the same name, the same one."""

    def __init__(self, values):
        super().__init__()
        self._values = cycle(values or [None])

    def __missing__(self, name):
        self[name] = next(self._values)
        return self[name]


class SandboxLoader(OrganisationLoader):
    """Writes the risks of a sandbox, and what stands beside them, on a new register of it."""

    def __init__(self, register, *, by, today=None):
        super().__init__(register.organisation, read_once(STORY), today or timezone.localdate())
        self.register = register
        self.people = StandIns([by])
        posts = register.organisation.posts.order_by("pk")
        # Held posts first, so that their holders have tasks.
        self.posts = StandIns(sorted(posts, key=lambda post: post.holder_id is None))

    def load(self):
        stories = self._stories()
        self.risks = {}
        for recorded_on, day, *step in steps_in_order(
            [(self.register, list(stories.values()))], self.today
        ):
            self._step(recorded_on, day, *step)
        risks = {reference: self.risks[id(story)] for reference, story in stories.items()}
        loader = SandboxRelatedLoader(self, risks)
        for name in self.content["related"]:
            loader.load(read_once(name))

    def _stories(self):
        """Reference in the demo -> its story. References follow the order of the demo's file."""
        demo = read_once(self.content["story"])
        prefix = demo["register"]["prefix"]
        by_reference = {f"{prefix}-{n:03d}": row for n, row in enumerate(demo["risks"], 1)}
        return {name: self._rescale(by_reference[name]) for name in self.content["risks"]}

    def _rescale(self, story):
        """The story with ratings that the register's scheme has."""
        rules = self.register.scheme.rules
        sizes = (len(rules.likelihood), len(rules.impact))
        first, *later = story["history"]
        steps = [
            {name: rescale(text, sizes) if name in RATINGS else text for name, text in row.items()}
            for row in (first, *(row for row in later if not is_old_rating(row)))
        ]
        return story | {"history": steps}


class SandboxRelatedLoader(RelatedLoader):
    """risks: reference in the demo -> the risk that has its story."""

    def __init__(self, loader, risks):
        super().__init__(loader)
        self.risks = risks

    def load(self, story):
        parts = {
            part: [row for row in story.get(part, ()) if row["risk"] in self.risks]
            for part in PARTS
        }
        actions = {
            name: rows for name, rows in story.get("actions", {}).items() if name in self.risks
        }
        super().load(parts | {"actions": actions})


def is_old_rating(step):
    return "rate" in step and OLD.match(step["day"]) is not None


def rescale(text, sizes):
    """A rating such as 4x3 or 3-4x4-5, of five levels each, on a scale of so many levels."""
    return "x".join(
        "-".join(str(-(-int(level) * size // SCALE)) for level in part.split("-"))
        for part, size in zip(text.split("x"), sizes, strict=True)
    )


def is_possible():
    """Whether the library is loaded, which the risks refer to."""
    return FailureType.objects.exists()


def register_fields():
    """The fields of the register that a sandbox begins with."""
    return read_once(STORY)["register"]
