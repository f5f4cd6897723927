"""The console as a Django app: templates, static files and translations are found through it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "doorstep.web"
    label = "web"
