"""The phone app's own files, under /phone/: served before Django is asked, each with what the browser may do with it.

They hold nothing about anybody. Files whose name carries the hash of their content are kept for ever; the page, the
service worker and the manifest are asked for each time, so that a new release is found.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

PREFIX = "phone"
HASHED = rf"^/{PREFIX}/assets/"
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'",
    # SQLite and the form engine are WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self' blob: data:",
    "manifest-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # Her own camera for cards and pictures, her own position when a form asks: nothing else, and nobody else's frame.
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


def with_phone_app(application: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """WSGI: this application, with the built app of `folder` under /phone/. Without a built app nothing stands there."""
    if not (folder / "index.html").is_file():
        return application
    served = WhiteNoise(
        application, index_file=True, max_age=0, allow_all_origins=False, immutable_file_test=HASHED,
        add_headers_function=_headers,
        mimetypes={".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".mjs": "text/javascript"},
    )  # fmt: skip
    served.add_files(str(folder), prefix=PREFIX)
    return served


def _headers(headers: Headers, path: str, url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
