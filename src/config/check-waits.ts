/**
 * The chain of time-outs (protocol.md, "Stopping"): whoever asks must outlast whom it asks, agency > security server > gateway A > gateway B > register,
 * or one side gives up on an answer that the other still makes, and the outcome is unknown for no reason.
 */
import type { LinkInQuestion } from './link-in-question.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';
import type { YamlPath } from './yaml.ts';

/** Each link of the chain also translates, seals and records: what the outer one must wait beyond the inner. */
const MARGIN_MS = 1000;

interface Wait {
  readonly name: string;
  readonly ms: number;
  readonly at: Located;
  readonly path: YamlPath;
}

export function checkWaits({ gateway, link, at }: LinkInQuestion, gatewayFile: Located): Problem[] {
  const { waits, timeout, services } = gateway.home;
  const { country } = gateway.gateway;
  const direct = gateway.gateway.home !== 'provider';
  const declared = (key: 'agency' | 'securityServer' | 'register', name: string): Wait => ({ name, ms: waits[key], at: gatewayFile, path: ['home', 'waits', key] });
  const handingOver = (service: string): Wait => {
    const index = services.findIndex((one) => one.service === service);
    const own = services[index]?.timeout;
    return { name: `the gateway for ${service}`, ms: own ?? timeout, at: gatewayFile, path: own === undefined ? ['home', 'timeout'] : ['home', 'services', index, 'timeout'] };
  };
  const asker = direct ? declared('agency', 'an agency for the gateway') : declared('securityServer', 'the security server for the gateway');
  const budgets = link.agreement.legs.flatMap((leg, legIndex) =>
    leg.grants.map((grant, index): Wait & { from: string; service: string } => ({ from: leg.from, service: grant.service, name: `an exchange (${grant.service})`, ms: grant.maxBudget, at, path: ['agreement', 'legs', legIndex, 'grants', index, 'maxBudget'] })),
  );
  // Behind an edge or a hub stands the register itself: nobody else waits for it.
  const behind = (wait: Wait) => (direct ? [] : outlasts(wait, declared('register', 'the security server for a register')));
  return [
    ...(direct ? [] : outlasts(declared('agency', 'an agency for its security server'), asker)),
    ...budgets.flatMap((budget) => (budget.from === country ? outlasts(asker, budget) : [...outlasts(budget, handingOver(budget.service)), ...behind(handingOver(budget.service))])),
  ];
}

function outlasts(outer: Wait, inner: Wait): Problem[] {
  if (outer.ms >= inner.ms + MARGIN_MS) return [];
  const text = `${outer.name} waits ${seconds(outer.ms)}, ${inner.name} ${seconds(inner.ms)}: whoever asks must wait at least ${seconds(MARGIN_MS)} longer`;
  return [problemAt(outer.at, outer.path, text)];
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
