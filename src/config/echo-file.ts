/** The echo through both security servers (docs/operating.md, "Is the link well?"): gateway.yaml says what we answer, each link's settings whom we ask. */
import * as v from 'valibot';
import { count, duration, memberPath, record, text } from './values.ts';

/** Of gateway.yaml. */
export const echo = v.pipe(
  record({
    service: v.pipe(text(), v.description('Federated identifier of the echo among the exported services of services.yaml.')),
    path: v.pipe(v.optional(v.pipe(text(), v.regex(/^\/(?!services\/|citizens\/)[a-z0-9-]+$/, 'expected a path of one name, such as /echo')), '/echo'), v.description('Path on the domestic listener that is registered at our security server as the URL of this service.')),
    perMinute: v.pipe(v.optional(count(1, 10_000), 60), v.description('Echoes that are answered; more are refused as quota-exceeded.')),
  }),
  v.description('The echo that we answer as a provider at our own security server. Without this group there is none.'),
);

/** A look for what is due is taken every half minute. */
const OFTEN_MS = 30_000;

/** Of a link's settings. */
export const echoSettings = v.pipe(
  record({
    client: v.pipe(memberPath(), v.description("Subsystem of the gateway's own member as which we ask: instance/class/code/subsystem.")),
    service: v.pipe(text(), v.description("Federated identifier of the peer's echo among the imported services of services.yaml.")),
    every: v.pipe(v.optional(v.pipe(duration(), v.minValue(OFTEN_MS, 'expected at least 30s')), '5m'), v.description('How often; the first one is asked so long after the start.')),
  }),
  v.description('Asks the peer\'s echo at our own security server, as an information system of ours: an exchange like any other. Without this group none is asked.'),
);

export type EchoSettings = v.InferOutput<typeof echoSettings>;
