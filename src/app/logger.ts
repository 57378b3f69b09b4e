import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, destination, pino, stdTimeFunctions, type Logger } from 'pino';
import { redactLine } from './redaction.js';

export interface LogOptions {
  readonly level: string;
  readonly phoneNumbers: 'masked' | 'plain';
}

/**
 * Writes JSON lines to standard output. `redactLine` changes every line as it is written, so that no message, no field
 * and no child logger can bypass it.
 */
export function createLogger(
  { level, phoneNumbers }: LogOptions,
  out: DestinationStream = standardOutput(),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => out.write(redactLine(line, phoneNumbers === 'masked')) },
  );
}

/** Synchronous, so that the last line before a crash is not lost. */
function standardOutput(): DestinationStream {
  return destination({ fd: 1, sync: true });
}

/** Passes Nest's own messages to the same logger, those of its start at level debug. */
export class NestLogger implements LoggerService {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  log(message: unknown, context?: string): void {
    this.#log.debug({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.#log.error({ context: details.at(-1) }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.#log.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.#log.trace({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.#log.trace({ context }, String(message));
  }

  fatal(message: unknown, context?: string): void {
    this.#log.fatal({ context }, String(message));
  }
}
