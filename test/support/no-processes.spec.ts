import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { startRedis } from './redis.js';

describe('a unit test', () => {
  it('starts no process, and the error says where that belongs', async () => {
    const sentence = 'a unit test starts no process (spawn node): name its file *.system.spec.ts';
    expect(() => spawn('node', ['--version'])).toThrow(sentence);
    const required = createRequire(import.meta.url)('child_process') as typeof import('node:child_process');
    expect(() => required.execSync('node')).toThrow('(execSync node)');
    await expect(startRedis()).rejects.toThrow('a unit test starts no process');
  });
});
