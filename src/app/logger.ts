import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, pino, stdTimeFunctions, type Logger } from 'pino';
import { LogOutput } from './log-output.js';
import { redactLine } from './redaction.js';

export interface LogOptions {
  readonly level: string;
  readonly phoneNumbers: 'masked' | 'plain';
}

/** A logger that writes JSON lines to standard output, and that output. */
export function logToOutput(options: LogOptions): { readonly log: Logger; readonly output: LogOutput } {
  const output: LogOutput = new LogOutput(process.stdout, (dropped) => {
    log.warn({ dropped }, `log lines dropped: ${dropped}, as standard output was not read`);
  });
  const log = createLogger(options, output);
  return { log, output };
}

/**
 * Writes JSON lines. `redactLine` changes every line as it is written, so that no message, no field and no child logger can
 * bypass it.
 */
export function createLogger({ level, phoneNumbers }: LogOptions, out: DestinationStream): Logger {
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
