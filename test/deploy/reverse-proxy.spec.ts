import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { VARIABLE_NAMES } from '../../src/config/settings/variables.js';
import { parseConfig } from '../../src/config/parse-config.js';
import type { Loose } from '../support/manifests.js';

const FOLDER = 'deploy/proxy';
const page = readFileSync('docs/reverse-proxy.md', 'utf8');
const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => `${parentPath}/${name}`);
const shown = new Map(
  [...page.matchAll(/^\[`[^`]+`\]\(\.\.\/(\S+)\):\n\n```\w*\n([^]*?)^```$/gm)].map(([, file, text]) => [
    file!,
    text!,
  ]),
);

describe('docs/reverse-proxy.md', () => {
  it('shows every configuration file, for a root and for a sub-path, exactly as it is', () => {
    expect([...shown.keys()].sort()).toEqual([...files].sort());
    for (const [file, text] of shown) expect([file, text]).toEqual([file, readFileSync(file, 'utf8')]);
    const folders = [...new Set(files.map((file) => file.split('/')[2]!))].sort();
    expect(folders).toEqual(['apache', 'caddy', 'gateway-api', 'haproxy', 'nginx']);
    for (const folder of folders)
      expect(
        files
          .filter((file) => file.startsWith(`${FOLDER}/${folder}/`))
          .map((file) => /(root|sub-path)\./.exec(file)?.[1]),
      ).toEqual(expect.arrayContaining(['root', 'sub-path']));
  });

  it.each(files)('names settings in %s that the bridge starts with', (file) => {
    const line = /^# The bridge: (.+)$/m.exec(readFileSync(file, 'utf8'))![1]!;
    const settings = Object.fromEntries(
      [...line.matchAll(/\b([A-Z_]+)=(\S+?)(?=[.,]?(?:\s|$))/g)].map(([, name, value]) => [name!, value!]),
    );
    expect(settings).toHaveProperty('PUBLIC_URL');
    for (const name of Object.keys(settings)) expect(VARIABLE_NAMES).toContain(name);
    const rest = {
      PITEL_BASE_URL: 'https://pbx.example',
      PITEL_TOKEN: 't',
      AUTH_JWT_SECRET: 'x'.repeat(32),
      STORE: 'memory',
    };
    const result = parseConfig({ ...rest, TRUSTED_PROXIES: '10.0.0.0/8', ...settings });
    expect(result).toMatchObject({ ok: true, warnings: [] });
    const host = file.includes('/root.') ? 'https://bridge.example' : 'https://example.com/bridge';
    expect(settings.PUBLIC_URL).toBe(host);
  });

  it('takes a proxy that cuts connections for no failure of the bridge', () => {
    for (const place of ['root', 'sub-path'])
      expect(readFileSync(`${FOLDER}/nginx/${place}.conf`, 'utf8')).toMatch(
        /^ *server 127\.0\.0\.1:3000 max_fails=0;$/m,
      );
  });

  it('has routes of the Gateway API to the Service of the manifests, without a time-out for streams', () => {
    const service = parse(readFileSync('deploy/kubernetes/service.yaml', 'utf8'));
    const { namespace } = parse(readFileSync('deploy/kubernetes/kustomization.yaml', 'utf8'));
    const paths = ['root', 'sub-path'].map((place) => {
      const [document, ...more] = parseAllDocuments(
        readFileSync(`${FOLDER}/gateway-api/${place}.yaml`, 'utf8'),
        { strict: true },
      );
      expect(more).toEqual([]);
      const route = document!.toJS();
      expect(route).toMatchObject({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' });
      expect(route.metadata.namespace).toBe(namespace);
      const [{ backendRefs, matches, timeouts }] = route.spec.rules;
      expect(backendRefs).toEqual([
        {
          name: service.metadata.name,
          port: service.spec.ports.find((port: Loose) => port.name === 'http').port,
        },
      ]);
      expect(timeouts).toEqual({ request: '0s' });
      return matches[0].path;
    });
    expect(paths).toEqual([
      { type: 'PathPrefix', value: '/' },
      { type: 'PathPrefix', value: '/bridge' },
    ]);
  });
});
