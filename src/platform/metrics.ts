/** Prometheus metrics of one gateway. Labels are of links, steps and codes only: their number is bounded by configuration, never by traffic. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What a step may say to be counted; anything else in its facts is left out. */
export interface StepFacts {
  readonly xid?: unknown;
  readonly link?: unknown;
  readonly code?: unknown;
  /** True: of an echo of the gateways, which is counted by itself. */
  readonly echo?: unknown;
  /** Milliseconds since the first step of the exchange here. */
  readonly ms?: unknown;
}

export interface Metrics {
  /** Counts one named step of an exchange (exchange/flow.ts, STEPS), its refusal code, and its time since the first step; under causeway_echo_… where it is an echo's. */
  step(step: string, facts: StepFacts): void;
  /** A value that is read when metrics are asked for, e.g. exchanges in flight. */
  gauge(name: string, help: string, read: () => number): void;
  /** Values by one label, read when metrics are asked for; its values come from the configuration. */
  gauges(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void;
  /** The exposition that Prometheus reads. */
  text(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Seconds: from a fast local exchange to the longest budget. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Metrics with a registry of their own, so that several gateways in one process do not mix. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const exchanges = stepMetrics('causeway_', 'exchanges', registers);
  const echoes = stepMetrics('causeway_echo_', 'echoes of the gateways', registers);
  return {
    step: (step, facts) => (facts.echo === true ? echoes : exchanges)(step, facts),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({ name: `causeway_${name}`, help, registers: [], collect: () => gauge.set(read()) });
      registry.registerMetric(gauge);
    },
    gauges(name, help, labelName, read) {
      const gauge: Gauge = new Gauge({ name: `causeway_${name}`, help, labelNames: [labelName], registers: [], collect: () => setAll(gauge, labelName, read()) });
      registry.registerMetric(gauge);
    },
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** `of`: what is counted. */
function stepMetrics(prefix: string, of: string, registers: Registry[]): Metrics['step'] {
  const steps = new Counter({ name: `${prefix}steps_total`, help: `Named steps that ${of} reached.`, labelNames: ['step', 'link'], registers });
  const refusals = new Counter({ name: `${prefix}refusals_total`, help: `Refused ${of} by error code.`, labelNames: ['step', 'link', 'code'], registers });
  const times = new Histogram({ name: `${prefix}step_seconds`, help: `Time from the first step to another, of ${of}.`, labelNames: ['step', 'link'], buckets: BUCKETS, registers });
  return (step, facts) => {
    const link = label(facts.link);
    steps.inc({ step, link });
    if (facts.code !== undefined) refusals.inc({ step, link, code: label(facts.code) });
    if (typeof facts.ms === 'number') times.observe({ step, link }, facts.ms / 1000);
  };
}

function setAll(gauge: Gauge, labelName: string, values: Iterable<readonly [string, number]>): void {
  gauge.reset();
  for (const [value, number] of values) gauge.set({ [labelName]: value }, number);
}

function label(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
