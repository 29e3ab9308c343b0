import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registers', '0001_initial_0_3_0'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProgressNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('note', models.TextField()),
                ('source', models.CharField(blank=True, max_length=300)),
                ('effective_on', models.DateField()),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('risk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progress_notes', to='registers.risk')),
            ],
            options={
                'ordering': ['risk_id', 'effective_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='progress_note_says_something')],
            },
        ),
        migrations.AddField(
            model_name='registerimport',
            name='as_at',
            field=models.DateField(help_text='Empty: as it is on the day it is taken in.', null=True, verbose_name='the register as at'),
        ),
        migrations.AddField(
            model_name='registerimport',
            name='undone_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='registerimport',
            name='non_risk_rows',
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name='importedrow',
            name='outcome',
            field=models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('unchanged', 'Unchanged'), ('refused', 'Not taken in'), ('left-out', 'Left out')], max_length=10),
        ),
        migrations.AddField(
            model_name='registerimport',
            name='sheet_names',
            field=models.JSONField(default=list, help_text='Of the file, in their order.'),
        ),
    ]
