import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from '../support/program.js';
import { freePort } from '../support/redis.js';
import { until } from '../support/until.js';
import { CRM, Site, type Tls } from '../../client/test/crm.js';

/** A small CRM in PHP, by PHP's own server, on a site of its own behind TLS. */
export interface PhpCrm {
  readonly site: Site;
  /** Where PHP itself listens. */
  readonly url: string;
  /** The requests that came, as `POST /bridge-token.php`. */
  readonly asked: readonly string[];
  /** A header of every page. */
  policy: string;
  /** Writes a page of it. */
  write(name: string, text: string): Promise<void>;
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startPhpCrm(tls: Tls | null): Promise<PhpCrm> {
  const folder = await mkdtemp(join(tmpdir(), 'pitel-crm-'));
  const port = await freePort();
  const program = new Program(
    ['php', '-d', `session.save_path=${folder}`, '-S', `127.0.0.1:${port}`, '-t', folder],
    // Two at once: one that keeps a session locked must not look like one that does not.
    { PHP_CLI_SERVER_WORKERS: '4' },
  );
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(url).then(
      () => true,
      () => {
        if (program.hasEnded) throw new Error(program.errors);
        return false;
      },
    );
  await until(answers, 'PHP to listen');
  const asked: string[] = [];
  const site = await Site.open(CRM, tls, (incoming, answer) => {
    const { method, headers } = incoming;
    asked.push(`${method!} ${incoming.url!}`);
    const passed = request(url + incoming.url!, { method: method!, headers }, (answered) => {
      const policy = crm.policy === '' ? {} : { 'content-security-policy': crm.policy };
      answer.writeHead(answered.statusCode!, { ...answered.headers, ...policy });
      answered.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  const crm: PhpCrm = {
    site,
    url,
    asked,
    policy: '',
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    stop: async () => {
      await site.close();
      await program.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return crm;
}
