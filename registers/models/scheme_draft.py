"""A scoring scheme that is being written. No register can use it until it is published."""

import uuid
from functools import cached_property

from django.db import models, transaction
from django.utils.text import slugify

from registers import scoring
from registers.history.audit import AuditEntry
from registers.history.errors import EditConflict, InvalidTransition
from registers.history.form_token import FormToken
from registers.history.seals import DELETED, AuditedModel
from registers.models.people import Organisation
from registers.models.register import ScoringScheme

LONGEST_SLUG = 50


class NameTaken(InvalidTransition):
    """The organisation has another scheme or draft of that name."""


class SchemeDraft(AuditedModel):
    """A copy of a scheme with changes. A copy of a preset becomes a scheme of the organisation's
    own; a copy of such a scheme becomes its next version.

    Cells, tolerance and escalation name bands by their rank (0: the lowest), so that a band can be
    renamed freely. Once published, the draft stays as the record of what was copied.
    """

    # The token belongs to the form that made the row: it states nothing.
    SEAL_EXCLUDES = ("token",)
    PARTS = ScoringScheme.PARTS

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="scheme_drafts"
    )
    source = models.ForeignKey(ScoringScheme, on_delete=models.PROTECT, related_name="copies")
    published = models.OneToOneField(
        ScoringScheme, on_delete=models.PROTECT, null=True, editable=False, related_name="draft"
    )
    name = models.CharField(max_length=100)
    likelihood = models.JSONField(help_text="Levels, lowest first: value, label, guidance.")
    impact = models.JSONField(help_text="Levels, lowest first: value, label, guidance.")
    bands = models.JSONField(help_text="Lowest first: slug, label, review_days.")
    cells = models.JSONField(
        help_text="Ranks of bands: a row for each likelihood, a column for each impact."
    )
    tolerance = models.PositiveSmallIntegerField(help_text="Rank of the highest tolerated band.")
    escalation = models.PositiveSmallIntegerField(
        help_text="Rank of the band from which a risk is taken higher."
    )
    version = models.PositiveIntegerField(default=1, help_text="How often it was saved.")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=models.Q(published=None),
                name="scheme_draft_name_once_in_organisation",
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    @transaction.atomic
    def copy(cls, source, *, by, organisation, name, likelihood, impact, bands, token=None):
        """Copy a scheme to a draft and return it.

        likelihood, impact: how many levels; bands: how many of these. The same token by the same
        person returns the draft that it made. Raises NameTaken, and InvalidTransition for another
        organisation's scheme.
        """
        if source.organisation_id not in (None, organisation.pk):
            raise InvalidTransition("this scheme belongs to another organisation")
        lock(organisation)
        rows = cls.objects.filter(organisation=organisation, source=source)
        token = FormToken(token, source, organisation, by)
        if draft := token.row_of(rows):
            return draft
        check_name(name, organisation, source)

        def insert(token):
            draft = cls(organisation=organisation, source=source, name=name, token=token)
            draft.take_from(source, likelihood, impact, bands)
            draft.save()
            draft.enter("copied", by=by, facts={"source": source.pk})
            return draft

        return token.insert(cls, insert, same=rows, again=lambda row: row)

    def take_from(self, source, likelihood, impact, bands):
        """Take the parts of a scheme, with so many levels and bands: new ones are to be named.

        The lowest band stays the lowest and the highest the highest. A rating in a band that is
        left out comes to the nearest band, of two the higher.
        """
        places = places_in_number(source.bands, bands)
        ranks = {
            slug: min(
                range(bands), key=lambda new: (abs(places[new] - rank), places[new] < rank, new)
            )
            for slug, rank in source.rules.ranks.items()
        }
        self.likelihood = levels_in_number(source.likelihood, likelihood)
        self.impact = levels_in_number(source.impact, impact)
        self.bands = bands_in_number(source.bands, bands)
        self.cells = [
            [ranks[slug] for slug in items_in_number(row, impact)]
            for row in items_in_number(source.cells, likelihood)
        ]
        self.tolerance, self.escalation = ranks[source.tolerance], ranks[source.escalation]

    @transaction.atomic
    def revise(self, *, by, version, name, **parts):
        """Save the parts of the draft. version: the one that was read.

        Raises EditConflict where somebody saved another one meanwhile, NameTaken, and
        InvalidTransition for a draft that is published.
        """
        lock(self.organisation)
        draft = self.lock_at(version)
        check_name(name, draft.organisation, draft.source, draft)
        draft.name, draft.version = name, draft.version + 1
        for part, value in parts.items():
            setattr(draft, part, value)
        draft.save()
        draft.enter("changed", by=by, facts={"version": draft.version})
        return draft

    @transaction.atomic
    def publish(self, *, by, version):
        """Make it a ScoringScheme, which registers can adopt, and return that.

        Raises EditConflict and InvalidTransition like `revise`, and ValidationError for a scheme
        that has problems.
        """
        lock(self.organisation)
        draft = self.lock_at(version)
        scheme = draft.scheme()
        scheme.save()
        scheme.enter("added", by=by, facts={"draft": draft.pk})
        draft.published = scheme
        draft.save(update_fields=["published"])
        draft.enter("published", by=by, facts={"scheme": scheme.pk})
        self.published = scheme
        return scheme

    @transaction.atomic
    def discard(self, *, by, version):
        """Delete a draft that is not published, and return its name. Raises like `revise`."""
        draft = self.lock_at(version)
        draft.enter(DELETED, by=by)
        draft.delete()
        return draft.name

    def lock_at(self, version):
        """The draft as it is stored, locked, if that is the version. Raises like `revise`."""
        drafts = SchemeDraft.objects.select_for_update(of=("self",), no_key=True)
        draft = drafts.select_related("organisation", "source").filter(pk=self.pk).first()
        if draft is None:
            raise InvalidTransition("somebody deleted this draft")
        if draft.published_id:
            raise InvalidTransition("somebody published this draft already")
        if draft.version != version:
            raise EditConflict(draft, version)
        return draft

    def changed_since(self, version):
        """(audit entries of later versions, no list of changes), for an EditConflict."""
        entries = AuditEntry.objects.filter(subject=self.seal_name, verb="schemedraft.changed")
        rows = entries.select_related("by").order_by("number")
        return [row for row in rows if row.facts.get("version", 0) > version], []

    @property
    def is_new_version(self):
        """Whether it becomes the next version of an own scheme, else a scheme of its own."""
        return self.source.organisation_id is not None

    @cached_property
    def next_version(self):
        if not self.is_new_version:
            return 1
        versions = ScoringScheme.objects.filter(slug=self.source.slug)
        return versions.aggregate(last=models.Max("version"))["last"] + 1

    def scheme(self):
        """The unsaved ScoringScheme that publishing makes of it."""
        rules = self.rules
        bands = [
            {"slug": band.slug, "label": band.label, "review_days": band.review_days}
            for band in rules.bands
        ]
        self.__dict__.pop("next_version", None)
        return ScoringScheme(
            slug=self.source.slug if self.is_new_version else self._free_slug(),
            version=self.next_version,
            name=self.name,
            organisation=self.organisation,
            likelihood=self.likelihood,
            impact=self.impact,
            bands=bands,
            cells=[list(row) for row in rules.cells],
            tolerance=rules.tolerance,
            escalation=rules.escalation,
        )

    @property
    def rules(self):
        """The scoring.Scheme that it would be."""
        slugs = self._band_slugs()
        return scoring.Scheme.from_data(
            likelihood=self.likelihood,
            impact=self.impact,
            bands=[{**band, "slug": slug} for band, slug in zip(self.bands, slugs, strict=True)],
            cells=[[slugs[rank] for rank in row] for row in self.cells],
            tolerance=slugs[self.tolerance],
            escalation=slugs[self.escalation],
        )

    @property
    def problems(self):
        """What keeps it from being published, in sentences."""
        return scoring.find_problems(self.rules)

    def _band_slugs(self):
        """The name of each band in addresses: of its label, but kept where it has been in use."""
        before = {band["slug"]: band["label"] for band in self.source.bands}
        in_use = {*before} if self.is_new_version else set()
        slugs = []
        for band in self.bands:
            if band["slug"] in in_use or before.get(band["slug"]) == band["label"]:
                slugs.append(band["slug"])
                continue
            slugs.append(free_slug(slug_of(band["label"]), {*slugs, *in_use, *scoring.RESERVED}))
        return slugs

    def _free_slug(self):
        name = slugify(f"{self.organisation.slug}-{self.name}")[:LONGEST_SLUG]
        return free_slug(name, {*ScoringScheme.objects.values_list("slug", flat=True)})


def lock(organisation):
    """Let no two people name or publish schemes of an organisation at once."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def check_name(name, organisation, source, draft=None):
    """Raise NameTaken where another scheme or draft of the organisation has that name."""
    schemes = ScoringScheme.objects.filter(organisation=organisation, name__iexact=name)
    if source.organisation_id is not None:
        schemes = schemes.exclude(slug=source.slug)
    drafts = SchemeDraft.objects.filter(
        organisation=organisation, published=None, name__iexact=name
    )
    if schemes.exists() or drafts.exclude(pk=draft and draft.pk).exists():
        raise NameTaken("your organisation has a scheme or a draft of this name")


def slug_of(label):
    """The name of a band in addresses; it begins with a letter."""
    slug = slugify(label)[:LONGEST_SLUG]
    return slug if scoring.SLUG.fullmatch(slug) else f"band-{slug}".strip("-")[:LONGEST_SLUG]


def free_slug(slug, taken):
    """The slug, or the first of slug-2, slug-3 and so on that is not taken."""
    free, number = slug, 1
    while free in taken:
        number += 1
        free = f"{slug[: LONGEST_SLUG - len(str(number)) - 1]}-{number}"
    return free


def places_in_number(items, count):
    """For each of so many places the index of the item that is nearest to it."""
    last = len(items) - 1
    return [round(place * last / (count - 1)) for place in range(count)]


def items_in_number(items, count):
    """So many of these items."""
    return [items[place] for place in places_in_number(items, count)]


def bands_in_number(bands, count):
    """So many bands. One that would repeat another is to be named, and has its own name in
    addresses once it is.
    """
    rows, labels = [], set()
    for band in items_in_number(bands, count):
        is_repeated = band["label"] in labels
        labels.add(band["label"])
        rows.append({**band, **({"slug": "", "label": ""} if is_repeated else {})})
    return rows


def levels_in_number(levels, count):
    """So many levels, counted from 1. One that would repeat a label has none yet."""
    rows = []
    for value, level in enumerate(items_in_number(levels, count), 1):
        is_repeated = any(row["label"] == level["label"] for row in rows)
        words = {"label": "", "guidance": ""} if is_repeated else level
        rows.append({**words, "value": value})
    return rows
