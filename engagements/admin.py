"""The model pages of needs, invitations, engagements, reports and results."""

from __future__ import annotations

from django.contrib import admin

from engagements.models import (
    Accomplishment,
    Addendum,
    AddendumCost,
    Engagement,
    FinalReport,
    Guide,
    HostInstitution,
    Invitation,
    InvitationAnswer,
    Need,
    Nomination,
    Participants,
    Participation,
    PublishedFigure,
    ReportExtension,
    Result,
    Seat,
)
from slp.lib.admin import RecordAdmin, RecordInline


@admin.register(HostInstitution)
class HostInstitutionAdmin(RecordAdmin):
    list_display = ("name", "country", "is_security_force")
    list_select_related = ("country",)
    list_filter = ("is_security_force",)
    search_fields = ("name", "country__name")
    raw_id_fields = ("country",)


class SeatInline(RecordInline):
    model = Seat
    raw_id_fields = ("expertise", "language")
    can_delete = True


@admin.register(Need)
class NeedAdmin(RecordAdmin):
    list_display = ("reference", "title", "country", "priority", "starts_on", "status")
    list_select_related = ("country",)
    list_filter = ("status", "priority", "kind", "sector")
    search_fields = ("search_text",)
    raw_id_fields = ("country", "institution", "author", "academy")
    inlines = (SeatInline,)


@admin.register(Seat)
class SeatAdmin(RecordAdmin):
    list_display = ("need", "number", "role", "expertise", "language", "min_speaking")
    list_select_related = ("need", "expertise", "language")
    list_filter = ("min_depth", "needs_certificate")
    search_fields = ("role", "need__search_text")
    raw_id_fields = ("need", "expertise", "language")
    readonly_fields = ("held_by",)
    edited_by = ()  # on the need's own page, where its rules are asked


class NominationInline(RecordInline):
    model = Nomination
    raw_id_fields = ("seat", "expert", "by")
    readonly_fields = ("status", "status_since")

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """Answers are not shown here: the reason of a no is nobody's business who matches."""

    list_display = ("reference", "agency", "need", "reply_by", "status")
    list_select_related = ("agency", "need")
    list_filter = ("status",)
    search_fields = ("reference", "agency__search_text", "need__search_text")
    raw_id_fields = ("need", "agency", "sender", "seats")
    inlines = (NominationInline,)


@admin.register(InvitationAnswer)
class InvitationAnswerAdmin(RecordAdmin):
    """That an answer came, when and from whom. Its note is left out: it is no input to anything."""

    list_display = ("invitation", "verb", "at")
    list_select_related = ("invitation",)
    list_filter = ("verb",)
    search_fields = ("invitation__reference",)
    fields = readonly_fields = ("invitation", "verb", "proposed_start", "proposed_end", "by", "at")
    edited_by = ()


@admin.register(Nomination)
class NominationAdmin(RecordAdmin):
    list_display = ("expert", "seat", "invitation", "status")
    list_select_related = ("expert", "seat", "invitation__agency")
    list_filter = ("status",)
    search_fields = ("expert__search_text", "invitation__reference")
    raw_id_fields = ("invitation", "seat", "expert", "by")
    edited_by = ()


class ParticipationInline(RecordInline):
    model = Participation
    raw_id_fields = ("agency", "agreement")
    can_delete = True


class ParticipantsInline(RecordInline):
    model = Participants
    raw_id_fields = ("source",)
    can_delete = True


class ResultInline(RecordInline):
    model = Result
    raw_id_fields = ("source",)
    can_delete = True


@admin.register(Engagement)
class EngagementAdmin(RecordAdmin):
    list_display = ("reference", "title", "kind", "country", "starts_on", "status")
    list_select_related = ("country",)
    list_filter = ("status", "kind", "sector", "is_historic")
    search_fields = ("search_text",)
    raw_id_fields = ("need", "country", "institution", "owner", "academy", "source", "expertise")
    inlines = (ParticipationInline, ParticipantsInline, ResultInline)
    # Words and who looks after it. Kind, country, dates and agencies carry addenda, agreements and claims.
    kept_here = ("title", "summary", "sector", "expertise", "places", "owner", "peacekeeping_mission")


@admin.register(Participation)
class ParticipationAdmin(RecordAdmin):
    list_display = ("engagement", "agency", "agreement", "people_as_published")
    list_select_related = ("engagement", "agency", "agreement")
    search_fields = ("engagement__search_text", "agency__search_text")
    raw_id_fields = ("engagement", "agency", "agreement")
    edited_by = ()  # begins with an invitation that was accepted


class AddendumCostInline(RecordInline):
    """Shown only: amounts are terms, and terms are changed where signatures are looked after."""

    model = AddendumCost

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Addendum)
class AddendumAdmin(RecordAdmin):
    list_display = ("engagement", "agency", "starts_on", "ends_on")
    list_select_related = ("engagement", "agency")
    search_fields = ("engagement__search_text", "agency__search_text")
    raw_id_fields = ("engagement", "agency")
    inlines = (AddendumCostInline,)
    edited_by = ()


@admin.register(AddendumCost)
class AddendumCostAdmin(RecordAdmin):
    list_display = ("addendum", "category", "amount", "currency", "basis")
    list_select_related = ("addendum__engagement", "addendum__agency")
    list_filter = ("category",)
    search_fields = ("addendum__engagement__search_text",)
    raw_id_fields = ("addendum",)
    edited_by = ()


class ReportExtensionInline(RecordInline):
    model = ReportExtension
    raw_id_fields = ("asked_by", "decided_by")
    readonly_fields = ("status",)

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(FinalReport)
class FinalReportAdmin(RecordAdmin):
    """Read here; written by the agency, decided on the report's own page."""

    list_display = ("reference", "engagement", "agency", "due_on", "status")
    list_select_related = ("engagement", "agency")
    list_filter = ("status",)
    search_fields = ("reference", "engagement__search_text", "agency__search_text")
    raw_id_fields = ("engagement", "agency", "submitted_by")
    inlines = (ReportExtensionInline,)
    edited_by = ()


@admin.register(ReportExtension)
class ReportExtensionAdmin(RecordAdmin):
    list_display = ("report", "asked_for", "status", "asked_at")
    list_select_related = ("report",)
    list_filter = ("status",)
    search_fields = ("report__reference",)
    raw_id_fields = ("report", "asked_by", "decided_by")
    edited_by = ()


@admin.register(Participants)
class ParticipantsAdmin(RecordAdmin):
    list_display = ("engagement", "group", "women", "men", "unknown")
    list_select_related = ("engagement",)
    search_fields = ("group", "engagement__search_text")
    raw_id_fields = ("engagement", "source")


@admin.register(Result)
class ResultAdmin(RecordAdmin):
    list_display = ("engagement", "measure", "value", "certainty", "source")
    list_select_related = ("engagement", "source")
    list_filter = ("measure", "certainty")
    search_fields = ("engagement__search_text",)
    raw_id_fields = ("engagement", "source")


@admin.register(Accomplishment)
class AccomplishmentAdmin(RecordAdmin):
    list_display = ("headline", "sector", "agency", "country", "published_on")
    list_select_related = ("agency", "country")
    list_filter = ("sector",)
    search_fields = ("headline", "body")
    raw_id_fields = ("agency", "country", "engagements", "source")


@admin.register(Guide)
class GuideAdmin(RecordAdmin):
    list_display = ("title", "authors", "issued_on", "published_on")
    search_fields = ("title", "summary", "authors")
    raw_id_fields = ("expertise", "document", "source")


@admin.register(PublishedFigure)
class PublishedFigureAdmin(RecordAdmin):
    list_display = ("label", "wording", "as_of", "source")
    list_select_related = ("source",)
    list_filter = ("certainty",)
    search_fields = ("code", "measure", "label", "wording")
    raw_id_fields = ("source",)
