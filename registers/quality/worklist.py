"""What there is to put right on a register: what its checks found, without what was set aside, in
groups to read.
"""

from dataclasses import dataclass
from functools import cached_property

from registers.models import SetAside
from registers.quality.checks import BY_SLUG, CHECKS
from registers.quality.data import ground_of, rows_of
from registers.quality.findings import Check, Found, Ground, RiskRow, Tally, tallies_of

LISTED = 3  # things named in a group; the number beside them counts all
OPEN = 3  # groups that are not folded
NONE = "none"  # in an address: no owner, or a post of no directorate


@dataclass(frozen=True)
class Thing:
    """One thing to put right as a page shows it. post: of the owner, None where nobody is decided."""

    check: Check
    risk: RiskRow
    words: str
    reference: str
    band: object
    post: object
    aside: SetAside | None = None


@dataclass(frozen=True)
class Group:
    """key: what the address asks for to list all of it; out_of: risks that a check is about, None
    of other groups.
    """

    key: str
    title: str
    things: list[Thing]
    count: int
    is_open: bool = False
    check: Check | None = None
    rule: str = ""
    out_of: int | None = None

    @property
    def unnamed(self):
        return self.count - len(self.things)


class Worklist:
    """risks: a queryset of those the reader may see. Ten queries, whatever their number. reader:
    whose own posts are not folded; None: nobody's.
    """

    def __init__(self, register, risks, day, *, reader=None):
        self.register, self.reader, self.day = register, reader, day
        self.ground: Ground = ground_of(register, day)
        self.risks = rows_of(register, risks, day)
        self.tallies: list[Tally] = tallies_of(CHECKS, self.risks, self.ground)
        among = (
            SetAside.objects.filter(risk__in=risks.order_by().values("pk"))
            .in_force(day)
            .select_related("by")
        )
        self._asides = {(row.risk_id, row.check_name): row for row in among.order_by("pk")}
        self.posts = {
            post.pk: post for post in register.organisation.posts.select_related("directorate")
        }

    @cached_property
    def found(self) -> list[Found]:
        """What is to be put right: by check, the most pressing first, then by risk."""
        return [
            found for tally in self.tallies for found in tally.found if not self._aside_of(found)
        ]

    @property
    def count(self):
        return len(self.found)

    @cached_property
    def touched(self):
        """How many risks have something to put right."""
        return len({found.risk.pk for found in self.found})

    @cached_property
    def aside(self) -> list[Thing]:
        """What was found and set aside. What is in order by now is left out: there is nothing to
        come back.
        """
        return [
            self.thing(found)
            for tally in self.tallies
            for found in tally.found
            if self._aside_of(found)
        ]

    @cached_property
    def in_order(self) -> list[Tally]:
        """The checks that found nothing at all."""
        return [tally for tally in self.tallies if not tally.found]

    def thing(self, found):
        risk = found.risk
        return Thing(
            *found,
            reference=self.register.reference(risk.number),
            band=self.ground.bands[risk.current.band] if risk.current else None,
            post=self.posts.get(risk.owner),
            aside=self._aside_of(found),
        )

    def groups(self, by) -> list[Group]:
        """by: check, directorate or post. Only groups that have something."""
        return {
            "check": self._by_check,
            "directorate": self._by_directorate,
            "post": self._by_post,
        }[by]()

    def narrowed(self, check=None, directorate=None, post=None) -> list[Found]:
        """What is asked for: a check's slug; the key of a directorate or a post, NONE for those
        without. Raises KeyError for what there is not.
        """
        found = self.found
        if check:
            wanted = BY_SLUG[check]
            found = [row for row in found if row.check is wanted]
        for key, known, of in (
            (directorate, self._directorates, self._directorate_of),
            (post, self.posts, self._post),
        ):
            if key:
                pk = None if key == NONE else known[int(key)].pk
                found = [row for row in found if of(row) == pk]
        return found

    def titles(self, check=None, directorate=None, post=None):
        """What narrowed() was asked for, in words."""
        said = [BY_SLUG[check].title] if check else []
        if directorate:
            said.append(
                "No directorate"
                if directorate == NONE
                else str(self._directorates[int(directorate)])
            )
        if post:
            said.append("No owner decided" if post == NONE else str(self.posts[int(post)]))
        return ", ".join(said)

    def found_on(self, number, slug):
        """What that check finds on the risk of that number, set aside or not: a Thing, or None."""
        for tally in self.tallies:
            for found in tally.found:
                if (found.risk.number, found.check.slug) == (number, slug):
                    return self.thing(found)
        return None

    def _aside_of(self, found):
        return self._asides.get((found.risk.pk, found.check.slug))

    @cached_property
    def _directorates(self):
        return {
            post.directorate_id: post.directorate
            for post in self.posts.values()
            if post.directorate
        }

    def _post(self, found):
        return found.risk.owner

    def _directorate_of(self, found):
        post = self.posts.get(found.risk.owner)
        return post and post.directorate_id

    def _by_check(self):
        groups = []
        for tally in self.tallies:
            found = [row for row in tally.found if not self._aside_of(row)]
            if found:
                words = {
                    "rule": tally.check.rule_for(self.ground),
                    "check": tally.check,
                    "out_of": tally.out_of,
                }
                is_open = len(groups) < OPEN
                groups.append(
                    self._group(
                        tally.check.slug, tally.check.title, found, is_open=is_open, **words
                    )
                )
        return groups

    def _by_directorate(self):
        titles = {pk: str(directorate) for pk, directorate in self._directorates.items()}
        return self._by_owner(self._directorate_of, titles, "No directorate", set())

    def _by_post(self):
        titles = {pk: str(post) for pk, post in self.posts.items()}
        own = {
            pk
            for pk, post in self.posts.items()
            if self.reader and post.holder_id == self.reader.pk
        }
        return self._by_owner(self._post, titles, "No owner decided", own)

    def _by_owner(self, key_of, titles, nobody, own):
        """In the order of their names, never of their numbers; the reader's own first."""
        found = {}
        for row in self.found:
            found.setdefault(key_of(row), []).append(row)
        keys = sorted(
            found, key=lambda key: (key not in own, key is None, titles.get(key, "").lower())
        )
        return [
            self._group(str(key or NONE), titles.get(key, nobody), found[key], is_open=key in own)
            for key in keys
        ]

    def _group(self, key, title, found, **words):
        return Group(key, title, [self.thing(row) for row in found[:LISTED]], len(found), **words)
