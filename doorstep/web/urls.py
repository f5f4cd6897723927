"""Addresses of the pages. No address holds a name: people are there by the id of their record."""

from django.urls import path

from doorstep.web.views import door, due, home, programmes, story

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("login/", door.Door.as_view(), name="login"),
    path("logout/", door.Leave.as_view(), name="logout"),
    path("language/", door.language, name="language"),
    path("due/", due.due, name="due"),
    path("due/list.csv", due.download, name="due_csv"),
    path("people/<str:subject>/", story.story, name="story"),
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/<slug:name>/", programmes.programme, name="programme"),
    path("programmes/<slug:name>/<slug:part>/", programmes.programme, name="programme_part"),
    path("about/", home.about, name="about"),
]
