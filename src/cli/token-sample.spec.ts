import { tokenSample } from './token-sample.js';

const NEWEST = {
  version: '0.1.0-0a1b2c3d',
  module: { file: '0.1.0-0a1b2c3d.js', integrity: 'sha384-bW9kdWxl' },
  classic: { file: '0.1.0-0a1b2c3d.global.js', integrity: 'sha384-Y2xhc3NpYw' },
};

const sample = (argv: string, env: Record<string, string> = {}, newest: typeof NEWEST | null = NEWEST) =>
  tokenSample(argv.split(' '), env, () => newest);

describe('the sample of a token', () => {
  it('is the tag of its extension, with the hash of the file that it names', () => {
    expect(
      sample('--tenant acme --extension 107 --sample', { PUBLIC_URL: ' https://example.com/bridge/ ' }),
    ).toEqual({
      ok: true,
      value: `<script type="module" src="https://example.com/bridge/client/0.1.0-0a1b2c3d.js"
  integrity="sha384-bW9kdWxl" crossorigin></script>
<pitel-pop extension="107" token-url="/bridge-token"></pitel-pop>`,
    });
  });

  it('is not given unless it was asked for', () => {
    expect(sample('--tenant acme --extension 107')).toEqual({ ok: true, value: null });
  });

  it.each<[string, Record<string, string>]>([
    ['http://127.0.0.1:3000/', {}],
    ['http://localhost:8080/', { HOST: 'localhost', PORT: '8080' }],
    ['http://[::1]:3000/', { HOST: '::1' }],
    // That is no address to reach a service at, and only the operator knows its name.
    ['https://bridge.example/', { HOST: '0.0.0.0' }],
  ])('is at %s without PUBLIC_URL', (address, env) => {
    const result = sample('--tenant acme --extension 107 --sample', env);
    expect(result).toEqual({ ok: true, value: expect.stringContaining(`src="${address}client/0.1.0-`) });
  });

  it.each<[string, string, typeof NEWEST | null, RegExp]>([
    ['no extension', '--tenant acme --sample', NEWEST, /^--sample needs one --extension/],
    ['two', '--tenant acme --extension 107,108 --sample', NEWEST, /^--sample needs one --extension/],
    ['no build', '--tenant acme --extension 107 --sample', null, /^--sample needs the client/],
    ['wrong arguments', '--sample', NEWEST, /^--tenant is required/],
  ])('with %s is refused in one line', (_, argv, newest, problem) => {
    expect(sample(argv, {}, newest)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});
