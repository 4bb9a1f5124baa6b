"""Which device a session is on, by what its browser says of itself."""

from __future__ import annotations

import pytest

from kernel.accounts.devices import device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
         "Samsung Internet on Android"),
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1",
         "Safari on iPhone"),
        (f"{IPHONE} CriOS/131.0 Mobile/15E148 Safari/604.1",
         "Chrome on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
         "Safari on macOS"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32", "Python"),
        ("Linuxoid Chromesque", "Unknown device"),
        ("", "Unknown device"),
        (None, "Unknown device"),
    ],
)  # fmt: skip
def test_a_device_has_the_names_that_people_know(user_agent: str | None, device: str):
    assert device_of(user_agent) == device
