"""Answering an invitation: in a dialog over the agenda, or on a page of its own."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import signed_in_user
from accounts.time_zones import time_zone_of
from accounts.views.confirming import confirmation, confirmed
from calendar_integration import answering, invitations, meetings
from calendar_integration.clients.base import Response
from calendar_integration.invitations import NotAnsweredError, Reply
from calendar_integration.models import Meeting

LONGEST_NOTE = 1000
CHOICES = ((Response.ACCEPTED, "Accept"), (Response.TENTATIVE, "Maybe"), (Response.DECLINED, "Decline"))
ONE, SERIES = "one", "series"
DONE = {
    Response.ACCEPTED: "You accepted",
    Response.TENTATIVE: "You answered maybe",
    Response.DECLINED: "You declined",
}
DECLINED = " Outlook usually takes a declined meeting out of the calendar; then it disappears here too."


class AnswerForm(forms.Form):
    """One of three answers, a note to the organizer, and whether it is for the whole series."""

    response = forms.ChoiceField(
        choices=[(response.value, label) for response, label in CHOICES],
        error_messages=dict.fromkeys(["required", "invalid_choice"], "Choose one of the three answers."),
    )
    note = forms.CharField(required=False, max_length=LONGEST_NOTE)
    scope = forms.ChoiceField(required=False, choices=[(ONE, ""), (SERIES, "")])

    def reply(self) -> Reply:
        """The answer, once it is valid."""
        given = self.cleaned_data
        return Reply(Response(given["response"]), given["note"], given["scope"] == SERIES)


@require_http_methods(["GET", "POST"])
def answer_meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Ask for an answer to one of one's own meetings, and give it."""
    user = signed_in_user(request)
    meeting = get_object_or_404(meetings.of_user(user), pk=meeting_id)
    if request.method == "GET":
        return _ask(request, user, meeting, AnswerForm())
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _ask(request, user, meeting, form, status=422)
    try:
        invitations.answer(user, meeting, form.reply(), request=request)
    except NotAnsweredError as error:
        return _ask(request, user, meeting, form, notice=str(error), status=409)
    messages.success(request, _done(meeting, form.reply()))
    return confirmed(request, _agenda_of(user, meeting), stays=True)


def _ask(
    request: HttpRequest, user: User, meeting: Meeting, form: AnswerForm, *, notice: str = "", status: int = 200
) -> HttpResponse:
    item = meetings.item_of(meeting, time_zone_of(user), timezone.now())
    writing = answering.writing_of(user)
    context = {
        "item": item,
        "meeting": meeting,
        "writing": writing,
        # Said once: what went wrong is often why there is nothing to press.
        "notice": notice if notice not in (item.unanswerable, writing.words) else "",
        "form": form,
        "choices": CHOICES,
        "is_for_series": form["scope"].value() == SERIES,
        "longest_note": LONGEST_NOTE,
        "back": _agenda_of(user, meeting),
        "title": "Answer an invitation",
    }
    return confirmation(request, "calendar_integration/_answer.html", context, status=status)


def _done(meeting: Meeting, reply: Reply) -> str:
    """What is true now; the title is not said, since messages outlive the page."""
    series = " the whole series" if reply.whole_series and meeting.master_id else ""
    told = f"{meeting.organizer_name or 'The organiser'} is told."
    return f"{DONE[reply.response]}{series}. {told}{DECLINED if reply.response is Response.DECLINED else ''}"


def _agenda_of(user: User, meeting: Meeting) -> str:
    """The agenda on which the meeting stands."""
    zone, now = time_zone_of(user), timezone.now()
    today: date = now.astimezone(zone).date()
    day = meetings.item_of(meeting, zone, now).first_day
    is_near = today <= day < today + timedelta(days=meetings.DAYS)
    return reverse("meetings") + ("" if is_near else f"?from={day}")
