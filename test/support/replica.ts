import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogLine, type Service, startService } from './service.js';

/** A replica of the bridge: a process of its own, known to the shared PBX by its name. */
export interface Replica {
  readonly name: string;
  readonly service: Service;
  /** How it says that it shares the tenants, last. */
  readonly share: { readonly replicas: number; readonly tenants: number } | null;
  /** How often it has said so. */
  readonly timesShared: number;
  /** Changes its file. */
  tenants(names: readonly string[]): Promise<void>;
  /** Ends it, also a frozen one, and removes its folder. */
  end(): Promise<void>;
}

type ShareLine = LogLine & { readonly replicas?: number; readonly tenants?: number };

export async function startReplica(
  name: string,
  tenants: readonly string[],
  pbxUrl: string,
  env: Readonly<Record<string, string>>,
  main?: string,
): Promise<Replica> {
  const dir = await mkdtemp(join(tmpdir(), 'pitel-replica-'));
  const file = join(dir, 'tenants.json');
  const write = async (names: readonly string[]) => {
    const rows = names.map((id) => ({ id, baseUrl: pbxUrl, token: `${id}.${name}` }));
    await writeFile(`${file}.new`, JSON.stringify({ tenants: rows }));
    await rename(`${file}.new`, file);
  };
  await write(tenants);
  const service = await startService({ TENANTS_FILE: file, PITEL_TOKEN: '', ...env }, main);
  const shares = () =>
    service.lines.filter(({ replicas }: ShareLine) => replicas !== undefined) as ShareLine[];
  return {
    name,
    service,
    tenants: write,
    get share() {
      const line = shares().at(-1);
      return line === undefined ? null : { replicas: line.replicas!, tenants: line.tenants! };
    },
    get timesShared() {
      return shares().length;
    },
    end: async () => {
      await service.stop('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Whether these are all that there are, and the tenants are shared out among them. */
export function haveShared(replicas: readonly Replica[], tenants: number): boolean {
  const shares = replicas.map(({ share }) => share);
  return (
    shares.every((share) => share?.replicas === replicas.length) &&
    shares.reduce((sum, share) => sum + share!.tenants, 0) === tenants
  );
}

/**
 * Returns what `look` finds while the tenants are not shared out again. On a machine so slow that a lease runs out the
 * replicas share again; then `look` is repeated.
 */
export async function whileShared<Found>(
  replicas: readonly Replica[],
  look: () => Promise<Found>,
): Promise<Found> {
  for (;;) {
    const before = replicas.map(({ timesShared }) => timesShared).join();
    const found = await look();
    if (replicas.map(({ timesShared }) => timesShared).join() === before) return found;
  }
}
