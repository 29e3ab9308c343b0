"""Who is here: organisations, their posts, the people who hold them and what each may be."""

import calendar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from registers.history.seals import AuditedModel


class UserManager(BaseUserManager):
    @transaction.atomic
    def create_user(self, email, password=None, *, by=None, **fields):
        """Add a person, with an audit entry. by: None for the installation itself, as from the
        command line.
        """
        if not self.normalize_email(email):
            raise ValueError("A person is known by an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.enter("added", by=by)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    @classmethod
    def normalize_email(cls, email):
        return (email or "").strip().lower()

    def get_by_natural_key(self, email):
        return self.get(email=self.normalize_email(email))


class User(AuditedModel, AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address, in lower case, is the name they sign in with."""

    # A digest of the password would help whoever guesses at it, and each sign-in writes last_login.
    SEAL_EXCLUDES = ("password", "last_login")
    SEAL_MANY = ("groups", "user_permissions")

    email = models.EmailField("e-mail address", unique=True)
    pending_email = models.EmailField(
        "new e-mail address",
        blank=True,
        editable=False,
        help_text="Waits until its link is followed.",
    )
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(
        default=True, help_text="Take the tick away instead of deleting a person."
    )
    is_staff = models.BooleanField(
        "installation administrator",
        default=False,
        help_text="May use the admin site and load the library.",
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
        ]

    def __str__(self):
        return self.name or self.email

    def save(self, *args, **kwargs):
        """A new password is saved in one transaction with the entry that tells of it
        (accounts/audit.py).
        """
        if self._password is None:
            return super().save(*args, **kwargs)
        with transaction.atomic():
            return super().save(*args, **kwargs)

    def clean(self):
        self.email = UserManager.normalize_email(self.email)


class Sector(models.TextChoices):
    COUNCIL = "council", "Council"
    COMBINED_AUTHORITY = "combined-authority", "Combined authority"
    NHS = "nhs", "NHS trust"
    SCHOOL = "school", "School or academy trust"
    CHILDRENS_SERVICES = "childrens-services", "Children's services"
    POLICE = "police", "Police"
    FIRE = "fire", "Fire and rescue"
    HOUSING_ASSOCIATION = "housing-association", "Housing association"
    OTHER = "other", "Other"


class Nation(models.TextChoices):
    """Whose bank holidays and rules on notice of meetings hold."""

    ENGLAND = "england", "England"
    WALES = "wales", "Wales"
    SCOTLAND = "scotland", "Scotland"
    NORTHERN_IRELAND = "northern-ireland", "Northern Ireland"


MONTHS = [(number, calendar.month_name[number]) for number in range(1, 13)]


class Organisation(AuditedModel):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    sector = models.CharField(max_length=20, choices=Sector, default=Sector.COUNCIL)
    nation = models.CharField(max_length=20, choices=Nation, default=Nation.ENGLAND)
    year_starts_in = models.PositiveSmallIntegerField(
        "first month of the financial year", choices=MONTHS, default=4
    )
    sandbox_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="sandboxes",
        help_text="The organisation whose people practise here. Empty: it is no sandbox.",
    )
    hidden_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Of a sandbox: since when another takes its place and nobody opens it.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year_starts_in__gte=1, year_starts_in__lte=12),
                name="organisation_year_starts_in_a_month",
            ),
            models.UniqueConstraint(
                fields=["sandbox_of"],
                condition=Q(hidden_at=None),
                name="organisation_has_one_sandbox_in_use",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | Q(sandbox_of__isnull=False),
                name="organisation_is_hidden_only_as_a_sandbox",
            ),
            models.CheckConstraint(
                condition=Q(nation__in=Nation.values), name="organisation_nation_is_known"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_sandbox(self):
        return self.sandbox_of_id is not None

    @property
    def sandbox(self):
        """Its sandbox that is in use, or None. A query."""
        return self.sandboxes.filter(hidden_at=None).first()

    def lock_for_update(self):
        """Let administrators' changes come one after the other, in a transaction."""
        rows = Organisation.objects.select_for_update(no_key=True)
        self.refresh_from_db(from_queryset=rows)


class Directorate(AuditedModel):
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="directorates"
    )
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="directorate_name_unique_in_organisation"
            ),
        ]

    def __str__(self):
        return self.name


class Post(AuditedModel):
    """Risks, controls and actions are owned by posts, which outlive the people in them."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    directorate = models.ForeignKey(
        Directorate, on_delete=models.PROTECT, related_name="posts", null=True, blank=True
    )
    title = models.CharField(max_length=200)
    holder = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="posts",
        null=True,
        blank=True,
        help_text="Empty: vacant.",
    )
    is_interim = models.BooleanField("held by an interim", default=False)
    held_since = models.DateField(
        null=True, blank=True, help_text="The holder's first day. Empty: not known, or vacant."
    )
    vacant_since = models.DateField(
        null=True,
        blank=True,
        help_text="The first day without a holder. Empty: not known, or held.",
    )

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "title"], name="post_title_unique_in_organisation"
            ),
            models.CheckConstraint(
                condition=Q(is_interim=False) | Q(holder__isnull=False),
                name="post_interim_only_when_held",
            ),
            models.CheckConstraint(
                condition=Q(held_since=None) | Q(holder__isnull=False),
                name="post_held_since_only_when_held",
            ),
            models.CheckConstraint(
                condition=Q(vacant_since=None) | Q(holder=None),
                name="post_vacant_since_only_when_vacant",
            ),
        ]

    def __str__(self):
        return f"{self.title} (vacant)" if self.holder_id is None else self.title

    def save(self, *args, **kwargs):
        """A vacant post is not held since a day, and a held one not vacant, whoever saves it."""
        stale = "held_since" if self.holder_id is None else "vacant_since"
        setattr(self, stale, None)
        if (fields := kwargs.get("update_fields")) is not None and {"holder", "holder_id"} & {
            *fields
        }:
            kwargs["update_fields"] = {*fields, stale}
        return super().save(*args, **kwargs)

    @transaction.atomic
    def give_to(self, holder, *, by, is_interim=False, since=None):
        """Name who holds the post. since: their first day, None where nobody knows it."""
        self.holder, self.is_interim, self.held_since = holder, is_interim, since
        self.save()
        return self.enter("changed", by=by, text={"changes": f"holder: {holder}"})

    @transaction.atomic
    def vacate(self, *, by, since=None):
        """Leave the post without a holder. since: the first day without, None if not known."""
        former, self.holder = self.holder, None
        self.is_interim, self.vacant_since = False, since
        self.save()
        return self.enter("changed", by=by, text={"changes": f"vacant, after {former}"})

    def clean(self):
        if self.directorate and self.directorate.organisation_id != self.organisation_id:
            raise ValidationError({"directorate": "This belongs to another organisation."})


class Role(models.TextChoices):
    MEMBER = "member", "Audit committee member"
    OFFICER = "officer", "Officer"
    MANAGER = "manager", "Risk manager"
    CLERK = "clerk", "Clerk"
    MONITORING_OFFICER = "monitoring-officer", "Monitoring officer"
    SECTION_151_OFFICER = "section-151-officer", "Section 151 officer"
    INTERNAL_AUDITOR = "internal-auditor", "Internal auditor"
    EXTERNAL_AUDITOR = "external-auditor", "External auditor"
    PEER = "peer", "Peer reviewer or inspector"
    COMMISSIONER = "commissioner", "Commissioner"
    ADMINISTRATOR = "administrator", "Administrator"


# Held by people from outside, and always until a day.
DATED_ROLES = (Role.EXTERNAL_AUDITOR, Role.PEER, Role.COMMISSIONER)


class MembershipQuerySet(models.QuerySet):
    def active(self, day=None):
        """Those that hold on a day, the last day included.

        In a sandbox: while it is in use, and while the person has a role in the organisation
        whose sandbox it is, whatever that role is. `roles_by_organisation` asks the same for one
        person.
        """
        current = self.not_ended(day)
        real = OuterRef("organisation__sandbox_of")
        colleagues = Membership.objects.not_ended(day)
        colleagues = colleagues.filter(user=OuterRef("user"), organisation=real).order_by()
        return current.filter(
            Q(organisation__sandbox_of=None)
            | (Q(organisation__hidden_at=None) & Exists(colleagues))
        )

    def not_ended(self, day=None):
        """Those whose last day is that day or later."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=day or timezone.localdate()))

    def roles_by_organisation(self, user):
        """Key of an organisation -> the roles of the person's active memberships in it today.

        Each request asks this, and the condition of `active` takes four times as long to compose.
        """
        rows = self.not_ended().filter(user=user).order_by()
        rows = rows.values_list(
            "organisation_id", "organisation__sandbox_of", "organisation__hidden_at", "role"
        )
        rows = list(rows)
        keys = {key for key, *_ in rows}
        roles = {}
        for key, real, hidden_at, role in rows:
            if real is None or (hidden_at is None and real in keys):
                roles.setdefault(key, set()).add(role)
        return roles

    def outside_sandboxes(self):
        """Those of real organisations: what people do in a sandbox is no work."""
        return self.filter(organisation__sandbox_of=None)


class Membership(AuditedModel):
    """What a person may be in an organisation. Several rows add up; each may end on a day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)
    until = models.DateField(
        null=True, blank=True, help_text="The last day on which this holds. Empty: no end."
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "user", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], name="membership_role_held_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_role_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=DATED_ROLES) | Q(until__isnull=False),
                name="membership_of_a_dated_role_has_an_end",
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()} at {self.organisation}"
