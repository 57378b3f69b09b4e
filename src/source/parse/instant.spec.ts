import { runInThisContext } from 'node:vm';
import { InstantReader } from './instant.js';

const vietnam = new InstantReader('Asia/Ho_Chi_Minh');
const utc = (text: string): number => Date.parse(text);

describe('a time without a zone', () => {
  it("trap 10: call_time is read in the tenant's zone, not in the host's", () => {
    // The test's own process.env is a copy; the host's zone depends on the real one.
    const hostZone = (zone: string | undefined): void => {
      const change = zone === undefined ? 'delete process.env.TZ' : `process.env.TZ = '${zone}'`;
      runInThisContext(change);
    };
    const before = process.env.TZ;
    try {
      for (const [zone, offset] of [
        ['UTC', 0],
        ['America/New_York', 300],
        ['Asia/Tokyo', -540],
      ] as const) {
        hostZone(zone);
        expect(new Date('2024-01-15T00:00:00Z').getTimezoneOffset()).toBe(offset);
        const reader = new InstantReader('Asia/Ho_Chi_Minh');
        expect(reader.read('2023-04-10 17:02:51')).toBe(utc('2023-04-10T10:02:51.000Z'));
      }
    } finally {
      hostZone(before);
    }
  });

  it('follows summer time where the zone has it', () => {
    const berlin = new InstantReader('Europe/Berlin');
    expect(berlin.read('2024-01-15 12:00:00')).toBe(utc('2024-01-15T11:00:00Z'));
    expect(berlin.read('2024-07-15 12:00:00')).toBe(utc('2024-07-15T10:00:00Z'));
    expect(berlin.read('2024-03-31 01:59:59')).toBe(utc('2024-03-31T00:59:59Z'));
    expect(berlin.read('2024-03-31 03:00:00')).toBe(utc('2024-03-31T01:00:00Z'));
    expect(berlin.read('2024-10-27 01:59:59')).toBe(utc('2024-10-26T23:59:59Z'));
    expect(berlin.read('2024-10-27 03:00:00')).toBe(utc('2024-10-27T02:00:00Z'));
  });

  it('takes the first of two occurrences, and reads a skipped time with the offset before', () => {
    const berlin = new InstantReader('Europe/Berlin');
    expect(berlin.read('2024-10-27 02:30:00')).toBe(utc('2024-10-27T00:30:00Z'));
    expect(berlin.read('2024-03-31 02:30:00')).toBe(utc('2024-03-31T01:30:00Z'));
    const newYork = new InstantReader('America/New_York');
    expect(newYork.read('2024-11-03 01:30:00')).toBe(utc('2024-11-03T05:30:00Z'));
    expect(newYork.read('2024-03-10 02:30:00')).toBe(utc('2024-03-10T07:30:00Z'));
  });

  it('knows offsets of half an hour, and summer times of half an hour', () => {
    expect(new InstantReader('Asia/Kolkata').read('2024-05-01 12:00:00')).toBe(utc('2024-05-01T06:30:00Z'));
    const lordHowe = new InstantReader('Australia/Lord_Howe');
    expect(lordHowe.read('2024-01-15 12:00:00')).toBe(utc('2024-01-15T01:00:00Z'));
    expect(lordHowe.read('2024-07-15 12:00:00')).toBe(utc('2024-07-15T01:30:00Z'));
  });

  it('shows every instant of two years as the wall time it is read from', () => {
    const zone = 'America/Santiago';
    const reader = new InstantReader(zone);
    const wall = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    for (let at = utc('2023-01-01T00:00:00Z'); at < utc('2025-01-01T00:00:00Z'); at += 5 * 3_600_000) {
      const text = wall.format(at);
      const read = reader.read(text);
      expect(wall.format(read as number)).toBe(text);
      // In the hour that occurs twice it is the first occurrence.
      expect([at, at - 3_600_000]).toContain(read);
    }
  });
});

describe('a time with a zone', () => {
  it('is that instant', () => {
    expect(vietnam.read('2023-10-12T17:48:19+07:00')).toBe(utc('2023-10-12T10:48:19Z'));
    expect(vietnam.read('2023-10-12T10:48:19Z')).toBe(utc('2023-10-12T10:48:19Z'));
    expect(vietnam.read('2023-10-12T07:18:19.250-03:30')).toBe(utc('2023-10-12T10:48:19.250Z'));
    expect(vietnam.read('2023-10-12T10:48:19.123456789Z')).toBe(utc('2023-10-12T10:48:19.123Z'));
  });
});

describe('a time that has not happened', () => {
  it('trap 9: a sentinel time read as 1970 would give a wait of 56 years', () => {
    for (const sentinel of [
      '1970-01-01T08:00:00+08:00',
      '1970-01-01T07:00:00+07:00',
      '1970-01-01T00:00:00Z',
      '1969-12-31T19:00:00-05:00',
      '1970-01-01 07:00:00',
      '0001-01-01T00:00:00Z',
      '0001-01-01T07:06:30+07:06',
      '0001-01-01 00:00:00',
      '1999-12-31T23:59:59Z',
      '',
    ]) {
      expect([sentinel, vietnam.read(sentinel)]).toEqual([sentinel, null]);
    }
    expect(vietnam.read('2000-01-01T00:00:00Z')).toBe(utc('2000-01-01T00:00:00Z'));
  });

  it('differs from a time that cannot be read', () => {
    for (const text of [
      'soon',
      '2023-02-30 10:00:00',
      '2023-13-01 10:00:00',
      '2023-01-01 24:00:00',
      '1697107699',
    ]) {
      expect([text, vietnam.read(text)]).toEqual([text, 'unreadable']);
    }
  });
});

it('a zone that does not exist is refused at once', () => {
  expect(() => new InstantReader('Asia/Nowhere')).toThrow(RangeError);
});
