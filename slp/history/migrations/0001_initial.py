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
                name='PersonalDataRead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('subject', models.CharField(db_index=True, help_text='The reference of the record.', max_length=60)),
                    ('what', models.CharField(max_length=80)),
                    ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ],
                options={
                    'ordering': ['-at'],
                },
            ),
            migrations.CreateModel(
                name='Submission',
                fields=[
                    ('key', models.UUIDField(primary_key=True, serialize=False)),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('path', models.CharField(max_length=400)),
                    ('location', models.CharField(max_length=400, verbose_name='where the person was sent')),
                    ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ],
            ),
        ),
    ]
