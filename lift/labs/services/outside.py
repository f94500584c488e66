"""Reading an address that somebody typed in: only the public internet, and hosts that the operator named.

The host is resolved here and the connection goes to the address that was judged, so a name that answers differently
the second time leads nowhere else. Redirects are judged like first addresses. Credentials, proxies and cookies of
this machine are never used.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection

import httpx

MOST_BYTES = 2_000_000
MOST_HOPS = 3
SECONDS = 20.0
TIMEOUT = httpx.Timeout(5.0)
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreadable(Exception):
    """The address gave nothing; the argument is a key of ``texts.calendar.FAILURES`` or ``status 404``."""


def read_address(url: str, allowed: Collection[str]) -> bytes:
    """The body behind ``url``. ``allowed``: ``host`` or ``host:port`` that may be inside and without TLS. Raises Unreadable."""
    deadline = time.monotonic() + SECONDS
    with httpx.Client(trust_env=False, timeout=TIMEOUT, follow_redirects=False) as client:
        for _hop in range(MOST_HOPS + 1):
            try:
                found = _ask(client, httpx.URL(url), allowed, deadline)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
                raise Unreadable("silent") from error
            if isinstance(found, bytes):
                return found
            url = str(found)
    raise Unreadable("hops")


def _ask(client: httpx.Client, url: httpx.URL, allowed: Collection[str], deadline: float) -> bytes | httpx.URL:
    """One request: the body, or where it was sent on to."""
    address = judged_address(url, allowed)
    request = client.build_request(
        "GET", url.copy_with(host=str(address)),
        headers={"Host": url.netloc.decode(), "Accept": "text/calendar", "Accept-Encoding": "identity"},
        extensions={"sni_hostname": url.host},
    )  # fmt: skip
    response = client.send(request, stream=True)
    try:
        if response.has_redirect_location:
            return url.join(response.headers["Location"])
        if response.status_code != httpx.codes.OK:
            raise Unreadable(f"status {response.status_code}")
        return _body(response, deadline)
    finally:
        response.close()


def _body(response: httpx.Response, deadline: float) -> bytes:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise Unreadable("long")
        if time.monotonic() > deadline:
            raise Unreadable("silent")
    return bytes(body)


def judged_address(url: httpx.URL, allowed: Collection[str]) -> Address:
    """The address to connect to. Raises Unreadable when any of the host's addresses is inside, or TLS is missing."""
    named = {url.host, f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"} & set(allowed)
    if url.scheme != "https" and not (named and url.scheme == "http"):
        raise Unreadable("plain")
    try:
        found = socket.getaddrinfo(url.host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreadable("unknown") from error
    addresses = [ipaddress.ip_address(entry[4][0].partition("%")[0]) for entry in found]  # type: ignore[union-attr]
    if not named and not all(is_public(address) for address in addresses):
        raise Unreadable("inside")
    return addresses[0]


def is_public(address: Address) -> bool:
    """True for what anybody on the internet could reach; wrapped IPv4 addresses are judged by what they wrap."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved
