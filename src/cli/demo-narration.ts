/** What happened on the way of one exchange, told from the steps of both gateways: organisations and services only. */
import type { ToldStep } from '../sandbox/pair.ts';
import type { Scenario } from '../sandbox/scenarios.ts';

interface Home {
  readonly client: string;
  readonly service: string;
}

interface Proof {
  readonly form: string;
  readonly result: string;
  readonly policy: string;
  readonly issuer?: string;
}

/** Lines for a terminal. `steps` are those of the exchange, in the order in which they came. */
export function narrate(scenario: Scenario, result: { readonly ok: boolean; readonly details: string }, steps: readonly ToldStep[], ms: number): string {
  const fact = (step: string, name: string): unknown => steps.find((told) => told.step === step)?.facts[name];
  const home = (step: string) => fact(step, 'home') as Home | undefined;
  const asked = home('outbound.translated');
  const called = home('inbound.translated');
  const lines = [
    `${result.ok ? '✔' : '✖'} ${scenario.title} (${ms} ms for two questions)`,
    `    exchange   ${String(fact('outbound.request-recorded', 'xid') ?? 'none: refused before it crossed')}`,
    ...(asked === undefined ? [] : [`    asked      ${asked.client} calls ${asked.service}, ${scenario.dialects[0]}`, `    federated  ${String(fact('outbound.translated', 'client'))} → ${String(fact('outbound.translated', 'service'))}, purpose ${String(fact('outbound.translated', 'purpose'))}`]),
    ...proofLine('proven', scenario.from, fact('outbound.translated', 'proof')),
    ...(called === undefined ? [] : [`    called     ${called.client} calls ${called.service}, ${scenario.dialects[1]}`, `    statement  of ${String(fact('inbound.authenticated', 'iss'))}, key ${String(fact('inbound.authenticated', 'kid')).slice(0, 12)}…, verified by a chain from the anchor of ${scenario.to}`]),
    ...proofLine('answer', scenario.to, fact('inbound.answer-translated', 'proof')),
    `    mapped     ${['outbound.translated', 'inbound.translated'].map((step) => String(fact(step, 'mapping') ?? '?')).join(' → ')}, and back`,
    `    trail      ${scenario.from} entries ${index(fact, 'outbound')}, ${scenario.to} entries ${index(fact, 'inbound')}`,
    `    result     ${result.details}`,
  ];
  return `\n${lines.join('\n')}`;
}

function proofLine(what: string, country: string, proof: unknown): string[] {
  if (proof === undefined) return [];
  const { form, result, policy, issuer } = proof as Proof;
  const by = form === 'wss' ? `member signature (${policy}), certificate under ${issuer ?? 'the country'}` : `the word of its security server over pinned mutual TLS (${issuer ?? ''})`;
  return [`    ${what.padEnd(10)} ${country}: ${result} by ${by}`];
}

function index(fact: (step: string, name: string) => unknown, side: 'outbound' | 'inbound'): string {
  return ['request-recorded', 'response-recorded'].map((step) => String(fact(`${side}.${step}`, 'index') ?? '?')).join(' and ');
}
