import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A self-signed certificate for 127.0.0.1 and localhost: a client must be configured to trust it. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly pem: string;
  remove(): Promise<void>;
}

export async function makeCertificate(): Promise<TestCertificate> {
  const dir = await mkdtemp(join(tmpdir(), 'pitel-tls-'));
  const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=redis of a test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-out', certFile, '-keyout', keyFile],
  ]);
  const pem = await readFile(certFile, 'utf8');
  return { certFile, keyFile, pem, remove: () => rm(dir, { recursive: true, force: true }) };
}
