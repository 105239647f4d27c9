"""The journey of a sign-in: start, receive the answer, finish in the browser that started.

A test of a draft goes the same way, with the draft's settings in place of those in use.
"""

from sso.sign_in.asked import provider_of
from sso.sign_in.beginning import REQUEST_LIVES, digest, start, start_test
from sso.sign_in.finishing import ANSWER_LIVES, finish, forget_leftovers
from sso.sign_in.receiving import Received, TestRefusedError, receive

__all__ = [
    "ANSWER_LIVES",
    "REQUEST_LIVES",
    "Received",
    "TestRefusedError",
    "digest",
    "finish",
    "forget_leftovers",
    "provider_of",
    "receive",
    "start",
    "start_test",
]
