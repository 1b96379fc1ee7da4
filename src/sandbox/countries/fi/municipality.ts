/** A Finnish municipality's population system: asks the service HenkilonTunnusKysely in the form of VTJ, signed with its own key. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { HttpMessage } from '../../../platform/http-client.ts';
import type { XmlElement } from '../../../stages.ts';
import { attribute, child, element, text } from '../../../xml/element.ts';
import type { KitParts } from '../../country.ts';
import type { Faults } from '../../faults.ts';
import type { SystemKeys } from '../../pki/prepare.ts';
import { envelope, headerElements, renderMessage } from '../../soap/message.ts';
import { MessageSigner } from '../../soap/wss-sign.ts';
import { SignatureChecker, SignatureRefused } from '../../soap/wss-verify.ts';
import { soapRequest } from '../../desk.ts';
import type { Desk, SoapAnswer } from '../../desk.ts';

export const VTJ_NS = 'http://xml.vrk.fi/ws/vtj/vtjkysely/1';
export const VTJ_ANSWER_NS = 'http://xml.vrk.fi/schema/vtjkysely';

const CLIENT = 'FI/MUN/0101263-6/vaestotiedot';
/** The member that answers for the service, and signs. */
const PROVIDER = 'FI/GOV/0245437-2';
const PREFIXES = { [VTJ_NS]: 'vtj' };

export interface PopulationQuestion {
  /** Personal code of the person asked about. */
  readonly personCode: string;
}

export interface AskOptions {
  /** Message id; a new UUID when absent. */
  readonly id?: string;
  /** The official who asks. */
  readonly userId?: string;
}

/** What the answer says of the person, in the words of VTJ. */
export interface PopulationRecord {
  /** Paluukoodi: `0000` found, `0001` not found. */
  readonly code: string;
  readonly familyName?: string;
  readonly givenNames?: string;
  /** As VTJ writes dates: yyyymmdd. */
  readonly dateOfDeath?: string;
  /** Where the person lives abroad, as the answer says it. */
  readonly placeAbroad?: string;
}

export interface PopulationAnswer extends SoapAnswer {
  readonly record?: PopulationRecord;
  /** Of the answer, by the member that offers the service. */
  readonly signature: 'valid' | 'absent' | { readonly refused: string };
}

export interface MunicipalityOptions {
  readonly desk: Desk;
  readonly signer: NonNullable<SystemKeys['member']>;
  /** PEM of the country's signing authority. */
  readonly signingAuthority: string;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly foreign: KitParts['foreign'];
}

export class Municipality {
  readonly #options: MunicipalityOptions;
  readonly #valid: MessageSigner;
  readonly #expired: MessageSigner;
  readonly #checker: SignatureChecker;

  constructor(options: MunicipalityOptions) {
    this.#options = options;
    this.#valid = new MessageSigner(options.signer.valid, PREFIXES);
    this.#expired = new MessageSigner(options.signer.expired, PREFIXES);
    this.#checker = new SignatureChecker(options.signingAuthority);
  }

  async ask(question: PopulationQuestion, options: AskOptions = {}): Promise<PopulationAnswer> {
    const id = options.id ?? randomUUID();
    return this.send(id, this.prepare(question, { ...options, id }));
  }

  /** A signed request, made ahead of sending; it is good for as long as receivers accept its creation time. */
  prepare(question: PopulationQuestion, options: AskOptions & { readonly id: string }): HttpMessage {
    const { faults, clock } = this.#options;
    const signer = faults.has(CLIENT, 'expired-certificate') ? this.#expired : this.#valid;
    const created = clock.now() + (faults.get(CLIENT, 'clock-off')?.ms ?? 0);
    return soapRequest(signer.message(this.#header(options), body(question), created));
  }

  /** As `prepare`, without a signature: for a link that takes the security server's word. */
  prepareUnsigned(question: PopulationQuestion, options: AskOptions & { readonly id: string }): HttpMessage {
    return soapRequest(renderMessage(envelope(this.#header(options), [body(question)]), PREFIXES));
  }

  /** Sends what `prepare` made under `id`. */
  async send(id: string, request: HttpMessage): Promise<PopulationAnswer> {
    let signature: PopulationAnswer['signature'] = 'absent';
    const answer = await this.#options.desk.sendSoap(id, request, (bytes) => {
      signature = this.#signature(bytes);
    });
    const record = answer.message === undefined ? undefined : readRecord(answer.message.body);
    return { ...answer, signature, ...(record === undefined ? {} : { record }) };
  }

  #header({ id, userId }: AskOptions & { readonly id: string }): XmlElement[] {
    return headerElements({ client: CLIENT, service: this.#options.foreign('HenkilonTunnusKysely'), id, userId: userId ?? 'FIvirkailija-17' });
  }

  /** Throws for bytes that are not well-formed XML. */
  #signature(answer: Uint8Array): PopulationAnswer['signature'] {
    try {
      this.#checker.check(answer, PROVIDER, this.#options.clock.now());
      return 'valid';
    } catch (error) {
      if (!(error instanceof SignatureRefused)) throw error;
      return error.absent ? 'absent' : { refused: error.message };
    }
  }
}

/** VTJ wants the caller's product and account in the body; the password stays empty where the platform authenticates. */
function body({ personCode }: PopulationQuestion): XmlElement {
  const fields = { SoSoNimi: 'Perussanoma 3', Kayttajatunnus: 'merilahti', Salasana: '', Loppukayttaja: 'virkailija-17', Laskutustiedot: '', Henkilotunnus: personCode };
  const children = Object.entries(fields).map(([name, value]) => element(VTJ_NS, name, value === '' ? [] : [value]));
  return element(VTJ_NS, 'HenkilonTunnusKysely', [element(VTJ_NS, 'request', children)]);
}

function readRecord([answer]: readonly XmlElement[]): PopulationRecord | undefined {
  const message = descend(answer, [VTJ_NS, 'response'], [VTJ_ANSWER_NS, 'VTJHenkiloVastaussanoma']);
  const code = message === undefined ? undefined : child(message, VTJ_ANSWER_NS, 'Paluukoodi');
  if (message === undefined || code === undefined) return undefined;
  const value = (...path: string[]): string | undefined => {
    const found = descend(message, ...path.map((name) => [VTJ_ANSWER_NS, name] as const));
    const content = found === undefined ? '' : text(found).trim();
    return content === '' ? undefined : content;
  };
  const found = {
    familyName: value('Henkilo', 'NykyinenSukunimi', 'Sukunimi'),
    givenNames: value('Henkilo', 'NykyisetEtunimet', 'Etunimet'),
    dateOfDeath: value('Henkilo', 'Kuolintiedot', 'Kuolinpvm'),
    placeAbroad: value('Henkilo', 'VakinainenUlkomainenLahiosoite', 'UlkomainenPaikkakuntaJaValtioSelvakielinen'),
  };
  return { code: attribute(code, '', 'koodi') ?? '', ...Object.fromEntries(Object.entries(found).filter(([, content]) => content !== undefined)) };
}

function descend(from: XmlElement | undefined, ...path: readonly (readonly [ns: string, name: string])[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((parent, [ns, name]) => (parent === undefined ? undefined : child(parent, ns, name)), from);
}
