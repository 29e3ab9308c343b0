"""What may be a task, kind by kind: its rows, their day and whose they are."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Cast

from registers.dates import years_later
from registers.models import (
    Action,
    Appetite,
    Assurance,
    CommitteeActionRevision,
    Control,
    Escalation,
    MissingInformation,
    PaperPart,
    Post,
    Question,
    Register,
    RegisterImport,
    Risk,
    TaskKind,
)
from registers.models.conditions import TEST_YEARS
from registers.permissions import is_about_readable_part, sees_every_exempt_risk
from registers.tasks.task import TaskKey

UNRATED = (MissingInformation.NO_RATING, MissingInformation.EARLIER_SCHEME)
INCOMPLETE = (MissingInformation.NO_OWNER, MissingInformation.NO_FAILURE_TYPE)
NO_DAY = Cast(Value(None), DateField())
NO_KEY = Cast(Value(None), BigIntegerField())


class TaskRow(NamedTuple):
    """What is read of a task. recipient, exempt_risk: as TaskReader.among has them, else None."""

    kind: str
    record: int
    on: datetime.date | None
    register: int
    recipient: int | None
    exempt_risk: int | None

    @property
    def pair(self):
        return self.recipient, self.exempt_risk


@dataclass(frozen=True)
class Source:
    """The tasks of one kind.

    rows: TaskReader -> its rows of that kind, of any day. on: the lookup of the day; "": they wait.
    register, record: the lookups of the keys that a TaskKey has. years: how long after that day it
    is due. waits: the condition that a row without a day is a task that waits. is_shared: whether a
    risk manager has those of others who can do nothing about them.
    """

    rows: Callable
    on: str = ""
    register: str = "risk__register"
    record: str = "pk"
    years: int = 0
    waits: Q | None = None
    is_shared: bool = True

    def keys(self, kind, reader, span):
        """The values of a TaskRow for each in the span, as a queryset; None: there are none.

        A day is that of `on`: TaskKeys are made of it by `key`.
        """
        condition = self._is_within(span)
        if condition is None:
            return None
        rows = self.rows(reader).filter(condition).order_by()
        is_shared = self.is_shared and reader.managed
        return rows.values_list(
            Value(str(kind), output_field=CharField()),
            F(self.record),
            F(self.on) if self.on else NO_DAY,
            F(self.register),
            *((F("recipient"), F("exempt_risk")) if is_shared else (NO_KEY, NO_KEY)),
        )

    def key(self, row):
        on = years_later(row.on, self.years) if row.on else None
        return TaskKey(TaskKind(row.kind), row.record, on, row.register)

    def _is_within(self, span):
        condition = None
        if self.on:
            days = (years_later(day, -self.years) for day in (span.first, span.last))
            condition = Q(**{f"{self.on}__range": tuple(days)})
        if self.waits is not None and span.includes_waiting:
            condition = condition | self.waits if condition else self.waits
        return condition


def _risks(reader):
    return reader.narrow(reader.positions, ["owner"])


def _unrated(reader):
    return _risks(reader).filter(MissingInformation.among(UNRATED, reader.day))


def _incomplete(reader):
    return _risks(reader).filter(MissingInformation.among(INCOMPLETE, reader.day))


def _tolerances(reader):
    return _risks(reader).filter(revision__response=Risk.Response.TOLERATE)


def _actions(reader):
    rows = Action.objects.filter(latest__status=Action.Status.OPEN, risk__in=reader.risk_keys)
    return reader.narrow(rows, ["latest__owner", "risk__latest__owner"])


def _questions(reader):
    """About the Part B of a paper only for who sees every exempt risk of its register."""
    posts = Post.objects.filter(pk=OuterRef("answering"))
    rows = Question.objects.open().with_answering_post()
    rows = rows.annotate(holder=Subquery(posts.values("holder")))
    rows = rows.filter(is_about_readable_part(reader.user, reader.registers.values()))
    rows = rows.annotate(is_with_part=sees_every_exempt_risk("holder"))
    is_unreadable = Q(paper_part=PaperPart.EXEMPT, is_with_part=False)
    return _of_post(reader, rows, "register", "holder", is_unreadable)


def _committee_actions(reader):
    """Those without a due day wait: somebody is to agree one."""
    rows = CommitteeActionRevision.objects.in_force(reader.day).open()
    return _of_post(reader, rows, "action__register", "post__holder")


def _of_post(reader, rows, register, holder, is_unreadable=None):
    """Rows for the holder of their post. register, holder: the paths to these.

    Where the post is vacant, or its holder works on no register or may not see the risk, for the
    risk managers. is_unreadable: the condition that the holder may not read the row.
    """
    is_visible = Q(risk=None) | Q(risk__in=reader.risk_keys)
    rows = rows.filter(is_visible, **{f"{register}__in": [*reader.registers]})
    mine = Q(**{holder: reader.user})
    return reader.among(rows, F(holder), mine, register, is_unreadable)


def _controls(reader):
    rows = Control.objects.filter(latest__status=Control.Status.IN_PLACE, risk__in=reader.risk_keys)
    return reader.narrow(rows, ["latest__owner", "risk__latest__owner"])


def _assurances(reader):
    """The latest opinion of each risk and line only: a later one replaces an earlier one."""
    latest = Assurance.objects.latest_per("risk", "line", day=reader.day)
    rows = latest.filter(risk__in=reader.risk_keys)
    return reader.narrow(rows, ["control__latest__owner", "risk__latest__owner"])


def _escalations(reader):
    """For whoever runs the register that would take the risk."""
    return Escalation.objects.undecided().filter(
        to_register__in=reader.managed, risk__in=reader.risk_keys
    )


def _appetites(reader):
    """The latest statements, for schemes that a register uses. For risk managers."""
    used_by = Register.objects.filter(
        pk__in=[register.pk for register in reader.managed],
        organisation=OuterRef("organisation"),
        scheme=OuterRef("scheme"),
    )
    latest = Appetite.objects.latest_per("organisation", "scheme", "category", day=reader.day)
    first = used_by.order_by(F("parent").asc(nulls_first=True), "name").values("pk")[:1]
    return latest.filter(Exists(used_by)).annotate(used_by=Subquery(first))


def _drafts(reader):
    return Risk.objects.filter(
        latest__status=Risk.Status.DRAFT,
        raised_by=reader.user,
        register__in=[*reader.registers],
    )


def _imports(reader):
    return RegisterImport.objects.filter(by=reader.user, register__in=reader.managed).exclude(
        stage=RegisterImport.Stage.DONE
    )


ALWAYS = ~Q(pk__in=())
SOURCES = {
    TaskKind.ESCALATION: Source(
        _escalations, register="to_register", waits=ALWAYS, is_shared=False
    ),
    TaskKind.REVIEW: Source(_risks, "next_review_on", "register", "risk"),
    TaskKind.ACTION: Source(_actions, "latest__due_on"),
    TaskKind.QUESTION: Source(_questions, "answer_by", register="register"),
    TaskKind.COMMITTEE_ACTION: Source(
        _committee_actions,
        "due_on",
        register="action__register",
        record="action",
        waits=Q(due_on=None),
    ),
    TaskKind.TOLERANCE: Source(_tolerances, "revision__tolerated_until", "register", "risk"),
    TaskKind.CONTROL: Source(
        _controls, "latest__last_tested_on", years=TEST_YEARS, waits=Q(latest__last_tested_on=None)
    ),
    TaskKind.ASSURANCE: Source(_assurances, "expires_on"),
    TaskKind.APPETITE: Source(_appetites, "review_by", "used_by", is_shared=False),
    TaskKind.RATING: Source(_unrated, register="register", record="risk", waits=ALWAYS),
    TaskKind.DETAILS: Source(_incomplete, register="register", record="risk", waits=ALWAYS),
    TaskKind.DRAFT: Source(_drafts, register="register", waits=ALWAYS, is_shared=False),
    TaskKind.IMPORT: Source(_imports, register="register", waits=ALWAYS, is_shared=False),
}
# Without a register to run there is nothing of these.
OF_MANAGERS = {TaskKind.ESCALATION, TaskKind.APPETITE, TaskKind.IMPORT}
