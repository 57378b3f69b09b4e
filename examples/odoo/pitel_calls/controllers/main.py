import base64
import hashlib
import hmac
import json
import time

from odoo import http
from odoo.http import request

TOLERANCE_S = 300


class PitelController(http.Controller):
    # `type='http'`: Odoo's JSON routes take JSON-RPC only. The bridge has no CSRF token; the signature proves who sends.
    @http.route('/pitel/webhook', type='http', auth='public', methods=['POST'], csrf=False, save_session=False)
    def webhook(self, **_):
        body = request.httprequest.get_data()
        secrets = request.env['ir.config_parameter'].sudo().get_param('pitel_calls.webhook_secret', '').split()
        refusal = refusal_of(body, request.httprequest.headers, secrets)
        if refusal is not None:
            return request.make_response(refusal, status=400)
        # An error is a 500, and the bridge sends the event again. A repeat is a success.
        first = request.env['pitel.call'].sudo().take(json.loads(body))
        return request.make_response('done' if first else 'repeat')


def refusal_of(body, headers, secrets):
    """Why this is no webhook of the bridge (Standard Webhooks), or None. `body`: the bytes exactly as they came."""
    delivery, timestamp = headers.get('webhook-id', ''), headers.get('webhook-timestamp', '')
    if not delivery or not (timestamp.isascii() and timestamp.isdigit()):
        return 'no webhook'
    # An old delivery that somebody has recorded is no delivery.
    if abs(time.time() - int(timestamp)) > TOLERANCE_S:
        return 'too old, or one of the two clocks is wrong'
    signed = f'{delivery}.{timestamp}.'.encode() + body
    for secret in secrets:
        key = base64.b64decode(secret[len('whsec_'):], validate=True)
        # With an empty key anybody could sign.
        if not key:
            raise ValueError('pitel_calls.webhook_secret is empty')
        expected = b'v1,' + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        for signature in headers.get('webhook-signature', '').split(' '):
            # Takes the same time wherever they differ.
            if hmac.compare_digest(expected, signature.encode()):
                return None
    return 'wrong signature'
