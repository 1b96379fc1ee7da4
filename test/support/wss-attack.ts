/** Attacks on a signed message: forging tools, and the assertion that each verifier refuses on its own. */
import assert from 'node:assert/strict';
import { createHash, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { MemberKey } from '../../src/crypto/certificates.ts';
import { verifyRequest } from '../../src/ecosystems/soap/proof.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import type { DomesticRequest, Verified, XmlElement } from '../../src/stages.ts';
import { mintReceived } from '../../src/stages.ts';
import { withDocument } from '../../src/xml/document.ts';
import { attribute, elements } from '../../src/xml/element.ts';
import { assertRefused } from './refused.ts';
import { NOW, policy, REQUEST, signedText, signer } from './wss.ts';

const VERIFIERS = ['libxml2', 'xml-crypto'] as const;
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

type Policy = ReturnType<typeof policy>;

export function verify(text: string | Buffer, judged: Policy, now = NOW): Promise<Verified<DomesticRequest>> {
  return verifyRequest(mintReceived(REQUEST, Buffer.from(text as string)), judged, now, DEFAULT_XML_LIMITS);
}

export interface Attack {
  /** What the attacker does to the signed message; the member's key is at hand for signing what the member would never sign. */
  readonly forge: (signed: string, member: MemberKey) => string | Promise<string>;
  readonly code: ErrorCode;
  /** A harmless change that the same test tools make, which must verify; default: the message as it was signed. */
  readonly control?: (signed: string, member: MemberKey) => string;
  readonly trust?: Policy['trust'];
  readonly signer?: () => MemberKey;
  readonly at?: number;
}

/** One attack, against each verifier alone, with its positive control. */
export function refuses(title: string, attack: Attack): void {
  describe(title, () => {
    let member: MemberKey;
    let signed: string;
    before(async () => {
      member = signer();
      signed = await signedText({ signer: member });
    });
    for (const verifiers of VERIFIERS) {
      it(`the message before the attack verifies (${verifiers})`, async () => {
        const verified = await verify((attack.control ?? ((text) => text))(signed, member), policy({ verifiers }));
        assert.deepEqual(verified.message, REQUEST);
      });
      it(`refused with ${attack.code} (${verifiers})`, async () => {
        const used = attack.signer?.() ?? member;
        const original = attack.signer === undefined ? signed : await signedText({ signer: used });
        const forged = await attack.forge(original, used);
        await assertRefused(verify(forged, policy({ verifiers, ...(attack.trust === undefined ? {} : { trust: attack.trust }) }), attack.at), attack.code);
      });
    }
  });
}

/** Replaces exactly one occurrence: an attack that does not hit its target proves nothing. */
export function replace(text: string, pattern: string | RegExp, replacement: string): string {
  const found = text.match(typeof pattern === 'string' ? new RegExp(escape(pattern), 'g') : new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`));
  assert.equal(found?.length, 1, `pattern occurs ${found?.length ?? 0} times: ${String(pattern)}`);
  return text.replace(pattern, () => replacement);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The first match, which must exist. */
export function cut(text: string, pattern: RegExp): string {
  const match = pattern.exec(text);
  assert.ok(match, `nothing matches ${String(pattern)}`);
  return match[0];
}

export const BODY_PATTERN = /<SOAP-ENV:Body[ >].*<\/SOAP-ENV:Body>/s;
export const SECURITY_PATTERN = /<wsse:Security .*<\/wsse:Security>/s;
export const SIGNATURE_PATTERN = /<ds:Signature .*<\/ds:Signature>/s;
export const TIMESTAMP_PATTERN = /<wsu:Timestamp .*<\/wsu:Timestamp>/s;
export const CLIENT_PATTERN = /<xrd:client .*<\/xrd:client>/s;

/** The id by which the signature refers to the matched element. */
export function idIn(element: string): string {
  return /wsu:Id="([^"]+)"/.exec(element)![1]!;
}

/** A body that asks for somebody else, without an id. */
export const EVIL_BODY = '<SOAP-ENV:Body><v:HenkilonTunnusKysely xmlns:v="http://xml.vrk.fi/schema/vtjkysely"><v:request><v:Henkilotunnus>131052-308T</v:Henkilotunnus></v:request></v:HenkilonTunnusKysely></SOAP-ENV:Body>';

/** Recomputes every digest and the signature value over the message as it now stands, as the member itself would have to. */
export function resign(text: string, member: MemberKey, options: { hash?: string; digest?: string } = {}): string {
  const digested = withDocument(Buffer.from(text), DEFAULT_XML_LIMITS, (document) => {
    let result = text;
    for (const reference of find(document.root, (one) => one.name === 'Reference' && attribute(one, '', 'URI') !== undefined && one.ns.endsWith('xmldsig#'))) {
      const uri = attribute(reference, '', 'URI')!;
      const [target] = find(document.root, (one) => `#${attribute(one, WSU, 'Id')}` === uri);
      if (target === undefined) continue;
      const [bytes] = document.canonicalize([{ element: target, inclusive: prefixList(reference) }]);
      const value = createHash(options.digest ?? 'sha256').update(bytes!).digest('base64');
      result = result.replace(new RegExp(`(URI="${escape(uri)}"(?:(?!</ds:Reference>).)*<ds:DigestValue>)[^<]*`, 's'), (_, before: string) => before + value);
    }
    return result;
  });
  return resignInfo(digested, member, options.hash ?? 'sha256');
}

function resignInfo(text: string, { key }: MemberKey, hash: string): string {
  const canonical = withDocument(Buffer.from(text), DEFAULT_XML_LIMITS, (document) => {
    const signedInfo = find(document.root, (one) => one.name === 'SignedInfo')[0]!;
    return document.canonicalize([{ element: signedInfo, inclusive: prefixList(elements(signedInfo)[0]!) }])[0]!;
  });
  const value = sign(hash, canonical, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  return text.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`);
}

/** Prefixes of the first InclusiveNamespaces inside; #default has no meaning here. */
function prefixList(method: XmlElement): string[] {
  const [list] = find(method, (one) => one.name === 'InclusiveNamespaces');
  return list === undefined ? [] : attribute(list, '', 'PrefixList')!.split(' ').filter((prefix) => prefix !== '#default');
}

function find(root: XmlElement, wanted: (element: XmlElement) => boolean): XmlElement[] {
  return [...(wanted(root) ? [root] : []), ...elements(root).flatMap((one) => find(one, wanted))];
}
