"""The demo: two made-up organisations, from fixtures/demo/*.yaml, written by the verbs of forms.

Days are counted back from the day of loading. `q1` is the last quarter end before it, `q2` the one
before that; `q2-9` is nine days before q2; `q1+6` is six days after q1, but never after the day of
loading; `today-3` is three days before it.

The first step of a risk logs it. Each further step has a reason (`why:`) and one of these:
    rate: 4x3            rates it
    change:              changes its fields
    review:              reviews it, with that outcome; `next_in:` days until the next one, by
                         default those of the scheme; `outside:` who outside was asked
    mark: relevant       marks the warning sign `sign: DON-W1`
    happened:            says that it came true, and what happened
    close: true          closes it; `rests_on:` who must not leave
    reopen: true         reopens it
    open: true           puts a draft (`status: draft`) on the register

`agreements` of a register name the body, its decision, the data date (`day`) and the day of the
meeting (`met`); they come before all else of that day. Of an organisation, `bodies` are what its
registers are reported to, with the `meetings` of each, and `controls` and `beside` name files of
what stands beside its risks (related.py), `record` one of what meetings did (committee.py). These
are written last.
What happened before the day that a risk was `brought_in` was recorded on that day. References
follow the order of recording, which is the order of the file.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from registers.demo.committee import CommitteeLoader
from registers.demo.dates import (
    OPTIONAL_FIELDS,
    REQUIRED_FIELDS,
    day_of,
    due_of,
    instant_at,
    steps_in_order,
)
from registers.demo.papers import PaperLoader
from registers.demo.related import RelatedLoader
from registers.history.seals import seals_of
from registers.models import (
    AdverseImpact,
    Appetite,
    AuditEntry,
    Directorate,
    FailureType,
    Meeting,
    Membership,
    Organisation,
    Post,
    Register,
    Risk,
    Role,
    ScoringScheme,
    Seat,
    User,
    WarningSign,
)
from registers.models.meeting import clear_days_of
from registers.models.review import proposed_next_review
from registers.precedents import suggestions_of
from registers.risk_fields import Sort, names_of
from registers.services import agree

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"
ORGANISATIONS = ("northmoor", "eastvale")
TUESDAY = 1


@dataclass(frozen=True)
class Account:
    """A person of the demo who can sign in, and what to try as them."""

    key: str
    email: str
    name: str
    role: Role
    to_try: str
    days: int | None = None  # how long the role lasts; None: without end
    also: tuple[Role, ...] = ()  # further roles, without end
    is_installation_administrator: bool = False


def read(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def accounts():
    """Everybody who can sign in to the demo."""
    return [account for name in ORGANISATIONS for account in _accounts_of(read(name))]


def _accounts_of(content):
    return [
        Account(
            key=row["key"],
            email=f"{row['key']}@{content['mail']}",
            name=row["name"],
            role=Role(row["role"]),
            to_try=row["try"],
            days=row.get("days"),
            also=tuple(map(Role, row.get("also", ()))),
            is_installation_administrator=row.get("installation", False),
        )
        for row in content["accounts"]
    ]


@transaction.atomic
def set_passwords(password):
    """Give the demo accounts this password. Where all have it already, sessions go on."""
    users = User.objects.filter(email__in=[account.email for account in accounts()])
    if not all(
        check_password(password, stored) for stored in set(users.values_list("password", flat=True))
    ):
        users.update(password=make_password(password))
        facts = {"users": sorted(users.values_list("pk", flat=True))}
        AuditEntry.record(
            organisation=None, by=None, verb="demo.password-set", subject="demo", facts=facts
        )


@transaction.atomic
def load(today=None):
    """Write both organisations unless the first exists. Returns whether anything was written.

    today: the day from which days are counted back. Needs the library. Raises IntegrityError where
    something else in the installation has one of the demo's names.
    """
    today = today or timezone.localdate()
    for name in ORGANISATIONS:
        content = read(name)
        organisation, is_new = Organisation.objects.get_or_create(
            slug=content["organisation"]["slug"], defaults=content["organisation"]
        )
        if not is_new:
            return False
        OrganisationLoader(organisation, content, today).load()
    return True


class OrganisationLoader:
    """Writes one organisation: its people, posts and registers, then its risks, day by day."""

    def __init__(self, organisation, content, today):
        self.organisation = organisation
        self.content = content
        self.today = today
        self.types = {t.slug: t for t in FailureType.objects.all()}
        self.drivers = {impact.slug: impact for impact in AdverseImpact.objects.all()}

    def load(self):
        self.people = self._people()
        self.posts = self._posts()
        self._appetites()
        files = [(self._register(story), story) for story in map(read, self.content["registers"])]
        self._bodies()
        agreements = [
            (day_of(row["met"], self.today), r, row)
            for r, story in files
            for row in story.get("agreements", ())
        ]
        agreements.sort(key=lambda row: row[0])
        self.risks = {}
        for recorded_on, day, *step_args in steps_in_order(
            [(r, story["risks"]) for r, story in files], self.today
        ):
            while agreements and agreements[0][0] <= recorded_on:
                self._agree(*agreements.pop(0))
            self._step(recorded_on, day, *step_args)
        for row in agreements:
            self._agree(*row)
        self._load_related()
        self._record_audit_entry([row for row, _ in files])

    def _record_audit_entry(self, registers):
        """One entry for the organisation and its people, posts and registers, with their seals."""
        memberships = Membership.objects.filter(organisation=self.organisation)
        directorates = self.organisation.directorates.all()
        rows = [
            self.organisation,
            *directorates,
            *self.people.values(),
            *memberships,
            *self.posts.values(),
            *registers,
            *self.organisation.bodies.all(),
            *Seat.objects.filter(body__organisation=self.organisation),
            *Meeting.objects.filter(body__organisation=self.organisation),
        ]
        entry = {
            "verb": "organisation.added",
            "subject": self.organisation,
            "text": {"name": str(self.organisation)},
        }
        AuditEntry.record(organisation=None, by=None, seals=seals_of(rows), **entry)

    def _load_related(self):
        """What stands beside risks, what meetings did, and papers, where there are files of it."""
        loader = RelatedLoader(self)
        for name in ("controls", "beside"):
            if name in self.content:
                loader.load(read(self.content[name]))
        if "record" in self.content:
            CommitteeLoader(self, loader.risks).load(read(self.content["record"]))
        PaperLoader(self).load(self.content.get("papers", ()))

    def _people(self):
        people = {}
        for account in _accounts_of(self.content):
            is_administrator = account.is_installation_administrator
            user = User(
                email=account.email,
                name=account.name,
                is_staff=is_administrator,
                is_superuser=is_administrator,  # the admin site asks for permissions as well
            )
            until = self.today + datetime.timedelta(days=account.days) if account.days else None
            people[account.key] = self._join(user, account.role, until)
            for role in account.also:
                self._add_role(user, role)
        for key, name in self.content["people"].items():
            user = User(email=f"{key}@{self.content['mail']}", name=name)
            people[key] = self._join(user, Role.OFFICER)
        for key, name in self.content.get("councillors", {}).items():
            user = User(email=f"{key}@{self.content['mail']}", name=name)
            people[key] = self._join(user, Role.MEMBER)
        return people

    def _join(self, user, role, until=None):
        user.set_unusable_password()
        user.save()
        self._add_role(user, role, until)
        return user

    def _add_role(self, user, role, until=None):
        Membership.objects.create(user=user, organisation=self.organisation, role=role, until=until)

    def _posts(self):
        directorates = {
            key: Directorate.objects.create(organisation=self.organisation, name=name)
            for key, name in self.content["directorates"].items()
        }
        return {
            key: Post.objects.create(
                organisation=self.organisation,
                directorate=directorates[row["directorate"]],
                title=row["title"],
                holder=self.people[row["holder"]] if "holder" in row else None,
                is_interim=row.get("interim", False),
                **self._since(row),
            )
            for key, row in self.content["posts"].items()
        }

    def _since(self, row):
        """Since when a post of the file is held, or vacant."""
        day = day_of(row["since"], self.today) if "since" in row else None
        return {"held_since" if "holder" in row else "vacant_since": day}

    def _appetites(self):
        for statement in self.content.get("appetites", ()):
            row = dict(statement)
            day, by = day_of(row.pop("day"), self.today), self.people[row.pop("by")]
            row["scheme"] = ScoringScheme.objects.get_by_natural_key(*row["scheme"])
            row["review_by"] = day + datetime.timedelta(days=row.pop("review_in"))
            Appetite.state(
                self.organisation, by=by, effective_on=day, recorded_at=instant_at(day, 9), **row
            )

    def _register(self, story):
        row = dict(story["register"])
        scheme = ScoringScheme.objects.get_by_natural_key(*row.pop("scheme"))
        if "parent" in row:
            row["parent"] = self.organisation.registers.get(slug=row["parent"])
        if "directorate" in row:
            row["directorate"] = self.organisation.directorates.get(name=row["directorate"])
        return Register.objects.create(organisation=self.organisation, scheme=scheme, **row)

    def _bodies(self):
        """The bodies that registers are reported to, with who sits on them."""
        for row in self.content.get("bodies", ()):
            body = self.organisation.bodies.create(name=row["name"], kind=row["kind"])
            body.registers.set(self.organisation.registers.filter(slug__in=row["oversees"]))
            for place, key in enumerate(row.get("members", ())):
                person, from_day = self.people[key], day_of(row["since"], self.today)
                chairs = place == 0 and row.get("is_chaired", False)
                Seat.objects.create(body=body, user=person, from_day=from_day, is_chair=chairs)
            for meeting in row.get("meetings", ()):
                self._meeting(body, meeting)

    def _meeting(self, body, row):
        """A meeting on a day; one to come `after` a day, on the first Tuesday from then on."""
        if "day" in row:
            day = day_of(row["day"], self.today)
        else:
            day = due_of(row["after"], self.today)
            day += datetime.timedelta(days=(TUESDAY - day.weekday()) % 7)
        starts_at = datetime.time.fromisoformat(row["at"])
        notice = clear_days_of(body)
        meeting = body.meetings.create(
            on=day, starts_at=starts_at, place=row["place"], clear_days=notice
        )
        meeting.registers.set(body.registers.all())

    def _step(self, recorded_on, day, register, story, step):
        risk = self.risks.get(id(story))
        verbs = {"change": self._change, "review": self._review, "mark": self._mark}
        verbs |= dict.fromkeys(("happened", "close", "reopen", "open"), self._change_status)
        verb = (
            next((verb for word, verb in verbs.items() if word in step), self._rate)
            if risk
            else self._log
        )
        timing = {"effective_on": day, "recorded_at": instant_at(recorded_on, 10)}
        by = self.people[step.get("by") or story.get("by", "officer")]
        self.risks[id(story)] = verb(risk or register, story, step, by=by, **timing)

    def _agree(self, met_on, register, agreement):
        agree(
            register=register,
            by=self.people[agreement["by"]],
            body=self.organisation.bodies.get(name=agreement["body"]),
            decision=agreement["decision"],
            on=day_of(agreement["day"], self.today),
            met_on=met_on,
            note=agreement.get("note", ""),
            recorded_at=instant_at(met_on, 9),
        )

    def _log(self, register, story, step, **authorship):
        words = {name: story[name] for name in REQUIRED_FIELDS}
        words |= {name: story[name] for name in sorted(OPTIONAL_FIELDS & set(story))}
        rating = self._rating(story, step) if "rate" in step else {}
        return Risk.log(register, **self._content(words), **rating, **authorship)

    def _change(self, risk, story, step, **authorship):
        risk.revise(
            version=risk.version,
            reason=step["why"],
            **self._content(step["change"]),
            **authorship,
        )
        return risk

    def _change_status(self, risk, story, step, **authorship):
        details = {"version": risk.version, "reason": step["why"], **authorship}
        if "happened" in step:
            risk.happen(
                happened_on=authorship["effective_on"], happened_what=step["happened"], **details
            )
        elif "close" in step:
            risk.close(depends_on=step.get("rests_on", "Nobody."), **details)
        elif "reopen" in step:
            risk.reopen(**details)
        else:
            risk.open(**details)
        return risk

    def _rate(self, risk, story, step, **authorship):
        risk.assess(
            version=risk.version,
            kind=step.get("kind", "current"),
            perspective=step.get("perspective", "own"),
            evidence=step.get("evidence", ""),
            **_ends(step),
            **self._rating(story, step),
            **authorship,
        )
        return risk

    def _review(self, risk, story, step, **authorship):
        day = authorship["effective_on"]
        days = step.get("next_in")
        next_on = day + datetime.timedelta(days=days) if days else proposed_next_review(risk, day)
        fields = {
            "outcome": step["review"],
            "note": step["why"],
            "asked_outside": step.get("outside", ""),
        }
        risk.review(version=risk.version, next_on=next_on, **fields, **authorship)
        return risk

    def _mark(self, risk, story, step, **authorship):
        sign = WarningSign.objects.get(code=step["sign"])
        words = next(
            (suggestion.words for suggestion in suggestions_of(risk) if suggestion.sign == sign), ()
        )
        risk.mark(sign=sign, mark=step["mark"], reason=step["why"], words=words, **authorship)
        return risk

    def _rating(self, story, step):
        likelihood, impact = map(int, step["rate"].split("x"))
        driver = self.drivers[step.get("driver") or story["driver"]]
        return {
            "likelihood": likelihood,
            "impact": impact,
            "driver": driver,
            "rationale": step["why"],
        }

    def _content(self, words):
        """The words of the file -> the fields of a risk."""
        content = dict(words)
        if "owner" in content:
            content["owner"] = self.posts[content["owner"]]
        if "type" in content:
            slug = content.pop("type")
            content["primary_failure_type"] = self.types[slug] if slug else None
        if "others" in content:
            content["other_failure_types"] = [self.types[slug] for slug in content.pop("others")]
        if "impacts" in content:
            content["adverse_impacts"] = [self.drivers[slug] for slug in content.pop("impacts")]
        for name in names_of(Sort.DAY):
            if name in content:
                content[name] = due_of(content[name], self.today)
        if "exempt" in content:
            content["is_exempt"] = content.pop("exempt")
        return content


def _ends(step):
    """The ends of `range: 3-4x4-5`, if the step has one."""
    if "range" not in step:
        return {}
    rated = zip(("likelihood", "impact"), step["range"].split("x"), strict=True)
    ends = {name: part.split("-") for name, part in rated}
    return {
        f"{n}_{end}": int(value)
        for n, pair in ends.items()
        for end, value in zip(("low", "high"), pair, strict=True)
    }
