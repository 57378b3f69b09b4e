import json

from odoo import api, fields, models


class PitelEvent(models.Model):
    """The ids of the events that were taken, so that each counts once."""

    _name = 'pitel.event'
    _description = 'Pitel event'

    event_id = fields.Char(required=True, index=True)
    type = fields.Char()
    _sql_constraints = [('event_id_unique', 'unique (event_id)', 'This event was taken before.')]


class PitelCall(models.Model):
    """The latest view of each call."""

    _name = 'pitel.call'
    _description = 'Pitel call'

    call_id = fields.Char(required=True, index=True)
    epoch = fields.Char()
    sequence = fields.Char()
    state = fields.Char()
    customer = fields.Char()
    extension = fields.Char()
    view = fields.Text()
    _sql_constraints = [('call_id_unique', 'unique (call_id)', 'There is this call already.')]

    @api.model
    def take(self, event):
        """Returns False for an event that was here before. Odoo commits all of it with the request, or nothing."""
        events = self.env['pitel.event']
        if events.search([('event_id', '=', event['id'])], limit=1):
            return False
        events.create({'event_id': event['id'], 'type': event['type']})
        # By the beginning of its name, so that a later version's call events count too.
        if event['type'].startswith('call-'):
            self._keep(event)
        return True

    def _keep(self, event):
        """`data` is the whole view of the call, so an older event has nothing that a newer one lacks."""
        data = event['data']
        call = self.search([('call_id', '=', event['subject'])], limit=1)
        # Sequences compare within an epoch only.
        if call and call.epoch == event['epoch'] and call.sequence >= event['sequence']:
            return
        values = {
            'epoch': event['epoch'],
            'sequence': event['sequence'],
            'state': data['state'],
            'customer': (data['customer'] or {}).get('e164') or (data['customer'] or {}).get('raw'),
            'extension': (data['agent'] or {}).get('extension'),
            'view': json.dumps(data),
        }
        if call:
            call.write(values)
        else:
            self.create({'call_id': event['subject'], **values})
