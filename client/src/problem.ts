/**
 * What stands in the way, for a developer: `code` for programs, `text` says what is wrong and what to do. With a status of
 * `live` it is a remark: something that works, and not as well as it could.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly text: string;
}

/** New codes are added, none is removed. */
export type ProblemCode =
  // The way to the bridge, as far as the browser lets a page know.
  | 'offline'
  | 'content-security-policy'
  | 'mixed-content'
  | 'private-address'
  | 'certificate'
  | 'unreachable'
  | 'cors'
  | 'no-socket'
  // How a token was asked for, and what came instead.
  | 'token-failed'
  | 'token-unreachable'
  | 'token-timeout'
  | 'token-redirect'
  | 'token-http-status'
  | 'token-login-page'
  | 'token-empty'
  | 'token-shape'
  // Remarks.
  | 'token-byte-order-mark'
  | 'token-white-space'
  | 'tab-discarded'
  | 'tab-frozen'
  | 'storage-partitioned';

/** Thrown where a problem is the reason of a failure. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: Problem) {
    super(problem.text);
  }
}
