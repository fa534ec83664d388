import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from slp.lib.migrations import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200, unique=True)),
                    ('rule', models.CharField(db_index=True, max_length=60)),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
                    ('email', models.EmailField(max_length=254)),
                    ('subject', models.CharField(max_length=200)),
                    ('body', models.TextField()),
                    ('about', models.CharField(blank=True, db_index=True, help_text='Reference of the record.', max_length=40)),
                    ('path', models.CharField(blank=True, help_text='Where the reader acts.', max_length=300)),
                    ('why', models.CharField(max_length=200, verbose_name='why you get this')),
                    ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('claimed_at', models.DateTimeField(blank=True, null=True)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('read_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('last_error', models.CharField(blank=True, max_length=300)),
                ],
                options={
                    'ordering': ['-created_at', '-pk'],
                    'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['due_at'], name='notice_unsent'), models.Index(fields=['user', '-created_at'], name='notice_inbox')],
                },
            ),
            migrations.CreateModel(
                name='Preference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('rule', models.CharField(max_length=60)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'rule'), name='one_preference_per_rule', violation_error_message='You have already turned this reminder off.')],
                },
            ),
            migrations.CreateModel(
                name='SweepRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ('found', models.PositiveIntegerField(default=0)),
                    ('queued', models.PositiveIntegerField(default=0)),
                    ('error', models.CharField(blank=True, max_length=300)),
                ],
                options={
                    'ordering': ['-started_at'],
                },
            ),
        ),
    ]
