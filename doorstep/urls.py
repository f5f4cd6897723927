"""Addresses of the pages. Submissions are taken in before Django is asked: see `doorstep.wsgi`."""

from django.urls import include, path

handler400 = "doorstep.web.views.errors.not_understood"
handler403 = "doorstep.web.views.errors.not_here"
handler404 = "doorstep.web.views.errors.not_here"
handler500 = "doorstep.web.views.errors.broken"

urlpatterns = [path("", include("doorstep.web.urls"))]
