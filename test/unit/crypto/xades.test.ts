import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';
import { C14nCanonicalization, ExclusiveCanonicalization } from 'xml-crypto';
import { readXades } from '../../../src/crypto/xml-signature/xades.ts';
import { readZip } from '../../../src/evidence/zip.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { containerFile, noVectors } from '../../support/signed-documents.ts';

/** Namespaces in scope around an element, as inclusive canonical XML takes them over. */
function around(node: Node | null): { prefix: string; namespaceURI: string }[] {
  const found = new Map<string, string>();
  for (let at = node as Element | null; at?.attributes !== undefined; at = at.parentNode as Element | null) {
    for (const { prefix, localName, name, value } of Array.from(at.attributes)) {
      const declared = prefix === 'xmlns' ? localName : '';
      if ((prefix === 'xmlns' || name === 'xmlns') && declared !== null && !found.has(declared)) found.set(declared, value);
    }
  }
  return [...found].map(([prefix, namespaceURI]) => ({ prefix, namespaceURI }));
}

describe('canonical bytes that an X-Road signature is over', { skip: noVectors }, () => {
  for (const { name, form } of [{ name: 'valid-signed-message', form: C14nCanonicalization }, { name: 'valid-non-batch-rest', form: ExclusiveCanonicalization }]) {
    test(`${name}: two independent implementations agree on SignedInfo and on the signed properties`, async () => {
      const bytes = (await readZip(readFileSync(containerFile(name)))).get('META-INF/signatures.xml')!;
      const signature = readXades(bytes, DEFAULT_XML_LIMITS);
      const dom = new DOMParser().parseFromString(Buffer.from(bytes).toString(), 'text/xml');
      for (const [tag, ours] of [['ds:SignedInfo', signature.signedInfo], ['xades:SignedProperties', signature.signedProperties]] as const) {
        const node = dom.getElementsByTagName(tag)[0] as Node;
        const theirs = new form().process(node, { ancestorNamespaces: around(node.parentNode) });
        assert.equal(Buffer.from(ours).toString(), theirs);
      }
    });
  }
});
