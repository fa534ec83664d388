import django.contrib.postgres.fields
import django.db.models.deletion
import slp.places.models
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
                name='Post',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, unique=True)),
                    ('city', models.CharField(max_length=100)),
                    ('time_zone', models.CharField(max_length=64, validators=[slp.places.models.known_zone])),
                    ('working_week', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=slp.places.models.monday_to_friday, help_text='Days the post works, Monday = 0. Some posts work Sunday to Thursday: 6,0,1,2,3.', size=None)),
                    ('duty_phone', models.CharField(blank=True, max_length=40, verbose_name="duty officer's phone")),
                    ('vetting_lead_days', models.PositiveSmallIntegerField(blank=True, help_text='How long before the start the post must have the names. Each post sets its own.', null=True, verbose_name='vetting lead time (working days)')),
                    ('clearance_lead_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='country clearance lead time (working days)')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Country',
                fields=[
                    ('iso2', models.CharField(max_length=2, primary_key=True, serialize=False, verbose_name='ISO code')),
                    ('iso3', models.CharField(max_length=3, unique=True)),
                    ('name', models.CharField(max_length=80, unique=True)),
                    ('aliases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, size=None)),
                    ('region', models.CharField(choices=[('AF', 'Africa'), ('EAP', 'East Asia and the Pacific'), ('EUR', 'Europe and Eurasia'), ('NEA', 'Near East'), ('SCA', 'South and Central Asia'), ('WHA', 'Western Hemisphere')], max_length=4)),
                    ('capital', models.CharField(max_length=80)),
                    ('currency', models.CharField(max_length=3)),
                    ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='countries', to='places.post')),
                    ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='Which publications list it.', size=None)),
                    ('travel_advisory', models.PositiveSmallIntegerField(blank=True, choices=[(1, '1 - Exercise normal precautions'), (2, '2 - Exercise increased caution'), (3, '3 - Reconsider travel'), (4, '4 - Do not travel')], null=True)),
                    ('restriction', models.TextField(blank=True, help_text='A legal limit on assistance, with its dates. Checked before funding.')),
                    ('notes', models.TextField(blank=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'verbose_name_plural': 'countries',
                    'ordering': ['name'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('iso2__regex', '^[A-Z]{2}$')), name='country_code_two_letters', violation_error_message='A country code is two capital letters.')],
                },
            ),
            migrations.CreateModel(
                name='Academy',
                fields=[
                    ('code', models.CharField(max_length=10, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=100)),
                    ('city', models.CharField(max_length=100)),
                    ('country', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='places.country')),
                    ('opened', models.PositiveSmallIntegerField()),
                    ('region_served', models.CharField(max_length=160)),
                    ('kind', models.CharField(choices=[('regional academy', 'Regional academy'), ('executive/academic', 'Executive and academic'), ('regional training center', 'Regional training center')], max_length=40)),
                    ('time_zone', models.CharField(max_length=64, validators=[slp.places.models.known_zone])),
                    ('source', models.CharField(max_length=200)),
                    ('certainty', models.CharField(max_length=200)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'verbose_name_plural': 'academies',
                    'ordering': ['opened'],
                },
            ),
            migrations.CreateModel(
                name='AcademyEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='places.academy')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('code', models.CharField(max_length=10, serialize=False)),
                    ('name', models.CharField(max_length=100)),
                    ('city', models.CharField(max_length=100)),
                    ('country', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='places.country')),
                    ('opened', models.PositiveSmallIntegerField()),
                    ('region_served', models.CharField(max_length=160)),
                    ('kind', models.CharField(choices=[('regional academy', 'Regional academy'), ('executive/academic', 'Executive and academic'), ('regional training center', 'Regional training center')], max_length=40)),
                    ('time_zone', models.CharField(max_length=64, validators=[slp.places.models.known_zone])),
                    ('source', models.CharField(max_length=200)),
                    ('certainty', models.CharField(max_length=200)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Closure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='places.post')),
                    ('on', models.DateField()),
                    ('name', models.CharField(max_length=100)),
                ],
                options={
                    'ordering': ['on'],
                    'constraints': [models.UniqueConstraint(fields=('post', 'on'), name='one_closure_per_post_and_day', violation_error_message='This post already has a closure on that day.')],
                },
            ),
            migrations.CreateModel(
                name='CountryEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='places.country')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('iso2', models.CharField(max_length=2, serialize=False, verbose_name='ISO code')),
                    ('iso3', models.CharField(max_length=3)),
                    ('name', models.CharField(max_length=80)),
                    ('aliases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, size=None)),
                    ('region', models.CharField(choices=[('AF', 'Africa'), ('EAP', 'East Asia and the Pacific'), ('EUR', 'Europe and Eurasia'), ('NEA', 'Near East'), ('SCA', 'South and Central Asia'), ('WHA', 'Western Hemisphere')], max_length=4)),
                    ('capital', models.CharField(max_length=80)),
                    ('currency', models.CharField(max_length=3)),
                    ('post', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='places.post')),
                    ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='Which publications list it.', size=None)),
                    ('travel_advisory', models.PositiveSmallIntegerField(blank=True, choices=[(1, '1 - Exercise normal precautions'), (2, '2 - Exercise increased caution'), (3, '3 - Reconsider travel'), (4, '4 - Do not travel')], null=True)),
                    ('restriction', models.TextField(blank=True, help_text='A legal limit on assistance, with its dates. Checked before funding.')),
                    ('notes', models.TextField(blank=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Language',
                fields=[
                    ('code', models.CharField(max_length=12, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=60, unique=True)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='PostAssignment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                    ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='places.post')),
                    ('role', models.CharField(choices=[('post_officer', 'INL officer at post'), ('rso', 'Regional Security Officer')], max_length=20)),
                    ('is_active', models.BooleanField(default=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'post', 'role'), name='one_assignment_per_person_post_role', violation_error_message='This person already has that role at this post.')],
                },
            ),
            migrations.CreateModel(
                name='PostAssignmentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='places.postassignment')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('post', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='places.post')),
                    ('role', models.CharField(choices=[('post_officer', 'INL officer at post'), ('rso', 'Regional Security Officer')], max_length=20)),
                    ('is_active', models.BooleanField(default=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='PostEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='places.post')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('name', models.CharField(max_length=100)),
                    ('city', models.CharField(max_length=100)),
                    ('time_zone', models.CharField(max_length=64, validators=[slp.places.models.known_zone])),
                    ('working_week', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=slp.places.models.monday_to_friday, help_text='Days the post works, Monday = 0. Some posts work Sunday to Thursday: 6,0,1,2,3.', size=None)),
                    ('duty_phone', models.CharField(blank=True, max_length=40, verbose_name="duty officer's phone")),
                    ('vetting_lead_days', models.PositiveSmallIntegerField(blank=True, help_text='How long before the start the post must have the names. Each post sets its own.', null=True, verbose_name='vetting lead time (working days)')),
                    ('clearance_lead_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='country clearance lead time (working days)')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
        ),
        migrations.AddField(
            model_name='Country',
            name='languages',
            field=models.ManyToManyField(blank=True, related_name='countries', to='places.language'),
        ),
    ]
