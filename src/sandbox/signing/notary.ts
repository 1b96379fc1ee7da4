/** What signs for the members of a pretend country, as their security server does: a key a member, the country's time-stamping authority, and OCSP answers of its authority. */
import { X509Certificate, randomBytes } from 'node:crypto';
import { signCades } from '../../crypto/cades-sign.ts';
import { answerOcsp } from '../../crypto/ocsp-answer.ts';
import type { Identity } from '../../crypto/pki.ts';
import { answerTimestamp } from '../../crypto/timestamp-answer.ts';
import { readTimestampResponse, timestampRequest } from '../../crypto/timestamp.ts';
import { writeZip } from '../../evidence/zip-write.ts';
import type { Clock } from '../../platform/clock.ts';
import { SANDBOX_TSA_POLICY } from '../time-stamping.ts';
import type { SignedMessage } from './archive.ts';
import { hashChain } from './hash-chain.ts';
import type { HashChain } from './hash-chain.ts';
import { signXades } from './xades.ts';

const MIME_TYPE = 'application/vnd.etsi.asic-e+zip';
const SIMPLE_TYPE = 'application/vnd.etsi.asic-s+zip';
const ACCURACY_MS = 100;

/** Of a country (pki/prepare.ts). */
export interface NotaryKeys {
  readonly signingAuthority: Identity;
  readonly timeStamping: { readonly signer: Identity };
  /** By member: `<instance>/<class>/<code>`. */
  readonly sealing: ReadonlyMap<string, Identity>;
}

export class Notary {
  readonly #keys: NotaryKeys;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(keys: NotaryKeys, clock: Pick<Clock, 'now'>) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Members that it can sign for: `<instance>/<class>/<code>`. */
  get members(): readonly string[] {
    return [...this.#keys.sealing.keys()];
  }

  /**
   * The container of a message (ASiC-E), signed by `signer`, as a security server makes it without being told otherwise: a message with attachments, as any REST body
   * is one, under a batch signature; and the time-stamp over a batch of signatures.
   */
  async container({ message, attachments }: Pick<SignedMessage, 'message' | 'attachments'>, signer: string): Promise<Uint8Array> {
    const parts = new Map([['/message.xml', message], ...attachments.map((bytes, at): [string, Uint8Array] => [`/attachment${at + 1}`, bytes])]);
    const batch = attachments.length === 0 ? undefined : hashChain('sig-hashchain.xml', parts);
    const identity = this.#sealing(signer);
    const signatures = signXades({ signer: identity, parts: batch === undefined ? parts : new Map([['/sig-hashchainresult.xml', batch.result]]), now: this.#clock.now(), ocsp: this.ocsp(identity) });
    // The neighbour in the batch is a message of somebody else.
    const stamped = hashChain('ts-hashchain.xml', new Map([['/META-INF/signatures.xml', signatures]]), [randomBytes(64)]);
    return writeZip(
      new Map([
        ['mimetype', Buffer.from(MIME_TYPE)],
        ...[...parts].map(([uri, bytes]): [string, Uint8Array] => [uri.slice(1), bytes]),
        ['META-INF/signatures.xml', signatures],
        ...(batch === undefined ? [] : chainFiles('sig', batch)),
        ...chainFiles('ts', stamped),
        ['META-INF/timestamp.tst', this.stamp(stamped.result)],
      ]),
    );
  }

  /** The same as UXP makes it (ASiC-S, CMS). */
  async simpleContainer({ message }: Pick<SignedMessage, 'message'>, signer: string, answeredAbout = signer): Promise<Uint8Array> {
    const identity = this.#sealing(signer);
    const signature = signCades({ signer: identity, message, ocsp: this.ocsp(this.#sealing(answeredAbout)), stamp: (value) => this.stamp(value) });
    return writeZip(new Map([['mimetype', Buffer.from(SIMPLE_TYPE)], ['message.xml', message], ['META-INF/signature.p7s', signature]]));
  }

  #sealing(signer: string): Identity {
    const identity = this.#keys.sealing.get(signer);
    if (identity === undefined) throw new Error(`sandbox: nobody signs for ${signer}`);
    return identity;
  }

  /** DER. */
  stamp(data: Uint8Array): Uint8Array {
    const serial = randomBytes(8);
    serial[0] = (serial[0]! & 0x3f) | 0x40;
    return readTimestampResponse(answerTimestamp(timestampRequest(data, randomBytes(8)), this.#keys.timeStamping.signer, { now: this.#clock.now(), serial, policy: SANDBOX_TSA_POLICY, accuracy: ACCURACY_MS }));
  }

  /** DER: the country's authority says that the certificate is good. */
  ocsp({ certificate }: Identity): Uint8Array {
    return answerOcsp({ certificate: new X509Certificate(certificate).raw, authority: this.#keys.signingAuthority, status: 'good', now: this.#clock.now() });
  }
}

function chainFiles(of: 'sig' | 'ts', { chain, result }: HashChain): [string, Uint8Array][] {
  return [[`${of}-hashchainresult.xml`, result], [`${of}-hashchain.xml`, chain]];
}
