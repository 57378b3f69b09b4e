/** Coprime to the number of rows, it spreads the changes over the whole answer. */
const STRIDE = 7_919;

/** Monitor answers as a busy PBX would give them: every row a live leg, some of which change from poll to poll. */
export class MonitorBodies {
  readonly #rows: { extension: string; call: number; state: 'RINGING' | 'ONCALL' }[];
  readonly #changing: number;
  #next = 0;
  /** The rows that differ in the latest body, as text. */
  changes: readonly string[] = [];

  /** @param share of the rows that differ from one body to the next */
  constructor(count: number, share: number) {
    this.#changing = Math.max(1, Math.round(count * share));
    this.#rows = Array.from({ length: count }, (_, index) => ({
      extension: String(10_000 + index),
      call: index,
      state: 'ONCALL',
    }));
    // In the order in which they will change, every other one rings: so each body has the same mixture of changes.
    for (let place = 0; place < count; place += 2) this.#rows[(place * STRIDE) % count]!.state = 'RINGING';
  }

  current(): Buffer {
    const rows = this.#rows.map((row) => rowText(row));
    return Buffer.from(`{"data":[${rows.join(',')}],"total":${rows.length}}`);
  }

  /** The next body: of the changed rows half are answered, half are replaced by a new ringing call. */
  next(): Buffer {
    const changes: string[] = [];
    for (let changed = 0; changed < this.#changing; changed++) {
      const row = this.#rows[this.#next]!;
      if (row.state === 'RINGING') row.state = 'ONCALL';
      else Object.assign(row, { call: row.call + this.#rows.length, state: 'RINGING' });
      changes.push(rowText(row));
      this.#next = (this.#next + STRIDE) % this.#rows.length;
    }
    this.changes = changes;
    return this.current();
  }
}

function rowText({ extension, call, state }: { extension: string; call: number; state: string }): string {
  const hex = call.toString(16).padStart(12, '0');
  const mobile = `09${String(call % 100_000_000).padStart(8, '0')}`;
  return JSON.stringify({
    agent_name: `agent${extension}`,
    b_cid_num: mobile,
    call_id: `df3bd13a-0cb4-455a-ac70-${hex}`,
    call_state: state,
    call_time: '2026-03-02 10:02:51',
    cid_num: '19001234',
    destination: extension,
    direction: 'inbound',
    domain_name: 'tp.tel4vn.com',
    domain_uuid: '32f0b0ea-8489-4217-acc7-caeaf58b8bbe',
    extension,
    extension_uuid: `290619f4-c6db-40b2-8bb5-${extension.padStart(12, '0')}`,
    last_name: '',
    middle_name: '',
    first_name: 'Hoàng Thị Thanh',
    network_ip: '113.22.113.102',
    server_host: '203.205.6.79',
    user_agent: 'Pitel/3.20.5',
    user_uuid: '',
    username: `agent${extension}`,
  });
}
