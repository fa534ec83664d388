import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from slp.lib.migrations import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        django.contrib.postgres.operations.TrigramExtension(
        ),
        CreateModels(
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('email', models.EmailField(max_length=254, unique=True)),
                    ('name', models.CharField(max_length=120)),
                    ('title', models.CharField(blank=True, max_length=120, verbose_name='position')),
                    ('phone', models.CharField(blank=True, max_length=40)),
                    ('staff_role', models.CharField(blank=True, choices=[('officer', 'Programme officer'), ('finance', 'Finance officer'), ('director', 'Director'), ('administrator', 'Administrator'), ('auditor', 'Auditor (reads all, changes nothing)')], max_length=20)),
                    ('time_zone', models.CharField(default='America/New_York', max_length=64)),
                    ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['name'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_account_per_email', violation_error_message='There is already an account with this e-mail address.')],
                },
            ),
            migrations.CreateModel(
                name='UserEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('email', models.EmailField(max_length=254)),
                    ('name', models.CharField(max_length=120)),
                    ('title', models.CharField(blank=True, max_length=120, verbose_name='position')),
                    ('phone', models.CharField(blank=True, max_length=40)),
                    ('staff_role', models.CharField(blank=True, choices=[('officer', 'Programme officer'), ('finance', 'Finance officer'), ('director', 'Director'), ('administrator', 'Administrator'), ('auditor', 'Auditor (reads all, changes nothing)')], max_length=20)),
                    ('time_zone', models.CharField(default='America/New_York', max_length=64)),
                    ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
        ),
    ]
