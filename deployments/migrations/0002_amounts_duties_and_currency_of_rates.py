import django.core.validators
import slp.lib.money
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from slp.lib.migrations import AtOnce


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0001_initial'),
        ('documents', '0001_initial'),
        ('engagements', '0002_estimates_not_negative'),
        ('partners', '0002_agreements_in_full_and_roster_files'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            migrations.AddField(
                model_name='rate',
                name='currency',
                field=slp.lib.money.CurrencyField(default='USD', max_length=3),
            ),
            migrations.AddField(
                model_name='rateevent',
                name='currency',
                field=slp.lib.money.CurrencyField(default='USD', max_length=3),
            ),
            migrations.AlterField(
                model_name='obligation',
                name='amount',
                field=slp.lib.money.MoneyField(decimal_places=2, max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0.01'), 'Enter an amount.')]),
            ),
            migrations.AlterField(
                model_name='obligationevent',
                name='amount',
                field=slp.lib.money.MoneyField(decimal_places=2, max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0.01'), 'Enter an amount.')]),
            ),
            migrations.AlterField(
                model_name='rate',
                name='lodging',
                field=slp.lib.money.MoneyField(decimal_places=2, max_digits=14, verbose_name='lodging a night'),
            ),
            migrations.AlterField(
                model_name='rate',
                name='meals',
                field=slp.lib.money.MoneyField(decimal_places=2, max_digits=14, verbose_name='meals and incidentals a day'),
            ),
            migrations.AlterField(
                model_name='rateevent',
                name='lodging',
                field=slp.lib.money.MoneyField(decimal_places=2, max_digits=14, verbose_name='lodging a night'),
            ),
            migrations.AlterField(
                model_name='rateevent',
                name='meals',
                field=slp.lib.money.MoneyField(decimal_places=2, max_digits=14, verbose_name='meals and incidentals a day'),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='who_approves_did_not_submit', violation_error_message="Whoever submitted a claim can't approve it."),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('certified_by', None), models.Q(('certified_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='who_certifies_did_not_prepare', violation_error_message="Whoever prepared a claim can't certify it."),
            ),
            migrations.AddConstraint(
                model_name='claim',
                constraint=models.CheckConstraint(condition=models.Q(('certified_by', None), models.Q(('certified_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='who_certifies_did_not_submit', violation_error_message="Whoever submitted a claim can't certify it."),
            ),
            migrations.AddConstraint(
                model_name='claimline',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount_usd__gt', 0)), name='line_costs_something', violation_error_message='Enter an amount.'),
            ),
            migrations.AddConstraint(
                model_name='claimline',
                constraint=models.CheckConstraint(condition=models.Q(('allowed_usd', None), ('allowed_usd__gte', 0), _connector='OR'), name='allowed_amount_not_negative', violation_error_message="The allowed amount can't be negative."),
            ),
            migrations.AddConstraint(
                model_name='obligation',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='obligation_sets_something_aside', violation_error_message='Enter the amount that is set aside.'),
            ),
            migrations.AddConstraint(
                model_name='payment',
                constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_pays_something', violation_error_message='Enter the amount that was paid.'),
            ),
            migrations.AddConstraint(
                model_name='rate',
                constraint=models.CheckConstraint(condition=models.Q(('lodging__gte', 0), ('meals__gte', 0)), name='rate_not_negative', violation_error_message="A rate can't be negative."),
            ),
            migrations.AddConstraint(
                model_name='rate',
                constraint=models.CheckConstraint(condition=models.Q(('currency', 'USD')), name='rate_in_dollars', violation_error_message='Per-diem rates are published in US dollars: enter the amounts in USD.'),
            ),
            migrations.AddConstraint(
                model_name='stay',
                constraint=models.CheckConstraint(condition=models.Q(('period__isempty', False)), name='stay_of_at_least_one_night', violation_error_message='The last night is before the first.'),
            ),
        ),
    ]
