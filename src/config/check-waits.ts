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
  const { waits, securityServer } = gateway.home;
  const { country } = gateway.gateway;
  const declared = (key: 'agency' | 'securityServer' | 'register', name: string): Wait => ({ name, ms: waits[key], at: gatewayFile, path: ['home', 'waits', key] });
  const handingOver: Wait = { name: 'the gateway for its security server', ms: securityServer.timeout, at: gatewayFile, path: ['home', 'securityServer', 'timeout'] };
  const budgets = link.agreement.legs.flatMap((leg, legIndex) =>
    leg.grants.map((grant, index): Wait & { from: string } => ({ from: leg.from, name: `an exchange (${grant.service})`, ms: grant.maxBudget, at, path: ['agreement', 'legs', legIndex, 'grants', index, 'maxBudget'] })),
  );
  return [
    ...outlasts(declared('agency', 'an agency for its security server'), declared('securityServer', 'the security server for the gateway')),
    ...budgets.flatMap((budget) => (budget.from === country ? outlasts(declared('securityServer', 'the security server for the gateway'), budget) : outlasts(budget, handingOver))),
    ...outlasts(handingOver, declared('register', 'the security server for a register')),
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
