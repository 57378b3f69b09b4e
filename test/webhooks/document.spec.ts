import { Webhook } from 'standardwebhooks';
import { parse } from 'yaml';
import { readWebhooksFile } from '../../src/config/webhooks/webhooks-file.js';
import { SHIPPED_TEMPLATES } from '../../src/config/webhooks/shipped-templates.js';
import { Secret } from '../../src/config/secrets/secret.js';
import { verifySignature } from '../../src/webhooks/request/signature.js';
import { WEBHOOK_OPERATIONS } from '../../src/docs/operations/webhooks.js';
import { BOT_TOKEN } from '../support/notices.js';
import { WEBHOOK_SECRET } from '../support/webhook-endpoint.js';
import { blocksOf, namesUnder, sectionOf } from './document.js';

describe('the page about webhooks', () => {
  it('has examples of the configuration that the bridge takes', () => {
    const examples = blocksOf('yaml');
    expect(examples).toHaveLength(3);
    for (const text of examples) {
      expect(parse(text)).toHaveProperty('endpoints');
      const env = {
        GETFLY_SECRET: 's3cret',
        TELEGRAM_BOT_TOKEN: BOT_TOKEN,
        SLACK_URL: 'https://hooks.slack.com/services/T0/B0/x',
      };
      const read = readWebhooksFile('webhooks.yaml', {
        env,
        readText: (path) => (path.endsWith('webhooks.yaml') ? text : WEBHOOK_SECRET),
        timeZone: 'Asia/Ho_Chi_Minh',
      });
      expect(read).toMatchObject({ ok: true });
    }
  });

  it('has a test vector that is right, to the library too', () => {
    const vector = sectionOf('A test vector');
    const of = (name: string) => new RegExp(`^\\| ${name} \\| \`(.*)\` \\|$`, 'm').exec(vector)![1]!;
    const [secret] = /whsec_[\w+/=]+/.exec(vector)!;
    const received = {
      id: of('`webhook-id`'),
      timestamp: of('`webhook-timestamp`'),
      signature: of('`webhook-signature`'),
      body: of('body'),
    };
    const at = Number(received.timestamp) * 1_000;
    expect(verifySignature(received, [new Secret(secret)], at)).toEqual({ ok: true });
    expect(new Webhook(secret).sign(received.id, new Date(at), received.body)).toBe(received.signature);
    expect(sectionOf('What arrives')).toContain(received.signature);
  });

  it('lists every template, every address and every state', () => {
    expect(namesUnder('Templates').toSorted()).toEqual([...SHIPPED_TEMPLATES].toSorted());
    expect(namesUnder('See and try')).toEqual(Object.keys(WEBHOOK_OPERATIONS));
    expect(namesUnder('Failing, paused, disabled')).toEqual(['active', 'failing', 'paused', 'disabled']);
  });
});
