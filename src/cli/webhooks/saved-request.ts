import type { CommandResult } from '../command-result.js';

/** A request as its receiver got it: header names in lower case, the bytes of the body. */
export interface SavedRequest {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/**
 * Reads a request from its bytes: a request line or none, headers, an empty line, the body. Lines end with LF or CRLF. A
 * header's name may be as PHP has it in `$_SERVER` (`HTTP_WEBHOOK_ID`). The body is every byte after the empty line.
 * @param apart the body, where `bytes` are the headers alone
 */
export function readSavedRequest(bytes: Buffer, apart: Buffer | null): CommandResult<SavedRequest> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, at);
    const line = bytes.toString('utf8', at, end === -1 ? bytes.length : end).replace(/\r$/, '');
    at = end === -1 ? bytes.length : end + 1;
    if (line === '') break;
    const header = /^([!#$%&'*+.^_`|~\w-]+) *(?::|=>?)(.*)$/.exec(line);
    if (header !== null) headers.set(nameOf(header[1]!), header[2]!.trim());
    else if (headers.size > 0 || !/^[A-Z]+ \S+ HTTP\/[\d.]+$/.test(line))
      return {
        ok: false,
        problem:
          'the request is not understood: it must be lines such as "webhook-id: evt_…", an empty line, and the body',
      };
  }
  return { ok: true, value: { headers, body: apart ?? bytes.subarray(at) } };
}

const LINE_FEED = 0x0a;

function nameOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^http_(?=webhook_)/, '')
    .replaceAll('_', '-');
}
