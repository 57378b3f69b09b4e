import { Redis } from 'ioredis';
import diff from 'microdiff';
import { z } from 'zod';

/**
 * The plain way, as a competent user of these libraries would write it: parse, validate with zod, compare all rows with
 * the last poll's by a generic deep diff, keep the snapshot under one key, publish what differs.
 */
const Row = z.object({
  agent_name: z.string(),
  b_cid_num: z.string(),
  call_id: z.string(),
  call_state: z.string(),
  call_time: z.string(),
  cid_num: z.string(),
  destination: z.string(),
  direction: z.string(),
  extension: z.string(),
  extension_uuid: z.string(),
  username: z.string(),
});
const Answer = z.object({ data: z.array(Row), total: z.number() });
type Snapshot = Record<string, z.infer<typeof Row>>;

export class PlainWay {
  private constructor(private readonly redis: Redis) {}

  /** Without a snapshot, as on a first day. */
  static async start(redis: Redis): Promise<PlainWay> {
    await redis.del('plain:snapshot');
    return new PlainWay(redis);
  }

  /** Resolves with the number of differences, once they are published. */
  async poll(body: Buffer): Promise<number> {
    const { data } = Answer.parse(JSON.parse(body.toString()));
    const now: Snapshot = Object.fromEntries(data.map((row) => [`${row.extension}|${row.call_id}`, row]));
    const last = JSON.parse((await this.redis.get('plain:snapshot')) ?? '{}') as Snapshot;
    const differences = diff(last, now);
    if (differences.length === 0) return 0;
    const pipeline = this.redis.pipeline().set('plain:snapshot', JSON.stringify(now));
    for (const { type, path } of differences)
      pipeline.publish('plain:events', JSON.stringify({ type, path }));
    await pipeline.exec();
    return differences.length;
  }
}
