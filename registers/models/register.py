"""A register and the scheme it scores by."""

import copy
from functools import cached_property

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from registers import scoring
from registers.history.errors import InvalidTransition, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import AuditedModel, seals_of
from registers.models.people import Directorate, Organisation
from registers.models.scheme_adoption import SchemeAdoption


class ScoringSchemeManager(models.Manager):
    def get_by_natural_key(self, slug, version):
        return self.get(slug=slug, version=version)


class ScoringScheme(AuditedModel):
    """Levels, bands and matrix as data. In use it is never edited: a new version replaces it."""

    natural_key_fields = ("slug", "version")
    PARTS = ("likelihood", "impact", "bands", "cells", "tolerance", "escalation")

    slug = models.SlugField()
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Empty: a preset, open to everybody.",
    )
    likelihood = models.JSONField(help_text="Levels, lowest first: value, label, guidance.")
    impact = models.JSONField(help_text="Levels, lowest first: value, label, guidance.")
    bands = models.JSONField(help_text="Lowest first: slug, label, review_days.")
    cells = models.JSONField(
        help_text="Band slugs: a row for each likelihood, a column for each impact, lowest first."
    )
    tolerance = models.SlugField(help_text="The highest band that is tolerated.")
    escalation = models.SlugField(help_text="The band from which a risk is taken higher.")

    objects = ScoringSchemeManager()

    class Meta:
        ordering = ["slug", "version"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="scoring_scheme_version_once"),
        ]

    def __str__(self):
        return f"{self.name} (version {self.version})"

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)

    def natural_key(self):
        return (self.slug, self.version)

    @cached_property
    def rules(self):
        return scoring.Scheme.from_data(**{part: getattr(self, part) for part in self.PARTS})

    def is_in_use(self):
        return self.pk is not None and (self.registers.exists() or self.assessments.exists())

    def clean(self):
        self.__dict__.pop("rules", None)
        try:
            problems = scoring.find_problems(self.rules)
        except (KeyError, TypeError, AttributeError) as error:
            problems = [f"The scheme is not complete: {error}."]
        if self.is_in_use() and self._differs_from(ScoringScheme.objects.get(pk=self.pk)):
            problems.append(f"{self} is in use and is never edited: make it a new version.")
        if self.version < 1:
            problems.append("The first version of a scheme is 1.")
        if problems:
            raise ValidationError(problems)

    def _differs_from(self, stored):
        return any(getattr(stored, part) != getattr(self, part) for part in self.PARTS)


class RegisterQuerySet(models.QuerySet):
    def in_use(self):
        """Those that are not archived."""
        return self.filter(archived_on=None)


class Register(AuditedModel):
    # A counter that each new risk increments.
    SEAL_EXCLUDES = ("next_number",)

    class Level(models.TextChoices):
        SERVICE = "service", "Service"
        DIRECTORATE = "directorate", "Directorate"
        CORPORATE = "corporate", "Corporate"
        PARTNERSHIP = "partnership", "Partnership"
        BOARD_ASSURANCE = "board-assurance", "Board assurance framework"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="registers"
    )
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    prefix = models.CharField(
        max_length=8, help_text="The letters of a reference: CORP in CORP-007."
    )
    level = models.CharField(max_length=20, choices=Level, default=Level.CORPORATE)
    directorate = models.ForeignKey(
        Directorate, on_delete=models.PROTECT, null=True, blank=True, related_name="registers"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    scheme = models.ForeignKey(ScoringScheme, on_delete=models.PROTECT, related_name="registers")
    next_number = models.PositiveIntegerField(default=1, editable=False)
    archived_on = models.DateField(
        null=True, blank=True, help_text="Since when it is only to be read. Empty: it is in use."
    )

    objects = RegisterQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "prefix"], name="register_prefix_unique_in_organisation"
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        if not self._state.adding and kwargs.get("update_fields") is None:
            # An old copy must never bring back a number that was taken since.
            excluded = {"id", "next_number"}
            kwargs["update_fields"] = [
                f.name for f in self._meta.concrete_fields if f.name not in excluded
            ]
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("risk_list", args=[self.slug])

    @property
    def file_stem(self):
        """How the names of its files begin: those of a sandbox's register tell so."""
        is_clear = not self.organisation.is_sandbox or "sandbox" in self.slug
        return self.slug if is_clear else f"sandbox-{self.slug}"

    @property
    def is_archived(self):
        return self.archived_on is not None

    def clean(self):
        """Refuse what a register that holds risks, or took a newer scheme, may not become.

        Another organisation's, or one whose bands mean something else.
        """
        problems = {}
        if self.pk and (self.risks.exists() or self.scheme_adoptions.exists()):
            stored = Register.objects.get(pk=self.pk)
            fixed = ("organisation", "slug", "prefix", "scheme")
            changed = [name for name in fixed if getattr(stored, name) != getattr(self, name)]
            problems = dict.fromkeys(changed, "A register in use keeps this as it is.")
            if "scheme" in problems:
                problems["scheme"] = (
                    "A register in use takes only a newer version of its scheme: a risk manager "
                    "does so on the page of its settings."
                )
        for name in ("directorate", "parent"):
            other = getattr(self, name)
            if other and other.organisation_id != self.organisation_id:
                problems[name] = "This belongs to another organisation."
        if self.pk and self.parent and self in (self.parent, *self.parent.above()):
            problems["parent"] = "A register cannot stand above itself."
        if problems:
            raise ValidationError(problems)

    def above(self):
        """The registers above this one, the next one first. A query each.

        A cycle of parents ends where it closes.
        """
        parents, register = [], self.parent
        while register and register != self and register not in parents:
            parents.append(register)
            register = register.parent
        return parents

    def scheme_versions(self):
        """The versions of its scheme that its organisation may use, lowest first.

        Followed by the organisation's own schemes that were copied from one of them.
        """
        is_open = Q(organisation=None) | Q(organisation=self.organisation_id)
        return ScoringScheme.objects.filter(is_open & Q(slug=self.scheme.slug) | self._is_copy())

    def newer_schemes(self):
        """Those of these versions that it could take in place of the one in force."""
        is_newer = Q(slug=self.scheme.slug, version__gt=self.scheme.version)
        return self.scheme_versions().filter(is_newer | self._is_copy())

    def _is_copy(self):
        copies = ScoringScheme.objects.filter(
            organisation=self.organisation_id, draft__source__slug=self.scheme.slug
        )
        is_other = Q(slug__in=copies.order_by().values("slug")) & ~Q(slug=self.scheme.slug)
        return is_other & Q(organisation=self.organisation_id)

    @transaction.atomic
    def adopt_scheme(self, *, by, scheme, reason, token=None):
        """Take a newer version of its scheme, and return the SchemeAdoption.

        Ratings keep the scheme that gave them, and read "to re-assess" until somebody judges anew.
        A risk that is rated at the same moment may still be rated by the earlier scheme, whose
        levels its form showed: it then reads "to re-assess" as well, so risks are not locked. Two
        adoptions at once come one after the other.

        The same token by the same person returns the row that it made. Raises ValueError without
        a reason, InvalidTransition for a scheme that is no newer version open to the organisation.
        """
        if not reason.strip():
            raise ValueError("A register takes another scheme for a reason.")
        # Without a join: a row that is read after a wait would miss the scheme that it names by
        # then. Assessments need not wait: the scheme is no key.
        self.refresh_from_db(from_queryset=Register.objects.select_for_update(no_key=True))
        token = FormToken(token, self, by)
        if row := token.row_of(self.scheme_adoptions.filter(by=by)):
            is_same = (row.scheme_id, row.reason) == (scheme.pk, reason)
            return return_existing_or_raise(row, is_same, row.recorded_at)
        if not self.newer_schemes().filter(pk=scheme.pk).exists():
            raise InvalidTransition(f"{scheme} is not newer than {self.scheme}, which is in force")
        fields = {"earlier": self.scheme, "scheme": scheme, "reason": reason, "by": by}
        adoption = token.insert(
            SchemeAdoption,
            lambda token: self.scheme_adoptions.create(
                token=token, effective_on=timezone.localdate(), **fields
            ),
        )
        self.scheme = scheme
        self.__dict__.pop("_adoptions", None)
        self.save(update_fields=["scheme"])
        adoption.enter(
            organisation=self.organisation,
            verb="register.scheme-adopted",
            subject=self,
            facts={"from": adoption.earlier_id, "to": scheme.pk},
            text={"from": str(adoption.earlier), "to": str(scheme), "reason": reason},
            seals=seals_of([self]),
        )
        return adoption

    def scheme_on(self, day, recorded_by=None):
        """The scheme that was in force at the end of a day, as on record at an instant.

        One query for all days, none for the first version of a preset.
        """
        if not self._adoptions:
            return self.scheme
        adoptions = self.adoptions_by(day, recorded_by)
        return adoptions[-1].scheme if adoptions else self._adoptions[0].earlier

    def adoptions_by(self, day, recorded_by=None):
        """The SchemeAdoptions by the end of a day, oldest first. From the query of scheme_on."""
        return [
            row
            for row in self._adoptions
            if row.effective_on <= day and (recorded_by is None or row.recorded_at <= recorded_by)
        ]

    @classmethod
    def all_as_rated_on(cls, registers, day):
        """Each of these registers as_rated_on that day. One query for all of them."""
        adoptions = SchemeAdoption.objects.filter(register__in=registers).order_by("pk")
        rows = list(adoptions.select_related("scheme", "earlier"))
        for register in registers:
            register._adoptions = [row for row in rows if row.register_id == register.pk]
        return [register.as_rated_on(day) for register in registers]

    @cached_property
    def _adoptions(self):
        # An adoption takes a newer version, or a scheme of the organisation's own.
        if self.scheme.version == 1 and self.scheme.organisation_id is None:
            return []
        return list(self.scheme_adoptions.select_related("scheme", "earlier").order_by("pk"))

    def as_rated_on(self, day, recorded_by=None):
        """This register with the scheme that was in force then: to read by, never to save."""
        scheme = self.scheme_on(day, recorded_by)
        if scheme == self.scheme:
            return self
        register = copy.copy(self)
        register._state = copy.copy(self._state)
        register._state.fields_cache = {**self._state.fields_cache}
        register.scheme = scheme
        return register

    @transaction.atomic
    def archive(self, *, by):
        """Leave the register to be read only, from today.

        Raises InvalidTransition where another register in use stands below it, or an escalation
        from or to it is not decided.
        """
        # A proposal to escalate locks the row as well.
        Register.objects.select_for_update().get(pk=self.pk)
        if self.children.in_use().exists():
            raise InvalidTransition("Registers in use stand below it. Move or archive them first")
        if self._waiting_escalations().exists():
            raise InvalidTransition("Escalations from or to it are not decided yet")
        self.archived_on = timezone.localdate()
        self.save(update_fields=["archived_on"])
        self.enter("archived", by=by)

    @transaction.atomic
    def bring_back(self, *, by):
        """Use it again. Raises InvalidTransition where the register above it is archived."""
        if self.parent and self.parent.is_archived:
            raise InvalidTransition(f"{self.parent}, above it, is archived. Bring that back first")
        self.archived_on = None
        self.save(update_fields=["archived_on"])
        self.enter("brought-back", by=by)

    def _waiting_escalations(self):
        escalations = apps.get_model("registers", "Escalation").objects.undecided()
        return escalations.filter(Q(to_register=self) | Q(risk__register=self))

    def reference(self, number):
        return f"{self.prefix}-{number:03d}"

    def hold(self):
        """Let no body agree the register until the transaction ends. Others can take numbers."""
        if connection.vendor == "postgresql":
            table = connection.ops.quote_name(self._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR KEY SHARE", [self.pk])

    def take_number(self):
        """The next reference number, never given twice."""
        return self.take_numbers(1)[0]

    def take_numbers(self, count):
        """The next so many numbers: the UPDATE locks the row until the transaction ends."""
        Register.objects.filter(pk=self.pk).update(next_number=F("next_number") + count)
        self.refresh_from_db(fields=["next_number"])
        return range(self.next_number - count, self.next_number)
