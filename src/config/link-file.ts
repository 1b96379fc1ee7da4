/**
 * links/<peer>.yaml: the agreement with one peer (the same on both sides, to the byte of its RFC 8785 form) and our own settings. In the
 * agreement everything is written out: a default would be a term that nobody signed.
 */
import * as v from 'valibot';
import { PROOF_FORMS } from '../stages.ts';
import type { ProofForm } from '../stages.ts';
import { degraded } from './degraded-file.ts';
import { echoSettings } from './echo-file.ts';
import { base64Of, base64Of32, count, country, duration, httpsOrigin, httpsUrl, instant, oneOf, record, sha256, size, text } from './values.ts';

const party = record({
  country: country(),
  entity: v.pipe(httpsUrl(), v.description('Entity id of the gateway.')),
  log: v.pipe(record({ origin: v.pipe(text(), v.regex(/^[!-~]+\/[0-9]{4}h[12]$/, 'expected the first shard of the log, <host>/trail/<a>-<b>/<year>h<half>')), key: base64Of32() }), v.description("The gateway's log on this link: origin of its first shard and Ed25519 public key.")),
  witness: v.pipe(record({ name: text(), key: base64Of32(), mldsa44: v.exactOptional(base64Of(1312)) }), v.description("The gateway's witness: name and Ed25519 public key, and a second one (ML-DSA-44) where it has one.")),
  approvers: v.exactOptional(
    v.pipe(
      v.array(base64Of32(), 'expected a list of keys'),
      v.minLength(2, 'name at least two people'),
      v.check((keys) => new Set(keys).size === keys.length, 'the same key twice'),
      v.description("Ed25519 public keys of the country's people who approve versions of this agreement (`causeway keys operator`)."),
    ),
  ),
  interval: v.exactOptional(v.pipe(record({ name: text(), key: base64Of32() }), v.description("Name and Ed25519 public key with which the gateway signs what its log says of a day, for the other one; without both parties' none is exchanged."))),
  auditor: v.exactOptional(v.pipe(v.record(v.string(), v.string()), v.description("Public JWK (P-256) of the country's auditor, who alone opens `escrow` evidence."))),
});

const operation = v.union(
  [record({ name: text() }), record({ method: v.pipe(text(), v.regex(/^[A-Z]+$/, 'expected an HTTP method in capitals')), template: v.pipe(text(), v.regex(/^\//, 'expected a path template that begins with /')) })],
  'expected { name } of a SOAP service, or { method, template } of a REST service',
);

const fieldPaths = v.pipe(
  v.array(v.pipe(text(), v.regex(/^(?:\/(?:[^/~]|~[01])+)+$/, 'expected a path such as /payments/*/amount')), 'expected a list of paths'),
  v.minLength(1, 'expected at least one path'),
  v.description('JSON Pointers into the neutral document, `*` for each item of a list; each stands for itself and all below it.'),
);

const PROOFS = Object.keys(PROOF_FORMS) as [ProofForm, ...ProofForm[]];

const grant = record({
  client: v.pipe(text(), v.description("Federated identifier of the asking member, in the leg's `from` country.")),
  service: v.pipe(text(), v.description("Federated identifier of the service, in the leg's `to` country.")),
  operation,
  purpose: v.pipe(text(), v.regex(/^[a-z0-9-]+$/, 'expected a purpose code of small letters, digits and hyphens')),
  neutral: v.pipe(v.union([v.literal('passthrough'), record({ schema: text(), version: text(), sha256: sha256() })], 'expected { schema, version, sha256 } of a neutral form, or passthrough'), v.description('The neutral form, pinned; `causeway config check` prints the SHA-256 that it finds. With passthrough messages cross as they are, but for the identifiers.')),
  fields: v.exactOptional(v.pipe(record({ request: v.exactOptional(fieldPaths), response: v.exactOptional(fieldPaths) }), v.description('Fields of the neutral form that may cross for this purpose; without a list all may.'))),
  proof: v.pipe(oneOf(PROOFS), v.description('Domestic proof that the asking side must have.')),
  answerProof: v.exactOptional(v.pipe(oneOf(PROOFS), v.description('That of the answer, where the two platforms prove messages differently; without it, as proof.'))),
  attachments: v.exactOptional(v.pipe(count(1, 999), v.description('Parts that may cross beside the document as they are, without a mapping; none when absent.'))),
  idempotent: v.pipe(v.boolean('expected true or false'), v.description('May be repeated after an unknown outcome.')),
  maxBytes: size(),
  minBudget: v.pipe(duration(), v.description('What the service needs at least.')),
  maxBudget: v.pipe(duration(), v.description('What an exchange gets at most.')),
  quota: v.pipe(count(1, 10_000_000), v.description('Exchanges a minute.')),
});

const leg = record({
  from: country(),
  to: country(),
  sealing: oneOf(['jwe', 'tls']),
  evidence: oneOf(['digests', 'escrow', 'full-readable-by-the-gateway']),
  evidenceMaxBytes: v.exactOptional(v.pipe(size(), v.description('Of attachments of one message that have more bytes together, the evidence keeps the digests alone; without it, all are kept.'))),
  endUser: oneOf(['pass', 'pseudonym', 'organisation-only', 'required']),
  answerRetention: duration(),
  containers: v.exactOptional(v.pipe(oneOf(['none', 'sample', 'all']), v.description('Signed containers of the security servers that vouch for messages of this leg, fetched and verified afterwards on both sides: none (also without it), sample of one exchange in sixteen, all.'))),
  grants: v.array(grant, 'expected a list of grants'),
});

/** What both countries agree to. */
export const agreementSchema = record({
  id: v.pipe(text(), v.regex(/^[a-z0-9-]+$/, 'expected small letters, digits and hyphens')),
  version: count(1, 1_000_000),
  effective: v.pipe(instant(), v.description('From when this version is in force.')),
  environment: text(),
  parties: v.strictTuple([party, party], 'expected exactly two parties'),
  retryTime: v.pipe(duration(), v.description('Within which the same sealed request may be repeated.')),
  duplicateTime: v.pipe(duration(), v.description('For which a member and its message id are one exchange.')),
  evidenceRetention: v.exactOptional(v.pipe(duration(), v.description('After which both sides destroy the keys of their evidence; without it, when it is erased.'))),
  backupRetention: v.exactOptional(v.pipe(duration(), v.description('How long backups of the keys of the evidence are kept at most; without it 30 days are counted.'))),
  degraded: v.exactOptional(degraded),
  hiddenFromSubjects: v.exactOptional(v.pipe(v.array(text(), 'expected a list of purposes'), v.description('Purposes whose exchanges are not shown to the persons whom they are about (citizens in gateway.yaml); what was asked while its purpose stands here is never shown.'))),
  legs: v.strictTuple([leg, leg], 'expected exactly two legs'),
});

const losses = v.array(oneOf(['dropped', 'defaulted', 'approximated', 'unknown']), 'expected a list of dropped, defaulted, approximated, unknown');

const settings = record({
  url: v.pipe(httpsOrigin(), v.description("Where the peer's federation listener is.")),
  connections: v.optional(count(1, 1000), 64),
  mappingOverlap: v.pipe(v.optional(duration(), '2m'), v.description('After a change of a mapping of ours: how long messages from home that only the revision before can read are still translated by it.')),
  keepEvidence: v.exactOptional(v.pipe(text(), v.regex(/^[!-~]{1,200}$/, 'expected a file number without spaces'), v.description('Decision under which we keep our evidence when the peer asks for its erasure; without one we erase too.'))),
  echo: v.exactOptional(echoSettings),
  agreed: v.exactOptional(v.pipe(sha256(), v.description('SHA-256 of the version with which the signed history of the link begins, as both countries read it to each other.'))),
  unsafeAgreementWithoutSignatures: v.exactOptional(v.pipe(v.boolean('expected true or false'), v.description('Takes an agreement that nobody has signed. Whoever can write this file then decides alone, and the gateway says so in its warnings.'))),
  trustMarks: v.exactOptional(v.pipe(v.array(httpsUrl(), 'expected a list of URLs'), v.description('Types of the trust marks that the peer must show under the group `federation`; without one of them it is not believed.'))),
  suspended: v.exactOptional(v.pipe(record({ reason: text(), until: v.exactOptional(instant()) }), v.description('Stops the link on our side.'))),
  unverifiableContainers: v.exactOptional(v.pipe(oneOf(['record', 'fail']), v.description('Signed containers whose signature nothing here verifies (DSTU 4145 of Trembita 1.x). record: kept and recorded as unverified. fail (also without it): the message counts as not proven, and the peer is told.'))),
  checkDigits: v.exactOptional(
    v.pipe(
      record({ sent: v.exactOptional(oneOf(['off', 'warn', 'reject'])), received: v.exactOptional(oneOf(['off', 'reject'])) }),
      v.description("Numbers of persons and organisations whose check digits are wrong, in place of the mappings' own policy: in what we send (warn: the loss report tells the peer which fields), and in what the peer sends."),
    ),
  ),
  refuseLoss: v.exactOptional(v.pipe(record({ requests: v.exactOptional(losses), answers: v.exactOptional(losses) }), v.description("Kinds of loss in the peer's translation with which we refuse its requests and its answers."))),
});

export function linkSchema() {
  return record({
    agreement: v.pipe(agreementSchema, v.description('What both countries signed.')),
    next: v.exactOptional(v.pipe(agreementSchema, v.description('The version that follows; around the change both sides accept either for two minutes.'))),
    settings: v.pipe(settings, v.description('Our own settings: not agreed, not hashed.')),
  });
}

export type LinkFileContent = v.InferOutput<ReturnType<typeof linkSchema>>;
