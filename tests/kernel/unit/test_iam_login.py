"""Logging in to the database by IAM, where there is no password."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from msgspec.structs import replace

from kernel import connections as database
from kernel import iam
from kernel.settings import settings

DATABASE = "postgresql://brandish_app@db.example.com:5432/brandish"
WHEN = ("X-Amz-Date", "X-Amz-Signature")


@pytest.fixture(autouse=True)
def _caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam, "settings", replace(settings, aws_region="eu-central-1"))
    for name, value in {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "session",
    }.items():
        monkeypatch.setenv(name, value)


def read(token: str) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(f"https://{token}")
    return parts.netloc, parse_qs(parts.query, strict_parsing=True)


def test_the_password_is_the_token_that_boto3_makes():
    host, asked = read(iam.token(DATABASE))
    rds = boto3.Session().client("rds", region_name="eu-central-1")
    expected_host, expected = read(rds.generate_db_auth_token("db.example.com", 5432, "brandish_app"))

    assert host == expected_host
    assert {name: value for name, value in asked.items() if name not in WHEN} == {
        name: value for name, value in expected.items() if name not in WHEN
    }
    assert asked.keys() == expected.keys()


def test_who_logs_in_otherwise_has_none():
    assert not settings.database_iam_auth
    assert database.password() is None


@pytest.mark.parametrize("iam", [True, False])
def test_what_signs_it_is_there_before_the_first_connection(monkeypatch: pytest.MonkeyPatch, iam: bool):
    """So that it is in the snapshot from which AWS starts; and who does without, does not wait for it."""
    monkeypatch.setenv("DB_IAM_AUTH", str(iam))
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    code = "import sys, kernel.connections; print('botocore.auth' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told == f"{iam}\n"
