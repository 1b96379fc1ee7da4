/** `causeway citizen usage`: the citizen's view of a gateway, asked by the authority that may, with its own certificate. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CausewayError } from '../errors.ts';
import type { UsagePage } from '../exchange/citizen-view.ts';
import { FIND_USAGE_PATH } from '../http/citizens.ts';
import { connect } from '../platform/http-client.ts';
import { spkiPin } from '../platform/spki.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;

export interface UsageArguments {
  /** `https://host[:port]` of the gateway's domestic listener. */
  readonly gateway: string;
  /** Certificate that the gateway shows there. */
  readonly pin: string;
  readonly key: string;
  readonly certificate: string;
  readonly type?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** `userCode`: the country, and the person's number. Throws `config-invalid` with what the gateway answered where it refused. */
export async function citizenUsage(userCode: string, { gateway, pin, key, certificate, type, offset, limit }: UsageArguments): Promise<UsagePage> {
  const connection = connect({ origin: gateway, tls: { key: readFileSync(key), cert: readFileSync(certificate), pins: [spkiPin(new X509Certificate(readFileSync(pin)).publicKey)], minVersion: 'TLSv1.2' }, connections: 1 });
  try {
    const question = { userCode, type, offset, limit };
    const { status, body } = await connection.send({ method: 'POST', target: FIND_USAGE_PATH, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(question)) }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: MAX_BYTES });
    const text = Buffer.from(body).toString();
    if (status !== 200) throw new CausewayError('config-invalid', `the gateway answered ${status}: ${text}`);
    return JSON.parse(text) as UsagePage;
  } finally {
    await connection.close();
  }
}

export function renderUsage({ totalUsages, usages }: UsagePage): string {
  const lines = usages.map(({ logtime, receiverName, receiverSystem, purpose, service, exchange }) => `${logtime}  ${receiverName}${receiverSystem === '' ? '' : `/${receiverSystem}`}  ${purpose}  ${service}  ${exchange}`);
  return [...lines, `${usages.length} of ${totalUsages}`].join('\n');
}
