"""Every variable is documented, read once, and refused in words when it is wrong."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from hotline.settings import VARIABLES, Settings, SettingsError, settings_from


def test_without_any_variable_a_demonstration_listens_on_loopback():
    settings = settings_from({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8012)
    assert settings.demo
    assert settings.demo_passwords
    assert settings.database_url is None
    assert settings.redis_url is None
    assert settings.gateway_secrets == ()
    assert settings.data.is_absolute()
    assert settings.data.name == "var"


def test_the_table_and_the_value_name_the_same_settings():
    assert sorted(v.field for v in VARIABLES) == sorted(f.name for f in fields(Settings))
    assert all(v.name.startswith("HOTLINE_") and v.description for v in VARIABLES)


def test_the_default_in_the_table_is_what_absence_means():
    spelled_out = settings_from({v.name: v.default for v in VARIABLES})
    assert spelled_out == settings_from({}) == settings_from({v.name: " " for v in VARIABLES})


def test_given_values_arrive(tmp_path: Path):
    settings = settings_from(
        {
            "HOTLINE_HOST": "0.0.0.0",
            "HOTLINE_PORT": "80",
            "HOTLINE_DATA": str(tmp_path),
            "HOTLINE_DATABASE_URL": "postgresql://me:pw@db/hotline",
            "HOTLINE_REDIS_URL": "rediss://:pw@queue:6380/1",
            "HOTLINE_GATEWAY_SECRETS": "0123456789abcdef, fedcba9876543210,",
            "HOTLINE_SECURE_COOKIES": "1",
        }
    )
    assert settings.data == tmp_path
    assert settings.database_url == "postgresql://me:pw@db/hotline"
    assert settings.gateway_secrets == ("0123456789abcdef", "fedcba9876543210")
    assert settings.secure_cookies


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HOTLINE_HOST", "example", "IP 地址"),
        ("HOTLINE_PORT", "0", "1 到 65535"),
        ("HOTLINE_PORT", "８０", "1 到 65535"),
        ("HOTLINE_PORT", "-1", "1 到 65535"),
        ("HOTLINE_PORT", "9" * 5000, "1 到 65535"),
        ("HOTLINE_DEMO", "yes", "0 或 1"),
        ("HOTLINE_DATABASE_URL", "mysql://me:pw@db/hotline", "postgresql://"),
        ("HOTLINE_REDIS_URL", "redis://queue:port", "redis://"),
        ("HOTLINE_POOL_SIZE", "1", "2 到 200"),
        ("HOTLINE_SMS_PROVIDER", "pigeon", "sim"),
        ("HOTLINE_SMS_SIGNATURE", "【云州】", "【】"),
        ("HOTLINE_SMS_NUMBER", "+12345", "数字"),
        ("HOTLINE_SMS_HTTP_URL", "ftp://sms", "http://"),
        ("HOTLINE_KANNEL_URL", "localhost:13013", "http://"),
        ("HOTLINE_GATEWAY_ADDRESS", "hotline.example", "http://"),
        ("HOTLINE_CITY", "云\u202e州", "控制字符"),
        ("HOTLINE_GATEWAY_SECRETS", "0123456789abcdef,short", "16"),
        ("HOTLINE_LOG", "loud", "debug"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_what_it_may_be(name, value, says):
    with pytest.raises(SettingsError) as refused:
        settings_from({name: value})
    assert name in str(refused.value)
    assert says in str(refused.value)


def test_demonstration_passwords_end_where_others_can_reach_the_web():
    assert settings_from({"HOTLINE_HOST": "::1"}).demo_passwords
    assert settings_from({"HOTLINE_HOST": "localhost"}).demo_passwords
    assert not settings_from({"HOTLINE_HOST": "0.0.0.0"}).demo_passwords
    assert not settings_from({"HOTLINE_DEMO": "0"}).demo_passwords


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("HOTLINE_DATABASE_URL", "mysql://me:hush@db", "postgresql://me:hush@db"),
        ("HOTLINE_REDIS_URL", "http://:hush@queue", "redis://:hush@queue"),
        ("HOTLINE_GATEWAY_SECRETS", "hush", "hush-hush-hush-hush"),
    ],
)
def test_a_secret_appears_neither_in_an_error_nor_in_a_log(name, wrong, right):
    with pytest.raises(SettingsError) as refused:
        settings_from({name: wrong})
    assert "hush" not in str(refused.value)
    assert "hush" not in repr(settings_from({name: right}))


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8012"),
        ({"HOTLINE_HOST": "0.0.0.0", "HOTLINE_PORT": "80"}, "http://127.0.0.1:80"),
        ({"HOTLINE_HOST": "::1"}, "http://[::1]:8012"),
        ({"HOTLINE_GATEWAY_ADDRESS": "https://sms.city.example/"}, "https://sms.city.example"),
    ],
)
def test_a_gateway_is_told_where_this_web_listens(given, address):
    assert settings_from(given).own_address == address


def test_the_password_of_kannel_appears_in_no_log():
    assert "hush" not in repr(settings_from({"HOTLINE_KANNEL_PASSWORD": "hush"}))


def test_settings_cannot_be_changed_after_start():
    settings = settings_from({})
    with pytest.raises(FrozenInstanceError):
        settings.port = 1
