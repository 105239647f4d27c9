"""Windows' names of time zones in the tz database's words."""

import pytest

from calendar_integration.zones import to_iana


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Europe/Madrid", "Europe/Madrid"),
        ("FLE Standard Time", "Europe/Kyiv"),
        ("India Standard Time", "Asia/Kolkata"),
        ("tzone://Microsoft/Custom", ""),
        ("tzone://Microsoft/Utc", ""),
        ("Customized Time Zone", ""),
        ("../../etc/passwd", ""),
        ("", ""),
    ],
)
def test_names_are_translated_and_unknown_ones_left_out(name: str, iana: str) -> None:
    assert to_iana(name) == iana
