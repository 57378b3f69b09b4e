/**
 * Bounds on what a PBX can cause, each far beyond what a real one shows. They keep the work of a poll linear in its rows and
 * the state of a tenant small, whatever an upstream answers. docs/polling.md says what happens at each.
 */

/**
 * The legs and, counted for themselves, the queue entries that a tenant's live calls may have: more than the largest tenant that
 * is measured (2,500 extensions, a leg each). Rows of further ones are left out of the answer.
 */
export const MAX_PARTS = 3_000;

/** The rows of one answer, with those of callers who have left: FusionPBX keeps these for 900 s. */
export const MAX_ROWS = 25_000;

/**
 * The legs of a call, and the extensions in its view: each of a call's events shows all of them, so that its events grow with
 * the square. A FreeSWITCH rings 128 at once for one call (`MAX_PEERS`), and a queue that rings all of its agents no more than these.
 */
export const MAX_LEGS_OF_CALL = 256;

/** The queue entries, queues and links that a call may have had: the newest are kept. */
export const MAX_PAST_OF_CALL = 100;

/**
 * The calls of one customer among which evidence is weighed. Where more share a number (or withhold theirs), it says nothing
 * about which of them a leg belongs to.
 */
export const MAX_CROWD = 256;

/**
 * The pairs of parts that one poll weighs as evidence, some 0.2 s of work. A large tenant's busiest polls weigh a few
 * thousand. Parts that come after that begin calls of their own.
 */
export const MAX_PAIRS = 200_000;

/**
 * The ended calls that are remembered. Rows linger for 15 minutes at most, so that this is enough for 22 calls a second.
 */
export const MAX_ENDED = 20_000;
