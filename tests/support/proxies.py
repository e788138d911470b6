"""An environment whose every proxy leads nowhere: what still works goes round them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@contextmanager
def dead_proxies() -> Iterator[dict[str, str]]:
    """Variables that name a port on which nothing listens, and no host to reach without it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: nobody else can, and who connects is refused.
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        yield {**dict.fromkeys(VARIABLES, address), "NO_PROXY": "", "no_proxy": ""}
