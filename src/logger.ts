import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type Logger } from 'pino';

/** JSON lines on standard output. Secrets do not come this far; what looks like one is blanked all the same. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['*.authorization', '*.token', '*.apiKey', '*.api_key', '*.password', 'authorization', 'token'],
      censor: '[secret]',
    },
  });
}

/** Nest's own messages through the same logger: its start-up chatter is for developers. */
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
