"""Addresses of the pages. No address holds a name: people are there by the id of their record."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from doorstep.web.views import home, programmes

app_name = "web"
urlpatterns = [
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/<slug:name>/", programmes.programme, name="programme"),
    path("programmes/<slug:name>/<slug:part>/", programmes.programme, name="programme_part"),
    path("about/", home.about, name="about"),
    path("language/", set_language, name="language"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
