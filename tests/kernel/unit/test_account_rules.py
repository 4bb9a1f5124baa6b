"""What addresses, passwords and names may be. Source: personas 4.3, worlds 2.4."""

from __future__ import annotations

import pytest

from kernel.accounts import rules
from kernel.accounts.models import InvalidEmail, InvalidPassword, InvalidUserName, WeakPassword
from kernel.rate_limits import network_of


def test_an_address_is_trimmed_and_in_lower_case():
    assert rules.clean_email("  Ann.O'Neil+feed@X.IO \n") == "ann.o'neil+feed@x.io"
    assert rules.clean_email("a@b") == "a@b"
    assert rules.clean_email("a" * 249 + "@b.io") == "a" * 249 + "@b.io"


@pytest.mark.parametrize(
    "email", ["", "ann", "@x.io", "ann@", "a@b@c", "a b@x.io", "a@x.io\nBcc: b@x.io", "a\x00@x.io", "a" * 250 + "@b.io"]
)
def test_what_is_no_address(email: str):
    with pytest.raises(InvalidEmail):
        rules.clean_email(email)


@pytest.mark.parametrize(
    "email",
    [
        *("a<victim@x.io>", "<victim@x.io>", '"d"victim@x.io', "(x)victim@x.io", "e:victim@x.io;", "victim@x.io,"),
        *(",victim@x.io", "victim@[192.0.2.1]", "vic\\tim@x.io", "vic\u202etim@x.io", "victim\u200b@x.io"),
        *("victim\u3164@x.io", "\uff56ictim@x.io", "victim@x\uff0eio", "victim@x.io.", "victim@.x.io", "victim@x..io"),
    ],
)
def test_a_mailbox_is_written_in_one_way_only(email: str):
    with pytest.raises(InvalidEmail):
        rules.clean_email(email)


def test_no_address_takes_long_to_refuse():
    """The time for this one once doubled with each letter: the test would not end."""
    with pytest.raises(InvalidEmail):
        rules.clean_email("a" * 200)


@pytest.mark.parametrize("email", ["a@b", "a@b.c", "a@b.c1", "a@.io", "a@b..io", "a@b.io."])
def test_the_door_of_worlds_wants_a_domain(email: str):
    with pytest.raises(InvalidEmail):
        rules.require_full_email(email)


@pytest.mark.parametrize("email", ["a@b.io", "a@b-c.example.museum", "ä@ö.de"])
def test_domains(email: str):
    rules.require_full_email(email)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 129, "ö" * 65, "öö" + "1"])
def test_too_short_or_too_long_in_bytes(password: str):
    with pytest.raises(InvalidPassword):
        rules.require_password(password)


@pytest.mark.parametrize("password", ["12345678", "öööö", "x" * 128, "ö" * 64, "        "])
def test_long_enough_in_bytes(password: str):
    rules.require_password(password)


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "Password", "12345678"])
def test_the_door_of_worlds_wants_three_kinds_of_characters(password: str):
    with pytest.raises(WeakPassword):
        rules.require_strong_password(password)


def test_a_strong_password():
    rules.require_strong_password("Passw0rd")
    rules.require_strong_password("Äpfel99ßß")


def test_a_name_is_trimmed():
    assert rules.clean_user_name("  Ann of the Hills ") == "Ann of the Hills"
    assert rules.clean_user_name("é" * 50) == "é" * 50
    assert rules.clean_user_name("J. R. Ewing Jr.") == "J. R. Ewing Jr."


@pytest.mark.parametrize(
    "name", ["", "  ", "a" * 51, "a\nb", "a\tb", "ann@x.io", "a\u202eb", "a\u200bb", "a\x7f", "\u2800"]
)
def test_what_is_no_name(name: str):
    with pytest.raises(InvalidUserName):
        rules.clean_user_name(name)


@pytest.mark.parametrize("name", ["see http://evil.example/x", "evil.example", "www.evil.example now", "t.co/x"])
def test_a_name_is_no_link_in_a_chat(name: str):
    with pytest.raises(InvalidUserName):
        rules.clean_user_name(name)


def test_the_key_of_an_account_does_not_say_what_was_typed():
    assert rules.account_key("my password, by mistake") != rules.account_key("my password, by mistake.")
    assert "password" not in rules.account_key("my password, by mistake")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("no address: at all", "no address: at all"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_household_counts_as_one_address(address: str | None, network: str):
    assert network_of(address) == network
