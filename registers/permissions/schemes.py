"""The scoring schemes and drafts that an organisation's administrator reaches."""

from django.db.models import Q
from django.shortcuts import get_object_or_404

from registers.models import SchemeDraft, ScoringScheme
from registers.permissions.access import get_organisation_for


def schemes_for(organisation):
    """The presets and the organisation's own schemes, the latest version of each first."""
    is_open = Q(organisation=None) | Q(organisation=organisation)
    return ScoringScheme.objects.filter(is_open).order_by("slug", "-version")


def get_scheme_for(user, slug, pk):
    """(the organisation, a preset or one of its own schemes), answered like get_organisation_for.

    404 for another organisation's scheme.
    """
    organisation = get_organisation_for(user, slug)
    return organisation, get_object_or_404(schemes_for(organisation), pk=pk)


def get_scheme_draft_for(user, slug, pk):
    """A draft of the organisation, also a published one. Answered like get_organisation_for."""
    organisation = get_organisation_for(user, slug)
    drafts = SchemeDraft.objects.select_related("source", "published")
    draft = get_object_or_404(drafts, organisation=organisation, pk=pk)
    draft.organisation = organisation
    return draft
