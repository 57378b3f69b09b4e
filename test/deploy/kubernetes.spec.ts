import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/parse-config.js';
import { VARIABLE_NAMES } from '../../src/config/settings/variables.js';
import { type Loose, type Manifest, misfits, readManifests } from '../support/manifests.js';

const FOLDER = 'deploy/kubernetes';
const SHUTDOWN_MS = 15_000;
const names: readonly string[] = VARIABLE_NAMES;
const manifests = readManifests(FOLDER);
const one = (kind: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0]!;
};
const deployment = one('Deployment');
const pod = deployment.spec.template.spec;
const [bridge] = pod.containers;

describe('the manifests for Kubernetes', () => {
  it('are of the API’s types, without a field it does not know', () => {
    expect(misfits(manifests)).toEqual([]);
  });

  it.each<[string, (pod: Loose) => void, RegExp]>([
    [
      'a field that it does not know',
      ([it]) => (it.livenessProbe.httpGet.pth = '/'),
      /pth.* does not exist in type 'HTTPGetAction'/,
    ],
    ['a field that is missing', ([it]) => delete it.name, /Property 'name' is missing/],
    [
      'a value of another type',
      ([it]) => (it.ports[0].containerPort = '3000'),
      /Type 'string' is not assignable to type 'number'/,
    ],
    ['a fraction', ([it]) => (it.ports[0].containerPort = 3000.5), /containerPort is not whole: 3000.5/],
    [
      'a quantity in a unit that there is not',
      ([it]) => (it.resources.limits.memory = '1 GB'),
      /memory is no quantity: 1 GB/,
    ],
  ])('would not pass with %s', (_, spoil, problem) => {
    const spoilt = structuredClone(deployment);
    spoil(spoilt.spec.template.spec.containers);
    expect(misfits([spoilt])).toEqual([expect.stringMatching(problem)]);
  });

  it('are all in the kustomization, and so is what it is made of', () => {
    const kustomization = parse(readFileSync(`${FOLDER}/kustomization.yaml`, 'utf8')) as {
      resources: string[];
      configMapGenerator: { name: string; envs: string[] }[];
      secretGenerator: { name: string; envs?: string[]; files?: string[] }[];
    };
    expect([...kustomization.resources].sort()).toEqual(
      [...new Set(manifests.map(({ file }) => file))].sort(),
    );
    const { configMapGenerator, secretGenerator } = kustomization;
    const sources = [...configMapGenerator, ...secretGenerator].flatMap((generator) => [
      ...(generator.envs ?? []),
      ...(('files' in generator ? generator.files : undefined) ?? []).map((file) => file.split('=')[1]!),
    ]);
    const absent = sources
      .map((source) => source.replace(/^secrets\//, 'secrets.example/'))
      .filter((source) => !existsSync(`${FOLDER}/${source}`));
    expect(absent).toEqual([]);
    const names = [...configMapGenerator, ...secretGenerator].map(({ name }) => name).sort();
    const used = [
      ...bridge.envFrom.map((from: Loose) => from.configMapRef?.name ?? from.secretRef?.name),
      ...pod.volumes.flatMap((volume: Loose) => volume.secret?.secretName ?? []),
    ];
    expect(used.sort()).toEqual(names);
  });

  it('set no variable that the bridge does not know', () => {
    const named = bridge.env.map(({ name }: { name: string }) => name);
    const files = ['settings.env', 'secrets.example/bridge.env'].flatMap((name) =>
      Object.keys(parseEnv(readFileSync(`${FOLDER}/${name}`, 'utf8'))),
    );
    expect([...named, ...files].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('show no example secret that the bridge would start with', () => {
    const { AUTH_JWT_SECRET } = parseEnv(readFileSync(`${FOLDER}/secrets.example/bridge.env`, 'utf8'));
    expect(Buffer.byteLength(AUTH_JWT_SECRET!)).toBeLessThan(32);
    expect(readFileSync('.gitignore', 'utf8')).toContain('deploy/kubernetes/secrets/');
  });
});

describe('a replica on Kubernetes', () => {
  it('keeps to the restricted Pod Security Standard, which its namespace enforces', () => {
    expect(one('Namespace').metadata.labels!['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(pod).not.toHaveProperty('hostNetwork');
    expect(pod).not.toHaveProperty('hostPID');
    expect(pod.volumes.filter((volume: object) => 'hostPath' in volume)).toEqual([]);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(Object.keys(container.resources.limits).sort()).toEqual(['cpu', 'memory']);
      expect(Object.keys(container.resources.requests).sort()).toEqual(['cpu', 'memory']);
    }
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it('is given longer to stop than a shutdown may take', () => {
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(SHUTDOWN_MS);
  });

  it('has probes for liveness and readiness, at addresses that need no token', () => {
    expect(bridge.livenessProbe.httpGet.path).toBe('/health/live');
    expect(bridge.startupProbe.httpGet.path).toBe('/health/live');
    expect(bridge.readinessProbe.httpGet.path).toBe('/health/ready');
  });

  it('has metrics and probes on a port of their own, which Prometheus reaches and the ingress does not', () => {
    const ports = new Map<string, number>(
      bridge.ports.map(({ name, containerPort }: Loose) => [name, containerPort]),
    );
    const variable = (name: string) => bridge.env.find((one: Loose) => one.name === name)?.value;
    expect([variable('PORT'), variable('METRICS_PORT')]).toEqual([
      String(ports.get('http')),
      String(ports.get('metrics')),
    ]);
    for (const probe of [bridge.startupProbe, bridge.livenessProbe, bridge.readinessProbe])
      expect(probe.httpGet.port).toBe('metrics');
    const service = one('Service').spec.ports.find(({ name }: Loose) => name === 'metrics');
    expect(service).toMatchObject({ targetPort: 'metrics' });
    const [monitor] = readManifests(`${FOLDER}/monitoring`);
    expect(monitor!.spec.endpoints).toEqual([expect.objectContaining({ port: 'metrics', path: '/metrics' })]);
    const allowed = one('NetworkPolicy').spec.ingress.map(({ from, ports: open }: Loose) => [
      from.map(
        ({ namespaceSelector }: Loose) => namespaceSelector.matchLabels['kubernetes.io/metadata.name'],
      ),
      open.map(({ port }: Loose) => port),
    ]);
    expect(allowed).toEqual([
      [['ingress-nginx'], ['http']],
      [['monitoring'], ['metrics']],
    ]);
  });

  it('starts with its settings, and without a warning', () => {
    const env: Record<string, string> = {
      ...Object.fromEntries(bridge.env.map(({ name, value }: Loose) => [name, value])),
      ...parseEnv(readFileSync(`${FOLDER}/settings.env`, 'utf8')),
      ...parseEnv(readFileSync(`${FOLDER}/secrets.example/bridge.env`, 'utf8')),
      AUTH_JWT_SECRET: 'x'.repeat(32),
    };
    const files: Record<string, string> = {
      'tenants.json': readFileSync(`${FOLDER}/secrets.example/tenants.json`, 'utf8'),
      'acme-token': 'an-upstream-token',
    };
    const result = parseConfig(env, (path) => files[path.split('/').at(-1)!]!);
    expect(result).toMatchObject({ ok: true, warnings: [] });
  });

  it('is one of three, found by every selector, of which one at most may be taken away', () => {
    const labels = deployment.spec.template.metadata.labels;
    expect(deployment.spec.replicas).toBe(3);
    expect(one('PodDisruptionBudget').spec.maxUnavailable).toBe(1);
    const selectors = [
      deployment.spec.selector.matchLabels,
      one('PodDisruptionBudget').spec.selector.matchLabels,
      one('Service').spec.selector,
      one('NetworkPolicy').spec.podSelector.matchLabels,
      ...pod.topologySpreadConstraints.map((constraint: Loose) => constraint.labelSelector.matchLabels),
      ...readManifests(`${FOLDER}/monitoring`).map(({ spec }) => spec.selector.matchLabels),
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
  });

  it('runs a version, not whatever is the latest', () => {
    const { images } = parse(readFileSync(`${FOLDER}/kustomization.yaml`, 'utf8')) as {
      images: { name: string; newTag: string }[];
    };
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(images).toEqual([{ name: bridge.image, newTag: version }]);
  });
});
