"""Tasks in words: what to do, why it waits, and the page where it is finished."""

from django.urls import reverse
from django.utils.text import Truncator

from registers.models import (
    Action,
    Appetite,
    Assurance,
    CommitteeActionRevision,
    Control,
    Escalation,
    Line,
    Question,
    RegisterImport,
    Risk,
    TaskKind,
)
from registers.phrases.register import missing_details_sentence, proposed_sentence
from registers.tasks.task import Task

LONGEST_TITLE = 120  # characters of a question
# What a task shows of its risk.
RISK_FIELDS = (
    *("number", "register", "raised_by", "is_exempt"),
    *("latest__title", "latest__owner__holder", "latest__primary_failure_type"),
)
OF_RISK = tuple(f"risk__{name}" for name in RISK_FIELDS)


def _risks(keys):
    rows = Risk.objects.select_related("latest__owner", "current")
    return rows.only(*RISK_FIELDS, "current__scheme").filter(pk__in=keys)


def _of_risk(model, *fields, owner="latest__owner"):
    """What loads rows that belong to a risk, with these fields and the holder of their owner."""
    names = [*fields, *OF_RISK] + ([f"{owner}__holder"] if owner else [])
    related = ["risk__latest__owner"] + ([owner] if owner else [])

    def rows(keys):
        return model.objects.select_related(*related).only(*names).filter(pk__in=keys)

    return rows


def _appetites(keys):
    return Appetite.objects.select_related("organisation").filter(pk__in=keys)


def _questions(keys):
    rows = Question.objects.select_related("meeting__body", "risk__latest", "post")
    return rows.prefetch_related("referrals__post").filter(pk__in=keys)


def _committee_actions(keys):
    related = ("action__meeting__body", "risk__latest", "post")
    rows = CommitteeActionRevision.objects.in_force().select_related(*related)
    return rows.filter(action__in=keys)


def _imports(keys):
    return RegisterImport.objects.only("file_name", "register").filter(pk__in=keys)


OF_A_RISK = (
    *(TaskKind.REVIEW, TaskKind.TOLERANCE, TaskKind.RATING),
    *(TaskKind.DETAILS, TaskKind.DRAFT),
)
LOADERS = {
    **dict.fromkeys(OF_A_RISK, _risks),
    TaskKind.ESCALATION: _of_risk(Escalation, "effective_on", "direction", "to_register", owner=""),
    TaskKind.ACTION: _of_risk(Action, "latest__title"),
    TaskKind.QUESTION: _questions,
    TaskKind.COMMITTEE_ACTION: _committee_actions,
    TaskKind.CONTROL: _of_risk(Control, "latest__title"),
    TaskKind.ASSURANCE: _of_risk(Assurance, "line", "control", owner="control__latest__owner"),
    TaskKind.APPETITE: _appetites,
    TaskKind.IMPORT: _imports,
}


def tasks_of(keys, reader):
    """The Task of each key, in the same order. One query for each kind of record among them.

    A record that somebody finished meanwhile and that is gone is left out.
    """
    wanted = {}
    for key in keys:
        wanted.setdefault(LOADERS[key.kind], set()).add(key.record)
    rows = {load: {_record(row): row for row in load(pks)} for load, pks in wanted.items()}
    pairs = ((key, rows[LOADERS[key.kind]].get(key.record)) for key in keys)
    return [WORDS[key.kind](key, row, reader) for key, row in pairs if row]


def _record(row):
    """The key by which a TaskKey names it: a revision stands for its action."""
    return row.action_id if isinstance(row, CommitteeActionRevision) else row.pk


def _about_risk(task, risk, reader, summary, *, page, row=None, owners=(), **options):
    """A task that belongs to a risk, or to a row of it.

    page: the name of the address where it is finished. owners: of the row, posts or None.
    """
    register = risk.register = reader.registers[risk.register_id]
    record = row or risk
    details = {
        "title": risk.title,
        "key": f"{task.kind}-{record.pk}",
        "place": str(register),
        "is_for_manager": reader.is_for_manager(risk, *owners, risk.latest.owner),
        **options,
    }
    return Task(
        kind=task.kind,
        on=task.on,
        register=task.register,
        summary=summary.format(risk.reference),
        path=reverse(page, args=[register.slug, risk.number, *([row.pk] if row else [])]),
        is_exempt=risk.is_exempt,
        **details,
    )


def _review(task, risk, reader):
    return _about_risk(task, risk, reader, "Review {}", page="risk_review")


def _tolerance(task, risk, reader):
    return _about_risk(task, risk, reader, "Tolerance of {} ends", page="risk_edit")


def _rating(task, risk, reader):
    note = "Rated under an earlier scoring scheme" if risk.current_id else "No rating yet"
    return _about_risk(task, risk, reader, "Rate {}", page="risk_assess", note=note)


def _details(task, risk, reader):
    missing = {"owner": risk.latest.owner, "failure type": risk.latest.primary_failure_type_id}
    note = missing_details_sentence([name for name, value in missing.items() if not value])
    return _about_risk(task, risk, reader, "Complete {}", page="risk_edit", note=note)


def _draft(task, risk, reader):
    note = "Your draft: not on the register yet"
    options = {"note": note, "is_for_manager": False}
    return _about_risk(
        task, risk, reader, "Finish draft {}", page="risk_put_on_register", **options
    )


def _action(task, action, reader):
    options = {"row": action, "owners": [action.latest.owner], "title": action.title}
    action.risk.register = reader.registers[action.risk.register_id]
    options["change_path"] = action.get_absolute_url()
    return _about_risk(task, action.risk, reader, "Action for {}", page="action_done", **options)


def _question(task, question, reader):
    register, about = reader.registers[task.register], ""
    if question.risk:
        about = f" about {register.reference(question.risk.number)}"
    return Task(
        kind=task.kind,
        on=task.on,
        summary=f"Answer a question{about}",
        title=Truncator(question.wording).chars(LONGEST_TITLE),
        path=reverse("question_answer", args=[question.meeting_id, question.pk]),
        key=f"{task.kind}-{question.pk}",
        place=str(question.meeting),
        register=task.register,
        is_exempt=question.is_exempt,
        is_for_manager=question.answering_post.holder_id != reader.user.pk,
    )


def _committee_action(task, revision, reader):
    action = revision.action
    return Task(
        kind=task.kind,
        on=task.on,
        summary=f"Committee action {action.reference}",
        title=Truncator(revision.wording).chars(LONGEST_TITLE),
        path=reverse("committee_action_done", args=[action.meeting_id, action.pk]),
        change_path=action.get_absolute_url(),
        key=f"{task.kind}-{action.pk}",
        place=str(action.meeting.body),
        register=task.register,
        note="No due date yet",
        is_exempt=bool(revision.risk and revision.risk.is_exempt),
        is_for_manager=revision.post.holder_id != reader.user.pk,
    )


def _control(task, control, reader):
    note = "" if task.on else "Never tested"
    options = {"owners": [control.latest.owner], "title": control.title, "note": note}
    return _about_risk(
        task,
        control.risk,
        reader,
        "Test a control of {}",
        page="control_test",
        row=control,
        **options,
    )


def _assurance(task, row, reader):
    line = "" if row.risk.is_exempt else f", {Line(row.line).label.lower()}"
    return _about_risk(
        task,
        row.risk,
        reader,
        f"Assurance of {{}} runs out{line}",
        page="assurance_new",
        owners=[row.control and row.control.latest.owner],
        key=f"{task.kind}-{row.risk_id}-{row.line}",
    )


def _escalation(task, row, reader):
    is_up = row.direction == Escalation.Direction.UP
    home = reader.registers[row.risk.register_id]
    options = {
        "note": proposed_sentence(is_up, str(home), row.effective_on),
        "place": str(reader.registers[row.to_register_id]),
        "is_for_manager": False,
    }
    return _about_risk(
        task, row.risk, reader, "Decide on {}", page="escalation_decide", row=row, **options
    )


def _appetite(task, row, reader):
    register = reader.registers[task.register]
    path = reverse("appetite_new", args=[register.slug])
    # As its form says it for all other categories.
    category = row.category or "all"
    return Task(
        kind=task.kind,
        on=task.on,
        summary="Review the appetite",
        title=row.get_category_display() or "All categories",
        path=f"{path}?category={category}",
        key=f"{task.kind}-{row.organisation_id}-{row.scheme_id}-{category}",
        place=str(row.organisation),
        register=task.register,
    )


def _import(task, row, reader):
    register = row.register = reader.registers[row.register_id]
    return Task(
        kind=task.kind,
        on=None,
        summary="Finish or cancel the import",
        title=row.file_name,
        path=row.get_absolute_url(),
        key=f"{task.kind}-{row.pk}",
        place=str(register),
        register=task.register,
        note="Your import: nothing is on the register yet",
    )


WORDS = {
    TaskKind.ESCALATION: _escalation,
    TaskKind.REVIEW: _review,
    TaskKind.ACTION: _action,
    TaskKind.QUESTION: _question,
    TaskKind.COMMITTEE_ACTION: _committee_action,
    TaskKind.TOLERANCE: _tolerance,
    TaskKind.CONTROL: _control,
    TaskKind.ASSURANCE: _assurance,
    TaskKind.APPETITE: _appetite,
    TaskKind.RATING: _rating,
    TaskKind.DETAILS: _details,
    TaskKind.DRAFT: _draft,
    TaskKind.IMPORT: _import,
}
