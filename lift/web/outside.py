"""Asking the web outside whether an address answers. Private and local networks are never asked."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

TIMEOUT = httpx.Timeout(10)


def ask_link(url: str, *, private_too: bool = False) -> tuple[bool, str]:
    """(alive, what came back: a status, or why not). Redirects are not followed: one is an answer."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False, "address"
    if not host or not (private_too or _is_public(host)):
        return False, "address"
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT, follow_redirects=False, trust_env=False) as answer:
            return answer.status_code < 400, str(answer.status_code)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, type(error).__name__


def _is_public(host: str) -> bool:
    """Every address of the host lies on the public internet."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address).is_global for address in found)
