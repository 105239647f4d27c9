"""What a person sees before an application may reach their mailbox.

https://learn.microsoft.com/entra/identity-platform/application-consent-experience
"""

from html import escape

from starlette.responses import Response

from sandbox.identity.authorize_request import AuthorizeRequest
from sandbox.identity.registration import NAME
from sandbox.identity.scopes import in_plain_words
from sandbox.pages import link_button, page
from sandbox.saml_idp.sign_in import picker_url
from sandbox.tenant.model import Person, Tenant

RETURN = "Return to the application without granting consent"
_SHOWN_OPENID = "offline_access"


def permissions_list(names: list[str]) -> str:
    """The permissions as a list in plain words."""
    rows = "".join(f"<li>{escape(in_plain_words(name))}<br><small>{escape(name)}</small></li>" for name in names)
    return f'<ul class="permissions">{rows}</ul>'


def _asked_for(asked: AuthorizeRequest) -> list[str]:
    scopes = asked.scopes
    return sorted(scopes.permissions) + ([_SHOWN_OPENID] if _SHOWN_OPENID in scopes.openid else [])


def _form(tenant: Tenant, asked: AuthorizeRequest, content: str) -> str:
    hidden = f'<input type="hidden" name="request" value="{escape(asked.packed)}">'
    return f'<form method="post" action="/{tenant.id}/consent">{hidden}{content}</form>'


def _buttons() -> str:
    return (
        '<div class="row"><button name="action" value="cancel">Cancel</button>'
        '<button class="primary" name="action" value="accept">Accept</button></div>'
    )


def consent_page(tenant: Tenant, person: Person, asked: AuthorizeRequest) -> Response:
    """ "Permissions requested", with Accept and Cancel."""
    for_everyone = (
        '<label class="check"><input type="checkbox" name="organisation" value="1">'
        "<span>Consent on behalf of your organisation</span></label>"
        if person.is_admin
        else ""
    )
    body = (
        f"<p class='quiet'>{escape(person.upn)}</p><h1>Permissions requested</h1><p><strong>{NAME}</strong>"
        f" would like to:</p>{permissions_list(_asked_for(asked))}"
        "<p><small>Accepting these permissions means that you allow this app to use your data. You can change"
        " these permissions at any time.</small></p>"
        f"{_form(tenant, asked, for_everyone + _buttons())}"
    )
    return page("Permissions requested", body)


def approval_page(tenant: Tenant, person: Person, asked: AuthorizeRequest, *, workflow: bool) -> Response:
    """The dead end for people who may not consent: Entra leaves the browser here, with `workflow` they may ask.

    https://learn.microsoft.com/entra/identity/enterprise-apps/configure-admin-consent-workflow
    """
    back = link_button(f"/{tenant.id}/oauth2/v2.0/cancel?{asked.packed}", RETURN)
    again = f"/{tenant.id}/oauth2/v2.0/authorize?{asked.for_somebody().packed}"
    another = link_button(picker_url(tenant, again), "Have an admin account? Sign in with that account")
    permissions = permissions_list(_asked_for(asked))
    who = f"<p class='quiet'>{escape(person.upn)}</p>"
    if workflow:
        form = (
            "<label>Enter justification for requesting this app"
            '<textarea name="justification"></textarea></label>'
            '<p></p><button class="primary" name="action" value="request">Request approval</button>'
        )
        body = (
            f"{who}<h1>Approval required</h1><p>This app requires your admin’s approval to:</p>{permissions}"
            f"{_form(tenant, asked, form)}<p></p><p>{back}</p>{_number(90095)}"
        )
        return page("Approval required", body)
    body = (
        f"{who}<h1>Need admin approval</h1><p><strong>{NAME}</strong> needs permission to access resources in"
        " your organisation that only an admin can grant. Please ask an admin to grant permission to this app"
        f" before you can use it.</p>{permissions}<p>{another}</p><p>{back}</p>{_number(90094)}"
    )
    return page("Need admin approval", body)


def _number(number: int) -> str:
    return f"<p><small>Error Code: {number}</small></p>"


def request_sent_page(tenant: Tenant, asked: AuthorizeRequest) -> Response:
    """The end of the approval workflow for the person: their admin has mail."""
    back = link_button(f"/{tenant.id}/oauth2/v2.0/cancel?{asked.packed}", RETURN)
    body = (
        "<h1>Request sent</h1><p>Your admin will review your request and you will be notified by e-mail"
        f" about the decision.</p><p>{back}</p>"
    )
    return page("Request sent", body)
