import type { Random } from '../../simulator/random.js';

/** Spoils an answer, which must end no call: cut short, garbage, an error with 200, half of the rows. */
export function spoilt(body: Buffer, random: Random): Buffer {
  const text = body.toString();
  const ways = [
    () => body.subarray(0, Math.floor(body.length / 2)),
    () => Buffer.from('<html>busy</html>'),
    () => Buffer.from('{"error":"internal"}'),
    () => {
      const { data, ...rest } = JSON.parse(text) as { data: unknown[]; total?: number };
      return Buffer.from(
        JSON.stringify({ ...rest, data: data.slice(0, Math.floor(data.length / 2)), total: data.length }),
      );
    },
  ];
  return ways[random.int(0, ways.length - 1)]!();
}
