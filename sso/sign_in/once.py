"""What happens once: an assertion counts, a request is answered, an answer is taken.

In SQL, since each sign-in comes by here and Django takes longer to write these few lines than PostgreSQL to do them.
"""

import json
from datetime import datetime

from django.db import connection

from sso.models import AuthnRequest
from sso.saml import Assertion

USED = """
INSERT INTO sso_usedassertion (issuer, assertion_id, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (issuer, assertion_id) DO NOTHING RETURNING id
"""
ANSWERED = f"""
WITH used AS ({USED}) UPDATE sso_authnrequest SET answered_at = %s, handle = %s, answer = %s
WHERE id = %s AND answered_at IS NULL AND EXISTS (SELECT FROM used)
"""  # noqa: S608 - of constants
FINISHED = "UPDATE sso_authnrequest SET finished_at = %s, answer = '{}' WHERE id = %s AND finished_at IS NULL"


def use(assertion: Assertion) -> bool:
    """Let an assertion count; whether it has not before."""
    return _writes_one(USED, *_identity(assertion))


def answer(request: AuthnRequest, handle: str, assertion: Assertion, now: datetime) -> bool:
    """Keep the verified answer under the handle; whether neither the request nor the assertion has served before."""
    return _writes_one(ANSWERED, *_identity(assertion), now, handle, json.dumps(assertion.to_json()), request.pk)


def take(request: AuthnRequest, now: datetime) -> bool:
    """Take the answer, of which nothing is kept any more; whether nobody has before."""
    return _writes_one(FINISHED, now, request.pk)


def _identity(assertion: Assertion) -> tuple[str, str, datetime]:
    return assertion.issuer, assertion.assertion_id, assertion.expires_at


def _writes_one(sql: str, *parameters: str | int | datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.rowcount)
