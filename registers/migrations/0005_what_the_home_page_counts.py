import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """What a position's revision says, on the positions that are there already."""
    Position, RiskRevision = (apps.get_model("registers", name) for name in ("Position", "RiskRevision"))
    revision = RiskRevision.objects.filter(pk=OuterRef("revision"))
    Position.objects.update(
        owner=Subquery(revision.values("owner")), next_review_on=Subquery(revision.values("next_review_on"))
    )


class Migration(migrations.Migration):

    dependencies = [
        ('registers', '0004_agreements'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='position',
            name='position_ends',
        ),
        migrations.AddField(
            model_name='position',
            name='next_review_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='position',
            name='owner',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registers.post'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='position',
            index=models.Index(condition=models.Q(('agreement__isnull', True), ('is_on_register', True)), fields=['register', 'until_day', 'band', 'scheme', 'from_day', 'likelihood', 'impact', 'primary_failure_type', 'owner', 'next_review_on', 'score', 'agreement', 'risk', 'is_exempt', 'is_on_register'], name='position_ends'),
        ),
        migrations.AddIndex(
            model_name='riskrevision',
            index=models.Index(fields=['-recorded_at', '-id', 'risk'], name='risk_revision_latest'),
        ),
    ]
