/** gateway.yaml, `home.wss.revocation` and `home.hub.signatures.revocation`: who says whether the signing certificates of our members are still good. */
import * as v from 'valibot';
import { duration, oneOf, path, record, serviceUrl, size } from './values.ts';

function source(folder: string) {
  return v.pipe(
    record({
      authority: v.pipe(path(folder), v.description('Certificate (PEM) of the authority that issues signing certificates: one of the authorities beside this group, or one that they lead to.')),
      ocsp: v.exactOptional(record({ url: v.pipe(serviceUrl(), v.description('Its OCSP responder. Answers are signed: http is no weakness.')), responders: v.pipe(v.optional(v.array(path(folder)), []), v.description('Certificates that may sign answers, beside the authority and what it issued for this.')) })),
      crl: v.exactOptional(record({ url: v.pipe(serviceUrl(), v.description('Its certificate revocation list, complete, in DER.')) })),
    }),
    v.check(({ ocsp, crl }) => (ocsp === undefined) !== (crl === undefined), 'name its OCSP responder or its revocation list'),
  );
}

export function revocation(folder: string) {
  return v.exactOptional(
    v.pipe(
      record({
        policy: v.pipe(oneOf(['required', 'soft']), v.description('required: a signer of which nobody says that it is good is refused. soft: only one that is known to be revoked, or unknown to its authority.')),
        sources: v.pipe(v.array(source(folder)), v.minLength(1, 'name at least one source')),
        maxAge: v.pipe(v.optional(duration(), '1h'), v.check((ms) => ms >= 1000, 'expected at least 1s'), v.description('How old an answer may be; it is asked for again at half of it.')),
        timeout: v.optional(duration(), '5s'),
        maxBytes: v.pipe(v.optional(size(), '10MiB'), v.description('The most that an answer or a list may have.')),
      }),
      v.description('Revocation of signing certificates, asked of these addresses alone. Without it a certificate counts until it ends. While nobody answers, the link says what happens (degraded.ocsp).'),
    ),
  );
}
