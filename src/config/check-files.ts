/** The files that gateway.yaml names: there, readable, of the right kind, matching, in their time, and private where they are secret. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fingerprintOf, sameFingerprint } from '../platform/fingerprint.ts';
import { anchorSchema } from './federation-file.ts';
import type { GatewayFile } from './gateway-file.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';
import { readConfigFile } from './read.ts';
import type { YamlPath } from './yaml.ts';

export type Report = (path: YamlPath, text: string, options?: { hint?: string; severity?: Problem['severity'] }) => void;

/** A certificate about to expire is a warning from this time before. */
const SOON_MS = 30 * 24 * 60 * 60 * 1000;

export const SIGNATURE_KEY = 'must be EC P-256, Ed25519, or RSA of at least 2048 bits';

export function fitsSignatures(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  return details?.namedCurve === 'prime256v1' || type === 'ed25519' || (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048);
}

/** How an encrypted secret looks (crypto/sealed-secret.ts); this room is below that one. */
const COMPACT_JWE = /^[\w-]+(?:\.[\w-]*){4}$/;

/** What a private key must be, and what is said when it is not. */
const KINDS = {
  p256: { text: 'must be an EC key on P-256', fits: (key: KeyObject) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1' },
  ed25519: { text: 'must be an Ed25519 key', fits: (key: KeyObject) => key.asymmetricKeyType === 'ed25519' },
  signature: { text: SIGNATURE_KEY, fits: fitsSignatures },
  tls: { text: 'must be an EC or RSA key', fits: (key: KeyObject) => key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa' },
} as const;

export function checkFiles({ pkcs11, keys, listeners, home, citizens, seal, mappings, trust, federation }: GatewayFile, at: Located, now: number): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, text, options) => problems.push(problemAt(at, path, text, options));
  const secrets = checkSecrets(keys, pkcs11, report);
  const { passphrase } = secrets;
  checkPlace(keys.statement, ['keys', 'statement'], 'p256', secrets, report);
  checkPlace(keys.encryption, ['keys', 'encryption'], 'p256', secrets, report);
  checkPlace(keys.log, ['keys', 'log'], 'ed25519', secrets, report);
  checkPlace(keys.witness, ['keys', 'witness'], 'ed25519', secrets, report);
  if (keys.logNext !== undefined) checkPlace(keys.logNext, ['keys', 'logNext'], 'ed25519', secrets, report);
  if (keys.witnessNext !== undefined) checkPlace(keys.witnessNext, ['keys', 'witnessNext'], 'ed25519', secrets, report);
  if (keys.interval !== undefined) checkPlace(keys.interval, ['keys', 'interval'], 'ed25519', secrets, report);
  checkEvidenceKey(keys, secrets, report);
  if (keys.evidenceMaster !== undefined) checkPlace(keys.evidenceMaster, ['keys', 'evidenceMaster'], 'p256', secrets, report);
  checkIdentity(whileMoving(keys.tls), ['keys', 'tls'], now, report, passphrase);
  checkIdentity(listeners.domestic.tls, ['listeners', 'domestic', 'tls'], now, report, passphrase);
  checkCertificates(listeners.domestic.tls.clients, ['listeners', 'domestic', 'tls', 'clients'], now, report);
  checkHomeSide(home, now, report, passphrase);
  if (seal !== undefined) checkIdentity(seal, ['seal'], now, report, passphrase);
  for (const [index, { certificates }] of (citizens?.authorities ?? []).entries()) checkCertificates(certificates, ['citizens', 'authorities', index, 'certificates'], now, report);
  checkFolder(mappings, ['mappings'], report);
  if (federation === undefined) checkFolder(trust, ['trust'], report);
  else checkFederation(federation, secrets, report);
  return problems;
}

function checkSecrets({ passphrase: file }: GatewayFile['keys'], pkcs11: GatewayFile['pkcs11'], report: Report): Secrets {
  if (pkcs11 !== undefined) {
    readOrReport(pkcs11.module, ['pkcs11', 'module'], report);
    readSecret(pkcs11.pin, ['pkcs11', 'pin'], report);
  }
  const passphrase = file === undefined ? undefined : readSecret(file, ['keys', 'passphrase'], report)?.toString().replace(/\r?\n$/, '');
  return { ...(passphrase === undefined ? {} : { passphrase }), token: pkcs11 !== undefined };
}

function checkHomeSide(home: GatewayFile['home'], now: number, report: Report, passphrase: string | undefined): void {
  for (const [index, { tls }] of home.securityServers.entries()) checkOutgoing(tls, ['home', 'securityServers', index, 'tls'], now, report, passphrase);
  for (const [index, { tls }] of home.services.entries()) checkOutgoing(tls, ['home', 'services', index, 'tls'], now, report, passphrase);
  for (const [index, { certificates }] of home.clients.entries()) checkCertificates(certificates, ['home', 'clients', index, 'certificates'], now, report);
  if (home.wss !== undefined) {
    checkIdentity(home.wss, ['home', 'wss'], now, report, passphrase);
    checkAuthorities(home.wss, ['home', 'wss'], now, report);
  }
  for (const name of ['anchor', 'file'] as const) checkThere(home.containers?.configuration[name], ['home', 'containers', 'configuration', name], report);
}

/** Authorities of signing certificates, and who says what they have revoked. */
export function checkAuthorities({ authorities = [], revocation }: Pick<NonNullable<NonNullable<GatewayFile['home']['hub']>['signatures']>, 'authorities' | 'revocation'>, at: YamlPath, now: number, report: Report): void {
  checkCertificates(authorities, [...at, 'authorities'], now, report);
  for (const [index, file] of authorities.entries()) if (attempt(() => new X509Certificate(readFileSync(file)).ca) === false) report([...at, 'authorities', index], `${file} is not the certificate of an authority`);
  for (const [index, { authority, ocsp }] of (revocation?.sources ?? []).entries()) {
    checkCertificate(authority, [...at, 'revocation', 'sources', index, 'authority'], now, report);
    checkCertificates(ocsp?.responders ?? [], [...at, 'revocation', 'sources', index, 'ocsp', 'responders'], now, report);
  }
}

/** What opens keys that are not simply there. */
interface Secrets {
  readonly passphrase?: string;
  readonly token: boolean;
}

function checkFederation({ anchor, fingerprint, entityKey, sources, publish }: NonNullable<GatewayFile['federation']>, secrets: Secrets, report: Report): void {
  checkPlace(entityKey, ['federation', 'entityKey'], 'p256', secrets, report);
  if (publish !== undefined) checkFolder(publish, ['federation', 'publish'], report);
  const { value, problems } = readConfigFile(anchor, anchorSchema());
  if (value === undefined) return report(['federation', 'anchor'], problems[0]?.text ?? `${anchor} cannot be read`, { hint: '`causeway anchor init` writes it as anchor.json' });
  if (!sameFingerprint(fingerprint, fingerprintOf(value))) report(['federation', 'fingerprint'], `${anchor} has fingerprint ${fingerprintOf(value)}`, { hint: 'ask the people who keep the anchor, by another way than the file came' });
  if (!sources.some(({ entity }) => entity === value.entity)) report(['federation', 'sources'], `names no place of ${value.entity}, our own anchor`);
}

/** What it says is read at the start: here only whether it is there. */
function checkThere(file: string | undefined, path: YamlPath, report: Report): void {
  if (file !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile() !== true) report(path, `there is no file ${file}`);
}

/** What is in a token is looked at by the gateway that uses it. */
function checkPlace(place: string, path: YamlPath, kind: keyof typeof KINDS, { passphrase, token }: Secrets, report: Report): void {
  if (!place.startsWith('pkcs11:')) checkPrivateKey(place, path, kind, report, passphrase);
  else if (!token) report(path, 'is in a token, and there is no group `pkcs11`', { hint: 'docs/hsm.md' });
}

/** Where the next certificate lies in its place already, and its key not yet, a kill came between the two (trust/own/own-keys.ts): the gateway moves the key when it starts. */
function whileMoving({ key, certificate }: GatewayFile['keys']['tls']): GatewayFile['keys']['tls'] {
  return existsSync(`${key}.next`) && !existsSync(`${certificate}.next`) ? { key: `${key}.next`, certificate } : { key, certificate };
}

function checkFolder(folder: string, path: YamlPath, report: Report): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) report(path, `there is no folder ${folder}`);
}

export function checkIdentity(files: { readonly key: string; readonly certificate: string }, path: YamlPath, now: number, report: Report, passphrase?: string, kind: keyof typeof KINDS = 'tls'): void {
  const key = checkPrivateKey(files.key, [...path, 'key'], kind, report, passphrase);
  const certificate = checkCertificate(files.certificate, [...path, 'certificate'], now, report);
  if (key !== undefined && certificate !== undefined && !certificate.checkPrivateKey(key)) report([...path, 'certificate'], `is not the certificate of ${files.key}`);
}

export function checkOutgoing(tls: GatewayFile['home']['securityServers'][number]['tls'], path: YamlPath, now: number, report: Report, passphrase?: string): void {
  if (tls === undefined) return;
  const { key, certificate, pins } = tls;
  if (key !== undefined && certificate !== undefined) checkIdentity({ key, certificate }, path, now, report, passphrase);
  checkCertificates(pins, [...path, 'pins'], now, report);
}

/** A set overlaps while one is replaced by another: one that is out of its time does no harm while another is in it. */
function checkCertificates(files: readonly string[], path: YamlPath, now: number, report: Report): void {
  const inTime = files.some((file) => isInTime(attempt(() => new X509Certificate(readFileSync(file))), now));
  const milder: Report = (at, text, options) => report(at, text, { ...options, severity: 'warning', hint: 'another of the set is in its time' });
  for (const [index, file] of files.entries()) checkCertificate(file, [...path, index], now, report, inTime ? milder : report);
}

function isInTime(certificate: X509Certificate | undefined, now: number): boolean {
  return certificate !== undefined && certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime();
}

export function checkPrivateKey(file: string, path: YamlPath, kind: keyof typeof KINDS, report: Report, passphrase?: string): KeyObject | undefined {
  const pem = readSecret(file, path, report);
  if (pem === undefined) return undefined;
  const key = attempt(() => createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) }));
  if (key === undefined) {
    report(path, pem.includes('ENCRYPTED') ? `${file} is encrypted, and keys.passphrase does not open it` : `${file} is not a private key in PEM`);
    return undefined;
  }
  if (!KINDS[kind].fits(key)) report(path, `${file} ${KINDS[kind].text}`, kind === 'signature' ? {} : { hint: '`causeway keys make` makes the keys of a gateway' });
  return key;
}

/** One that is encrypted is opened by the gateway that uses it. */
function checkEvidenceKey({ evidence: file, evidenceMaster }: GatewayFile['keys'], { passphrase }: Secrets, report: Report): void {
  const path = ['keys', 'evidence'];
  const content = readSecret(file, path, report)?.toString('utf8').trim();
  if (content === undefined || COMPACT_JWE.test(content)) return;
  const bytes = Buffer.from(content, 'base64');
  const one = bytes.length === 32 && bytes.toString('base64') === content;
  if (!one && !content.startsWith('{')) report(path, `${file} must hold 32 bytes in base64, or what a change of the key wrote`);
  else if (passphrase !== undefined || evidenceMaster !== undefined) report(path, `${file} lies in the clear`, { hint: '`causeway keys rotate --role evidence` makes the next one, encrypted', severity: 'warning' });
}

function checkCertificate(file: string, path: YamlPath, now: number, report: Report, outOfTime: Report = report): X509Certificate | undefined {
  const pem = readOrReport(file, path, report);
  if (pem === undefined) return undefined;
  const certificate = attempt(() => new X509Certificate(pem));
  if (certificate === undefined) report(path, `${file} is not a certificate in PEM`);
  else if (now < certificate.validFromDate.getTime()) outOfTime(path, `${file} is not valid before ${certificate.validFromDate.toISOString()}`);
  else if (now >= certificate.validToDate.getTime()) outOfTime(path, `${file} expired at ${certificate.validToDate.toISOString()}`);
  else if (now >= certificate.validToDate.getTime() - SOON_MS) report(path, `${file} expires at ${certificate.validToDate.toISOString()}`, { severity: 'warning' });
  return certificate;
}

/** Others must not read a secret; a group may be how a service account is given it, which a person judges. */
export function readSecret(file: string, path: YamlPath, report: Report): Buffer | undefined {
  const content = readOrReport(file, path, report);
  const mode = content === undefined ? 0 : statSync(file).mode;
  if ((mode & 0o007) !== 0) report(path, `${file} is open to every user of this machine`, { hint: `chmod 600 ${file}` });
  else if ((mode & 0o070) !== 0) report(path, `${file} is open to its group`, { hint: `chmod 600 ${file}, if the gateway's user owns it`, severity: 'warning' });
  return content;
}

export function readOrReport(file: string, path: YamlPath, report: Report): Buffer | undefined {
  const content = attempt(() => readFileSync(file));
  if (content === undefined) report(path, `${file} ${statSync(file, { throwIfNoEntry: false }) === undefined ? 'does not exist' : 'cannot be read'}`);
  return content;
}

export function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
