/** A stock SOAP client, made from the WSDL that is registered or served, asks abroad: through the stand-in of its security server, and straight at an edge. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { servicesDescribe } from '../../src/cli/services-describe.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { Edge, edgeChanges } from '../support/edge.ts';
import { WITHOUT_ECHO } from '../support/gateway-folders.ts';
import { RunningPair } from '../support/running-pair.ts';
import { callWithSoap } from '../support/stock-soap.ts';
import type { StockAnswer } from '../support/stock-soap.ts';

const pair = new RunningPair(EE_FI);
const edge = new Edge(pair, 'EE');
const SERVICE = 'EE/GOV/70006317/FI-prh/lihtandmed_v2/v1';

before(() => pair.start({ changes: WITHOUT_ECHO }));
after(async () => {
  await edge.close();
  await pair.end();
});

function ask(wsdl: string, endpoint: string, code: string, id: string): Promise<StockAnswer> {
  const { keys } = pair.countries.EE;
  return callWithSoap({ wsdl, endpoint, identity: edge.identity('pank'), authority: keys.tlsAuthority.certificate, client: 'EE/COM/10137319/pank', service: SERVICE, operation: 'lihtandmed_v2', body: { keha: { ariregistri_kood: code } }, id });
}

function assertFound({ result, headers }: StockAnswer, id: string): void {
  const { keha } = result as { keha: { ettevotjad: { item: readonly { evnimi: string; staatus: string }[] }; leitud_ettevotjate_arv: number } };
  assert.deepEqual([keha.ettevotjad.item.map(({ evnimi, staatus }) => [evnimi, staatus]), keha.leitud_ettevotjate_arv], [[['Kuusiniemi Konepaja Oy', 'R']], 1]);
  assert.equal(headers['id'], id);
}

suite('the npm package soap', () => {
  test('with the WSDL that is registered, through the security server', async () => {
    const [described] = await servicesDescribe({ config: pair.gateway('EE').folder, out: join(pair.data, 'described') });
    assert.ok(described);
    assert.equal(described.url, `https://127.0.0.1:${pair.gateway('EE').ports.domestic}/services/fi-companies`, 'the service URL to register');
    assertFound(await ask(described.file, pair.countries.EE.securityServerUrl, EXAMPLES.company, 'stock-1'), 'stock-1');
  });

  test('with the WSDL that is served, straight at an edge; not found is an outcome, and a refusal is a fault', async () => {
    await pair.reconfigure({ gateway: edgeChanges(pair, 'EE', { exported: ['EE/GOV/70000349/emta/xteePalgaandmed/v1', 'EE/GOV/70008440/rr/RR456/v1'] }) }, ['EE']);
    const { reply } = await edge.desk('pank').sendRest('x', { method: 'GET', target: '/wsdl?xRoadInstance=EE&memberClass=GOV&memberCode=70006317&subsystemCode=FI-prh&serviceCode=lihtandmed_v2', headers: {}, body: Buffer.alloc(0) });
    const wsdl = join(pair.data, 'served.wsdl');
    writeFileSync(wsdl, reply.body);
    assertFound(await ask(wsdl, `${edge.url}/`, EXAMPLES.company, 'stock-2'), 'stock-2');
    const missing = await ask(wsdl, `${edge.url}/`, EXAMPLES.noCompany, 'stock-3');
    assert.equal((missing.result as { keha: { leitud_ettevotjate_arv: number } }).keha.leitud_ettevotjate_arv, 0);
    await assert.rejects(ask(wsdl, `${edge.url}/`, 'no code', 'stock-4'), /client\.invalid_body/);
  });
});
