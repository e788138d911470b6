"""Run the listener on a free port of this machine: `python -m tests.oracle_wire --h2 h2.jar --java libjvm.so`.

Prints one line of JSON, the port and the password of every account, when it is ready.
"""

import argparse
import json
import secrets
import socket
import ssl
from pathlib import Path

from tests.oracle_wire import h2
from tests.oracle_wire.listener import Listener


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="oracle_wire", description=__doc__)
    parser.add_argument("--h2", type=Path, required=True, help="H2's jar")
    parser.add_argument("--java", type=Path, required=True, help="Java's library, libjvm.so")
    parser.add_argument("--tls", type=Path, help="speak TLS, with the certificate and key in this PEM file")
    options = parser.parse_args()
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls)
    password = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(json.dumps({"port": server.getsockname()[1], "password": password}), flush=True)
        Listener(password, context, lambda: h2.start(options.java, options.h2)).serve(server)


if __name__ == "__main__":
    main()
