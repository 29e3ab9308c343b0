import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def fill_day_of_meeting(apps, schema_editor):
    """Until now one day was asked for: on which the body agreed, and whose position it was."""
    agreements = apps.get_model("registers", "Agreement").objects.using(schema_editor.connection.alias)
    agreements.filter(met_on=None).update(met_on=models.F("on"))


class Migration(migrations.Migration):
    """Bodies of the agreements there are: registers/agreement_bodies.py makes them after migrate."""

    dependencies = [
        ('registers', '0004_early_warning_indicators'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='agreement',
            name='agreement_has_a_body',
        ),
        migrations.RenameField(
            model_name='agreement',
            old_name='body',
            new_name='body_name',
        ),
        migrations.AddField(
            model_name='agreement',
            name='met_on',
            field=models.DateField(help_text='The day on which the body met.', null=True, verbose_name='day of the meeting'),
        ),
        migrations.RunPython(fill_day_of_meeting, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='agreement',
            name='met_on',
            field=models.DateField(help_text='The day on which the body met.', verbose_name='day of the meeting'),
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_day', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                ('until', models.DateField(blank=True, help_text='The last day on which this holds. Empty: no end.', null=True)),
                ('is_chair', models.BooleanField(default=False, verbose_name='chairs the body')),
            ],
            options={
                'ordering': ['body', '-is_chair', 'user', 'from_day'],
            },
        ),
        migrations.CreateModel(
            name='Supersession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='agreement',
            options={'ordering': ['register', '-on', '-met_on', '-pk']},
        ),
        migrations.AddField(
            model_name='agreement',
            name='decision',
            field=models.CharField(choices=[('approved', 'Approved'), ('considered', 'Considered'), ('noted', 'Noted'), ('agreed', 'Agreed')], default='agreed', max_length=20),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='body_name',
            field=models.CharField(help_text='What the body was called then.', max_length=100),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='on',
            field=models.DateField(help_text='The day whose position it is.', verbose_name='data date'),
        ),
        migrations.CreateModel(
            name='Body',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('committee', 'Committee'), ('board', 'Board'), ('team', 'Management team'), ('cabinet', 'Cabinet'), ('other', 'Other')], default='committee', max_length=20)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='registers.organisation')),
                ('registers', models.ManyToManyField(blank=True, help_text='The registers that it oversees.', related_name='bodies', to='registers.register')),
            ],
            options={
                'verbose_name_plural': 'bodies',
                'ordering': ['organisation', 'name'],
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='body',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='registers.body'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('body_name', ''), _negated=True), name='agreement_has_a_body'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['approved', 'considered', 'noted', 'agreed'])), name='agreement_decision_is_known'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('met_on__gte', models.F('on'))), name='agreement_of_no_day_after_the_meeting'),
        ),
        migrations.AddField(
            model_name='seat',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='registers.body'),
        ),
        migrations.AddField(
            model_name='seat',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='supersession',
            name='agreement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supersession', to='registers.agreement'),
        ),
        migrations.AddField(
            model_name='supersession',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='supersession',
            name='replacement',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='registers.agreement'),
        ),
        migrations.AddConstraint(
            model_name='body',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='body_name_unique_in_organisation'),
        ),
        migrations.AddConstraint(
            model_name='body',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='body_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='body',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['committee', 'board', 'team', 'cabinet', 'other'])), name='body_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('from_day')), _connector='OR'), name='seat_does_not_end_before_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('body', 'user'), name='seat_without_an_end_held_once'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('is_chair', True), ('until__isnull', True)), fields=('body',), name='body_has_one_chair_without_an_end'),
        ),
        migrations.AddConstraint(
            model_name='supersession',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='supersession_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='supersession',
            constraint=models.CheckConstraint(condition=models.Q(('replacement__isnull', True), models.Q(('replacement', models.F('agreement')), _negated=True), _connector='OR'), name='agreement_never_replaces_itself'),
        ),
    ]
