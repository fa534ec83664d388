"""The model pages of partners in the admin."""

from __future__ import annotations

from django.contrib import admin

from partners.models import (
    Agency,
    Agreement,
    AgreementApproval,
    AgreementComment,
    AgreementTemplate,
    AgreementVersion,
    Amendment,
    Availability,
    Capacity,
    Certificate,
    CommunityTie,
    Contact,
    Enquiry,
    Expert,
    ExpertCountry,
    Expertise,
    ExpertLanguage,
    ExpertSkill,
    Membership,
    Outreach,
    RosterImport,
    RosterImportRow,
    Signature,
    TravelDocument,
)
from partners.services import people
from slp.lib.admin import RecordAdmin, RecordInline

ROSTER = ("officer",)  # as `can_edit_roster` says; people are added in the portal or by a file


class ContactInline(RecordInline):
    model = Contact
    fields = ["name", "title", "email", "phone", "is_primary"]


class CapacityInline(RecordInline):
    model = Capacity
    fields = ["fiscal_year", "kind", "engagements"]


@admin.register(Agency)
class AgencyAdmin(RecordAdmin):
    list_display = ["name", "kind", "level", "us_state", "status", "partner_since", "is_fictional"]
    list_filter = ["status", "kind", "level", "is_fictional"]
    search_fields = ["search_text"]
    raw_id_fields = ["source"]
    inlines = [ContactInline, CapacityInline]


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    edited_by = ("officer", "director", "administrator")
    list_display = ["user", "agency", "role", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "agency"]
    search_fields = ["user__name", "user__email", "agency__search_text"]
    autocomplete_fields = ["user", "agency"]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["user", "agency", "role"] if obj else ["is_active"])]

    def save_model(self, request, obj, form, change) -> None:
        """Beginning and ending a role go through the services; only `is_active` changes afterwards."""
        if change and "is_active" not in form.changed_data:
            return
        if change and not obj.is_active:
            people.end_membership(actor=request.user, membership=obj)
            return
        person = obj.user
        saved = people.add_membership(
            actor=request.user, agency=obj.agency, email=person.email, name=person.name, role=obj.role
        )
        obj.pk = saved.pk


@admin.register(Contact)
class ContactAdmin(RecordAdmin):
    list_display = ["name", "agency", "title", "email", "is_primary", "confirmed_on"]
    list_select_related = ["agency"]
    search_fields = ["name", "email", "agency__search_text"]
    autocomplete_fields = ["agency"]


@admin.register(CommunityTie)
class CommunityTieAdmin(RecordAdmin):
    list_display = ["agency", "country", "note"]
    list_select_related = ["agency", "country"]
    search_fields = ["agency__search_text", "country__name"]
    autocomplete_fields = ["agency", "country"]


@admin.register(Capacity)
class CapacityAdmin(RecordAdmin):
    list_display = ["agency", "fiscal_year", "kind", "engagements"]
    list_select_related = ["agency"]
    list_filter = ["fiscal_year"]
    search_fields = ["agency__search_text"]
    autocomplete_fields = ["agency"]


class SkillInline(RecordInline):
    edited_by = ROSTER
    model = ExpertSkill
    autocomplete_fields = ["expertise"]


class LanguageInline(RecordInline):
    edited_by = ROSTER
    model = ExpertLanguage
    autocomplete_fields = ["language"]


@admin.register(Expert)
class ExpertAdmin(RecordAdmin):
    edited_by = ROSTER
    list_display = ["name", "rank", "agency", "service", "years", "is_active"]
    list_filter = ["service", "is_active"]
    list_select_related = ["agency"]
    search_fields = ["search_text"]
    # Personal data is read on the desk's own page, where reading it is recorded.
    exclude = ["email", "phone", "passport_expires_on", "emergency_name", "emergency_phone", "gender"]
    inlines = [SkillInline, LanguageInline]
    readonly_fields = ["agency", "user", "confirmed_on"]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(ExpertSkill)
class ExpertSkillAdmin(RecordAdmin):
    edited_by = ROSTER
    list_display = ["expert", "expertise", "depth"]
    list_filter = ["depth"]
    list_select_related = ["expert", "expertise"]
    search_fields = ["expert__search_text", "expertise__name"]
    autocomplete_fields = ["expert", "expertise"]


@admin.register(ExpertLanguage)
class ExpertLanguageAdmin(RecordAdmin):
    edited_by = ROSTER
    list_display = ["expert", "language", "speaking", "is_tested"]
    list_filter = ["speaking", "is_tested"]
    list_select_related = ["expert", "language"]
    search_fields = ["expert__search_text", "language__name"]
    autocomplete_fields = ["expert", "language"]


@admin.register(ExpertCountry)
class ExpertCountryAdmin(RecordAdmin):
    edited_by = ROSTER
    list_display = ["expert", "country", "relation", "note"]
    list_filter = ["relation"]
    list_select_related = ["expert", "country"]
    search_fields = ["expert__search_text", "country__name"]
    autocomplete_fields = ["expert", "country"]


@admin.register(Certificate)
class CertificateAdmin(RecordAdmin):
    edited_by = ROSTER
    list_display = ["programme", "expert", "number", "issued_on", "expires_on"]
    list_select_related = ["expert"]
    search_fields = ["programme", "number", "expert__search_text"]
    autocomplete_fields = ["expert", "expertise"]
    raw_id_fields = ["document"]


@admin.register(Availability)
class AvailabilityAdmin(RecordAdmin):
    edited_by = ()  # kept by the person and the coordinator, on the roster's own page
    list_display = ["expert", "kind", "period", "note"]
    list_filter = ["kind"]
    list_select_related = ["expert"]
    search_fields = ["expert__search_text"]
    autocomplete_fields = ["expert"]


@admin.register(TravelDocument)
class TravelDocumentAdmin(RecordAdmin):
    """Personal data: read on the desk's own page, where reading it is recorded; here only that it exists."""

    edited_by = ()
    list_display = ["expert", "kind"]
    list_filter = ["kind"]
    list_select_related = ["expert"]
    search_fields = ["expert__search_text"]
    exclude = ["country", "expires_on"]


@admin.register(RosterImport)
class RosterImportAdmin(RecordAdmin):
    """Uploads are made and taken over in the portal or on the desk; here they are read."""

    edited_by = ()
    list_display = ["reference", "agency", "status", "rows_total", "rows_bad", "uploaded_by", "created_at"]
    list_filter = ["status"]
    list_select_related = ["agency", "uploaded_by"]
    search_fields = ["reference", "agency__search_text"]
    raw_id_fields = ["document"]


@admin.register(RosterImportRow)
class RosterImportRowAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["roster_import", "line", "name", "outcome"]
    list_filter = ["outcome"]
    list_select_related = ["roster_import", "roster_import__document"]
    search_fields = ["roster_import__reference", "name"]
    raw_id_fields = ["roster_import", "expert"]
    exclude = ["email", "phone", "passport_expires_on"]


@admin.register(Agreement)
class AgreementAdmin(RecordAdmin):
    """Drafts are edited on the desk, where a changed text becomes a version; here they are read."""

    edited_by = ()
    list_display = ["reference", "title", "agency", "kind", "status", "starts_on", "ends_on"]
    list_filter = ["status", "kind"]
    list_select_related = ["agency"]
    search_fields = ["reference", "title", "agency__search_text"]
    autocomplete_fields = ["agency"]
    raw_id_fields = ["supersedes", "owner", "source"]


@admin.register(AgreementVersion)
class AgreementVersionAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["agreement", "number", "summary", "author", "created_at"]
    list_select_related = ["agreement", "author"]
    search_fields = ["agreement__reference", "summary"]
    raw_id_fields = ["agreement", "author"]


@admin.register(AgreementTemplate)
class AgreementTemplateAdmin(RecordAdmin):
    """The texts that drafts begin with. A changed template changes no agreement that exists."""

    list_display = ["name", "kind", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name"]


@admin.register(Amendment)
class AmendmentAdmin(RecordAdmin):
    """Amendments are written, sent and signed on the desk's page of the agreement."""

    edited_by = ()
    list_display = ["reference", "agreement", "number", "summary", "status", "effective_on"]
    list_filter = ["status"]
    list_select_related = ["agreement"]
    search_fields = ["reference", "summary", "agreement__reference"]
    raw_id_fields = ["agreement", "author"]


@admin.register(AgreementComment)
class AgreementCommentAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["agreement", "side", "author", "created_at"]
    list_filter = ["side"]
    list_select_related = ["agreement", "author"]
    search_fields = ["agreement__reference", "text"]
    raw_id_fields = ["agreement", "author"]


@admin.register(AgreementApproval)
class AgreementApprovalAdmin(RecordAdmin):
    """The agency records its own approvals in the portal."""

    edited_by = ()
    list_display = ["agreement", "kind", "outcome", "decided_on"]
    list_filter = ["kind", "outcome"]
    list_select_related = ["agreement"]
    search_fields = ["agreement__reference", "file_number"]
    raw_id_fields = ["agreement"]


@admin.register(Signature)
class SignatureAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["typed_name", "side", "signer", "content_type", "object_id", "signed_at"]
    list_filter = ["side"]
    list_select_related = ["signer", "content_type"]
    search_fields = ["typed_name", "sha256"]
    raw_id_fields = ["signer", "scan"]


@admin.register(Outreach)
class OutreachAdmin(RecordAdmin):
    list_display = ["agency", "kind", "on", "next_step", "next_step_on"]
    list_filter = ["kind"]
    list_select_related = ["agency"]
    search_fields = ["agency__search_text", "summary"]
    autocomplete_fields = ["agency"]
    raw_id_fields = ["author", "source"]


@admin.register(Enquiry)
class EnquiryAdmin(RecordAdmin):
    edited_by = ()
    list_display = ["reference", "agency_name", "us_state", "name", "status", "created_at"]
    list_filter = ["status"]
    search_fields = ["reference", "agency_name", "name"]
    raw_id_fields = ["agency"]


@admin.register(Expertise)
class ExpertiseAdmin(RecordAdmin):
    edited_by = ("administrator",)
    list_display = ["code", "name", "sector", "is_active"]
    list_filter = ["sector", "is_active"]
    search_fields = ["code", "name"]
