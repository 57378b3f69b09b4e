"""Serves the controller of examples/odoo as Odoo does: its route, its body, and what it may not ask of a bridge."""
import os
import types
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, HTTPServer

import odoo
from pitel_calls.controllers.main import PitelController
from pitel_calls.models.pitel_call import PitelCall, PitelEvent


class Parameters(odoo.Model):
    def get_param(self, name, default):
        return os.environ['PITEL_WEBHOOK_SECRET'] if name == 'pitel_calls.webhook_secret' else default


class Environment(dict):
    def __init__(self):
        self.tables = defaultdict(list)
        self['ir.config_parameter'] = Parameters(self)
        for model in (PitelCall, PitelEvent):
            self[model._name] = model(self)


odoo.request.env = Environment()
PATH, OPTIONS = PitelController.webhook.route


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        # What Odoo would answer to a sender without a session, a CSRF token and JSON-RPC.
        open_to_bridge = OPTIONS['type'] == 'http' and OPTIONS['csrf'] is False and OPTIONS['auth'] == 'public'
        if self.path != PATH or not open_to_bridge or 'POST' not in OPTIONS['methods']:
            return self.answer(404, 'no such route')
        odoo.request.httprequest = types.SimpleNamespace(get_data=lambda: body, headers=self.headers)
        try:
            response = PitelController().webhook()
        except Exception as error:
            return self.answer(500, repr(error))
        return self.answer(response.status, response.text)

    def answer(self, status, text):
        self.send_response(status)
        self.send_header('content-length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Server).serve_forever()
