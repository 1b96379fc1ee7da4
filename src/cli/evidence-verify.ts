/** `causeway evidence verify <container>`: judges a signed document of a security server (X-Road, UXP) against the configuration of its instance. */
import { readFileSync } from 'node:fs';
import { allConfigurations, configuredInstances } from '../ecosystems/signed-documents/configuration-folder.ts';
import { unverifiable } from '../ecosystems/signed-documents/cms-document.ts';
import { readContainer } from '../ecosystems/signed-documents/container.ts';
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
  /** Hexadecimal SHA-256 of the global configuration under which it was judged. */
  readonly configuration?: string;
  /** Why nothing here can verify it (DSTU 4145): neither valid nor proven to be otherwise. */
  readonly unverified?: string;
  /** What does not hold: our code, X-Road's where it has one, and why. */
  readonly wrong?: { readonly code: string; readonly platformCode?: string; readonly message: string };
}

/**
 * `trust`: a folder of global configurations, `<instance>/shared-params.xml` with its history where `evidence trust` or a gateway wrote it: what the latest
 * does not vouch for any more, an earlier one may. Throws `config-invalid` where it is none.
 */
export async function evidenceVerify(container: string, trust: string): Promise<EvidenceReport> {
  const bytes = readFileSync(container);
  const [latest, ...earlier] = readConfigurations(trust);
  if (latest === undefined) throw new CausewayError('config-invalid', `no <instance>/shared-params.xml in ${trust}`);
  const first = await judge(bytes, latest);
  if (first.valid || !NO_LONGER.has(first.wrong?.code ?? '')) return first;
  for (const configurations of earlier) {
    const report = await judge(bytes, configurations);
    if (report.valid) return report;
  }
  return first;
}

/** What another year's configuration may see otherwise. */
const NO_LONGER: ReadonlySet<string> = new Set(['signature-untrusted', 'signature-expired']);

type Configurations = ReadonlyMap<string, { readonly read: GlobalConfiguration; readonly sha256: string }>;

async function judge(bytes: Uint8Array, configurations: Configurations): Promise<EvidenceReport> {
  const checks: { check: string; detail: string }[] = [];
  try {
    const believed = new Map([...configurations].map(([instance, { read }]) => [instance, read]));
    const unverified = unverifiable(await readContainer(bytes));
    if (unverified !== undefined) return { valid: false, checks, unverified };
    const proof = await verifySignedDocument(bytes, believed, DEFAULT_XML_LIMITS, (check, detail) => checks.push({ check, detail }));
    const { instance, memberClass, memberCode } = proof.signer;
    return { valid: true, checks, kind: proof.kind, messageId: proof.messageId, signer: [instance, memberClass, memberCode].join('/'), certificate: proof.certificate, time: new Date(proof.time).toISOString(), timestamper: proof.timestamper, configuration: configurations.get(instance)!.sha256 };
  } catch (thrown) {
    const { code, message, facts } = asCausewayError(thrown);
    if (code === 'internal') throw thrown;
    return { valid: false, checks, wrong: { code, ...(facts.platformCode === undefined ? {} : { platformCode: facts.platformCode }), message } };
  }
}

/** The report as lines for a person. */
export function renderEvidenceReport(report: EvidenceReport): string {
  const held = report.checks.map(({ check, detail }) => `✔ ${check}: ${detail}`);
  const { wrong, unverified } = report;
  if (unverified !== undefined) return `? not verified: ${unverified}`;
  const outcome = wrong === undefined ? `valid: ${report.kind} ${report.messageId}, signed by ${report.signer} (${report.certificate}) before ${report.time}` : `✖ not valid: ${wrong.message} (${[wrong.platformCode, wrong.code].filter(Boolean).join('; ')})`;
  return [...held, outcome].join('\n');
}

/** The latest of each instance, then, one by one, what stood before. */
function readConfigurations(folder: string): Configurations[] {
  const instances = configuredInstances(folder).map((instance) => allConfigurations(folder, instance).map(({ sharedParameters, sha256 }) => ({ read: readSharedParameters(sharedParameters, DEFAULT_XML_LIMITS), sha256 })));
  const deepest = Math.max(0, ...instances.map(({ length }) => length));
  return Array.from({ length: deepest }, (_, at) => new Map(instances.map((all) => all[Math.min(at, all.length - 1)]!).map((one) => [one.read.instance, one])));
}
