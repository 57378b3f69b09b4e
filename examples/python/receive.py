"""The server that the bridge's webhooks go to. Put it behind a proxy that does TLS."""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from calls import Calls
from pitel_webhooks import Refused, verified_event

SECRETS = os.environ['PITEL_WEBHOOK_SECRET'].split()
DATABASE = os.environ.get('PITEL_DATABASE', 'calls.sqlite')
MAX_BYTES = 1_000_000


def act(event):
    """Your work. What it raises, the bridge sees as a failure, and sends the event again."""
    print(event['type'], event['subject'], flush=True)


class Receiver(BaseHTTPRequestHandler):
    work = staticmethod(act)

    def do_POST(self):
        length = int(self.headers.get('content-length', 0))
        if length > MAX_BYTES:
            return self.answer(413, 'too large')
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = verified_event(self.rfile.read(length), headers, SECRETS)
        except Refused as refused:
            return self.answer(400, str(refused))
        except ValueError as error:
            print('wrong secret or body:', error, file=sys.stderr)
            return self.answer(500, 'failed')
        calls = Calls(DATABASE)
        try:
            # A repeat is a success: the bridge has only not heard of it.
            self.answer(200, 'done' if calls.take(event, self.work) else 'repeat')
        except Exception as error:
            self.answer(500, 'failed')
            print(repr(error), file=sys.stderr)
        finally:
            calls.close()

    def answer(self, status, text):
        self.send_response(status)
        self.send_header('content-length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def serve(receiver):
    address = (os.environ.get('HOST', '127.0.0.1'), int(os.environ.get('PORT', '8080')))
    ThreadingHTTPServer(address, receiver).serve_forever()


if __name__ == '__main__':
    serve(Receiver)
