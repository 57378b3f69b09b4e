import { X509Certificate } from 'node:crypto';
import { type ReadText, readFailure } from '../secrets/read-text.js';

/** Certificates in PEM form, or why there are none. */
export type Certificates = { readonly pem: string } | { readonly problem: string };

/** The certificates of the file, unchanged; or the file's problem, without its path and content. */
export function readCertificates(path: string, readText: ReadText): Certificates {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    return { problem: readFailure(error) };
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return { problem: 'holds no certificate in PEM form' };
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      return { problem: `certificate ${index + 1} of ${blocks.length} cannot be read` };
    }
  }
  // Only the certificates are kept, not other content of the file such as a key.
  return { pem: blocks.join('\n') };
}

/**
 * The problem with the name of the file, where the text looks like one: a secret may have been put into the wrong variable.
 */
export function namingFile(path: string, problem: string): string {
  return /^\.{0,2}\/|\.(?:pem|crt|cer)$/i.test(path) && !/[\r\n]/.test(path) ? `${path} ${problem}` : problem;
}
