"""The floor S beside the product's own pages: a bare view with a small template for a signed-in user."""

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

SMALL = engines["django"].from_string(
    "<!DOCTYPE html><title>Floor</title><h1>{{ user.name }}</h1>"
    "<ul>{% for n in numbers %}<li>{{ n }}</li>{% endfor %}</ul>"
)


def floor_s(request):
    return HttpResponse(SMALL.render({"user": request.user, "numbers": ["one", "two", "three"]}))


urlpatterns = [path("bench/floor-s/", floor_s), path("", include("slp.urls"))]
