/** The WSDL that we write, read back by the reader of descriptions and held against what the mappings write. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { renderWsdl } from '../../../../src/ecosystems/soap/wsdl.ts';
import { DIALECT_FORMS } from '../../../../src/ecosystems/dialects.ts';
import { conformXml } from '../../../../src/mapping/check/conform.ts';
import { childrenOf, isGroup } from '../../../../src/mapping/describe/description.ts';
import type { Described, Description, Particle } from '../../../../src/mapping/describe/description.ts';
import { merge } from '../../../../src/mapping/describe/from-rules.ts';
import { describeServices } from '../../../../src/mapping/describe/services.ts';
import type { DescribedService } from '../../../../src/mapping/describe/services.ts';
import { describeXml } from '../../../../src/mapping/describe/wsdl.ts';
import { domestic, goldenFiles } from '../../mapping/golden.ts';
import { MAPPINGS } from '../../mapping/support.ts';

const read = (path: string): Uint8Array | undefined => (existsSync(join(MAPPINGS, path)) ? readFileSync(join(MAPPINGS, path)) : undefined);
const described = (await Promise.all(['EE', 'FI'].map((country) => describeServices(MAPPINGS, country, new Set(['EE', 'FI']), DIALECT_FORMS, read)))).flat();
const soap = described.filter(({ form }) => form.kind === 'xml');

function written({ form, home }: DescribedService): { text: string; description: Description } {
  assert.ok(form.kind === 'xml');
  const bytes = renderWsdl(home, form.description, { title: 'T', location: 'https://gateway.example/x' });
  return { text: Buffer.from(bytes).toString(), description: describeXml('x.wsdl', home.service.service, undefined, (path) => (path === 'x.wsdl' ? bytes : undefined)) };
}

/** Names, order, number and attributes, as far down as there are any. */
function outline(node: Described): unknown {
  const part = (particle: Particle): unknown => (particle.kind === 'any' ? 'any' : isGroup(particle) ? { [particle.kind]: particle.parts.map(part), min: particle.min, max: particle.max } : [particle.ns, particle.name, particle.min, particle.max, particle.value?.base, outline(particle)]);
  const { attributes, model } = node.content();
  return { attributes: attributes.map(({ name }) => name), model: part(model) };
}

suite('the WSDL of a foreign service', () => {
  test('there are services to describe', () => assert.ok(soap.length >= 2));

  for (const one of soap) {
    test(`${one.path}: what is read back is what was described`, () => {
      assert.ok(one.form.kind === 'xml');
      const { description } = written(one);
      for (const kind of ['request', 'response'] as const) assert.deepEqual(outline(description[kind]), outline(one.form.description[kind]));
    });

    const cases = goldenFiles().filter(({ one: { direction, output, for: country }, mapping }) => one.source === `the rules of ${mapping}` && direction === 'response-to-domestic' && typeof output === 'string' && one.service.startsWith(country));
    for (const { name, one: golden } of cases) {
      test(`${one.path}: ${name} is a document of it`, () => {
        const payload = domestic(golden.output, 'response');
        assert.ok(payload.form === 'xml');
        assert.deepEqual(conformXml(payload.element, written(one).description.response, { kind: 'xml', namespaces: new Map() }), []);
      });
    }
  }

  test('a field that the neutral form requires is required of the asker, and so is what stands around it', () => {
    const person = soap.find(({ path }) => path === '/services/ee-population');
    assert.ok(person?.form.kind === 'xml');
    const [request] = childrenOf(person.form.description.request);
    assert.deepEqual([request?.node.name, request?.required], ['request', true]);
    assert.deepEqual(childrenOf(request!.node).filter(({ required }) => required).map(({ node }) => node.name), ['Henkilotunnus']);
  });

  test('text of a title is text', () => {
    const [one] = soap;
    assert.ok(one?.form.kind === 'xml');
    assert.match(Buffer.from(renderWsdl(one.home, one.form.description, { title: '<x>&', location: 'https://a/"b' })).toString(), /<xrd:title>&lt;x&gt;&amp;<\/xrd:title>[^]*location="https:\/\/a\/&quot;b"/);
  });
});

suite('one order out of several', () => {
  const orders: readonly [string, string[][], string[] | undefined][] = [
    ['one order', [['b', 'a', 'c']], ['b', 'a', 'c']],
    ['orders that complete each other', [['a', 'c'], ['b', 'c'], ['a', 'b']], ['a', 'b', 'c']],
    ['orders that contradict each other', [['a', 'b'], ['b', 'a']], undefined],
    ['no order at all', [], ['a', 'b', 'c']],
  ];
  for (const [title, given, expected] of orders) test(title, () => assert.deepEqual(merge(['a', 'b', 'c'], given), expected));
});
