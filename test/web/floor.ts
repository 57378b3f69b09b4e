import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../../client/test/chromium.js';
import { NO_HABITS, type WorldOptions } from '../../simulator/options.js';
import { createSimulatorServer, type SimulatorServer } from '../../simulator/server.js';
import { createWorld, type World } from '../../simulator/world.js';
import { patientClock } from '../support/patient-clock.js';
import { freePort } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { violationsOf } from './violations.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ARTIFACTS = fileURLToPath(new URL('../../test-artifacts/', import.meta.url));
/** Past it something is stuck. */
const PATIENCE_MS = 120_000;

/** Each language and each theme once; `npm run looks` has them all. */
export const LOOKS = [
  { language: 'vi', theme: 'dark' },
  { language: 'en', theme: 'light' },
] as const;

export interface FloorOptions {
  readonly world?: Partial<WorldOptions>;
  /** In place of a new world: one that has lived already. */
  readonly lived?: World;
  /** `jwt`: pages have to sign in, with tokens from `tokenFor`. */
  readonly auth?: 'none' | 'jwt';
  /** More of the bridge's configuration. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface PageOptions {
  /** What the browser may complain about. */
  readonly expected?: RegExp;
  /** What its user chose before. */
  readonly kept?: Readonly<Record<string, string>>;
  /** With which its user has signed in. */
  readonly token?: string;
}

/** A call centre to look at: the simulated PBX, the bridge as a process of its own, a cable to it, and a real Chromium. */
export class Floor {
  /** The errors that browsers reported, and their requests to other servers than the bridge. */
  readonly complaints: string[] = [];

  private constructor(
    readonly world: World,
    readonly pbx: SimulatorServer,
    readonly service: Service,
    readonly cable: TcpProxy,
    readonly chromium: Chromium,
  ) {}

  static async open({
    world: given = {},
    lived,
    auth = 'none',
    env = {},
  }: FloorOptions = {}): Promise<Floor> {
    const world =
      lived ??
      createWorld({
        seed: 7,
        startAt: Date.now(),
        ...given,
        traffic: { callsPerHour: 0, unregistersPerHour: 0, ...given.traffic },
        habits: { ...NO_HABITS, ...given.habits },
      });
    const pbx = createSimulatorServer({
      tenants: [{ world, token: 'upstream-token' }],
      clock: patientClock(world.now),
    });
    const { url } = await pbx.listen(0);
    const port = await freePort();
    const cable = await startTcpProxy(port);
    const service = await startService({
      PITEL_BASE_URL: url,
      STORE: 'memory',
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${cable.port}`,
      // The world may fall behind.
      ABANDONED_LOOKBACK_MS: '86400000',
      AUTH_MODE: auth,
      ...(auth === 'jwt' ? { AUTH_JWT_SECRET: SECRET } : {}),
      ...env,
    });
    return new Floor(world, pbx, service, cable, await startChromium([], { showsPagesOnly: true }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.cable.port}`;
  }

  /** A new tab. What it complains about is kept, but for what a test expects. */
  async page(path = '/', { expected = /(?!)/, kept = {}, token }: PageOptions = {}): Promise<Page> {
    const page = await this.chromium.context.newPage();
    for (const [name, value] of Object.entries(kept)) {
      await page.addInitScript(`localStorage.setItem('pitel-${name}', '${value}')`);
    }
    if (token !== undefined) await page.addInitScript(`sessionStorage.setItem('pitel-token', '${token}')`);
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = `${message.type()}: ${message.text()}`;
      if (['error', 'warning'].includes(message.type()) && !expected.test(text)) this.complaints.push(text);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:' && url.origin !== this.url) this.complaints.push(`asked ${request.url()}`);
    });
    await page.goto(this.url + path);
    return page;
  }

  /** The number on a tile, as the page shows it. */
  async shown(page: Page, tile: string): Promise<string> {
    return (await page.locator(`[data-value=${tile}]`).innerText()).trim();
  }

  /** Waits until the page shows these numbers; what it shows instead is in the error. */
  async shows(page: Page, tiles: Readonly<Record<string, string | number>>): Promise<void> {
    const wanted = Object.fromEntries(Object.entries(tiles).map(([tile, value]) => [tile, String(value)]));
    let shown: Record<string, string> = {};
    const isShown = async () => {
      shown = {};
      for (const tile of Object.keys(wanted)) shown[tile] = await this.shown(page, tile);
      return JSON.stringify(shown) === JSON.stringify(wanted);
    };
    await until(isShown, JSON.stringify(wanted), PATIENCE_MS).catch((error: unknown) => {
      throw new Error(`the page shows ${JSON.stringify(shown)}`, { cause: error });
    });
  }

  /** What keeps people from using the page. */
  violations(page: Page): Promise<string[]> {
    return violationsOf(page);
  }

  async isFresh(page: Page): Promise<void> {
    await page.locator('.board[data-freshness=fresh]').waitFor();
  }

  /** For people, when they ask for it: `PHOTOGRAPHS=yes npm test -- test/web` leaves them in `test-artifacts`. */
  async photograph(page: Page, name: string, fullPage = false): Promise<void> {
    if (process.env.PHOTOGRAPHS === undefined) return;
    await mkdir(ARTIFACTS, { recursive: true });
    await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage });
  }

  async close(): Promise<void> {
    await this.chromium.close();
    await this.cable.close();
    await this.service.stop();
    await this.pbx.close();
  }
}

export async function tokenFor(
  seconds: number,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT({ tenant: 'default', sub: 'screen', numbers: 'full', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(SECRET));
}
