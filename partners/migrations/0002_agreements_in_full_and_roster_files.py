from django.conf import settings
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
import partners.models.agreement
import slp.lib.refs
from django.db import migrations, models

from slp.lib.migrations import AtOnce, CreateModels


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0001_initial'),
        ('partners', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        slp.lib.refs.CreateSequence(
            prefix='AMD',
        ),
        slp.lib.refs.CreateSequence(
            prefix='IMP',
        ),
        AtOnce(
            migrations.AddField(
                model_name='agency',
                name='confirmed_on',
                field=models.DateField(blank=True, help_text="By the agency's coordinator.", null=True, verbose_name='contacts and roster confirmed'),
            ),
            migrations.AddField(
                model_name='agency',
                name='found_through',
                field=models.ForeignKey(blank=True, help_text='The association that brought us together.', limit_choices_to={'kind': 'association'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.agency'),
            ),
            migrations.AddField(
                model_name='agency',
                name='merged_into',
                field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='partners.agency'),
            ),
            migrations.AddField(
                model_name='agency',
                name='origin',
                field=models.CharField(blank=True, choices=[('enquiry', 'Enquiry on the public page'), ('association', 'Professional association'), ('conference', 'Conference or event'), ('referral', 'Named by another agency or a post'), ('outreach', "INL/KM's own outreach")], max_length=20, verbose_name='how we met'),
            ),
            migrations.AddField(
                model_name='agencyevent',
                name='confirmed_on',
                field=models.DateField(blank=True, help_text="By the agency's coordinator.", null=True, verbose_name='contacts and roster confirmed'),
            ),
            migrations.AddField(
                model_name='agencyevent',
                name='found_through',
                field=models.ForeignKey(blank=True, db_constraint=False, help_text='The association that brought us together.', limit_choices_to={'kind': 'association'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.agency'),
            ),
            migrations.AddField(
                model_name='agencyevent',
                name='merged_into',
                field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.agency'),
            ),
            migrations.AddField(
                model_name='agencyevent',
                name='origin',
                field=models.CharField(blank=True, choices=[('enquiry', 'Enquiry on the public page'), ('association', 'Professional association'), ('conference', 'Conference or event'), ('referral', 'Named by another agency or a post'), ('outreach', "INL/KM's own outreach")], max_length=20, verbose_name='how we met'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='agency_contact',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='partners.contact', verbose_name="the agency's point of contact"),
            ),
            migrations.AddField(
                model_name='agreement',
                name='expertise',
                field=models.ManyToManyField(blank=True, help_text='Which fields it covers. Empty: all.', related_name='+', to='partners.expertise'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='max_people',
                field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit.', null=True, verbose_name='people in one activity, at most'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='notice_on',
                field=models.DateField(blank=True, editable=False, null=True, verbose_name='notice given on'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='notice_side',
                field=models.CharField(blank=True, choices=[('inl', 'INL'), ('agency', 'Agency')], editable=False, max_length=10, verbose_name='who gave notice'),
            ),
            migrations.AddField(
                model_name='agreement',
                name='renewal_terms',
                field=models.CharField(blank=True, help_text='For example: by a new agreement of both sides.', max_length=200, verbose_name='how it is renewed'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='agency_contact',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.contact', verbose_name="the agency's point of contact"),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='max_people',
                field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit.', null=True, verbose_name='people in one activity, at most'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='notice_on',
                field=models.DateField(blank=True, editable=False, null=True, verbose_name='notice given on'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='notice_side',
                field=models.CharField(blank=True, choices=[('inl', 'INL'), ('agency', 'Agency')], editable=False, max_length=10, verbose_name='who gave notice'),
            ),
            migrations.AddField(
                model_name='agreementevent',
                name='renewal_terms',
                field=models.CharField(blank=True, help_text='For example: by a new agreement of both sides.', max_length=200, verbose_name='how it is renewed'),
            ),
            migrations.AlterField(
                model_name='agreement',
                name='owner',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name="INL's point of contact"),
            ),
            migrations.AlterField(
                model_name='agreementevent',
                name='owner',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name="INL's point of contact"),
            ),
            migrations.AddConstraint(
                model_name='agency',
                constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='agency_not_merged_into_itself', violation_error_message="An agency can't be merged with itself."),
            ),
            migrations.AddConstraint(
                model_name='agency',
                constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), ('status', 'former'), _connector='OR'), name='merged_agency_is_former', violation_error_message='An agency that was merged into another one is no partner any more.'),
            ),
            migrations.AddConstraint(
                model_name='agreement',
                constraint=models.CheckConstraint(condition=models.Q(('max_people', None), ('max_people__gte', 1), _connector='OR'), name='agreement_covers_somebody', violation_error_message='An agreement covers at least one person; leave it empty for no limit.'),
            ),
            migrations.AddConstraint(
                model_name='agreement',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'active')), deferrable=django.db.models.constraints.Deferrable['DEFERRED'], expressions=[('agency', '='), ('kind', '='), (partners.models.agreement.Days('starts_on', 'ends_on', models.Value('[]')), '&&')], name='one_agreement_of_a_kind_at_a_time', violation_error_message='Another agreement of this kind is in force with the agency on these days.'),
            ),
        ),
        CreateModels(
            migrations.CreateModel(
                name='AgreementApproval',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('counsel', "Legal counsel's review"), ('risk', 'Risk and insurance'), ('union', 'Notice to the union'), ('authority', 'Authority to sign')], max_length=20)),
                    ('outcome', models.CharField(choices=[('waiting', 'Still needed'), ('approved', 'Done'), ('not_needed', 'Not needed here')], default='waiting', max_length=20)),
                    ('decided_on', models.DateField(blank=True, null=True, verbose_name='date')),
                    ('file_number', models.CharField(blank=True, max_length=60, verbose_name='file or matter number')),
                    ('note', models.CharField(blank=True, max_length=200)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='partners.agreement')),
                ],
                options={
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('agreement', 'kind'), name='one_approval_of_a_kind_per_agreement', violation_error_message='This approval is already listed.'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'approved'), _negated=True), ('decided_on__isnull', False), _connector='OR'), name='approval_done_has_a_date', violation_error_message='Say on which day it was done.')],
                },
            ),
            migrations.CreateModel(
                name='AgreementApprovalEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('counsel', "Legal counsel's review"), ('risk', 'Risk and insurance'), ('union', 'Notice to the union'), ('authority', 'Authority to sign')], max_length=20)),
                    ('outcome', models.CharField(choices=[('waiting', 'Still needed'), ('approved', 'Done'), ('not_needed', 'Not needed here')], default='waiting', max_length=20)),
                    ('decided_on', models.DateField(blank=True, null=True, verbose_name='date')),
                    ('file_number', models.CharField(blank=True, max_length=60, verbose_name='file or matter number')),
                    ('note', models.CharField(blank=True, max_length=200)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.agreement')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='partners.agreementapproval')),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='AgreementComment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version_number', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='about version')),
                    ('side', models.CharField(choices=[('inl', 'INL'), ('agency', 'Agency')], max_length=10)),
                    ('text', models.TextField(max_length=4000)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='partners.agreement')),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['created_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='AgreementCommentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('version_number', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='about version')),
                    ('side', models.CharField(choices=[('inl', 'INL'), ('agency', 'Agency')], max_length=10)),
                    ('text', models.TextField(max_length=4000)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.agreement')),
                    ('author', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='partners.agreementcomment')),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='AgreementTemplate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('mou', 'Memorandum of understanding'), ('letter', 'Letter of intent'), ('interagency', 'Interagency agreement'), ('informal', 'Informal understanding')], max_length=20)),
                    ('name', models.CharField(max_length=120, unique=True)),
                    ('text', models.TextField()),
                    ('is_active', models.BooleanField(default=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='AgreementTemplateEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('mou', 'Memorandum of understanding'), ('letter', 'Letter of intent'), ('interagency', 'Interagency agreement'), ('informal', 'Informal understanding')], max_length=20)),
                    ('name', models.CharField(max_length=120)),
                    ('text', models.TextField()),
                    ('is_active', models.BooleanField(default=True)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='partners.agreementtemplate')),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Amendment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('status_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('reference', slp.lib.refs.ReferenceField(prefix='AMD', unique=True)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('status', models.CharField(choices=[('draft', 'Draft'), ('partner_review', 'Partner review'), ('signing', 'Signing'), ('agreed', 'Signed by both'), ('active', 'In effect'), ('withdrawn', 'Withdrawn')], default='draft', editable=False, max_length=20)),
                    ('summary', models.CharField(max_length=200, verbose_name='what changes')),
                    ('text', models.TextField(verbose_name='terms of the amendment')),
                    ('changes', models.JSONField(blank=True, default=dict)),
                    ('effective_on', models.DateField(verbose_name='in effect from')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='amendments', to='partners.agreement')),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['number'],
                    'constraints': [models.UniqueConstraint(fields=('agreement', 'number'), name='amendments_numbered_once', violation_error_message='An amendment with this number exists already.'), models.UniqueConstraint(condition=models.Q(('status__in', ['draft', 'partner_review', 'signing'])), fields=('agreement',), name='one_open_amendment_per_agreement', violation_error_message='Another amendment of this agreement is not finished yet.')],
                },
            ),
            migrations.CreateModel(
                name='AmendmentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('status_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('reference', slp.lib.refs.ReferenceField(prefix='AMD', unique=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('status', models.CharField(choices=[('draft', 'Draft'), ('partner_review', 'Partner review'), ('signing', 'Signing'), ('agreed', 'Signed by both'), ('active', 'In effect'), ('withdrawn', 'Withdrawn')], default='draft', editable=False, max_length=20)),
                    ('summary', models.CharField(max_length=200, verbose_name='what changes')),
                    ('text', models.TextField(verbose_name='terms of the amendment')),
                    ('changes', models.JSONField(blank=True, default=dict)),
                    ('effective_on', models.DateField(verbose_name='in effect from')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.agreement')),
                    ('author', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='partners.amendment')),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RosterImport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('status_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('reference', slp.lib.refs.ReferenceField(prefix='IMP', unique=True)),
                    ('status', models.CharField(choices=[('uploaded', 'Being checked'), ('checked', 'Checked'), ('applying', 'Being taken over'), ('applied', 'Taken over'), ('failed', 'Could not be read'), ('discarded', 'Discarded')], default='uploaded', editable=False, max_length=20)),
                    ('rows_total', models.PositiveIntegerField(default=0)),
                    ('rows_done', models.PositiveIntegerField(default=0, verbose_name='rows read so far')),
                    ('rows_bad', models.PositiveIntegerField(default=0)),
                    ('rows_new', models.PositiveIntegerField(default=0)),
                    ('rows_changed', models.PositiveIntegerField(default=0)),
                    ('rows_same', models.PositiveIntegerField(default=0)),
                    ('only_good', models.BooleanField(default=False, verbose_name='the good rows only')),
                    ('message', models.CharField(blank=True, max_length=300, verbose_name='why it could not be read')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster_imports', to='partners.agency')),
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-pk'],
                },
            ),
            migrations.CreateModel(
                name='RosterImportEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('status_since', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('reference', slp.lib.refs.ReferenceField(prefix='IMP', unique=False)),
                    ('status', models.CharField(choices=[('uploaded', 'Being checked'), ('checked', 'Checked'), ('applying', 'Being taken over'), ('applied', 'Taken over'), ('failed', 'Could not be read'), ('discarded', 'Discarded')], default='uploaded', editable=False, max_length=20)),
                    ('rows_total', models.PositiveIntegerField(default=0)),
                    ('rows_bad', models.PositiveIntegerField(default=0)),
                    ('rows_new', models.PositiveIntegerField(default=0)),
                    ('rows_changed', models.PositiveIntegerField(default=0)),
                    ('rows_same', models.PositiveIntegerField(default=0)),
                    ('only_good', models.BooleanField(default=False, verbose_name='the good rows only')),
                    ('message', models.CharField(blank=True, max_length=300, verbose_name='why it could not be read')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('agency', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.agency')),
                    ('document', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='documents.document')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='partners.rosterimport')),
                    ('uploaded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RosterImportRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('line', models.PositiveIntegerField(verbose_name='line of the file')),
                    ('name', models.TextField(blank=True)),
                    ('rank', models.TextField(blank=True)),
                    ('service', models.TextField(blank=True)),
                    ('years', models.TextField(blank=True)),
                    ('email', models.TextField(blank=True)),
                    ('phone', models.TextField(blank=True)),
                    ('expertise', models.TextField(blank=True)),
                    ('languages', models.TextField(blank=True)),
                    ('certificates', models.TextField(blank=True)),
                    ('worked_in', models.TextField(blank=True)),
                    ('ties', models.TextField(blank=True)),
                    ('available', models.TextField(blank=True)),
                    ('unavailable', models.TextField(blank=True)),
                    ('passport_expires_on', models.TextField(blank=True)),
                    ('problems', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                    ('outcome', models.CharField(blank=True, choices=[('new', 'New person'), ('changed', 'Changes'), ('same', 'As it is'), ('bad', 'Needs correction')], max_length=10)),
                    ('expert', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='partners.expert')),
                    ('roster_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='partners.rosterimport')),
                ],
                options={
                    'ordering': ['line'],
                    'indexes': [models.Index(condition=models.Q(('outcome', 'bad')), fields=['roster_import', 'line'], name='bad_import_rows')],
                    'constraints': [models.UniqueConstraint(fields=('roster_import', 'line'), name='one_row_per_line_of_an_upload', violation_error_message='This line was read already.')],
                },
            ),
            migrations.CreateModel(
                name='TravelDocument',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('passport', 'Regular passport'), ('visa', 'Visa'), ('other', 'Other travel paper')], max_length=10)),
                    ('expires_on', models.DateField(verbose_name='valid until')),
                    ('country', models.ForeignKey(blank=True, help_text='For a visa.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.country')),
                    ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='travel_documents', to='partners.expert')),
                ],
                options={
                    'ordering': ['kind', 'expires_on'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'visa'), _negated=True), ('country__isnull', False), _connector='OR'), name='visa_names_its_country', violation_error_message='Say for which country the visa is.'), models.UniqueConstraint(fields=('expert', 'kind', 'country'), name='one_travel_document_per_kind_and_country', nulls_distinct=False, violation_error_message='This paper is already listed for this person; change its date instead.')],
                },
            ),
            migrations.CreateModel(
                name='TravelDocumentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('passport', 'Regular passport'), ('visa', 'Visa'), ('other', 'Other travel paper')], max_length=10)),
                    ('expires_on', models.DateField(verbose_name='valid until')),
                    ('country', models.ForeignKey(blank=True, db_constraint=False, help_text='For a visa.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='places.country')),
                    ('expert', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.expert')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='partners.traveldocument')),
                ],
                options={
                    'ordering': ['pgh_id'],
                    'abstract': False,
                },
            ),
        ),
    ]
