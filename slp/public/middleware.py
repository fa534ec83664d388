"""Each signed-in door is for its own people, whatever a page behind it would show."""

from __future__ import annotations

from django.shortcuts import render

from partners.permissions import agency_roles, post_roles
from slp.public.context import door_of

FOR_WHOM = {
    "desk": "The desk is for INL/KM staff.",
    "portal": "The partner portal is for people of a partner agency.",
    "post": "These pages are for people of an embassy or post.",
}


def belongs(user, door: str) -> bool:
    """Does the person work at this door?"""
    if door == "desk":
        return user.is_staff
    return bool(agency_roles(user) if door == "portal" else post_roles(user))


class DoorMiddleware:
    """Answers 403 with the reason to a signed-in person at somebody else's door."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        door = door_of(request.path)
        if door == "public" or not request.user.is_authenticated or belongs(request.user, door):
            return None
        return render(request, "403.html", {"reason": FOR_WHOM[door]}, status=403)
