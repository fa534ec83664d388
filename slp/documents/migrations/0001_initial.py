import django.db.models.deletion
import django.utils.timezone
import slp.documents.models
import uuid
from django.conf import settings
from django.db import migrations, models

from slp.lib.migrations import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Document',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slot', models.CharField(choices=[('receipt', 'Receipt'), ('evidence', 'Evidence of a requirement'), ('signed', 'Signed paper'), ('certificate', 'Certificate'), ('report', 'Attachment of a report')], max_length=20)),
                    ('file', models.FileField(max_length=200, upload_to=slp.documents.models.stored_path)),
                    ('name', models.CharField(help_text='The name the person gave the file.', max_length=200)),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.PositiveIntegerField()),
                    ('sha256', models.CharField(db_index=True, max_length=64)),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ],
                options={
                    'ordering': ['-uploaded_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='document_has_content', violation_error_message='The file is empty.')],
                },
            ),
            migrations.CreateModel(
                name='DocumentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='documents.document')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('slot', models.CharField(choices=[('receipt', 'Receipt'), ('evidence', 'Evidence of a requirement'), ('signed', 'Signed paper'), ('certificate', 'Certificate'), ('report', 'Attachment of a report')], max_length=20)),
                    ('file', models.FileField(max_length=200, upload_to=slp.documents.models.stored_path)),
                    ('name', models.CharField(help_text='The name the person gave the file.', max_length=200)),
                    ('content_type', models.CharField(max_length=100)),
                    ('size', models.PositiveIntegerField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('uploaded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Source',
                fields=[
                    ('code', models.SlugField(max_length=40, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=300)),
                    ('publisher', models.CharField(blank=True, max_length=200)),
                    ('issued_on', models.DateField(blank=True, null=True)),
                    ('precision', models.CharField(choices=[('day', 'to the day'), ('month', 'to the month'), ('year', 'to the year'), ('inferred', 'inferred'), ('none', 'not stated')], default='day', max_length=10)),
                    ('identifier', models.CharField(blank=True, help_text='Press release number or address.', max_length=200)),
                    ('certainty', models.CharField(default='certain', max_length=20)),
                ],
                options={
                    'ordering': ['issued_on', 'code'],
                },
            ),
            migrations.CreateModel(
                name='SourceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='documents.source')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('code', models.SlugField(db_index=False, max_length=40, serialize=False)),
                    ('title', models.CharField(max_length=300)),
                    ('publisher', models.CharField(blank=True, max_length=200)),
                    ('issued_on', models.DateField(blank=True, null=True)),
                    ('precision', models.CharField(choices=[('day', 'to the day'), ('month', 'to the month'), ('year', 'to the year'), ('inferred', 'inferred'), ('none', 'not stated')], default='day', max_length=10)),
                    ('identifier', models.CharField(blank=True, help_text='Press release number or address.', max_length=200)),
                    ('certainty', models.CharField(default='certain', max_length=20)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
        ),
    ]
