/** Estonia's population register, service RR456: signed questions in, signed answers out; not found is an answer, not a fault. */
import type { Clock } from '../../../platform/clock.ts';
import type { XmlElement } from '../../../stages.ts';
import { element } from '../../../xml/element.ts';
import type { SignaturePolicy } from '../../country.ts';
import type { SystemKeys } from '../../pki/prepare.ts';
import { headerOf, identifierText } from '../../soap/message.ts';
import type { SoapMessage } from '../../soap/message.ts';
import { MessageSigner } from '../../soap/wss-sign.ts';
import { SignatureChecker, SignatureRefused } from '../../soap/wss-verify.ts';
import type { Listener } from '../../wire.ts';
import { findPerson, personElement } from './population-record.ts';
import { startRegister } from '../../registers/register.ts';
import type { RegisterOptions } from '../../registers/register.ts';
import { field, part, serveOperation } from '../../registers/soap-service.ts';
import type { SoapService } from '../../registers/soap-service.ts';

export const RR_NS = 'http://rr.x-road.eu/producer';
const PREFIXES = { [RR_NS]: 'prod' };
const SERVICE = 'EE/GOV/70008440/rr/RR456/v1';

export interface PopulationOptions extends RegisterOptions {
  readonly signer: NonNullable<SystemKeys['member']>;
  /** PEM of the country's signing authority. */
  readonly signingAuthority: string;
  readonly signatures: SignaturePolicy;
  readonly clock: Clock;
}

export function startPopulationRegister(options: PopulationOptions): Promise<Listener> {
  const valid = new MessageSigner(options.signer.valid, PREFIXES);
  const expired = new MessageSigner(options.signer.expired, PREFIXES);
  const { faults, clock } = options;
  const checker = new SignatureChecker(options.signingAuthority);
  const service: SoapService = {
    service: SERVICE,
    operation: 'RR456',
    faults,
    refusal: (message, bytes) => refusal(message, bytes, checker, options),
    answer,
    render: (header, body) => {
      const signer = faults.has(SERVICE, 'expired-certificate') ? expired : valid;
      return signer.message(header, body, clock.now() + (faults.get(SERVICE, 'clock-off')?.ms ?? 0));
    },
  };
  return startRegister(options, SERVICE, (incoming) => serveOperation(incoming, service));
}

/** Why the signature of a question is not accepted. */
function refusal(message: SoapMessage, bytes: Uint8Array, checker: SignatureChecker, options: PopulationOptions): string | undefined {
  const client = headerOf(message, 'client');
  const member = client === undefined ? '' : identifierText(client).split('/').slice(0, 3).join('/');
  try {
    checker.check(bytes, member, options.clock.now());
    return undefined;
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    if (error.absent && options.signatures === 'accepted') return undefined;
    return `Päringu allkiri ei ole kehtiv: ${error.message}`;
  }
}

function answer(question: XmlElement): XmlElement {
  const code = field(part(question, 'request'), 'Isikukood');
  const person = findPerson(code);
  const response = person === undefined ? notFound() : found(personElement(person));
  return element(RR_NS, 'RR456Response', [element('', 'request', [element('', 'Isikukood', [code])]), element('', 'response', response)]);
}

function notFound(): XmlElement[] {
  return [element('', 'faultCode', ['10027']), element('', 'faultString', ['Isik puudub RRis. (10027)'])];
}

function found(person: XmlElement): XmlElement[] {
  return [
    element('', 'Veakood', ['0']),
    element('', 'Isikud', [person]),
    ...['Dokumendid', 'Suhted', 'Hooldusoigused'].map((name) => element('', name)),
  ];
}
