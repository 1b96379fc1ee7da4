import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRequest } from '../../../../src/ecosystems/uxp-rest/parse.ts';
import { renderRequest } from '../../../../src/ecosystems/uxp-rest/render.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { coded } from '../errors.ts';
import { mapped } from '../mapped.ts';
import { call, client, context, person, register, root, service } from './samples.ts';

const empty = { form: 'json', body: undefined, path: {}, query: {} } as const;

test('a request goes to /restapi with its own path, the service in a header with its version', () => {
  const { method, target, headers, body } = renderRequest(mapped({ ...empty, path: { code: '19320303-80660' }, query: { x: '15', y: 'ä' } }), { ...call, home: person });
  assert.deepEqual([method, target, body.length], ['GET', '/restapi/person/19320303-80660?x=15&y=%C3%A4', 0]);
  assert.deepEqual(headers, {
    'uxp-client': 'SEVDEIR-TEST/GOV/00000001/SUB_1',
    'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/space/1',
    'uxp-queryid': context.messageId,
    'uxp-userid': 'officer-7',
    'uxp-purpose-ids': '9K9J65I75ILCLMPDUIRXS',
    'uxp-subject-id': '1234567036',
    'accept': 'application/json',
  });
});

test('a service without version is named without, and what says nothing is left out', () => {
  const { version: _, ...plain } = service;
  const { headers } = renderRequest(mapped(empty), { home: { ...root, service: plain }, client, context: { messageId: '1', userId: ' ', purposes: [], subject: '' } });
  assert.deepEqual(headers, { 'uxp-client': 'SEVDEIR-TEST/GOV/00000001/SUB_1', 'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/space', 'uxp-queryid': '1', 'accept': 'application/json' });
});

test('a body is JSON, with its type', () => {
  const { headers, body } = renderRequest(mapped({ ...empty, body: { name: 'Ю' } }), { ...call, home: register });
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(Buffer.from(body).toString(), '{"name":"Ю"}');
});

for (const name of ['queryId', 'userId']) {
  test(`a parameter ${name} of the service cannot be sent: the platform would take it for its own`, () => {
    assert.throws(() => renderRequest(mapped({ ...empty, query: { [name]: 'x' } }), call), coded('mapping-failed', { field: `query.${name}`, delivered: 'no' }));
  });
}

test('what a header cannot carry is not sent', () => {
  for (const change of [{ userId: 'Арсен' }, { subject: 'a\nb' }, { messageId: 'ä' }]) assert.throws(() => renderRequest(mapped(empty), { ...call, context: { ...context, ...change } }), coded('mapping-failed'));
});

test('what is rendered is read again as it was', () => {
  const part = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'aZ09-_. /%\u00e4') }).filter((text) => text.trim() === text && text !== '.' && text !== '..' && text !== 'undefined');
  fc.assert(
    fc.property(part, part, part, fc.option(part, { nil: undefined }), (code, subsystem, name, version) => {
      const home = { ...root, service: { instance: 'UA', memberClass: 'GOV', memberCode: code, subsystem, service: name, ...(version === undefined ? {} : { version }) } };
      const asking = { ...client, memberCode: code, subsystem };
      const request = renderRequest(mapped(empty), { home, client: asking, context });
      const { message } = parseRequest({ ...request, target: request.target.slice('/restapi'.length) }, [home], DEFAULT_XML_LIMITS);
      assert.deepEqual([message.client, message.service, message.context], [asking, home.service, context]);
    }),
  );
});
