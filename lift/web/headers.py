"""Security headers with a nonce per response (DESIGN section 6)."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

from lift.core.ids import short_code

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def csp_nonce() -> str:
    """The nonce of this response."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def init_app(app: Flask) -> None:
    """Add the headers to every response."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.jinja_env.globals["unique_id"] = lambda: short_code(6).lower()

    @app.after_request
    def add_headers(response: Response) -> Response:
        nonce = csp_nonce()
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
            f"style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
            "frame-ancestors 'none'",
        )
        if app.config["LIFT"].cookie_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
