import { hrefOf } from '../base/public-url.js';
import { isLoopback } from '../base/loopback.js';
import { publicUrl } from '../config/settings/formats.js';
import type { Environment } from '../config/tenants/tenant.js';
import { type ClientBundles, clientTag } from '../docs/client-tag.js';
import type { CommandResult } from './command-result.js';
import { parseTokenArguments } from './token-issue.js';

/**
 * With `--sample`, the lines of HTML that show the cards of the token's extension, at the bridge's own address as the
 * environment says it; null without. The token is not in them: the page's server hands tokens out.
 *
 * @param newest the client's bundles that this build serves; null where there are none
 */
export function tokenSample(
  argv: readonly string[],
  env: Environment,
  newest: () => ClientBundles | null,
): CommandResult<string | null> {
  const request = parseTokenArguments(argv);
  if (!request.ok) return request;
  const { withSample, extensions } = request.value;
  if (!withSample) return { ok: true, value: null };
  const [extension, ...others] = extensions;
  if (extension === undefined || others.length > 0)
    return { ok: false, problem: '--sample needs one --extension, whose cards the page shows' };
  const client = newest();
  if (client === null)
    return { ok: false, problem: '--sample needs the client that the bridge serves: npm run build' };
  return { ok: true, value: clientTag(client, addressOf(env), extension) };
}

/** What the bridge can be reached at; where only the operator knows that, an example. */
function addressOf({ PUBLIC_URL, HOST, PORT }: Environment): string {
  const stated = publicUrl(PUBLIC_URL?.trim() ?? '');
  if (stated !== undefined) return hrefOf(stated);
  const host = HOST?.trim() || '127.0.0.1';
  if (!isLoopback(host)) return 'https://bridge.example';
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT?.trim() || '3000'}`;
}
