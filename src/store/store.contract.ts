import { MAX_EVENTS, Recorder, type Subject } from './store.contract-kit.js';
import { describeFormats } from './store.contract-formats.js';
import { describeReading } from './store.contract-reading.js';
import { describeWriting } from './store.contract-writing.js';

/** The promises of `Store`, for every implementation of it; each test opens a store of its own. */
export function describeStore(
  name: string,
  open: (options: { maxEvents: number }) => Promise<Subject>,
): void {
  describe(name, () => {
    let subject: Subject;
    beforeEach(async () => {
      subject = await open({ maxEvents: MAX_EVENTS });
    });
    afterEach(async () => {
      await subject.close();
    });

    describeWriting(() => subject);
    describeReading(() => subject);
    describeFormats(() => subject);

    it('answers a ping, and nothing once it is closed', async () => {
      await expect(subject.store.ping(1_000)).resolves.toBeUndefined();
      await subject.store.close();
      await expect(subject.store.ping(1_000)).rejects.toThrow('closed');
      await expect(subject.store.claim('acme', { epoch: 'e1' })).rejects.toThrow('closed');
      await expect(subject.store.follow(new Recorder())).rejects.toThrow('closed');
    });
  });
}
