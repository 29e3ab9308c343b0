"""Headers that Django has no setting for, and all headers of an answer outside Django."""

from django.conf import settings

OWN_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


def for_plain_page():
    """The headers of a page of text only: as of a Django page, with a stricter policy."""
    headers = {
        **OWN_HEADERS,
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
        "Content-Type": "text/html; charset=utf-8",
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = "; ".join(
            [
                f"max-age={settings.SECURE_HSTS_SECONDS}",
                *["includeSubDomains"] * settings.SECURE_HSTS_INCLUDE_SUBDOMAINS,
                *["preload"] * settings.SECURE_HSTS_PRELOAD,
            ]
        )
    return headers
