/** A running pair in which Finland is made over: its platform is an API hub, with the stand-in's register and agency; Estonia stays behind its security server. */
import { X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { AGENCY_CLIENT, GATEWAY_AUDIENCE, GATEWAY_CLIENT, ISSUER, READ_REGISTER, ASK_ABROAD, startHub } from '../../src/sandbox/hub/hub.ts';
import type { Hub } from '../../src/sandbox/hub/hub.ts';
import { REGISTER_KEY_ID } from '../../src/sandbox/hub/register.ts';
import type { ApiAnswer, ApiQuestion } from '../../src/sandbox/hub/agency.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { WITHOUT_ECHO } from './gateway-folders.ts';
import { RunningPair } from './running-pair.ts';
import type { PairChanges } from './running-pair.ts';

const ROOT = join(import.meta.dirname, '../..');
const COUNTRY = join(import.meta.dirname, 'hub-country');

/** The client at the hub that Estonia knows. */
export const AGENCY = 'FI/GOV/0245458-6/vero';
export const COMPANY = { registrationNumber: EXAMPLES.company, name: 'Kuusiniemi Konepaja Oy', registeredOn: '2006-11-21', status: 'ACTIVE' } as const;

type Changes = NonNullable<PairChanges['gateway']>;

export interface HubPair {
  readonly pair: RunningPair;
  readonly hub: Hub;
  /** Of the made-over gateway's domestic listener. */
  readonly url: string;
  /** The agency asks Estonia for an income. */
  ask(question?: Partial<ApiQuestion>): Promise<ApiAnswer>;
}

type Proof = 'api-client' | 'http-signature' | 'jws-detached';

/** Registers the start and the end, for the whole test file. `asking`: proof of the agency's questions; `answering`: of the register's answers. `revocation`: signers are known by their certificates, and this says who is asked about them. */
export function pairWithHub(asking: Proof, answering: Proof, revocation?: (hub: Hub) => object): HubPair {
  const pair = new RunningPair(EE_FI);
  let hub: Hub | undefined;
  const running = (): Hub => {
    if (hub === undefined) throw new Error('the hub has not started');
    return hub;
  };
  const url = (): string => `https://127.0.0.1:${pair.gateway('FI').ports.domestic}`;
  before(async () => {
    await pair.start({ changes: WITHOUT_ECHO });
    hub = await startHub({ country: 'FI', folder: join(pair.data, 'hub'), clock: systemClock(), companies: [COMPANY] });
    const link: Changes = [
      [['agreement', 'legs', 0, 'grants', 0, 'proof'], asking],
      [['agreement', 'legs', 0, 'grants', 0, 'answerProof'], 'security-server'],
      // The hub does not offer the population register.
      [['agreement', 'legs', 0, 'grants', 1], undefined],
      [['agreement', 'legs', 1, 'grants', 0, 'answerProof'], answering],
    ];
    await Promise.all([pair.reconfigure({ gateway: hubChanges(pair, hub, revocation?.(hub)), link }, ['FI']), pair.reconfigure({ link }, ['EE'])]);
  });
  after(async () => {
    await hub?.close();
    await pair.end();
  });
  return {
    pair,
    get hub() {
      return running();
    },
    get url() {
      return url();
    },
    ask: (question = {}) => running().agency.ask({ method: 'POST', url: `${url()}/services/ee-employment-income/income-queries`, body: incomeQuestion(), ...(asking === 'api-client' ? {} : { signing: asking }), ...question }),
  };
}

export function incomeQuestion(): unknown {
  return { person: { idCountry: 'EE', id: EXAMPLES.person }, period: { from: '2025-01', to: '2025-12' } };
}

/** What gateway.yaml says at a hub. */
function hubChanges(pair: RunningPair, { keys, authorisation, register }: Hub, revocation?: object): Changes {
  const folder = join(pair.data, 'hub');
  const mappings = join(pair.data, 'hub-mappings');
  cpSync(join(ROOT, 'mappings'), mappings, { recursive: true });
  cpSync(join(COUNTRY, 'mappings'), mappings, { recursive: true });
  // Golden cases of the form that is replaced.
  rmSync(join(mappings, 'fi/samples/company'), { recursive: true });
  const income = join(mappings, 'fi/employment-income.yaml');
  writeFileSync(income, readFileSync(income, 'utf8').replace('dialect: xroad-rest', 'dialect: openapi'));
  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const publicKey = (name: 'agency' | 'register'): string => write(`${name}.pub.pem`, new X509Certificate(keys[name].certificate).publicKey.export({ type: 'spki', format: 'pem' }));
  const known = (name: 'agency' | 'register', keyid: string): object => (revocation === undefined ? { signatureKeys: [{ keyid, publicKey: publicKey(name) }] } : { signatureSubject: { O: 'API hub (sandbox)', CN: `${name}.fi.sandbox` } });
  const certified = revocation && { certificate: keys.gateway.certificateFile, authorities: [keys.authority.certificateFile], revocation };
  const tls = { key: keys.gatewayTls.keyFile, certificate: keys.gatewayTls.certificateFile };
  return [
    [['gateway', 'home'], 'hub'],
    [['ecosystems'], join(COUNTRY, 'ecosystems')],
    [['mappings'], mappings],
    [['listeners', 'domestic', 'tls'], tls],
    [['home', 'securityServers'], undefined],
    [['home', 'wss'], undefined],
    [['home', 'timeout'], '2s'],
    [['home', 'clients'], [{ client: AGENCY, certificates: [keys.agencyTls.certificateFile], oauthClient: AGENCY_CLIENT, ...known('agency', `${AGENCY_CLIENT}-1`) }]],
    [['home', 'services'], [{ service: 'FI/GOV/0244683-1/prh/companies', url: register.api, tls: { ...tls, pins: [keys.registerTls.certificateFile] }, ...known('register', REGISTER_KEY_ID) }]],
    [['home', 'hub'], {
      url: `https://127.0.0.1:${pair.gateway('FI').ports.domestic}`,
      tokens: { issuer: ISSUER, audience: GATEWAY_AUDIENCE, keys: write('jwks.json', JSON.stringify(authorisation.keySet)), scope: ASK_ABROAD },
      oauth: { tokenEndpoint: authorisation.tokenEndpoint, tls: { ...tls, pins: [keys.serverTls.certificateFile] }, clientId: GATEWAY_CLIENT, assertion: { keyid: `${GATEWAY_CLIENT}-1`, key: keys.gateway.keyFile }, scope: READ_REGISTER, timeout: '1s' },
      signatures: { keyid: `${GATEWAY_CLIENT}-1`, key: keys.gateway.keyFile, ...certified },
    }],
  ];
}
