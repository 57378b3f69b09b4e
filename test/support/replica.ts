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
  return {
    name,
    service,
    tenants: write,
    get share() {
      const line = service.lines.findLast(({ replicas }: ShareLine) => replicas !== undefined) as ShareLine;
      return line === undefined ? null : { replicas: line.replicas!, tenants: line.tenants! };
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
