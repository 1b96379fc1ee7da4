/** What an operator sets for an API hub (gateway.yaml, `home.hub`), with keys and files read. */
import type { TokenRules } from '../../crypto/access-token.ts';
import type { MessageKey } from '../../crypto/message-keys.ts';
import type { DomesticMember, DomesticRequest } from '../../stages.ts';
import type { AccessTokens } from './access-tokens.ts';

/** Names of the headers that carry what X-Road has headers of its own for; lower case. */
export interface HeaderNames {
  readonly messageId: string;
  readonly client: string;
  readonly userId: string;
  readonly issue: string;
  readonly representedParty: string;
}

/** Whose signatures of messages count. */
export interface Signatory {
  readonly keys: readonly MessageKey[];
  /** What the subject of its signing certificate must say, by OpenSSL's short names; absent: its certificates do not count. */
  readonly subject?: Readonly<Record<string, string>>;
}

/** Who may call: all of the credentials that are set must be shown. At least one is set. */
export interface HubClient extends Signatory {
  readonly member: DomesticMember;
  /** Base64 SHA-256 of the public keys of its TLS certificates; empty: no certificate is asked for. */
  readonly pins: readonly string[];
  /** Its client id at the authorisation server. */
  readonly oauthClient?: string;
  /** base64url SHA-256 of its API key. */
  readonly apiKey?: string;
}

/** A service of ours behind the hub. */
export interface HubProvider extends Signatory {
  /** `https://host[:port][/path]`: what path templates are appended to. */
  readonly url: string;
}

export interface HubSettings {
  /** `https://host[:port]` under which clients know our domestic listener. */
  readonly origin: string;
  readonly headers: HeaderNames;
  readonly apiKeyHeader: string;
  readonly clients: readonly HubClient[];
  /** Access tokens that clients show; absent where none has any. */
  readonly tokens?: TokenRules;
  /** By `instance/class/code/subsystem/service`. */
  readonly providers: ReadonlyMap<string, HubProvider>;
  /** What we show to providers, beside the certificate of the connection. */
  readonly credentials: { readonly tokens?: AccessTokens; readonly apiKey?: string };
  readonly maxAnswerBytes: number;
  /** Path of the service URL at which a foreign service is offered. */
  pathOf(request: Pick<DomesticRequest, 'service' | 'operation'>): string;
}
