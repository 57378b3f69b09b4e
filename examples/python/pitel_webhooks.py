"""Verifies a webhook of the bridge (Standard Webhooks). Python 3.9 or later, nothing else."""
import base64
import hashlib
import hmac
import json
import time

TOLERANCE_S = 300


class Refused(Exception):
    """The request is not the bridge's, or too old."""


def verified_event(body, headers, secrets, now=None):
    """The event in `body` (bytes, exactly as they came).

    `headers`: a mapping by lower-cased name. `secrets`: `whsec_…`, two while one replaces the other.
    Raises Refused, and ValueError when a secret is none.
    """
    delivery = headers.get('webhook-id', '')
    timestamp = headers.get('webhook-timestamp', '')
    if not delivery or not (timestamp.isascii() and timestamp.isdigit()):
        raise Refused('no webhook')
    # An old delivery that somebody has recorded is no delivery.
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_S:
        raise Refused('too old, or one of the two clocks is wrong')
    signed = f'{delivery}.{timestamp}.'.encode() + body
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix('whsec_'), validate=True)
        # With an empty key anybody could sign.
        if not key:
            raise ValueError('an empty secret')
        expected = b'v1,' + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        for signature in headers.get('webhook-signature', '').split(' '):
            # Takes the same time wherever they differ.
            if hmac.compare_digest(expected, signature.encode()):
                return json.loads(body)
    raise Refused('wrong signature')
