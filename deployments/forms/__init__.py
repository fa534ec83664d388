"""The forms of this app, by noun. Every error is a sentence at its field."""

from deployments.forms.claims import (
    CertifyForm,
    ClaimAddForm,
    ClaimEditForm,
    DecisionForm,
    FailForm,
    LineForm,
    ObligationForm,
    PaymentForm,
)
from deployments.forms.support import CheckInForm, IncidentForm, NoteForm, SupportEditForm, SupportForm
from deployments.forms.training import AttendanceForm, EnrolForm, SessionEditForm, SessionForm
from deployments.forms.travel import (
    ClearForm,
    DatesForm,
    EmergencyForm,
    HandInForm,
    SendForm,
    StayForm,
    TeamClearForm,
    TeamForm,
    TravelForm,
    WaiveForm,
)

__all__ = [
    "AttendanceForm", "CertifyForm", "CheckInForm", "ClaimAddForm", "ClaimEditForm", "ClearForm", "DatesForm",
    "DecisionForm", "EmergencyForm", "EnrolForm", "FailForm", "HandInForm", "IncidentForm", "LineForm", "NoteForm",
    "ObligationForm", "PaymentForm", "SendForm", "SessionEditForm", "SessionForm", "StayForm", "SupportEditForm",
    "SupportForm", "TeamClearForm", "TeamForm", "TravelForm", "WaiveForm",
]  # fmt: skip
