from django.conf import settings
import deployments.models.service_record
import django.db.models.deletion
import django.utils.timezone
import slp.lib.refs
from django.db import migrations, models

from slp.lib.migrations import CreateModels


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0002_amounts_duties_and_currency_of_rates'),
        ('documents', '0001_initial'),
        ('partners', '0002_agreements_in_full_and_roster_files'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        slp.lib.refs.CreateSequence(
            prefix='SVC',
        ),
        CreateModels(
            migrations.CreateModel(
                name='ServiceRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('status_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('reference', slp.lib.refs.ReferenceField(prefix='SVC', unique=True)),
                    ('status', models.CharField(choices=[('requested', 'Asked for'), ('issued', 'Issued'), ('declined', 'Not issued'), ('revoked', 'Revoked')], default='requested', editable=False, max_length=20)),
                    ('code', models.CharField(default=deployments.models.service_record.new_code, editable=False, max_length=14, unique=True, verbose_name='verification code')),
                    ('content', models.JSONField(blank=True, default=dict, editable=False)),
                    ('seal', models.CharField(blank=True, editable=False, max_length=200)),
                    ('requested_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('issued_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('reason', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why not issued, or revoked')),
                    ('document', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                    ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_records', to='partners.expert')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'requested')), fields=('expert',), name='one_open_service_record_per_expert', violation_error_message="A record of service was asked for already and waits for INL's signature."), models.CheckConstraint(condition=models.Q(models.Q(('status', 'issued'), _negated=True), models.Q(models.Q(('seal', ''), _negated=True), ('document__isnull', False), ('issued_at__isnull', False)), _connector='OR'), name='issued_service_record_is_sealed', violation_error_message='An issued record has its seal, its day and its paper.')],
                },
            ),
            migrations.CreateModel(
                name='ServiceRecordEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('status_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('reference', slp.lib.refs.ReferenceField(prefix='SVC', unique=False)),
                    ('status', models.CharField(choices=[('requested', 'Asked for'), ('issued', 'Issued'), ('declined', 'Not issued'), ('revoked', 'Revoked')], default='requested', editable=False, max_length=20)),
                    ('code', models.CharField(default=deployments.models.service_record.new_code, editable=False, max_length=14, verbose_name='verification code')),
                    ('content', models.JSONField(blank=True, default=dict, editable=False)),
                    ('seal', models.CharField(blank=True, editable=False, max_length=200)),
                    ('requested_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('issued_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('reason', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why not issued, or revoked')),
                    ('document', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='documents.document')),
                    ('expert', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.expert')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='deployments.servicerecord')),
                    ('requested_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
        ),
    ]
