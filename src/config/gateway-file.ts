/** gateway.yaml: one gateway, as its operators set it. The schema gives the type, the refusals and the JSON Schema for editors. */
import * as v from 'valibot';
import { DEFAULT_XML_LIMITS } from '../platform/limits.ts';
import { DEFAULT_MULTIPART_LIMITS } from '../platform/multipart.ts';
import { checkHome } from './check-home.ts';
import { citizens } from './citizens-file.ts';
import { echo } from './echo-file.ts';
import { federation } from './federation-file.ts';
import { containers } from './containers-file.ts';
import { callingHome } from './home-file.ts';
import { revocation } from './revocation-file.ts';
import { publicWitness } from './public-witness-file.ts';
import { clock, timestamps } from './timestamps-file.ts';
import { base64Of32, count, country, duration, httpsUrl, identity, keyPlace, oneOf, path, port, record, size, text, tokenPlace } from './values.ts';

const MiB = 1024 ** 2;

function listener(defaultPort: number) {
  return { host: v.optional(text(), '127.0.0.1'), port: v.optional(port(), defaultPort) };
}

function listeners(folder: string) {
  const pinned = v.pipe(v.optional(v.array(path(folder)), []), v.description('Certificates of the security servers that may call: no other can connect. An edge has home.clients instead.'));
  return record({
    domestic: v.pipe(record({ ...listener(7001), tls: record({ ...identity(folder), clients: pinned }) }), v.description('Where our own security servers reach us; at an edge, our information systems.')),
    federation: v.pipe(record(listener(7002)), v.description('Where peers reach us; mutual TLS with keys.tls and the pins of trust.')),
    operations: v.pipe(record(listener(7003)), v.description('Health and metrics, plain HTTP: bind it where only operators reach it.')),
  });
}

/** Declared, not enforced: with them `config check` proves that each side outlasts the next. */
const waits = v.optional(
  v.pipe(
    record({
      agency: v.pipe(v.optional(duration(), '90s'), v.description('How long our agencies wait for their security server.')),
      securityServer: v.pipe(v.optional(duration(), '60s'), v.description('How long our security servers wait for the gateway.')),
      register: v.pipe(v.optional(duration(), '10s'), v.description('How long our security server waits for a register.')),
    }),
    v.description('Time-outs of others at home, as they are configured there.'),
  ),
  {},
);

function wss(folder: string) {
  return v.pipe(
    record({
      authorities: v.pipe(v.array(path(folder)), v.minLength(1, 'name at least one authority'), v.description('Authorities that the country approves for signing certificates of members.')),
      ...identity(folder),
      verifiers: v.pipe(v.optional(oneOf(['libxml2', 'xml-crypto', 'both']), 'libxml2'), v.description('Which of the two independent verifiers runs; with both they must agree.')),
      maxAge: v.pipe(v.optional(duration(), '5m'), v.description('How far a signed creation time may lie back.')),
      maxAhead: v.optional(duration(), '60s'),
      revocation: revocation(folder),
    }),
    v.description('Signed messages at home (WS-Security): whom we believe, and with what we sign as our own member.'),
  );
}

function home(folder: string) {
  return record({
    member: v.pipe(record({ instance: text(), memberClass: text(), memberCode: text() }), v.description('The member of our platform that this gateway is.')),
    ...callingHome(folder),
    waits,
    wss: v.exactOptional(wss(folder)),
    containers: containers(folder),
    faultCodes: v.pipe(
      v.optional(oneOf(['new', 'old'])),
      v.description('Spelling of our fault codes: new is server.gateway.…, old is Server.Gateway.…; default: as the profile of the platform says.'),
      v.transform((codes) => (codes === undefined ? undefined : codes === 'new' ? 'snake' : 'camel')),
    ),
    requestHash: v.pipe(v.optional(oneOf(['verified', 'carried-unverified']), 'verified'), v.description('UXP only. carried-unverified: answers are taken whatever request their hash is of, where the platform hashes by an algorithm that nothing here computes.')),
  });
}

function keys(folder: string) {
  return v.pipe(
    record({
      statement: v.pipe(keyPlace(folder), v.description('P-256 private key (PEM, or pkcs11:object=<label>) that signs statements.')),
      encryption: v.pipe(keyPlace(folder), v.description('P-256 private key (PEM, or pkcs11:object=<label>) for which peers encrypt.')),
      tls: v.pipe(record(identity(folder)), v.description('Our identity towards peers.')),
      log: v.pipe(keyPlace(folder), v.description('Ed25519 private key (PEM, or pkcs11:object=<label>) that signs checkpoints of our log.')),
      witness: v.pipe(keyPlace(folder), v.description("Ed25519 private key (PEM, or pkcs11:object=<label>) that cosigns the peers' logs.")),
      logNext: v.exactOptional(v.pipe(keyPlace(folder), v.description('Ed25519 private key that takes the place of `log` by the next version of an agreement: until then both sign.'))),
      witnessNext: v.exactOptional(v.pipe(keyPlace(folder), v.description('The same for `witness`.'))),
      witnessMldsa44: v.exactOptional(v.pipe(path(folder), v.description("ML-DSA-44 private key (PEM) with which the peers' logs are cosigned a second time."))),
      interval: v.exactOptional(v.pipe(keyPlace(folder), v.description('Ed25519 private key (PEM, or pkcs11:object=<label>) that signs what our log says of a day, for the peers.'))),
      evidence: v.pipe(path(folder), v.description('File of the key-encryption key of the evidence; encrypted, it is a compact JWE.')),
      evidenceMaster: v.exactOptional(v.pipe(tokenPlace(), v.description('P-256 key pair in the token (pkcs11:object=<label>) for which that file is encrypted.'))),
      passphrase: v.exactOptional(v.pipe(path(folder), v.description('File with the passphrase of private keys that are encrypted (PKCS#8), such as a systemd credential: /run/credentials/causeway.service/passphrase.'))),
    }),
    v.description('Private keys, readable by the gateway alone. `causeway keys make` makes them.'),
  );
}

function pkcs11(folder: string) {
  return v.pipe(
    record({
      module: v.pipe(path(folder), v.description("The vendor's PKCS#11 library.")),
      token: v.pipe(text(), v.description('Label of the token.')),
      pin: v.pipe(path(folder), v.description('File with the user PIN, such as a systemd credential.')),
      sessions: v.pipe(v.optional(count(1, 256), 8), v.description('Kept open at one time.')),
      timeout: v.pipe(v.optional(duration(), '5s'), v.description('For one signature or agreement; a library that is slower is ended and begun anew.')),
    }),
    v.description('The token that holds keys which are written as pkcs11:object=<label> (docs/hsm.md).'),
  );
}

const rotation = v.optional(
  v.pipe(
    record({
      publishBefore: v.pipe(v.optional(duration(), '48h'), v.description('How long a planned key is shown to peers before it is used: twice the longest that a peer may go on with an older configuration of ours.')),
      retireAfter: v.pipe(v.optional(duration(), '48h'), v.description('How long the old key is held and shown after the change: longer than the retry time of every link.')),
    }),
    v.description('Times of a change of keys (`causeway keys rotate`).'),
  ),
  {},
);

const operators = v.pipe(
  v.optional(v.array(record({ name: text(), key: v.pipe(base64Of32(), v.description('Ed25519 public key: `causeway keys operator` prints it.')) }), 'expected a list of operators'), []),
  v.check((all) => new Set(all.map(({ key }) => key)).size === all.length, 'two operators have one key'),
  v.check((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two operators have one name'),
  v.description('Who may suspend, each alone, and resume, two together: one key a person, kept by that person.'),
);

const xmlLimits = v.optional(
  v.pipe(
    record({
      maxBytes: v.optional(size(), `${DEFAULT_XML_LIMITS.maxBytes / MiB}MiB`),
      maxDepth: v.optional(count(4, 512), DEFAULT_XML_LIMITS.maxDepth),
      maxNodes: v.optional(count(16, 10_000_000), DEFAULT_XML_LIMITS.maxNodes),
      maxAttributes: v.optional(count(4, 1024), DEFAULT_XML_LIMITS.maxAttributes),
      maxText: v.optional(count(256, 1024 ** 3), DEFAULT_XML_LIMITS.maxText),
    }),
    v.description('What one document may hold, XML or JSON.'),
  ),
  {},
);

const limits = v.optional(
  v.pipe(
    record({
      bodyBytes: v.pipe(v.optional(size(), '10MiB'), v.description('A request from home.')),
      answerBytes: v.pipe(v.optional(size(), '10MiB'), v.description('An answer from home.')),
      memoryBytes: v.pipe(v.optional(size(), '1MiB'), v.description('A message of more bytes lies in an encrypted temporary file while it passes.')),
      temporaryBytes: v.pipe(v.optional(size(), '10GiB'), v.description('All temporary files together; a message that does not fit is refused as disk-full.')),
      manifestBytes: v.pipe(v.optional(size(), '4MiB'), v.description('The sealed list of the parts of a message on the link.')),
      mimeParts: v.pipe(v.optional(count(2, 100_000), DEFAULT_MULTIPART_LIMITS.maxParts), v.description('Parts of one multipart message, its root among them.')),
      mimeHeaderBytes: v.pipe(v.optional(size(), `${DEFAULT_MULTIPART_LIMITS.maxHeaderBytes / 1024}KiB`), v.description('All MIME headers of one part.')),
      checkpointBytes: v.pipe(v.optional(size(), '64KiB'), v.description("A request of a peer's log to our witness.")),
      statementBytes: v.pipe(v.optional(size(), '4KiB'), v.description('A statement.')),
      headerBytes: v.pipe(v.optional(size(), '16KiB'), v.description('All headers of a request; more than a statement.')),
      connections: v.pipe(v.optional(count(1, 100_000), 512), v.description('Open connections of one listener.')),
      exchangesInFlight: v.pipe(v.optional(count(1, 100_000), 256), v.description('Exchanges at one time; more are refused as overloaded.')),
      refusalsPerMinute: v.pipe(v.optional(count(1, 1_000_000), 600), v.description('Refusals of one log that get entries of their own; more are counted in one entry a minute.')),
      peerEntriesPerMinute: v.pipe(v.optional(count(60, 100_000_000), 600_000), v.description("Entries of one minute that a peer's log may hold; our witness cosigns no log that holds more.")),
      reconciliationsPerMinute: v.pipe(v.optional(count(10, 1_000_000), 600), v.description('Notes and questions of one peer about our trail.')),
      reconcileBytes: v.pipe(v.optional(size(), '1MiB'), v.description('One of these questions.')),
      reconcileAnswerBytes: v.pipe(v.optional(size(), '8MiB'), v.check((bytes) => bytes >= 16 * 1024, 'expected at least 16KiB: the hashes of one minute are 8KiB'), v.description('The answer to one, ours or a peer\'s; more is asked for in pieces.')),
      publicReadsPerMinute: v.pipe(v.optional(count(1, 1_000_000), 600), v.description('Signed documents that the federation listener hands out to callers without a pinned certificate.')),
      headersTimeout: v.optional(duration(), '10s'),
      requestTimeout: v.pipe(v.optional(duration(), '60s'), v.description('Until the whole of a request has arrived, and until the whole of an answer that lies in a file was taken.')),
      xml: xmlLimits,
    }),
    v.description('What a peer or a member can send.'),
  ),
  {},
);

/** The schema of a gateway.yaml that lies in `folder`. */
export function gatewaySchema(folder: string) {
  return v.pipe(fields(folder), checkHome());
}

function fields(folder: string) {
  return record({
    gateway: record({
      entity: v.pipe(httpsUrl(), v.description('Entity id of this gateway in the federation: an https URL that never changes.')),
      country: country(),
      ecosystem: v.pipe(text(), v.regex(/^[a-z0-9-]+$/, 'expected small letters, digits and hyphens'), v.description('Profile of our platform: a file of the folder `ecosystems`, without .yaml.')),
      environment: v.pipe(text(), v.description('Must be that of each link: a test gateway never speaks to a live one.')),
      home: v.pipe(v.optional(oneOf(['provider', 'edge', 'hub']), 'provider'), v.description("provider: behind the country's own security server. edge: our information systems and registers speak to the gateway itself, as to a security server. hub: they do as clients and services of an API hub.")),
    }),
    data: v.pipe(path(folder), v.description('Folder of the trail, the evidence and the exchanges under way.')),
    ecosystems: v.exactOptional(v.pipe(path(folder), v.description('Folder of the ecosystem profiles; default: those that come with Causeway.'))),
    heads: v.pipe(v.optional(path(folder), 'heads'), v.description('Folder of the file that says how far our logs were published. Keep it out of backups: it shows that a restored data folder is behind.')),
    mappings: v.pipe(path(folder), v.description('Folder of the mappings.')),
    mappingsPoll: v.pipe(v.optional(duration(), '10s'), v.description('How often that folder is looked at for changes; one is taken when it was left alone from one look to the next.')),
    trust: v.pipe(path(folder), v.description('Folder with a <COUNTRY>.json for each peer; `causeway trust import` writes them.')),
    federation: v.exactOptional(federation(folder)),
    listeners: listeners(folder),
    home: home(folder),
    citizens: v.exactOptional(citizens(folder)),
    echo: v.exactOptional(echo),
    keys: keys(folder),
    rotation,
    pkcs11: v.exactOptional(pkcs11(folder)),
    operators,
    limits,
    clock,
    timestamps: timestamps(folder),
    publicWitness,
    seal: v.exactOptional(v.pipe(record(identity(folder)), v.description("The organisation's electronic seal, RSA of at least 2048 bits or P-256: it signs exported containers (XAdES). `causeway trail export` reads the key, the gateway does not."))),
    log: v.optional(record({ level: v.optional(oneOf(['debug', 'info', 'warn', 'error']), 'info') }), {}),
  });
}

export type GatewayFile = v.InferOutput<ReturnType<typeof gatewaySchema>>;
