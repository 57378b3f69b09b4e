import { EMPTY_QUEUE, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

/** More calls begin and end in a poll than the lines about them that fit into a pipe and the bridge's own buffer. */
const CALLS = 2_000;

function monitor(poll: number): string {
  const data = Array.from({ length: CALLS }, (_, nth) => ({
    extension: String(10_000 + nth),
    extension_uuid: '',
    call_id: `call-${poll}-${nth}`,
    call_state: 'ONCALL',
    call_time: '',
    direction: 'inbound',
    b_cid_num: `09${10_000_000 + nth}`,
    cid_num: '19001234',
    destination: String(10_000 + nth),
    agent_name: '',
    username: '',
    user_uuid: '',
  }));
  return JSON.stringify({ data, total: data.length });
}

describe('a log that is not read', () => {
  let pbx: ScriptedPbx;
  let service: Service | null = null;

  beforeEach(async () => {
    pbx = await startPbx();
    pbx.queue = EMPTY_QUEUE;
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      STORE: 'memory',
      TENANT_ID: 'acme',
      LOG_LEVEL: 'debug',
    });
  });
  afterEach(async () => {
    await service?.stop('SIGKILL');
    await pbx.close();
  });

  // Each on a connection of its own: a bridge with so much to do closes a kept one later than it said, which may be too late.
  const asked = async (path: string) =>
    (await fetch(`${service!.url}${path}`, { headers: { connection: 'close' } })).text();
  const dropped = async () =>
    Number(/^pitel_log_lines_dropped_total (\d+)$/m.exec(await asked('/metrics'))?.[1] ?? NaN);
  /** Every poll shows other calls, until lines are dropped. */
  const blockedByLines = async () => {
    const before = await dropped();
    service!.readsOutput(false);
    for (let poll = 1; (await dropped()) === before; poll++) {
      pbx.monitor = monitor(poll + before);
      await pbx.polled(1);
    }
  };

  it('loses lines and nothing else: polls go on, health and metrics say so, and the next reader learns of it', async () => {
    await blockedByLines();
    await pbx.polled(3);
    expect(await asked('/health/ready')).toContain('standard output is not read: log lines are dropped');
    service!.readsOutput(true);
    const { level } = await service!.line(({ msg }) => /^log lines dropped: \d+, as/.test(msg));
    expect(level).toBe('warn');
    await until(
      async () => !(await asked('/health/ready')).includes('standard output'),
      'the end of the warning',
    );
    // What was written is whole: a line that was cut would not have been read as JSON.
    expect(service!.lines.length).toBeGreaterThan(CALLS);
  });

  it('does not hold up the end of the process', async () => {
    await blockedByLines();
    expect(await service!.stop()).toBe(0);
    service = null;
  });
});

describe('SIGUSR1', () => {
  it('opens no debugger', async () => {
    const pbx = await startPbx();
    const service = await startService({ PITEL_BASE_URL: pbx.url, STORE: 'memory', TENANT_ID: 'acme' });
    try {
      service.signal('SIGUSR1');
      await service.line(({ msg }) => msg.startsWith('SIGUSR1 ignored'));
      expect(service.output).not.toContain('Debugger listening');
    } finally {
      await service.stop();
      await pbx.close();
    }
  });
});
