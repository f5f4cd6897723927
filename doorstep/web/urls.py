"""Addresses of the pages. No address holds a name: people are there by the id of their record."""

from django.urls import path, re_path

from doorstep.web.views import door, due, forms, home, moving, phones, programmes, story, voices

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("login/", door.Door.as_view(), name="login"),
    path("logout/", door.Leave.as_view(), name="logout"),
    path("language/", door.language, name="language"),
    path("due/", due.due, name="due"),
    path("due/list.csv", due.download, name="due_csv"),
    path("forms/", forms.forms, name="forms"),
    path("forms/upload/", forms.upload, name="form_upload"),
    path("forms/draft/<slug:name>/", forms.draft, name="form_draft"),
    path("forms/draft/<slug:name>/release/", forms.release, name="form_release"),
    path("forms/draft/<slug:name>/files/", forms.more_files, name="form_files"),
    path("forms/draft/<slug:name>/drop/", forms.drop, name="form_drop"),
    path("forms/<slug:name>/", forms.form, name="form"),
    path("forms/<slug:name>/withdraw/", forms.withdraw, name="form_withdraw"),
    path("forms/<slug:name>/again/", forms.again, name="form_again"),
    path("forms/<slug:name>/workbook/<int:n>/", forms.workbook, name="form_workbook"),
    re_path(r"^forms/(?P<name>[-\w]+)/answers\.(?P<kind>csv|xlsx)$", forms.answers, name="form_answers"),
    path("people/<str:subject>/", story.story, name="story"),
    path("people/<str:subject>/file/<str:submission>/<str:name>", story.file, name="story_file"),
    path("phones/", phones.phones, name="phones"),
    path("phones/code/", phones.code, name="phones_code"),
    path("phones/<int:pk>/", phones.decide, name="phones_decide"),
    path("cards/", moving.cards, name="cards"),
    path("looked/", moving.looked, name="looked"),
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/<slug:name>/", programmes.programme, name="programme"),
    path("programmes/<slug:name>/<slug:part>/", programmes.programme, name="programme_part"),
    path("voices/", voices.voices, name="voices"),
    path("voices/speaker/", voices.agree, name="voices_agree"),
    path("voices/speaker/leave/", voices.leave, name="voices_leave"),
    path("voices/speaker/<slug:speaker>/", voices.withdraw, name="voices_withdraw"),
    path("voices/keep/", voices.keep, name="voices_keep"),
    path("voices/take/", voices.take, name="voices_take"),
    path("voices/again/", voices.again, name="voices_again"),
    path("voices/make/", voices.make, name="voices_make"),
    path("voices/language/", voices.add, name="voices_add"),
    re_path(r"^voices/sound/(?P<hash>[0-9a-f]{32})\.(?P<ending>ogg|mp3)$", voices.sound, name="voices_sound"),
    path("about/", home.about, name="about"),
]
