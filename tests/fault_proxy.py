"""A TCP proxy that fails as networks and servers do: it refuses, cuts and hangs."""

import argparse
import contextlib
import socket
import sys
import threading

PATIENCE = 20  # seconds that it hangs at most by default, so that a stuck test ends and fails


class FaultProxy:
    """Passes everything on to server (host, port). Without patience it hangs until it resumes."""

    def __init__(self, server, port=0, patience=PATIENCE):
        self.server, self.patience = server, patience
        self.flows, self.trigger, self.sockets = threading.Event(), None, []
        self.flows.set()
        self.port = port
        self.allow()

    def allow(self):
        """Take new connections (again)."""
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def refuse(self):
        """Cut all connections and take no new one, as where no server runs."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """End all connections; new ones are taken."""
        sockets, self.sockets = self.sockets, []
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def hang(self):
        """Take connections and bytes, and pass nothing on."""
        self.flows.clear()

    def hang_at(self, trigger):
        """Hang as soon as somebody sends these bytes to the server."""
        self.trigger = trigger

    def resume(self):
        """Pass on what was held up, and everything from now on."""
        self.trigger = None
        self.flows.set()

    def close(self):
        self.resume()
        self.refuse()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # it was closed
                return
            try:
                server = socket.create_connection(self.server)
            except OSError:
                client.close()
                continue
            self.sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(
                    target=self._pass_on, args=[source, sink, sink is server], daemon=True
                ).start()

    def _pass_on(self, source, sink, is_to_server):
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                if is_to_server and self.trigger and self.trigger in content:
                    self.flows.clear()
                self.flows.wait(self.patience)
                sink.sendall(content)
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def main():
    """Interactive: a command a line on stdin: `hang`, `resume`, `hang_at registers_risk`."""
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int, help="of this machine, where it listens")
    options.add_argument("server", type=int, help="the port of this machine that it passes on to")
    arguments = options.parse_args()
    proxy = FaultProxy(("127.0.0.1", arguments.server), arguments.port, patience=None)
    for line in sys.stdin:
        word, *texts = line.split()
        getattr(proxy, word)(*(text.encode() for text in texts))
        print("done:", line.strip(), flush=True)


if __name__ == "__main__":
    main()
