"""What the log says of an error."""

import pytest
import structlog

PHONE = "+8613800001234"


def test_an_error_is_logged_without_what_its_variables_held(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        _fails(PHONE)
    except ValueError:
        structlog.get_logger().exception("a case could not be moved", number="2603090000017")
    told = capsys.readouterr().out
    assert "a case could not be moved" in told and "number=2603090000017" in told
    assert "Traceback" in told and "ValueError: no such stage" in told
    assert PHONE not in told


def _fails(requester_phone: str) -> None:
    assert requester_phone
    raise ValueError("no such stage")
