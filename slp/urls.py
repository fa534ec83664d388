"""Where everything is. Four doors, each composed from the apps' modules of the same name.

public:  /            anyone
portal:  /portal/     partner agencies
post:    /post/       embassies
desk:    /admin/desk/ INL/KM's work pages; /admin/ itself is the Django admin, whose index is the desk
"""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import Http404
from django.urls import include, path

from deployments import desk as deployments_desk
from deployments import portal as deployments_portal
from deployments import post as deployments_post
from engagements import desk as engagements_desk
from engagements import portal as engagements_portal
from engagements import post as engagements_post
from partners import desk as partners_desk
from partners import portal as partners_portal
from slp.public import home, views

admin.site.login = secure_admin_login(admin.site.login)  # the stock page would pass by the second factor
admin.site.site_header = admin.site.site_title = "SLP desk"
admin.site.index_title = "Desk"
admin.site.enable_nav_sidebar = False
admin.site.index = home.desk_index
admin.site.get_app_list = home.app_list

desk = [
    *partners_desk.urlpatterns,
    *engagements_desk.urlpatterns,
    *deployments_desk.urlpatterns,
    *home.desk_urlpatterns,
]
portal = [
    *home.portal_urlpatterns,
    *partners_portal.urlpatterns,
    *engagements_portal.urlpatterns,
    *deployments_portal.urlpatterns,
]
post = [*home.post_urlpatterns, *engagements_post.urlpatterns, *deployments_post.urlpatterns]


def given_address(request):
    """allauth's page of mail addresses is not here: whoever makes the account gives it its address."""
    raise Http404


urlpatterns = [
    path("accounts/email/", given_address, name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("admin/desk/", include((desk, "desk"))),
    path("admin/", admin.site.urls),
    path("portal/", include((portal, "portal"))),
    path("post/", include((post, "post"))),
    path("documents/", include("slp.documents.views")),
    path("", include((views.urlpatterns, "public"))),
]
