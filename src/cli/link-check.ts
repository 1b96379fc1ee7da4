/**
 * `causeway link check`: the way to one peer, a line a hop, with the remedy where one fails. Needs no running gateway of ours but for the last hop, an echo through both security
 * servers, which is the one exchange that it sends.
 */
import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { statementKey } from '../crypto/keys.ts';
import { ECHO_PATH, readAnswer, signEcho } from '../federation/echo.ts';
import { MAX_NOTICE_BYTES } from '../federation/notice.ts';
import type { Between } from '../federation/notice.ts';
import { makeLink } from '../federation/link.ts';
import type { Link } from '../federation/link.ts';
import { LINK_PATH, parseLinkState } from '../federation/link-state.ts';
import type { LinkState } from '../federation/link-state.ts';
import { connect } from '../platform/http-client.ts';
import type { HttpConnection, PinnedTls } from '../platform/http-client.ts';
import { reach } from '../platform/reach.ts';
import type { ReachStep } from '../platform/reach.ts';
import { TRAIL_PATHS } from '../trail/serve.ts';
import type { PeerTrust } from '../trust/peer-trust.ts';
import type { RoundTripHop } from '../exchange/round-trip.ts';
import { homeCheck } from './home-check.ts';
import { askRoundTrip } from './link-echo.ts';
import { believed } from './link-trust.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 65_536;

type Hop = ReachStep | 'trust' | 'accepted' | 'clock' | 'environment' | 'link' | 'echo' | 'cosignature' | 'home' | 'round-trip';

export interface LinkStep {
  readonly step: Hop;
  readonly ok: boolean;
  readonly text: string;
  /** What to do; only where the step failed. */
  readonly remedy?: string;
}

/** Before its remedy is looked up. */
interface Tried extends LinkStep {
  readonly step: Exclude<Hop, 'round-trip'>;
}

export interface LinkReport {
  /** Every hop holds. */
  readonly ok: boolean;
  readonly link: string;
  readonly peer: string;
  readonly steps: readonly LinkStep[];
}

const REMEDIES: Readonly<Record<Exclude<Hop, 'round-trip'>, string>> = {
  trust: "with chains: the line says which document is refused, docs/trust.md what it must be. With files: ask the peer for its current keys: `causeway trust export` there, `causeway trust import` here, with the fingerprint over the telephone",
  dns: 'correct settings.url in the link file, or the name service of this machine',
  tcp: "is the peer's gateway running? open the way to its port, in both firewalls; correct settings.url in the link file",
  tls: 'the port must be the federation listener of a gateway, which speaks TLS 1.3 alone: is a proxy in between that ends TLS?',
  pin: 'telephone: if the peer changed its TLS key, import its new trust file with the fingerprint; if it did not, somebody else answers',
  accepted: "the peer does not know our TLS key: `causeway trust export` here, `causeway trust import` there, and a restart of its gateway",
  clock: 'check the time service on both sides (`chronyc tracking`); docs/runbooks/clock-off.md',
  environment: 'a test gateway never speaks to a live one: correct settings.url, or gateway.environment',
  link: '`causeway link hash` on both sides: the agreement must be the same to the byte, under the same version',
  echo: 'a refused statement: compare keys (`trust` above) and clocks. A platform that is not reached, or exchanges that are refused: telephone, `/health/ready` of the peer says why',
  cosignature: 'look for `could not be published` in the log of our gateway, and telephone: its store may not answer',
  home: '`causeway home check --config <dir>` says which step fails, and what to do',
};

/** By where the echo ended. */
const ROUND_TRIP_REMEDIES: Readonly<Record<RoundTripHop, string>> = {
  'our-server': "ours: `home` above; register settings.echo.client with the gateway's certificate at our security server, and give it the access right to the peer's echo there (docs/connect-x-road.md)",
  'our-gateway': "ours: our gateway must run, and the URL of the peer's echo at our security server must lead to it; for a code, docs/errors.md",
  'link': 'the hops above, from `dns` to `cosignature`',
  'peer-gateway': "the peer's: telephone. Its gateway refuses, or answers no echo (echo in its gateway.yaml); for a code, docs/errors.md",
  'peer-server': "the peer's: telephone. Its security server is away, or does not let our gateway's name there ask its echo: `causeway home check` on its side",
};

/** `peer`: its country, or the id of the link. `now`: our clock, UTC milliseconds. Throws `config-invalid` for a configuration that does not load, or a peer that is not in it. */
export async function linkCheck(folder: string, peer: string, now: () => number): Promise<LinkReport> {
  const config = loadConfig(folder);
  const links = config.links.map(({ agreements, settings }) => makeLink(agreements, config.gateway.entity, settings));
  const link = links.find(({ id, peerCountry }) => id === peer || peerCountry === peer.toUpperCase());
  if (link === undefined) throw new CausewayError('config-invalid', `there is no link with "${peer}": ${links.map(({ id, peerCountry }) => `${peerCountry} (${id})`).join(', ')}`);
  const hops = [...(await wayTo(link, config, now)), await homeStep(folder)].map((step): LinkStep => (step.ok ? step : { ...step, remedy: REMEDIES[step.step] }));
  const steps = [...hops, await roundTripStep(link, config, now)];
  return { ok: steps.every(({ ok }) => ok), link: link.id, peer: link.peer, steps };
}

/** Up to the first hop without which the next ones say nothing. */
async function wayTo(link: Link, config: GatewayConfig, now: () => number): Promise<Tried[]> {
  const trusted = await believed(link, config, now()).catch(messageOf);
  if (typeof trusted === 'string') return [{ step: 'trust', ok: false, text: trusted }];
  const { key, certificate } = config.keys.tls;
  const tls: PinnedTls = { key: readFileSync(key), cert: readFileSync(certificate), pins: trusted.trust.tlsPins(now()) };
  const reached = await reach(link.settings.url, tls, TIMEOUT_MS);
  const steps: Tried[] = [{ step: 'trust', ok: true, text: trusted.text }, ...reached];
  if (reached.some(({ ok }) => !ok)) return steps;
  const connection = connect({ origin: link.settings.url, tls, connections: 1 });
  try {
    return [...steps, ...(await asked(connection, { link, trust: trusted.trust }, config, now))];
  } finally {
    await connection.close();
  }
}

async function asked(connection: HttpConnection, { link, trust }: { readonly link: Link; readonly trust: PeerTrust }, config: GatewayConfig, now: () => number): Promise<Tried[]> {
  const begun = now();
  const answer = await get(connection, LINK_PATH);
  if (typeof answer === 'string' || answer.status !== 200) return [{ step: 'accepted', ok: false, text: typeof answer === 'string' ? answer : `the peer answers ${answer.status} to our key` }];
  const accepted: Tried = { step: 'accepted', ok: true, text: 'the peer knows our TLS key' };
  try {
    const theirs = parseLinkState(answer.body);
    // Half of the way there and back.
    const middle = (begun + now()) / 2;
    return [accepted, clockStep(theirs.now - middle, config), environmentStep(theirs, config), hashStep(theirs, link), await echoStep(connection, { link, side: { trust, statementKey: statementKey(readFileSync(config.keys.statement)) } }, now), await cosignature(connection)];
  } catch (error) {
    return [accepted, { step: 'link', ok: false, text: messageOf(error) }];
  }
}

function clockStep(offset: number, { clock }: GatewayConfig): Tried {
  const seconds = (Math.abs(offset) / 1000).toFixed(1);
  return { step: 'clock', ok: Math.abs(offset) <= clock.alarmOffset, text: `the peer's clock is ${seconds} s ${offset < 0 ? 'behind' : 'ahead of'} ours` };
}

function environmentStep({ environment }: LinkState, { gateway }: GatewayConfig): Tried {
  return { step: 'environment', ok: environment === gateway.environment, text: `the peer is of ${environment}, we are of ${gateway.environment}` };
}

function hashStep(theirs: LinkState, link: Link): Tried {
  const text = ({ id, versions }: Pick<LinkState, 'id' | 'versions'>): string => versions.map(({ version, sha256 }) => `${id} version ${version} ${sha256}`).join(', ');
  const ours = { id: link.id, versions: link.versions.map(({ agreement: { version }, sha256 }) => ({ version, sha256 })) };
  const same = text(ours) === text(theirs);
  return { step: 'link', ok: same, text: same ? `both hold ${text(ours)}` : `we hold ${text(ours)}; the peer holds ${text(theirs)}` };
}

async function echoStep(connection: HttpConnection, between: Between, now: () => number): Promise<Tried> {
  try {
    const question = await signEcho(between, now());
    const { status, body } = await connection.send({ method: 'POST', target: ECHO_PATH, headers: { 'content-type': 'application/jose' }, body: Buffer.from(question) }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: MAX_NOTICE_BYTES });
    if (status !== 200) throw new Error(`the peer answers ${status} to our echo`);
    const { home, exchanges } = readAnswer(Buffer.from(body).toString(), question, between, now());
    return { step: 'echo', ok: home !== 'not-reached' && exchanges === 'taken', text: `signed on both sides; the peer's platform is ${home}, exchanges are ${exchanges}` };
  } catch (error) {
    return { step: 'echo', ok: false, text: messageOf(error) };
  }
}

async function cosignature(connection: HttpConnection): Promise<Tried> {
  const answer = await get(connection, TRAIL_PATHS.witnessed);
  if (typeof answer === 'string') return { step: 'cosignature', ok: false, text: answer };
  if (answer.status === 404) return { step: 'cosignature', ok: true, text: 'the peer has cosigned nothing of ours yet, as is right before the first exchange' };
  if (answer.status !== 200) return { step: 'cosignature', ok: false, text: `the peer does not show what it cosigned of our log (status ${answer.status})` };
  const [origin = '', size = ''] = Buffer.from(answer.body).toString().split('\n');
  return { step: 'cosignature', ok: true, text: `the peer has cosigned ${size} entries of ${origin}` };
}

async function homeStep(folder: string): Promise<Tried> {
  try {
    const { ok, steps } = await homeCheck(folder);
    const failed = steps.find((step) => !step.ok);
    return { step: 'home', ok, text: failed === undefined ? `${steps.length} steps hold` : `${failed.step} ${failed.about ?? failed.at}: ${failed.text}` };
  } catch (error) {
    return { step: 'home', ok: false, text: messageOf(error) };
  }
}

async function roundTripStep(link: Link, config: GatewayConfig, now: () => number): Promise<LinkStep> {
  try {
    const trip = await askRoundTrip(link, config, { now, monotonic: () => performance.now() });
    if (trip === undefined) return { step: 'round-trip', ok: true, text: 'not tried: settings.echo of the link does not say whom to ask, and as whom' };
    const { failed, text, ms } = trip;
    return failed === undefined ? { step: 'round-trip', ok: true, text: `${text} in ${ms} ms` } : { step: 'round-trip', ok: false, text: `ends at ${failed}: ${text}`, remedy: ROUND_TRIP_REMEDIES[failed] };
  } catch (error) {
    return { step: 'round-trip', ok: false, text: messageOf(error), remedy: ROUND_TRIP_REMEDIES['our-server'] };
  }
}

async function get(connection: HttpConnection, target: string): Promise<{ readonly status: number; readonly body: Uint8Array } | string> {
  try {
    return await connection.send({ method: 'GET', target, headers: {}, body: new Uint8Array() }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: MAX_BYTES });
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : asCausewayError(error).message;
}

export function renderLinkReport({ ok, link, peer, steps }: LinkReport): string {
  const lines = steps.map(({ step, ok: passed, text, remedy }) => `${passed ? 'ok  ' : 'FAIL'} ${step.padEnd(11)} ${text}${remedy === undefined ? '' : `\n     → ${remedy}`}`);
  return [`link ${link} with ${peer}`, ...lines, ok ? 'the link is ready' : 'not ready'].join('\n');
}
