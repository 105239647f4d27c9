"""People, the organisation and mailbox settings.

https://learn.microsoft.com/graph/api/user-get
https://learn.microsoft.com/graph/api/organization-list
https://learn.microsoft.com/graph/api/user-get-mailboxsettings
"""

from sandbox.graph.call import Call
from sandbox.graph.render import selected
from sandbox.tenant.mailbox import Json

_WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def user(call: Call) -> Json:
    """The caller, or the person named in the path."""
    person = call.owner
    row: Json = {
        "id": person.oid,
        "businessPhones": [],
        "displayName": person.name,
        "givenName": person.given_name,
        "jobTitle": person.job_title,
        "mail": person.upn,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": person.surname,
        "userPrincipalName": person.upn,
    }
    if call.select:
        row |= {"userType": "Member", "accountEnabled": True, "proxyAddresses": [f"SMTP:{person.upn}"]}
    return {"@odata.context": call.context("users/$entity"), **selected(row, call.select)}


def organization(call: Call) -> Json:
    """The caller's tenant."""
    tenant = call.tenant
    domain = {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": True,
        "isInitial": False,
        "name": tenant.domain,
        "type": "Managed",
    }
    row: Json = {
        "id": tenant.id,
        "deletedDateTime": None,
        "countryLetterCode": "DE",
        "displayName": tenant.name,
        "onPremisesSyncEnabled": None,
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }
    return {"@odata.context": call.context("organization"), "value": [selected(row, call.select)]}


def mailbox_settings(call: Call) -> Json:
    """Time zone, language and working hours of the mailbox."""
    zone = call.owner.time_zone
    return {
        "@odata.context": call.context("users('me')/mailboxSettings"),
        "timeZone": zone,
        "dateFormat": "dd/MM/yyyy",
        "timeFormat": "HH:mm",
        "userPurpose": "user",
        "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
        "workingHours": {
            "daysOfWeek": _WORKDAYS,
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": zone},
        },
    }
