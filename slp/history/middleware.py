"""The actor in every change's context; refusals as pages; a form post carried out once."""

from __future__ import annotations

import uuid

import pghistory.middleware
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect, render

from slp.history.models import Submission
from slp.lib.answers import Refused

NOT_TYPED = ("csrfmiddlewaretoken", "once", "password")
WORTH_KEEPING = 12  # characters: shorter answers are typed again at once


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """pghistory's own, with the person's name kept in case the account changes."""

    def get_context(self, request):
        return super().get_context(request) | {"name": str(request.user) if request.user.is_authenticated else ""}


class RefusalMiddleware:
    """A rule that says no becomes a page with the reason: 403, or 409 when somebody else was faster.

    An address with a NUL character is nobody's: 404 before PostgreSQL refuses it.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404

    def process_exception(self, request, exception):
        if isinstance(exception, Refused):
            context = {"reason": exception.reason, "typed": typed_in(request)}
            return render(request, f"{exception.status}.html", context, status=exception.status)
        return None


def typed_in(request) -> list[str]:
    """The texts that somebody sent with a form, to copy them from a page that could not take them."""
    if request.method != "POST":
        return []
    texts = [value.strip() for name in request.POST if name not in NOT_TYPED for value in request.POST.getlist(name)]
    return [text[:20_000] for text in texts if len(text) >= WORTH_KEEPING and " " in text]


class OnceMiddleware:
    """Carries out a form post once, however often it arrives.

    The key of the form (`{% once %}`) and the effect of the post commit together, so not even a killed web
    process leaves one without the other. A repeated post is sent to where the first one went. A post that is
    refused (status 400 and above) is rolled back whole and may be corrected and sent again.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        key = self._key(request)
        if key is None:
            return self.get_response(request)
        try:
            with transaction.atomic():
                return self._carry_out(request, key)
        except _AlreadyDone as done:
            messages.info(request, "That was already done. It has not been done twice.")
            return redirect(done.location)

    @staticmethod
    def _key(request) -> uuid.UUID | None:
        if request.method != "POST" or request.path.startswith("/accounts/"):
            return None
        try:
            return uuid.UUID(request.POST.get("once", ""))
        except ValueError:
            return None

    def _carry_out(self, request, key: uuid.UUID):
        user = request.user if request.user.is_authenticated else None
        submission = Submission(key=key, user=user, path=request.path[:400], location=request.path[:400])
        try:
            with transaction.atomic():
                submission.save(force_insert=True)
        except IntegrityError:
            before = Submission.objects.filter(key=key, user=user).first()
            raise _AlreadyDone(before.location if before else request.path) from None
        response = self.get_response(request)
        if response.status_code >= 400:
            transaction.set_rollback(True)
        elif 300 <= response.status_code < 400:
            Submission.objects.filter(key=key).update(location=response.headers["Location"][:400])
        else:
            submission.delete()
        return response


class _AlreadyDone(Exception):
    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location
