"""A test of a draft in the sign-in log: who tested, whether the answer was accepted or not."""

import pytest

from sso.models import SignInAttempt
from tests.makers import make_account
from tests.sandbox.running import Sandbox
from tests.sso.making import post
from tests.sso.making_setup import make_admin

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fault", ["", "saml.unsigned"])
def test_it_says_who_tested(microsoft: Sandbox, fault: str) -> None:
    dana = make_admin(make_account())
    dana.take(microsoft)
    if fault:
        microsoft.fault(fault, count=1)
    dana.client.get(post(dana.begin_test(microsoft))["Location"])
    row = SignInAttempt.objects.get()
    assert (row.user, row.is_test, bool(row.reason)) == (dana.user, True, bool(fault))
    assert "Tested by" in dana.page("/account/sso/log/")
