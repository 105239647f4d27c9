"""Choosing a CSV file of people, and everything that is wrong with it."""

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.csv.streaming import stream_csv
from accounts.csv_import import pending as pending_imports
from accounts.csv_import.known import plan_of
from accounts.csv_import.reading import TOO_LARGE, read
from accounts.csv_import.rows import COLUMNS, MOST_BYTES, MOST_ROWS, Problem, Reading
from accounts.models import Group, Role, User
from accounts.permissions import require_admin
from accounts.users import export

PROBLEMS_SHOWN = 200


@require_http_methods(["GET", "POST"])
def users_import(request: HttpRequest) -> HttpResponse:
    """Choose a file; if nothing is wrong with it, its preview is next."""
    actor = require_admin(request)
    if request.method == "GET":
        return upload_page(request)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return upload_page(request, problems=[Problem(0, "Choose a CSV file first.")])
    reading = reading_of(file)
    problems = problems_of(actor, reading)
    if problems:
        return upload_page(request, problems=problems, file_name=file.name or "")
    kept = pending_imports.keep(actor, (file.name or "").replace("\0", ""), reading.rows)
    return redirect("users_import_preview", kept.pk)


def reading_of(file: "UploadedFile[bytes]") -> Reading:
    """The rows of an uploaded file; one that is too large is not read."""
    if file.size is None or file.size > MOST_BYTES:
        return Reading(problems=(Problem(0, TOO_LARGE),))
    data = bytearray()
    for chunk in file.chunks():
        data += chunk
        if len(data) > MOST_BYTES:
            return Reading(problems=(Problem(0, TOO_LARGE),))
    return read(bytes(data), ignored={name.strip().lower() for name in export.header()})


def problems_of(actor: User, reading: Reading) -> list[Problem]:
    """Everything that is wrong with the file and its rows, by line."""
    of_rows = plan_of(actor.account, reading.rows, actor=actor).problems
    return sorted([*reading.problems, *of_rows], key=lambda problem: problem.line)


def upload_page(request: HttpRequest, *, problems: list[Problem] | None = None, file_name: str = "") -> HttpResponse:
    """The page to choose a file on, with everything that was wrong with the last one."""
    found = problems or []
    context = {
        "problems": found[:PROBLEMS_SHOWN],
        "number_of_problems": len(found),
        "file_name": file_name,
        "most_rows": f"{MOST_ROWS:,}",
        "most_megabytes": MOST_BYTES // 1024 // 1024,
        "may_make_owners": require_admin(request).role == Role.OWNER,
    }
    return render(request, "accounts/import/upload.html", context, status=422 if found else 200)


@require_GET
def example(request: HttpRequest) -> HttpResponseBase:
    """A file to begin with; the groups in it are some of the account's."""
    actor = require_admin(request)
    groups = list(Group.objects.filter(account=actor.account).order_by("priority").values_list("name", flat=True)[:2])
    domain = actor.email.rpartition("@")[2]
    rows = [
        (f"first.person@{domain}", "First Person", "member", export.GROUP_SEPARATOR.join(groups)),
        (f"second.person@{domain}", "Second Person", "", ""),
    ]
    return stream_csv("people-example.csv", COLUMNS, rows)
