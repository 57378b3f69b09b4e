import type { Stop } from './clock.js';
import type { Address } from './connection.js';
import { diagnose } from './diagnosis.js';
import type { Problem } from './problem.js';

/** An answer later than this is none. */
const PROBE_TIMEOUT_MS = 10_000;

export interface PageListener {
  /** The network is back. */
  readonly online: () => void;
  /** The browser had frozen the page for so many milliseconds: no timer ran, and no message was read. */
  readonly resumed: (frozenMs: number) => void;
}

/** What the browser around the client knows and does; of no effect in Node. */
export class Page {
  /** What is not as it could be for as long as the page is loaded. */
  readonly remark: Problem | null = isPage() ? (discarded() ?? partitioned()) : null;
  private blockedBy: string | null = null;
  private readonly stops: Stop[] = [];

  constructor(
    private readonly address: Address,
    { online, resumed }: PageListener,
  ) {
    this.listen(globalThis, 'online', online);
    if (!isPage()) return;
    let frozenAt = 0;
    this.listen(document, 'freeze', () => (frozenAt = Date.now()));
    this.listen(document, 'resume', () => resumed(Date.now() - frozenAt));
    this.listen(document, 'securitypolicyviolation', (event) => {
      const { blockedURI, effectiveDirective, disposition } = event as SecurityPolicyViolationEvent;
      if (disposition === 'enforce' && hostOf(blockedURI) === hostOf(address.origin)) {
        this.blockedBy = effectiveDirective;
      }
    });
  }

  /** The page's origin; null in Node. */
  get origin(): string | null {
    return isPage() ? location.origin : null;
  }

  /** Asks the bridge in other ways than the one that failed. Null in Node, which reports its errors itself. */
  async diagnose(): Promise<Problem | null> {
    if (!isPage()) return null;
    const { origin, base } = this.address;
    const isReached = await answers(`${base}/health/live`, 'no-cors');
    return diagnose({
      page: new URL(location.href),
      bridge: new URL(origin),
      isOnline: navigator.onLine,
      isReached,
      // Without a token it is refused, and whether the page may read that is the question.
      isReadable: isReached && (await answers(`${base}/v1/sources`, 'cors')),
      isLocalDenied: !isReached && (await isLocalDenied()),
      blockedBy: this.blockedBy,
    });
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private listen(target: Partial<EventTarget>, name: string, task: (event: Event) => void): void {
    target.addEventListener?.(name, task);
    this.stops.push(() => target.removeEventListener?.(name, task));
  }
}

function isPage(): boolean {
  return typeof document !== 'undefined';
}

function hostOf(url: string): string | null {
  try {
    return new URL(url).host;
  } catch {
    return null;
  }
}

function answers(url: string, mode: RequestMode): Promise<boolean> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PROBE_TIMEOUT_MS);
  return fetch(url, { mode, cache: 'no-store', credentials: 'omit', signal: abort.signal })
    .then(
      () => true,
      () => false,
    )
    .finally(() => clearTimeout(timer));
}

async function isLocalDenied(): Promise<boolean> {
  // An insecure page is never asked, so what it would be answered says nothing.
  if (!window.isSecureContext) return false;
  // Chrome 142 has one permission, later ones have two; other browsers know none of them.
  for (const name of ['local-network-access', 'local-network', 'loopback-network']) {
    try {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      if (state === 'denied') return true;
    } catch {
      // Not known here.
    }
  }
  return false;
}

function discarded(): Problem | null {
  return (document as { wasDiscarded?: boolean }).wasDiscarded === true
    ? {
        code: 'tab-discarded',
        text: 'the browser had discarded this tab to save memory: it knows nothing of the calls meanwhile; keep its site active in the settings for performance',
      }
    : null;
}

/**
 * Whether this is a frame of another site, whose storage browsers keep apart for each site around it. A cookie shows it: one
 * with `SameSite=Strict` cannot be set there.
 */
function partitioned(): Problem | null {
  if (window.top === window) return null;
  const name = `pitel-site-${Math.random().toString(36).slice(2)}`;
  try {
    if (window.top!.location.origin === location.origin) return null;
  } catch {
    // Another origin, which may be the same site.
  }
  try {
    document.cookie = `${name}=1; SameSite=Strict`;
    const isKept = document.cookie.includes(name);
    document.cookie = `${name}=; Max-Age=0; SameSite=Strict`;
    if (isKept) return null;
  } catch {
    // A sandboxed frame has no storage at all.
  }
  return {
    code: 'storage-partitioned',
    text: 'this frame belongs to another site than the page around it, so that its storage is its own in each site: a call pops once for each site, not once for all tabs',
  };
}
