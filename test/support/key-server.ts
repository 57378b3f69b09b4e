import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** A key of an identity provider: it signs, and its public part is in the key set. */
export interface ProviderKey {
  readonly jwk: JWK;
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
}

export async function providerKey(kid: string | null, alg = 'ES256'): Promise<ProviderKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const named = kid === null ? {} : { kid };
  return {
    jwk: { ...(await exportJWK(publicKey)), alg, ...named },
    sign: (claims, header = {}) =>
      new SignJWT({ display: true, numbers: 'full', exp: 4_102_444_800, ...claims })
        .setProtectedHeader({ alg, ...named, ...header })
        .sign(privateKey),
  };
}

/** An identity provider's key set over real HTTP, which may go away, answer nonsense, and change. */
export class KeyServer {
  /** How often the set was asked for. */
  requests = 0;
  keys: readonly JWK[] = [];
  /** Instead of the set. Null: the set. */
  answer: ((response: ServerResponse) => void) | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<KeyServer> {
    const server = createServer((_, response) => {
      found.requests += 1;
      if (found.answer !== null) return found.answer(response);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: found.keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const found = new KeyServer(
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    );
    return found;
  }

  /** From now on every request fails. */
  goAway(): void {
    this.answer = (response) => response.writeHead(503).end();
  }

  comeBack(): void {
    this.answer = null;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
