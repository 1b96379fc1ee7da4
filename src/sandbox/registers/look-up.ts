/** A look-up by number as a JSON service: the one description that a register answers by and an asking system asks by. */
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { Listener } from '../wire.ts';
import { startRegister } from './register.ts';
import type { RegisterOptions } from './register.ts';

/** A row of a register, in its own words. */
export type Row = Readonly<Record<string, unknown>>;

export interface LookUp {
  /** Method and target behind the service, with `{}` where the number stands, as `GET /subjects?code={}`; a POST has it in `field` of its body. */
  readonly operation: `GET ${string}` | `POST ${string}`;
  readonly field?: string;
  /** Field of a row that holds its number. */
  readonly key: string;
  readonly rows: readonly Row[];
  /** The answer about a row, or about nobody. */
  answer(row: Row | undefined): object;
  /** The row in an answer; null for an answer about nobody, undefined for no answer of this form. */
  rowIn(answer: Row): Row | null | undefined;
  name(row: Row): string;
}

/** What is asked about `number`. */
export function question({ operation, field }: LookUp, number: string): Pick<HttpMessage, 'method' | 'target' | 'body'> {
  const [method = '', target = ''] = operation.split(' ');
  const body = field === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify({ [field]: number }));
  return { method, target: target.replace('{}', encodeURIComponent(number)), body };
}

/** Services of one system: the path of each, and its look-up. `target`: whose faults on demand are shown (faults.ts). */
export function startLookUps(options: RegisterOptions, target: string, services: readonly { readonly path: string; readonly lookUp: LookUp }[]): Promise<Listener> {
  return startRegister(options, target, ({ message }) => {
    for (const { path, lookUp } of services) {
      const number = message.target.startsWith(path) ? numberIn(lookUp, message, path) : undefined;
      if (number !== undefined) return json(200, lookUp.answer(lookUp.rows.find((row) => row[lookUp.key] === number)));
    }
    return json(404, { message: 'Not found' });
  });
}

function numberIn({ operation, field }: LookUp, { method, target, body }: HttpMessage, path: string): string | undefined {
  const [expected = '', template = ''] = operation.split(' ');
  const [before = '', after = ''] = `${path}${template}`.split('{}');
  if (method !== expected || !target.startsWith(before) || !target.endsWith(after)) return undefined;
  if (field !== undefined) return textIn(body, field);
  return decodeURIComponent(target.slice(before.length, target.length - after.length));
}

function textIn(body: Uint8Array, field: string): string | undefined {
  try {
    const value = (JSON.parse(Buffer.from(body).toString()) as Row)[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function json(status: number, body: object): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
