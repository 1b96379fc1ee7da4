/** gateway.yaml, `publicWitness`: a witness of our logs besides the peers' (docs/operating.md, "A public witness"). */
import * as v from 'valibot';
import { duration, record, serviceUrl, text } from './values.ts';

export const publicWitness = v.exactOptional(
  v.pipe(
    record({
      url: v.pipe(serviceUrl(), v.description('Its prefix: checkpoints go to <url>/add-checkpoint. Its cosignatures carry their own proof: http would be no weakness.')),
      key: v.pipe(text(), v.regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/, 'expected a verifier key of signed-note, <name>+<key id>+<key>'), v.description('Its verifier key, for Ed25519 cosignatures (C2SP signed-note, type 04).')),
      every: v.pipe(v.optional(duration(), '1m'), v.description('Between two cosignatures of one log.')),
      timeout: v.optional(duration(), '10s'),
    }),
    v.description("A public witness (C2SP tlog-witness) that cosigns checkpoints of the links' logs: it learns how fast they grow, and nothing of what is in them."),
  ),
);
