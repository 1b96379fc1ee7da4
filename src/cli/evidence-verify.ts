/** `causeway evidence verify <container>`: judges a signed document of a security server against the configuration of its instance. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readSharedParameters } from '../ecosystems/signed-documents/global-configuration.ts';
import type { GlobalConfiguration } from '../ecosystems/signed-documents/global-configuration.ts';
import { verifySignedDocument } from '../ecosystems/signed-documents/verify.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { DEFAULT_XML_LIMITS } from '../platform/limits.ts';

export interface EvidenceReport {
  readonly valid: boolean;
  readonly checks: readonly { readonly check: string; readonly detail: string }[];
  readonly kind?: string;
  readonly messageId?: string;
  readonly signer?: string;
  readonly certificate?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly timestamper?: string;
  /** What does not hold: our code, X-Road's where it has one, and why. */
  readonly wrong?: { readonly code: string; readonly platformCode?: string; readonly message: string };
}

/** `trust`: a folder of the global configuration as a security server keeps it, `<instance>/shared-params.xml`. Throws `config-invalid` where it is none. */
export async function evidenceVerify(container: string, trust: string): Promise<EvidenceReport> {
  const configurations = readConfigurations(trust);
  const checks: { check: string; detail: string }[] = [];
  try {
    const proof = await verifySignedDocument(readFileSync(container), configurations, DEFAULT_XML_LIMITS, (check, detail) => checks.push({ check, detail }));
    const { instance, memberClass, memberCode } = proof.signer;
    return { valid: true, checks, kind: proof.kind, messageId: proof.messageId, signer: [instance, memberClass, memberCode].join('/'), certificate: proof.certificate, time: new Date(proof.time).toISOString(), timestamper: proof.timestamper };
  } catch (thrown) {
    const { code, message, facts } = asCausewayError(thrown);
    if (code === 'internal') throw thrown;
    return { valid: false, checks, wrong: { code, ...(facts.platformCode === undefined ? {} : { platformCode: facts.platformCode }), message } };
  }
}

/** The report as lines for a person. */
export function renderEvidenceReport(report: EvidenceReport): string {
  const held = report.checks.map(({ check, detail }) => `✔ ${check}: ${detail}`);
  const { wrong } = report;
  const outcome = wrong === undefined ? `valid: ${report.kind} ${report.messageId}, signed by ${report.signer} (${report.certificate}) before ${report.time}` : `✖ not valid: ${wrong.message} (${[wrong.platformCode, wrong.code].filter(Boolean).join('; ')})`;
  return [...held, outcome].join('\n');
}

function readConfigurations(folder: string): ReadonlyMap<string, GlobalConfiguration> {
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, 'shared-params.xml')).filter((file) => existsSync(file)) : [];
  if (files.length === 0) throw new CausewayError('config-invalid', `no <instance>/shared-params.xml in ${folder}`);
  const read = files.map((file) => readSharedParameters(readFileSync(file), DEFAULT_XML_LIMITS));
  return new Map(read.map((configuration) => [configuration.instance, configuration]));
}
