"""Answers to invitations, as Graph and Exchange Web Services give them alike.

A meeting that is declined leaves the calendar, as in Outlook, whose option PreserveDeclinedMeetings is off at first.
https://learn.microsoft.com/powershell/module/exchange/set-mailboxcalendarconfiguration
"""

from sandbox.tenant.calendar import Instance
from sandbox.tenant.clock import timestamp
from sandbox.tenant.mailbox import Json, Mailbox

SHOWN_AS = {"accepted": "busy", "tentativelyAccepted": "tentative", "declined": "free"}


def answer(mailbox: Mailbox, row: Instance, response: str, *, keeps_declined: bool) -> None:
    """Answers an event, a whole series, or one occurrence, which thereby becomes an exception."""
    if response == "declined" and not keeps_declined:
        mailbox.delete_event(row.key)
    else:
        given = {"response": response, "time": timestamp()}
        _keep(mailbox, row, {"responseStatus": given, "showAs": SHOWN_AS[response]})


def _keep(mailbox: Mailbox, row: Instance, patch: Json) -> None:
    """The answer to a series counts for each of its occurrences, also for those that had one of their own."""
    mailbox.change_event(row.key, patch)
    if row.type != "seriesMaster":
        return
    for day, own in row.event.exceptions.items():
        if "responseStatus" in own.properties:
            mailbox.change_event(f"{row.event.key}{day.replace('-', '')}", patch)
