import type { Random } from './random.js';

/**
 * The PBX's directory: extensions with their agents and devices, queues, ring groups, hotlines. Drawn once from the seed and
 * never changed; their state is in the switchboard.
 */
export interface Device {
  readonly networkIp: string;
  readonly userAgent: string;
}

export interface Extension {
  readonly index: number;
  readonly number: string;
  readonly uuid: string;
  readonly agentUuid: string;
  readonly userUuid: string;
  /** Also the agent's login. */
  readonly agentName: string;
  readonly firstName: string;
  readonly devices: readonly Device[];
  /** How the rows of a second device look during a call; see `rows.ts`. */
  readonly secondDevice: 'mirror' | 'lagging' | 'idle';
}

export interface Queue {
  readonly uuid: string;
  readonly name: string;
  readonly hotline: string;
  readonly strategy: 'ring-all' | 'longest-idle-agent';
  readonly agents: readonly Extension[];
}

export interface RingGroup {
  readonly name: string;
  readonly hotline: string;
  readonly members: readonly Extension[];
}

export interface Directory {
  readonly domain: string;
  readonly domainUuid: string;
  readonly serverHost: string;
  readonly extensions: readonly Extension[];
  readonly queues: readonly Queue[];
  readonly ringGroups: readonly RingGroup[];
  readonly outboundHotline: string;
}

export interface DirectoryOptions {
  readonly domain: string;
  readonly extensions: number;
  /** How many of them have two devices registered. */
  readonly doubleRegistered: number;
  readonly queues: number;
  readonly ringGroups: number;
}

const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Huỳnh', 'Vũ', 'Đặng', 'Bùi', 'Đỗ'];
const MIDDLE = ['Thị', 'Văn', 'Ngọc', 'Minh', 'Thanh', 'Quang'];
const GIVEN = ['Thanh', 'Nhi', 'Hùng', 'Lan', 'Dũng', 'Mai', 'Tuấn', 'Hương', 'Khoa', 'Trang', 'Phúc', 'Yến'];
const USER_AGENTS = ['Pitel/3.20.5', 'Yealink SIP-T31P 124.86.0.40', 'Fanvil X3S 2.14.0', 'SIP.js/0.21.2'];
const TOPICS = ['BanHang', 'ChamSocKH', 'KyThuat', 'KhieuNai', 'BaoHanh', 'VIP'];

export function drawDirectory(random: Random, options: DirectoryOptions): Directory {
  const extensions = Array.from({ length: options.extensions }, (_, index) =>
    drawExtension(random, index, index % 7 === 3 && index / 7 < options.doubleRegistered),
  );
  return {
    domain: options.domain,
    domainUuid: random.uuid(),
    serverHost: '203.205.6.79',
    extensions,
    queues: Array.from({ length: options.queues }, (_, index): Queue => {
      const name = TOPICS[index % TOPICS.length] ?? 'Queue';
      return {
        uuid: random.uuid(),
        name: `${name}_${3998_9220 + index}`,
        hotline: `1900${6800 + index}`,
        strategy: index % 2 === 0 ? 'longest-idle-agent' : 'ring-all',
        // A ring-all queue of all agents would leave none free for the next caller, so it gets a smaller team.
        agents: extensions.filter((_, place) => (index % 2 === 0 ? place % 3 !== 2 : place % 3 === 2)),
      };
    }),
    ringGroups: Array.from({ length: options.ringGroups }, (_, index) => ({
      name: `group_${index + 1}`,
      hotline: `2405${2364 + index}`,
      members: extensions.filter((_, place) => place % 5 === (index + 1) % 5).slice(0, 5),
    })),
    outboundHotline: '24052364',
  };
}

export function findExtension(directory: Directory, idOrNumber: string): Extension | undefined {
  return directory.extensions.find(({ number, uuid }) => number === idOrNumber || uuid === idOrNumber);
}

function drawExtension(random: Random, index: number, double: boolean): Extension {
  const given = random.pick(GIVEN);
  const number = String(101 + index);
  const device = (): Device => ({
    networkIp: `113.22.${random.int(1, 254)}.${random.int(1, 254)}`,
    userAgent: random.pick(USER_AGENTS),
  });
  return {
    index,
    number,
    uuid: random.uuid(),
    agentUuid: random.uuid(),
    // The vendor's sample leaves it empty; it is empty for some here, so that no reader relies on it.
    userUuid: random.chance(0.5) ? random.uuid() : '',
    agentName: `${plain(given)}${number}`,
    firstName: `${random.pick(FAMILY)} ${random.pick(MIDDLE)} ${given}`,
    devices: double ? [device(), device()] : [device()],
    secondDevice: random.pick(['mirror', 'lagging', 'idle'] as const),
  };
}

function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .toLowerCase();
}
