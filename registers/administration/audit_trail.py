"""What the audit trail of an organisation or of one register says, a page at a time.

Never a text that quotes a risk: of risks their references, and titles of those that are not exempt.
"""

import datetime
from dataclasses import dataclass

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from registers.models import Action, AuditChain, AuditEntry, Control, Risk
from registers.permissions import risks_across
from registers.phrases.audit import GROUPS, RECORDS, verbs_in_words

LENGTH = 50  # entries on a page
SIGNED_IN = "user.signed-in"
REFUSED = ("user.sign-in-refused", "user.code-refused")  # whoever typed is not known
CHECKED = 100  # the last entries, whose signatures a page checks
# Records whose names, as entries keep them, quote no risk.
NAMED_RECORDS = frozenset(
    "organisation membership user post directorate body seat register scoringscheme "
    "schemedraft meeting preelectionperiod".split()
)


@dataclass(frozen=True)
class TrailRow:
    """An entry as the page shows it. person: whose act it was. href: "" for none."""

    entry: AuditEntry
    words: str
    record: str
    href: str = ""

    @property
    def person(self):
        if self.entry.verb in REFUSED:
            return "not known"
        return str(self.entry.by or "the installation")


class AuditTrail:
    """The entries of an organisation, newest first. As many queries whatever their number.

    register: only those about it and what is on it. filters: person, record, group, since, until
    and before (cleaned_data of AuditFilterForm). The reader decides which risks have a title.
    """

    def __init__(self, organisation, reader, filters, register=None):
        self.organisation, self.reader, self.register = organisation, reader, register
        self.chain = AuditChain.objects.filter(organisation=organisation).first()
        entries = AuditEntry.objects.filter(chain=self.chain) if self.chain else None
        rows = []
        if entries is not None:
            entries = narrow(entries, filters)
            if register:
                entries = entries.filter(subject__in=subjects_of(register))
            entries = entries.select_related("by", "text").order_by("-number")
            rows = list(entries[: LENGTH + 1])
        self.next_number = rows[LENGTH - 1].number if len(rows) > LENGTH else None
        self.rows = self._describe(rows[:LENGTH])

    @property
    def problems(self):
        """What is wrong with the last entries of the chain, in words. Two queries."""
        return list(self.chain.verify_tail(CHECKED)) if self.chain else []

    def _describe(self, entries):
        keys = {pk for entry in entries if (pk := risk_of(entry))}
        rows = Risk.objects.filter(pk__in=keys, register__organisation=self.organisation)
        risks = {risk.pk: risk for risk in rows.select_related("register", "latest")}
        registers = {row.pk: row for row in self.organisation.registers.all()}
        visible = risks_across(self.reader, registers.values()).filter(pk__in=keys, is_exempt=False)
        with_title = {*visible.values_list("pk", flat=True)}
        return [self._row(entry, risks, with_title, registers) for entry in entries]

    def _row(self, entry, risks, with_title, registers):
        words = verbs_in_words(entry.facts.get("verbs") or [entry.verb])
        if detail := entry.facts.get("format") or entry.facts.get("page"):
            words = f"{words} ({detail.replace('_', ' ')})"
        model, _separator, key = entry.subject.partition(":")
        if risk := risks.get(risk_of(entry)):
            title = f" {risk.title}" if risk.pk in with_title else ""
            href = risk.get_absolute_url() if title else ""
            return TrailRow(entry, words, f"{risk.reference}{title}", href)
        if model == "register" and key.isdecimal() and int(key) in registers:
            register = registers[int(key)]
            return TrailRow(entry, words, str(register), register.get_absolute_url())
        return TrailRow(entry, words, name_of(entry, model))


def name_of(entry, model):
    """The name of the record as the entry keeps it, or what kind of record it is.

    "" for a sign-in: it is about the person whose act it is.
    """
    if entry.verb == SIGNED_IN:
        return ""
    text = getattr(entry, "text", None)
    content = (text and text.content) or {}
    name = content.get("name") if model in NAMED_RECORDS else ""
    return name or str(RECORDS.get(model, ""))


def risk_of(entry):
    """The key of the risk that the entry is about, or that its record belongs to; None."""
    model, _separator, key = entry.subject.partition(":")
    if model == "risk" and key.isdecimal():
        return int(key)
    key = entry.facts.get("risk")
    return key if isinstance(key, int) else None


def narrow(entries, filters):
    """The entries that match filters (cleaned_data of AuditFilterForm)."""
    conditions = Q()
    if filters.get("person"):
        conditions &= Q(by=filters["person"])
    if filters.get("record"):
        conditions &= Q(subject__startswith=f"{filters['record']}:")
    if filters.get("group"):
        verbs = Q()
        for prefix in GROUPS[filters["group"]].prefixes:
            verbs |= Q(verb__startswith=prefix)
        conditions &= verbs
    if filters.get("since"):
        conditions &= Q(at__gte=start_of(filters["since"]))
    if filters.get("until"):
        conditions &= Q(at__lt=start_of(filters["until"] + datetime.timedelta(days=1)))
    if filters.get("before"):
        conditions &= Q(number__lt=filters["before"])
    return entries.filter(conditions)


def start_of(day):
    """The instant at which a day starts here."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def subjects_of(register):
    """How entries name the register and what is on it: one query, for a condition on entries."""

    def names(rows, model):
        name = Concat(Value(f"{model._meta.model_name}:"), Cast("pk", CharField()))
        return rows.order_by().values_list(name, flat=True)

    risks = names(Risk.objects.filter(register=register), Risk)
    controls = names(Control.objects.filter(risk__register=register), Control)
    actions = names(Action.objects.filter(risk__register=register), Action)
    register_name = names(type(register).objects.filter(pk=register.pk), type(register))
    return register_name.union(risks, controls, actions, all=True)
