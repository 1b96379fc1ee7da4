/**
 * Structured logs (JSON lines), made so that nothing of a person's and no secret can reach them: values under denied keys are dropped,
 * what looks like a personal code is masked wherever it stands, and errors are written by what is ours in them.
 */
import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { CausewayError } from '../errors.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Facts first, then a constant text: what varies stands in the facts, where it is redacted by key. */
export interface Write {
  (facts: object, text: string): void;
  (text: string): void;
}

export interface Logger extends Readonly<Record<LogLevel, Write>> {
  /** Writes `facts` on each line, e.g. the exchange id. */
  child(facts: object): Logger;
}

export interface LogOptions {
  readonly level: LogLevel | 'silent';
  readonly country: string;
  /** Default standard output. */
  readonly destination?: DestinationStream;
}

const CENSORED = '[redacted]';
const MAX_DEPTH = 6;

/** Keys whose values never reach a log, compared without case, hyphens and underscores. */
const DENIED: ReadonlySet<string> = new Set([
  'userid', 'representedparty', 'subject', 'personcode', 'personalcode', 'isikukood', 'hetu', 'birthdate', 'name', 'firstname', 'lastname', 'address',
  'body', 'payload', 'document', 'message', 'manifest', 'bytes', 'target', 'query', 'headers', 'xroaduserid',
  'authorization', 'cookie', 'password', 'secret', 'token', 'key', 'privatekey', 'recordkey', 'wrappedkey', 'kek', 'salt', 'nonce', 'pseudonymkey',
]);

/** Estonian isikukood; Finnish henkilötunnus with each of its separators. A second fence: no code may log one under any key. */
const PERSONAL_CODE = /(?<![\dA-Za-z])(?:[1-8]\d{10}|\d{6}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y])(?![\dA-Za-z])/g;

/** A logger of JSON lines; each line is written before the call returns, so that a crash loses none. */
export function makeLogger({ level, country, destination }: LogOptions): Logger {
  const options = { level, base: { country }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) }, serializers: { err: (described: unknown) => described } };
  return redacting(pino(options, destination ?? pino.destination({ dest: 1, sync: true })));
}

/** The one way to pino: what it is given, by line or by child, is redacted already. */
function redacting(target: PinoLogger): Logger {
  const write = (level: LogLevel): Write => (facts: object | string, text?: string) => {
    if (!target.isLevelEnabled(level)) return;
    if (typeof facts === 'string') target[level](mask(facts));
    else target[level](redactFacts(facts), mask(text ?? ''));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), fatal: write('fatal'), child: (facts) => redacting(target.child(redactFacts(facts))) };
}

/** `facts` as they may be logged. */
function redactFacts(facts: object): Record<string, unknown> {
  return redact(facts, 0) as Record<string, unknown>;
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (ArrayBuffer.isView(value) || depth >= MAX_DEPTH) return CENSORED;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isDenied(key) ? CENSORED : redact(item, depth + 1)]));
}

function isDenied(key: string): boolean {
  return DENIED.has(key.toLowerCase().replaceAll(/[-_]/g, ''));
}

function mask(text: string): string {
  return text.replaceAll(PERSONAL_CODE, CENSORED);
}

/**
 * Our own errors: code, private message, facts. Foreign ones: class, system code and where they were thrown, but never their
 * message, which quotes what it failed on (`Unexpected token … in "…"`).
 */
function describeError(error: Error): Record<string, unknown> {
  const cause = error.cause === undefined ? {} : { cause: error.cause instanceof Error ? describeError(error.cause) : CENSORED };
  if (error instanceof CausewayError) {
    const message = quotes(error, error.cause) ? {} : { message: mask(error.message) };
    return { code: error.code, ...message, facts: redact(error.facts, 0), ...cause };
  }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { class: error.constructor.name, ...code, frames: framesOf(error), ...cause };
}

/** Whether our message repeats a foreign error's, as `asCausewayError` does. */
function quotes(error: CausewayError, cause: unknown): boolean {
  if (cause === undefined || cause instanceof CausewayError) return false;
  const foreign = cause instanceof Error ? cause.message : cause;
  // Of another thrown value only a text can be compared; for the rest our message is not to be trusted either.
  return typeof foreign !== 'string' || (foreign !== '' && error.message.includes(foreign));
}

function framesOf(error: Error): string[] {
  return (error.stack ?? '').split('\n').map((line) => line.trim()).filter((line) => /^at .*:\d+:\d+\)?$/.test(line)).slice(0, 8);
}
