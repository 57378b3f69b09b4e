import { connectionReason, isOfTheHost } from './connection-reason.js';

const WAY = { host: 'pbx.example', proxy: 'proxy.example:3128' };
const error = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('a connection that cannot be opened', () => {
  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])(
    'because of this process (%s) says nothing of the host',
    (code) => {
      expect(connectionReason(error(code), WAY)).toBe(
        `this process cannot open another connection (${code})`,
      );
      expect(isOfTheHost(error(code))).toBe(false);
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'])(
    'because of the host (%s) does',
    (code) => {
      expect(isOfTheHost(error(code))).toBe(true);
    },
  );
});
