"""The frame around every page. Bodies are HTML already; whoever writes one escapes what it shows."""

import secrets
from html import escape

from starlette.responses import HTMLResponse

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def page(title: str, body: str, *, kind: str = "card", status: int = 200, note: str = "") -> HTMLResponse:
    """A page; `kind` is "card" for a dialog in the middle, "wide" for the control pages."""
    return HTMLResponse(_document(title, body, kind, note), status, {"Content-Security-Policy": _POLICY})


def auto_post(url: str, fields: dict[str, str], title: str) -> HTMLResponse:
    """A form that submits itself; without JavaScript its Continue button does."""
    nonce = secrets.token_urlsafe(16)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    body = (
        f"<h1>{escape(title)}</h1><p>One moment, you are being taken back to the application.</p>"
        f'<form id="answer" method="post" action="{escape(url)}">{hidden}'
        '<button class="primary">Continue</button></form>'
        f'<script nonce="{nonce}">document.getElementById("answer").submit()</script>'
    )
    policy = f"{_POLICY}; script-src 'nonce-{nonce}'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(_document(title, body, "card", ""), headers=headers)


def link_button(href: str, text: str) -> str:
    """A link."""
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def _document(title: str, body: str, kind: str, note: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/sandbox.css"></head>'
        f'<body class="{kind}"><main>{body}</main>'
        f"<footer>{note or 'Atrium sandbox: a stand-in for Microsoft 365. Nothing here is real.'}</footer>"
        "</body></html>"
    )
