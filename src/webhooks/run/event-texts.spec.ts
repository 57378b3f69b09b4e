import { aCallback, callbackTransition } from '../../../test/support/callbacks.js';
import { transition } from '../../../test/support/delivery.js';
import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import { type CallbackEvent, toEvents, type Transition } from '../../core/model/event.js';
import { readEntry } from '../../deliver/log/log-entry.js';
import { templateEndpoint } from '../../../test/support/webhook-template.js';
import { outgoingOf } from '../request/outgoing.js';
import { EventTexts, textFor, textOf } from './event-texts.js';
import { audienceOfEndpoint, rulesOf } from './rules.js';

/** Of 10 characters, which are counted as 20 bytes. */
const text = (id: string) => ({ id, type: 't', json: 'x'.repeat(10 - id.length) });

describe('the texts of events that were read lately', () => {
  it('are kept up to a bound; the one that was read first goes first', () => {
    const texts = new EventTexts(60);
    for (const id of ['a', 'b', 'c']) texts.set(id, text(id));
    expect(texts.bytes).toBe(60);
    texts.set('a', text('a'));
    texts.set('d', text('d'));
    expect(['a', 'b', 'c', 'd'].map((id) => texts.get(id)?.id)).toEqual(['a', undefined, 'c', 'd']);
    expect(texts.bytes).toBe(60);
  });

  it('count once however often they are read, and not once they are let go', () => {
    const texts = new EventTexts(60);
    texts.set('a', text('a'));
    texts.set('a', text('aa'));
    expect([texts.get('a')?.id, texts.bytes]).toEqual(['aa', 20]);
    texts.delete('a');
    texts.delete('a');
    expect([texts.get('a'), texts.bytes]).toEqual([undefined, 0]);
  });

  it('hold none that is larger than the bound', () => {
    const texts = new EventTexts(10);
    texts.set('a', text('a'));
    expect([texts.get('a'), texts.bytes]).toEqual([undefined, 0]);
  });
});

describe('the text of an event for an endpoint', () => {
  const stamp = { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: 0 };
  const textOfEvent = (given: Transition) => {
    const [event] = toEvents([given], stamp);
    return { id: event!.id, type: event!.type, json: JSON.stringify(event) };
  };
  const shown = (given: Transition, hook: object) => {
    const text = textOfEvent(given);
    const endpoint = webhookEndpoint('https://crm.example/hook', hook);
    return { text, shown: textFor('acme', text, audienceOfEndpoint('acme', endpoint)) };
  };
  const due = callbackTransition('callback-due', aCallback());

  it('is that of the log for one that gets everything, and for calls', () => {
    for (const hook of [{}, { types: ['callback-due'] }]) {
      const { text, shown: seen } = shown(due, hook);
      expect(seen).toEqual(text);
    }
    const { text, shown: seen } = shown(transition('call-started', 'c'), { extensions: ['107'] });
    expect(seen).toBe(text);
  });

  it('has what its queues made of a call-back for one of these', () => {
    const { text, shown: seen } = shown(due, { queues: ['Sales'] });
    expect(seen).toMatchObject({ id: text.id, type: text.type });
    const { data } = JSON.parse(seen!.json) as CallbackEvent;
    expect(data.callback.queues).toEqual([{ id: 'q-sales', name: 'Sales' }]);
    expect(seen!.json).not.toMatch(/care/i);
  });

  it('is what a template makes its request of: no whole number where these are masked, and no other queue', () => {
    const { template } = templateEndpoint('https://crm.example/hook', {
      body: {
        number: '{callback.customer.e164|callback.customer.raw}',
        national: '{callback.customer.national}',
        masked: '{callback.customer.masked}',
        queues: { each: 'callback.queues', value: '{item.name}' },
        parts: { each: 'callback.parts', value: '{item.queue.name}' },
        missed: '{callback.missed}',
      },
    });
    const hook = { template, numbers: 'masked', queues: ['Sales'] } as const;
    const { body } = outgoingOf(
      webhookEndpoint('https://crm.example/hook', hook),
      shown(due, hook).shown!.json,
    )!;
    expect(JSON.parse(body)).toEqual({
      number: '0905 *** 222',
      national: '0905 *** 222',
      masked: true,
      queues: ['Sales'],
      parts: ['Sales'],
      missed: 2,
    });
  });

  it('is none where it is not for the endpoint any more', () => {
    expect(shown(due, { queues: ['Other'] }).shown).toBeNull();
  });
});

describe('the text of an event for an endpoint that shows no whole numbers', () => {
  const customer = { raw: '0905111222', e164: '+84905111222', national: '0905111222' };
  const json = JSON.stringify(
    toEvents([transition('call-started', 'c-1', { customer })], {
      tenant: 'acme',
      epoch: 'e1',
      sequence: 0,
      recordedAt: 0,
    })[0],
  );
  const reading = readEntry('acme', json);
  if (!('entry' in reading)) throw new Error(reading.foreign);
  const { entry } = reading;
  const textAt = (numbers: 'full' | 'masked') => {
    const endpoint = webhookEndpoint('https://crm.example/', { numbers });
    expect(rulesOf('acme', endpoint).wants(entry)).toBe(true);
    return textFor('acme', textOf(entry), audienceOfEndpoint('acme', endpoint))!;
  };

  it('is the log’s own where numbers are whole', () => {
    expect(textAt('full').json).toBe(json);
  });

  it('has masks, under the same id, where they are not', () => {
    const { id, json: masked } = textAt('masked');
    expect(id).toBe('acme/c-1/call-started');
    expect(JSON.parse(masked)).toMatchObject({
      id,
      data: { callId: 'c-1', customer: { raw: '0905 *** 222', e164: null, masked: true } },
    });
    expect(masked).not.toContain('905111222');
  });
});
