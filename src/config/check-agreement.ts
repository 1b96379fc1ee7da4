/** The terms of a link among themselves, and with the gateway that would live by them. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { LinkInQuestion } from './link-in-question.ts';
import type { LinkFileContent } from './link-file.ts';
import { problemAt } from './problems.ts';
import type { Problem } from './problems.ts';
import type { YamlPath } from './yaml.ts';

type Agreement = LinkFileContent['agreement'];
type Leg = Agreement['legs'][number];
type Grant = Leg['grants'][number];
type Report = (path: YamlPath, text: string, hint?: string) => void;

export function checkAgreement({ gateway, link, at }: LinkInQuestion, now: number): Problem[] {
  const problems: Problem[] = [];
  const versions = [['agreement', link.agreement], ['next', link.next]] as const;
  for (const [key, agreement] of versions) {
    if (agreement === undefined) continue;
    const report: Report = (path, text, hint) => problems.push(problemAt(at, [key, ...path], text, hint === undefined ? {} : { hint }));
    checkParties(agreement, gateway.gateway, report);
    // What a version that has ended names may be gone.
    if (key === 'next' || link.next === undefined || now < Date.parse(link.next.effective)) checkOurKeys(agreement, gateway.gateway.entity, gateway.keys, report);
    checkLegs(agreement, report);
  }
  return [...problems, ...checkNext({ gateway, link, at })];
}

function checkParties({ environment, parties }: Agreement, us: LinkInQuestion['gateway']['gateway'], report: Report): void {
  if (environment !== us.environment) report(['environment'], `is "${environment}", this gateway is in "${us.environment}"`);
  if (parties[0].country === parties[1].country) report(['parties'], 'are both of one country');
  const ours = parties.findIndex(({ entity }) => entity === us.entity);
  if (ours < 0) report(['parties'], `neither is this gateway, ${us.entity}`);
  else if (parties[ours]?.country !== us.country) report(['parties', ours, 'country'], `must be ${us.country}, as gateway.yaml says`);
}

/** What we sign with must be what the peer was told: a mistake here shows only when the first checkpoint is refused. */
function checkOurKeys({ parties }: Agreement, entity: string, keys: LinkInQuestion['gateway']['keys'], report: Report): void {
  const ours = parties.findIndex((party) => party.entity === entity);
  for (const role of ['log', 'witness', 'interval'] as const) {
    const agreed = parties[ours]?.[role]?.key;
    const [held, next] = [keys[role], role === 'interval' ? undefined : keys[`${role}Next`]].map((file) => (file === undefined ? undefined : publicOf(file)));
    if (held !== undefined && agreed !== undefined && agreed !== held && agreed !== next) report(['parties', ours, role, 'key'], `is not the public key of keys.${role}`, `it is ${held}`);
  }
}

/** Raw Ed25519 public key in base64; undefined where check-files.ts has its say. */
function publicOf(file: string): string | undefined {
  try {
    const { crv, x } = createPublicKey(createPrivateKey(readFileSync(file))).export({ format: 'jwk' });
    return crv === 'Ed25519' ? Buffer.from(x ?? '', 'base64url').toString('base64') : undefined;
  } catch {
    return undefined;
  }
}

function checkLegs({ parties, legs, hiddenFromSubjects = [] }: Agreement, report: Report): void {
  const countries = parties.map((party) => party.country);
  for (const [index, leg] of legs.entries()) {
    const path = ['legs', index] as const;
    for (const end of ['from', 'to'] as const) if (!countries.includes(leg[end])) report([...path, end], `${leg[end]} is no party of this link`, `parties: ${countries.join(', ')}`);
    if (leg.from === leg.to) report([...path, 'to'], 'is where the leg comes from');
    checkGrants(leg, path, report);
  }
  const purposes = legs.flatMap(({ grants }) => grants.map(({ purpose }) => purpose));
  for (const [index, purpose] of hiddenFromSubjects.entries()) if (!purposes.includes(purpose)) report(['hiddenFromSubjects', index], `no grant is for the purpose "${purpose}"`);
  if (legs.some(({ evidence }) => evidence === 'escrow')) checkAuditors(parties, report);
  if (legs[0].from === legs[1].from) report(['legs', 1, 'from'], 'both legs go the same way');
}

function checkAuditors(parties: Agreement['parties'], report: Report): void {
  for (const [index, party] of parties.entries()) if (party.auditor === undefined) report(['parties', index], 'escrow needs the auditor of each party', 'add auditor: a public JWK on P-256');
}

function checkGrants(leg: Leg, path: YamlPath, report: Report): void {
  const seen = new Map<string, number>();
  for (const [index, grant] of leg.grants.entries()) {
    const here = [...path, 'grants', index];
    checkIdentifier(grant.client, leg.from, [...here, 'client'], report);
    checkIdentifier(grant.service, leg.to, [...here, 'service'], report);
    if (grant.minBudget >= grant.maxBudget) report([...here, 'minBudget'], 'must be less than maxBudget');
    if (grant.neutral === 'passthrough') checkPassthrough(grant, here, report);
    const use = useOf(grant);
    const first = seen.get(use);
    if (first === undefined) seen.set(use, index);
    else report(here, `repeats grants[${first}]: the same client, service and operation`);
  }
}

/** What a mapping alone could do, and what a signature over an envelope does not cover. */
function checkPassthrough({ fields, proof, answerProof }: Grant, here: YamlPath, report: Report): void {
  if (fields !== undefined) report([...here, 'fields'], 'cannot be listed: with passthrough all of a message crosses');
  if (proof === 'wss' || answerProof === 'wss') report([...here, proof === 'wss' ? 'proof' : 'answerProof'], 'cannot be wss: a message that crosses unmapped is not the one that was signed');
}

function useOf({ client, service, operation }: Grant): string {
  return JSON.stringify([client, service, 'name' in operation ? operation.name : [operation.method, operation.template]]);
}

/** Country only: the spelling of identifiers is the mapping room's to judge, and `config check` asks it. */
function checkIdentifier(identifier: string, country: string, path: YamlPath, report: Report): void {
  if (!identifier.startsWith(`${country}/`)) report(path, `must lie in ${country}: a gateway asserts identifiers of its own country only`);
}

function checkNext({ link, at }: LinkInQuestion): Problem[] {
  const { agreement, next } = link;
  if (next === undefined) return [];
  const wrong = [
    [next.id !== agreement.id, 'id', `must be "${agreement.id}", as in agreement`],
    [next.version <= agreement.version, 'version', `must be greater than ${agreement.version}`],
    [Date.parse(next.effective) <= Date.parse(agreement.effective), 'effective', `must be later than ${agreement.effective}`],
    [next.parties.some(({ log, witness }, at) => log.origin !== agreement.parties[at]?.log.origin || witness.name !== agreement.parties[at]?.witness.name), 'parties', 'must have the names of logs and witnesses of `agreement`: a log goes on under its name, whatever key it has'],
  ] as const;
  return wrong.flatMap(([isWrong, key, text]) => (isWrong ? [problemAt(at, ['next', key], text)] : []));
}
