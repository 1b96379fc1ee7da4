/** Attack: a path that one server takes for another path (X-Road had such a hole in wildcard mappings, XRDDEV-3054). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { mapped } from '../unit/ecosystems/mapped.ts';
import { asked, call, company } from '../unit/ecosystems/xroad-rest/samples.ts';

const rest = (await openDialects({ faultSpelling: 'snake', maxAnswerBytes: 1000 }))('xroad-rest');
const CLIMBS = ['..', '%2e%2e', '%2E.', '.%2e', '..%2f..', '%2e%2e%2fadmin', '..%5cadmin', '%c0%ae%c0%ae', '%uff0e%uff0e', '.', '%2e', 'a%2f..', 'a%00', '..%00'];

for (const climb of CLIMBS) {
  test(`'${climb}' in the path of a request is refused before anything is matched`, () => {
    assert.throws(() => rest.parseRequest(asked('GET', `/companies/${climb}`), [company], DEFAULT_XML_LIMITS), coded('malformed', { field: 'path' }));
  });
}

for (const value of ['..', '.', '../../admin', 'a/../b', '..\\..', '']) {
  test(`a mapped path parameter '${value}' does not climb out of the service at home`, async () => {
    const payload = mapped({ form: 'json', body: undefined, path: { businessId: value }, query: {} });
    await assert.rejects(rest.renderRequest(payload, { ...call, home: company }, { form: 'security-server', connection: 'x' }, 0), coded('mapping-failed'));
  });
}

test('a value that only looks encoded reaches the service as that value', async () => {
  const payload = mapped({ form: 'json', body: undefined, path: { businessId: '%2e%2e%2fadmin' }, query: {} });
  const { target } = await rest.renderRequest(payload, { ...call, home: company }, { form: 'security-server', connection: 'x' }, 0);
  assert.equal(target, '/r1/FI/GOV/0244683-1/prh/companies/companies/%252e%252e%252fadmin');
});
