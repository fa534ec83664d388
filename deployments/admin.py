"""Model pages of this app. Verbs with rules of their own (clearing, deciding, paying) live on the work pages."""

from __future__ import annotations

from django.contrib import admin

from deployments.models import (
    CheckIn,
    Claim,
    ClaimLine,
    Clearance,
    Deployment,
    Incident,
    Obligation,
    Payment,
    Rate,
    Requirement,
    Rotation,
    ServiceRecord,
    Stay,
    SupportEntry,
    TrainingEnrolment,
    TrainingSession,
)
from slp.history.admin import PersonalAdmin
from slp.lib.admin import RecordAdmin, RecordInline

NOBODY: tuple[str, ...] = ()
ADMINISTRATORS = ("administrator", "director")


class ReadOnlyInline(RecordInline):
    """Rows that change only on the work pages."""

    edited_by = NOBODY
    show_change_link = True


class StayInline(ReadOnlyInline):
    model = Stay


class EnrolmentInline(ReadOnlyInline):
    model = TrainingEnrolment
    fields = ["deployment", "status", "completed_on"]
    raw_id_fields = ["deployment"]


class LineInline(ReadOnlyInline):
    model = ClaimLine
    fields = ["category", "description", "spent_on", "amount", "currency", "amount_usd", "decision", "allowed_usd"]
    readonly_fields = fields


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ["voucher", "amount", "paid_on", "status"]
    readonly_fields = fields


@admin.register(Rotation)
class RotationAdmin(RecordAdmin):
    list_display = ["name", "agency", "country", "team_size", "interval_months", "first_start", "until"]
    list_select_related = ["agency", "country"]
    search_fields = ["name", "agency__name"]
    raw_id_fields = ["agency"]


@admin.register(Deployment)
class DeploymentAdmin(RecordAdmin):
    """Dates are changed at the desk, where everything that depends on them is asked again."""

    list_display = ["reference", "expert", "agency", "country", "starts_on", "ends_on", "status"]
    list_select_related = ["expert", "agency", "country"]
    list_filter = ["status"]
    search_fields = ["search_text"]
    raw_id_fields = ["rotation"]
    readonly_fields = [
        "engagement", "expert", "agency", "country", "nomination", "seat", "period", "arrived_at", "returned_at",
    ]  # fmt: skip
    exclude = ["search_text"]
    inlines = [StayInline]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(Stay)
class StayAdmin(RecordAdmin):
    """Planned on the page of the journey, where the nights are held against its dates."""

    edited_by = NOBODY
    list_display = ["deployment", "city", "period"]
    list_select_related = ["deployment__expert"]
    search_fields = ["city"]
    raw_id_fields = ["deployment"]


@admin.register(Requirement)
class RequirementAdmin(RecordAdmin):
    """A rule that changes gets a new row with its own date; past journeys keep theirs."""

    edited_by = ADMINISTRATORS
    list_display = ["name", "code", "set", "scope", "lead_days", "cleared_by", "valid_from", "valid_until"]
    list_filter = ["set", "scope", "cleared_by"]
    search_fields = ["name", "code"]
    filter_horizontal = ["countries"]


@admin.register(Clearance)
class ClearanceAdmin(PersonalAdmin):
    edited_by = NOBODY
    list_display = ["deployment", "requirement", "status", "due_on", "valid_until"]
    list_select_related = ["deployment__expert__user", "requirement"]
    list_filter = ["status"]
    search_fields = ["deployment__reference"]

    def read_of(self, row: Clearance) -> tuple[str, object]:
        return row.deployment.reference, row.deployment.expert.user


@admin.register(TrainingSession)
class TrainingSessionAdmin(RecordAdmin):
    list_display = ["title", "mode", "starts_at", "ends_at", "capacity"]
    list_filter = ["mode"]
    search_fields = ["title"]
    inlines = [EnrolmentInline]


@admin.register(TrainingEnrolment)
class TrainingEnrolmentAdmin(RecordAdmin):
    edited_by = NOBODY
    list_display = ["deployment", "session", "status", "completed_on"]
    list_select_related = ["deployment__expert", "session"]
    list_filter = ["status"]
    search_fields = ["deployment__reference", "session__title"]


@admin.register(SupportEntry)
class SupportEntryAdmin(RecordAdmin):
    """Logged by the posts, corrected by whoever logged it."""

    edited_by = NOBODY
    list_display = ["happened_at", "country", "kind", "engagement", "author"]
    list_select_related = ["country", "engagement", "author"]
    list_filter = ["kind"]
    search_fields = ["engagement__reference", "note"]


@admin.register(CheckIn)
class CheckInAdmin(RecordAdmin):
    edited_by = NOBODY
    list_display = ["at", "deployment", "method", "is_safe", "place"]
    list_select_related = ["deployment__expert"]
    list_filter = ["is_safe", "method"]
    search_fields = ["deployment__reference"]


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    list_display = ["reference", "severity", "country", "place", "happened_at", "status"]
    list_select_related = ["country"]
    list_filter = ["status", "severity"]
    search_fields = ["reference", "place"]
    raw_id_fields = ["deployment"]
    readonly_fields = ["author"]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(Rate)
class RateAdmin(RecordAdmin):
    edited_by = ADMINISTRATORS
    list_display = [
        "country",
        "us_state",
        "location",
        "season_from",
        "season_until",
        "lodging",
        "meals",
        "effective_on",
    ]
    list_select_related = ["country"]
    search_fields = ["location", "country__name"]


@admin.register(Obligation)
class ObligationAdmin(RecordAdmin):
    """Recorded at the desk, by finance, on the engagement's page."""

    edited_by = NOBODY
    list_display = ["number", "engagement", "amount", "currency", "fiscal_year", "recorded_by"]
    list_select_related = ["engagement", "recorded_by"]
    search_fields = ["number", "engagement__reference"]


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    edited_by = NOBODY
    list_display = ["reference", "agency", "engagement", "status", "submitted_at"]
    list_select_related = ["agency", "engagement"]
    list_filter = ["status"]
    search_fields = ["reference", "agency__name"]
    inlines = [LineInline, PaymentInline]


@admin.register(ClaimLine)
class ClaimLineAdmin(RecordAdmin):
    edited_by = NOBODY
    list_display = ["claim", "category", "description", "spent_on", "amount_usd", "decision", "allowed_usd"]
    list_select_related = ["claim__agency"]
    list_filter = ["category", "decision"]
    search_fields = ["claim__reference", "description", "vendor"]


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    edited_by = NOBODY
    list_display = ["voucher", "claim", "amount", "paid_on", "status"]
    list_select_related = ["claim__agency"]
    list_filter = ["status"]
    search_fields = ["voucher", "claim__reference"]


@admin.register(ServiceRecord)
class ServiceRecordAdmin(RecordAdmin):
    """Asked for in the portal, signed on the desk; here they are read."""

    edited_by = NOBODY
    list_display = ["reference", "expert", "status", "code", "issued_at"]
    list_filter = ["status"]
    list_select_related = ["expert"]
    search_fields = ["reference", "code", "expert__search_text"]
    raw_id_fields = ["expert", "document", "requested_by"]
