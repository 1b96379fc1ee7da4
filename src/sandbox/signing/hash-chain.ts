/** The hash chain of one part of a batch, as a security server writes it: one signature, or one time-stamp, over many. Source: Cybernetica T-4-20; the form of real containers. */
import { hash } from 'node:crypto';
import { digestList } from '../../crypto/digest-list.ts';

const SHA512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
const NAMESPACES = 'xmlns="http://www.w3.org/2000/09/xmldsig#" xmlns:ns2="http://cyber.ee/hashchain"';

export interface HashChain {
  readonly chain: Uint8Array;
  /** What is signed or time-stamped. */
  readonly result: Uint8Array;
}

/** `parts` by their URIs; `others`: digests (SHA-512) of what else is in the batch. `file`: name under which the chain lies in the container. */
export function hashChain(file: string, parts: ReadonlyMap<string, Uint8Array>, others: readonly Uint8Array[] = []): HashChain {
  const own = [...parts].map(([uri, bytes]) => ({ uri, value: hash('sha512', bytes, 'buffer') }));
  const values = [...own.map(({ value }) => value), ...others];
  const steps = [...own.map(({ uri, value }) => `<ns2:DataRef URI="${uri}">${digestValue(value)}</ns2:DataRef>`), ...others.map((value) => `<ns2:HashValue>${digestValue(value)}</ns2:HashValue>`)];
  const root = hash('sha512', digestList(values.map((value) => ({ value, algorithm: SHA512 }))), 'buffer');
  return {
    chain: xml(`<ns2:HashChain ${NAMESPACES}><ns2:DefaultDigestMethod Algorithm="${SHA512}"/><ns2:HashStep id="STEP0">${steps.join('')}</ns2:HashStep></ns2:HashChain>`),
    result: xml(`<ns2:HashChainResult URI="/${file}#STEP0" ${NAMESPACES}><DigestMethod Algorithm="${SHA512}"/>${digestValue(root)}</ns2:HashChainResult>`),
  };
}

function digestValue(value: Uint8Array): string {
  return `<DigestValue>${Buffer.from(value).toString('base64')}</DigestValue>`;
}

function xml(text: string): Uint8Array {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${text}`);
}
