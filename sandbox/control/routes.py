"""Paths of the pages and the API."""

from starlette.routing import Route

from sandbox.control import (
    api,
    api_faults,
    api_items,
    api_people,
    api_subscriptions,
    exchange,
    forms,
    latency,
    person_forms,
    quantity,
    subscriptions,
    txt_records,
)
from sandbox.control.faults_page import faults_page
from sandbox.control.overview import overview
from sandbox.control.person import person_page

_API = "/control/api"

_PEOPLE = "/control/people/{upn}"

routes = [
    Route("/", overview),
    Route("/control/reset", forms.reset, methods=["POST"]),
    Route("/control/faults", faults_page),
    Route("/control/faults", forms.faults, methods=["POST"]),
    Route("/control/faults/{id}", forms.fault, methods=["POST"]),
    Route(latency.PATH, latency.latency, methods=["POST"]),
    Route("/control/tenants/{domain}/consent", forms.consent, methods=["POST"]),
    Route("/control/tenants/{domain}/policy", forms.policy, methods=["POST"]),
    Route("/control/tenants/{domain}/exchange", exchange.servers, methods=["POST"]),
    Route("/control/txt", txt_records.txt, methods=["POST"]),
    Route(_PEOPLE, person_page),
    Route(f"{_PEOPLE}/revoke", person_forms.revoke, methods=["POST"]),
    Route(f"{_PEOPLE}/mailbox", exchange.mailbox, methods=["POST"]),
    Route(f"{_PEOPLE}/events", person_forms.events, methods=["POST"]),
    Route(f"{_PEOPLE}/events/{{id}}", person_forms.event, methods=["POST"]),
    Route(f"{_PEOPLE}/contacts", person_forms.contacts, methods=["POST"]),
    Route(f"{_PEOPLE}/contacts/{{id}}", person_forms.contact, methods=["POST"]),
    Route(f"{_PEOPLE}/subscriptions/{{id}}", subscriptions.happening, methods=["POST"]),
    Route(f"{_PEOPLE}/bulk", quantity.bulk, methods=["POST"]),
    Route(f"{_PEOPLE}/random-changes", quantity.random_changes, methods=["POST"]),
    Route(f"{_PEOPLE}/notifications", subscriptions.storm, methods=["POST"]),
    Route(f"{_API}/state", api.state),
    Route(f"{_API}/reset", api.reset, methods=["POST"]),
    Route(f"{_API}/tokens", api.tokens, methods=["POST"]),
    Route(f"{_API}/requests", api.requests, methods=["GET", "DELETE"]),
    Route(f"{_API}/latency", latency.latency_api, methods=["GET", "PUT"]),
    Route(f"{_API}/txt", txt_records.txt_api, methods=["GET", "POST", "DELETE"]),
    Route(f"{_API}/tenants/{{domain}}/consent", api.consent, methods=["POST", "DELETE"]),
    Route(f"{_API}/tenants/{{domain}}/policy", api.policy, methods=["PUT"]),
    Route(f"{_API}/tenants/{{domain}}/saml", api.saml, methods=["PUT"]),
    Route(f"{_API}/tenants/{{domain}}/exchange", exchange.servers_api, methods=["PUT"]),
    Route(f"{_API}/tenants/{{domain}}/people", api_people.hiring, methods=["POST"]),
    Route(f"{_API}/people/{{upn}}/mailbox", exchange.mailbox_api, methods=["PUT"]),
    Route(f"{_API}/people/{{upn}}/revoke", api.revoke, methods=["POST"]),
    Route(f"{_API}/people/{{upn}}/events", api_items.events, methods=["GET", "POST"]),
    Route(f"{_API}/people/{{upn}}/events/{{id}}", api_items.event, methods=["GET", "PATCH", "DELETE"]),
    Route(f"{_API}/people/{{upn}}/contacts", api_items.contacts, methods=["GET", "POST"]),
    Route(f"{_API}/people/{{upn}}/contacts/{{id}}", api_items.contact, methods=["GET", "PATCH", "DELETE"]),
    Route(f"{_API}/people/{{upn}}/subscriptions", api_subscriptions.subscriptions),
    Route(f"{_API}/people/{{upn}}/subscriptions/{{id}}/lifecycle", api_subscriptions.lifecycle, methods=["POST"]),
    Route(f"{_API}/people/{{upn}}/subscriptions/{{id}}/expire", api_subscriptions.expiry, methods=["POST"]),
    Route(f"{_API}/people/{{upn}}/bulk", quantity.bulk_api, methods=["POST"]),
    Route(f"{_API}/people/{{upn}}/random-changes", quantity.random_changes_api, methods=["POST"]),
    Route(f"{_API}/people/{{upn}}/notifications", api_subscriptions.storm, methods=["POST"]),
    Route(f"{_API}/notifications", api_subscriptions.deliveries, methods=["GET", "DELETE"]),
    Route(f"{_API}/faults", api_faults.faults, methods=["GET", "POST", "DELETE"]),
    Route(f"{_API}/faults/kinds", api_faults.kinds),
    Route(f"{_API}/faults/{{id}}", api_faults.fault, methods=["DELETE"]),
]
