"""The phone's forms in a real browser: the page app/forms.html, built as the app is, without the app around it."""
