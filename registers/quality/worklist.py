"""The worklist of a register: the findings of its checks without those set aside, in groups."""

from dataclasses import dataclass
from functools import cached_property

from registers.models import CheckWaiver
from registers.quality.checks import BY_SLUG, CHECKS, Check, Finding, Tally, run_checks
from registers.quality.data import RiskRow, load_context, load_risks

SHOWN_ENTRIES = 3  # of a group; its count is of all
OPEN_GROUPS = 3  # that are not folded
NONE = "none"  # in an address: no owner, or a post of no directorate


@dataclass(frozen=True)
class WorklistEntry:
    """A Finding as a page shows it.

    post: the owner, None where none is decided; waiver: the CheckWaiver that is in force, if any.
    """

    check: Check
    risk: RiskRow
    message: str
    reference: str
    band: object
    post: object
    waiver: CheckWaiver | None = None


@dataclass(frozen=True)
class WorklistGroup:
    """Findings of one check, directorate or post.

    key: for the address that lists the whole group. entries: the first of `count`. check, rule,
    scope_count: of a group by check only.
    """

    key: str
    title: str
    entries: list[WorklistEntry]
    count: int
    is_open: bool = False
    check: Check | None = None
    rule: str = ""
    scope_count: int | None = None

    @property
    def more_count(self):
        return self.count - len(self.entries)


class Worklist:
    """What the checks find on a register.

    risks: a queryset of those the reader may see. reader: groups of this person's posts are not
    folded. Ten queries, whatever the number of risks.
    """

    def __init__(self, register, risks, day, *, reader=None):
        self.register, self.reader, self.day = register, reader, day
        self.context = load_context(register, day)
        self.risks = load_risks(register, risks, day)
        self.tallies: list[Tally] = run_checks(CHECKS, self.risks, self.context)
        in_force = CheckWaiver.objects.in_force(day).select_related("by")
        waivers = in_force.filter(risk__in=risks.order_by().values("pk"))
        self._waivers = {(row.risk_id, row.check_name): row for row in waivers.order_by("pk")}
        self.posts = {
            post.pk: post for post in register.organisation.posts.select_related("directorate")
        }

    @cached_property
    def findings(self) -> list[Finding]:
        """What is to be put right: by check, the most pressing first, then by risk."""
        return [
            finding
            for tally in self.tallies
            for finding in tally.findings
            if not self._waiver_of(finding)
        ]

    @property
    def count(self):
        return len(self.findings)

    @cached_property
    def risk_count(self):
        """The number of risks with something to put right."""
        return len({finding.risk.pk for finding in self.findings})

    @cached_property
    def waived_entries(self) -> list[WorklistEntry]:
        """Findings that are set aside. One that is in order by now is left out."""
        return [
            self.entry_for(finding)
            for tally in self.tallies
            for finding in tally.findings
            if self._waiver_of(finding)
        ]

    @cached_property
    def clean_tallies(self) -> list[Tally]:
        """Of the checks without any finding, set aside or not."""
        return [tally for tally in self.tallies if not tally.findings]

    def entry_for(self, finding) -> WorklistEntry:
        risk = finding.risk
        return WorklistEntry(
            *finding,
            reference=self.register.reference(risk.number),
            band=self.context.bands[risk.current.band] if risk.current else None,
            post=self.posts.get(risk.owner),
            waiver=self._waiver_of(finding),
        )

    def groups(self, by) -> list[WorklistGroup]:
        """by: check, directorate or post. Groups without findings are left out."""
        return {
            "check": self._by_check,
            "directorate": self._by_directorate,
            "post": self._by_post,
        }[by]()

    def filter_findings(self, check=None, directorate=None, post=None) -> list[Finding]:
        """check: a slug. directorate, post: a key, or NONE for findings without one.

        Raises KeyError for a value that the register does not have.
        """
        findings = self.findings
        if check:
            wanted = BY_SLUG[check]
            findings = [row for row in findings if row.check is wanted]
        for key, rows, key_of in (
            (directorate, self._directorates, self._directorate_of),
            (post, self.posts, self._post_of),
        ):
            if key:
                pk = None if key == NONE else rows[int(key)].pk
                findings = [row for row in findings if key_of(row) == pk]
        return findings

    def filter_title(self, check=None, directorate=None, post=None) -> str:
        """The arguments of filter_findings in words."""
        titles = [BY_SLUG[check].title] if check else []
        if directorate:
            titles.append(
                "No directorate"
                if directorate == NONE
                else str(self._directorates[int(directorate)])
            )
        if post:
            titles.append("No owner" if post == NONE else str(self.posts[int(post)]))
        return ", ".join(titles)

    def find_entry(self, number, slug) -> WorklistEntry | None:
        """The finding of that check on the risk of that number, set aside or not."""
        for tally in self.tallies:
            for finding in tally.findings:
                if (finding.risk.number, finding.check.slug) == (number, slug):
                    return self.entry_for(finding)
        return None

    def _waiver_of(self, finding):
        return self._waivers.get((finding.risk.pk, finding.check.slug))

    @cached_property
    def _directorates(self):
        return {
            post.directorate_id: post.directorate
            for post in self.posts.values()
            if post.directorate
        }

    def _post_of(self, finding):
        return finding.risk.owner

    def _directorate_of(self, finding):
        post = self.posts.get(finding.risk.owner)
        return post and post.directorate_id

    def _by_check(self):
        groups = []
        for tally in self.tallies:
            findings = [row for row in tally.findings if not self._waiver_of(row)]
            if findings:
                group = self._group(
                    tally.check.slug,
                    tally.check.title,
                    findings,
                    is_open=len(groups) < OPEN_GROUPS,
                    rule=tally.check.rule_for(self.context),
                    check=tally.check,
                    scope_count=tally.scope_count,
                )
                groups.append(group)
        return groups

    def _by_directorate(self):
        titles = {pk: str(directorate) for pk, directorate in self._directorates.items()}
        return self._by_owner(self._directorate_of, titles, "No directorate", set())

    def _by_post(self):
        titles = {pk: str(post) for pk, post in self.posts.items()}
        readers_posts = {
            pk
            for pk, post in self.posts.items()
            if self.reader and post.holder_id == self.reader.pk
        }
        return self._by_owner(self._post_of, titles, "No owner", readers_posts)

    def _by_owner(self, key_of, titles, title_of_none, open_keys):
        """By title, never by count; open groups first."""
        groups = {}
        for finding in self.findings:
            groups.setdefault(key_of(finding), []).append(finding)
        keys = sorted(
            groups,
            key=lambda key: (key not in open_keys, key is None, titles.get(key, "").lower()),
        )
        return [
            self._group(
                str(key or NONE),
                titles.get(key, title_of_none),
                groups[key],
                is_open=key in open_keys,
            )
            for key in keys
        ]

    def _group(self, key, title, findings, **options):
        entries = [self.entry_for(finding) for finding in findings[:SHOWN_ENTRIES]]
        return WorklistGroup(key, title, entries, len(findings), **options)
