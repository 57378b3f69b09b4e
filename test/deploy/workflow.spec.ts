import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Loose } from '../support/manifests.js';

const FOLDER = '.github/workflows';

describe('the workflow', () => {
  const workflow = parse(readFileSync(`${FOLDER}/ci.yml`, 'utf8'), { strict: true });
  const steps: Loose[] = Object.values<Loose>(workflow.jobs).flatMap((job) => job.steps);

  it('checks the oldest Node that is promised, and the one in the image', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    const [, oldest] = /^>=(\d+)\./.exec(engines.node)!;
    const [, shipped] = /^FROM node:(\d+)-/m.exec(readFileSync('Dockerfile', 'utf8'))!;
    expect(workflow.jobs.check.strategy.matrix.node).toEqual([oldest, shipped]);
  });

  it('runs the project’s own check, which is executable, and the audit of what is shipped', () => {
    const commands = steps.map(({ run }) => run as string | undefined);
    expect(commands).toContain('.ci/run');
    expect(statSync('.ci/run').mode & 0o111).not.toBe(0);
    expect(commands).toContain('npm audit --omit=dev --audit-level=high');
  });

  it('runs the mutants each night, and not with every push', () => {
    const nightly = parse(readFileSync(`${FOLDER}/nightly.yml`, 'utf8'), { strict: true });
    expect(Object.keys(nightly.on)).toEqual(['schedule', 'workflow_dispatch']);
    const nights: Loose[] = Object.values<Loose>(nightly.jobs).flatMap((job) => job.steps);
    expect(nights.map(({ run }) => run as string | undefined)).toContain('npm run mutants');
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts.mutants).toBeDefined();
    expect(scripts.test).not.toContain('mutants');
  });

  it('may only read, ends in bounded time, and uses versions', () => {
    for (const name of readdirSync(FOLDER)) {
      const { permissions, jobs } = parse(readFileSync(`${FOLDER}/${name}`, 'utf8'));
      expect(permissions).toEqual({ contents: 'read' });
      for (const job of Object.values<Loose>(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
    }
    const actions = steps.flatMap(({ uses }) => (uses as string | undefined) ?? []);
    for (const action of actions) expect(action).toMatch(/@v\d+$/);
  });
});
