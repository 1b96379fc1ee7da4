/**
 * The one list of dialects: a folder and a line here make one (docs/ecosystems-add.md). A line tells the form of the dialect's payloads, by which
 * mappings are compiled, and where it is: it is loaded when a gateway opens, never by a command that needs the forms alone.
 */
import type { GatewayConfig } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import type { DialectForms } from '../mapping/mappings.ts';
import type { DialectName, Payload } from '../stages.ts';
import type { Dialect } from './ecosystem.ts';
import type { HubSettings } from './openapi/settings.ts';
import type { XRoadSettings } from './xroad-settings.ts';

/** `hub`: only where the gateway stands at an API hub. */
export type DialectSettings = XRoadSettings & { readonly hub?: HubSettings };

interface Listed {
  readonly form: Payload['form'];
  /** Undefined where gateway.yaml does not set what the dialect needs. */
  load(settings: DialectSettings): Promise<Dialect | undefined>;
}

const LIST: Readonly<Record<DialectName, Listed>> = {
  'xroad-soap': { form: 'xml', load: async (settings) => (await import('./xroad-soap/dialect.ts')).xroadSoap(settings) },
  'xroad-rest': { form: 'json', load: async (settings) => (await import('./xroad-rest/dialect.ts')).xroadRest(settings) },
  'openapi': { form: 'json', load: async ({ hub }) => hub && (await import('./openapi/dialect.ts')).openapi(hub) },
  'uxp-soap': { form: 'xml', load: async (settings) => (await import('./uxp-soap/dialect.ts')).uxpSoap(settings) },
  'uxp-rest': { form: 'json', load: async (settings) => (await import('./uxp-rest/dialect.ts')).uxpRest(settings) },
};

/** What the mapping room is given of each. */
export const DIALECT_FORMS: DialectForms = Object.fromEntries(Object.entries(LIST).map(([name, { form }]) => [name, form]));

/** What gateway.yaml and the profile of the platform say, but for a hub. */
export function dialectSettings({ gateway, home, ecosystem, limits }: Pick<GatewayConfig, 'gateway' | 'home' | 'ecosystem' | 'limits'>): DialectSettings {
  return {
    faultSpelling: home.faultCodes ?? ecosystem.faultCodes,
    maxAnswerBytes: limits.answerBytes,
    xml: limits.xml,
    mime: { maxParts: limits.mimeParts, maxHeaderBytes: limits.mimeHeaderBytes },
    requestHash: home.requestHash,
    ...(ecosystem.requestHashes === undefined ? {} : { requestHashes: ecosystem.requestHashes }),
    ...(gateway.home === 'edge' ? { edge: home.member } : {}),
  };
}

/** All of them, as this gateway speaks them. The function throws `config-invalid` for one that it does not speak. */
export async function openDialects(settings: DialectSettings): Promise<(name: DialectName) => Dialect> {
  const dialects = new Map(await Promise.all(Object.entries(LIST).map(async ([name, { load }]) => [name, await load(settings)] as const)));
  return (name) => {
    const dialect = dialects.get(name);
    if (dialect === undefined) throw new CausewayError('config-invalid', `services.yaml names the dialect ${name}, for which gateway.yaml has no settings`);
    return dialect;
  };
}
