"""Asking whether an address answers (A13). The host is judged before it is asked: private networks never are."""

from __future__ import annotations

from collections.abc import Collection

import httpx

from lift.labs.services.outside import Unreadable, judged_address

TIMEOUT = httpx.Timeout(10.0)
NOT_FOUND = 400


def ask_link(url: str, allowed: Collection[str] = ()) -> tuple[bool, str]:
    """(alive, what came back: a status, or why not). A redirect is an answer; only the head of it is read.

    ``allowed`` are hosts that may lie inside and answer without TLS.
    """
    try:
        asked = httpx.URL(url)
        address = judged_address(asked, allowed)
        with httpx.Client(trust_env=False, timeout=TIMEOUT, follow_redirects=False) as client:
            request = client.build_request(
                "GET", asked.copy_with(host=str(address)), headers={"Host": asked.netloc.decode()},
                extensions={"sni_hostname": asked.host},
            )  # fmt: skip
            answer = client.send(request, stream=True)
            answer.close()
    except Unreadable as why:
        return False, str(why)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        return False, type(error).__name__
    return answer.status_code < NOT_FOUND, str(answer.status_code)
