"""How servers are asked: who we are, by which way, what a failure means in words, and whether it may pass.

Why own code on top of requests, and no download library: none of those at hand (pooch, resumable-urlretrieve, urllib3's
Retry, tenacity) resumes with If-Range, honours Retry-After by the server's own clock, changes to a mirror and keeps
what was received; the retrying itself is thirty lines (`patience`).
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

from creative_nodes.common import __version__
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.urls import host_of, without_login

PASSING_STATUSES = frozenset({408, 425, 429})
# a server that lacks the method or the protocol will lack it tomorrow
LASTING_STATUSES = frozenset({501, 505})
NETWORK_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class PassingError(Exception):
    """A failure that may pass: the server is busy, the line broke.

    Attributes
    ----------
    wait_s : seconds that the server asks to wait, 0 when it does not.
    """

    def __init__(self, message: str, *, wait_s: float = 0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class LastingError(Exception):
    """A failure of one server that no patience will mend; a mirror may do."""


def user_agent(contact: str | None) -> str:
    """Return how we introduce ourselves."""
    return f"creative-nodes/{__version__}" + (f" (+{contact})" if contact else "")


class Session(requests.Session):
    """A session that introduces us, goes through the configured proxy, and never leaves https for http."""

    def __init__(self, internet: Internet) -> None:
        """Prepare the headers and the proxy."""
        super().__init__()
        self.headers.update({"User-Agent": user_agent(internet.contact), "Accept": "*/*"})
        self._proxies = {"http": internet.proxy, "https": internet.proxy} if internet.proxy else None
        self._timeout = internet.silence_s * internet.second_s

    def request(self, *args: Any, **options: Any) -> requests.Response:
        """Send a request; the options are those of requests."""
        options.setdefault("timeout", self._timeout)
        # given with the request, since requests lets the environment go before a session's own proxies
        options.setdefault("proxies", dict(self._proxies) if self._proxies else None)
        return super().request(*args, **options)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where a redirect leads; raise when it leaves https."""
        target: str | None = super().get_redirect_target(resp)
        if target and resp.url.startswith("https:") and target.startswith("http:"):
            raise LastingError(f"it redirects from https to http ({without_login(target)}), which is refused")
        return target


# ---------------------------------------------------------------- what an answer means


def _seconds(text: str, response: requests.Response) -> float:
    """Read Retry-After: seconds, or a date by the server's own clock, since that of this machine may be wrong."""
    if text.strip().isdigit():
        return float(text)
    try:
        return (parsedate_to_datetime(text) - parsedate_to_datetime(response.headers["Date"])).total_seconds()
    except (TypeError, ValueError, KeyError):
        return 0


def retry_after(response: requests.Response) -> float:
    """Return the seconds that a server asks to wait, 0 when it does not say."""
    return max(0.0, _seconds(response.headers.get("Retry-After", ""), response))


_STATUS_WORDS = {
    401: "it wants a user name and password; put them into the URL (https://name:password@host/...)",
    403: "it refuses us; check the URL and the server's rules of use",
    404: "check the URL",
    406: "it does not serve programs that do not say who they are; set internet.contact in config/config.yaml",
    407: "the proxy wants a user name and password; put them into internet.proxy",
    410: "the file is gone for good; give another URL",
    451: "it may not serve this country; give a mirror",
}


def check_status(response: requests.Response, *, good: tuple[int, ...] = (200,)) -> None:
    """Raise what a status other than the good ones means.

    Parameters
    ----------
    response : of a server.
    good : statuses that are none.

    Raises
    ------
    PassingError : the server is busy or broken (5xx, 408, 425, 429).
    LastingError : it refuses, or has no such thing.
    """
    status = response.status_code
    if status in good:
        return
    said = f"the server answered {status} {response.reason or ''}".rstrip()
    if status in PASSING_STATUSES or (status >= 500 and status not in LASTING_STATUSES):
        raise PassingError(said, wait_s=retry_after(response))
    raise LastingError(f"{said}; {_STATUS_WORDS.get(status, 'check the URL')}")


# ---------------------------------------------------------------- what an exception means


def _causes(error: BaseException, *, seen: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    """Go through an exception and all that are wrapped in it, the innermost first."""
    if id(error) in seen:
        return
    seen |= {id(error)}
    wrapped = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    for one in wrapped:
        if isinstance(one, BaseException):
            yield from _causes(one, seen=seen)
    yield error


def _lookup_words(error: socket.gaierror, host: str) -> PassingError | LastingError:
    if error.errno == socket.EAI_AGAIN:
        return PassingError(f"the name {host} cannot be looked up now; is there a network?")
    return LastingError(f"there is no server named {host}; check the URL, and whether there is a network")


def _one_cause(error: BaseException, host: str) -> PassingError | LastingError | None:
    """Say what one exception means; None when it tells nothing of its own."""
    if isinstance(error, (PassingError, LastingError)):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return LastingError(
            f"the certificate of {host} is not valid ({error.verify_message.rstrip('.')}); check the clock of this "
            "machine, the URL, and whether a proxy opens encrypted connections"
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return LastingError(
            f"no encrypted connection to {host} ({getattr(error, 'reason', None) or 'TLS failed'}); check the URL"
        )
    if isinstance(error, socket.gaierror):
        return _lookup_words(error, host)
    if isinstance(error, ConnectionRefusedError):
        return PassingError(f"nobody answers at {host} (connection refused)")
    if isinstance(error, urllib3.exceptions.IncompleteRead) and isinstance(error.partial, int):
        of = f" of {error.partial + error.expected:,}" if error.expected else ""
        return PassingError(f"the connection to {host} broke off: got {error.partial:,}{of} bytes")
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return PassingError(f"there is no way to {host}; is there a network?")
    return None


def in_words(error: BaseException, url: str) -> PassingError | LastingError:
    """Say what a failure of the network means, without the URL's secrets, and whether it may pass.

    Parameters
    ----------
    error : what requests or urllib3 raised.
    url : what was asked for.
    """
    host = host_of(url)
    causes = list(_causes(error))
    told = next((found for cause in causes if (found := _one_cause(cause, host))), None)
    if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        refused = any("407" in str(cause) for cause in causes)
        return LastingError(_STATUS_WORDS[407]) if refused else PassingError("the proxy does not let us through")
    if told is not None:
        return told
    if any(isinstance(cause, (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)) for cause in causes):
        return PassingError(f"no word from {host} for too long")
    if isinstance(error, requests.TooManyRedirects):
        return LastingError("it redirects in circles; check the URL")
    if isinstance(error, (ValueError, requests.exceptions.InvalidSchema)):
        return LastingError("this is not the URL of a file on the web; check the URL")
    return PassingError(f"the connection to {host} broke off")
