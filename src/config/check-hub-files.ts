/** The files that `home.hub`, its clients and its services name. */
import { createPublicKey } from 'node:crypto';
import { SIGNATURE_KEY, attempt, checkAuthorities, checkIdentity, checkOutgoing, checkPrivateKey, fitsSignatures, readOrReport, readSecret } from './check-files.ts';
import type { Report } from './check-files.ts';
import type { GatewayFile } from './gateway-file.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';
import type { YamlPath } from './yaml.ts';

export function checkHubFiles({ home: { hub, clients, services } }: GatewayFile, at: Located, now: number): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, text, options) => problems.push(problemAt(at, path, text, options));
  for (const [name, list] of [['clients', clients], ['services', services]] as const) {
    for (const [index, { signatureKeys = [] }] of list.entries()) {
      for (const [key, { publicKey }] of signatureKeys.entries()) checkPublicKey(publicKey, ['home', name, index, 'signatureKeys', key, 'publicKey'], report);
    }
  }
  if (hub === undefined) return problems;
  const { signatures, tokens, oauth, apiKey } = hub;
  if (signatures !== undefined) checkSignatures(signatures, now, report);
  if (tokens !== undefined) checkKeySet(tokens.keys, ['home', 'hub', 'tokens', 'keys'], report);
  if (apiKey !== undefined) readSecret(apiKey, ['home', 'hub', 'apiKey'], report);
  if (oauth === undefined) return problems;
  checkOutgoing(oauth.tls, ['home', 'hub', 'oauth', 'tls'], now, report);
  if (oauth.assertion !== undefined) checkPrivateKey(oauth.assertion.key, ['home', 'hub', 'oauth', 'assertion', 'key'], 'signature', report);
  if (oauth.secret !== undefined) readSecret(oauth.secret, ['home', 'hub', 'oauth', 'secret'], report);
  return problems;
}

function checkSignatures(signatures: NonNullable<NonNullable<GatewayFile['home']['hub']>['signatures']>, now: number, report: Report): void {
  const at = ['home', 'hub', 'signatures'];
  if (signatures.certificate === undefined) checkPrivateKey(signatures.key, [...at, 'key'], 'signature', report);
  else checkIdentity({ key: signatures.key, certificate: signatures.certificate }, at, now, report, undefined, 'signature');
  checkAuthorities(signatures, at, now, report);
}

function checkPublicKey(file: string, path: YamlPath, report: Report): void {
  const pem = readOrReport(file, path, report);
  if (pem === undefined) return;
  const key = attempt(() => createPublicKey(pem));
  if (key === undefined) report(path, `${file} is not a public key in PEM`);
  else if (pem.includes('PRIVATE KEY')) report(path, `${file} holds a private key`, { hint: 'only its owner may have it: ask for the public one' });
  else if (!fitsSignatures(key)) report(path, `${file} ${SIGNATURE_KEY}`);
}

/** That its keys are public and of use, the gateway finds when it starts. */
function checkKeySet(file: string, path: YamlPath, report: Report): void {
  const content = readOrReport(file, path, report);
  const keys = content === undefined ? [] : attempt(() => (JSON.parse(content.toString()) as { readonly keys?: unknown }).keys);
  if (!Array.isArray(keys)) report(path, `${file} is not a JWK set: { "keys": [ … ] }`);
}
