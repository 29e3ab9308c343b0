"""Makes a Body of each name under which agreements were recorded before there were bodies."""

from collections import defaultdict

from django.db import connections, transaction
from django.db.models import QuerySet

from registers.models import Agreement, Body, Organisation
from registers.models.body import kind_by_name, normalise_name


def match_bodies(using="default", **kwargs):
    """Give each agreement without a body one of its name; called after every migration.

    Safe to call again. In an organisation, names that differ in case, spaces or "the" are one body.
    """
    if Body._meta.db_table not in connections[using].introspection.table_names():
        return
    unmatched = defaultdict(list)
    for row in Agreement.objects.using(using).filter(body=None).select_related("register"):
        unmatched[row.register.organisation_id].append(row)
    with transaction.atomic(using=using):
        for organisation in Organisation.objects.using(using).filter(pk__in=unmatched):
            _match_organisation(organisation, unmatched[organisation.pk])


def _match_organisation(organisation, agreements):
    bodies = {normalise_name(body.name): body for body in organisation.bodies.all()}
    by_name = defaultdict(list)
    for agreement in agreements:  # the latest first: of several spellings it is the last one used
        by_name[normalise_name(agreement.body_name)].append(agreement)
    for name, rows in by_name.items():
        body, verb = bodies.get(name), "changed"
        if body is None:
            spelling = rows[0].body_name
            body = Body.objects.create(
                organisation=organisation, name=spelling, kind=kind_by_name(spelling)
            )
            verb = "added"
        body.registers.add(*{row.register_id for row in rows})
        # What is sealed of them does not change: the column is new.
        QuerySet(Agreement).filter(pk__in=[row.pk for row in rows]).update(body=body)
        body.enter(verb, facts={"agreements": sorted(row.pk for row in rows)})
