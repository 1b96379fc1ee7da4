import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elements, text } from '../../src/xml/element.ts';
import { replace, verify } from '../support/wss-attack.ts';
import { policy, REQUEST, signedText } from '../support/wss.ts';

// Canonicalisation drops comments, so that anybody may put one into a signed text: a reader that stops there sees another value (CVE-2017-11427).
for (const verifiers of ['libxml2', 'xml-crypto', 'both'] as const) {
  test(`a comment in a signed text cuts nothing off: the whole signed value is read (${verifiers})`, async () => {
    const forged = replace(await signedText(), '010190-999X', '010190<!---->-999X');
    const { message } = await verify(forged, policy({ verifiers }));
    assert.deepEqual(message, REQUEST);
    assert.equal(message.payload.form === 'xml' && text(elements(elements(message.payload.element)[0]!)[0]!), '010190-999X');
  });
}
